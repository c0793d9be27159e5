"""Workload W1 is an ordinary model and scenario, and every way of doing it gives the deaths its parameters imply.

Power, at a chance of false alarm of one in ten thousand a test: congenital hazards a tenth too high are caught by the
cells, a total 2.5% off by the totals, a smoking multiplier of 0.6 in place of 0.5 by the deaths averted, each at least
99 times in 100.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import simcore
from benchmarks import w1
from benchmarks.models.w1 import build
from benchmarks.reference import compiled, exact, numpy_w1
from simcore.kernels.rng import LARGEST_WORD, fill_words
from simcore.run import Settings

FALSE_ALARM = 1e-4
REPLICATES, BIRTHS = 100, 200_000
FEWEST_EXPECTED = 20
"""Cells with fewer expected deaths than this are too skewed to be called normal."""


def expected(births: int, w: dict[str, Any] | None = None) -> np.ndarray:
    w = w or build.parameters()
    return exact.expected_deaths(w, births, exact.multipliers(w, 2))


def planted(part: str) -> np.ndarray:
    """Expected deaths of one replicate under an error in the parameters."""
    w = build.parameters()
    if part == "cells":
        w["death_base"][1] = [[1.1 * h for h in band] for band in w["death_base"][1]]
    elif part == "totals":
        w["death_base"] = [[[1.025 * h for h in band] for band in cause] for cause in w["death_base"]]
    else:
        w["scenario"]["smoking_multiplier"] = 0.6
    return expected(BIRTHS, w)


# ---- the model folder


def test_the_files_of_w1_follow_from_its_parameters() -> None:
    assert build.differences() == []


@pytest.mark.parametrize(
    ("file", "was", "becomes", "says"),
    [
        ("smoking.csv", "0.24973989440488234", "0.2498", "smoking.csv: differs"),
        ("model.yaml", "1.444444444444444", "1.44", "hazard ratio of decile 2 on sudden is 1.44"),
        ("scenario.yaml", "multiply: 0.5", "multiply: 0.6", "'smoking': 0.6}, not"),
    ],
)
def test_a_number_that_does_not_follow_is_named(
    tmp_path: Path, file: str, was: str, becomes: str, says: str
) -> None:
    folder = shutil.copytree(build.FOLDER, tmp_path / "w1")
    text = (folder / file).read_text()
    assert text.count(was) == 1
    (folder / file).write_text(text.replace(was, becomes))
    (found,) = build.differences(folder)
    assert says in found


def test_the_engines_exact_sum_is_the_enumeration_of_w1() -> None:
    arms = w1.workload(5, 300_000)
    w = build.parameters()
    by_hand = exact.expected_deaths(w, 300_000, exact.multipliers(w, 5))
    assert arms.exact().reshape(by_hand.shape) == pytest.approx(by_hand, rel=1e-9)


def test_w1_is_asked_like_any_model() -> None:
    asked = {"model": build.FOLDER, "baseline": build.FOLDER / "baseline.yaml", "years": [2020], "draws": 2}
    answer = simcore.compare([build.FOLDER / "scenario.yaml"], **asked, settings=Settings(estimator="exact"))
    by_cause = answer.deaths.sel(year=2020).isel(draw=0)
    assert by_cause.values == pytest.approx(expected(build.BIRTHS).sum(axis=1), rel=1e-9)


def test_expected_deaths_of_drawn_births_have_the_enumeration_as_their_mean() -> None:
    """Births drawn to obesity: 60 replicates, each cell's mean in standard errors of its own."""
    small = w1.workload(2, 20_000)
    drawn = np.stack([small.expected(1, draw=r).reshape(2, 10, 4, 3) for r in range(60)])
    error = drawn.std(axis=0, ddof=1) / np.sqrt(60)
    z = ((drawn.mean(axis=0) - expected(20_000)) / error).ravel()
    assert np.abs(z).max() < stats.t.isf(FALSE_ALARM / z.size / 2, 59)
    total = drawn.sum(axis=(2, 3, 4))
    for figure in (total[:, 0], total[:, 0] - total[:, 1]):
        assert figure.std(ddof=1) / figure.mean() < 0.01  # a hundredth of it, in a replicate of 20,000


# ---- deaths drawn: by the engine, by C, by NumPy


