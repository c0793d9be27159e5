"""A run asked for a precision: reached or not, the same bits whichever way, and said wherever the answer is."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import scenarios.running
import simcore
from scenarios.compare import answer
from scenarios.precision import Precision
from scenarios.question import Question, ask
from scenarios.table import print_answer
from simcore.results import BlockResult
from simcore.run import Settings
from simcore.store import open_results
from tests.conftest import Call, Ran
from tests.models import FOLDER, prevalence, scenario_text

SMALL = ("--years", "2030", "--draws", 100, "--births", 1000, "--variant-draws", 2)
CHANGING = {"made", "threads"}


@cache
def question(*names: str) -> Question:
    return ask(names, years=[2030])


def told(call: Call, *arguments: object, status: int = 0) -> dict[str, Any]:
    done = call("compare", *arguments, "--json")
    assert done.status == status, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def but_for(summary: dict[str, Any], *keys: str) -> dict[str, Any]:
    """An answer without what may differ between two runs of it."""
    run = {key: value for key, value in summary["run"].items() if key not in {*CHANGING, *keys}}
    return {**{key: value for key, value in summary.items() if key not in keys}, "run": run}


# ---- reached


def test_a_run_ends_when_every_headline_is_as_precise_as_asked(simcore: Call) -> None:
    summary = told(simcore, "smoking_halved", "child_poverty_35", *SMALL, "--precision", "3%")
    reached = summary["precision"]
    assert (reached["asked"], reached["reached"], reached["stopped_by"]) == (0.03, True, [])
    assert reached["largest_error"] <= 0.03
    names = [(at["name"], at["measure"]) for at in reached["headlines"]]
    assert names == [
        ("current_policy", "deaths"), ("smoking_halved", "deaths_averted"), ("child_poverty_35", "deaths_averted"),
    ]  # fmt: skip
    stated = [summary["baseline"]["deaths"], *(arm["deaths_averted"] for arm in summary["arms"])]
    for at, estimate in zip(reached["headlines"], stated, strict=True):
        assert at["value"] == estimate["mean"]
        assert at["error"] == pytest.approx(max(estimate["draw_error"], estimate["mc_error"]), rel=1e-9)
        assert at["error"] <= 0.03 * abs(at["value"]) * (1 + 1e-9)
        assert at["met"]
    # no step was run for nothing: what came before was not precise enough
    sizes = [(step["draws"], step["births_per_draw"]) for step in reached["steps"]]
    assert len(sizes) > 1
    assert all(step["largest_error"] > 0.03 for step in reached["steps"][:-1])
    assert (summary["draws"], summary["run"]["births_per_draw"]) == sizes[-1]


def at_england(tmp_path: Path) -> tuple[object, ...]:
    return "smoking_halved", "--years", 2030


def at_the_harbour(tmp_path: Path) -> tuple[object, ...]:
    """A model whose many draws take no time."""
    base, less = tmp_path / "base.yaml", tmp_path / "less.yaml"
    base.write_text(scenario_text("base"))
    less.write_text(scenario_text("less", prevalence("child_poverty", 0.5)))
    return less, "--years", 2003, "--model", FOLDER / "harbour", "--baseline", base


def question_at_the_harbour(tmp_path: Path) -> Question:
    less, _, year, _, model, _, base = at_the_harbour(tmp_path)
    return ask([less], years=[year], model=model, baseline=base)


@pytest.mark.parametrize(
    ("estimator", "share", "asked"),
    [("expected", "1.1%", at_england), ("realised", "4%", at_the_harbour), ("exact", "1.1%", at_the_harbour)],
)
def test_the_answer_is_bit_for_bit_that_of_a_run_asked_for_the_sizes_it_used(
    estimator: str,
    share: str,
    asked: Callable[[Path], tuple[object, ...]],
    simcore: Call,
    tmp_path: Path,
) -> None:
    kind = (*asked(tmp_path), "--estimator", estimator, "--variant-draws", 2)
    precise = told(simcore, *kind, "--draws", 100, "--births", 1000, "--precision", share)
    used = precise["precision"]
    assert used["reached"]
    assert len(used["steps"]) > 1
    births = used["births_per_draw"] or 1000
    assert (births > 1000) == (estimator != "exact")
    plain = told(simcore, *kind, "--draws", used["draws"], "--births", births)
    assert but_for(precise, "precision") == but_for(plain)


def test_threads_change_neither_the_road_nor_the_answer(simcore: Call, tmp_path: Path) -> None:
    asked = (*at_the_harbour(tmp_path), "--draws", 100, "--births", 1000, "--precision", "1.5%")
    one, two = (told(simcore, *asked, "--threads", n) for n in (1, 2))
    assert len(one["precision"]["steps"]) > 2
    assert but_for(one) == but_for(two)


def test_sizes_asked_for_are_run_whatever_the_precision() -> None:
    sizes = {"draws": 120, "settings": Settings(births=1000), "variant_draws": 2}
    easy, plain = (answer(question("smoking_halved"), precision=p, **sizes) for p in (Precision(0.2), None))
    assert easy["precision"]["draws"] == 120
    assert easy["arms"] == plain["arms"]


def test_a_policy_that_averts_exactly_nothing_holds_nothing_up(simcore: Call) -> None:
    summary = told(
        simcore, "child_poverty_35", *SMALL, "--variant", "child_poverty=zero", "--precision", "2%"
    )
    assert summary["precision"]["reached"]
    nothing = summary["precision"]["headlines"][1]
    assert (nothing["value"], nothing["error"], nothing["met"]) == (0.0, 0.0, True)
    assert nothing["judged_against"] == pytest.approx(0.001 * summary["baseline"]["deaths"]["mean"])


def test_what_is_done_next_is_said_on_standard_error(simcore: Call) -> None:
    done = simcore("compare", "smoking_halved", *SMALL, "--precision", "1.5%")
    assert done.status == 0
    lines = done.stderr.splitlines()
    assert lines[0].startswith("100 draws of 1,000 births: the largest error is ")
    assert "%, of smoking_halved; going on to " in lines[0]
    assert "Precision of 1.5% was reached: the largest error is 1." in " ".join(done.stdout.split())


def test_a_dataset_can_be_asked_for_a_precision() -> None:
    def reached(precision: Precision | None, draws: int, births: int) -> Any:
        return simcore.compare(
            ["smoking_halved"],
            years=[2030],
            draws=draws,
            settings=Settings(births=births),
            precision=precision,
        )

    precise = reached(Precision(0.015), 100, 1000)
    used = json.loads(precise.attrs["run"])["precision"]
    assert used["reached"]
    assert precise.sizes["draw"] == used["draws"] > 100
    assert precise.identical(
        reached(None, used["draws"], used["births_per_draw"]).assign_attrs(precise.attrs)
    )


# ---- not reached


def test_a_limit_ends_the_run_and_the_answer_says_so_everywhere(simcore: Call, tmp_path: Path) -> None:
    limits = ("--most-draws", 140, "--most-births", 2000)
    asked = ("smoking_halved", *SMALL, "--precision", "0.1%", *limits)
    table = simcore("compare", *asked, "--out", tmp_path / "run")
    assert table.status == 3
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    reached = summary["precision"]
    assert not reached["reached"]
    assert reached["stopped_by"] == ["most_draws", "most_births"]
    assert (reached["draws"], reached["births_per_draw"]) == (140, 2000)
    assert reached["largest_error"] > 0.001
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["precision"] == summary["run"]["precision"] == reached
    assert (record["draws"], record["births_per_draw"]) == (140, 2000)
    with open_results(tmp_path / "run") as dataset:
        assert json.loads(dataset.attrs["run"]) == record
        assert dataset.sizes["draw"] == 140
    # where pyarrow is installed, one more
    assert {path.name for path in (tmp_path / "run").iterdir()} - {"summary.parquet"} == {
        "results.nc", "run.json", "summary.csv", "summary.json"
    }  # fmt: skip
    said = (
        "Precision of 0.1% was NOT reached: deaths under current_policy is known to ",
        "It stopped at the limit of 140 draws (--most-draws) and 2,000 births (--most-births). "
        "Used: 140 draws of 2,000 births.",
    )
    for words in said:
        assert words in " ".join(table.stdout.split())
        assert words in table.stderr


def test_where_births_would_not_help_they_are_not_spent(simcore: Call, tmp_path: Path) -> None:
    limits = ("--most-draws", 120, "--most-births", 1_000_000)
    summary = told(
        simcore, *at_the_harbour(tmp_path), "--births", 50_000, "--precision", "0.5%", *limits, status=3,
    )  # fmt: skip
    reached = summary["precision"]
    assert (reached["draws"], reached["births_per_draw"], reached["stopped_by"]) == (
        120,
        50_000,
        ["most_draws"],
    )


def test_nothing_is_said_of_a_precision_that_nobody_asked_for(
    compared: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "precision" not in compared.summary
    assert "precision" not in compared.summary["run"]
    print_answer(compared.summary, None)
    assert "Precision" not in capsys.readouterr().out


# ---- interrupted

ROAD = {
    "draws": 100, "settings": Settings(births=1000, estimator="realised"), "variant_draws": 2,
    "precision": Precision(0.04),
}  # fmt: skip
"""Draws and births are added on the way."""


def same_bits(one: Path, other: Path) -> bool:
    with open_results(one) as first, open_results(other) as second:
        return all(
            first[name].values.tobytes() == second[name].values.tobytes()
            for name in (*first.data_vars, "draw")
        )


def test_an_interrupted_run_goes_on_to_the_same_bits_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted over and over, after every few blocks, through each step of its road."""
    monkeypatch.setattr(scenarios.running, "STORED", 40)
    asked = question_at_the_harbour(tmp_path)
    whole = answer(asked, out=tmp_path / "whole", **ROAD)
    sizes = [(step["draws"], step["births_per_draw"]) for step in whole["precision"]["steps"]]
    assert len({births for _, births in sizes}) > 1, "births should have been added, or this shows less"
    run: list[tuple[int, int]] = []
    real, allowed = scenarios.running.simulate, [0]

    def halting(*arguments: Any, skip: Any) -> Any:
        block, births = arguments[2], arguments[5].births
        for start, result in real(*arguments, skip=skip):
            if allowed[0] == 0:
                raise KeyboardInterrupt
            allowed[0] -= 1
            run.append((births, int(block.index[start])))
            yield start, result

    monkeypatch.setattr(scenarios.running, "simulate", halting)
    summary, attempts = None, 0
    while summary is None:
        attempts += 1
        allowed[0] = 3
        try:
            summary = answer(asked, out=tmp_path / "halting", **ROAD)
        except KeyboardInterrupt:
            assert not (tmp_path / "halting" / "results.nc").exists()
            assert attempts < 20
    assert attempts > 2
    assert but_for(summary) == but_for(whole)
    assert same_bits(tmp_path / "halting", tmp_path / "whole")
    assert [path.name for path in (tmp_path / "halting").iterdir()] == ["results.nc"]
    # a file of 40 draws is two blocks, of which each attempt may have lost the first
    blocks = sum(-(-draws // 20) for draws in {births: draws for draws, births in sizes}.values())
    assert len(run) <= blocks + attempts


def test_blocks_of_another_precision_are_not_used(tmp_path: Path) -> None:
    asked, out = question_at_the_harbour(tmp_path), tmp_path / "run"

    def stop(what: str, done: int, of: int) -> None:
        if of > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(asked, out=out, tick=stop, **ROAD)
    begun = {path.name for path in out.iterdir()}
    assert begun
    other = {**ROAD, "precision": Precision(0.2)}
    fresh = answer(asked, **other)
    assert but_for(answer(asked, out=out, **other)) == but_for(fresh)
    assert begun <= {path.name for path in out.iterdir()}


@pytest.mark.parametrize("block", [7, 30, 400])
def test_blocks_that_do_not_fill_a_piece_are_refused(block: int) -> None:
    """A piece of 90 draws is looked for by 80: run again, ten of its draws would be counted twice."""
    with pytest.raises(ValueError, match=f"block: a number that divides 80, got {block}"):
        answer(question("smoking_halved"), 250, Settings(births=1000, block=block))


def test_pieces_of_one_number_of_draws_are_joined_in_order() -> None:
    """Draws are added at numbers that are no whole pieces."""
    seen: list[int] = []

    class Watched(scenarios.running.Held):
        def write(self, start: int, block: BlockResult) -> None:
            seen.append(start)
            super().write(start, block)

    run = scenarios.running.HeadlineRun(
        question("smoking_halved"), Settings(births=1000), Watched(), lambda *_: None
    )
    run.to(30)
    grown = run.to(250)
    assert seen == [0, 30, 110, 190]
    straight = scenarios.running.HeadlineRun(
        question("smoking_halved"), Settings(births=1000), Watched(), lambda *_: None
    ).to(250)
    assert grown.total.tobytes() == straight.total.tobytes()
    assert grown.slices.tobytes() == straight.slices.tobytes()
