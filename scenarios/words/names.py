"""What scenarios, years, levels and structures are called in a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scenarios.question import DEFAULT_BASELINE
from scenarios.words.verdict import Verdict
from simcore.model import Model

LONGEST = 160
"""Characters of a title that is said again and again."""
WHAT_IF = "what if"
DEPRIVED = {"imd_decile": (1, 10), "imd_fifth": (1, 5)}
"""Levels of deprivation: the first is the most deprived, the last the least."""


@dataclass(frozen=True)
class Meanings:
    """What a model says of its own names; empty where the model is not at hand, and names speak for themselves."""

    causes: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    structures: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Of ``child_poverty=zero``: the question, and this answer to it."""
    solved_from: Mapping[str, str] = field(default_factory=dict)
    """Of a direct effect that was solved: the published one that it was solved from."""
    ages: Mapping[str, str] = field(default_factory=dict)
    """Bands of ages at death, by the days that they hold."""
    alike: frozenset[str] = frozenset()
    """Variables that act on every cause of death alike, so that no split by cause is a finding."""

    def without(self, structures: Collection[str]) -> Meanings:
        """The same, but for structures that a reader was told of before."""
        left = {name: said for name, said in self.structures.items() if name not in structures}
        return replace(self, structures=left)

    @classmethod
    def of(cls, model: Model) -> Meanings:
        """Those of a model."""
        spec = model.spec
        return cls(
            {name: cause.meaning for name, cause in spec.deaths.causes.items()},
            {name: variable.meaning for name, variable in spec.variables.items()},
            {name: parameter.meaning for name, parameter in spec.parameters.items()},
            {
                f"{name}={option}": (variant.meaning, chosen.meaning)
                for name, variant in spec.variants.items()
                for option, chosen in variant.options.items()
            },
            {} if spec.solve is None else {at.solves: at.value for at in spec.solve.contrasts.values()},
            {name: days_in_words(*days) for name, days in spec.deaths.age_bands.items()},
            frozenset(ratio.parent for ratio in spec.deaths.hazard_ratios if ratio.causes is None),
        )


NO_MEANINGS = Meanings()


def title_of(verdict: Verdict) -> str:
    """The title of a scenario on one line, which says of a what-if that it is one.

    >>> from scenarios.words.verdict import Claim
    >>> bound = Verdict("a", "Nobody smokes", Claim.AVERTS, 9, (8, 10), "draws", 1, 1, False, None, None, True, True)
    >>> title_of(bound)
    'What if: Nobody smokes'
    """
    title = short(verdict.title)
    return f"What if: {title}" if verdict.what_if and not title.casefold().startswith(WHAT_IF) else title


def quoted(verdict: Verdict) -> str:
    """The title in quotation marks."""
    return f"“{title_of(verdict)}”"


def short(title: str) -> str:
    """On one line, and not longer than can be read again and again."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def comparator(summary: Mapping[str, Any]) -> str:
    """What scenarios are held against: ``current policy``, or the title of another."""
    baseline = summary["baseline"]
    return (
        "current policy"
        if baseline["name"] == DEFAULT_BASELINE
        else f"“{short(baseline.get('title', baseline['name']))}”"
    )


def years_in_words(years: Sequence[int]) -> str:
    """A span, or a list where years are left out.

    >>> years_in_words([2025, 2026, 2027]), years_in_words([2025]), years_in_words([2025, 2030])
    ('2025 to 2027', '2025', '2025 and 2030')
    """
    if len(years) > 1 and list(years) == list(range(years[0], years[-1] + 1)):
        return f"{years[0]} to {years[-1]}"
    return listed([str(year) for year in years])


def period(summary: Mapping[str, Any]) -> str:
    """When the headline is of: ``Over 2025 to 2034``, or its final year alone."""
    years = summary["years"]
    if not years:
        return "In all"
    if len(years) == 1:
        return f"In {years[0]}"
    if summary["definition"] == "final_year":
        return f"In {years[-1]} alone"
    return f"Over {years_in_words(years)}"


def whole_period(summary: Mapping[str, Any]) -> str:
    """The years of a figure that is of them all, to begin a sentence with; empty where the headline is of them too."""
    if summary["definition"] != "final_year" or len(summary["years"]) < 2:
        return ""
    return f"over {years_in_words(summary['years'])}, "


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def in_words(name: str) -> str:
    """A name of the model as words.

    >>> in_words("days_183_364"), in_words("37_plus"), in_words("day_0"), in_words("at-delivery")
    ('days 183 to 364', '37 or more', 'day 0', 'at-delivery')
    """
    spans = re.sub(r"(?<=\d)_(?=\d)", " to ", name)
    return re.sub(r"(?<=\d)_plus\b", " or more", spans).replace("_", " ")


def structure_in_words(structure: str) -> str:
    """``child_poverty=zero`` as ``child poverty = zero``."""
    name, _, option = structure.partition("=")
    return f"{in_words(name)} = {in_words(option)}"


def under_structure(structure: str, meanings: Meanings = NO_MEANINGS) -> str:
    """A structure within a sentence, called one: ``child poverty = zero`` by itself reads as if no child were poor.

    What it asks is told with the first part of what it answers, where the model is at hand.

    >>> under_structure("child_poverty=zero")
    'under the structure child poverty = zero'
    """
    said = f"under the structure {structure_in_words(structure)}"
    if structure not in meanings.structures:
        return said
    question, answer = meanings.structures[structure]
    return f"{said} ({question}: {answer.partition('; ')[0]})"


def structure_explained(structure: str, meanings: Meanings) -> str:
    """The same with what it asks and answers in full, where the model is at hand."""
    said = structure_in_words(structure)
    if structure not in meanings.structures:
        return said
    question, answer = meanings.structures[structure]
    return f"{said} ({question}: {answer})"


def number_in_words(name: str, meanings: Meanings) -> str:
    """An uncertain number by what it means, or by its name.

    >>> number_in_words("year_effects/postneonatal", NO_MEANINGS), number_in_words("cessation/uptake", NO_MEANINGS)
    ('what hazards do after the fit, postneonatal', 'uptake of cessation')
    """
    published = meanings.solved_from.get(name, name)
    if published in meanings.parameters:
        return meanings.parameters[published]
    of, _, part = name.partition("/")
    if of == "year_effects":
        return f"what hazards do after the fit, {in_words(part)}"
    return f"{in_words(part)} of {in_words(of)}" if part else in_words(name)


def level_in_words(level: str, meanings: Meanings = NO_MEANINGS) -> str:
    """``cause sudden`` or ``imd_decile 1`` as a reader wants it.

    >>> level_in_words("imd_fifth 1"), level_in_words("age_band day_0"), level_in_words("year 2030")
    ('most deprived fifth', 'day 0', '2030')
    """
    dim, _, name = level.partition(" ")
    if dim in DEPRIVED and name.isdigit():
        word = "tenth" if dim == "imd_decile" else "fifth"
        first, last = DEPRIVED[dim]
        at = int(name)
        return f"most deprived {word}" if at == first else f"least deprived {word}" if at == last else name
    if dim == "cause" and name in meanings.causes:
        return meanings.causes[name]
    if dim == "age_band" and name in meanings.ages:
        return meanings.ages[name]
    return in_words(name or dim)


def days_in_words(first: int, end: int) -> str:
    """Days of life from the first up to, and without, the end.

    >>> days_in_words(0, 1), days_in_words(28, 91), days_in_words(3, 4)
    ('day 0', '28 to 90 days', 'day 3')
    """
    return f"{first} to {end - 1} days" if end - first > 1 else f"day {first}"
