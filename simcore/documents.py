"""The door: YAML files read safely, every problem with its address.

``read_yaml`` gives a :class:`Document`: plain data beside the line and column of every key and value.
``simcore.strict.check`` turns it into a frozen pydantic model, or raises one ``DocumentError`` holding all
problems of the file. CSV tables come through :func:`simcore.tables.read_table`, with the same kind of problems.

Files are not trusted. Size is checked before reading, depth and nodes while reading, and nothing but
mappings, sequences, text, numbers, true, false and null is built. Scalars follow YAML 1.2, as editors do:
``no`` is text, ``1e3`` a number; ``012``, ``1:30``, ``1_000``, ``.inf`` are text that no number field takes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from simcore.problems import DocumentError, Loc, Mark, Problem, dotted
from simcore.strict_yaml import parse
from simcore.text_files import read_text, refuse_unprintable

MAX_YAML_BYTES = 1_000_000


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data, with the address of every key and value.

    ``data`` holds dicts (keys are text), lists, str, int, float, bool, None. ``path`` is as the user gave it.
    ``digest`` is the SHA-256 of the bytes read, for run records; of a document put together from several files,
    of the bytes of all of them.
    """

    path: str
    data: dict[str, Any]
    digest: str
    values: Mapping[Loc, Mark] = field(repr=False)
    keys: Mapping[Loc, Mark] = field(repr=False)
    elsewhere: Mapping[Loc, str] = field(default_factory=dict, repr=False)
    """The file of whatever stands in another one than ``path``."""
    parents: tuple[tuple[str, str], ...] = ()
    """Path and digest of every other file that it was put together from, the nearest first."""

    def where(self, loc: Sequence[str | int], at: Literal["key", "value"] = "value") -> Mark:
        """Line and column of a key or value; of the nearest thing around it where it is absent."""
        path = self.known(loc)
        if at == "key" and len(path) == len(loc) and path in self.keys:
            return self.keys[path]
        return self.values[path]

    def known(self, loc: Sequence[str | int]) -> Loc:
        """The longest part of ``loc``, from the start, that the file has."""
        path: Loc = ()
        for part in loc:
            for step in (part, str(part)):  # `{2025: 0.9}` has the key "2025"
                if (*path, step) in self.values:
                    path = (*path, step)
                    break
            else:
                break
        return path

    def problem(
        self, loc: Sequence[str | int], message: str, at: Literal["key", "value"] = "value"
    ) -> Problem:
        """A located problem, for checks after `simcore.strict.check`; raise them as ``DocumentError([...])``."""
        return Problem(self.file_of(loc), *self.where(loc, at), dotted(loc), message)

    def file_of(self, loc: Sequence[str | int]) -> str:
        """The file in which a key or value stands; of the nearest thing around it where it is absent."""
        return self.elsewhere.get(self.known(loc), self.path)


def read_yaml(path: str | os.PathLike[str]) -> Document:
    """Read one YAML mapping strictly. Raises DocumentError, and nothing else, whatever it holds."""
    text, digest = read_text(path, MAX_YAML_BYTES)
    return parse_yaml(text, os.fspath(path), digest)


def parse_yaml(text: str, name: str, digest: str = "") -> Document:
    """Like :func:`read_yaml` for text already at hand; ``name`` stands where the file's path would.

    >>> parse_yaml("births: 1e3", "note.yaml").data
    {'births': 1000.0}
    """
    refuse_unprintable(text, name)
    if len(text) > MAX_YAML_BYTES:
        message = f"has {len(text):,} characters; at most {MAX_YAML_BYTES:,} are read, make it smaller"
        raise DocumentError(Problem(name, None, None, "", message))
    parsed = parse(text, name)
    digest = digest or hashlib.sha256(text.encode()).hexdigest()
    return Document(name, parsed.data, digest, parsed.values, parsed.keys)


_BEYOND = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")


def as_text(data: Mapping[str, Any]) -> str:
    """Plain data as text that :func:`parse_yaml` gives back: JSON, and characters that YAML has no such escape for.

    >>> as_text({"name": "\N{BABY}"}) == '{"name": "\N{BABY}"}'
    True
    """
    # JSON writes a character beyond the first 65,536 as two halves
    return _BEYOND.sub(lambda found: str(json.loads(f'"{found[0]}"')), json.dumps(data))
