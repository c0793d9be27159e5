"""What a scenario says and does, in numbers from the tables of a model: nothing is simulated."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from scenarios.meaning import meaning_of
from scenarios.numbers_of import Stated, stated
from scenarios.schema import ASSUMPTION, Cost, HazardRatio, Intervention, Scenario, Support
from scenarios.traced import Move, Trace, Traced, Tracer
from simcore.model import Model
from simcore.tables import read_table

CITED = ("title", "publisher", "year", "url")


def explain(scenario: Scenario, tracer: Tracer) -> dict[str, Any]:
    """Plain data of who, how many, what changes from what to what, what is assumed and what is known.

    Counts are births a year, one for each of ``tracer.years``; shares are of the births that stand beside them.

    Raises
    ------
    DocumentError
        If an intervention cannot be laid over the model.
    """
    model, structure, found = tracer.model, tracer.structure, tracer.trace(scenario)
    said = meaning_of(scenario)
    return {
        "file": scenario.document.path,
        "extends": [path for path, _ in scenario.document.parents],
        "name": scenario.name,
        "title": scenario.title,
        "why": scenario.why,
        "is_not": list(scenario.is_not),
        "model": model.name,
        "structure": dict(structure.choices),
        "structure_label": structure.label,
        "years": list(found.years),
        "births": found.births.tolist(),
        "evidence": said.get("evidence"),
        "discount_rate": said.get("discount_rate"),
        "interventions": [
            _intervention(at, said["interventions"][at.change.id], found, model) for at in found.traces
        ],
        "in_all_births": [
            {
                "variable": name,
                "meaning": model.spec.variables[name].meaning,
                "levels": [model.label(name, level) for level in model.levels(name)],
                "before": _shares(found.natural[name]),
                "after": _shares(found.after[name]),
            }
            for name in found.natural
        ],
        "sources": _sources(scenario, model),
    }


def _intervention(at: Trace, said: dict[str, Any], found: Traced, model: Model) -> dict[str, Any]:
    change = at.change
    numbers = list(stated(change))
    told: dict[str, Any] = {
        "id": change.id,
        "change": said["change"],
        "who": _who(change, model),
        "acts_in": [year for year in found.years if change.years.holds(year)],
        "aimed_at": at.aimed.tolist(),
        "steps": {name: births.tolist() for name, births in at.stages.items()},
        "moves": [_move(move, model) for move in at.moves],
        "numbers": [
            _number(number, change, found.years) for number in numbers if not number.key.startswith("cost/")
        ],
        "costs": [_cost(number, at, found.years) for number in numbers if number.key.startswith("cost/")],
    }
    if isinstance(change, HazardRatio):
        told["hazard"] = {
            "begins": change.begins,
            "causes": {cause: model.spec.deaths.causes[cause].meaning for cause in change.causes},
            "age_bands": list(change.age_bands),
        }
    for key in ("like", "dimension"):
        if key in said:
            told[key] = said[key]
    return told


def _who(change: Intervention, model: Model) -> list[dict[str, Any]]:
    """Each variable or stratum aimed at, with its levels as the evidence writes them."""
    wanted = dict(change.where)
    if isinstance(change, Support):
        for name, levels in change.offer_to.items():
            wanted[name] = tuple(level for level in levels if level in wanted.get(name, levels))
    return [
        {
            "name": name,
            "meaning": _meaning(model, name),
            "levels": [model.label(name, level) for level in levels],
        }
        for name, levels in wanted.items()
    ]


def _meaning(model: Model, name: str) -> str:
    """What a variable is; a stratum dimension is what it is called."""
    return model.spec.variables[name].meaning if name in model.spec.variables else name


def _move(move: Move, model: Model) -> dict[str, Any]:
    return {
        "variable": move.variable,
        "meaning": _meaning(model, move.variable),
        "levels": [model.label(move.variable, level) for level in move.levels],
        "before": _shares(move.before),
        "after": _shares(move.after),
        "moved": move.moved.tolist(),
    }


def _number(number: Stated, change: Intervention, years: Sequence[int]) -> dict[str, Any]:
    return {
        "key": number.key,
        "value": number.spelt,
        "by_year": [None if math.isnan(at) else at for at in number.by_year(change, years)],
        "source": list(number.sourced.source),
        "note": number.sourced.note,
        "assumed": number.assumed,
    }


def _cost(number: Stated, at: Trace, years: Sequence[int]) -> dict[str, Any]:
    cost = number.sourced
    assert isinstance(cost, Cost)
    if cost.per == "moved":
        people = sum((move.moved for move in at.moves), at.aimed * 0.0)
    else:
        people = at.aimed if cost.per == "birth" else at.stages.get(cost.per, at.aimed)
    return {
        **_number(number, at.change, years),
        "per": cost.per,
        "price_year": cost.price_year,
        "people": people.tolist(),
        "pounds": (people * number.by_year(at.change, years)).tolist(),
    }


def _shares(births: Any) -> list[list[float]]:
    """Shares by level, year by year; zero where there are no births."""
    total = births.sum(axis=1, keepdims=True)
    shares: list[list[float]] = (births / (total + (total == 0))).tolist()
    return shares


def _sources(scenario: Scenario, model: Model) -> list[dict[str, str]]:
    """The sources that stand beside its numbers, as the model's table has them."""
    numbers = [number.sourced.source for change in scenario.interventions for number in stated(change)]
    if scenario.discount_rate is not None:
        numbers.append(scenario.discount_rate.source)
    keys = dict.fromkeys(key for keys in numbers for key in keys if key != ASSUMPTION)
    known = _table(model)
    return [{"key": key, **known.get(key, {})} for key in keys]


def _table(model: Model) -> dict[str, dict[str, str]]:
    if model.spec.sources is None:
        return {}
    rows: Iterable[Any] = read_table(model.folder / model.spec.sources, {"key": str}, others=True).rows()
    return {row["key"]: {name: str(row[name]) for name in CITED if row.get(name)} for row in rows}
