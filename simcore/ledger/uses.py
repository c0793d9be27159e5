"""Where a model file uses each parameter and each table, and which variables that is about.

The file is walked as plain data: a new kind of arrow or table needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SECTIONS = ("strata", "variables", "deaths", "solve", "variants")


@dataclass(frozen=True)
class Use:
    """One place of the model file that uses a figure, and the variables it is about."""

    place: str
    about: frozenset[str]


@dataclass(frozen=True)
class Uses:
    """Uses of every parameter (solved effects among them) and of every table, by name."""

    parameters: Mapping[str, tuple[Use, ...]]
    tables: Mapping[str, tuple[Use, ...]]
    names: tuple[str, ...]
    """Variables, parameters, solved effects, ``births`` and ``deaths``: what one may ask about."""

    def about(self, name: str) -> frozenset[str]:
        """Everything that a parameter or a table is about."""
        found = (*self.parameters.get(name, ()), *self.tables.get(name, ()))
        return frozenset().union(*(use.about for use in found))


def uses_of(data: Mapping[str, Any]) -> Uses:
    """Every use in a model file, given as plain data.

    >>> data = {"parameters": {"hr": {}}, "variables": {"smoking": {}},
    ...         "deaths": {"hazard_ratios": [{"parent": "smoking", "ratios": {"yes": "hr"}}]}}
    >>> uses_of(data).parameters["hr"][0].place
    'deaths.hazard_ratios'
    """
    variables = set(data.get("variables", {}))
    contrasts = (data.get("solve") or {}).get("contrasts", {})
    solved = {str(c["solves"]) for c in contrasts.values() if "solves" in c}
    parameters = {*data.get("parameters", {}), *solved}
    found: dict[str, dict[Use, None]] = {}
    for section in SECTIONS:
        for path, group, word in _words(data.get(section, {}), (section,), {}):
            if word in parameters or word.endswith(".csv"):
                about = {w for w in strings(group) if w in variables} | _owner(path)
                use = Use(_place(path), frozenset(about))
                found.setdefault(word, {})[use] = None
    # a published total is about whatever the effect that it fixes acts on
    for contrast in contrasts.values():
        total, effect = contrast.get("value"), contrast.get("solves")
        acts_on = frozenset().union(*(use.about for use in found.get(effect, {})))
        known = {Use(use.place, use.about | acts_on | {str(effect)}): None for use in found.get(total, {})}
        found[total] = known
    by_name = {name: tuple(uses) for name, uses in found.items()}
    return Uses(
        {name: by_name.get(name, ()) for name in parameters},
        {name: uses for name, uses in by_name.items() if name.endswith(".csv")},
        (*data.get("variables", {}), *data.get("parameters", {}), *sorted(solved), "births", "deaths"),
    )


def _words(
    value: object, path: tuple[str, ...], group: object
) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """Every key and text with the way to it and the item of a list, or contrast, that holds it."""
    if isinstance(value, dict):
        if len(path) == 3 and path[:2] == ("solve", "contrasts"):
            group = value
        for key, inner in value.items():
            yield path, group, str(key)
            yield from _words(inner, (*path, str(key)), group)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _words(inner, (*path, str(i)), inner if isinstance(inner, dict) else group)
    elif isinstance(value, str):
        yield path, group, value


def strings(value: object) -> Iterator[str]:
    """Every word and sentence of a document, keys left out."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def _owner(path: tuple[str, ...]) -> set[str]:
    """The variable whose own entry this is; births and deaths for what is about them as such."""
    if path[0] == "variables":
        return {path[1]}
    return {"strata": {"births"}, "deaths": {"deaths"}}.get(path[0], set())


def _place(path: tuple[str, ...]) -> str:
    """``variables.smoking.odds_ratios``: the way as far as a reader needs it."""
    short = path[:3]
    return ".".join(part for part in short if not part.isdigit())