@cache
def engine_deaths() -> np.ndarray:
    """``int64[replicates, arm, decile, cause, band]``; replicates are draws, with the same tables."""
    loaded = w1.workload(2, BIRTHS)
    return np.stack([loaded.realised(7, draw=r).reshape(2, 10, 4, 3) for r in range(REPLICATES)])


@cache
def c_deaths() -> np.ndarray:
    """The same in C; replicates are neighbouring births."""
    if compiled.compiler() is None:
        pytest.skip("NO C COMPILER: the C version of W1 is not checked; install one as `cc` or set CC")
    w = build.parameters()
    program = compiled.W1(w, exact.multipliers(w, 2), seed=7)
    return np.stack([
        program.deaths_thinned((r + 1) * BIRTHS, first=r * BIRTHS)[0] for r in range(REPLICATES)
    ])  # fmt: skip


def p_of_cells(deaths: np.ndarray, mean: np.ndarray) -> list[float]:
    """Of each arm: whether z-scores of its cells spread as a standard normal's, chi-squared, two-sided."""
    found = []
    for arm in range(2):
        often = mean[arm] > FEWEST_EXPECTED
        z = (deaths[arm] - mean[arm])[often] / np.sqrt(mean[arm][often])
        lower = stats.chi2.cdf((z**2).sum(), often.sum())
        found.append(2 * min(lower, 1 - lower))
    return found


def z_of_totals(deaths: np.ndarray, mean: np.ndarray) -> np.ndarray:
    totals = mean.sum(axis=(1, 2, 3))
    return np.asarray((deaths.sum(axis=(1, 2, 3)) - totals) / np.sqrt(totals))


def z_of_averted(deaths: np.ndarray, mean: np.ndarray) -> float:
    """Against the spread between replicates: the arms share their luck, so it is no Poisson number."""
    totals, wanted = deaths.sum(axis=(2, 3, 4)), mean.sum(axis=(1, 2, 3))
    averted = totals[:, 0] - totals[:, 1]
    t = (averted.mean() - (wanted[0] - wanted[1])) / (averted.std(ddof=1) / np.sqrt(len(averted)))
    return float(stats.norm.isf(stats.t.sf(t, len(averted) - 1)))


LIMIT = stats.norm.isf(FALSE_ALARM / 2)
DRAWN = pytest.mark.parametrize("drawn", [engine_deaths, c_deaths], ids=["engine", "C"])


@DRAWN
def test_deaths_by_decile_cause_and_age_are_those_expected(drawn: Callable[[], np.ndarray]) -> None:
    deaths, mean = drawn().sum(axis=0), REPLICATES * expected(BIRTHS)
    assert min(p_of_cells(deaths, mean)) > FALSE_ALARM
    often = mean > FEWEST_EXPECTED
    z = (deaths - mean)[often] / np.sqrt(mean[often])
    assert np.abs(z).max() < stats.norm.isf(FALSE_ALARM / z.size / 2)
    assert stats.kstest(z, "norm").pvalue > FALSE_ALARM


@DRAWN
def test_total_deaths_are_those_expected(drawn: Callable[[], np.ndarray]) -> None:
    assert np.abs(z_of_totals(drawn().sum(axis=0), REPLICATES * expected(BIRTHS))).max() < LIMIT


@DRAWN
def test_deaths_averted_are_those_expected(drawn: Callable[[], np.ndarray]) -> None:
    assert abs(z_of_averted(drawn(), expected(BIRTHS))) < LIMIT


@DRAWN
def test_each_planted_error_is_caught(drawn: Callable[[], np.ndarray]) -> None:
    deaths = drawn()
    assert min(p_of_cells(deaths.sum(axis=0), REPLICATES * planted("cells"))) < FALSE_ALARM
    assert np.abs(z_of_totals(deaths.sum(axis=0), REPLICATES * planted("totals"))).min() > LIMIT
    assert abs(z_of_averted(deaths, planted("averted"))) > LIMIT


