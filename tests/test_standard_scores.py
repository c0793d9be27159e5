"""Thousands of counted cells against their exact probabilities: their scores are a standard normal sample.

All births of a stratum are alike before their luck, so a cell of a stratum counts a binomial number of them, whose
chance the exact sums give. Deaths averted are those saved less those harmed. Scores are taken from the distribution
itself, so that small counts are as normal as large ones, and looked at for mean, variance, tails and shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from scenarios.interventions import arms_of
from scenarios.read import read_scenarios
from scenarios.schema import Scenario
from simcore.draws import DrawBlock
from simcore.kernels.deaths import realise_births
from simcore.kernels.profiles import count_profiles
from simcore.load import load_model
from simcore.model import Model
from simcore.network import Labelled, push_forward
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.run import pack_worlds
from simcore.solved import read_draws
from simcore.worlds import lay_arms
from tests.chance import least_shift, least_variance, normal_faults, randomised_z
from tests.models import Answer, answer, invented, prevalence, priors, scenario

SEED = 11
CELLS_OF_ONE = 8
"""Profiles looked at in one stratum of one draw: rare ones, that hardly hang on one another."""
RARE = 0.02


class Question(NamedTuple):
    model: Model
    draws: DrawBlock
    years: Sequence[int]
    arms: Sequence[Scenario]
    births: int
    seed: int = SEED
    profile: tuple[str, ...] = ()
    """Variables whose combinations are counted: all of them if none is named."""
    seeds: int = 1
    """How often each draw is drawn, with luck of its own."""


OF_ENGLAND = (
    "mother_age", "child_poverty", "smoking_at_booking", "smoking", "bmi", "gestation", "plurality"
)  # fmt: skip
"""All of its variables together would be more combinations than births."""


def question(name: str, times: int = 1) -> Question:
    """What is asked of a model, of so many times as many draws; of England, which ships fewer, of more seeds."""
    if name == "england":
        model = load_model("england")
        arms = read_scenarios(["current_policy", "poverty_and_smoking"])
        draws = read_draws(model, model.structure(), 20 * min(times, 10))
        seeds = 6 * -(-times // 10)
        return Question(model, draws, (2030,), arms, 330_000, profile=OF_ENGLAND, seeds=seeds)
    both = [prevalence("smoking", 0.5), prevalence("child_poverty", 0.5, id="other")]
    arms = [scenario("held"), scenario("less", *both)]
    return Question(invented("harbour"), priors("harbour", 100 * times), range(2001, 2007), arms, 120_000)


class Seen(NamedTuple):
    """Counts by draw and stratum, and the chances that they should have: first axis arms, where there is one."""

    births: np.ndarray  # [strata]
    profiles: np.ndarray  # [arms, draws, strata, profiles]
    profile_chances: np.ndarray
    deaths: np.ndarray  # [arms, draws, strata, causes x bands]
    death_chances: np.ndarray
    saved: np.ndarray  # [draws, strata]
    harmed: np.ndarray
    averted_chances: np.ndarray


def exact(asked: Question) -> Answer:
    model = asked.model
    return answer(model, model.structure(), asked.draws, asked.arms, asked.years, estimator="exact")


@cache
def seen(name: str) -> Seen:
    return look_at(question(name))


def look_at(asked: Question) -> Seen:
    """Draw the births and count them."""
    model, draws = asked.model, asked.draws
    program = compile_natural(model, model.structure(), draws, asked.years)
    worlds = lay_arms(program, list(arms_of(asked.arms)(program, draws)))
    network = worlds.network
    real = model.births_in(network.strata)
    simulated = apportion(real, asked.births)
    carried = tuple(network.carrier(name) for name in asked.profile or model.spec.variables)
    packer = replace(pack_worlds(program, worlds, simulated), profile=carried)
    plan = packer.plan()
    place = np.repeat(np.arange(simulated.size), simulated.ravel())
    n_deaths = len(model.spec.deaths.causes) * len(model.spec.deaths.age_bands)
    n_bands = len(model.spec.deaths.age_bands)
    profiles, deaths, saved, harmed = [], [], [], []
    luck = [(z, seed) for z in range(draws.size) for seed in range(asked.seed, asked.seed + asked.seeds)]
    for z, seed in luck:
        packed, draw = packer.with_deaths(plan, z), int(draws.index[z])
        counted = count_profiles(packed, seed, draw)
        profiles.append(counted.reshape(len(asked.arms), -1, simulated.size).transpose(0, 2, 1))
        cause, band, _ = (part.astype(int) for part in realise_births(packed, seed, draw))
        cell = place * n_deaths + cause * n_bands + band
        counts = [
            np.bincount(c[d >= 0], minlength=simulated.size * n_deaths)
            for c, d in zip(cell, cause, strict=True)
        ]
        deaths.append(np.reshape(counts, (len(asked.arms), simulated.size, n_deaths)))
        first, second = cause >= 0
        saved.append(np.bincount(place[first & ~second], minlength=simulated.size))
        harmed.append(np.bincount(place[second & ~first], minlength=simulated.size))
    died = np.repeat(exact(asked).deaths, asked.seeds, axis=1) / real[..., None, None]
    chances = []
    for arm in range(len(asked.arms)):
        start = Labelled(tuple(network.strata), np.ones((1, *real.shape)))
        joint = push_forward(start, network.nodes, arm, {*network.strata, *carried})
        joint = joint.total(*network.strata, *carried).values.reshape(
            -1, simulated.size, profiles[0].shape[-1]
        )
        every = np.broadcast_to(joint, (draws.size, *joint.shape[1:]))
        chances.append(np.repeat(every, asked.seeds, axis=0))
    of_death = died.reshape(*died.shape[:2], simulated.size, n_deaths)
    total = of_death.sum(axis=-1)
    return Seen(
        simulated.ravel(),
        np.stack(profiles, axis=1),
        np.stack(chances),
        np.stack(deaths, axis=1),
        of_death,
        np.array(saved),
        np.array(harmed),
        total[0] - total[1],
    )


def profile_scores(found: Seen, arm: int, luck: int = 3) -> np.ndarray:
    """Scores of a few rare profiles of each stratum and draw, chosen without looking at the counts."""
    rng = np.random.default_rng(luck)
    counts, chances, n = found.profiles[arm], found.profile_chances[arm], found.births
    scores = []
    for draw, stratum in np.ndindex(counts.shape[:2]):
        p = chances[draw, stratum]
        rare = np.flatnonzero((p <= RARE) & (p * n[stratum] >= 5))
        chosen = rng.choice(rare, min(CELLS_OF_ONE, rare.size), replace=False)
        scores.append(randomised_z(counts[draw, stratum, chosen], n[stratum], p[chosen], rng))
    return np.concatenate(scores)


def death_scores(found: Seen, arm: int) -> np.ndarray:
    """Scores of every cause and band of each stratum and draw that anybody can die of."""
    p = found.death_chances[arm]
    n = np.broadcast_to(found.births[None, :, None], p.shape)
    possible = p > 0
    assert not found.deaths[arm][~possible].any()
    return randomised_z(found.deaths[arm][possible], n[possible], p[possible], np.random.default_rng(4))


def averted_scores(found: Seen, averted: np.ndarray) -> np.ndarray:
    """Scores of saved less harmed, two Poisson numbers; how many are harmed for one saved is taken from all draws."""
    share = found.harmed.sum() / found.saved.sum()
    saved = found.births * found.averted_chances / (1 - share)
    mean = saved, np.maximum(saved * share, 1e-9)
    below, own = stats.skellam.cdf(averted - 1, *mean), stats.skellam.pmf(averted, *mean)
    u = below + np.random.default_rng(5).random(averted.shape) * own
    return np.asarray(stats.norm.ppf(np.clip(u, 1e-12, 1 - 1e-12))).ravel()


def errors_away(found: Seen, scale: float = 1.0) -> float:
    """How many standard errors the realised difference of all draws is from ``scale`` times the exact one.

    Births are the same in both arms: only those whom the policy saves or harms are by chance.
    """
    expected = scale * (found.births * found.averted_chances).sum()
    gap = (found.saved - found.harmed).sum() - expected
    return float(gap / np.sqrt((found.saved + found.harmed).sum()))


EACH = pytest.mark.parametrize("name", ["england", "harbour"])


@EACH
@pytest.mark.parametrize("arm", [0, 1])
def test_profile_counts_score_as_a_standard_normal_sample(name: str, arm: int) -> None:
    z = profile_scores(seen(name), arm)
    assert z.size > 4000
    assert normal_faults(z) == []


@EACH
@pytest.mark.parametrize("arm", [0, 1])
def test_realised_deaths_score_as_a_standard_normal_sample(name: str, arm: int) -> None:
    z = death_scores(seen(name), arm)
    assert z.size > 10_000
    assert normal_faults(z) == []


@EACH
def test_deaths_averted_score_as_a_standard_normal_sample(name: str) -> None:
    found = seen(name)
    z = averted_scores(found, found.saved - found.harmed)
    assert z.size >= 1200
    assert normal_faults(z) == []


@EACH
def test_the_realised_difference_has_the_expectation_of_the_expected_one(name: str) -> None:
    """Summed over draws and strata, the same births in both arms: paired, so few standard errors see much."""
    assert abs(errors_away(seen(name))) < 3.9


# ---- power


def test_small_faults_in_so_many_scores_are_found_with_probability_99_in_100() -> None:
    """A mean of a fourteenth or a variance of a tenth too much in profiles, half as much in deaths of England."""
    assert least_shift(9600) < 1 / 14
    assert least_variance(9600) < 1.1
    assert least_shift(28_800) < 0.04
    assert least_variance(28_800) < 1.06
    assert least_variance(1200) < 1.31


@EACH
def test_births_counted_twice_are_found(name: str) -> None:
    found = seen(name)
    twice = found._replace(births=2 * found.births, profiles=2 * found.profiles, deaths=2 * found.deaths)
    assert any("variance" in fault for fault in normal_faults(profile_scores(twice, 0)))
    assert any("variance" in fault for fault in normal_faults(death_scores(twice, 0)))


@EACH
def test_one_draw_standing_for_two_is_found_though_each_by_itself_is_right(name: str) -> None:
    """The births of a draw again in the next: what neighbouring draws share would show when they are added."""
    found = seen(name)
    pairs = [found.deaths[:, ::2] + found.deaths[:, 1::2], 2 * found.deaths[:, ::2]]
    chances = (found.death_chances[:, ::2] + found.death_chances[:, 1::2]) / 2
    sound, shared = (
        found._replace(births=2 * found.births, deaths=deaths, death_chances=chances) for deaths in pairs
    )
    assert normal_faults(death_scores(sound, 0)) == []
    assert any("variance" in fault for fault in normal_faults(death_scores(shared, 0)))


@EACH
def test_hazards_off_by_five_per_cent_are_found(name: str) -> None:
    found = seen(name)
    assert normal_faults(death_scores(found._replace(death_chances=found.death_chances * 1.05), 0))


@EACH
def test_arms_with_luck_of_their_own_are_found(name: str) -> None:
    """Deaths under one arm less those of other births under the other: right on average, and far too wide."""
    found = seen(name)
    died = found.deaths.sum(axis=-1)
    apart = died[0] - np.roll(died[1], 1, axis=0)
    assert any("variance" in fault for fault in normal_faults(averted_scores(found, apart)))


@EACH
@pytest.mark.parametrize("scale", [0.93, 1.07])
def test_a_difference_off_by_seven_per_cent_would_be_found(name: str, scale: float) -> None:
    """Power above 99%: seven per cent are over 7 standard errors."""
    found = seen(name)
    error = np.sqrt((found.saved + found.harmed).sum()) / (found.births * found.averted_chances).sum()
    assert 0.07 / error > 3.9 + 2.4
    assert abs(errors_away(found, scale)) > 3.9
