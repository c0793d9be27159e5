"""Sweeps: what a file declares is fitted, cell by cell, whatever happens to a process; a bad word is told of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
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
  projection: {from: last}
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
quick: {draws: 1000, seed: 1}
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
BASELINE = "scenario: 1\nname: as_it_is\ntitle: As it is\nmodel: reduced\nwhy: a test\ninterventions: []\n"
NO_POVERTY = """
scenario: 1
name: no_poverty
title: No child is poor
why: a test
model: reduced
interventions:
  - {id: none, change: prevalence, of: child_poverty, multiply: 0.0, source: assumption, note: a test}
"""


# ---- what is read


def test_every_shipped_sweep_is_sound() -> None:
    for name in sweeps():
        planned = read_sweep(name)
        assert planned.cells[0].name == BASE and len({cell.inputs for cell in planned.cells}) == len(
            planned.cells
        )
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
        ("{drop: [postneonatal_deaths_under_20]}", "{changes: {parameters.residual.sd: 1.0}}", 9, "the same fit as"),
        ("{drop: [postneonatal_deaths_under_20]}", "{}", 9, "changes nothing"),
        ("{drop:", "{dorp:", 9, "did you mean `drop`?"),
        ("england_2010_2020", "england_2010_2002", 3, "did you mean `england_2010_2020`?"),
        ("one_at_a_time", "each", 4, "one_at_a_time"),
    ],
)  # fmt: skip
def test_a_word_that_means_nothing_is_told_on_its_line(word: str, instead: str, line: int, said: str) -> None:
    assert ENGLAND.count(word) == 1
    problems = refused(ENGLAND.replace(word, instead))
    assert {(p.file, p.line) for p in problems} == {("tried.yaml", line)}
    assert any(said in str(problem) for problem in problems)


def test_options_that_change_one_value_are_not_combined() -> None:
    text = ENGLAND.replace("one_at_a_time", "all").replace(
        "drop: [postneonatal_deaths_under_20]", "changes: {parameters.residual: {sd: 3}}"
    )
    (problem,) = refused(text)
    assert problem.line == 9 and "as `one` does" in problem.message


def test_all_combinations_are_cells_if_asked_for() -> None:
    planned = parse_sweep(ENGLAND.replace("one_at_a_time", "all"), "tried.yaml")
    assert [cell.name for cell in planned.cells] == [
        "base",
        "other=second",
        "one=first",
        "one=first+other=second",
    ]


def test_a_scenario_that_does_not_ship_is_told_where_the_sweep_names_it() -> None:
    text = (
        ENGLAND
        + "headline:\n  scenarios: [smoking_halved, smoking_halvd]\n  years: {first: 2025, last: 2025}\n"
    )
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
    for name, text in (
        ("config", CONFIG),
        ("sweep", SWEEP),
        ("as_it_is", BASELINE),
        ("no_poverty", NO_POVERTY),
    ):
        (place / f"{name}.yaml").write_text(text)
    return place


@pytest.fixture(scope="module")
def cells(small: Path) -> tuple[Cell, ...]:
    return read_sweep(str(small / "sweep.yaml"), question(small).digest).cells


@pytest.fixture(scope="module")
def whole(
    small: Path, cells: tuple[Cell, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outcome, ...]:
    """All cells on one worker, in the order of the file."""
    return run_sweep(cells, tmp_path_factory.mktemp("whole"), 1, question(small))


def question(small: Path) -> Asked:
    asked = Asked.of(read_sweep(str(small / "sweep.yaml")).sweep)
    assert asked is not None
    return asked


def test_a_cell_says_fits_effects_held_out_scores_and_the_answer_of_its_own_posterior(
    whole: tuple[Outcome, ...],
) -> None:
    rows = rows_of(whole, ["feedback", "draws"])
    base, full, _ = rows
    assert base["status"] in ("passed", "provisional") and full["feedback"] == "full"
    for column in (
        "loglik_deaths_by_fifth",
        "p_deaths_by_fifth",
        "effect_child_poverty_mean",
        "held_out_the_last_crps",
    ):
        assert float(base[column]) != float(full[column])
    # no poverty, no deaths due to it: and the back door, opened, changes how many that is
    assert float(base["averted_no_poverty_low"]) > 0 and float(full["averted_no_poverty_change"]) != 0


def test_a_fit_that_fails_its_gate_is_told_with_its_reasons_and_answers_nothing(
    whole: tuple[Outcome, ...],
) -> None:
    few = rows_of(whole, ["feedback", "draws"])[2]
    assert few["status"] == "failed" and "effective size" in few["reasons"]
    assert not few["effect_child_poverty_mean"] and not few["averted_no_poverty_mean"]


def test_a_sweep_that_was_killed_goes_on_and_ends_with_the_same_table(
    small: Path, cells: tuple[Cell, ...], whole: tuple[Outcome, ...], tmp_path: Path
) -> None:
    """Other workers, another order, and a kill in between: the same bytes."""
    command = [sys.executable, "-m", "simcore.cli", "sweep", str(small / "sweep.yaml"), "--workers", "1"]
    process = subprocess.Popen([*command, "--out", str(tmp_path)], stderr=subprocess.DEVNULL)
    first = tmp_path / "cells" / BASE / CELL
    wait_for(first.is_file)
    process.kill()
    process.wait()
    left = [cell for cell in cells if finished(cell, tmp_path / "cells" / cell.name) is None]
    assert left and len(left) < len(cells)
    again = run_sweep(cells[::-1], tmp_path, 2, question(small))
    assert again[-1].was_there
    choices = ["feedback", "draws"]
    assert as_csv(rows_of(again[::-1], choices)) == as_csv(rows_of(whole, choices))


def test_a_cell_of_other_inputs_is_not_taken_for_finished(cells: tuple[Cell, ...], tmp_path: Path) -> None:
    cell = cells[0]
    (tmp_path / CELL).write_text(json.dumps({"inputs": cell.inputs, "status": "failed", "reasons": []}))
    assert finished(cell, tmp_path) is not None
    (tmp_path / CELL).write_text(json.dumps({"inputs": "another", "status": "failed", "reasons": []}))
    assert finished(cell, tmp_path) is None
    # nor is one whose posterior is gone
    (tmp_path / CELL).write_text(json.dumps({"inputs": cell.inputs, "posterior": "posterior.nc"}))
    assert finished(cell, tmp_path) is None


class Deadly:
    """Ends the process that it is handed to."""

    def __reduce__(self) -> Any:
        return os._exit, (9,)


def test_a_process_that_dies_or_a_cell_that_cannot_be_fitted_costs_no_other_cell(
    small: Path, cells: tuple[Cell, ...], tmp_path: Path
) -> None:
    dies = replace(cells[0], name="dies", changes=Deadly())  # type: ignore[arg-type]
    wrong = replace(cells[0], name="wrong", changes=5)  # type: ignore[arg-type]
    lost = replace(cells[0], name="lost", config=str(small / "nowhere.yaml"))
    found = run_sweep([dies, wrong, lost, cells[2]], tmp_path, 2)
    assert [outcome.status for outcome in found] == ["died", "error", "no fit", "failed"]
    assert "exit status 9" in found[0].said["reasons"][0] and "nowhere.yaml" in found[2].said["reasons"][0]
    # what this program did wrong, and what was cut off, is tried again
    assert finished(dies, tmp_path / "cells" / "dies") is None
    assert finished(wrong, tmp_path / "cells" / "wrong") is None


def test_interrupted_it_ends_its_processes_and_with_130(small: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "simcore.cli",
        "sweep",
        str(small / "sweep.yaml"),
        "--out",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    wait_for((tmp_path / "cells" / BASE).is_dir)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and "the same command goes on from there" in told
    wait_for(lambda: not in_session(process.pid))


def in_session(session: int) -> list[int]:
    """Processes of a session that are still at work."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, of, *_ = (process / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(of) == session and state != "Z":
            found.append(int(process.name))
    return found


def wait_for(there: Callable[[], bool], seconds: float = 300.0) -> None:
    ends = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < ends
        time.sleep(0.02)
