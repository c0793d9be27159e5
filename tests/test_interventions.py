"""What an intervention does, by hand: shares multiplied, cascades counted, ramps, targets."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.interventions import arm_of
from scenarios.schema import Scenario
from simcore.draws import DrawBlock
from simcore.problems import DocumentError
from simcore.program import compile_natural
from simcore.solved import read_central
from tests.models import answer, babies, hazard, invented, natural_arm, prevalence, priors, scenario, support
from tests.models.plain import Plain
from tests.models.shares import levels_under

HARBOUR = invented("harbour")
NATURAL = HARBOUR.structure()
BASE = scenario("base")
DRAWS = priors("harbour", 4)
YEARS = tuple(range(2001, 2007))
BIRTHS = HARBOUR.births
POVERTY, SMOKING = HARBOUR.shares["child_poverty"].low[..., 1], HARBOUR.shares["smoking"]


def smokers(draws: DrawBlock) -> np.ndarray:
    """``float64[draws, years, areas]``: the share who smoke, as the model file gives it."""
    at = draws["steepness"][:, None, None]
    return np.asarray(SMOKING.low[..., 1] + at * (SMOKING.high[..., 1] - SMOKING.low[..., 1]))


def share_under(policy: Scenario, variable: str, level: int = 1, given: tuple[str, ...] = ()) -> np.ndarray:
    """``float64[draws, years, areas, *given]``: share of births at a level under a policy."""
    return np.asarray(levels_under(HARBOUR, policy, DRAWS, YEARS, variable, given)[..., level])


# ---- prevalence


def test_a_share_is_multiplied_in_every_stratum() -> None:
    policy = scenario("less", prevalence("child_poverty", 0.65))
    assert share_under(policy, "child_poverty")[0] == pytest.approx(0.65 * POVERTY)
    policy = scenario("less", prevalence("smoking", 0.4))
    assert share_under(policy, "smoking") == pytest.approx(0.4 * smokers(DRAWS))


@pytest.mark.parametrize(("of", "factor"), [("child_poverty", 1.3), ("smoking", 2.0)])
def test_a_rise_is_proportional_in_every_stratum(of: str, factor: float) -> None:
    natural = POVERTY if of == "child_poverty" else smokers(DRAWS)
    found = share_under(scenario("more", prevalence(of, factor)), of)
    assert found == pytest.approx(np.broadcast_to(factor * natural, found.shape))


def test_a_ramp_rises_by_equal_yearly_steps() -> None:
    policy = scenario("ramp", prevalence("child_poverty", "{ramp: {from: 2003, to: 2005, value: 0.4}}"))
    factor = share_under(policy, "child_poverty")[0] / POVERTY
    assert factor == pytest.approx(np.repeat(np.array([[1, 1, 0.8, 0.6, 0.4, 0.4]]).T, 2, axis=1))


def test_a_table_of_years_is_followed_and_held() -> None:
    policy = scenario("path", prevalence("child_poverty", "{table: {2002: 0.9, 2003: 0.5}, after: hold}"))
    factor = share_under(policy, "child_poverty")[0] / POVERTY
    assert factor[:, 0] == pytest.approx([1, 0.9, 0.5, 0.5, 0.5, 0.5])


def test_targets_and_windows_bound_who_is_moved() -> None:
    policy = scenario(
        "north", prevalence("smoking", 0.5, ", where: {area: north}, years: {from: 2002, to: 2004}")
    )
    factor = share_under(policy, "smoking") / smokers(DRAWS)
    by_hand = np.ones((6, 2))
    by_hand[1:4, 0] = 0.5
    assert factor == pytest.approx(np.broadcast_to(by_hand, factor.shape))


def test_a_target_within_a_stratum_moves_only_its_births() -> None:
    policy = scenario("young", prevalence("smoking", 0.5, ", where: {mother_age: young}"))
    before = share_under(BASE, "smoking", given=("mother_age",))
    after = share_under(policy, "smoking", given=("mother_age",))
    young = list(HARBOUR.levels("mother_age")).index("young")
    assert after[..., young] == pytest.approx(0.5 * before[..., young])
    assert after[..., 1 - young] == pytest.approx(before[..., 1 - young])


def test_two_changes_of_one_exposure_multiply() -> None:
    policy = scenario(
        "twice",
        prevalence("smoking", 0.5, id="first"),
        prevalence("smoking", 0.8, ", where: {area: south}", id="second"),
    )
    factor = share_under(policy, "smoking") / smokers(DRAWS)
    assert factor == pytest.approx(np.broadcast_to([0.5, 0.4], factor.shape))


def test_a_share_that_would_pass_one_is_refused_at_its_address() -> None:
    policy = scenario("too_much", prevalence("child_poverty", 3.0))
    with pytest.raises(DocumentError, match=r"too_much\.yaml:7:.*interventions.*multiply.*100%"):
        answer(HARBOUR, NATURAL, DRAWS, [BASE, policy], YEARS, estimator="exact")


def test_a_fall_reaches_what_follows_but_not_what_is_only_associated() -> None:
    policy = scenario("less", prevalence("child_poverty", 0.0))
    assert share_under(policy, "smoking") == pytest.approx(smokers(DRAWS))
    # all births carry the odds of a family that is not poor
    early = share_under(policy, "gestation", level=2)
    assert (early > share_under(BASE, "gestation", level=2)).all()


# ---- what an intervention finds of others in its file


@pytest.mark.parametrize("first", [True, False])
def test_a_service_finds_people_as_a_fall_and_as_an_offer_leave_them(first: bool) -> None:
    """Wherever the other stands in the file: half as many smoke to delivery, or a quarter of smokers in place of 3."""
    service = hazard(0.5, "fever", "days_28_364", ", where: {pregnancy_smoking: to_delivery}")
    others = [
        prevalence("smoking", 0.5),
        support("smoking: yes", ("pregnancy_smoking", "quit"), 1.0, 1.0, 3.0),
    ]
    for other, left in zip(others, (0.5 * 0.75, 0.25), strict=True):
        policy = scenario("policy", *((other, service) if first else (service, other)))
        run = answer(HARBOUR, NATURAL, DRAWS, [BASE, policy], YEARS, estimator="exact")
        found = run.stages["policy", "service:eligible"]
        assert found == pytest.approx(left * BIRTHS * smokers(DRAWS))


# ---- support


@pytest.mark.parametrize("estimator", ["exact", "expected"])
def test_a_cascade_counts_every_step(estimator: str) -> None:
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5)
    run = answer(
        HARBOUR, NATURAL, DRAWS, [BASE, scenario("offer", offer)], YEARS, estimator=estimator, births=90_000
    )
    reached, accepts = run.stages["offer", "offer:reached"], run.stages["offer", "offer:accepts"]
    eligible = BIRTHS * smokers(DRAWS)
    if estimator == "exact":
        assert reached == pytest.approx(eligible * 0.7)
    else:
        # smokers are drawn: about 1,500 a cell
        assert reached.sum(axis=(1, 2)) == pytest.approx((eligible * 0.7).sum(axis=(1, 2)), rel=0.04)
    assert accepts == pytest.approx(reached * 0.4)
    # natural quitting is 25%, half as much again is 12.5 points of those who accept
    assert run.stages["offer", "offer:moves pregnancy_smoking"] == pytest.approx(accepts * 0.125)
    assert run.stages["offer", "offer:eligible"] == pytest.approx(reached / 0.7)
    assert {name for _, name in run.stages} == {
        "offer:eligible", "offer:reached", "offer:accepts", "offer:moves pregnancy_smoking",
    }  # fmt: skip


def test_an_offer_multiplies_quitting_among_those_who_accept_and_moves_nobody_else() -> None:
    policy = scenario("offer", support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5))
    before = [share_under(BASE, "pregnancy_smoking", level) for level in range(3)]
    after = [share_under(policy, "pregnancy_smoking", level) for level in range(3)]
    # natural quitting is 25%: a gain of 12.5 points among the 28% who accept
    gained = smokers(DRAWS) * 0.7 * 0.4 * 0.25 * 0.5
    assert after[0] == pytest.approx(before[0])
    assert after[1] - before[1] == pytest.approx(gained)
    assert before[2] - after[2] == pytest.approx(gained)


def test_an_effect_beyond_certainty_stops_at_everybody() -> None:
    policy = scenario("offer", support("smoking: yes", ("pregnancy_smoking", "quit"), 1.0, 1.0, 9.0))
    assert share_under(policy, "pregnancy_smoking", 1) == pytest.approx(smokers(DRAWS))
    assert share_under(policy, "pregnancy_smoking", 2) == pytest.approx(0.0, abs=1e-15)


def test_an_offer_after_a_fall_finds_fewer_to_offer_to() -> None:
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5)
    both = scenario("both", prevalence("smoking", 0.5), offer)
    run = answer(HARBOUR, NATURAL, DRAWS, [BASE, both], YEARS, estimator="exact")
    assert run.stages["both", "offer:reached"] == pytest.approx(0.5 * 0.7 * BIRTHS * smokers(DRAWS))


def test_uncertain_coverage_has_one_value_a_draw_whatever_the_block() -> None:
    offer = support(
        "smoking: yes",
        ("pregnancy_smoking", "quit"),
        "{distribution: uniform, low: 0.2, high: 0.9}",
        1.0,
        1.5,
    )
    arms = [BASE, scenario("offer", offer)]
    runs = [answer(HARBOUR, NATURAL, DRAWS, arms, YEARS, estimator="exact", block=block) for block in (1, 4)]
    coverage = [run.stages["offer", "offer:reached"] / (BIRTHS * smokers(DRAWS)) for run in runs]
    per_draw = coverage[0][:, 0, 0]
    assert coverage[0] == pytest.approx(np.broadcast_to(per_draw[:, None, None], coverage[0].shape))
    assert len(set(per_draw.round(6))) == 4 and (per_draw > 0.2).all() and (per_draw < 0.9).all()
    assert np.array_equal(coverage[0], coverage[1])


def test_the_central_draw_takes_the_centre_of_what_a_scenario_leaves_uncertain() -> None:
    """Of a model with nothing to solve too, where it is not kept in a file."""
    central = read_central(HARBOUR, NATURAL)
    assert central.index.tolist() == [2**32 - 1]
    service = hazard("{distribution: lognormal, median: 0.5, ci95: [0.25, 1.0]}", "fever", "days_28_364")
    program = compile_natural(HARBOUR, NATURAL, central, YEARS)
    (edit,) = arm_of(scenario("mild", service), program, central).hazard_edits
    assert set(edit.factor.values.ravel()) == {0.5, 1.0}


def test_realised_births_go_through_the_cascade_in_its_proportions() -> None:
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5)
    seen = babies(HARBOUR, NATURAL, DRAWS, [BASE, scenario("offer", offer)], (2003,), 200_000)
    smokes = seen.levels["smoking"][1] == 1
    reached, accepts = (seen.levels[f"offer:{step}"][1] == 1 for step in ("reached", "accepts"))
    assert (smokes[reached]).all() and reached[accepts].all()
    # standard errors: 0.002, 0.0026, 0.004
    assert reached[smokes].mean() == pytest.approx(0.7, abs=0.011)
    assert accepts[reached].mean() == pytest.approx(0.4, abs=0.013)
    quits = seen.levels[seen.worlds.network.carrier("pregnancy_smoking")][1] == 1
    assert quits[accepts].mean() == pytest.approx(0.375, abs=0.02)
    assert not (seen.levels["offer:reached"][0]).any()


# ---- hazard ratios


def small_risk(run_deaths: np.ndarray, cause: str, bands: list[str]) -> np.ndarray:
    deaths = HARBOUR.spec.deaths
    rows = [list(deaths.age_bands).index(band) for band in bands]
    return np.asarray(run_deaths[..., list(deaths.causes).index(cause), :][..., rows])


def test_a_hazard_ratio_multiplies_the_deaths_it_names_where_it_acts() -> None:
    """The risk of each cell is small, so deaths are in proportion to the hazard but for survivors (under 1 in 50)."""
    policy = scenario("ward", hazard(0.5, "sudden", "days_28_364", ", where: {area: north}"))
    run = answer(HARBOUR, NATURAL, DRAWS, [BASE, policy], YEARS, estimator="exact")
    base, ward = (small_risk(d, "sudden", ["days_28_364"]) for d in run.deaths)
    assert ward[:, :, 0] / base[:, :, 0] == pytest.approx(np.full(ward[:, :, 0].shape, 0.5), rel=0.02)
    assert ward[:, :, 1] == pytest.approx(base[:, :, 1], rel=1e-13)
    # what comes earlier is as it was
    early = ["day_0", "days_1_6", "days_7_27"]
    for cause in HARBOUR.spec.deaths.causes:
        assert small_risk(run.deaths[1], cause, early) == pytest.approx(
            small_risk(run.deaths[0], cause, early), rel=1e-13
        )


def test_coverage_and_uptake_thin_a_service() -> None:
    everyone = scenario("all", hazard(0.5, "heart", "day_0"))
    some = scenario(
        "some",
        hazard(0.5, "heart", "day_0", ", coverage: {value: 0.6, ASSUMED}, uptake: {value: 0.5, ASSUMED}"),
    )
    run = answer(HARBOUR, NATURAL, DRAWS, [BASE, everyone, some], YEARS, estimator="exact")
    base, full, part = (small_risk(d, "heart", ["day_0"]) for d in run.deaths)
    assert (base - part) / (base - full) == pytest.approx(np.full(base.shape, 0.3))
    assert run.stages["some", "service:reached"] == pytest.approx(np.broadcast_to(0.6 * BIRTHS, (4, 6, 2)))
    assert run.stages["some", "service:accepts"] == pytest.approx(np.broadcast_to(0.3 * BIRTHS, (4, 6, 2)))


def test_a_hazard_of_nothing_removes_the_deaths_it_names_where_the_model_lets_it_act() -> None:
    """Those born very early die as they did: no ratio acts on them, in the file or in a scenario."""
    policy = scenario("cure", hazard(0, "fever, heart, sudden", "day_0, days_1_6, days_7_27, days_28_364"))
    run = answer(HARBOUR, NATURAL, DRAWS, [BASE, policy], YEARS, estimator="exact")
    plain = Plain(HARBOUR, NATURAL, DRAWS, 2, YEARS)
    very_early = plain.deaths(["year", "area", "gestation"])[:, :, 0]
    assert run.of("cure")[2] == pytest.approx(very_early, rel=1e-11)
    assert run.of("base")[2].sum() > very_early.sum()


def test_the_natural_world_is_the_empty_scenario() -> None:
    bare = answer(HARBOUR, NATURAL, DRAWS, natural_arm, YEARS, estimator="exact")
    empty = answer(HARBOUR, NATURAL, DRAWS, [BASE], YEARS, estimator="exact")
    assert np.array_equal(bare.deaths, empty.deaths)


# ---- windows of years


@pytest.mark.parametrize("more", ["", ", coverage: {value: 0.5, ASSUMED}", ", where: {mother_age: young}"])
def test_a_service_acts_in_the_years_of_its_window_alone(more: str) -> None:
    policy = scenario("ward", hazard(0.5, "heart", "day_0", more + ", years: {from: 2003, to: 2004}"))
    run = answer(HARBOUR, NATURAL, DRAWS, [BASE, policy], YEARS, estimator="exact")
    by_year = run.deaths.sum(axis=(3, 4, 5))
    fewer = 1.0 - by_year[1] / by_year[0]
    acts = [year in (2003, 2004) for year in YEARS]
    assert (fewer[:, acts] > 0.001).all()
    assert fewer[:, np.logical_not(acts)] == pytest.approx(0.0, abs=1e-13)


def test_an_offer_is_made_in_the_years_of_its_window_alone() -> None:
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5) + ", years: {from: 2005}"
    run = answer(HARBOUR, NATURAL, DRAWS, [BASE, scenario("offer", offer)], YEARS, estimator="exact")
    reached = run.stages["offer", "offer:reached"]
    by_hand = 0.7 * BIRTHS * smokers(DRAWS)
    by_hand[:, :4] = 0.0
    assert reached == pytest.approx(by_hand)
    assert share_under(scenario("offer", offer), "pregnancy_smoking", 1)[:, :4] == pytest.approx(
        share_under(BASE, "pregnancy_smoking", 1)[:, :4]
    )
