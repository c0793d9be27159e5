"""Small model folders, written by chance: what a modeller might write, corners included.

A `Folder` is what stands in the files and nothing more; it is read through the ordinary door. Its ``repr`` is the
files themselves, so that an example that fails can be copied from the terminal.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from scenarios.check import check_against, vocabulary_of
from scenarios.read import parse_scenario
from scenarios.schema import Scenario
from simcore.load import load_model
from simcore.model import Model

Row = tuple[Any, ...]
FIRST_YEAR = 2001
EDGES = (0, 1, 7, 28, 365)


@dataclass(frozen=True, repr=False)
class Folder:
    """A model file and its tables, and scenario files beside it."""

    document: Mapping[str, Any]
    tables: Mapping[str, tuple[Row, ...]]
    """Rows by file name, the header first."""
    scenarios: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def files(self) -> dict[str, str]:
        """The text of every file of the folder."""
        texts = {"model.yaml": _text(_without_unused(self.document))}
        for name, rows in self.tables.items():
            texts[name] = "".join(",".join(map(str, row)) + "\n" for row in rows)
        for scenario in self.scenarios:
            texts[f"scenarios/{scenario['name']}.yaml"] = _text(scenario)
        return texts

    def __repr__(self) -> str:
        return "\n" + "".join(f"---- {name}\n{text}" for name, text in self.files.items())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    @cached_property
    def model(self) -> Model:
        """The model, read from a folder on the disk."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in self.files.items():
                path = Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return load_model(folder)

    @cached_property
    def arms(self) -> tuple[Scenario, ...]:
        """The scenarios, read and checked against the model; the first one changes nothing."""
        files = self.files
        read = [
            parse_scenario(files[f"scenarios/{s['name']}.yaml"], f"{s['name']}.yaml") for s in self.scenarios
        ]
        if self.years:
            for scenario in read:
                check_against(scenario, vocabulary_of(self.model), (self.years[0], self.years[-1]))
        return tuple(read)

    @property
    def years(self) -> tuple[int, ...]:
        """Every year of the model."""
        dims = self.document["strata"]["dims"]
        return tuple(range(dims["year"]["first"], dims["year"]["last"] + 1)) if "year" in dims else ()

    def levels(self, name: str) -> tuple[str, ...]:
        """Level names of a stratum dimension or a variable."""
        dims = self.document["strata"]["dims"]
        if name == "year":
            return tuple(map(str, self.years))
        return tuple((dims[name] if name in dims else self.document["variables"][name])["levels"])

    def with_(self, tables: Mapping[str, tuple[Row, ...]], **parts: Any) -> Folder:
        """The folder with some parts of the model file replaced, and further tables."""
        return replace(self, document={**self.document, **parts}, tables={**self.tables, **tables})


