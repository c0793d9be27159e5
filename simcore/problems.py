"""What is wrong in a file that a user gave: where it is, and what to do about it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_SHOWN = 100
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
"""What would end a line, or the terminal's patience: a word of the user's file may hold it."""

Loc = tuple[str | int, ...]
"""The way to a value: keys, and places in lists."""
Mark = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file, where it is, and what to do: ``file:line:column: path: message; remedy``.

    It is told on one line, whatever words the file holds.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        address = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        said = ": ".join(part for part in (address, self.path, self.message) if part)
        return BREAKS.sub(lambda found: repr(found[0])[1:-1], said)


@dataclass(frozen=True)
class Repeated(Problem):
    """A row of a table that stands twice."""

    first: int
    """The line where it stands first."""


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


def near_match(word: object, choices: Iterable[object], cutoff: float = 0.6) -> str | None:
    """The choice most like ``word``, or None when nothing is so like it.

    >>> near_match("smokign", ["smoking", "bmi"])
    'smoking'
    """
    lower = {str(choice).lower(): str(choice) for choice in choices}
    found = difflib.get_close_matches(str(word)[:100].lower(), lower, n=1, cutoff=cutoff)
    return lower[found[0]] if found else None


def hint(word: object, choices: Iterable[object], cutoff: float = 0.6) -> str:
    """A remedy for a misspelt word: the near match, or else the choices.

    >>> hint("smokign", ["smoking", "bmi"]), hint("age", ["smoking", "bmi"])
    ('did you mean `smoking`?', 'choose from smoking, bmi')
    """
    names = [str(choice) for choice in choices]
    match = near_match(word, names, cutoff)
    if match is not None:
        return f"did you mean `{match}`?"
    return "choose from " + ", ".join(names[:40]) + ", ..." * (len(names) > 40) if names else "leave it out"


def dotted(loc: Iterable[str | int]) -> str:
    """``("interventions", 0, "of")`` -> ``"interventions.0.of"``."""
    return ".".join(str(part) for part in loc)
