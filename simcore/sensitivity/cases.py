"""What is tried: the model as it is, its structures, its alternatives, and each effect turned to neutral."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simcore.model import Model
from simcore.sensitivity.file import Alternatives, Change

Kind = Literal["as shipped", "structure", "assumption", "effect"]


@dataclass(frozen=True)
class Case:
    """One copy of the model that is tried."""

    kind: Kind
    id: str
    assumption: str
    meaning: str
    change: Change


def cases_of(model: Model, data: Mapping[str, Any], alternatives: Alternatives) -> tuple[Case, ...]:
    """Everything to try, the model as it is first.

    ``data`` is the model file as plain data: whatever arrows it has, each is turned to neutral once.
    """
    first = Case("as shipped", "as_shipped", "", "the model as it is", Change())
    listed = [Case("assumption", a.id, a.assumption, a.meaning, a) for a in alternatives.alternatives]
    return (first, *_structures(model), *listed, *_effects(data))


def _structures(model: Model) -> Iterator[Case]:
    """Every option of every variant but the default ones, one at a time."""
    for name, variant in model.spec.variants.items():
        for option, what in variant.options.items():
            if option != variant.default:
                meaning = f"{variant.meaning}: {what.meaning}"
                yield Case("structure", f"{name}={option}", "", meaning, Change(variants={name: option}))


def _effects(data: Mapping[str, Any]) -> Iterator[Case]:
    """Published totals left out with the direct effect at one; each ratio; then all that a variable does."""
    parameters = data.get("parameters", {})
    contrasts = (data.get("solve") or {}).get("contrasts", {})
    by_parent: dict[str, dict[str, Change]] = {}
    for name, contrast in contrasts.items():
        total, solves = contrast["value"], contrast["solves"]
        one = {"meaning": "turned to neutral", "value": 1.0, "unit": "ratio", "source": "assumption"}
        places: dict[str, Any] = {f"solve.contrasts.{name}": None, f"parameters.{solves}": one}
        places |= dict.fromkeys(_named_by_options(data, name))
        if not any(other["value"] == total for key, other in contrasts.items() if key != name):
            places |= dict.fromkeys(_named_by_options(data, total)) | {f"parameters.{total}": None}
        change = Change(set=places)
        meaning = f"none of: {parameters.get(total, {}).get('meaning', '')}; {solves} at 1"
        yield Case("effect", total, "", meaning, change)
        for _, item in _items(data):
            if item.get("causal", True) and solves in item.get("ratios", {}).values():
                by_parent.setdefault(item["parent"], {})[total] = change
    named: dict[str, None] = {}
    for place, item in _items(data):
        ratios = item.get("ratios", {})
        by_name = {ratio: Change(parameters={ratio: 1.0}) for ratio in ratios.values() if ratio in parameters}
        named |= dict.fromkeys(by_name)
        found: dict[str, Change] = dict(by_name)
        if not any(isinstance(ratio, str) for ratio in ratios.values()):
            change = Change(set={f"{place}.ratios.{level}": 1.0 for level in ratios})
            found[place] = change
            yield Case("effect", place, "", f"nothing from {item['parent']}: its ratios at 1", change)
        if item.get("causal", True):
            by_parent.setdefault(item["parent"], {}).update(found)
    for name in named:
        change = Change(parameters={name: 1.0})
        yield Case("effect", name, "", f"none of: {parameters[name].get('meaning', '')}", change)
    for parent, changes in by_parent.items():
        if len(changes) > 1:
            meaning = f"none of: {', '.join(changes)}"
            yield Case("effect", f"all effects of {parent}", "", meaning, _together(changes.values()))


def _together(changes: Iterable[Change]) -> Change:
    parameters: dict[str, float] = {}
    places: dict[str, Any] = {}
    for change in changes:
        parameters |= change.parameters
        places |= change.set
    return Change(parameters=parameters, set=places)


def _named_by_options(data: Mapping[str, Any], name: str) -> Iterator[str]:
    """Places where an option of a variant says something of a parameter or a contrast."""
    for variant, of in data.get("variants", {}).items():
        for option, what in of.get("options", {}).items():
            for key, inner in what.items():
                if isinstance(inner, dict) and name in inner:
                    yield f"variants.{variant}.options.{option}.{key}.{name}"


def _items(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every set of ratios of the model file, with the way to it."""
    for name, variable in data.get("variables", {}).items():
        for i, item in enumerate(variable.get("odds_ratios", ())):
            yield f"variables.{name}.odds_ratios[{i}]", item
    for i, item in enumerate(data.get("deaths", {}).get("hazard_ratios", ())):
        yield f"deaths.hazard_ratios[{i}]", item
