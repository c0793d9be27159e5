"""Births counted in eight parts: parts differ by luck alone, and their spread is the error of their sum."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.block_births import pack_drawn
from simcore.draws import sample_priors
from simcore.kernels.profiles import count_profiles
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.slices import SLICES, births_in_slices, even_slices
from simcore.strata import stratum_keys
from simcore.worlds import lay_arm
from tests.models import answer, invented, natural_arm, priors
from tests.test_order_of_policies import BIRTHS, YEARS, village


def test_births_of_a_stratum_and_slice_are_those_the_kernels_count() -> None:
    model = invented("harbour")
    draws = priors("harbour", 1)
    program = compile_natural(model, model.structure(), draws, (2003, 2004))
    (arm,) = natural_arm(program, draws)
    simulated = apportion(model.births_in(program.network.strata), 1_501)
    packer = pack_drawn(lay_arm(program, arm), (), simulated)
    counted = count_profiles(packer.plan(), 1, 0).reshape(packer.shape())
    told = births_in_slices(simulated, stratum_keys(program.network.strata))
    assert np.array_equal(np.moveaxis(counted, 0, -1), told)
    assert np.array_equal(told.sum(axis=-1), simulated)
    assert len(set(told.ravel().tolist())) > 2, "slices should be unequal, or this shows less"


def stated_over_true(births: int, chance: float) -> float:
    """The variance that slices state, on average over all luck, over that of a binomial stratum."""
    held = births_in_slices(np.array([births]), np.array([births], np.uint32))
    # deaths of slices are independent, and what is stated is quadratic in them
    moved = even_slices(np.eye(SLICES)[:, None], held)[:, 0].T
    apart = moved - moved.mean(axis=0)
    mean, variance = held[0] * chance, held[0] * chance * (1 - chance)
    stated = (apart**2 * variance).sum() + ((apart @ mean) ** 2).sum()
    return float(SLICES / (SLICES - 1) * stated / (births * chance * (1 - chance)))


@pytest.mark.parametrize("chance", [0.02, 0.6, 0.999])
@pytest.mark.parametrize("births", [2, 3, 7, 8, 9, 12, 61, 4_999])
def test_the_variance_between_slices_is_that_of_their_sum_however_few_births_there_are(
    births: int, chance: float
) -> None:
    assert stated_over_true(births, chance) == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("chance", [0.02, 0.6])
def test_a_stratum_of_one_birth_overrates_its_error_and_never_underrates_it(chance: float) -> None:
    assert stated_over_true(1, chance) == pytest.approx(1 / (1 - chance))


def test_slices_add_up_to_the_same_deaths_and_nobody_is_in_an_empty_stratum() -> None:
    held = births_in_slices(np.array([61, 3, 1, 0]), np.array([3, 4, 5, 6], np.uint32))
    died = np.random.default_rng(1).binomial(held, 0.3, (50, *held.shape)).astype(float)
    even = even_slices(died, held)
    assert even.sum(axis=-1) == pytest.approx(died.sum(axis=-1), abs=1e-12)
    assert (even[:, 3] == 0).all()


def test_slices_left_uneven_would_state_an_error_where_there_is_none() -> None:
    sure = births_in_slices(np.array([61, 7]), np.array([3, 4], np.uint32)).astype(float)
    even = even_slices(sure, sure.astype(np.int64)).sum(axis=0)
    assert np.ptp(even) < 1e-12 < 1 <= np.ptp(sure.sum(axis=0))


def test_strata_of_a_birth_each_state_an_error_that_is_no_less_than_the_one_made() -> None:
    model = village("weak").model
    common = (model, model.structure(), sample_priors(model, 400), natural_arm, YEARS)
    few = answer(*common, births=len(BIRTHS) * len(YEARS), people=False)
    truth = answer(*common, estimator="exact", people=False).deaths.sum(axis=(2, 3, 4, 5))[0]
    made = few.deaths.sum(axis=(2, 3, 4, 5))[0] - truth
    slices = few.slices.sum(axis=(2, 3))[0]
    stated = SLICES * slices.var(axis=-1, ddof=1)
    assert stated.mean() > made.var()
