"""Scenario files for model folders, written by chance: every kind of change, corners included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.models.written_folder import OFTEN, Folder, some, within


def scenario_file(name: str, interventions: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands in a scenario file of a written model."""
    return {
        "scenario": 1,
        "name": name,
        "title": name,
        "why": "invented",
        "model": "written",
        "interventions": interventions,
    }


@st.composite
def interventions(draw: st.DrawFn, folder: Folder) -> list[dict[str, Any]]:
    """What the scenario files of a folder choose from, in an order that may differ from the causal one.

    An id means the same luck in every file, and must then mean the same thing: it says what is changed and who is
    aimed at.
    """
    variables = folder.document["variables"]
    exposures = [v for v, part in variables.items() if part["kind"] == "exposure"]
    found: dict[str, dict[str, Any]] = {}
    changed: list[str] = []
    for _ in range(draw(st.sampled_from([1, 2, 3, 4, 4]))):
        # what was changed before is what the next one aims at, if it can
        kinds = [hazard_change(folder, changed)]
        if exposures:
            fewer = prevalence_change(folder, exposures, changed)
            kinds = [fewer, fewer, *kinds, support_change(folder, exposures, changed)]
        kinds += [births_change(folder), alike_change(folder)]
        change = draw(st.one_of(kinds))
        found[change["id"]] = change
        changed = [*changed, change["of"]] if "of" in change else changed
    return list(found.values())


