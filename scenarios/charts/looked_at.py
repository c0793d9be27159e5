"""What pictures are drawn from: an answer, the scenarios looked at, and what things are called in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scenarios.charts.labels import NO_LABELS, Labels
from scenarios.words.verdict import Verdict, headline_part, verdict_of
from simcore.problems import DocumentError, Problem, hint

FEW = 6
"""Scenarios that one picture tells apart by level, at most."""
Found = Mapping[str, Any]


@dataclass(frozen=True)
class Arm:
    """One scenario of an answer, and what may be claimed of it."""

    found: Found
    verdict: Verdict

    @property
    def name(self) -> str:
        """As files and tables have it."""
        return self.verdict.name

    @property
    def title(self) -> str:
        """As its file puts it, in one line."""
        return " ".join(self.verdict.title.split())


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
    labels
        What causes, ages, numbers and structures are called.
    """

    summary: Found
    arms: tuple[Arm, ...]
    focus: tuple[Arm, ...]
    labels: Labels

    @property
    def deaths(self) -> str:
        """What is averted, in one word where that is enough: ``deaths``."""
        words: str = self.summary["words"]["deaths"]
        return "deaths" if words.endswith("deaths") else words

    @property
    def births(self) -> str:
        """``live births``."""
        return str(self.summary["words"]["births"])

    @property
    def span(self) -> str:
        """The years, in words: ``2025 to 2034``."""
        years = self.summary["years"]
        if not years:
            return ""
        return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"

    @property
    def headline_span(self) -> str:
        """The years that headlines are of."""
        years = self.summary["years"]
        return str(years[-1]) if years and self.summary["definition"] == "final_year" else self.span

    def headline(self, arm: Arm) -> Found:
        """What a scenario averts as the answer's terms define it."""
        return headline_part(self.summary, arm.found)

    def section(self, name: str, scenario: str, measure: str) -> list[Found]:
        """Figures of one measure of one scenario, in their order; none where the answer lacks the section."""
        return self._by_measure.get((name, scenario, measure), [])

    def by(
        self, scenario: str, dim: str, measure: str = "deaths_averted", section: str = "by"
    ) -> dict[str, Found]:
        """Figures of one measure by level of a dimension: ``{"1": figure, ...}``."""
        start = f"{dim} "
        return {
            at["level"].removeprefix(start): at
            for at in self.section(section, scenario, measure)
            if at["level"].startswith(start) and "," not in at["level"]
        }

    @cached_property
    def _by_measure(self) -> dict[tuple[str, str, str], list[Found]]:
        found: dict[tuple[str, str, str], list[Found]] = {}
        for name, figures in self.summary.get("sections", {}).items():
            for at in figures:
                found.setdefault((name, at["scenario"], at["measure"]), []).append(at)
        return found


def look_at(summary: Found, focus: Sequence[str] | None = None, labels: Labels = NO_LABELS) -> LookedAt:
    """An answer with the scenarios to look at closely: those named, or those that avert most and are no bounds.

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
        policies = [arm for arm in arms if not arm.verdict.bound]
        chosen = tuple(sorted(policies, key=lambda arm: -arm.verdict.mean)[:FEW])
    return LookedAt(summary, arms, chosen, labels)


def _problems(focus: Sequence[str], names: Sequence[str]) -> Iterator[Problem]:
    for name in focus:
        if name not in names:
            yield Problem(
                f"--focus {name}", None, None, "", f"no scenario of the answer; {hint(name, names)}"
            )
    if len(set(focus)) > FEW:
        message = f"{len(set(focus))} scenarios; a picture tells {FEW} apart at most, name fewer"
        yield Problem("--focus", None, None, "", message)
