"""Where nothing is drawn there is no Monte Carlo error, where nothing is uncertain no interval, and the answer says so.

The villages of `tests.test_order_of_policies`: three exposures in a chain, of which the last makes deaths likelier.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scenarios.compare import answer
from scenarios.precision import Precision
from scenarios.question import Question, ask
from scenarios.running import settled
from scenarios.table import print_answer
from simcore.run import Settings
from tests.conftest import Call
from tests.models.written_folder import Folder, rows_over
from tests.models.written_policies import ASSUMED, scenario_file
from tests.test_order_of_policies import YEARS, fewer, village

ODD = Settings(births=4_999)
"""Births that eight does not divide, in any stratum."""
UNSURE = {"distribution": "uniform", "low": 0.2, "high": 0.9}
SERVICE = {
    "id": "service",
    "change": "hazard_ratio",
    "begins": "pregnancy",
    "causes": ["any"],
    "age_bands": ["year"],
}


def service(ratio: Any) -> dict[str, Any]:
    return {**SERVICE, "ratio": {"value": ratio, **ASSUMED}}


def question(folder: Folder, *changes: dict[str, Any]) -> Question:
    """The comparator against one scenario for each change."""
    arms = [scenario_file(f"less{i}", [change]) for i, change in enumerate(changes, start=1)]
    asked = replace(folder, scenarios=(scenario_file("held", []), *arms))
    return Question(asked.model, asked.model.structure(), asked.arms, YEARS)


def uncertain(folder: Folder) -> Folder:
    """The same villages, and how much likelier damp makes a death is not known."""
    about = {"meaning": "invented", "unit": "ratio", "source": "assumption"}
    value = {"distribution": "uniform", "low": 1.2, "high": 3.0}
    ratios = [{"parent": "damp", "ratios": {"yes": "harm"}}]
    return folder.with_(
        {},
        parameters={"harm": {**about, "value": value}},
        deaths={**folder.document["deaths"], "hazard_ratios": ratios},
    )


def by_place_alone(folder: Folder) -> Folder:
    """The same villages, in which deaths hang on the place and on nothing that is drawn."""
    hazards = rows_over(folder, ["village"], "hazard", [0.05, 0.2])
    rows = (("village", "cause", "age_band", "hazard"), *((p, "any", "year", h) for p, h in hazards[1:]))
    deaths = {**folder.document["deaths"], "baseline": {"by": ["village"], "table": "hazards.csv"}}
    return folder.with_({"hazards.csv": rows}, deaths=deaths)


def headlines(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return [summary["baseline"]["deaths"], *(arm["deaths_averted"] for arm in summary["arms"])]


def printed(summary: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    print_answer(summary, None)
    return " ".join(capsys.readouterr().out.split())


# ---- nothing is drawn


def test_a_model_without_a_cut_draws_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    asked = question(village(), fewer("damp", 0.5))
    summary, exact = (
        answer(asked, 20, replace(ODD, estimator=estimator)) for estimator in ("expected", "exact")
    )
    assert summary["run"]["births_per_draw"] == 0
    assert headlines(summary) == headlines(exact)
    for at in headlines(summary):
        assert (at["mc_error"], at["draw_error"], at["mc_variance_share"]) == (0.0, 0.0, 0.0)
        assert at["interval95"] == [at["mean"], at["mean"]]
    for estimated in (summary, exact):
        said = printed(estimated, capsys)
        assert "20 draws, nothing drawn, " in said
        assert "No parameter moves anything: every draw gives the same answer." in said
        assert "deaths (known)" in said
        assert "Monte Carlo" not in said and "--births" not in said and "rough" not in said


def test_an_interval_of_parameters_alone_holds_no_monte_carlo_variance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = question(uncertain(village()), fewer("damp", 0.5))
    for estimator in ("expected", "exact"):
        summary = answer(asked, 200, replace(ODD, estimator=estimator))
        for at in headlines(summary):
            assert (at["mc_error"], at["mc_variance_share"], at["mc_variance_removed"]) == (0.0, 0.0, False)
            assert at["interval95"][0] < at["mean"] < at["interval95"][1]
        said = printed(summary, capsys)
        assert "nothing drawn" in said
        assert "Monte Carlo" not in said and "deaths (known)" not in said


@pytest.mark.parametrize("estimator", ["expected", "exact"])
def test_a_precision_has_nothing_to_refine_where_nothing_varies(
    estimator: str, tmp_path: Path, simcore: Call
) -> None:
    folder = replace(
        village(), scenarios=(scenario_file("held", []), scenario_file("less", [fewer("damp", 0.5)]))
    )
    for name, text in folder.files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    done = simcore(
        "compare", tmp_path / "scenarios/less.yaml", "--baseline", tmp_path / "scenarios/held.yaml",
        "--model", tmp_path, "--years", f"{YEARS[0]}-{YEARS[-1]}", "--draws", 120, "--precision", "0.01%",
        "--estimator", estimator,
    )  # fmt: skip
    assert done.status == 0
    said = " ".join(done.stdout.split())
    assert (
        "Precision of 0.01%: there is nothing to refine, every draw gives the same answer. Used: 120 draws."
        in said
    )
    assert "births" not in done.stderr


# ---- something is drawn, and nothing hangs on it


@pytest.mark.parametrize("cut", ["damp", "weak"])
def test_what_hangs_on_nothing_that_is_drawn_has_no_error_to_the_last_bit(
    cut: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = question(by_place_alone(village(cut)), service(0.5))
    drawn, exact = (answer(asked, 20, replace(ODD, estimator=e)) for e in ("expected", "exact"))
    assert headlines(drawn) == headlines(exact)
    assert all(at["mc_error"] == 0.0 for at in headlines(drawn))
    said = printed(drawn, capsys)
    assert "20 draws of 4,999 births" in said
    assert "There is no Monte Carlo error: deaths hang on nothing that is drawn." in said


def test_a_difference_that_no_luck_enters_has_none_though_both_its_sides_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Deaths hang on damp, which is drawn; help against them in one village is given to nobody."""
    nobody = {**service(0.5), "coverage": {"value": 0.0, **ASSUMED}, "where": {"village": ["hill"]}}
    summary = answer(question(village("damp"), nobody), 20, ODD)
    base, averted = headlines(summary)
    assert base["mc_error"] > 0
    # two sums of the same deaths in another order differ by rounding, which averts nothing
    assert (averted["mean"], averted["interval95"], averted["mc_error"]) == (0.0, [0.0, 0.0], 0.0)
    assert (averted["mc_variance_share"], averted["mc_variance_removed"]) == (0.0, False)
    assert summary["arms"][0]["p_positive"] == 0.0
    assert " less1 0 0 to 0 0.00 0.000 0.00 0 " in printed(summary, capsys)


