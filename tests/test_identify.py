"""Which parameters the data say nothing about, said aloud."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from calibration.climb import climb
from calibration.density import Posterior
from calibration.identify import LITTLE, NOTHING, Identified, compare, identify
from calibration.quick import quick
from calibration.targets import Observed
from tests.made import observed, published, truth
from tests.models.reduced import calibration, reduced

DRAWS = 800


@cache
def found(with_ages: bool = True) -> dict[str, Identified]:
    """Of the reduced England, deaths by mother's age told or not."""
    config, model = calibration(), reduced()
    structure = model.structure({})
    prior = Posterior(config, model, structure, Observed((), (), ()))
    true = truth(prior, np.zeros(len(prior.names)))
    data = observed(true.deaths, prior, published(true, prior, np.random.default_rng(1)))
    shares = tuple(target for target in data.shares if with_ages or target.by != "mother_age")
    posterior = Posterior(config, model, structure, Observed(data.counts, shares, data.contrasts))
    fit = quick(posterior, climb(posterior, np.zeros(len(posterior.names))), DRAWS, seed=1)
    return {one.name: one for one in identify(posterior.layout, fit.draws)}


def test_the_data_say_nothing_on_a_parameter_that_nothing_hangs_on() -> None:
    """The ratio of mothers under 20, when no death is told by mother's age; and what is found when some are."""
    blind, told = found(with_ages=False)["hr_under_20"], found()["hr_under_20"]
    assert blind.said == "the data say nothing" and blind.says_nothing
    assert blind.contraction < NOTHING and abs(blind.contraction) < 3 * blind.error
    assert told.said == "known from the data" and told.contraction > LITTLE + 4 * told.error


def test_what_is_counted_is_known_and_what_is_not_is_said_to_be_not() -> None:
    of = found()
    assert all(of[name].said == "known from the data" for name in of if name.startswith("gradient"))
    assert of["smoking_gradient"].says_nothing and of["or_poverty_smoking"].says_nothing
    # published totals narrow the direct effects, whose prior is that of the config
    assert of["or_smoking_preterm"].said == "known from the data"


def test_numbers_are_told_in_their_own_unit() -> None:
    of = found()
    ratio, place = of["hr_under_20"], of["smoking_gradient"]
    sigma = np.log(1.96 / 1.4) / 1.959964
    assert ratio.prior_mean == pytest.approx(1.4 * np.exp(sigma**2 / 2), rel=1e-3)
    assert (place.prior_mean, place.prior_sd) == pytest.approx((0.5, 12**-0.5), rel=1e-3)
    assert place.posterior_mean == pytest.approx(0.5, abs=0.05)
    assert ratio.posterior_sd < ratio.prior_sd


def test_contraction_and_shift_are_those_of_a_normal() -> None:
    """Posteriors that are known: of spread s about m, contraction 1 - s squared, shift m."""
    rng = np.random.default_rng(1)
    for mean, sd in ((0.0, 1.0), (0.5, 0.99), (-1.0, 0.9), (2.0, 0.1)):
        (one,) = compare(("it",), mean + sd * rng.standard_normal((4, 1000, 1)))
        assert one.contraction == pytest.approx(1 - sd**2, abs=4 * one.error)
        assert one.shift == pytest.approx(mean, abs=4 * sd / np.sqrt(4000))
        assert one.error == pytest.approx(sd**2 * np.sqrt(2 / 4000), rel=0.2)


@pytest.mark.parametrize(
    ("mean", "sd", "said"),
    [
        (0.0, 1.0, "the data say nothing"),
        (0.0, 1.2, "the data say nothing"),
        (0.6, 1.0, "the data move it and leave it as wide"),
        (0.0, 0.9, "the data say little"),
        (0.0, 0.5, "known from the data"),
    ],
)
def test_words_go_with_contraction_and_shift(mean: float, sd: float, said: str) -> None:
    rng = np.random.default_rng(2)
    assert compare(("it",), mean + sd * rng.standard_normal((4, 4000, 1)))[0].said == said


def test_names_and_order_are_those_of_the_fit() -> None:
    assert list(found()) == list(
        Posterior(calibration(), reduced(), reduced().structure({}), Observed((), (), ())).names
    )
