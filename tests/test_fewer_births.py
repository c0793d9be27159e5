"""Fewer births, by hand: prevented births do not die, and what that averts stands apart from all else."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.arm_summaries import arm_summary
from scenarios.interventions import arms_of
from scenarios.margins import Margins
from scenarios.uncertainty import averted
from simcore.draws import DrawBlock, central
from simcore.run import Settings, run_block
from tests.models import ESTIMATORS, answer, babies
from tests.models.hamlet import BIRTHS, NATURAL, SMOKING, YEARS, by_hand, hamlet, policy, rate, run
from tests.test_offers import DRAWN, ERROR, offer

BASE = policy("base")


def fewer(multiply: object, more: str = "", id: str = "prevention") -> str:
    return f"id: {id}, change: births, multiply: {multiply}, ASSUMED{more}"


IN_THE_DALE = fewer(0.7, ", where: {area: dale}")
LEFT = np.array([1.0, 0.7])
OFFER = offer("adds", 0.1, coverage=1.0, uptake=1.0)
HELPED = by_hand(lambda year, area: rate(area, SMOKING[area] + np.array([0.0, 0.1, -0.1])))


def margins(*scenarios: str, estimator: str, drawn_to: str | None, births: int = 300_000) -> Margins:
    """What the answer is made of: the comparator, and one scenario."""

    model = hamlet(drawn_to).model
    asked = arms_of([BASE, policy("policy", *scenarios)], fewer_births=True)
    settings = Settings(estimator=estimator, births=births)  # type: ignore[arg-type]
    return Margins.of(model, run_block(model, model.structure(), central(model), asked, YEARS, settings))


@pytest.mark.parametrize(("estimator", "drawn_to"), [("exact", None), *DRAWN])
def test_the_headline_is_what_is_averted_among_births_that_happen_and_fewer_births_stand_apart(
    estimator: str, drawn_to: str | None
) -> None:
    """An offer, and three in ten births of the dale prevented: the offer's own benefit, and what never was at risk."""
    found = margins(IN_THE_DALE, OFFER, estimator=estimator, drawn_to=drawn_to)
    headline, apart = averted(found, 1).draws, found.by_fewer["policy"][0]
    dale = HELPED[:, 1].sum(axis=(1, 2))
    # drawn deaths of three in ten births of the dale: some 4,000, an error of 2%
    error = 1e-12 if estimator == "exact" else 0.15
    assert headline[0] == pytest.approx((NATURAL - HELPED).sum(), rel=error)
    assert apart[:, 0] == pytest.approx(0.0, abs=1e-9)
    assert apart[:, 1].sum() == pytest.approx(0.3 * dale.sum(), rel=1e-9 if estimator == "exact" else 0.1)
    assert found.prevented["policy"][0] == pytest.approx(BIRTHS * (1 - LEFT))
    # rates are those of births that are left: deaths without those prevented, over births without them
    left = (found.strata[1, 0] - found.by_fewer["policy"][0]) / (BIRTHS - found.prevented["policy"][0])
    assert left.mean() == pytest.approx((HELPED.sum(axis=(2, 3)) / BIRTHS).mean(), rel=ERROR[estimator])


def test_births_that_are_prevented_alone_avert_nothing_in_the_headline() -> None:
    for estimator in ESTIMATORS:
        found = margins(fewer(0.5), estimator=estimator, drawn_to="smoking", births=1_000)
        assert (averted(found, 1).draws == 0.0).all(), estimator
        assert found.arms == ("base", "policy")
    alone = margins(fewer(0.5), estimator="exact", drawn_to=None)
    assert alone.by_fewer["policy"][0] == pytest.approx(0.5 * NATURAL.sum(axis=(2, 3)), rel=1e-12)


def test_no_birth_at_all_is_no_death_where_ratios_do_not_act_too() -> None:
    folder = hamlet()
    deaths = {**folder.document["deaths"], "ratios_act_within": {"early": ["no"]}}
    model = folder.with_({}, deaths=deaths).model
    found = run(BASE, policy("none", fewer(0.0)), model=model)
    whole = found.deaths[found.arms.index("none:fewer_births")]
    assert (whole == 0.0).all() and found.of("base").sum() > 1000


