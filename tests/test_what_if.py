"""Bounds, by hand: every area as one of them is, and the unexplained risk of one area for all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios.check import check_against, vocabulary_of
from scenarios.schema import Scenario
from simcore.draws import DrawBlock, sample_priors
from simcore.load import load_model
from simcore.network import Array
from simcore.problems import DocumentError
from simcore.solved import read_draws
from tests.models import ESTIMATORS, Answer, answer, babies, invented, scenario
from tests.models.hamlet import (
    AREAS,
    BIRTHS,
    NATURAL,
    SMOKING,
    YEARS,
    by_hand,
    hamlet,
    policy,
    rate,
    run,
)
from tests.test_offers import DRAWN, ERROR, offer

BASE = policy("base")
HILL, DALE = range(2)


def equal(like: object, more: str = "", dimension: str = "area") -> str:
    return f"id: alike, change: what_if_equal, dimension: {dimension}, like: {like}{more}"


@pytest.mark.parametrize(("estimator", "drawn_to"), [("exact", None), *DRAWN])
@pytest.mark.parametrize("like", AREAS)
def test_every_area_dies_at_the_rate_that_one_has_by_nature(
    like: str, estimator: str, drawn_to: str | None
) -> None:
    found = run(BASE, policy("policy", equal(like)), estimator=estimator, drawn_to=drawn_to, births=300_000)
    area = AREAS.index(like)
    wanted = by_hand(lambda year, _: rate(area, SMOKING[area]))
    assert found.of("policy").sum() == pytest.approx(wanted.sum(), rel=ERROR[estimator])
    moved = found.stages["policy", "alike:moves area"][0]
    assert moved[:, 1 - area] == pytest.approx(BIRTHS[:, 1 - area]) and (moved[:, area] == 0).all()
    if estimator == "exact":
        assert found.of("policy")[0] == pytest.approx(wanted, rel=1e-12)
        per_birth = found.of("policy")[0] / BIRTHS[..., None, None]
        natural = found.of("base")[0][:, area] / BIRTHS[:, area, None, None]
        assert per_birth == pytest.approx(np.broadcast_to(natural[:, None], per_birth.shape), rel=1e-13)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_births_of_the_area_that_others_are_like_are_left_as_they_are(estimator: str) -> None:
    found = run(BASE, policy("policy", equal("hill")), estimator=estimator, drawn_to="smoking", births=10_000)
    same = found.of("policy")[:, :, HILL], found.of("base")[:, :, HILL]
    assert np.array_equal(*same) if estimator == "realised" else same[0] == pytest.approx(same[1], rel=1e-13)


def test_some_areas_or_years_alone_may_be_made_alike() -> None:
    found = run(BASE, policy("policy", equal("hill", ", years: {from: 2002}")))
    wanted = by_hand(lambda year, area: rate(HILL if year else area, SMOKING[HILL if year else area]))
    assert found.of("policy")[0] == pytest.approx(wanted, rel=1e-12)
    same = run(BASE, policy("policy", equal("hill", ", where: {area: hill}")))
    assert same.of("policy") == pytest.approx(same.of("base"), rel=1e-13)


def test_what_else_is_done_finds_births_where_they_are_counted_and_as_they_have_become() -> None:
    """Help for the dale alone, which smokes as the hill does: aimed at by area, with the chances of the hill."""
    helped = offer("multiplies", 2.0, coverage=1.0, uptake=1.0, more=", where: {area: dale}")
    service = (
        "id: service, change: hazard_ratio, begins: pregnancy, causes: [other], age_bands: [first, later], "
        "where: {area: dale}, ratio: {value: 0.0, ASSUMED}"
    )
    found = run(BASE, policy("policy", equal("hill"), helped, service))
    assert found.stages["policy", "offer:accepts"][0] == pytest.approx(BIRTHS * np.array([0.0, 1.0]))
    quits = found.stages["policy", "offer:moves smoking"][0]
    assert quits == pytest.approx(BIRTHS * np.array([0.0, SMOKING[HILL, 1]]))
    deaths = found.of("policy")[0]
    assert deaths[:, HILL] == pytest.approx(NATURAL[:, HILL], rel=1e-12)
    assert (deaths[:, DALE, 1] == 0.0).all() and (deaths[:, DALE, 0] > 0.0).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_world_made_alike_has_the_same_bits_in_any_company(estimator: str) -> None:
    """Its births differ from the comparator's before anything is done for them: they are not to be shared."""
    arms = [
        policy("hill", equal("hill")),
        policy("dale", equal("dale"), offer("adds", 0.1)),
        policy("offer", offer("adds", 0.1)),
    ]
    for drawn_to in (None, "smoking", "early"):
        every = run(BASE, *arms, estimator=estimator, drawn_to=drawn_to, births=1_000)
        for arm in arms:
            alone = run(arm, estimator=estimator, drawn_to=drawn_to, births=1_000)
            assert np.array_equal(alone.of(arm.name), every.of(arm.name)), (drawn_to, arm.name)


