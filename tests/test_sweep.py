"""Sweeps: what a file declares is fitted, cell by cell, whatever happens to a process; a bad word is told where it stands."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from calibration.read import load_calibration
from calibration.sweep import Outcome, run_sweep
from calibration.sweep_cells import BASE, Cell, parse_sweep, read_sweep, sweeps
from calibration.sweep_one import CELL, finished
from calibration.sweep_schema import json_schema
from calibration.sweep_table import as_csv, rows_of
from simcore.cli.sweep_question import Asked
from simcore.problems import DocumentError, Problem
from tests.models.reduced import FIFTHS, folder

CONFIG = """
calibration: reduced_2018_2020
title: A reduced England
model: reduced
years: {first: 2018, last: 2020}
parameters:
  effects: {prior: {distribution: lognormal, median: 1.4, ci95: [0.9, 2.1778]}}
  residual: {sd: 0.3}
  feedback: cut
targets:
  deaths_by_fifth:
    kind: counts
    file: counts.csv
    years: {column: year, first: 2018, last: 2019}
    strata: {column: fifth, as: imd_fifth}
    births: births
    deaths: {neonatal: neonatal, postneonatal: postneonatal}
  published: {kind: contrasts, of: [smoking_preterm, smoking_neonatal, smoking_postneonatal, child_poverty]}
held_out: {the_last: {target: deaths_by_fifth, years: {first: 2020, last: 2020}}}
quick: {draws: 1600, seed: 1}
"""
SWEEP = """
sweep: small
title: A small sweep
config: config.yaml
grid:
  feedback: {full: {changes: {parameters.feedback: full}}}
  draws: {too_few: {changes: {quick.draws: 100}}}
headline:
  scenarios: [no_poverty.yaml]
  baseline: as_it_is.yaml
  years: {first: 2021, last: 2021}
  draws: 20
  births: 2000
"""
BASELINE = "scenario: as_it_is\ntitle: as it is\nmodel: reduced\ninterventions: []\n"
NO_POVERTY = """
scenario: no_poverty
title: No child is poor
model: reduced
interventions:
"""


# ---- what is read


def test_every_shipped_sweep_is_sound() -> None:
    for name in sweeps():
        planned = read_sweep(name)
        assert planned.cells[0].name == BASE and len({cell.inputs for cell in planned.cells}) == len(planned.cells)
        assert Asked.of(planned.sweep) is not None


def test_the_schema_shipped_for_editors_is_the_language() -> None:
    assert json.loads((files("calibration") / "sweep.schema.json").read_text()) == json_schema()


ENGLAND = """sweep: tried
title: t
config: england_2010_2020
cross: one_at_a_time
grid:
  one:
    first: {changes: {parameters.residual.sd: 1.0}}
  other:
    second: {drop: [postneonatal_deaths_under_20]}
"""


@pytest.mark.parametrize(
    ("word", "instead", "line", "said"),
    [
        ("[postneonatal_deaths_under_20]", "[postneonatal_under_20]", 9, "did you mean `postneonatal_deaths_under_20`"),
        ("[postneonatal_deaths_under_20]", "[deaths_by_class]", 9, "no part of the likelihood as it is"),
        ("residual.sd: 1.0", "residul.sd: 1.0", 7, "did you mean `residual`?"),
        ("residual.sd: 1.0", "residual.sd: -1.0", 7, "write a number more than 0"),
        ("residual.sd: 1.0", "residual.sd: 2.0", 7, "changes nothing"),
        ("changes: {parameters.residual.sd: 1.0}", "variants: {child_poverty: as-published}", 7, "changes nothing"),
        ("changes: {parameters.residual.sd: 1.0}", "variants: {child_poverty: quarter}", 7, "no option `quarter`"),
        ("changes: {parameters.residual.sd: 1.0}", "years: {first: 2000, last: 2020}", 7, "2000 is outside the model"),
        ("changes: {parameters.residual.sd: 1.0}", "years: {first: 2019, last: 2020}", 7, "not fitted"),
        ("changes: {parameters.residual.sd: 1.0}", "likelihood: {published: poisson}", 7, "no target of counts"),
        ("{drop: [postneonatal_deaths_under_20]}", "{changes: {parameters.residual.sd: 1.0}}", 9, "the same fit as `one=f"),
        ("{drop: [postneonatal_deaths_under_20]}", "{}", 9, "changes nothing"),
        ("{drop:", "{dorp:", 9, "did you mean `drop`?"),
        ("england_2010_2020", "england_2010_2002", 3, "did you mean `england_2010_2020`?"),
        ("one_at_a_time", "each", 4, "one_at_a_time"),
    ],
)  # fmt: skip
def test_a_word_that_means_nothing_is_told_on_its_line(word: str, instead: str, line: int, said: str) -> None:
    assert ENGLAND.count(word) == 1
    problems = refused(ENGLAND.replace(word, instead))
    assert [(p.file, p.line) for p in problems] == [("tried.yaml", line)] and said in str(problems[0])


def test_options_that_change_one_value_are_not_combined() -> None:
    text = ENGLAND.replace("one_at_a_time", "all").replace("drop: [postneonatal_deaths_under_20]", "changes: {parameters.residual: {sd: 3}}")
    (problem,) = refused(text)
    assert problem.line == 9 and "as `one` does" in problem.message


def test_all_combinations_are_cells_if_asked_for() -> None:
    planned = parse_sweep(ENGLAND.replace("one_at_a_time", "all"), "tried.yaml")
    assert [cell.name for cell in planned.cells] == ["base", "other=second", "one=first", "one=first+other=second"]


def test_a_scenario_that_does_not_ship_is_told_where_the_sweep_names_it() -> None:
    text = ENGLAND + "headline:\n  scenarios: [smoking_halved, smoking_halvd]\n  years: {first: 2025, last: 2025}\n"
    with pytest.raises(DocumentError) as found:
        Asked.of(parse_sweep(text, "tried.yaml").sweep)
    (problem,) = found.value.problems
    assert problem.line == 11 and "did you mean `smoking_halved`" in problem.message


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as found:
        parse_sweep(text, "tried.yaml")
    return found.value.problems


# ---- what is run


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of the reduced England, with its config, model, counts and scenarios."""
    place = tmp_path_factory.mktemp("sweep")
    (place / "reduced").mkdir()
    for name, text in folder().files.items():
        (place / "reduced" / name).write_text(text, encoding="utf-8")
    _, _, _, england = load_calibration("england_2010_2020")
    (counts,) = england.counts
    lines = ["year,fifth,births,neonatal,postneonatal"]
    for y, year in enumerate(counts.years):
        for f, fifth in enumerate(FIFTHS):
            pair = slice(2 * f, 2 * f + 2)
            numbers = counts.births[y, pair].sum(), *counts.deaths[y, :, pair].sum(axis=1)
            lines.append(f"{year},{fifth}," + ",".join(f"{number:.0f}" for number in numbers))
    (place / "counts.csv").write_text("\n".join(lines) + "\n")
    for name, text in (("config", CONFIG), ("sweep", SWEEP), ("as_it_is", BASELINE), ("no_poverty", NO_POVERTY)):
        (place / f"{name}.yaml").write_text(text)
    return place