@st.composite
def taken_from(draw: st.DrawFn, pool: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some of these interventions in any order, of sizes of their own: an id says who and what, not how much."""
    taken = [draw(resized(change)) for change in pool if draw(OFTEN)]
    return draw(st.permutations(taken))


@st.composite
def resized(draw: st.DrawFn, change: dict[str, Any]) -> dict[str, Any]:
    """The same intervention, larger or smaller, or without effect."""
    if change["change"] == "prevalence":
        how = next(how for how in HOWS if how in change)
        return {**change, how: _like(change[how], draw(HOWS[how]))}
    if change["change"] == "births":
        return {**change, "multiply": draw(SHARES)}
    if change["change"] == "support":
        by, other = draw(st.sampled_from(list(VALUES))), change["effect"]
        outcome = next(other[key] for key in VALUES if key in other)
        effect = {by: outcome, **({"base": "natural"} if by == "multiplies" else {}), **ASSUMED}
        coverage = _like(change["coverage"]["value"], draw(SHARES))
        larger = {**change, "coverage": {"value": coverage, **ASSUMED}}
        if "relapse" in change:
            larger["relapse"] = {**change["relapse"], "share": draw(SHARES)}
        return {**larger, "effect": {**effect, "value": draw(VALUES[by])}}
    return change


def _like(number: Any, value: float) -> Any:
    """A value in the form of another number."""
    return {"step": {**number["step"], "value": value}} if isinstance(number, dict) else value


@st.composite
def number(draw: st.DrawFn, folder: Folder, values: st.SearchStrategy[float]) -> Any:
    """A plain number, or one that begins in the second year of some."""
    later = len(folder.years) > 1 and draw(st.booleans())
    value = draw(values)
    return {"step": {"from": folder.years[1], "value": value}} if later else value


def _aims(folder: Folder, before: str | None, changed: Sequence[str]) -> list[str]:
    """What may be aimed at, settled before what is changed: strata but the year, and variables.

    What another intervention changes comes first and is likelier.
    """
    dims = [dim for dim in folder.document["strata"]["dims"] if dim != "year"]
    variables = list(folder.document["variables"])
    settled = variables[: variables.index(before)] if before else variables
    return [*(v for v in settled if v in changed for _ in range(4)), *dims, *settled]


ASSUMED = {"source": "assumption", "note": "invented"}
SHARES = st.sampled_from([1.0, 0.5, 0.0, 0.8])
FACTORS = st.sampled_from([0.5, 0.0, 0.9])
EFFECTS = st.sampled_from([2.0, 0.5, 1.2, 1.0])
HOWS = {"multiply": FACTORS, "odds_ratio": st.sampled_from([0.5, 0.0, 3.0, 1.0]), "set": SHARES}
"""By how much each way to change a share does."""
VALUES = {
    "multiplies": EFFECTS,
    "adds": st.sampled_from([0.3, -0.2, 0.0]),
    "odds": EFFECTS,
    "sets": st.sampled_from([0.4, 0.0, 1.0]),
}
"""By how much each kind of effect changes a chance."""


@st.composite
def prevalence_change(
    draw: st.DrawFn, folder: Folder, exposures: Sequence[str], changed: Sequence[str]
) -> dict[str, Any]:
    """A share that changes, among all or some; of more levels than two by a fall to one of the others."""
    of = draw(st.sampled_from(exposures))
    levels = folder.levels(of)
    where = draw(some(_aims(folder, of, changed), 1))
    # one share cannot be set twice for the same births
    hows = ["multiply", "odds_ratio"] + ["set"] * (of not in changed)
    how = draw(st.sampled_from(hows)) if len(levels) == 2 else "multiply"
    moves: dict[str, Any] = {}
    if len(levels) > 2:
        level, to = draw(st.permutations(levels))[:2]
        moves = {"level": level, "to": to}
    if how == "set":
        moves = {"spread": "everywhere"}
    change = {"id": "_".join([how, of, *where]), "change": "prevalence", "of": of, **moves}
    by = draw(number(folder, HOWS[how]))
    return {**change, how: by, "where": draw(within(folder, where)), **ASSUMED}


@st.composite
def support_change(
    draw: st.DrawFn, folder: Folder, exposures: Sequence[str], changed: Sequence[str]
) -> dict[str, Any]:
    """An offer that makes one level of an exposure likelier, or less so."""
    variable = draw(st.sampled_from(exposures))
    to = draw(st.sampled_from(_aims(folder, variable, changed)))
    level = draw(st.sampled_from(folder.levels(variable)[:-1]))
    effect = {"multiplies": {"variable": variable, "level": level}, "base": "natural"}
    deaths = folder.document["deaths"]
    relapse = {}
    # who goes back must be at a hazard that is a multiple of the one before
    if variable not in deaths["baseline"]["by"] and draw(st.booleans()):
        age = draw(st.sampled_from(list(deaths["age_bands"])))
        relapse = {"relapse": {"share": draw(SHARES), "from_age": age, **ASSUMED}}
    return {
        "id": f"offer_{variable}_{to}",
        "change": "support",
        "offer_to": draw(within(folder, [to])),
        "coverage": {"value": draw(number(folder, SHARES)), **ASSUMED},
        "uptake": {"value": draw(SHARES), **ASSUMED},
        "effect": {**effect, "value": draw(EFFECTS), **ASSUMED},
        **relapse,
    }


@st.composite
def births_change(draw: st.DrawFn, folder: Folder) -> dict[str, Any]:
    """Fewer births, among all or some."""
    where = draw(some(_aims(folder, None, ()), 1))
    change = {"id": "_".join(["fewer", *where]), "change": "births", "multiply": draw(SHARES)}
    return {**change, "where": draw(within(folder, where)), **ASSUMED}


@st.composite
def alike_change(draw: st.DrawFn, folder: Folder) -> dict[str, Any]:
    """Every place as one of them."""
    dims = [dim for dim in folder.document["strata"]["dims"] if dim != "year"]
    dimension = draw(st.sampled_from(dims))
    like = draw(st.sampled_from(folder.levels(dimension)))
    return {"id": f"alike_{dimension}", "change": "what_if_equal", "dimension": dimension, "like": like}


@st.composite
def hazard_change(draw: st.DrawFn, folder: Folder, changed: Sequence[str] = ()) -> dict[str, Any]:
    """A service that multiplies hazards, among all or those whom it reaches."""
    deaths = folder.document["deaths"]
    where = draw(some(_aims(folder, None, changed), 1))
    change: dict[str, Any] = {
        "id": "_".join(["service", *where]),
        "change": "hazard_ratio",
        "begins": "pregnancy",
        "causes": draw(st.lists(st.sampled_from(list(deaths["causes"])), min_size=1, unique=True)),
        "age_bands": draw(st.lists(st.sampled_from(list(deaths["age_bands"])), min_size=1, unique=True)),
        "ratio": {"value": draw(st.sampled_from([0.5, 0.0, 2.0])), **ASSUMED},
        "where": draw(within(folder, where)),
    }
    if draw(st.booleans()):
        change["coverage"] = {"value": draw(SHARES), **ASSUMED}
    return change
