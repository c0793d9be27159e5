"""A precision that is asked for: which sizes are run next, when it ends, and that the error it states is honest."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios.running
from scenarios.margins import Margins
from scenarios.precision import (
    FLOOR,
    LEAST_DRAWS,
    NEAR,
    TINY,
    Headline,
    Precision,
    Sizes,
    headlines,
    next_sizes,
)
from scenarios.question import Question
from scenarios.refine import in_words, refine
from scenarios.running import Forgotten, HeadlineRun
from simcore.draws import DrawBlock
from simcore.run import Settings
from simcore.slices import SLICES
from tests.models import answer, invented, prevalence, priors, scenario

LIMITS = Sizes(2000, 1_000_000)


def headline(
    value: float, of_draws: float, of_birth: float, share: float = 0.01, grain: float = 0.0
) -> Headline:
    """Variances of one draw from its parameters, and of a draw of one birth."""
    return Headline("offer", "deaths_averted", value, value, share * value, of_draws, of_birth, grain)


# ---- which sizes next


def test_draws_are_added_where_parameters_make_the_error() -> None:
    # 20 / sqrt(400) is the error asked for; births have a hundredth of the variance
    found = [headline(100.0, 400.0, 4.0 * 100_000)]
    assert next_sizes(found, Sizes(100, 100_000), 100, LIMITS) == Sizes(420, 100_000)


def test_births_are_added_where_they_make_the_error_even_though_draws_are_run_again() -> None:
    found = [headline(100.0, 40.0, 3600.0 * 10_000)]
    chosen = next_sizes(found, Sizes(100, 10_000), 100, LIMITS)
    assert chosen.births >= 320_000
    assert found[0].met(chosen)
    # draws alone would do as well, at three times the cost
    assert found[0].draws_for(10_000) > 3 * 1000


def test_the_headline_that_is_worst_off_decides() -> None:
    easy, hard = headline(1000.0, 400.0, 0.0), headline(50.0, 400.0, 0.0)
    assert next_sizes([easy, hard], Sizes(100, 1000), 100, LIMITS) == Sizes(1600, 1000)
    assert next_sizes([easy], Sizes(100, 1000), 100, LIMITS) == Sizes(100, 1000)


def test_what_is_out_of_reach_gets_every_draw_and_births_as_far_as_they_are_of_use() -> None:
    beyond = headline(10.0, 400.0, 4.0 * 1000)
    assert next_sizes([beyond], Sizes(100, 1000), 100, LIMITS) == Sizes(2000, 1000)
    noisy = headline(10.0, 400.0, 4000.0 * 1000)
    chosen = next_sizes([noisy], Sizes(100, 1000), 100, LIMITS)
    assert chosen.draws == 2000
    assert noisy.error(chosen) <= NEAR * noisy.error(LIMITS)
    assert noisy.error(Sizes(2000, chosen.births // 2)) > NEAR * noisy.error(LIMITS)
    assert next_sizes([noisy], chosen, 100, LIMITS) == chosen


def test_draws_asked_for_are_run_though_fewer_would_do() -> None:
    assert next_sizes([headline(100.0, 1.0, 0.0)], Sizes(100, 0), 1000, LIMITS) == Sizes(1000, 0)


variances = st.sampled_from([0.0, 1e-6, 0.3, 1.0, 40.0, 1e3, 1e7])
anything = st.builds(
    headline,
    st.sampled_from([1e-3, 0.1, 5.0, 100.0, 1e5]),
    variances,
    st.builds(lambda v: v * 10_000, variances),
    st.sampled_from([1e-6, 0.003, 0.05]),
    st.sampled_from([0.0, 5e6]),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(anything, min_size=1, max_size=4),
    st.sampled_from([100, 340, 2000]),
    st.sampled_from([0, 1000, 10**6]),
)
def test_every_road_ends_within_the_limits_and_at_the_goal_where_that_can_be_reached(
    found: list[Headline], least: int, births: int
) -> None:
    """Where variances are known, the first step is the last."""
    if births == 0:
        found = [replace(h, of_birth=0.0, grain=0.0) for h in found]
    at, steps = Sizes(LEAST_DRAWS, births), 0
    while (following := next_sizes(found, at, least, LIMITS)) != at:
        assert at.draws <= following.draws <= LIMITS.draws
        assert at.births <= following.births <= LIMITS.births
        at, steps = following, steps + 1
        assert steps <= 1
    assert at.draws >= least
    within = [h for h in found if h.met(LIMITS)]
    if len(within) == len(found):
        assert all(h.met(at) for h in found)
    else:
        assert at.draws == LIMITS.draws
        assert all(h.error(at) <= max(h.target, NEAR * h.error(LIMITS)) * (1 + 1e-9) for h in found)


# ---- headlines near nothing


class World:
    """Two arms; what is averted strays by ``spread`` from parameters, and by ``noise`` with 1,000 births."""

    def __init__(self, seed: int, averted: float, spread: float, noise: float) -> None:
        self.rng, self.noise = np.random.default_rng(seed), noise
        self.truth = self.rng.normal(averted, spread, 5000) if spread else np.full(5000, averted)
        self.born: dict[int, np.ndarray] = {}

    def margins(self, at: Sizes) -> Margins:
        """Draws stay as they were when more are added; with other births only their parameters do."""
        births = self.born.setdefault(at.births, self.rng.normal(0.0, 1.0, (5000, SLICES)))
        noise = self.noise * math.sqrt(1000 / at.births / SLICES) if at.births else 0.0
        less = self.truth[: at.draws, None] / SLICES + noise * births[: at.draws]
        slices = np.stack([np.full_like(less, 20_000.0 / SLICES), 20_000.0 / SLICES - less])
        return Margins(("held", "offer"), slices.sum(axis=-1), {}, slices, {})


def test_a_headline_of_exactly_nothing_is_as_precise_as_one_likes() -> None:
    at, _, reached = refine(
        World(1, 0.0, 0.0, 0.0).margins,
        Sizes(100, 1000),
        Precision(1e-6),
        LIMITS,
    )
    assert at == Sizes(100, 1000)
    assert reached["reached"]
    offer = reached["headlines"][1]
    assert (offer["value"], offer["error"], offer["met"]) == (0.0, 0.0, True)
    assert "there is nothing to refine, every draw gives the same answer" in in_words(reached)


def test_another_model_is_told_of_a_precision_in_its_own_words() -> None:
    words, said = {"deaths": "falls", "short": "people"}, list[str]()
    sizes = Sizes(100, 1000), Precision(0.001), Sizes(120, 2000)
    world = World(1, 0.0, 40.0, 40.0)
    _, _, reached = refine(world.margins, *sizes, say=said.append, words=words)
    told = in_words(reached, words)
    assert said[0].startswith("100 draws of 1,000 people: the largest error is ")
    assert "(--most-draws) and 2,000 people (--most-births)" in told
    assert "Judged as 20 falls, 0.1% of the comparator's: offer." in told
    assert not any("birth" in text.replace("--most-births", "") or "death" in text for text in (*said, told))
    # and where none are given, in those of births and deaths
    assert "2,000 births (--most-births)" in in_words(reached) and "Judged as 20 deaths" in in_words(reached)


def test_what_cannot_be_told_from_nothing_is_judged_by_the_floor() -> None:
    """20 deaths of 20,000: 1% of them is 0.2, which 400 draws reach; of the headline itself no number would."""
    at, _, reached = refine(
        World(1, 0.0, 4.0, 0.0).margins,
        Sizes(100, 1000),
        Precision(0.01),
        LIMITS,
    )
    offer = reached["headlines"][1]
    assert reached["reached"]
    assert 340 <= at.draws <= 460
    assert offer["judged_against"] == pytest.approx(FLOOR * 20_000)
    assert abs(offer["value"]) < 0.01 * offer["judged_against"] * 3
    assert "Judged as 20 deaths, 0.1% of the comparator's: offer." in in_words(reached)
    # and it ends at the limit where even that is out of reach
    at, _, reached = refine(
        World(1, 0.0, 40.0, 0.0).margins,
        Sizes(100, 1000),
        Precision(0.01),
        LIMITS,
    )
    assert (at.draws, reached["reached"], reached["stopped_by"]) == (2000, False, ["most_draws"])


def test_where_deaths_are_drawn_one_by_one_nothing_is_known_better_than_one_of_them() -> None:
    """No death averted among too few births is no certainty: 5,000,000 births, of which 100 draws show 1,000 each."""
    silent = World(1, 0.0, 0.0, 0.0).margins(Sizes(100, 1000))
    found = headlines(silent, 1000, 0.01, real_births=5_000_000.0)[1]
    assert found.error(Sizes(100, 1000)) == 50.0
    assert not found.met(Sizes(100, 1000))
    following = next_sizes([found], Sizes(100, 1000), 100, LIMITS)
    assert following.births * following.draws >= 5_000_000 / 0.2
    assert found.met(following)
    assert headlines(silent, 1000, 0.01)[1].met(Sizes(100, 1000))


def test_a_comparator_without_a_death_asks_for_nothing_in_vain() -> None:
    nothing = replace(World(1, 0.0, 0.0, 0.0).margins(Sizes(100, 1000)), total=np.zeros((2, 100)))
    for real, births in ((0.0, 1000), (5e6, 10**6)):
        found = headlines(replace(nothing, slices=nothing.slices * 0), 1000, 0.01, real)
        assert found[0].target == TINY
        assert next_sizes(found, Sizes(100, 1000), 100, LIMITS).births == births


# ---- the error that is stated is the one that is made


class Stopped:
    """Many runs that stopped by themselves: how far each headline was from the truth, in errors as stated."""

    def __init__(self, z: list[float], relative: list[float], draws: list[int], births: list[int]) -> None:
        self.z, self.relative = np.array(z), np.array(relative)
        self.draws, self.births = np.array(draws), np.array(births)

    def faults(self, scale: float = 1.0) -> list[str]:
        """What is broken beyond four standard errors, if stated errors were multiplied by ``scale``."""
        z, n = self.z / scale, self.z.size
        found = []
        if abs(z.mean()) > 4 / math.sqrt(n):
            found.append(f"mean {z.mean():.2f}")
        if abs(z.std(ddof=1) - 1.0) > 4 / math.sqrt(2 * n):
            found.append(f"spread {z.std(ddof=1):.2f}")
        return found


@cache
def invented_runs(runs: int, spread: float, noise: float) -> Stopped:
    """100 deaths averted; a draw strays by ``spread`` and, with 1,000 births, by ``noise`` beside."""
    z, relative, draws, births = [], [], [], []
    for seed in range(runs):
        world = World(seed, 100.0, spread, noise)
        at, _, reached = refine(world.margins, Sizes(100, 1000), Precision(0.02), Sizes(5000, 1_000_000))
        assert reached["reached"]
        offer = reached["headlines"][1]
        z.append((offer["value"] - 100.0) / offer["error"])
        relative.append(offer["relative"])
        draws.append(at.draws)
        births.append(at.births)
    return Stopped(z, relative, draws, births)


@pytest.mark.parametrize(("spread", "noise"), [(40.0, 0.0), (30.0, 60.0), (5.0, 150.0)])
def test_runs_that_stop_by_themselves_err_as_they_say(spread: float, noise: float) -> None:
    """To stop where the error looks small favours runs that underrate it: here by less than can be seen."""
    runs = invented_runs(800, spread, noise)
    assert runs.faults() == []
    assert runs.relative.max() <= 0.02
    # none is run much longer than it must be
    assert np.median(runs.relative) > 0.015 or runs.births.max() > 1000


@pytest.mark.parametrize("scale", [0.85, 1.15])
def test_an_error_stated_wrong_by_a_seventh_would_be_seen(scale: float) -> None:
    """Power: four standard errors of the spread of 800 are 10%."""
    assert invented_runs(800, 40.0, 0.0).faults(scale)


ARMS = (scenario("held"), scenario("less", prevalence("child_poverty", 0.5)))
YEARS = (2003,)
POOL = 9_600


@cache
def pool() -> tuple[DrawBlock, list[tuple[float, float]]]:
    """Many draws; the exact means over them of deaths and of deaths averted, and the standard error of each."""
    draws = priors("harbour", POOL)
    model = invented("harbour")
    exact = answer(model, model.structure(), draws, ARMS, YEARS, estimator="exact", people=False)
    by_draw = exact.deaths.reshape(2, POOL, -1).sum(axis=-1)
    truths = by_draw[0], by_draw[0] - by_draw[1]
    return draws, [(float(t.mean()), float(t.std() / math.sqrt(POOL))) for t in truths]


@cache
def harbour_runs(estimator: str, births: int, share: float, runs: int) -> Stopped:
    """Runs with draws and births of their own: both headlines, against the exact answer."""
    draws, truths = pool()
    model = invented("harbour")
    question = Question(model, model.structure(), ARMS, YEARS)
    z, relative, used, born = [], [], [], []
    for run in range(runs):
        first = run * (POOL // runs)

        def own(*asked: object, first: int = first) -> DrawBlock:
            return draws.rows(slice(first, first + int(asked[2])))  # type: ignore[call-overload]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scenarios.running, "read_draws", own)
            at, _, reached = refine(
                lambda at, kept={}, run=run: kept.setdefault(  # type: ignore[misc]
                    at.births,
                    HeadlineRun(
                        question,
                        Settings(seed=run, births=at.births, estimator=estimator, people=False),  # type: ignore[arg-type]
                        Forgotten(),
                        lambda *_: None,
                    ),
                ).to(at.draws),
                Sizes(100, births),
                Precision(share),
                Sizes(POOL // runs, 64_000),
                float(model.births_in({"year": ("2003",), "area": model.strata["area"]}).sum())
                if estimator == "realised"
                else 0.0,
            )
        assert reached["reached"], reached
        for at_end, (truth, unsure) in zip(reached["headlines"], truths, strict=True):
            z.append((at_end["value"] - truth) / math.hypot(at_end["error"], unsure))
            relative.append(at_end["relative"])
        used.append(at.draws)
        born.append(at.births)
    return Stopped(z, relative, used, born)


@pytest.mark.parametrize(
    ("estimator", "births", "share", "runs"), [("expected", 1000, 0.03, 32), ("realised", 2000, 0.07, 24)]
)
def test_a_run_of_either_estimator_reaches_what_was_asked_and_errs_as_it_says(
    estimator: str, births: int, share: float, runs: int
) -> None:
    found = harbour_runs(estimator, births, share, runs)
    assert found.faults() == []
    assert found.relative.max() <= share
    # power: four standard errors of the spread of two headlines in so many runs are less than a half
    assert found.faults(0.5)