def test_single_births_keep_their_place_and_those_who_were_alike_keep_everything() -> None:
    model = hamlet("smoking").model
    arms = [BASE, policy("policy", equal("hill"))]
    seen = babies(model, model.structure(), DrawBlock(np.arange(1)), arms, YEARS, 50_000)
    on_hill = seen.levels["area"][0] == HILL
    assert np.array_equal(*seen.levels["area"])
    for name in ("smoking", "early"):
        was, now = seen.levels[name]
        assert np.array_equal(was[on_hill], now[on_hill])
    smokers = (seen.levels["smoking"][1] == 2)[~on_hill]
    # 30,000 births: a standard error of 0.0026
    assert smokers.mean() == pytest.approx(SMOKING[HILL, 2], abs=0.012)
    assert np.array_equal(seen.fate.cause[0][on_hill], seen.fate.cause[1][on_hill])


# ---- the residual


RESIDUAL = np.array([[[1.0, 1.6, 0.7], [0.8, 2.0, 1.2]], [[1.3, 0.9, 1.0], [1.1, 1.0, 0.6]]])
"""Of the orchard, by draw, age period and area: hill, dale and town."""
BASELINE = np.array([[[0.2, 0.05], [0.1, 0.04]], [[0.004, 0.002], [0.003, 0.002]]])
"""By gestation, cause and age band."""


def orchard(residual: Array = RESIDUAL) -> DrawBlock:
    """Two draws of the orchard with numbers in place of solved ones."""
    priors = sample_priors(invented("orchard"), 2)
    effects = {"hr_smoking": np.array([1.5, 2.0]), "hr_poverty": np.array([1.3, 1.1])}
    return DrawBlock(
        priors.index, {**priors.parameters, **effects}, np.stack([BASELINE, 1.3 * BASELINE]), residual
    )


def in_orchard(draws: DrawBlock, *scenarios: Scenario, **more: Any) -> Answer:
    model = invented("orchard")
    return answer(model, model.structure(), draws, scenarios, (2010, 2012), births=1_000, **more)


BARE = scenario("base", model="orchard")


def unexplained(like: str, more: str = "") -> Scenario:
    text = f"id: other, change: what_if_residual, like: {like}{more}"
    return scenario("policy", text, model="orchard")


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("like", ["hill", "dale", "town"])
def test_the_residual_of_one_area_for_all_is_the_answer_of_draws_that_have_it_everywhere(
    like: str, estimator: str
) -> None:
    found = in_orchard(orchard(), BARE, unexplained(like), estimator=estimator)
    at = ["hill", "dale", "town"].index(like)
    by_hand = in_orchard(
        orchard(np.repeat(RESIDUAL[..., at : at + 1], 3, axis=-1)), BARE, estimator=estimator
    )
    assert found.of("policy") == pytest.approx(by_hand.of("base"), rel=1e-12)
    assert abs(found.of("base").sum() / by_hand.of("base").sum() - 1) > 0.05


def test_births_aimed_at_alone_have_the_other_residual() -> None:
    """In one area and one year; and among smokers, as a policy leaves them."""
    aimed = unexplained("dale", ", where: {area: hill}, years: {from: 2012}")
    found = in_orchard(orchard(), BARE, aimed, estimator="exact")
    whole = in_orchard(orchard(), BARE, unexplained("dale"), estimator="exact").of("policy")
    wanted = found.of("base").copy()
    wanted[:, 1, 0] = whole[:, 1, 0]
    assert found.of("policy") == pytest.approx(wanted, rel=1e-12)
    births = invented("orchard").births_in({"year": ("2010", "2012"), "area": ("hill", "dale", "town")})
    eligible = found.stages["policy", "other:eligible"]
    assert eligible[:, 1, 0] == pytest.approx(births[1, 0]) and eligible.sum() == pytest.approx(
        2 * births[1, 0]
    )
    smokers = in_orchard(orchard(), BARE, unexplained("dale", ", where: {smoking: [yes]}"), estimator="exact")
    others = in_orchard(orchard(), BARE, unexplained("dale", ", where: {smoking: [no]}"), estimator="exact")
    changed = [run.of("policy") - run.of("base") for run in (smokers, others)]
    assert changed[0] + changed[1] == pytest.approx(whole - found.of("base"), rel=1e-9, abs=1e-12)


