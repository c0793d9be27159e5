"""The Monte Carlo error that is printed is the error that is made: its scores over many runs are standard normal.

A run of a few draws gives a mean and, from its slices, the standard error of that mean; the exact sums of the same
draws give the truth. Each run is of other draws or another seed, so that scores are independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from scenarios.read import read_scenarios
from scenarios.schema import Scenario
from scenarios.uncertainty import estimate
from simcore.draws import DrawBlock
from simcore.load import load_model
from simcore.model import Model
from simcore.slices import SLICES
from simcore.solved import read_draws
from tests.chance import least_variance, normal_faults, z_of_t
from tests.models import answer, hazard, invented, prevalence, priors, scenario

RUN = 5
"""Draws of one run."""
FREEDOM = RUN * (SLICES - 1)
QUANTITIES = ("deaths", "averted by the first", "averted by the second")


class Study(NamedTuple):
    """What is run, how often, and how many births a draw has."""

    model: Model
    draws: DrawBlock
    years: Sequence[int]
    arms: Sequence[Scenario]
    estimator: str
    births: int
    seeds: int
    first_seed: int = 1000


def study(name: str, draws: int, seeds: int) -> Study:
    place, _, estimator = name.partition(", ")
    if place == "england":
        model = load_model("england")
        arms = read_scenarios(["current_policy", "smoking_halved", "child_poverty_35"])
        # births that do not divide by strata and slices
        births = 4_999 if estimator == "expected" else 300_000
        block = read_draws(model, model.structure(), draws)
        return Study(model, block, (2030,), arms, estimator, births, seeds)
    model = invented("harbour")
    safer = hazard(0.5, "sudden, heart, fever", "day_0, days_1_6")
    arms = [scenario("held"), scenario("safer", safer), scenario("less", prevalence("child_poverty", 0.4))]
    births = 1_501 if estimator == "expected" else 15_000
    return Study(model, priors("harbour", draws), (2003, 2004), arms, estimator, births, seeds)


def gaps_and_errors(asked: Study) -> tuple[np.ndarray, np.ndarray]:
    """How far each quantity is from the truth, and the error told: ``float64[quantities, seeds x runs]`` each."""
    common = asked.model, asked.model.structure(), asked.draws, asked.arms, asked.years
    truth = totals(answer(*common, estimator="exact", people=False).deaths)
    gaps, errors = [], []
    for seed in range(asked.seeds):
        luck = {"births": asked.births, "seed": asked.first_seed + seed}
        run = answer(*common, estimator=asked.estimator, people=False, block=50, **luck)
        drawn, slices = totals(run.deaths), totals(run.slices, keep=1)
        for begin in range(0, asked.draws.size, RUN):
            inside = slice(begin, begin + RUN)
            told = [
                estimate(of_all(drawn, q)[inside], of_all(slices, q)[inside]) for q in range(len(QUANTITIES))
            ]
            gaps.append([t.mean - of_all(truth, q)[inside].mean() for q, t in enumerate(told)])
            errors.append([t.mc_error for t in told])
    return np.array(gaps).T, np.array(errors).T


def scores(asked: Study) -> np.ndarray:
    """How many of its own standard errors each quantity is from the truth: ``float64[quantities, seeds x runs]``."""
    gaps, errors = gaps_and_errors(asked)
    return gaps / errors


def totals(values: np.ndarray, keep: int = 0) -> np.ndarray:
    """Summed over everything but arms, draws and the last few axes."""
    return np.asarray(values.sum(axis=tuple(range(2, values.ndim - keep))))


def of_all(totals: np.ndarray, q: int) -> np.ndarray:
    """Deaths of the first arm, or what another averts against it."""
    return totals[0] if q == 0 else totals[0] - totals[q]


SIZES = {
    "england, expected": (20, 45),
    "harbour, expected": (200, 12),
    "harbour, realised": (200, 12),
}
"""Draws and seeds: 480 runs of the harbour, 180 of England. Realised deaths of England are left to the longer study."""
EACH = pytest.mark.parametrize(
    ("name", "q"), [(name, q) for name in SIZES for q in range(len(QUANTITIES))], ids=str
)


@cache
def scored(name: str) -> np.ndarray:
    return scores(study(name, *SIZES[name]))


@EACH
def test_runs_are_as_far_from_the_truth_as_they_say(name: str, q: int) -> None:
    assert normal_faults(z_of_t(scored(name)[q], FREEDOM)) == []


# ---- power


def test_an_error_a_fifth_too_small_is_found_with_probability_99_in_100() -> None:
    """Of 480 runs; three tenths too small of 180. Planted ones are a little larger, or too large as much."""
    runs, few = (
        draws * seeds // RUN for draws, seeds in (SIZES["harbour, realised"], SIZES["england, expected"])
    )
    assert (runs, few) == (480, 180)
    assert least_variance(runs) < 1 / 0.8**2
    assert least_variance(few) < 1 / 0.71**2


@EACH
def test_an_error_printed_at_half_its_size_is_found(name: str, q: int) -> None:
    faults = normal_faults(z_of_t(2 * scored(name)[q], FREEDOM))
    assert any("variance" in fault for fault in faults)
    assert any("beyond 3.0" in fault for fault in faults)


@pytest.mark.parametrize("slip", [0.7, 1.4])
@pytest.mark.parametrize("name", SIZES)
def test_an_error_printed_somewhat_too_small_or_large_is_found(name: str, slip: float) -> None:
    """In deaths averted by the first scenario."""
    assert normal_faults(z_of_t(scored(name)[1] / slip, FREEDOM))


@pytest.mark.parametrize("name", SIZES)
def test_a_bias_of_a_third_of_the_error_is_found(name: str) -> None:
    bias = 0.34 * np.sqrt(480 / scored(name)[0].size)
    assert any("mean" in fault for fault in normal_faults(z_of_t(scored(name)[0] + bias, FREEDOM)))
