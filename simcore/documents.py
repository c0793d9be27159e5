"""The door: YAML files read safely, every problem with its address.

``read_yaml`` gives a :class:`Document`: plain data beside the line and column of every key and value.
``Document.check`` turns it into a frozen pydantic model, or raises one :class:`DocumentError` holding all
problems of the file. CSV tables come through :func:`simcore.tables.read_table`, under the same names.

Files are not trusted. Size is checked before reading, depth and nodes while reading, and nothing but
mappings, sequences, text, numbers, true, false and null is built. Scalars follow YAML 1.2, as editors do:
``no`` is text, ``1e3`` a number; ``012``, ``1:30``, ``1_000``, ``.inf`` are text that no number field takes.

pydantic and yaml are imported on first use, to keep them off the way to ``--help``.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

    from simcore.strict import Strict

__all__ = [
    "Document",
    "DocumentError",
    "Problem",
    "Strict",
    "dotted",
    "hint",
    "near_match",
    "parse_yaml",
    "read_text",
    "read_yaml",
]

MAX_YAML_BYTES = 1_000_000
MAX_SHOWN = 100
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

Loc = tuple[str | int, ...]
Mark = tuple[int, int]
M = TypeVar("M", bound="BaseModel")


def __getattr__(name: str) -> Any:
    """``from simcore.documents import Strict`` loads pydantic only when a schema asks for it."""
    if name == "Strict":
        from simcore.strict import Strict

        return Strict
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file, where it is, and what to do: ``file:line:column: path: message; remedy``."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        address = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (address, self.path, self.message) if part)


class DocumentError(ValueError):
    """A file a user gave cannot be used. Holds every problem found; ends a command with status 2."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        given = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.problems = tuple(
            sorted(dict.fromkeys(given), key=lambda p: (p.file, p.line or 0, p.column or 0))
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        more = len(self.problems) - len(lines)
        return "\n".join(lines + [f"... and {more:,} more problems"] * (more > 0))


def near_match(word: object, choices: Iterable[object]) -> str | None:
    """The choice most like ``word``, or None when nothing is.

    >>> near_match("smokign", ["smoking", "bmi"])
    'smoking'
    """
    lower = {str(choice).lower(): str(choice) for choice in choices}
    found = difflib.get_close_matches(str(word)[:100].lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def hint(word: object, choices: Iterable[object]) -> str:
    """A remedy for a misspelt word: the near match, or else the choices.

    >>> hint("smokign", ["smoking", "bmi"]), hint("age", ["smoking", "bmi"])
    ('did you mean `smoking`?', 'choose from smoking, bmi')
    """
    names = [str(choice) for choice in choices]
    match = near_match(word, names)
    if match is not None:
        return f"did you mean `{match}`?"
    return "choose from " + ", ".join(names[:40]) + ", ..." * (len(names) > 40) if names else "leave it out"


def dotted(loc: Iterable[str | int]) -> str:
    """``("interventions", 0, "of")`` -> ``"interventions.0.of"``."""
    return ".".join(str(part) for part in loc)


def read_text(path: str | os.PathLike[str], limit: int) -> tuple[str, str]:
    """Text of a regular UTF-8 file of at most ``limit`` bytes, and its SHA-256 digest.

    The size is looked up before anything is read, so a huge file, a pipe or a device ends at once.
    """
    name = os.fspath(path)

    def refuse(message: str, line: int | None = None, column: int | None = None) -> DocumentError:
        return DocumentError(Problem(name, line, column, "", message))

    def fits(info: os.stat_result) -> None:
        if stat.S_ISDIR(info.st_mode):
            raise refuse("is a folder; name a file in it")
        if not stat.S_ISREG(info.st_mode):
            raise refuse("is not a regular file; name a file on disk")
        if info.st_size > limit:
            raise refuse(f"has {info.st_size:,} bytes; at most {limit:,} are read, make the file smaller")

    try:
        fits(Path(name).stat())
        with Path(name).open("rb") as file:
            fits(os.fstat(file.fileno()))
            raw = file.read(limit + 1)
    except DocumentError:
        raise
    except FileNotFoundError:
        raise refuse("no such file" + _neighbour(name)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"cannot be read ({reason}); check the path and its permissions") from None
    if len(raw) > limit:
        raise refuse(f"grew past {limit:,} bytes while it was read; make the file smaller")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        how = " (in a spreadsheet: CSV UTF-8)" if name.endswith(".csv") else ""
        message = f"is not UTF-8 text; save it as UTF-8{how}"
        raise refuse(message, *_line_column(before, len(before))) from None
    refuse_unprintable(text, name)
    return text, hashlib.sha256(raw).hexdigest()


def refuse_unprintable(text: str, name: str) -> None:
    """Control characters and halves of characters have no place in a file of ours."""
    odd = _UNPRINTABLE.search(text)
    if odd:
        message = f"control character U+{ord(odd.group()):04X}; remove it"
        raise DocumentError(Problem(name, *_line_column(text, odd.start()), "", message))


def _neighbour(name: str) -> str:
    """A remedy for a missing file: the most similar name in the same folder."""
    last = Path(name).name
    try:
        beside = [entry.name for entry in Path(name).parent.iterdir() if not entry.name.startswith(".")]
    except (OSError, ValueError):
        return "; check the path"
    match = near_match(last, beside)
    # the folder is shown as it was given, `./` and all
    return f"; did you mean `{name[: name.rindex(last)]}{match}`?" if match and last else "; check the path"


def _line_column(text: str, index: int) -> Mark:
    """Line and column, from 1, of a character. Lines end as YAML and csv end them."""
    lines = text[:index].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data, with the address of every key and value.

    ``data`` holds dicts (keys are text), lists, str, int, float, bool, None. ``path`` is as the user gave it.
    ``digest`` is the SHA-256 of the bytes read, for run records.
    """

    path: str
    data: dict[str, Any]
    digest: str
    values: Mapping[Loc, Mark] = field(repr=False)
    keys: Mapping[Loc, Mark] = field(repr=False)

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
        """A located problem, for checks after :meth:`check`; raise them as ``DocumentError([...])``."""
        return Problem(self.path, *self.where(loc, at), dotted(loc), message)

    def check(self, model: type[M]) -> M:
        """The file as ``model``; all that is wrong with it, together, as one DocumentError."""
        from simcore.strict import check

        return check(self, model)


def read_yaml(path: str | os.PathLike[str]) -> Document:
    """Read one YAML mapping strictly. Raises DocumentError, and nothing else, whatever it holds."""
    text, digest = read_text(path, MAX_YAML_BYTES)
    return parse_yaml(text, os.fspath(path), digest)


def parse_yaml(text: str, name: str, digest: str = "") -> Document:
    """Like :func:`read_yaml` for text already at hand; ``name`` stands where the file's path would.

    >>> parse_yaml("births: 1e3", "note.yaml").data
    {'births': 1000.0}
    """
    from simcore.strict_yaml import parse

    refuse_unprintable(text, name)
    if len(text) > MAX_YAML_BYTES:
        message = f"has {len(text):,} characters; at most {MAX_YAML_BYTES:,} are read, make it smaller"
        raise DocumentError(Problem(name, None, None, "", message))
    return parse(text, name, digest)
