"""Those whom an offer moved and who go back: from an age on at the risk they came from, nothing else undone."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from simcore.arms import ArmConflict
from simcore.draws import DrawBlock
from tests.models import ESTIMATORS, answer, babies
from tests.models.hamlet import (
    AREAS,
    BANDS,
    BASELINE,
    BIRTHS,
    NATURAL,
    SMOKING,
    YEARS,
    by_hand,
    hamlet,
    policy,
    rate,
    risk,
    run,
)
from tests.test_offers import DRAWN, ERROR, offer

BASE = policy("base")
NONE, QUIT, SMOKES = range(3)


def going_back(share: object, from_age: str = "later") -> str:
    return f", relapse: {{share: {share}, from_age: {from_age}, ASSUMED}}"


def lived_with(area: int, quits: float, back: float, from_level: int = SMOKES) -> np.ndarray:
    """``[now, later]``: this part of the births of an area quits, and this part of those is later as it was before."""
    both = np.diag(SMOKING[area])
    both[from_level, from_level] -= quits
    both[QUIT, QUIT] += quits * (1 - back)
    both[QUIT, from_level] += quits * back
    return both


@pytest.mark.parametrize(("estimator", "drawn_to"), [("exact", None), *DRAWN])
def test_those_who_go_back_are_born_as_quitters_and_die_as_smokers(
    estimator: str, drawn_to: str | None
) -> None:
    """Half of smokers quit and three in ten of those smoke again after 28 days: births stay, later hazards do not."""
    text = offer("adds", 0.12, coverage=1.0, uptake=1.0, more=going_back(0.3))
    arms = BASE, policy("policy", text)
    found = run(*arms, estimator=estimator, drawn_to=drawn_to, births=300_000)
    wanted = by_hand(lambda year, area: rate(area, SMOKING[area], lived_with(area, 0.12, 0.3)))
    assert found.of("policy").sum() == pytest.approx(wanted.sum(), rel=ERROR[estimator])
    if estimator == "exact":
        assert found.of("policy")[0] == pytest.approx(wanted, rel=1e-12)
    moved, back = (found.stages["policy", f"offer:{step}"][0] for step in ("moves smoking", "relapses"))
    assert moved == pytest.approx(BIRTHS * 0.12) and back == pytest.approx(moved * 0.3)


def test_the_benefit_before_that_age_is_kept_whole() -> None:
    text = offer("sets", 0.3, coverage=1.0, uptake=1.0)
    never, always = policy("never", text), policy("always", text + going_back(1.0))
    found = run(BASE, never, always)
    first = BANDS.index("first")
    assert found.of("always")[..., first] == pytest.approx(found.of("never")[..., first], rel=1e-12)
    base, kept, lost = found.deaths.sum(axis=(1, 2, 3, 4, 5))
    # what is left of the benefit is that fewer are born early
    assert kept < lost < base


def test_from_birth_on_all_that_is_left_is_what_came_before_it() -> None:
    """From the first band on and all of them: hazards of smokers, among births as early as those of quitters."""
    text = offer("adds", 0.12, coverage=1.0, uptake=1.0, more=going_back(1.0, "first"))

    def of(year: int, area: int) -> np.ndarray:
        died = rate(area, SMOKING[area])
        both = [
            risk(e, SMOKES, SMOKES, area) * (w - v)
            for e, v, w in zip((0, 1), (0.6, 0.4), (0.8, 0.2), strict=True)
        ]
        return np.asarray(died + 0.12 * sum(both))

    found = run(BASE, policy("policy", text))
    assert found.of("policy")[0] == pytest.approx(by_hand(of), rel=1e-12)


def test_none_going_back_is_the_offer_alone() -> None:
    text = offer("odds", 2.0)
    found = run(BASE, policy("alone", text), policy("none", text + going_back(0.0)))
    assert found.of("none") == pytest.approx(found.of("alone"), rel=1e-13)
    assert found.stages["none", "offer:relapses"] == pytest.approx(0.0)


def test_a_share_that_goes_back_may_go_over_years_and_be_uncertain() -> None:
    path = "{ramp: {from: 2002, to: 2003, value: {distribution: uniform, low: 0.2, high: 0.8}}}"
    model, draws = hamlet("smoking").model, DrawBlock(np.arange(3))
    text = offer("adds", 0.1, more=going_back(path))
    found = answer(model, model.structure(), draws, [BASE, policy("policy", text)], YEARS, estimator="exact")
    moved, back = (found.stages["policy", f"offer:{step}"] for step in ("moves smoking", "relapses"))
    share = back / moved
    assert (share[:, 0] == 0).all() and share[:, 1] == pytest.approx(share[:, 2] / 2)
    for draw in range(3):

        def of(year: int, area: int, draw: int = draw) -> np.ndarray:
            both = lived_with(area, 0.4 * 0.1, float(share[draw, year, area]))
            return rate(area, SMOKING[area], both)

        assert found.of("policy")[draw] == pytest.approx(by_hand(of), rel=1e-12)


def test_a_harm_is_undone_alike() -> None:
    """Those whom an offer made smoke go back to the hazards of those who had quit."""
    text = offer("adds", -0.05, coverage=1.0, uptake=1.0, more=going_back(0.4))

    def of(year: int, area: int) -> np.ndarray:
        both = np.diag(SMOKING[area])
        both[QUIT, QUIT] -= 0.05
        both[SMOKES, SMOKES] += 0.05 * 0.6
        both[SMOKES, QUIT] += 0.05 * 0.4
        return rate(area, SMOKING[area], both)

    assert run(BASE, policy("policy", text)).of("policy")[0] == pytest.approx(by_hand(of), rel=1e-12)


def test_two_offers_have_each_their_own_way_back_whatever_their_order() -> None:
    """One keeps nobody after 28 days, the other half of all; who was moved by one is not moved by the other."""
    one = offer("adds", 0.1, coverage=1.0, uptake=1.0, id="a", more=going_back(1.0))
    other = offer("adds", 0.1, coverage=1.0, uptake=1.0, id="b", more=going_back(0.5))

    def of(year: int, area: int) -> np.ndarray:
        by_b = 0.1 * (1 - 0.1 / SMOKING[area, SMOKES])
        both = lived_with(area, 0.1 + by_b, (0.1 + 0.5 * by_b) / (0.1 + by_b))
        return rate(area, SMOKING[area], both)

    answers = [run(BASE, policy("both", *order)).of("both") for order in permutations((one, other))]
    assert np.array_equal(*answers)
    assert answers[0][0] == pytest.approx(by_hand(of), rel=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_arm_with_people_who_go_back_has_the_same_bits_in_any_company(estimator: str) -> None:
    first = policy("first", offer("adds", 0.1, id="a", more=going_back(0.7)))
    second = policy(
        "second", offer("adds", 0.1, id="a"), offer("odds", 3.0, id="b", more=going_back(0.2, "first"))
    )
    every = run(BASE, first, second, estimator=estimator, drawn_to="smoking", births=1_000)
    for arm in (first, second):
        alone = run(arm, estimator=estimator, drawn_to="smoking", births=1_000)
        assert np.array_equal(alone.of(arm.name), every.of(arm.name))


def test_single_births_go_back_only_if_they_were_moved_and_in_that_share() -> None:
    model = hamlet("smoking").model
    text = offer("adds", 0.12, coverage=1.0, uptake=1.0)
    with_back, without = policy("policy", text + going_back(0.3)), policy("policy", text)
    seen, kept = (
        babies(model, model.structure(), DrawBlock(np.arange(1)), [BASE, one], YEARS, 100_000)
        for one in (with_back, without)
    )
    back = seen.levels["offer:relapses"][1] == 1
    moved = seen.levels["smoking"][1] != seen.levels[seen.worlds.network.carrier("smoking")][1]
    assert not back[~moved].any() and not seen.levels["offer:relapses"][0].any()
    # 12,000 are moved: a standard error of 0.004
    assert back[moved].mean() == pytest.approx(0.3, abs=0.017)
    # nobody dies in the first band who would not have died without going back, and some do later
    first = seen.fate.band[1] == 0
    assert np.array_equal(first, kept.fate.band[1] == 0)
    more = (seen.fate.cause[1] >= 0) & (kept.fate.cause[1] < 0)
    assert more.sum() > 10 and back[more].all()


def test_hazards_that_are_no_multiple_of_those_now_are_refused() -> None:
    """Quitters without any hazard of their own: their babies cannot die of it, whatever it is multiplied by."""
    folder = hamlet()
    rows = [(s, e, c, b, 0.0 if (s, c) == ("quit", "lungs") else BASELINE[i, j, k])
            for s in ("none", "quit", "smokes") for i, e in enumerate(("no", "yes"))
            for j, c in enumerate(("lungs", "other")) for k, b in enumerate(BANDS)]  # fmt: skip
    deaths = {**folder.document["deaths"], "baseline": {"by": ["smoking", "early"], "table": "hazards.csv"}}
    model = folder.with_(
        {"hazards.csv": (("smoking", "early", "cause", "age_band", "hazard"), *rows)}, deaths=deaths
    ).model
    back = policy("policy", offer("adds", 0.12, more=going_back(0.3)))
    with pytest.raises(
        ArmConflict, match=r"offer:relapses: a level of .*smoking has no hazard where another has"
    ):
        run(BASE, back, model=model)


def test_the_hand_itself_counts_what_the_model_does_without_any_policy() -> None:
    assert run(BASE).of("base")[0] == pytest.approx(NATURAL, rel=1e-12)
    assert set(AREAS) == {"hill", "dale"}
