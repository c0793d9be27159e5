"""Full answers that were given, for downloads and for whoever asks the same again."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass

MOST, MOST_BYTES = 200, 64_000_000


@dataclass(frozen=True)
class Answer:
    """A full answer: the whole of it as JSON, and as the page is shown it."""

    summary: bytes
    shown: bytes


class Kept:
    """Answers by what was asked, the least lately used one given up first.

    Examples
    --------
    >>> kept = Kept(most=1)
    >>> kept.put("one", Answer(b"1", b"1")); kept.put("two", Answer(b"2", b"2"))
    >>> kept.get("one") is None, kept.get("two").summary
    (True, b'2')
    """

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes = most, most_bytes
        self._lock = threading.Lock()
        self._packed: dict[str, tuple[bytes, bytes]] = {}
        self.bytes = 0

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer."""
        packed = zlib.compress(answer.summary, 1), zlib.compress(answer.shown, 1)
        with self._lock:
            self._forget(key)
            self._packed[key] = packed
            self.bytes += _size(packed)
            while len(self._packed) > self.most or (self.bytes > self.most_bytes and len(self._packed) > 1):
                self._forget(next(iter(self._packed)))

    def get(self, key: str) -> Answer | None:
        """The answer, if it is still there."""
        with self._lock:
            packed = self._packed.pop(key, None)
            if packed is None:
                return None
            self._packed[key] = packed
        return Answer(zlib.decompress(packed[0]), zlib.decompress(packed[1]))

    def _forget(self, key: str) -> None:
        packed = self._packed.pop(key, None)
        if packed is not None:
            self.bytes -= _size(packed)


def _size(packed: tuple[bytes, bytes]) -> int:
    return sum(map(len, packed))