class _Plain(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """Writes what it is given twice as two: model files have no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(document: Mapping[str, Any]) -> str:
    return yaml.dump(dict(document), Dumper=_Plain, sort_keys=False, width=110)


def _without_unused(document: Mapping[str, Any]) -> dict[str, Any]:
    """A model file with those parameters only that something in it names."""
    parameters = document.get("parameters", {})
    used = json.dumps({key: part for key, part in document.items() if key != "parameters"})
    return {**document, "parameters": {name: p for name, p in parameters.items() if f'"{name}"' in used}}


def rows_over(folder: Folder, axes: Sequence[str], column: str, values: Sequence[Any]) -> tuple[Row, ...]:
    """A table with a row for each combination of levels, the last axis fastest."""
    cells = product(*(folder.levels(axis) for axis in axes))
    return ((*axes, column), *((*cell, value) for cell, value in zip(cells, values, strict=True)))


# ---- strategies


def some(names: Sequence[str], at_most: int) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of these names, each once, in any order."""
    most = min(at_most, len(set(names)))
    # weighed towards many: small files come of themselves
    sizes = st.sampled_from([*range(most + 1), *[most] * most])
    return sizes.flatmap(
        lambda n: (
            st.lists(st.sampled_from(list(names)), unique=True, min_size=n, max_size=n).map(tuple)
            if n
            else st.just(())
        )
    )


def numbered(name: str, least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Levels of a variable or dimension."""
    return st.integers(least, most).map(lambda n: [f"{name}{i}" for i in range(n)])


OFTEN = st.sampled_from([False, True, True])
DECISIONS = [0, 1, 2, 5, 2**20 + 3, "beside_clocks", 2**31 - 1]
CLOCKS = [0, 1, 5, 6, 6 * 2**15 - 1]
"""Numbers with gaps and the greatest that a model file may say."""
RATIOS = st.sampled_from([1.0, 2.0, 0.5, 4.0, 0.25, "effect", "benefit"])
"""Numbers, or the name of an uncertain parameter."""
HAZARDS = st.sampled_from([0.02, 0.0, 0.3, 1.0, 0.002, 4.0])


@st.composite
def shares(draw: st.DrawFn, levels: int) -> list[float]:
    """Shares of each level, some of them zero."""
    weights = draw(st.lists(st.sampled_from([1, 2, 0, 3, 1, 2]), min_size=levels, max_size=levels))
    if not any(weights):
        weights[0] = 1
    return [weight / sum(weights) for weight in weights]


@st.composite
def strata(draw: st.DrawFn) -> Folder:
    """A folder with strata and births, and nothing yet to happen to them."""
    dims: dict[str, Any] = {"area": {"levels": draw(numbered("area", 2, 3))}}
    part: dict[str, Any] = {
        "model": "written",
        "title": "Written by chance",
        "edition": "1",
        "population": "none",
    }
    if draw(st.booleans()):
        years = {"first": FIRST_YEAR, "last": FIRST_YEAR + draw(st.integers(0, 1))}
        dims = dict(draw(st.permutations([("year", years), *dims.items()])))
        part["reference_years"] = [draw(st.integers(years["first"], years["last"]))]
    part |= {"strata": {"dims": dims, "births": "births.csv"}, "variables": {}}
    folder = Folder(part, {})
    cells = list(product(*(folder.levels(dim) for dim in dims)))
    births = draw(st.lists(st.sampled_from([900, 2500, 40, 0]), min_size=len(cells), max_size=len(cells)))
    # a place may have none, a year not
    births = [n or (900 if "area0" in cell else 0) for n, cell in zip(births, cells, strict=True)]
    return folder.with_({"births.csv": rows_over(folder, list(dims), "births", births)})


@st.composite
def with_variable(draw: st.DrawFn, folder: Folder, name: str, decision: int | str) -> Folder:
    """One more variable, after those that are there: a conditional table, or a margin with odds ratios."""
    dims, before = list(folder.document["strata"]["dims"]), list(folder.document["variables"])
    levels = [f"{name}{i}" for i in range(draw(st.sampled_from([2, 2, 3])))]
    variable: dict[str, Any] = {
        "kind": draw(st.sampled_from(["exposure", "exposure", "descriptor", "intermediate"])),
        "meaning": "invented",
        "decision": decision,
        "levels": levels,
    }
    parents = draw(some([*before, *(dim for dim in dims if dim != "year")], 2))
    by_odds = bool(parents) and draw(OFTEN)
    margins = [dim for dim in dims if dim not in parents]
    by = draw(some(margins, 2)) if by_odds else draw(some([*dims, *before], 2))
    variable["shares"] = {"table": f"{name}.csv", "by": list(by)}
    if by_odds:
        variable["odds_ratios"] = [draw(odds_ratio(folder, parent, levels)) for parent in parents]
    rows = 1
    for axis in by:
        rows *= len(folder.levels(axis))
    table = [share for _ in range(rows) for share in draw(shares(len(levels)))]
    grown = folder.with_({}, variables={**folder.document["variables"], name: variable})
    cells = (*product(*(folder.levels(axis) for axis in by), levels),)
    lines = ((*by, "level", "share"), *((*cell, value) for cell, value in zip(cells, table, strict=True)))
    return grown.with_({f"{name}.csv": lines})


@st.composite
def odds_ratio(draw: st.DrawFn, folder: Folder, parent: str, levels: Sequence[str]) -> dict[str, Any]:
    """How the odds of some levels change with the levels of a parent but its first."""
    ratio: dict[str, Any] = {
        "parent": parent,
        "causal": not draw(st.booleans()),
        "ratios": {level: draw(RATIOS) for level in folder.levels(parent)[1:]},
    }
    if draw(st.booleans()):
        ratio["of"] = [draw(st.sampled_from(list(levels)))]
    return ratio


@st.composite
def with_deaths(draw: st.DrawFn, folder: Folder, clocks: Sequence[int]) -> Folder:
    """Causes, bands and hazards, by anything that stands in the file."""
    dims, variables = list(folder.document["strata"]["dims"]), list(folder.document["variables"])
    named = [*variables, *variables, *(dim for dim in dims if dim != "year")]
    causes = {f"cause{i}": {"meaning": "invented", "clock": clock} for i, clock in enumerate(clocks)}
    n_bands = draw(st.sampled_from([1, 2, 3, 4, 4]))
    bands = {f"band{i}": [EDGES[i], EDGES[i + 1]] for i in range(n_bands)}
    by = draw(some(named, 2))
    rows = len(causes) * n_bands
    for axis in by:
        rows *= len(folder.levels(axis))
    hazards = draw(st.lists(HAZARDS, min_size=rows, max_size=rows))
    cells = product(*(folder.levels(axis) for axis in by), causes, bands)
    lines = ((*by, "cause", "age_band", "hazard"), *((*c, h) for c, h in zip(cells, hazards, strict=True)))
    deaths: dict[str, Any] = {
        "causes": causes,
        "age_bands": bands,
        "baseline": {"by": list(by), "table": "hazards.csv"},
    }
    if draw(st.booleans()):
        deaths["ratios_act_within"] = draw(within(folder, draw(some(variables, 1))))
    ratios = draw(st.sampled_from([0, 1, 2, 2]))
    parents = [*variables, *(dim for dim in dims if dim != "year")]
    one = hazard_ratio(folder, parents, list(causes), list(bands))
    deaths["hazard_ratios"] = [draw(one) for _ in range(ratios)]
    return folder.with_({"hazards.csv": lines}, deaths=deaths)


def within(folder: Folder, names: Sequence[str]) -> st.SearchStrategy[dict[str, list[str]]]:
    """Some levels, one at least, of each of these variables."""
    levels = {name: st.lists(st.sampled_from(folder.levels(name)), min_size=1, unique=True) for name in names}
    return st.fixed_dictionaries(levels)


@st.composite
def hazard_ratio(
    draw: st.DrawFn, folder: Folder, variables: Sequence[str], causes: list[str], bands: list[str]
) -> dict[str, Any]:
    """A factor on hazards, on some causes and bands and among some levels."""
    parent = draw(st.sampled_from(list(variables)))
    ratio: dict[str, Any] = {
        "parent": parent,
        "ratios": {level: draw(RATIOS) for level in folder.levels(parent)[1:]},
    }
    for part, every in (("causes", causes), ("age_bands", bands)):
        if draw(st.booleans()):
            ratio[part] = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    others = [name for name in variables if name != parent]
    if draw(st.booleans()):
        ratio["within"] = draw(within(folder, draw(some(others, 1))))
    return ratio


PARAMETERS = {
    "effect": {"distribution": "uniform", "low": 1.2, "high": 3.0},
    "benefit": {"distribution": "uniform", "low": 0.3, "high": 0.9},
}