# ---- births are drawn, and every number is a plain one


def test_plain_numbers_have_no_interval_and_the_error_of_the_births(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = question(village("cough"), fewer("damp", 0.5))
    summary, exact = (answer(asked, 40, replace(ODD, estimator=e)) for e in ("expected", "exact"))
    for at, truth in zip(headlines(summary), headlines(exact), strict=True):
        assert at["interval95"] == [at["mean"], at["mean"]]
        assert 0 < at["mc_error"] < 0.01 * at["mean"]
        assert abs(at["mean"] - truth["mean"]) < 4 * at["mc_error"]
        # two estimates of one error, from 280 and from 39 squares
        assert at["draw_error"] == pytest.approx(at["mc_error"], rel=0.4)
    said = printed(summary, capsys)
    assert "deaths (no interval)" in said
    assert "No parameter moves anything: there is no interval, and the MC error is the whole error." in said
    assert "variance" not in said and "--births" not in said and "rough" not in said


def test_deaths_drawn_one_by_one_are_never_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Births are drawn for them whether or not the model has a cut; and that nobody died is luck."""
    asked = question(village(), fewer("damp", 0.5))
    summary = answer(asked, 20, replace(ODD, estimator="realised"))
    assert summary["run"]["births_per_draw"] == ODD.births
    assert all(at["mc_error"] > 0 for at in headlines(summary))
    assert "No parameter moves anything: there is no interval" in printed(summary, capsys)
    rows = [(*row[:-1], 1e-9) for row in village().tables["hazards.csv"][1:]]
    rare = village().with_({"hazards.csv": (village().tables["hazards.csv"][0], *rows)})
    nobody = answer(question(rare, fewer("damp", 0.5)), 20, replace(ODD, estimator="realised"))
    assert not any(at["mean"] for at in headlines(nobody))
    # of no deaths there is no percentage, in JSON neither
    assert [arm["percent"] for arm in json.loads(json.dumps(nobody, allow_nan=False))["arms"]] == [None]
    said = printed(nobody, capsys)
    assert "No death was drawn: ask for more (--births)." in said
    assert "no Monte Carlo error" not in said and "every draw gives the same" not in said


def test_a_precision_is_reached_by_births_where_no_parameter_moves() -> None:
    asked = question(village("cough"), fewer("damp", 0.5))
    summary = answer(asked, 100, Settings(births=1000), precision=Precision(0.002))
    reached = summary["precision"]
    assert reached["reached"]
    for at, stated in zip(reached["headlines"], headlines(summary), strict=True):
        assert at["error"] == pytest.approx(stated["mc_error"], rel=1e-9)
        assert 0 < at["error"] <= 0.002 * abs(at["value"])


def test_an_uncertain_number_of_one_scenario_moves_that_one_alone(capsys: pytest.CaptureFixture[str]) -> None:
    asked = question(village("damp"), service(0.5), service(UNSURE))
    base, sure, unsure = headlines(summary := answer(asked, 100, ODD))
    for at in (base, sure):
        assert at["interval95"] == [at["mean"], at["mean"]]
    assert unsure["interval95"][0] < unsure["mean"] < unsure["interval95"][1]
    said = printed(summary, capsys)
    assert "No parameter moves deaths under held, less1: there is no interval" in said


def test_one_draw_has_no_interval(capsys: pytest.CaptureFixture[str]) -> None:
    summary = answer(question(uncertain(village("damp")), fewer("damp", 0.5)), 1, ODD)
    assert all(at["mc_error"] > 0 for at in headlines(summary))
    said = printed(summary, capsys)
    assert "1 draw of 4,999 births" in said
    assert "One draw has no interval: ask for more (--draws)." in said
    assert "deaths (no interval)" in said
    assert "variance" not in said and "rough" not in said


def test_a_solved_model_is_uncertain_whatever_stands_in_its_files() -> None:
    assert settled(ask(["smoking_halved"], years=[2030])) == (False, False)
