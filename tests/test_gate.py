"""The gate lets through what is sound, and says of the rest what falls short."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from calibration.agreement import agreement
from calibration.fit import Fit, Steps
from calibration.gate import judge
from calibration.nuts import nuts
from calibration.optimum import optimum
from calibration.quick import quick
from tests.posteriors import Bell, Funnel, TwoPeaks

NAMES = ("smoking", "poverty", "step")
NO_TROUBLE = Steps(divergences=0, at_full_depth=0, gradients=1, acceptance=0.9, step_size=0.5)


def sound(seed=1, draws=1000):
    z = np.random.default_rng(seed).standard_normal((4, draws, 3))
    return Fit(NAMES, z, np.zeros((4, draws)), "nuts", seed, steps=NO_TROUBLE)


def test_independent_draws_pass():
    gate = judge(sound())
    assert (gate.status, gate.reasons) == ("passed", ())
    assert gate.rhat_max < 1.005 and gate.ess_min > 3000
    assert [p.name for p in gate.parameters] == list(NAMES)


def test_a_chain_elsewhere_fails_by_r_hat_and_the_parameter_is_named():
    fit = sound()
    fit.draws[2, :, 1] += 0.5
    gate = judge(fit)
    assert gate.status == "failed" and gate.rhat_max > 1.01
    assert "R-hat is not below 1.01 for `poverty`" in gate.reasons[0] and "smoking" not in gate.reasons[0]


def test_a_chain_with_another_spread_fails_though_its_mean_is_right():
    fit = sound()
    fit.draws[2, :, 2] *= 1.6
    gate = judge(fit)
    assert gate.status == "failed" and "`step`" in gate.reasons[0]


def test_sticky_chains_fail_by_their_effective_size():
    fit = sound()
    for i in range(1, 1000):
        fit.draws[:, i, 0] = 0.9 * fit.draws[:, i - 1, 0] + np.sqrt(1 - 0.81) * fit.draws[:, i, 0]
    gate = judge(fit)
    assert gate.status == "failed" and gate.ess_bulk_min < 400
    assert any("effective size in the middle is below 400 for `smoking`" in reason for reason in gate.reasons)


def test_one_divergence_fails():
    gate = judge(replace(sound(), steps=replace(NO_TROUBLE, divergences=1)))
    assert gate.status == "failed" and "1 of 4,000 draws diverged" in gate.reasons[0]


@pytest.mark.parametrize(
    ("khat", "status"), [(0.69, "passed"), (0.7, "provisional"), (np.nan, "provisional")]
)
def test_a_quick_path_that_falls_short_in_k_hat_alone_is_provisional(khat, status):
    assert judge(replace(sound(), method="quick", steps=None, khat=khat)).status == status


def test_a_quick_path_that_falls_short_in_more_than_k_hat_fails():
    gate = judge(replace(sound(draws=80), method="quick", steps=None, khat=0.9))
    assert gate.status == "failed" and "k-hat is 0.90" in gate.reasons[-1]


@pytest.mark.parametrize("spoil", ["stuck", "not finite", "two chains"])
def test_what_cannot_be_judged_fails(spoil):
    fit = sound()
    if spoil == "stuck":
        fit.draws[..., 1] = 0.5
    elif spoil == "not finite":
        fit.draws[0, 0, 0] = np.nan
    else:
        fit = replace(fit, draws=fit.draws[:2])
    gate = judge(fit)
    assert gate.status == "failed" and gate.reasons
    json.dumps(gate.as_json(), allow_nan=False)


def test_a_funnel_fails_both_ways():
    funnel = Funnel()
    peak = optimum(funnel)
    fast, full = judge(quick(funnel, peak, 4000, 1)), judge(nuts(funnel, peak, draws=500, tune=100))
    assert fast.status == full.status == "failed"
    assert fast.khat > 0.7
    assert full.rhat_max > 1.01


def test_chains_that_seldom_cross_between_two_peaks_fail():
    peaks = TwoPeaks()
    gate = judge(nuts(peaks, optimum(peaks, np.array([3.0, 0.0])), draws=500, tune=200))
    assert gate.status == "failed" and gate.rhat_max > 1.01
    assert "`side`" in gate.reasons[0] and "`other`" not in gate.reasons[0]


def test_too_few_draws_fail_and_enough_of_the_same_pass():
    bell = Bell(np.zeros(5), np.eye(5))
    peak = optimum(bell)
    few = judge(nuts(bell, peak, draws=60, tune=200))
    assert few.status == "failed" and any("more draws are needed" in reason for reason in few.reasons)
    assert judge(nuts(bell, peak, draws=600, tune=200)).status == "passed"


def test_sound_fits_are_told_apart_as_often_as_the_limit_says():
    draws = np.random.default_rng(1).standard_normal((400, 4, 250, 6))
    pairs = [agreement(tuple("abcdef"), draws[2 * i], draws[2 * i + 1]) for i in range(200)]
    # one in a hundred: of 200 pairs 2 are expected, and more than 8 come once in 4,000 times
    assert sum(not pair.agree for pair in pairs) <= 8


def test_a_shift_of_the_size_that_the_agreement_states_is_found_about_half_of_the_time():
    draws = np.random.default_rng(2).standard_normal((200, 4, 250, 2))
    found = []
    for first, second in zip(draws[::2], draws[1::2], strict=True):
        shift = np.array([agreement(("a", "b"), first, second).least, 0.0])
        found.append(not agreement(("a", "b"), first, second + shift).agree)
    assert 30 <= sum(found) <= 70
