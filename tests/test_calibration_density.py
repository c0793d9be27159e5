"""The density of a calibration: its gradient, and its expected deaths beside the engine's, on the reduced England."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.density import Posterior
from calibration.likelihood import ContrastTerm, CountTerm, ShareTerm
from calibration.targets import Observed
from calibration.terms import Terms
from tests.made import by_stratum, observed, periods, published, reference, truth
from tests.models.reduced import calibration, reduced

STEP = 1e-4
NEAR = 1e-7
"""Of the size of the gradient: what central differences of this step leave."""
DISPERSION = 0.002


@cache
def built(feedback: str = "cut", residual: str = "0.3") -> Posterior:
    """A posterior whose data are those to be expected in the middle of the prior."""
    config, model = calibration(feedback, residual=residual), reduced()
    structure = model.structure({})
    prior = Posterior(config, model, structure, Observed((), (), ()))
    found = truth(prior, np.zeros(len(prior.names)))
    data = observed(found.deaths, prior, published(found, prior, np.random.default_rng(1)))
    return Posterior(config, model, structure, data)


def only(posterior: Posterior, *, counts=(), shares=(), contrasts=()) -> Posterior:
    """The prior and some terms of the likelihood."""
    data = Observed(tuple(counts), tuple(shares), tuple(contrasts))
    other = Posterior.__new__(Posterior)
    other.__dict__.update(posterior.__dict__)
    other.counts = [
        CountTerm(posterior.deaths, posterior.layout.paths.years, target) for target in data.counts
    ]
    other.shares = [ShareTerm(posterior.engine, target) for target in data.shares]
    other.contrasts = ContrastTerm(posterior.engine, data.contrasts)
    return other


def parts(posterior: Posterior) -> dict[str, Posterior]:
    """Each likelihood by itself, and all together."""
    counts = [term.target for term in posterior.counts]
    shares = [replace(term.target, weight=0.4) for term in posterior.shares]
    found = {
        "poisson": only(posterior, counts=counts),
        "negative binomial": only(posterior, counts=[replace(counts[0], dispersion=DISPERSION)]),
        "some years": only(posterior, counts=[_years(counts[0], (1, 3, 4))]),
        "shares with a weight": only(posterior, shares=shares),
        "all": only(posterior, counts=counts, shares=shares, contrasts=posterior.contrasts.targets),
    }
    for target in posterior.contrasts.targets:
        found[f"{target.measure} {target.contrast}"] = only(posterior, contrasts=[target])
    return found


def _years(target, rows):
    return replace(
        target, years=tuple(target.years[i] for i in rows), births=target.births[[*rows]], deaths=target.deaths[[*rows]]
    )  # fmt: skip


def off(posterior: Posterior, z: np.ndarray) -> float:
    """How far the gradient is from central differences, relative to its size."""
    gradient = posterior.value_and_gradient(z)[1]
    shifts = STEP * np.eye(z.size)
    ends = [[posterior.value_and_gradient(z + sign * shift)[0] for shift in shifts] for sign in (-1, 1)]
    differences = (np.array(ends[1]) - np.array(ends[0])) / (2 * STEP)
    return float(np.abs(gradient - differences).max() / np.abs(gradient).max())


@pytest.mark.parametrize("feedback", ["cut", "full"])
def test_the_gradient_is_that_of_the_value(feedback: str) -> None:
    """Each likelihood by itself and all together, at points as far out as the prior goes."""
    random = np.random.default_rng(3)
    for name, posterior in parts(built(feedback)).items():
        measured = {t.measure for t in posterior.contrasts.targets}
        assert name != "all" or measured == {"odds_ratio", "risk_ratio", "risk_difference"}
        for _ in range(2):
            z = random.standard_normal(len(posterior.names))
            assert off(posterior, z) < NEAR, name


def test_a_gradient_that_is_wrong_in_the_third_digit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    posterior, z = built(), np.random.default_rng(3).standard_normal(36)
    right = Terms.pulled
    monkeypatch.setattr(Terms, "pulled", lambda *asked: 1.002 * right(*asked))
    assert off(posterior, z) > 10 * NEAR


def test_a_value_has_no_luck_in_it() -> None:
    posterior, z = built(), np.random.default_rng(4).standard_normal(36)
    first, again = posterior.value_and_gradient(z), posterior.value_and_gradient(z)
    assert first[0] == again[0] and first[1].tobytes() == again[1].tobytes()


# ---- terms beside the engine


def beside_the_engine(posterior: Posterior, z: np.ndarray) -> dict[str, float]:
    """How far contrasts, shares and residuals are from what the engine returns with baselines settled anew.

    Contrasts in standard errors as published; shares and residuals relative.
    """
    engine, now = reference(posterior, z), posterior.at(z)
    found: dict[str, float] = {}
    for target in posterior.contrasts.targets:
        ours, theirs = (
            posterior.contrasts.measures(now)[target.contrast],
            float(engine.fit.measures[target.contrast][0]),
        )
        apart = np.log(ours / theirs) if target.is_ratio else ours - theirs
        found["contrasts"] = max(found.get("contrasts", 0.0), abs(float(apart)) / target.sd)
    causes = list(posterior.engine.model.spec.deaths.causes)
    for term in posterior.shares:
        deaths = engine.deaths
        if term.target.by == "ethnic_group":
            deaths = deaths.sum(axis=(0, 2, 3, 5)).T[[causes.index(c) for c in term.target.within]]
        else:
            deaths = deaths[..., periods(posterior.engine.model) == 1].sum(axis=(0, 1, 3, 4, 5))[None]
        share = deaths / deaths.sum(axis=-1, keepdims=True)
        found[term.target.by] = float(np.abs(term.shares(now)[:, 0] / share - 1).max())
    assert engine.block.residual is not None
    residual = [r / r.mean(axis=-1, keepdims=True) for r in (np.exp(now.residual), engine.block.residual[0])]
    found["residual"] = float(np.abs(residual[0] / residual[1] - 1).max())
    return found


def at_reference(posterior: Posterior) -> np.ndarray:
    """The coordinates of the point at which the engine was asked."""
    layout, z = posterior.layout, np.zeros(len(posterior.names))
    start = len(layout.numbers)
    for i, number in enumerate(layout.numbers):
        low, high = -6.0, 6.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if number.moved(np.array(middle))[0] < posterior.origin[i] else (low, middle)
            )
        z[i] = low
    size = posterior.origin_gradient.size - len(layout.periods)
    basis = np.stack([layout.gradient(np.eye(len(z))[start + k]).ravel() for k in range(size)], axis=1)
    z[start : start + size] = np.linalg.lstsq(basis, posterior.origin_gradient.ravel(), rcond=None)[0]
    return z


def worst(found: list[dict[str, float]]) -> dict[str, float]:
    return {name: max(each[name] for each in found) for name in found[0]}


def test_terms_are_the_engine_at_the_reference() -> None:
    posterior = built()
    assert max(beside_the_engine(posterior, at_reference(posterior)).values()) < 1e-4


@pytest.mark.parametrize(
    ("sds", "bounds"),
    [
        (1.0, {"contrasts": 0.03, "ethnic_group": 0.008, "mother_age": 0.003, "residual": 0.008}),
        (2.0, {"contrasts": 0.08, "ethnic_group": 0.018, "mother_age": 0.006, "residual": 0.018}),
    ],
)
def test_terms_are_near_the_engine_where_one_number_moves(sds: float, bounds: dict[str, float]) -> None:
    """By one and two standard deviations of its prior, from the reference, each way."""
    posterior = built()
    start, found = at_reference(posterior), []
    for i in range(len(posterior.layout.numbers)):
        for way in (-sds, sds):
            z = start.copy()
            z[i] += way
            found.append(beside_the_engine(posterior, z))
    seen = worst(found)
    assert {name: seen[name] for name in bounds if seen[name] > bounds[name]} == {}


def test_terms_are_near_the_engine_anywhere_in_the_prior() -> None:
    """All numbers and gradients moved together: at most a tenth of a published error, a share off by 1%."""
    posterior, random = built(), np.random.default_rng(2)
    seen = worst([beside_the_engine(posterior, random.standard_normal(36)) for _ in range(60)])
    bounds = {"contrasts": 0.12, "ethnic_group": 0.012, "mother_age": 0.005, "residual": 0.04}
    assert {name: seen[name] for name in bounds if seen[name] > bounds[name]} == {}


def test_counts_are_those_of_the_engine_anywhere_in_the_prior() -> None:
    """Deaths by year, period and fifth, summed over everything that single deaths are told apart by."""
    posterior, random = built(), np.random.default_rng(5)
    for _ in range(10):
        z = random.standard_normal(36)
        exact = observed(truth(posterior, z).deaths, posterior, ()).counts[0].deaths
        moved = posterior.layout.gradient(z) - posterior.origin_gradient
        assert posterior.counts[0].mean(moved, posterior.layout.path(z)) == pytest.approx(exact, rel=1e-6)


def test_deaths_by_stratum_are_asked_for_and_returned() -> None:
    posterior = built()
    z = np.random.default_rng(6).standard_normal(36)
    within = reference(posterior, z).fit.strata_within[0]
    wanted = by_stratum(posterior, z)
    assert within / within.sum(axis=1, keepdims=True) == pytest.approx(
        wanted / wanted.sum(axis=1, keepdims=True), rel=1e-6
    )
