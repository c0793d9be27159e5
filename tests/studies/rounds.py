"""Long work in rounds of a size that fits into memory, and how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from simcore.draws import DrawBlock

T = TypeVar("T")
TELL_EVERY = 20.0
"""Seconds."""


def shared_out(draws: DrawBlock, size: int) -> list[DrawBlock]:
    """So many draws at a time."""
    return [draws.rows(slice(begin, begin + size)) for begin in range(0, draws.size, size)]


def progress(rounds: Iterable[T], n: int, what: str) -> Iterator[T]:
    """All ``n`` rounds; where they take long, standard error is told now and then how far they are."""
    told = time.monotonic()
    for done, each in enumerate(rounds):
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            sys.stderr.write(f"    {what}: {done} of {n}\n")
        yield each