def test_a_residual_is_that_of_births_made_alike_where_both_are_asked() -> None:
    """Everything as in the dale, but what is unexplained as in the town."""
    both = scenario(
        "policy",
        "id: other, change: what_if_residual, like: town",
        "id: alike, change: what_if_equal, dimension: area, like: dale",
        model="orchard",
    )
    found = in_orchard(orchard(), BARE, both, estimator="exact").of("policy")
    swapped = np.repeat(RESIDUAL[..., 2:], 3, axis=-1)
    alike = scenario(
        "alike", "id: alike, change: what_if_equal, dimension: area, like: dale", model="orchard"
    )
    by_hand = in_orchard(orchard(swapped), BARE, alike, estimator="exact").of("alike")
    assert found == pytest.approx(by_hand, rel=1e-12)


def test_a_model_without_a_residual_has_none_to_change() -> None:
    text = "id: other, change: what_if_residual, like: hill"
    with pytest.raises(DocumentError, match=r"policy\.yaml:7:\d+: interventions\.0.*has no residual"):
        run(BASE, policy("policy", text))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (
            ("id: alike, change: what_if_equal, dimension: area, like: hill, where: {smoking: [yes]}",),
            r"policy\.yaml:7:.*where\.smoking: smoking is not settled before births are made alike; choose from area",
        ),
        (
            (
                "id: alike, change: what_if_equal, dimension: area, like: hill",
                "id: other, change: what_if_equal, dimension: area, like: dale, years: {from: 2012}",
            ),
            r"policy\.yaml:8:.*1\.dimension: `alike` \(line 7\) sets what area is like already; keep one",
        ),
        (
            (
                "id: some, change: what_if_residual, like: hill, where: {smoking: [yes]}",
                "id: other, change: what_if_residual, like: dale",
            ),
            r"policy\.yaml:8:.*1\.like: `some` \(line 7\) sets the residual for some of the same births",
        ),
    ],
)
def test_bounds_that_cannot_both_hold_are_refused(texts: tuple[str, ...], said: str) -> None:
    asked = scenario("policy", *texts, model="orchard")
    with pytest.raises(DocumentError, match=said):
        check_against(asked, vocabulary_of(invented("orchard")))


def test_residuals_of_different_births_may_be_those_of_different_areas() -> None:
    parted = scenario(
        "policy",
        "id: some, change: what_if_residual, like: hill, where: {smoking: [yes]}",
        "id: others, change: what_if_residual, like: dale, where: {smoking: [no]}",
        model="orchard",
    )
    check_against(parted, vocabulary_of(invented("orchard")))
    found = in_orchard(orchard(), BARE, parted, estimator="exact")
    alone = [
        in_orchard(orchard(), BARE, unexplained(like, f", where: {{smoking: [{who}]}}"), estimator="exact")
        for like, who in (("hill", "yes"), ("dale", "no"))
    ]
    changed = sum(run.of("policy") - run.of("base") for run in alone)
    assert found.of("policy") - found.of("base") == pytest.approx(changed, rel=1e-9, abs=1e-12)


# ---- England

DECILES = tuple(map(str, range(1, 11)))
ALIKE = scenario(
    "alike", "id: alike, change: what_if_equal, dimension: imd_decile, like: 10", model="england"
)


def england(estimator: str, births: int = 0) -> tuple[Array, Array]:
    """Deaths per 1,000 births of 2030 by world and decile, one draw, and their Monte Carlo errors."""
    model = load_model("england")
    draws = read_draws(model, model.structure(), 1)
    born = model.births_in({"year": ("2030",), "imd_decile": DECILES})[0]
    held = scenario("held", model="england")
    found = answer(
        model,
        model.structure(),
        draws,
        [held, ALIKE],
        (2030,),
        estimator=estimator,
        births=births,
        people=False,
    )
    slices = found.slices[:, 0, 0]
    error = np.sqrt(8 * slices.var(axis=-1, ddof=1)) if slices.shape[-1] else np.zeros(1)
    return 1000 * found.deaths.sum(axis=(-1, -2))[:, 0, 0] / born, 1000 * error / born


def test_every_decile_of_england_dies_at_the_rate_of_the_tenth() -> None:
    rates, _ = england("exact")
    assert rates[1] == pytest.approx(np.full(10, rates[0, 9]), rel=1e-12)
    # which is far from what it is
    assert rates[0, 0] > 1.8 * rates[0, 9]
    drawn, error = england("expected", 100_000)
    # eight slices tell an error to a quarter of itself, and ten deciles are compared
    assert (np.abs(drawn[1] - rates[0, 9]) < 5 * error[1]).all()
    # and see what is 5% off: no decile but the tenth passes as it is by nature
    assert (np.abs(drawn[0] - rates[0, 9]) > 5 * error[0])[:9].all()
