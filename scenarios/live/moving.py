"""An intervention as its file has it, with what was moved by hand: plain data in, plain data out."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any

from scenarios.live.fields import EFFECT, GATES, effect_key, end_of
from scenarios.live.levers import Lever, can_aim
from scenarios.live.state import WHERE, Chosen, Settings
from scenarios.margins import IMD
from scenarios.schema import AnyIntervention, Births, HazardRatio, Support
from scenarios.schema.paths import ByYear, Number, Ramp, Step
from simcore.model import Model
from simcore.problems import DocumentError, Problem, dotted, hint

Plain = dict[str, Any]
PAGE = "assumption"
"""What a number that was set by hand rests on."""


def intervention_of(lever: Lever, chosen: Chosen, place: int, model: Model) -> Plain:
    """The intervention as a file would say it.

    Raises
    ------
    DocumentError
        If the lever has no such field, or cannot be aimed or ramped; ``place`` says where in the state.
    """
    change, settings = lever.change, chosen.set
    problems = list(_not_there(lever, settings, place, model))
    if problems:
        raise DocumentError(problems)
    said: Plain = change.model_dump(mode="json", by_alias=True, exclude_unset=True)
    said = deepcopy(said)
    for field in lever.fields:
        value = getattr(settings, field.name)
        if value is not None and value != field.value:
            holder, key = _where_it_stands(said, change, field.name)
            holder[key] = _moved(_number(change, field.name), holder[key], value, change)
            _assumed(holder, f"Set by hand; the file {lever.scenario.name} has {field.published}.")
    if settings.deciles is not None:
        target = said["offer_to"] if IMD in said.get("offer_to", {}) else said.setdefault("where", {})
        target[IMD] = list(settings.deciles)
    if settings.ramp is not None:
        _ramp(said, change, settings.ramp)
    return said


def is_moved_effect(lever: Lever, settings: Settings) -> bool:
    """Whether an effect is another than the file's: what follows is then a what-if."""
    published = {field.name: field.value for field in lever.fields}
    return settings.effect is not None and settings.effect != published.get(EFFECT)


def _not_there(lever: Lever, settings: Settings, place: int, model: Model) -> Any:
    def problem(key: str, message: str) -> Problem:
        return Problem(WHERE, None, None, dotted(("policy", place, "set", key)), message)

    names = [field.name for field in lever.fields]
    for name in (*GATES, EFFECT):
        if getattr(settings, name) is not None and name not in names:
            yield problem(name, f"{lever.id} has no {name}; {hint(name, names, cutoff=1.0)}")
    if settings.deciles is not None:
        if IMD not in model.strata or not can_aim(lever.change):
            yield problem("deciles", f"{lever.id} is not aimed at deciles; leave them out")
        else:
            levels = model.strata[IMD]
            for level in settings.deciles:
                if level not in levels:
                    yield problem("deciles", f"no decile `{level}`; {hint(level, levels)}")
    if settings.ramp is not None and not names:
        yield problem("from", f"{lever.id} is a bound and has no way up; leave the years out")


def _number(change: AnyIntervention, name: str) -> Number:
    named = change.named_numbers()
    if name in GATES:
        return named[name]
    return next(number for key, number in named.items() if key not in (*GATES, "relapse"))


def _where_it_stands(said: Plain, change: AnyIntervention, name: str) -> tuple[Plain, str]:
    """The mapping that holds a number beside its source, and the number's key there."""
    if name in GATES:
        return said[name], "value"
    if isinstance(change, Support):
        return said["effect"], "value"
    if isinstance(change, HazardRatio):
        return said["ratio"], "value"
    return said, "multiply" if isinstance(change, Births) else effect_key(change)


def _moved(number: Number, said: Any, value: float, change: AnyIntervention) -> Any:
    """A number that ends at ``value``; a path keeps its shape."""
    if isinstance(number, Ramp):
        return {"ramp": {**said["ramp"], "value": value}}
    if isinstance(number, Step):
        return {"step": {**said["step"], "value": value}}
    if isinstance(number, ByYear):
        table = _rescaled(number, value, effect_key(change))
        return {**said, "table": table}
    return value


def _rescaled(number: ByYear[float], value: float, key: str) -> dict[int, float]:
    """A table of years that ends at another value: every year goes the same share of the new way."""
    end = end_of(number)
    if key in ("odds_ratio", "odds") and end > 0 and value > 0 and end != 1.0:
        way = math.log(value) / math.log(end)
        return {year: listed**way for year, listed in number.table.items()}
    nothing = 1.0 if key in ("multiply", "multiplies", "odds_ratio", "odds", "ratio", "births") else 0.0
    if end == nothing:
        return dict.fromkeys(number.table, value)
    way = (value - nothing) / (end - nothing)
    return {year: nothing + way * (listed - nothing) for year, listed in number.table.items()}


def _assumed(holder: Plain, note: str) -> None:
    holder["source"], holder["note"] = [PAGE], note


def _ramp(said: Plain, change: AnyIntervention, years: tuple[int, int]) -> None:
    """In equal yearly steps: of those reached where some are, else of the effect itself."""
    name = "coverage" if "coverage" in said else EFFECT
    holder, key = _where_it_stands(said, change, name)
    holder[key] = {"ramp": {"from": years[0], "to": years[1], "value": _end(holder[key])}}


def _end(said: Any) -> Any:
    """The last value of a number as a file writes it, uncertain as it is."""
    if isinstance(said, dict):
        if "ramp" in said:
            return said["ramp"]["value"]
        if "step" in said:
            return said["step"]["value"]
        if "table" in said:
            return said["table"][max(said["table"], key=int)]
    return said