def test_a_lever_on_births_goes_over_years_and_may_be_uncertain() -> None:
    path = "{ramp: {from: 2002, to: 2003, value: {distribution: uniform, low: 0.2, high: 0.8}}}"
    model = hamlet("smoking").model
    found = answer(
        model,
        model.structure(),
        DrawBlock(np.arange(3)),
        arms_of([BASE, policy("policy", fewer(path))], fewer_births=True),
        YEARS,
        estimator="exact",
    )
    gone = found.stages["policy", "prevention:prevented"] / BIRTHS
    assert (gone[:, 0] == 0).all() and gone[:, 1] == pytest.approx(gone[:, 2] / 2)
    assert len(set(gone[:, 2, 0].round(9))) == 3
    whole = found.deaths[found.arms.index("policy:fewer_births")]
    assert whole == pytest.approx(NATURAL * (1 - gone)[..., None, None], rel=1e-12)


def test_no_birth_is_prevented_twice_and_the_order_is_no_matter() -> None:
    """Half by one and half of all by the other: a quarter is left, and each counts those whom it prevents."""
    one, other = fewer(0.5, id="a"), fewer(0.5, ", where: {area: dale}", id="b")
    found = run(BASE, policy("this", one, other), policy("that", other, one))
    for name in ("this", "that"):
        assert found.stages[name, "a:prevented"][0] == pytest.approx(0.5 * BIRTHS)
        assert found.stages[name, "b:prevented"][0] == pytest.approx(BIRTHS * np.array([0.0, 0.25]))
    whole = [found.of(f"{name}:fewer_births") for name in ("this", "that")]
    assert np.array_equal(*whole)
    assert whole[0][0] == pytest.approx(NATURAL * np.array([0.5, 0.25])[:, None, None], rel=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_arm_that_prevents_births_has_the_same_bits_in_any_company(estimator: str) -> None:
    one = policy("one", fewer(0.5, id="a"), IN_THE_DALE)
    other = policy("other", IN_THE_DALE, OFFER)
    every = run(BASE, one, other, estimator=estimator, drawn_to="smoking", births=1_000)
    for asked in (one, other):
        alone = run(asked, estimator=estimator, drawn_to="smoking", births=1_000)
        assert all(np.array_equal(alone.of(arm), every.of(arm)) for arm in alone.arms)
        assert all(np.array_equal(people, every.stages[key]) for key, people in alone.stages.items())


def test_of_single_births_those_prevented_live_in_the_arm_without_them_and_no_other_changes() -> None:
    model = hamlet("smoking").model
    arms = arms_of([BASE, policy("policy", IN_THE_DALE)], fewer_births=True)
    seen = babies(model, model.structure(), DrawBlock(np.arange(1)), arms, YEARS, 100_000)
    gone = seen.levels["prevention:prevented"][2] == 1
    assert seen.worlds.names == ("base", "policy", "policy:fewer_births")
    assert (seen.fate.cause[2][gone] < 0).all() and (seen.fate.cause[1][gone] >= 0).sum() > 1000
    assert np.array_equal(seen.fate.cause[1], seen.fate.cause[0])
    assert np.array_equal(seen.fate.cause[2][~gone], seen.fate.cause[0][~gone])


def test_the_answer_tells_them_apart_and_against_a_comparator_that_prevents_some_too() -> None:
    """Three in ten births of the dale prevented by the comparator, half of all by the scenario, which helps as well."""

    model = hamlet().model
    arms = arms_of([policy("base", IN_THE_DALE), policy("policy", fewer(0.5), OFFER)], fewer_births=True)
    block = run_block(model, model.structure(), central(model), arms, YEARS, Settings(estimator="exact"))
    found = Margins.of(model, block)
    summary = arm_summary(model, BIRTHS, found, 1)
    assert summary["deaths_averted"]["mean"] == pytest.approx((NATURAL - HELPED).sum(), rel=1e-9)
    apart = 0.5 * HELPED.sum() - 0.3 * NATURAL[:, 1].sum()
    assert summary["by_fewer_births"]["mean"] == pytest.approx(apart, rel=1e-12)
    assert summary["people"]["prevention:prevented"]["mean"] == pytest.approx(0.5 * BIRTHS.sum())
    assert "by_fewer_births" not in arm_summary(
        model, BIRTHS, margins(OFFER, estimator="exact", drawn_to=None), 1
    )
    # half of the years' draws each: joined, nothing is lost
    joined = Margins.join([found, found])
    assert np.array_equal(joined.by_fewer["policy"], np.concatenate([found.by_fewer["policy"]] * 2))
    assert joined.prevented["policy"].shape == (2, 3, 2)
