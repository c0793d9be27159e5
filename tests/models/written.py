"""Small model folders with scenario files, written by chance, and the same folder with something more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.models.written_folder import (
    CLOCKS,
    DECISIONS,
    HAZARDS,
    OFTEN,
    PARAMETERS,
    Folder,
    strata,
    with_deaths,
    with_variable,
)
from tests.models.written_policies import ASSUMED, hazard_change, interventions, scenario_file, taken_from


@st.composite
def folders(draw: st.DrawFn, arms: int = 3) -> Folder:
    """A whole model folder with some scenario files; the first of them changes nothing."""
    folder = draw(strata())
    meaning = {"meaning": "invented", "unit": "ratio", "source": "assumption"}
    folder = folder.with_({}, parameters={n: {**meaning, "value": v} for n, v in PARAMETERS.items()})
    numbers = draw(st.permutations(DECISIONS))
    for i in range(draw(st.sampled_from([1, 2, 3, 4, 4]))):
        folder = draw(with_variable(folder, f"v{i}", numbers[i]))
    causes = draw(st.sampled_from([1, 2, 3, 3]))
    folder = draw(with_deaths(folder, draw(st.permutations(CLOCKS))[:causes]))
    if draw(OFTEN):
        folder = folder.with_({}, drawn_to=draw(st.sampled_from(list(folder.document["variables"]))))
    pool = draw(interventions(folder))
    n = draw(st.sampled_from([1, *range(2, arms + 1)]))
    changes = [scenario_file(f"arm{i}", draw(taken_from(pool))) for i in range(n)]
    return replace(folder, scenarios=(scenario_file("base", []), *changes))


# ---- the same folder with something more


def _inserted(parts: Mapping[str, Any], name: str, part: Any, place: int) -> dict[str, Any]:
    """A mapping with one more part, at a place of its order."""
    items = list(parts.items())
    return dict([*items[:place], (name, part), *items[place:]])


UNUSED = 7
"""A decision and a clock that no other folder has."""


@st.composite
def with_unrelated_variable(draw: st.DrawFn, folder: Folder) -> Folder:
    """One more variable, anywhere in the file: it may hang on others, and nothing hangs on it."""
    variables = folder.document["variables"]
    place = draw(st.integers(0, len(variables)))
    before = folder.with_({}, variables=dict(list(variables.items())[:place]))
    grown = draw(with_variable(before, "unrelated", UNUSED))
    part = grown.document["variables"]["unrelated"]
    tables = {"unrelated.csv": grown.tables["unrelated.csv"]}
    return folder.with_(tables, variables=_inserted(variables, "unrelated", part, place))


@st.composite
def with_cause(draw: st.DrawFn, folder: Folder, deadly: bool) -> Folder:
    """One more cause, anywhere in the file, that no ratio and no service acts on."""
    deaths = folder.document["deaths"]
    place = draw(st.integers(0, len(deaths["causes"])))
    part = {"meaning": "invented", "clock": UNUSED}
    every = list(deaths["causes"])
    causes = _inserted(deaths["causes"], "unrelated", part, place)
    ratios = [{"causes": every, **ratio} for ratio in deaths["hazard_ratios"]]
    header, *rows = folder.tables["hazards.csv"]
    cells = dict.fromkeys((*row[:-3], "unrelated", row[-2]) for row in rows)
    more = [(*cell, draw(HAZARDS) if deadly else 0.0) for cell in cells]
    return folder.with_(
        {"hazards.csv": (header, *rows, *more)}, deaths={**deaths, "causes": causes, "hazard_ratios": ratios}
    )


@st.composite
def with_service(draw: st.DrawFn, folder: Folder, causes: int | None = None) -> Folder:
    """A last scenario: a service that lowers the hazard of some causes, of just so many if that is said."""
    service = {**draw(hazard_change(folder)), "id": "new_service"}
    every = list(folder.document["deaths"]["causes"])
    if causes is not None:
        chosen = st.lists(st.sampled_from(every), min_size=causes, max_size=causes, unique=True)
        service = {**service, "causes": draw(chosen)}
    service["ratio"] = {"value": draw(st.sampled_from([0.5, 0.0, 0.9])), **ASSUMED}
    return replace(folder, scenarios=(*folder.scenarios, scenario_file("service", [service])))
