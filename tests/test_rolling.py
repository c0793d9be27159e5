"""The same question from every year in its turn: the part of a posterior that counts speak on, fitted alone."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.likelihood import ContrastTerm, CountTerm
from calibration.rolling import CountsAlone, of_years, rolling
from tests.models.reduced import calibration
from tests.test_calibration_density import NEAR, built, off


@cache
def counted():
    """Counts as chance makes them."""
    target = built().counts[0].target
    return replace(target, deaths=np.random.default_rng(1).poisson(target.deaths).astype(float))


def whole_posterior():
    """That of the counts and no other evidence, with every number of the model in it."""
    posterior = copy(built())
    posterior.counts = [CountTerm(posterior.deaths, posterior.layout.paths.years, counted())]
    posterior.shares, posterior.contrasts = [], ContrastTerm(posterior.engine, ())
    return posterior


def test_counts_alone_have_the_density_that_they_have_in_the_whole_posterior():
    whole = whole_posterior()
    alone = CountsAlone(built(), calibration("cut").parameters, counted())
    numbers = len(whole.layout.numbers)
    assert alone.names == whole.names[numbers:]
    for seed in range(3):
        z = np.random.default_rng(seed).standard_normal(len(whole.names))
        z[:numbers] = 0.0
        value, gradient = alone.value_and_gradient(z[numbers:])
        wanted, pulled = whole.value_and_gradient(z)
        assert value == pytest.approx(wanted, abs=1e-8)
        assert np.allclose(gradient, pulled[numbers:])
        assert off(alone, z[numbers:]) < NEAR


def test_only_years_that_were_fitted_move_a_prediction_of_the_next():
    parameters, target = calibration("cut").parameters, counted()
    *before, last = target.years
    changed = replace(target, deaths=target.deaths.copy())
    changed.deaths[-1] *= 2

    def foreseen(counts):
        rules = {"model": parameters}
        return list(rolling(built(), counts, rules, [before[-1]], ahead=1, draws=400))

    sound, spoilt = foreseen(target), foreseen(changed)
    assert [(f.predictor, f.year, f.ahead) for f in sound] == [(f.predictor, last, 1) for f in spoilt]
    assert {f.predictor for f in sound} == {
        "model", "last_value", "last_value_with_error", "poisson_regression", "quasi_poisson_regression",
    }  # fmt: skip
    # the prediction is the same, and what it is held against twice as much: every score is worse
    for right, wrong in zip(sound, spoilt, strict=True):
        assert wrong.crps > right.crps and wrong.log_score > right.log_score


def test_rules_that_differ_in_where_the_path_starts_share_a_fit(monkeypatch):
    fits = []
    sound = CountsAlone.forecast
    monkeypatch.setattr(CountsAlone, "forecast", lambda self, *a, **k: fits.append(1) or sound(self, *a, **k))
    own = calibration("cut").parameters
    rules = {
        held: own.model_copy(update={"projection": own.projection.model_copy(update={"from_": held})})
        for held in ("last", "reference")
    }
    target = counted()
    found = list(rolling(built(), target, rules, [target.years[-2]], draws=400, rivals=False))
    assert len(fits) == 1 and {f.predictor for f in found} == {"last", "reference"}
    assert found[0].crps != found[len(found) // 2].crps


def test_some_years_of_counts_are_theirs():
    target = counted()
    part = of_years(target, target.years[1:3])
    assert part.years == target.years[1:3] and (part.deaths == target.deaths[1:3]).all()
