"""What pictures are drawn from: an answer, the scenarios looked at, and what things are called in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.words.look_up import Figure, LookUp
from scenarios.words.names import NO_MEANINGS, WHAT_IF, Meanings, period
from scenarios.words.verdict import Verdict, headline_part, verdict_of
from simcore.problems import DocumentError, Problem, hint
from simcore.results import counted

FEW = 6
"""Scenarios that one picture tells apart by level, at most."""


@dataclass(frozen=True)
class Arm:
    """One scenario of an answer, and what may be claimed of it."""

    found: Mapping[str, Any]
    verdict: Verdict

    @property
    def name(self) -> str:
        """As files and tables have it."""
        return self.verdict.name

    @property
    def title(self) -> str:
        """Its whole title in one line, which says of a what-if that it is one."""
        title = " ".join(self.verdict.title.split())
        called = title.casefold().startswith(WHAT_IF)
        return f"What if: {title}" if self.verdict.what_if and not called else title


@dataclass(frozen=True)
class LookedAt:
    """An answer, with the scenarios that are looked at closely.

    Attributes
    ----------
    summary
        The answer, as ``compare --json`` prints it; of an answer in haste some sections may be lacking.
    arms
        Every scenario but the comparator.
    focus
        Those that are told apart by level: six at most.
    meanings
        What causes, numbers and structures are called.
    figures
        The answer's figures, by what they are of.
    wide
        Whether pictures are for files, which have room at the left for words.
    """

    summary: Mapping[str, Any]
    arms: tuple[Arm, ...]
    focus: tuple[Arm, ...]
    meanings: Meanings
    figures: LookUp
    wide: bool = False

    @property
    def deaths(self) -> str:
        """What is averted, in one word where that is enough: ``deaths``."""
        return counted(self.summary["words"])

    @property
    def births(self) -> str:
        """``live births``."""
        return str(self.summary["words"]["births"])

    @property
    def comparator(self) -> str:
        """The name of what scenarios are held against."""
        return str(self.summary["baseline"]["name"])

    def axis(self, what: str, headline: bool = False) -> str:
        """What a scale is of, and of when: ``Deaths averted, over 2025 to 2034``."""
        terms = self.summary if headline else {**self.summary, "definition": "period"}
        when = period(terms) if self.summary["years"] else ""
        said = f"{what}, {when[:1].lower()}{when[1:]}" if when else what
        return said[:1].upper() + said[1:]

    def headline(self, arm: Arm) -> Mapping[str, Any]:
        """What a scenario averts as the answer's terms define it."""
        return headline_part(self.summary, arm.found)

    def levels(
        self, scenario: str, dim: str, measure: str = "deaths_averted", section: str = "by"
    ) -> dict[str, Figure]:
        """Figures of one measure by level of a dimension, ``{"1": figure, ...}``; none where the answer lacks it."""
        found = self.figures.levels(section, scenario, measure, dim)
        return {at["level"].removeprefix(f"{dim} "): at for at in found if "," not in at["level"]}


def look_at(
    summary: Mapping[str, Any],
    focus: Sequence[str] | None = None,
    meanings: Meanings = NO_MEANINGS,
    wide: bool = False,
) -> LookedAt:
    """An answer with the scenarios to look at closely: those named, or the policies that avert most.

    Raises
    ------
    DocumentError
        If a name is of no scenario of the answer, or too many are named.
    """
    arms = tuple(Arm(found, verdict_of(summary, found)) for found in summary["arms"])
    by_name = {arm.name: arm for arm in arms}
    if focus is not None:
        problems = list(_problems(focus, list(by_name)))
        if problems:
            raise DocumentError(problems)
        chosen = tuple(by_name[name] for name in dict.fromkeys(focus))
    elif len(arms) <= FEW:
        chosen = arms
    else:
        # a what-if is no rival of a policy, and a path is none that anybody proposes
        proposed = [arm for arm in arms if not arm.verdict.what_if and not arm.verdict.reference]
        chosen = tuple(sorted(proposed or arms, key=lambda arm: -arm.verdict.mean)[:FEW])
    return LookedAt(summary, arms, chosen, meanings, LookUp(summary), wide)


def ends(at: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Both ends of the interval of a figure, None where it has none."""
    low, high = at["interval95"] or (None, None)
    return low, high


def _problems(focus: Sequence[str], names: Sequence[str]) -> Iterator[Problem]:
    for name in focus:
        if name not in names:
            yield Problem(
                f"--focus {name}", None, None, "", f"no scenario of the answer; {hint(name, names)}"
            )
    if len(set(focus)) > FEW:
        message = f"{len(set(focus))} scenarios; a picture tells {FEW} apart at most, name fewer"
        yield Problem("--focus", None, None, "", message)
