"""What a scenario means, in one spelling: two files mean the same where these are equal.

The order of interventions, levels and costs does not matter, nor how a number is spelt, nor in which of several files
a value stands. Words that explain a number (titles, notes, sources, grades) are kept apart: they change no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.schema import Scenario

WORDS = frozenset({"name", "title", "why", "is_not", "evidence", "note", "source", "summary"})
"""Keys that explain, and change no number of an answer."""
FILING = frozenset({"scenario", "extends"})
"""Keys that say how a file is written."""
NAMED = frozenset({"interventions", "where", "offer_to"})
"""Keys under which names stand as keys, which may be any words."""
PATHS = ("ramp", "step", "table")
"""Forms that a number over years has."""

Plain = dict[str, Any]


def meaning_of(scenario: Scenario) -> Plain:
    """All that a scenario says, as plain data: interventions by their ``id``, numbers as numbers, levels in order.

    >>> from scenarios.read import read_scenario
    >>> found = meaning_of(read_scenario("smoking_halved"))
    >>> found["interventions"]["fewer_smokers"]["multiply"]
    0.5
    """
    said = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    changes = {change.pop("id"): spelt(change) for change in said.pop("interventions")}
    rest = {key: spelt(value) for key, value in said.items() if key not in FILING}
    return {**rest, "interventions": dict(sorted(changes.items()))}


def without_words(said: Any, names: bool = False) -> Any:
    """What is left when everything that only explains is taken out; ``names`` says whether its keys are names.

    >>> without_words({"note": "a round number", "where": {"note": ["c"]}})
    {'where': {'note': ['c']}}
    """
    if isinstance(said, dict):
        return {
            key: without_words(value, key in NAMED and not names)
            for key, value in said.items()
            if names or key not in WORDS
        }
    return [without_words(item) for item in said] if isinstance(said, list) else said


def only_explains(way: Sequence[str]) -> bool:
    """Whether what stands at this place of an intervention, or of a whole file, is words that explain."""
    return not (way and way[0] in NAMED) and not WORDS.isdisjoint(way)


def means_the_same(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios change the same things in the same way, whatever their interventions are called."""
    return _nameless(one) == _nameless(other)


def _nameless(scenario: Scenario) -> tuple[str, list[str]]:
    said = without_words(meaning_of(scenario))
    changes = said.pop("interventions").values()
    return repr(sorted(said.items())), sorted(repr(change) for change in changes)


def spelt(value: Any, key: str = "") -> Any:
    """One spelling of dumped data: sets in order, a known number as itself, costs by whom they are for."""
    if isinstance(value, dict):
        if value.get("distribution") == "fixed":
            return float(value["value"])
        return {name: spelt(inner, name) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        items = [spelt(item) for item in value]
        if key == "costs" and all(isinstance(item, dict) for item in items):
            return _by_whom(items)
        return sorted(items, key=_in_order) if all(isinstance(item, str) for item in items) else items
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _by_whom(costs: list[Plain]) -> Plain:
    found: Plain = {}
    for cost in sorted(costs, key=lambda cost: repr(sorted(cost.items()))):
        per = name = str(cost.get("per"))
        while name in found:
            name += "+"  # a second cost for the same people
        found[name] = {key: value for key, value in cost.items() if key != "per"} or per
    return found


def _in_order(level: str) -> tuple[int, str]:
    """Deciles as numbers, other levels as words."""
    return (int(level), "") if level.isdigit() else (1 << 60, level)


def is_number(value: object) -> bool:
    """Whether a value is a number as a file writes it: plain, a distribution, or a path over years."""
    if isinstance(value, Mapping):
        form = next((form for form in PATHS if form in value), None)
        return isinstance(value.get("distribution"), str) or (
            form is not None and isinstance(value[form], Mapping)
        )
    return isinstance(value, int | float) and not isinstance(value, bool)


def leaves(said: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with the way to it; a number, whatever its form, is one value, and so is a list."""
    if isinstance(said, dict) and not is_number(said) and said:
        for key, value in said.items():
            yield from leaves(value, (*at, key))
    else:
        yield at, said


def in_words(value: Any) -> str:
    """A value as a person would say it.

    >>> in_words({"distribution": "lognormal", "median": 1.44, "ci95": [1.19, 1.73]})
    '1.44 (lognormal, 95% 1.19 to 1.73)'
    >>> in_words({"ramp": {"from": 2026.0, "to": 2030.0, "value": 0.8}}), in_words(["1", "2"])
    ('0.8 by 2030, in equal steps from 2026', '1, 2')
    """
    if isinstance(value, Mapping) and is_number(value):
        if "distribution" in value:
            return _distribution(value)
        if "ramp" in value:
            ramp = value["ramp"]
            start = f" from {in_words(ramp['start'])}" if "start" in ramp else ""
            return f"{in_words(ramp['value'])} by {ramp['to']:.0f},{start} in equal steps from {ramp['from']:.0f}"
        if "step" in value:
            return f"{in_words(value['step']['value'])} from {value['step']['from']:.0f}"
        held = ", held after" if value.get("after") == "hold" else ""
        return ", ".join(f"{year}: {number:g}" for year, number in value["table"].items()) + held
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {in_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(item) for item in value)
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def _distribution(said: Mapping[str, Any]) -> str:
    kind = said["distribution"]
    if kind == "uniform":
        return f"{said['low']:g} to {said['high']:g} (uniform)"
    centre = said.get("median", said.get("mean"))
    low, high = said["ci95"]
    return f"{centre:g} ({kind}, 95% {low:g} to {high:g})"
