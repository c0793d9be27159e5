"""Fits of posteriors whose answer is known: the peak, importance draws around it, and chains from afar."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from functools import cache

import numpy as np
import pytest
from scipy.special import digamma, polygamma

from calibration.agreement import agreement
from calibration.diagnostics import effective, standard_errors
from calibration.fit import FitError
from calibration.gate import judge
from calibration.nuts import MissingExtra, nuts
from calibration.optimum import optimum
from calibration.quick import quick
from tests.conftest import PATIENCE, ROOT
from tests.posteriors import Bell, Effects, LogRates, Regression, Slope, Spoilt

ERRORS = 4.0
"""Standard errors that a mean may be off: once in 16,000 tests of a sound sampler."""


@cache
def regression():
    density = Regression()
    peak = optimum(density)
    return density, peak, quick(density, peak, 4000, 1), nuts(density, peak, draws=500, tune=200, cores=2)


@cache
def effects():
    density = Effects()
    return density, optimum(density, scales=["scale"])


def off(fit, means, sds):
    """The furthest mean and spread, in standard errors of the sampling."""
    flat = fit.draws.reshape(-1, len(fit.names))
    by_mean = np.abs(flat.mean(axis=0) - means) / standard_errors(fit.draws, "mean")
    by_sd = np.abs(flat.std(axis=0) - sds) / standard_errors(fit.draws, "sd")
    return by_mean.max(), by_sd.max()


def test_the_peak_and_the_covariance_of_a_normal_posterior_are_found():
    random = np.random.default_rng(1)
    turn = np.linalg.qr(random.standard_normal((6, 6)))[0]
    bell = Bell(random.standard_normal(6), turn @ np.diag(np.geomspace(1e-4, 1, 6)) @ turn.T)
    peak = optimum(bell)
    assert np.allclose(peak.z, bell.mean, atol=1e-5)
    assert np.allclose(peak.whitening @ peak.whitening.T, bell.covariance, atol=1e-6)


@pytest.mark.parametrize("method", ["quick", "nuts"])
def test_draws_of_log_rates_have_the_moments_of_their_gamma_posterior(method):
    density = LogRates([3, 10, 100, 3000], [2, 10, 90, 1e5])
    peak = optimum(density)
    fit = (
        quick(density, peak, 4000, 2)
        if method == "quick"
        else nuts(density, peak, draws=500, tune=200, seed=2)
    )
    means, sds = digamma(density.shape) - np.log(density.rate), np.sqrt(polygamma(1, density.shape))
    by_mean, by_sd = off(fit, means, sds)
    assert by_mean < ERRORS and by_sd < ERRORS
    # the bell alone is found out: three deaths make a skewed posterior, which a normal one misses by this much
    laplace = np.abs(peak.z - means) / standard_errors(fit.draws, "mean")
    assert laplace.max() > 2 * ERRORS
    assert judge(fit).status == "passed"


def test_two_samplers_agree_on_a_poisson_regression_of_25_coordinates():
    density, _, fast, full = regression()
    assert judge(fast).status == judge(full).status == "passed"
    compared = agreement(density.names, fast.draws, full.draws)
    assert compared.agree, compared.worst
    assert fast.khat < 0.5


def test_the_agreement_finds_a_likelihood_that_expects_too_many_deaths():
    density, _, fast, _ = regression()
    # an expectation 1% too high moves the intercept by 0.005, of a spread of 0.06: too little. 5% is found.
    spread = np.std(fast.draws[..., 0])
    wrong = Regression(factor=1.05)
    compared = agreement(density.names, fast.draws, quick(wrong, optimum(wrong), 4000, 3).draws)
    assert np.log(1.05) / 2 / spread > compared.least
    assert not compared.agree and compared.worst.name == "intercept"


def test_the_scale_of_effects_has_the_posterior_that_quadrature_gives():
    density, peak = effects()
    mean, sd = density.scale_moments()
    for fit in (quick(density, peak, 4000, 1), nuts(density, peak, draws=1000, tune=300, target_accept=0.95)):
        assert judge(fit).status == "passed", judge(fit).reasons
        scale = fit.draws[..., :1]
        assert abs(scale.mean() - mean) < ERRORS * standard_errors(scale, "mean")[0]
        assert abs(scale.std() - sd) < ERRORS * standard_errors(scale, "sd")[0]


def test_around_the_joint_peak_of_a_scale_and_its_effects_the_quick_path_fails():
    density, _ = effects()
    gate = judge(quick(density, optimum(density), 4000, 1))
    assert gate.status == "failed" and gate.khat > 0.7


def test_the_standard_errors_of_the_quick_path_are_the_spread_of_its_means_over_seeds():
    density = LogRates([2, 3, 10], [1, 1, 1])
    peak = optimum(density)
    fits = [quick(density, peak, 400, seed) for seed in range(150)]
    means = np.array([fit.draws.mean(axis=(0, 1)) for fit in fits])
    claimed = np.mean([standard_errors(fit.draws, "mean") ** 2 for fit in fits], axis=0)
    ratio = means.var(axis=0, ddof=1) / claimed
    # a variance from 150 seeds is known to 12%; draws taken as independent would claim too little
    assert np.all(np.abs(ratio - 1) < 3.5 * np.sqrt(2 / 149)), ratio
    assert np.mean([effective(fit.draws, "bulk") for fit in fits]) < 400


def test_threads_and_cores_change_no_draw():
    density, peak, fast, full = regression()
    assert np.array_equal(quick(density, peak, 4000, 1, threads=2).draws, fast.draws)
    assert np.array_equal(nuts(density, peak, draws=500, tune=200, cores=1).draws, full.draws)
    scaled, at = effects()
    again = optimum(scaled, scales=["scale"], threads=2)
    assert np.array_equal(at.z, again.z) and np.array_equal(at.whitening, again.whitening)


def test_the_log_density_that_goes_with_each_draw_is_that_of_the_draw():
    density, _, fast, full = regression()
    for fit in (fast, full):
        for place in ((0, 0), (1, 7), (3, 499)):
            value, _ = density.value_and_gradient(fit.draws[place])
            assert fit.log_density[place] == pytest.approx(value, rel=1e-12)


def test_a_posterior_without_a_peak_is_refused_and_the_coordinate_named():
    with pytest.raises(FitError, match=r"no peak .* along `flat` \(smallest curvature 0"):
        optimum(Slope())


def test_a_gradient_that_is_not_that_of_the_density_is_refused():
    class Turned(Bell):
        def value_and_gradient(self, z):
            value, slope = super().value_and_gradient(z)
            return value, slope + 5.0

    with pytest.raises(FitError, match="no peak was reached"):
        optimum(Turned([0, 0], np.eye(2)))


def test_a_density_that_is_not_a_number_ends_every_way_of_fitting():
    density = Spoilt()
    peak = optimum(density)
    density.limit = peak.z[0] + peak.hessian[0, 0] ** -0.5
    for fit in (quick, nuts):
        with pytest.raises(FitError, match="the log density is nan"):
            fit(density, peak)


def test_an_error_in_the_density_reaches_who_asked_for_chains():
    class Broken(Regression):
        calls = 0

        def value_and_gradient(self, z):
            self.calls += 1
            if self.calls > 3000:
                raise KeyError("planted")
            return super().value_and_gradient(z)

    density = Broken()
    peak = optimum(density)
    density.calls = 0
    with pytest.raises(KeyError, match="planted"):
        nuts(density, peak)


def test_without_the_sampler_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "nutpie", None)
    density, peak, *_ = regression()
    with pytest.raises(MissingExtra, match=r"pip install 'simcore\[bayes\]'"):
        nuts(density, peak)


def test_a_number_of_draws_that_four_batches_cannot_share_is_refused():
    density, peak, *_ = regression()
    with pytest.raises(ValueError, match="a multiple of 4"):
        quick(density, peak, 1001)


@pytest.mark.parametrize(
    "method", ["quick(density, peak, tick=tick)", "nuts(density, peak, cores=2, tick=tick)"]
)
def test_an_interrupt_ends_a_fit_at_once(method):
    script = f"""
        import sys, time
        from calibration.nuts import nuts
        from calibration.optimum import optimum
        from calibration.quick import quick
        from tests.posteriors import Regression

        class Slow(Regression):
            def value_and_gradient(self, z):
                time.sleep(0.01)
                return super().value_and_gradient(z)

        def tick(*_):
            print("begun", flush=True)

        density, peak = Slow(), optimum(Regression())
        try:
            {method}
        except KeyboardInterrupt:
            sys.exit(130)
    """
    python = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # a shell may have told its background processes to ignore interrupts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert python.stdout.readline() == "begun\n"
    python.send_signal(signal.SIGINT)
    _, said = python.communicate(timeout=PATIENCE)
    assert (python.returncode, said) == (130, "")
