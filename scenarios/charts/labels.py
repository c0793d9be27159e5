"""What levels, causes, ages, numbers and structures are called in a picture: the model's own words where it has any."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simcore.model import Model

LINE = 50
"""Letters of a line of words that a phone's width holds."""
STEPS = {
    "eligible": "eligible",
    "reached": "reached by the offer",
    "accepts": "accept it",
    "relapses": "go back to it later",
    "prevented": "births that do not happen",
}


@dataclass(frozen=True)
class Labels:
    """Words for names: what is not among them is called by its name, without underscores."""

    causes: Mapping[str, str] = field(default_factory=dict)
    ages: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)

    def cause(self, name: str) -> str:
        """A group of causes of death."""
        return self.causes.get(name, plain(name))

    def age(self, name: str) -> str:
        """A band of ages at death."""
        return self.ages.get(name, plain(name))

    def number(self, name: str) -> str:
        """An uncertain number: a parameter of the model, the mean effect of the years, or a scenario's own.

        >>> NO_LABELS.number("year_effects/neonatal"), NO_LABELS.number("cessation_offer/uptake")
        ('year-to-year movement of neonatal deaths', 'cessation offer: uptake')
        """
        if name in self.numbers:
            return self.numbers[name]
        whose, _, what = name.partition("/")
        if whose == "year_effects" and what:
            return f"year-to-year movement of {plain(what)} deaths"
        return f"{plain(whose)}: {plain(what.replace('/', ' '))}" if what else plain(name)

    def structure(self, name: str) -> str:
        """A structural variant and its option.

        >>> NO_LABELS.structure("child_poverty=as-published")
        'child poverty: as published'
        """
        variant, _, option = name.partition("=")
        return f"{plain(variant)}: {plain(option)}"

    def step(self, name: str) -> str:
        """A step of an intervention, without its id.

        >>> NO_LABELS.step("moves child_poverty"), NO_LABELS.step("reached")
        ('changed: child poverty', 'reached by the offer')
        """
        if name.startswith("moves "):
            return f"changed: {plain(name.removeprefix('moves '))}"
        return STEPS.get(name, plain(name))


NO_LABELS = Labels()


def labels_of(model: Model) -> Labels:
    """The words of a model.

    >>> from simcore.load import load_model
    >>> labels_of(load_model("england")).age("days_28_90")
    '28 to 90 days'
    """
    spec = model.spec
    contrasts = {} if spec.solve is None else spec.solve.contrasts
    return Labels(
        {name: cause.meaning for name, cause in spec.deaths.causes.items()},
        {name: _days(*days) for name, days in spec.deaths.age_bands.items()},
        {
            **{
                contrast.solves: f"direct effect behind: {contrast.meaning}"
                for contrast in contrasts.values()
            },
            **{name: parameter.meaning for name, parameter in spec.parameters.items()},
        },
    )


def _days(first: int, end: int) -> str:
    if end - first > 1:
        return f"{first} to {end - 1} days"
    return "first day" if first == 0 else f"day {first}"


def plain(name: str) -> str:
    """A name as words: ``child_poverty`` is "child poverty".

    >>> plain("child_poverty"), plain("as-published")
    ('child poverty', 'as published')
    """
    return name.replace("_", " ").replace("-", " ").strip()


def tenth(level: str, levels: Sequence[str]) -> str:
    """A decile of deprivation, in full where it is the first or the last.

    >>> tenth("1", ["1", "2", "3"]), tenth("2", ["1", "2", "3"]), tenth("3", ["1", "2", "3"])
    ('1 (most deprived)', '2', '3 (least deprived)')
    """
    ends = {levels[0]: " (most deprived)", levels[-1]: " (least deprived)"} if levels[1:] else {}
    return f"{level}{ends.get(level, '')}"


def in_lines(text: str, width: int = LINE) -> list[str]:
    """Words in lines that no picture cuts.

    >>> in_lines("Flour fortified with folic acid", 20)
    ['Flour fortified with', 'folic acid']
    """
    return textwrap.wrap(text, width) or [""]
