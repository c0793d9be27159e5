"""What becomes of the share of an exposure, by hand: multiplied, added to, its odds multiplied, set, at any levels."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from scenarios.schema import Scenario
from simcore.draws import uniforms
from simcore.problems import DocumentError
from tests.models import ESTIMATORS, answer, babies, invented, priors, scenario
from tests.models.shares import levels_under

HARBOUR = invented("harbour")
DRAWS = priors("harbour", 3)
YEARS = (2001, 2002, 2003)
BASE = scenario("base")
BIRTHS = HARBOUR.births[: len(YEARS)]
"""``float64[years, areas]``."""


def change(what: str, of: str = "smoking", id: str = "change", more: str = "") -> str:
    return f"id: {id}, change: prevalence, of: {of}, {what}, ASSUMED{more}"


def levels(policy: Scenario, variable: str, given: tuple[str, ...] = ()) -> np.ndarray:
    return levels_under(HARBOUR, policy, DRAWS, YEARS, variable, given)


def smokers(*changes: str, given: tuple[str, ...] = ()) -> np.ndarray:
    """``float64[draws, years, areas, *given]``."""
    return np.asarray(levels(scenario("policy", *changes), "smoking", given)[..., 1])


NATURAL = smokers()


def among_all(share: np.ndarray) -> np.ndarray:
    """Of all births of a year: ``float64[draws, years]``."""
    return np.asarray((share * BIRTHS).sum(axis=-1) / BIRTHS.sum(axis=-1))


# ---- by how much


@pytest.mark.parametrize("points", [0.05, -0.05])
def test_points_are_added_in_every_stratum(points: float) -> None:
    assert smokers(change(f"add: {points}")) == pytest.approx(NATURAL + points)


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_odds_are_multiplied_in_every_stratum(ratio: float) -> None:
    found = smokers(change(f"odds_ratio: {ratio}"))
    assert found / (1 - found) == pytest.approx(ratio * NATURAL / (1 - NATURAL))


@pytest.mark.parametrize("share", [0.06, 0.4, 0.0, 1.0])
def test_a_share_set_everywhere_is_that_in_every_stratum(share: float) -> None:
    found = smokers(change(f"set: {share}, spread: everywhere"))
    assert found == pytest.approx(np.full(NATURAL.shape, share))


@pytest.mark.parametrize("share", [0.06, 0.3])
@pytest.mark.parametrize("spread", ["", ", spread: proportional"])
def test_a_share_set_is_met_by_one_factor_for_all_strata_of_a_year(share: float, spread: str) -> None:
    found = smokers(change(f"set: {share}{spread}"))
    factor = share / among_all(NATURAL)
    assert found == pytest.approx(NATURAL * factor[..., None])
    assert among_all(found) == pytest.approx(np.full(factor.shape, share))


def test_a_share_set_among_some_is_met_among_those_alone() -> None:
    """Of young mothers in the south a tenth smokes; all others as ever."""
    found = smokers(
        change("set: 0.1", more=", where: {area: south, mother_age: young}"), given=("mother_age",)
    )
    natural = smokers(given=("mother_age",))
    young = HARBOUR.levels("mother_age").index("young")
    assert found[:, :, 1, young] == pytest.approx(np.full(found.shape[:2], 0.1))
    natural[:, :, 1, young] = found[:, :, 1, young]
    assert found == pytest.approx(natural)


def test_a_share_is_set_after_others_and_finds_what_they_left() -> None:
    """The set comes first, whatever the file says, and what follows acts on it."""
    both = smokers(change("multiply: 0.5", id="a"), change("set: 0.2", id="b"))
    assert among_all(both) == pytest.approx(np.full(both.shape[:2], 0.1))


# ---- which levels


PREGNANT = levels(BASE, "pregnancy_smoking")
"""``float64[draws, years, areas, levels]``: none, quit, to_delivery."""


def pregnant(what: str) -> np.ndarray:
    return levels(scenario("policy", change(what, "pregnancy_smoking")), "pregnancy_smoking")


def test_those_who_leave_one_level_of_three_spread_as_the_others_do() -> None:
    found = pregnant("level: to_delivery, multiply: 0.6")
    left = 0.4 * PREGNANT[..., 2]
    rest = PREGNANT[..., :2] / PREGNANT[..., :2].sum(axis=-1, keepdims=True)
    assert found[..., 2] == pytest.approx(0.6 * PREGNANT[..., 2])
    assert found[..., :2] == pytest.approx(PREGNANT[..., :2] + left[..., None] * rest)


def test_those_who_leave_go_where_the_file_sends_them() -> None:
    found = pregnant("level: to_delivery, to: quit, add: -0.03")
    assert found == pytest.approx(PREGNANT + np.array([0.0, 0.03, -0.03]))


def test_those_who_enter_come_from_where_the_file_says() -> None:
    found = pregnant("level: quit, to: to_delivery, multiply: 1.5")
    more = 0.5 * PREGNANT[..., 1]
    assert found == pytest.approx(PREGNANT + np.stack([0 * more, more, -more], axis=-1))


def test_those_who_enter_come_alike_from_all_others_where_it_does_not_say() -> None:
    found = pregnant("level: quit, odds_ratio: 3")
    odds = 3 * PREGNANT[..., 1] / (1 - PREGNANT[..., 1])
    assert found[..., 1] == pytest.approx(odds / (1 + odds))
    left = (1 - found[..., 1]) / (1 - PREGNANT[..., 1])
    assert found[..., ::2] == pytest.approx(PREGNANT[..., ::2] * left[..., None])


@pytest.mark.parametrize("factor", [0.5, 1.3])
def test_several_levels_move_together_and_keep_their_proportions(factor: float) -> None:
    found = pregnant(f"level: [quit, to_delivery], multiply: {factor}")
    assert found[..., 1:] == pytest.approx(factor * PREGNANT[..., 1:])


def test_the_first_of_two_levels_may_be_what_is_set() -> None:
    found = smokers(change("level: no, set: 0.7"))
    assert among_all(found) == pytest.approx(np.full(found.shape[:2], 0.3))


# ---- how sure, and who


def test_an_uncertain_change_has_one_value_a_draw_for_all_years_whatever_the_block() -> None:
    drop = change("add: {distribution: uniform, low: -0.06, high: -0.02}")
    by_hand = -0.06 + 0.04 * uniforms("intervention/change/add", 3)
    assert smokers(drop) - NATURAL == pytest.approx(np.broadcast_to(by_hand[:, None, None], NATURAL.shape))
    arms = [BASE, scenario("policy", drop)]
    runs = [
        answer(HARBOUR, HARBOUR.structure(), DRAWS, arms, YEARS, estimator="exact", block=b) for b in (1, 3)
    ]
    assert np.array_equal(runs[0].deaths, runs[1].deaths)


@pytest.mark.parametrize("what", ["add: -0.05", "odds_ratio: 0.4", "set: 0.04", "add: 0.05", "set: 0.5"])
def test_births_move_one_way_only(what: str) -> None:
    """Of 100,000 births nobody smokes for a fall, and nobody stops for a rise; counts within five standard errors."""
    policy = scenario("policy", change(what))
    seen = babies(HARBOUR, HARBOUR.structure(), DRAWS, [BASE, policy], (2002,), 100_000)
    before, after = (seen.levels[seen.worlds.network.carrier("smoking")][arm] == 1 for arm in (0, 1))
    fell = ": -" in what or "0.4" in what or "0.04" in what
    assert not (after & ~before if fell else before & ~after).any()
    share = smokers(change(what))[0, 1]
    for area in (0, 1):
        here = seen.levels["area"][0] == area
        error = np.sqrt(share[area] * (1 - share[area]) / here.sum())
        assert after[here].mean() == pytest.approx(share[area], abs=5 * error)


# ---- together


TOGETHER = [
    change("add: 0.03", id="a"),
    change("odds_ratio: 0.7", id="b", more=", where: {area: north}"),
    change("multiply: {distribution: uniform, low: 0.5, high: 0.9}", id="c"),
    change("set: 0.3", id="d"),
]


def test_changes_of_one_exposure_act_one_after_the_other_set_multiplied_odds_added() -> None:
    share = 0.3 * NATURAL / among_all(NATURAL)[..., None]
    share = share * (0.5 + 0.4 * uniforms("intervention/c/multiply", 3))[:, None, None]
    odds = 0.7 * share / (1 - share)
    share = np.where(np.array([True, False]), odds / (1 + odds), share) + 0.03
    assert smokers(*TOGETHER) == pytest.approx(share)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_order_of_interventions_in_a_file_moves_no_bit(estimator: str) -> None:
    """Every order of four changes of one exposure, a change that aims at it, and an offer; beside arms with some."""
    service = "change: hazard_ratio, begins: pregnancy, causes: [heart], age_bands: [day_0], ratio: "
    others = [
        change("multiply: 0.6", of="shared_bed", id="e"),
        f"id: f, {service} {{value: 0.7013, ASSUMED}}, where: {{smoking: yes}}",
        f"id: g, {service} {{value: 0.9077, ASSUMED}}",
        f"id: h, {service} {{value: 0.1109, ASSUMED}}, where: {{area: north}}",
        f"id: i, {service} {{value: 0.3301, ASSUMED}}",
    ]
    orders = [(*order, *others) for order in permutations(TOGETHER)] + [
        tuple(reversed(others)) + tuple(TOGETHER)
    ]
    chosen = orders[::6] + orders[-1:]
    arms = [scenario(f"order_{i}", *order) for i, order in enumerate(chosen)]
    company = [scenario("one", TOGETHER[1]), scenario("two", others[1], TOGETHER[3])]
    settings = {"estimator": estimator, "births": 20_000, "people": True}
    run = answer(HARBOUR, HARBOUR.structure(), DRAWS, [*company, *arms], YEARS, **settings)
    for arm in arms[1:]:
        assert np.array_equal(run.of(arm.name), run.of("order_0"))
    alone = answer(HARBOUR, HARBOUR.structure(), DRAWS, [arms[-1], company[1]], YEARS, **settings)
    assert np.array_equal(alone.of(arms[-1].name), run.of("order_0"))
    assert np.array_equal(alone.of("two"), run.of("two"))
    stage = "f:eligible"
    assert np.array_equal(alone.stages["two", stage], run.stages["two", stage])
    assert not np.array_equal(run.of("one"), run.of("order_0"))


# ---- what is refused


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("add: -0.2", r"-\d+\.\d% of births at `yes` in year 2003, area south; .*add less"),
        ("add: 0.8", r"10\d\.\d% of births at `yes` in year 2001, area north; .*100%"),
        ("multiply: 5", r"1\d\d\.\d% of births at `yes` in year 2001, area north; .*multiply by less"),
        ("set: 0.8", r"10\d\.\d% of births at `yes` in year 200\d, area north; .*`spread: everywhere`"),
    ],
)
def test_a_share_that_would_leave_its_range_is_refused_with_year_and_stratum(what: str, said: str) -> None:
    how = what.partition(":")[0]
    with pytest.raises(DocumentError, match=rf"policy\.yaml:7:.*\.{how}: would put {said}"):
        smokers(change(what))


def test_more_entrants_than_there_are_to_come_are_refused() -> None:
    with pytest.raises(
        DocumentError,
        match=r"would bring \d+\.\d% of births to `quit` in .*, and \d\.\d% are at `to_delivery`",
    ):
        pregnant("level: quit, to: to_delivery, add: 0.24")


def test_a_factor_that_would_have_to_make_some_of_nobody_is_refused() -> None:
    nobody = change("multiply: 0", id="a"), change("set: 0.1", "shared_bed", "b")
    assert smokers(*nobody) == pytest.approx(0 * NATURAL)
    gone = scenario("policy", change("set: 0.0", "smoking", "a"), change("set: 0.1", "smoking", "b"))
    with pytest.raises(
        DocumentError, match=r"set: nobody is at `yes` in year 2001.*no factor.*`spread: everywhere`"
    ):
        levels(gone, "smoking")


def test_entrants_to_several_levels_at_which_nobody_is_are_refused() -> None:
    gone = change("set: 0", id="a"), change("level: [quit, to_delivery], add: 0.1", "pregnancy_smoking", "b")
    with pytest.raises(
        DocumentError, match=r"nobody is at `quit` or `to_delivery` in year 2001, area north.*name one"
    ):
        levels(scenario("policy", *gone), "pregnancy_smoking")
