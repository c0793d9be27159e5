"""What benchmarks stand on: invented models that are right, timings in turn, a table that says what was met."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks import steps
from benchmarks.growth import GREATEST, VARIABLES
from benchmarks.models import invented
from benchmarks.rows import Goal, Row, as_text, write
from benchmarks.timing import Seconds, in_turn, ratio
from benchmarks.w1 import w1
from benchmarks.workload import Workload
from simcore.kernels.deaths import count_deaths, realise_births
from simcore.kernels.profiles import count_profiles


@pytest.mark.parametrize("variables", VARIABLES)
@pytest.mark.parametrize("greatest", GREATEST)
def test_an_invented_model_is_the_same_each_time_and_counted_by_at_most_eight_variables(
    variables: int, greatest: float
) -> None:
    one, again = invented.model(variables, greatest), invented.model(variables, greatest)
    assert one.hash == again.hash
    assert list(one.spec.variables) == [f"x{v}" for v in range(variables)]
    assert max(len(table.axes) for table in one.shares.values()) == 3
    assert len(one.spec.deaths.hazard_ratios) == variables - 1
    counted = invented.profile(one)
    assert len(counted) <= 8 and set(invented.MOVED) <= set(counted)
    assert np.prod([len(one.levels(name)) for name in counted]) <= invented.MOST_PROFILES


def test_deaths_drawn_in_an_invented_model_are_those_expected() -> None:
    """Two arms of two million births: a total 7% off is caught 9 times in 10, at a false alarm of 1 in 10,000."""
    model = invented.model(6, 1.5)
    loaded = Workload.of(model, invented.arms(2), 2_000_000, invented.profile(model))
    expected = loaded.exact().reshape(2, -1).sum(axis=1)
    z = (loaded.realised(3).reshape(2, -1).sum(axis=1) - expected) / np.sqrt(expected)
    limit = stats.norm.isf(0.5e-4)
    assert np.abs(z).max() < limit
    assert stats.norm.sf(limit - 0.07 * np.sqrt(expected.max())) > 0.9
    births = loaded.counted(3).sum(axis=1)
    assert (births == 2_000_000).all()


def test_the_steps_that_are_timed_alone_are_together_what_the_engine_does() -> None:
    """On the very births of the block: their profiles and their deaths, in both arms."""
    found = steps.steps()
    for step, arguments in found.values():
        step(*arguments)
    packed, births = w1(2, steps.BIRTHS), (int(steps.SEED), steps.DRAW, 0, steps.N)
    profiles, deaths = count_profiles(packed, *births), count_deaths(packed, *births)
    counts, moved = (found[name][1][-1] for name in ("tally of profiles", "move deaths of another arm"))
    assert np.array_equal(counts[0], profiles[0])
    assert np.array_equal(counts[1], profiles[1] - profiles[0])
    assert np.array_equal(moved[1], deaths[1] - deaths[0])
    fates, bench = realise_births(packed, *births), found["judge clocks"][1][-1]
    assert np.array_equal(bench.fate[:, : steps.N], [fates.cause[0], fates.band[0], fates.day[0]])
    assert (deaths[0].sum(), deaths[1].sum()) == (5, 4)


def test_each_step_can_be_timed() -> None:
    asked = ["--benchmark-disable", "--quiet", "--no-header", "-p", "no:cacheprovider", steps.__file__]
    assert pytest.main(asked) == 0


def test_functions_are_timed_in_turn_and_each_round_counts() -> None:
    called: list[str] = []
    taken = in_turn({"a": lambda: called.append("a"), "b": lambda: called.append("b")}, rounds=3)
    assert len(taken["a"].taken) == len(taken["b"].taken) == 3
    changes = "".join(x for x, before in zip(called, ["", *called], strict=False) if x != before)
    assert changes == "ab" * 4  # once without a clock, then three rounds


def test_a_ratio_is_that_of_the_usual_round() -> None:
    assert ratio(Seconds((2.0, 20.0, 2.0)), Seconds((1.0, 10.0, 4.0))) == 2.0
    assert Seconds((1e-3, 3e-3, 2e-3)).ns(1000) == pytest.approx(2000)
    assert Seconds((1e-3, 3e-3, 2e-3)).spread(1000) == pytest.approx((1000, 3000))


def test_the_table_says_which_goals_are_met(tmp_path: Path) -> None:
    rows = [
        Row("arms", "W1", 6, 2, 1000, 1, "counted", 13.0, 12.0, 14.0),
        Row("arms", "W1", 6, 2, 1000, 1, "realised", 4.0, 3.9, 4.5, pass_share=0.0175, ratio=0.31, ratio_to="of it"),
    ]  # fmt: skip
    goals = [Goal("fast", 41.0, ">=", 40), Goal("lean", 6.0, "<=", 5), Goal("in C", None, "<=", 1)]
    text = as_text(rows, goals)
    assert "12.00 - 14.00" in text and "1.75" in text and "0.31 of it" in text
    verdicts = {line.split()[0]: line.split("  ")[-1].strip() for line in text.splitlines()[-3:]}
    assert verdicts == {"fast": "met", "lean": "NOT MET", "in": "not measured"}
    write(tmp_path, rows, goals, {"processor": "any"})
    assert (tmp_path / "bench.txt").read_text() == text
    with (tmp_path / "bench.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [(row["what"], float(row["median"])) for row in read] == [("counted", 13.0), ("realised", 4.0)]
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert [goal["met"] for goal in kept["goals"]] == [True, False, None]