def test_the_power_of_these_tests_is_as_stated() -> None:
    mean = REPLICATES * expected(BIRTHS)
    often = mean[0] > FEWEST_EXPECTED
    gap = ((REPLICATES * planted("cells") - mean)[0][often] ** 2 / mean[0][often]).sum()
    assert stats.ncx2.sf(stats.chi2.isf(FALSE_ALARM / 2, often.sum()), often.sum(), gap) > 0.99
    assert stats.norm.sf(LIMIT - 0.025 * np.sqrt(mean[1].sum())) > 0.99
    totals = engine_deaths().sum(axis=(2, 3, 4))
    error = (totals[:, 0] - totals[:, 1]).std(ddof=1) / np.sqrt(REPLICATES)
    of_planted, of_truth = (
        m.sum(axis=(1, 2, 3)) @ [1, -1] for m in (planted("averted"), expected(BIRTHS))
    )  # fmt: skip
    assert stats.norm.sf(LIMIT - abs(of_planted - of_truth) / error) > 0.99


def test_numpy_in_chunks_or_whole_gives_the_deaths_expected() -> None:
    """A check of the yardstick itself, weaker for its cost: 200,000 births."""
    w, births = build.parameters(), 100_000
    deaths = numpy_w1.deaths(w, births, 2, seed=3) + numpy_w1.deaths(w, births, 2, seed=4, chunk=32_768)
    assert min(p_of_cells(deaths, expected(2 * births))) > FALSE_ALARM
    assert np.abs(z_of_totals(deaths, expected(2 * births))).max() < LIMIT


def test_births_passed_over_in_c_change_no_death_and_its_profiles_are_births() -> None:
    w = build.parameters()
    if compiled.compiler() is None:
        pytest.skip("NO C COMPILER: the C version of W1 is not checked; install one as `cc` or set CC")
    program = compiled.W1(w, exact.multipliers(w, 3), seed=2**40 + 1)
    full, (thinned, passed) = program.deaths_in_full(300_000), program.deaths_thinned(300_000)
    assert np.array_equal(program.deaths_in_blocks(300_000), full)
    assert np.array_equal(full, thinned)
    assert 0.01 < passed / 300_000 < 0.03
    counts = program.profiles(300_000)
    assert (counts.reshape(3, -1).sum(axis=1) == 300_000).all()
    for arm, multipliers in enumerate(exact.multipliers(w, 3)):
        mean = 300_000 * exact.profile_shares(w, *multipliers).ravel()
        often = mean > FEWEST_EXPECTED
        z = (counts[arm].ravel() - mean)[often] / np.sqrt(mean[often])
        assert abs((z**2).sum() - often.sum()) < LIMIT * np.sqrt(2 * often.sum())


def test_c_draws_the_words_that_the_engine_draws() -> None:
    if compiled.compiler() is None:
        pytest.skip("NO C COMPILER: the C version of W1 is not checked; install one as `cc` or set CC")
    w, seed, key, number = build.parameters(), 2**40 + 17, 77, 5
    ours = np.zeros((1, 4, 1024), np.uint32)
    births = np.arange(5000, 6024, dtype=np.uint32)
    fill_words(births, np.full(1024, key, np.uint32), 1024, number, 0, np.uint64(seed), 0, ours)
    theirs = compiled.W1(w, exact.multipliers(w, 1), seed, key).block(5000, number)
    assert np.array_equal(np.minimum(theirs, LARGEST_WORD), ours[0])


# ---- the command


def test_the_command_prints_every_figure_of_one_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(w1, "REPLICATES", 20)
    births = 30_000
    assert w1.main(["--births", str(births), "--arms", "2", "--threads", "1", "--rounds", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told)[:11] == [
        "expected_ns", "counted_ns", "realised_ns", "numpy_ns", "numpy_chunked_ns", "c_full_ns", "c_thinned_ns",
        "deaths", "expected", "births", "seed",
    ]  # fmt: skip
    assert (told["births"], told["seed"], told["arms"], told["threads"]) == (births, 1, 2, 1)
    has_c = compiled.compiler() is not None
    times = {name: told[name] for name in told if name.endswith("_ns") and name != "spread_ns"}
    assert {name for name, ns in times.items() if ns is None} == {
        name for name in times if name.startswith("c_") and not has_c
    }
    assert all(ns > 0 for ns in times.values() if ns is not None)
    deaths, mean = np.array(told["deaths"]), np.array(told["expected"])
    assert deaths.shape == mean.shape == (2, 10, 4, 3)
    assert mean == pytest.approx(expected(births), rel=1e-12)
    assert np.abs(z_of_totals(deaths, mean)).max() < LIMIT


def test_what_cannot_be_measured_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        w1.main(["--rounds", "4"])
    assert ended.value.code == 2
    assert "rounds from 5" in capsys.readouterr().err
