"""What an offer does, by hand: each kind of effect, over years, with others, and every step of it counted."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from simcore.draws import DrawBlock
from tests.models import ESTIMATORS, Answer, babies
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

BASE = policy("base")
NONE, QUIT, SMOKES = range(3)
ERROR = {"exact": 1e-12, "expected": 0.02, "realised": 0.03}
"""Of 300,000 births some 35,000 die: five standard errors are 3%; of drawn profiles fewer."""
DRAWN = [("expected", "smoking"), ("expected", "early"), ("realised", "smoking")]
"""Births drawn to smoking, which policies change behind the cut, or to what follows from it; and to their deaths."""


def offer(
    by: str,
    value: object,
    level: str = "quit",
    coverage: object = 0.8,
    uptake: object = 0.5,
    more: str = "",
    id: str = "offer",
) -> str:
    """To all mothers of both hamlets."""
    base = "base: natural, " if by == "multiplies" else ""
    return (
        f"id: {id}, change: support, offer_to: {{area: [{', '.join(AREAS)}]}}, "
        f"coverage: {{value: {coverage}, ASSUMED}}, uptake: {{value: {uptake}, ASSUMED}}, "
        f"effect: {{{by}: {{variable: smoking, level: {level}}}, {base}value: {value}, ASSUMED}}{more}"
    )


def shares_after(natural: np.ndarray, accepts: float, chance: float, level: int = QUIT) -> np.ndarray:
    """Shares of smoking where of those who accept this part is at a level; gains come from the levels after it."""
    after = natural.copy()
    later = natural[level + 1 :]
    gain = min(max(chance, 0.0), natural[level] + later.sum()) - natural[level]
    after[level] += accepts * gain
    after[level + 1 :] -= accepts * gain * later / later.sum()
    return after


def deaths_with(shares: dict[int, np.ndarray]) -> np.ndarray:
    """Deaths by hand in every year, from the shares of smoking by area."""
    return by_hand(lambda year, area: rate(area, shares[area]))


EFFECTS = {
    "a chance multiplied": ("multiplies", 1.5, lambda q: 1.5 * q),
    "a chance lowered": ("multiplies", 0.4, lambda q: 0.4 * q),
    "points added": ("adds", 0.05, lambda q: q + 0.05),
    "points taken away": ("adds", -0.03, lambda q: q - 0.03),
    "odds multiplied": ("odds", 2.5, lambda q: 2.5 * q / (1 - q + 2.5 * q)),
    "a share that is set": ("sets", 0.35, lambda q: 0.35),
    "a share set lower": ("sets", 0.02, lambda q: 0.02),
    "more than there are": ("multiplies", 9.0, lambda q: 1.0),
    "more points than there are": ("adds", 0.9, lambda q: 1.0),
    "less than none": ("adds", -0.5, lambda q: 0.0),
    "everybody": ("sets", 1.0, lambda q: 1.0),
}


@pytest.mark.parametrize("which", EFFECTS)
def test_an_effect_changes_the_chance_of_those_who_accept_as_its_kind_says(which: str) -> None:
    """Capped at what the level and those after it hold together, and at nothing; counted and died by hand."""
    by, value, chance = EFFECTS[which]
    found = run(BASE, policy("policy", offer(by, value)))
    after = {a: shares_after(SMOKING[a], 0.4, chance(SMOKING[a, QUIT])) for a in range(2)}
    assert found.of("policy")[0] == pytest.approx(deaths_with(after), rel=1e-12)
    stages = {step: at[0] for (arm, step), at in found.stages.items() if arm == "policy"}
    assert stages["offer:eligible"] == pytest.approx(BIRTHS, rel=1e-12)
    assert stages["offer:reached"] == pytest.approx(0.8 * BIRTHS, rel=1e-12)
    assert stages["offer:accepts"] == pytest.approx(0.4 * BIRTHS, rel=1e-12)
    effect = [abs(after[a][QUIT] - SMOKING[a, QUIT]) / 0.4 for a in range(2)]
    assert stages["offer:moves smoking"] == pytest.approx(stages["offer:accepts"] * effect, rel=1e-12)


@pytest.mark.parametrize(("estimator", "drawn_to"), DRAWN)
@pytest.mark.parametrize("which", ["points added", "odds multiplied", "a share that is set"])
def test_births_that_are_drawn_give_the_exact_answer(
    which: str, estimator: str, drawn_to: str | None
) -> None:
    by, value, _ = EFFECTS[which]
    arms = BASE, policy("policy", offer(by, value, coverage=1.0, uptake=1.0))
    exact, drawn = run(*arms), run(*arms, estimator=estimator, drawn_to=drawn_to, births=300_000)
    for arm in ("base", "policy"):
        assert drawn.of(arm).sum() == pytest.approx(exact.of(arm).sum(), rel=ERROR[estimator])
    averted = drawn.of("base").sum() - drawn.of("policy").sum()
    # of births that differ by the offer alone: 300,000 births spare some 1,000, with an error of 3% of them
    assert averted == pytest.approx(exact.of("base").sum() - exact.of("policy").sum(), rel=0.15)


@pytest.mark.parametrize(("coverage", "uptake"), [*product((0.0, 0.3, 1.0), (0.0, 0.6, 1.0))])
def test_nobody_accepts_who_is_not_reached_and_nobody_is_reached_who_is_not_eligible(
    coverage: float, uptake: float
) -> None:
    found = run(BASE, policy("policy", offer("adds", 0.2, coverage=coverage, uptake=uptake)))
    at = {step.partition(":")[2]: people[0] for (_, step), people in found.stages.items()}
    assert (at["reached"] <= at["eligible"]).all() and (at["accepts"] <= at["reached"]).all()
    assert at["moves smoking"] == pytest.approx(0.2 * at["accepts"], rel=1e-12, abs=1e-12)


# ---- over years


PATHS = {
    "multiplies": ("{ramp: {from: 2002, to: 2003, value: 3.0}}", (1.0, 2.0, 3.0), lambda q, v: q * v),
    "adds": ("{step: {from: 2002, value: 0.08}}", (0.0, 0.08, 0.08), lambda q, v: q + v),
    "odds": ("{table: {2002: 2.0}, after: hold}", (1.0, 2.0, 2.0), lambda q, v: q * v / (1 - q + q * v)),
    # half of the way to half of all, then the whole
    "sets": ("{ramp: {from: 2002, to: 2003, value: 0.4}}", (0.0, 0.5, 1.0), lambda q, v: q + v * (0.4 - q)),
}


@pytest.mark.parametrize("by", PATHS)
def test_an_effect_that_goes_over_years_has_each_year_its_own(by: str) -> None:
    path, values, chance = PATHS[by]
    found = run(BASE, policy("policy", offer(by, path)))

    def of(year: int, area: int) -> np.ndarray:
        natural = SMOKING[area]
        return rate(area, shares_after(natural, 0.4, chance(natural[QUIT], values[year])))

    assert found.of("policy")[0] == pytest.approx(by_hand(of), rel=1e-12)


# ---- with others


def test_two_offers_of_one_thing_move_each_woman_once() -> None:
    """Of smokers half quit by the first; of those left a third by the second; in whichever order it is the same."""
    on_the_hill = {"coverage": 1.0, "uptake": 1.0, "more": ", where: {area: hill}"}
    found = run(
        BASE,
        policy("both", offer("sets", 0.25, id="a", **on_the_hill), offer("sets", 0.2, id="b", **on_the_hill)),
    )
    moved = {id: found.stages["both", f"{id}:moves smoking"][0] for id in "ab"}
    assert moved["a"][:, 0] == pytest.approx(BIRTHS[:, 0] * 0.15)
    assert moved["b"][:, 0] == pytest.approx(BIRTHS[:, 0] * 0.15 * (0.1 / 0.3))
    assert moved["a"][:, 1] == pytest.approx(0.0) and moved["b"][:, 1] == pytest.approx(0.0)
    after = np.array([0.6, 0.1 + 0.15 + 0.05, 0.3 - 0.2])
    wanted = deaths_with({0: after, 1: SMOKING[1]})
    assert found.of("both")[0] == pytest.approx(wanted, rel=1e-12)


A = offer("sets", 1.0, coverage=1.0, uptake=1.0, id="a")
B = offer("multiplies", 1.25, level="none", coverage=1.0, uptake=1.0, id="b")
C = offer("adds", -0.04, coverage=0.5, uptake=1.0, id="c")
FALL = "id: fall, change: prevalence, of: smoking, level: smokes, multiply: 0.7, ASSUMED"


def moved_by_a_and_b(area: int) -> np.ndarray:
    """All smokers quit by the first; of women whom it did not move, natural quitters, some are as if never by b."""
    none, quit, smokes = SMOKING[area]
    joins = 0.25 * none / (quit + smokes)
    return np.array([none + quit * joins, smokes + quit * (1 - joins), 0.0])


@pytest.mark.parametrize(("estimator", "drawn_to"), [("exact", None), *DRAWN])
def test_an_offer_moves_nobody_whom_another_has_moved(estimator: str, drawn_to: str | None) -> None:
    found = run(BASE, policy("both", A, B), estimator=estimator, drawn_to=drawn_to, births=300_000)
    wanted = deaths_with({area: moved_by_a_and_b(area) for area in range(2)})
    assert found.of("both").sum() == pytest.approx(wanted.sum(), rel=ERROR[estimator])
    chained = deaths_with({0: np.array([0.75, 0.25, 0.0]), 1: np.array([0.5, 0.5, 0.0])})
    # had b moved those whom a moved, the answer would be another one
    assert abs(chained.sum() / wanted.sum() - 1) > 0.03


def test_of_single_births_none_is_moved_twice() -> None:
    model = hamlet("smoking").model
    seen = babies(
        model, model.structure(), DrawBlock(np.arange(1)), [BASE, policy("all", A, B, C)], YEARS, 20_000
    )
    times = np.zeros(20_000, np.int64)
    for node in seen.worlds.network.nodes:
        if node.stands_for == "smoking":
            times += seen.levels[node.name][1] != seen.levels[node.parents[0]][1]
    assert times.max() == 1 and times.mean() > 0.3


@pytest.mark.parametrize(("estimator", "drawn_to"), [("exact", None), *DRAWN])
def test_neither_the_order_in_a_file_nor_that_of_files_moves_a_bit(
    estimator: str, drawn_to: str | None
) -> None:
    def ask(*arms: str) -> Answer:
        written = {name: policy(name, *orders[name]) for name in arms}
        return run(BASE, *written.values(), estimator=estimator, drawn_to=drawn_to, births=1_000)

    orders = {f"order{i}": order for i, order in enumerate([*permutations((A, B, C, FALL))][::3])}
    alone = ask("order0")
    every = ask(*orders)
    for name in orders:
        assert np.array_equal(every.of(name), alone.of("order0"))
        for (arm, step), people in alone.stages.items():
            assert np.array_equal(every.stages[name if arm == "order0" else arm, step], people)
    orders |= {"one": (B,), "two": (C, A), "three": (FALL, C)}
    for arms in (("one", "order5", "two"), ("three", "two", "one", "order7")):
        beside = ask(*arms)
        for arm in arms:
            assert np.array_equal(beside.of(arm), ask(arm).of(arm)), (arms, arm)


def test_two_files_may_differ_in_the_years_of_one_offer() -> None:
    """One covers half at once, the other comes to it: the same offer, and women who accept early do so in both."""
    at_once = policy("at_once", offer("adds", 0.2, coverage=0.5))
    slowly = policy("slowly", offer("adds", 0.2, coverage="{ramp: {from: 2001, to: 2002, value: 0.5}}"))
    model = hamlet("smoking").model
    seen = babies(model, model.structure(), DrawBlock(np.arange(1)), [BASE, at_once, slowly], YEARS, 20_000)
    reached = seen.levels["offer:reached"]
    early = seen.levels["year"][0] == 0
    assert (reached[1][~early] == reached[2][~early]).all()
    assert not (reached[2][early] > reached[1][early]).any()
    both = run(BASE, at_once, slowly)
    assert np.array_equal(both.of("slowly"), run(BASE, slowly).of("slowly"))


def test_nothing_offered_is_nothing_averted() -> None:
    nothing = {"multiplies": 1.0, "adds": 0.0, "odds": 1.0}
    for by, value in nothing.items():
        for estimator in ESTIMATORS:
            found = run(BASE, policy("policy", offer(by, value)), estimator=estimator, drawn_to="smoking")
            assert np.array_equal(found.of("base"), found.of("policy")), (by, estimator)
    assert run(BASE).of("base")[0] == pytest.approx(NATURAL, rel=1e-12)


def test_a_service_that_costs_something_has_its_people_counted() -> None:
    """Where nothing hangs on who is reached, nobody is counted, unless each costs something."""
    free = (
        "id: service, change: hazard_ratio, begins: pregnancy, causes: [lungs], age_bands: [later], "
        "where: {area: dale}, ratio: {value: 0.5, ASSUMED}"
    )
    paid = free + ", costs: [{per: reached, value: 20, price_year: 2001, ASSUMED}]"
    found = run(BASE, policy("free", free), policy("paid", paid))
    assert np.array_equal(found.of("free"), found.of("paid"))
    stages = [(arm, step) for arm, step in found.stages]
    assert stages == [("paid", f"service:{step}") for step in ("eligible", "reached", "accepts")]
    for key in stages:
        assert found.stages[key][0] == pytest.approx(BIRTHS * np.array([0.0, 1.0]))


def test_a_fall_and_an_offer_of_one_exposure_move_each_by_its_own_chance() -> None:
    """Three in ten smokers stop, to the other levels in proportion; of those left a part quits, as of all by nature."""
    found = run(BASE, policy("both", FALL, offer("adds", 0.06, coverage=1.0, uptake=1.0)))

    def of(year: int, area: int) -> np.ndarray:
        none, quit, smokes = SMOKING[area]
        stopped = 0.3 * smokes
        helped = 0.7 * smokes * 0.06 / smokes
        shares = [none + stopped * none / (none + quit), quit + stopped * quit / (none + quit) + helped]
        return rate(area, np.array([*shares, 1 - sum(shares)]))

    assert found.of("both")[0] == pytest.approx(by_hand(of), rel=1e-12)
    moved = found.stages["both", "offer:moves smoking"][0]
    assert moved == pytest.approx(BIRTHS * 0.7 * 0.06)
