"""Bounds, by hand: every area as one of them is, and the unexplained risk of one area for all."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.interventions import arms_of
from simcore.draws import DrawBlock, central
from simcore.load import load_model
from simcore.network import Array
from simcore.problems import DocumentError
from simcore.program import compile_natural
from simcore.run import Settings, run_block
from simcore.solved import read_draws
from tests.models import ESTIMATORS, answer, babies, scenario
from tests.models.hamlet import (
    AREAS,
    BIRTHS,
    NATURAL,
    OF_AREA,
    SMOKING,
    YEARS,
    by_hand,
    hamlet,
    policy,
    rate,
    run,
)
from tests.models.written import Folder
from tests.test_offers import ERROR, offer

BASE = policy("base")
HILL, DALE = range(2)


def equal(like: object, more: str = "", dimension: str = "area") -> str:
    return f"id: alike, change: what_if_equal, dimension: {dimension}, like: {like}{more}"


@pytest.mark.parametrize("drawn_to", [None, "smoking", "early"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
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
        every = run(BASE, *arms, estimator=estimator, drawn_to=drawn_to, births=3_000)
        for arm in arms:
            alone = run(arm, estimator=estimator, drawn_to=drawn_to, births=3_000)
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


RESIDUAL = np.array([[[1.0, 1.6], [0.8, 2.0]], [[1.3, 0.9], [1.1, 1.0]]])
"""By draw, age period and area."""


def with_residual(acts_within: bool) -> Folder:
    """The hamlets with an unexplained gradient, among births that are not early or among all."""
    folder = hamlet("smoking")
    zeros = (("year", "area", "age_period", "deaths"),)
    deaths = {**folder.document["deaths"], "residual": {"by": "area", "target": "none.csv"}}
    if acts_within:
        deaths["ratios_act_within"] = {"early": ["no"]}
    return folder.with_({"none.csv": zeros}, deaths=deaths)
