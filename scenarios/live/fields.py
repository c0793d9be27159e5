"""The numbers of an intervention that a slider moves: what each is called, where it ends, what the file says of it."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.meaning import in_words
from scenarios.numbers_of import Stated, stated
from scenarios.schema import ASSUMPTION, AnyIntervention, HazardRatio, Prevalence, Support
from scenarios.schema.paths import ByYear, Number, Ramp, Step

EFFECT = "effect"
GATES = ("coverage", "uptake")
Ends = tuple[float, float, float]
"""Lowest, highest, step."""
_ENDS: dict[str, tuple[str, Ends]] = {
    "multiply": ("ratio", (0.0, 1.5, 0.01)),
    "odds_ratio": ("odds ratio", (0.1, 3.0, 0.01)),
    "add": ("points", (-0.3, 0.3, 0.001)),
    "set": ("%", (0.0, 0.5, 0.001)),
    "ratio": ("ratio", (0.3, 1.2, 0.001)),
    "births": ("ratio", (0.5, 1.0, 0.001)),
    "multiplies": ("ratio", (0.5, 3.0, 0.01)),
    "odds": ("odds ratio", (0.5, 5.0, 0.01)),
    "adds": ("points", (-0.1, 0.5, 0.001)),
    "sets": ("%", (0.0, 1.0, 0.001)),
}
"""By what an effect does: its unit, and how far a slider goes; further where the file's own value lies beyond."""
_GATE: tuple[str, Ends] = ("%", (0.0, 1.0, 0.005))
_LABELS = {
    "coverage": "Coverage: share of those eligible who are reached",
    "uptake": "Uptake: share of those reached who accept",
    "multiply": "Effect: the share at risk becomes this many times as large",
    "odds_ratio": "Effect: the odds of being at risk are multiplied by this",
    "add": "Effect: added to the share",
    "set": "Effect: the share becomes this",
    "ratio": "Effect: the risk of death among those who accept is multiplied by this",
    "births": "Births become this many times as many",
    "multiplies": "Effect: success becomes this many times as likely",
    "odds": "Effect: the odds of success are multiplied by this",
    "adds": "Effect: added to the share who succeed",
    "sets": "Effect: the share who succeed",
}


@dataclass(frozen=True)
class Field:
    """A number that can be moved.

    Attributes
    ----------
    name
        ``coverage``, ``uptake`` or ``effect``.
    unit
        ``%`` and ``points`` are of shares, which are numbers from 0 to 1 here; else ``ratio`` or ``odds ratio``.
    value
        Where it stands in the file: the middle of an uncertain number; where a path ends.
    published
        The file's number in words, its interval and path included.
    source
        Keys of the model's sources, or ``assumption``; the note that stands beside it.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    value: float
    published: str
    source: str


def fields_of(change: AnyIntervention) -> tuple[Field, ...]:
    """The fields of an intervention, in the order of the cascade; none of a bound."""
    return tuple(_field(change, number) for number in stated(change) if _name(number) is not None)


def effect_key(change: AnyIntervention) -> str:
    """What the effect of an intervention does, as its file calls it: ``multiply``, ``adds``, ``ratio``.

    Births have the key ``births``, for their factor is bounded otherwise.
    """
    if isinstance(change, Prevalence):
        return change.how
    if isinstance(change, Support):
        return change.effect.by
    return "ratio" if isinstance(change, HazardRatio) else "births"


def end_of(number: Number) -> float:
    """Where a number ends: the last value of a path, the middle of what is uncertain."""
    if isinstance(number, ByYear):
        return float(number.table[number.last])
    if isinstance(number, Ramp):
        return number.ramp.value.central
    return number.step.value.central if isinstance(number, Step) else number.central


def _name(number: Stated) -> str | None:
    """The field that a number of a file is; None for costs and relapse, which are not moved here."""
    if number.key in GATES:
        return number.key
    return None if number.key == "relapse" or number.key.startswith("cost/") else EFFECT


def _field(change: AnyIntervention, number: Stated) -> Field:
    name = _name(number) or EFFECT
    key = name if name in GATES else effect_key(change)
    unit, (low, high, step) = _GATE if name in GATES else _ENDS[key]
    value = end_of(number.number)
    return Field(
        name,
        _LABELS[key],
        unit,
        min(low, value),
        max(high, _wider(value) if value > high else high),
        step,
        float(f"{value:.10g}"),
        in_words(number.spelt),
        _source(number),
    )


def _wider(value: float) -> float:
    """An end of a slider that lies beyond a value."""
    return round(1.5 * value, 3)


def _source(number: Stated) -> str:
    keys = ["an assumption" if key == ASSUMPTION else key for key in number.sourced.source]
    note = number.sourced.note.strip()
    return ", ".join(keys) + (f". {note}" if note else "")
