"""Years that an intervention names: of its window, and of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.check.words import Checker
from scenarios.schema import ByYear, Costed, Intervention, Number, Ramp, Sourced, Step
from simcore.problems import Loc, Problem


def find_year_problems(
    checker: Checker, change: Intervention, asked: tuple[int, int] | None
) -> Iterator[Problem]:
    """Years outside the model, or none of those asked for, or some after the end of a table."""
    window = change.years
    if asked and not any(window.holds(year) for year in range(asked[0], asked[1] + 1)):
        message = f"acts in none of the years asked for, {asked[0]} to {asked[1]}; change one of the two"
        yield checker.problem(("years",), message)
    for key, year in (("from", window.from_), ("to", window.to)):
        if year is not None:
            yield from _within(checker, ("years", key), year)
    for loc, number in _placed(change):
        if isinstance(number, ByYear):
            for year in number.table:
                yield from _within(checker, (*loc, "table", str(year)), year, on_key=True)
            end = min(asked[1] if asked else 0, window.to or checker.words.years[1])
            if number.after is None and number.last < end:
                message = f"the table ends in {number.last}, before {end}; add `after: hold` or more years"
                yield checker.problem((*loc, "table"), message)
        elif isinstance(number, Ramp):
            yield from _within(checker, (*loc, "ramp", "from"), number.ramp.from_)
            yield from _within(checker, (*loc, "ramp", "to"), number.ramp.to)
        elif isinstance(number, Step):
            yield from _within(checker, (*loc, "step", "from"), number.step.from_)


def _within(checker: Checker, loc: Loc, year: int, *, on_key: bool = False) -> Iterator[Problem]:
    first, last = checker.words.years
    if not first <= year <= last:
        message = f"{year} is outside the model; write {first} to {last}"
        yield checker.problem(loc, message, "key" if on_key else "value")


def _placed(change: Intervention) -> Iterator[tuple[Loc, Number]]:
    """Every number, with where it stands."""
    for name, number in change.named_numbers().items():
        part = getattr(change, name)
        key = ("share",) if hasattr(part, "share") else ("value",)
        yield (name, *(key if isinstance(part, Sourced) else ())), number
    if isinstance(change, Costed):
        for i, cost in enumerate(change.costs):
            yield ("costs", i, "value"), cost.value
