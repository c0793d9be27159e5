"""A finished run is run again from its record alone; whatever was changed since is found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import h5netcdf
import pytest

from scenarios.answer_files import read_summary
from scenarios.read import library, parse_scenario, read_scenario
from tests.conftest import Call
from tests.models import FOLDER, hazard, prevalence, scenario_text

RATIO = "{distribution: lognormal, median: 0.8, ci95: [0.7, 0.914286]}"
SIZES = ("--draws", 40, "--births", 1000, "--variant-draws", 2, "--years", "2002-2004")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparator and three scenarios of an invented model."""
    folder = tmp_path_factory.mktemp("files")
    texts = {
        "base": scenario_text("base"),
        "less": scenario_text("less", prevalence("child_poverty", 0.5)),
        "ward": scenario_text("ward", hazard(RATIO, "fever", "days_28_364")),
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(files: Path, tmp_path: Path, simcore: Call) -> Path:
    """A finished run of its own, to be spoiled."""
    out = tmp_path / "run"
    done = simcore("compare", files / "less.yaml", files / "ward.yaml", *asked(files), *SIZES, "--out", out)
    assert done.status == 0, done.stderr
    return out


def asked(files: Path) -> tuple[object, ...]:
    return ("--baseline", files / "base.yaml", "--model", FOLDER / "harbour")


def change(out: Path, key: str, value: object) -> None:
    """Another value in the record, wherever it is kept."""
    summary = read_summary(out)
    summary["run"][key] = value
    (out / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


def test_a_run_is_what_its_record_gives_on_any_number_of_threads(run: Path, simcore: Call) -> None:
    for threads in (1, 3):
        done = simcore("verify", run, "--threads", threads)
        assert (done.status, done.stdout) == (0, f"{run}: run again from its record, the same bits\n")


def test_the_files_of_its_scenarios_may_be_gone(files: Path, tmp_path: Path, simcore: Call) -> None:
    own = tmp_path / "own"
    shutil.copytree(files, own)
    out = tmp_path / "run"
    assert simcore("compare", own / "less.yaml", *asked(own), *SIZES, "--out", out).status == 0
    shutil.rmtree(own)
    assert simcore("verify", out).status == 0


def test_a_run_that_was_asked_for_a_precision_is_verified_by_the_sizes_it_ended_with(
    files: Path, tmp_path: Path, simcore: Call
) -> None:
    out = tmp_path / "run"
    sizes = ("--draws", 100, "--births", 1000, "--variant-draws", 2, "--years", "2003", "--precision", "5%")
    assert simcore("compare", files / "less.yaml", *asked(files), *sizes, "--out", out).status == 0
    assert simcore("verify", out).status == 0


@pytest.mark.parametrize("variable", ["deaths", "births"])
def test_one_number_changed_in_the_dataset_is_found(variable: str, run: Path, simcore: Call) -> None:
    with h5netcdf.File(run / "results.nc", "a") as kept:
        values = kept.variables[variable][...]
        first = (0,) * values.ndim
        values[first] *= 1.0 + 1e-6
        kept.variables[variable][...] = values
    done = simcore("verify", run)
    assert done.status == 3
    assert f"results.nc: {variable} differs" in done.stdout


def test_one_figure_changed_in_the_answer_is_found_and_named(run: Path, simcore: Call) -> None:
    summary: dict[str, Any] = read_summary(run)
    summary["arms"][0]["deaths_averted"]["mean"] += 1.0
    (run / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    done = simcore("verify", run)
    assert done.status == 3
    assert "summary.json.arms.0.deaths_averted.mean: " in done.stdout


def test_one_figure_changed_in_the_table_is_found(run: Path, simcore: Call) -> None:
    table = run / "summary.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("less,", "more,", 1), encoding="utf-8")
    done = simcore("verify", run)
    assert (done.status, done.stdout) == (3, "summary.csv is not the table of this answer\n")


def test_a_record_of_another_seed_gives_another_answer(run: Path, simcore: Call) -> None:
    change(run, "seed", 2)
    assert simcore("verify", run).status == 3


def test_another_model_is_told_before_anything_is_run(run: Path, simcore: Call) -> None:
    change(run, "model", {**read_summary(run)["run"]["model"], "hash": "0123456789abcdef"})
    done = simcore("verify", run)
    assert done.status == 3
    assert "model: " in done.stdout and "0123456789abcdef in the record" in done.stdout


def test_on_another_platform_a_last_place_is_excused_and_no_more(run: Path, simcore: Call) -> None:
    change(run, "platform", "Elsewhere 1")
    done = simcore("verify", run)
    assert done.status == 0
    assert "made elsewhere: Elsewhere 1 in the record" in done.stderr
    for share, status in ((1e-12, 0), (1e-6, 3)):
        with h5netcdf.File(run / "results.nc", "a") as kept:
            kept.variables["deaths"][...] = kept.variables["deaths"][...] * (1.0 + share)
        assert simcore("verify", run).status == status


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda out: shutil.rmtree(out), "cannot be read"),
        (lambda out: (out / "summary.json").write_text("{"), "it is no JSON"),
        (lambda out: (out / "summary.json").write_text("[1]"), "holds no answer of a comparison"),
        (lambda out: change(out, "arms", ["nobody"]), "the record lacks"),
    ],
)
def test_what_holds_no_run_is_refused(spoil: Any, said: str, run: Path, simcore: Call) -> None:
    spoil(run)
    done = simcore("verify", run)
    assert done.status == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", library())
def test_a_scenario_in_a_record_means_what_its_file_does(name: str) -> None:
    scenario = read_scenario(name)
    kept = json.dumps(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True))
    assert parse_scenario(kept, f"{name}.yaml") == scenario
