"""A number over years: a ramp, a step, or a table of years.

Before a path begins there is *what changes nothing*: 1 for a factor or a ratio, 0 for an addition or a share of
people, the share there is for a share that is set. A path therefore says two things of a year: its value, and how
far (0 to 1) the way from what changes nothing to that value has been gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, model_validator
from pydantic.fields import FieldInfo

from scenarios.schema.words import Part, Window, Year
from simcore.distributions import Distribution
from simcore.problems import near_match

V = TypeVar("V")
T = TypeVar("T")

FORMS = ("ramp", "step", "table")


class _Form(Part, Generic[V]):
    """A form of path, for numbers of one sort."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """``RampOfShare``: what the JSON Schema calls it."""
        titles = (m.title for m in getattr(params[0], "__metadata__", ()) if isinstance(m, FieldInfo))
        return f"{cls.__name__}Of{next((title for title in titles if title), 'Number')}"


class RampSteps(_Form[V], Generic[V]):
    """Where a ramp begins and ends, and the value it arrives at."""

    from_: Annotated[Year, Field(alias="from")]
    to: Year
    value: V
    start: V | None = None
    """Where it comes from; what changes nothing, if not given."""

    @model_validator(mode="after")
    def _in_order(self) -> RampSteps[V]:
        if self.from_ > self.to:
            raise ValueError(f"from {self.from_} comes after to {self.to}; write the earlier year as `from`")
        return self


class Ramp(_Form[V], Generic[V]):
    """To a value in equal yearly steps: the first step in ``from``, the whole from ``to`` on."""

    ramp: RampSteps[V]


class StepFrom(_Form[V], Generic[V]):
    """The year in which a value begins, and the value."""

    from_: Annotated[Year, Field(alias="from")]
    value: V


class Step(_Form[V], Generic[V]):
    """Nothing before a year; the whole value from then on."""

    step: StepFrom[V]


class ByYear(_Form[V], Generic[V]):
    """A plain number for every year listed; nothing before the first; after the last as ``after`` says."""

    table: Annotated[dict[Year, V], Field(min_length=1)]
    after: Literal["hold"] | None = None

    @model_validator(mode="after")
    def _no_gaps(self) -> ByYear[V]:
        gaps = [str(y) for y in range(min(self.table), max(self.table)) if y not in self.table]
        if gaps:
            raise ValueError(
                f"the table leaves out {', '.join(gaps[:5])}; list every year from first to last"
            )
        return self

    @property
    def last(self) -> int:
        """The last year listed."""
        return max(self.table)

    def at(self, year: int) -> V | None:
        """The number in a year, None before the first. Raises ValueError after the last, unless it is held."""
        if year < min(self.table):
            return None
        if year > self.last and self.after is None:
            raise ValueError(f"the table ends in {self.last}, before {year}; add `after: hold` or more years")
        return self.table[min(year, self.last)]


Number = Distribution | Ramp[Distribution] | Step[Distribution] | ByYear[float]
"""A number as a file may write it."""


def form_of(value: object) -> str:
    """Which form a number was meant to have, so that one misspelt key is one problem."""
    for form, kind in zip(FORMS, (Ramp, Step, ByYear), strict=True):
        if isinstance(value, kind):
            return f"as {form}"
    if not isinstance(value, dict) or "distribution" in value:
        return "number"
    meant = next(filter(None, (near_match(key, FORMS) for key in value)), None)
    if meant is None and value and all(str(key).isdigit() for key in value):
        meant = "table"
    return f"as {meant}" if meant else "number"


def uncertain_parts(number: Number) -> dict[str, Distribution]:
    """What of a number has draws, by what follows its name: ``""`` for itself, ``"/start"`` for a ramp's start."""
    if isinstance(number, ByYear):
        return {}
    if isinstance(number, Step):
        return {"": number.step.value}
    if isinstance(number, Ramp):
        start = number.ramp.start
        return {"": number.ramp.value} if start is None else {"": number.ramp.value, "/start": start}
    return {"": number}


def reached_in(number: Number, year: int, drawn: Mapping[str, T]) -> tuple[float, T | float]:
    """How much of the way from what changes nothing to which value a number has gone in a year.

    ``drawn`` holds the values of :func:`uncertain_parts` (floats, or arrays over draws).
    Raises ValueError where a year comes after a table that does not say what then.
    """
    if isinstance(number, ByYear):
        listed = number.at(year)
        return (0.0, 0.0) if listed is None else (1.0, listed)
    if isinstance(number, Step):
        return float(year >= number.step.from_), drawn[""]
    if isinstance(number, Ramp):
        steps = number.ramp.to - number.ramp.from_ + 1
        share = min(max(year - number.ramp.from_ + 1, 0) / steps, 1.0)
        if number.ramp.start is None or share == 1.0:
            return share, drawn[""]
        value: Any = drawn[""]
        return 1.0, drawn["/start"] + share * (value - drawn["/start"])
    return 1.0, drawn[""]


def varies(number: Number) -> bool:
    """Whether a number is another in some years."""
    return isinstance(number, Ramp | Step | ByYear)


def path_over_years(
    number: Number, years: Sequence[int], window: Window | None = None, nothing: float = 1.0
) -> list[float]:
    """The central value for each year: ``float[years]``, ``nothing`` where the window does not hold.

    Raises ValueError where a year comes after a table that does not say what then.

    >>> ramp = Ramp[Distribution].model_validate({"ramp": {"from": 2026, "to": 2027, "value": 0.8}})
    >>> path_over_years(ramp, range(2025, 2029))
    [1.0, 0.9, 0.8, 0.8]
    """
    held = window or Window()
    central = {name: part.central for name, part in uncertain_parts(number).items()}
    found = []
    for year in years:
        pull, value = reached_in(number, year, central) if held.holds(year) else (0.0, nothing)
        found.append(value if pull == 1.0 else nothing + pull * (value - nothing))
    return found


def bounds_of(number: Number) -> tuple[float, float]:
    """The smallest and largest value that a path names, whatever the draw; what changes nothing is not among them."""
    if isinstance(number, ByYear):
        return min(number.table.values()), max(number.table.values())
    lows, highs = zip(*(part.bounds for part in uncertain_parts(number).values()), strict=True)
    return min(lows), max(highs)


def is_fixed(number: Number) -> bool:
    """Whether no draw moves a number."""
    return all(part.bounds[0] == part.bounds[1] for part in uncertain_parts(number).values())
