"""The posterior is calibrated: known parameters lie anywhere in the posteriors of the deaths that they made.

24 made worlds of the reduced England. Found with probability 99%: over all parameters together (whitened, 864 scores)
a mean off by 0.22 standard deviations, or posteriors too narrow by 15% (a variance of 1.37); in a single quantity of
24 scores a mean off by 1.5, or a variance of 7.1. `make sbc` asks for eight times as many worlds.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.chance import LEVEL, least_shift, least_variance, normal_faults
from tests.models.reduced import calibration
from tests.sbc import DataSet, Ranked, Study, counts_twice, drift_turned, scores, white

WORLDS = 24
STUDY = Study(calibration(), draws=100)


@pytest.fixture(scope="module")
def worlds() -> list[DataSet]:
    return list(STUDY.data_sets(WORLDS, seed=1))


@pytest.fixture(scope="module")
def ranked(worlds: list[DataSet]) -> list[Ranked]:
    return [STUDY.rank(data, seed) for seed, data in enumerate(worlds)]


def test_the_power_is_what_it_is_said_to_be() -> None:
    together, single = WORLDS * 36, LEVEL / 48
    assert [least_shift(together), least_variance(together)] == pytest.approx([0.224, 1.367], abs=1e-3)
    assert [least_shift(WORLDS, single), least_variance(WORLDS, single)] == pytest.approx(
        [1.51, 7.06], abs=0.01
    )


def test_parameters_and_what_hangs_on_them_lie_anywhere_in_their_posteriors(ranked: list[Ranked]) -> None:
    """Every free parameter, published totals, deaths by fifth, next year's deaths and the likelihood itself."""
    found = scores(ranked)
    assert len(found) == 48
    faults = {name: normal_faults(z, LEVEL / len(found)) for name, z in found.items()}
    assert {name: said for name, said in faults.items() if said} == {}


def test_all_parameters_together_are_where_posteriors_say(ranked: list[Ranked]) -> None:
    assert normal_faults([each.white for each in ranked]) == []


def test_intervals_of_90_percent_hold_the_truth_nine_times_out_of_ten(ranked: list[Ranked]) -> None:
    """864 whitened intervals, independent; and 24 of each quantity.

    The tolerance is binomial: 85.9% to 93.8% of all, a coverage of 82.9% is found with probability 99%; 13 of 24.
    """
    inside = np.abs([each.white for each in ranked]) < stats.norm.isf(0.05)
    low, high = stats.binom.ppf([LEVEL / 2, 1 - LEVEL / 2], inside.size, 0.9)
    assert low <= inside.sum() <= high
    assert stats.binom.cdf(low - 1, inside.size, 0.829) > 0.99
    held = [sum(0.05 < each.place[name] < 0.95 for each in ranked) for name in ranked[0].place]
    assert min(held) >= stats.binom.ppf(LEVEL / len(held), WORLDS, 0.9)


def test_what_the_deaths_know_well_comes_back(worlds: list[DataSet], ranked: list[Ranked]) -> None:
    """Gradients by fifth, known to a seventh of their prior spread: peaks follow the truth world by world."""
    names = worlds[0].posterior.names
    gradients = [k for k, name in enumerate(names) if name.startswith("gradient")]
    peaks = np.array([STUDY.peak(data.posterior).z[gradients] for data in worlds])
    true = np.array([data.z[gradients] for data in worlds])
    assert np.corrcoef(peaks.ravel(), true.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("fault", [counts_twice, drift_turned])
def test_a_planted_error_is_found(fault, worlds: list[DataSet]) -> None:
    """The counts' likelihood squared; the drift of the gap the wrong way. By the test that sound posteriors pass."""
    assert normal_faults([white(data, STUDY.peak(fault(data.posterior))) for data in worlds])


def test_weights_of_the_quick_path_are_sound(ranked: list[Ranked]) -> None:
    assert max(each.khat for each in ranked) < 0.7
