"""`simcore calibrate` and `calibrate check`: what they write, what they say, and how they end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from calibration.calibrate import Calibrated, calibrate
from simcore import posterior_writer
from simcore.load import load_model
from simcore.posterior import read_header, read_posterior
from tests.a_calibration import CONFIG, write_calibration
from tests.conftest import Call

NAME = "small_2016_2019.nc"
QUICKER = ("--set", "quick.draws=100")
"""Too few for the gate: effective sizes of 400 are out of reach."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_calibration(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def fitted_once() -> Callable[..., Calibrated]:
    """A fit that is asked for twice is made once."""
    made: dict[str, Calibrated] = {}

    def fit(*asked: Any, tick: object, **more: Any) -> Calibrated:
        key = repr((asked, sorted(more.items())))
        if key not in made:
            made[key] = calibrate(*asked, tick=tick, **more)
        return made[key]

    return fit


def shipped(config: Path) -> Path:
    return config.parent / "reduced" / "posterior"


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_config_is_fitted_shipped_and_checked(config: Path, simcore: Call, tmp_path: Path) -> None:
    done = simcore("calibrate", config, "--out", tmp_path / "out", "--ship", "--json")
    assert done.status == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["status"] == "passed" and said["rhat_max"] < 1.01 and said["ess_min"] >= 400
    assert [Path(file).name for file in said["files"]] == [NAME, NAME]
    assert files_below(tmp_path) == [NAME] and files_below(shipped(config)) == [NAME]
    assert [part["part"] for part in said["parts"]] == [
        "terms", "optimum", "quick", "assembling", "checks", "files"
    ]  # fmt: skip
    assert all(part["seconds"] >= 0 and 50 < part["peak_mb"] < 50_000 for part in said["parts"])
    model = load_model(config.parent / "reduced")
    assert read_posterior(Path(said["files"][1]), model, model.structure(), 1000).size == 1000
    checked = [simcore("calibrate", "check", file, "--json") for file in said["files"]]
    assert checked[0].stdout == checked[1].stdout and checked[0].status == 0
    found = json.loads(checked[0].stdout)
    assert {"rhat_max", "ess_min", "khat", "divergences", "status", "reasons", "targets"} <= set(found)
    scores = found["held_out"]["year_2020"]
    assert {"coverage50", "coverage90", "crps"} <= set(scores)
    assert all({"coverage50", "coverage90", "crps"} <= set(rival) for rival in scores["rivals"].values())
    table = simcore("calibrate", "check", said["files"][1], "--plots", tmp_path / "plots")
    assert table.status == 0, table.stderr
    for words in ("passed", "deaths_by_fifth", "child_poverty", "held out: year_2020", "hr_black_rest"):
        assert words in table.stdout
    assert "…" not in table.stdout
    _pictures_say_what_they_show(tmp_path / "plots")


def _pictures_say_what_they_show(folder: Path) -> None:
    """Well-formed, with a title and a description that are named to those who listen."""
    assert files_below(folder) == [
        "deaths_by_fifth_neonatal.svg", "deaths_by_fifth_postneonatal.svg", "prior_and_posterior.svg", "trace_ranks.svg"
    ]  # fmt: skip
    for path in folder.iterdir():
        picture = ElementTree.parse(path).getroot()
        title, words = picture[0], picture[1]
        assert picture.get("role") == "img" and picture.get("aria-labelledby") == "title words"
        assert (
            title.text and words.text and words.text.startswith(title.text) and title.text in path.read_text()
        )
    assert "of 20 counts fitted and" in (folder / "deaths_by_fifth_neonatal.svg").read_text()


def test_a_fit_that_fails_its_gate_ends_with_3_says_why_and_is_not_shipped(
    config: Path,
    simcore: Call,
    monkeypatch: pytest.MonkeyPatch,
    fitted_once: Callable[..., Calibrated],
) -> None:
    monkeypatch.setattr("calibration.calibrate.calibrate", fitted_once)
    before, file = files_below(shipped(config)), config.parent / "failed" / NAME
    done = simcore("calibrate", config, *QUICKER, "--out", file.parent, "--ship")
    assert done.status == 3
    assert "the effective size in the" in done.stderr and "nothing is shipped" in done.stderr
    assert files_below(shipped(config)) == before
    assert read_header(file).made.status == "failed"
    assert "failed" in simcore("calibrate", "check", file).stdout
    _pictures_alone_need_what_draws_them(file, simcore, file.parent / "plots", monkeypatch)


def _pictures_alone_need_what_draws_them(
    file: Path, simcore: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert simcore("calibrate", "check", file).status == 0
    done = simcore("calibrate", "check", file, "--plots", folder)
    assert done.status == 2 and "pip install 'simcore[charts]'" in done.stderr and done.stdout == ""
    assert not folder.exists()


def test_an_interruption_leaves_no_half_of_a_file(
    config: Path,
    simcore: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fitted_once: Callable[..., Calibrated],
) -> None:
    monkeypatch.setattr("calibration.calibrate.calibrate", fitted_once)
    whole = posterior_writer.write_groups

    def interrupted(part: Path, *more: object) -> None:
        whole(part, *more)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(posterior_writer, "write_groups", interrupted)
    done = simcore("calibrate", config, *QUICKER, "--out", tmp_path)
    assert done.status == 130 and files_below(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "parameters.residaul.sd=1"), "unknown key; did you mean `residual`?"),
        (("--set", "parameters.residual.sd"), "write PATH=VALUE"),
        (("--set", "parameters={"), "is not YAML"),
        (("--set", "targets.deaths_by_fifth.file=absent.csv"), "no such file"),
        (("--variant", "child_poverty=half"), "child_poverty"),
        (("--method", "full"), "'full' is not one of"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_a_remedy(
    config: Path, simcore: Call, tmp_path: Path, words: tuple[str, str], said: str
) -> None:
    done = simcore("calibrate", config, *words, "--out", tmp_path / "out")
    assert done.status == 2 and done.stdout == "" and "Traceback" not in done.stderr
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


def test_a_missing_sampler_is_said_before_anything_is_done(
    config: Path, simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nutpie", None)
    monkeypatch.setattr("simcore.warm.warm", _in_vain)
    done = simcore("calibrate", config, "--method", "nuts", "--out", tmp_path)
    assert done.status == 2 and "pip install 'simcore[bayes]'" in done.stderr


def _in_vain() -> bool:
    raise AssertionError("work is done for a fit that is refused")


def test_a_config_that_is_called_like_the_verb_is_given_as_a_path(
    simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("check.yaml").write_text(CONFIG.replace("title:", "titel:"))
    done = simcore("calibrate", "./check.yaml")
    assert done.status == 2 and "check.yaml:2:1: titel: unknown key" in done.stderr


def test_a_posterior_that_is_none_is_refused(simcore: Call, tmp_path: Path) -> None:
    (tmp_path / "none.nc").write_text("no posterior")
    for file in ("none.nc", "absent.nc"):
        done = simcore("calibrate", "check", tmp_path / file)
        assert done.status == 2 and file in done.stderr and "Traceback" not in done.stderr


def test_help_shows_both_ways_to_call_it(simcore: Call) -> None:
    said = " ".join(simcore("calibrate", "--help").stdout.split())
    assert "CONFIG [OPTIONS]" in said and "check POSTERIOR [OPTIONS]" in said
    for words in ("--method", "--ship", "--set PATH=VALUE", "Exit status 3"):
        assert words in said
