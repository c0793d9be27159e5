"""Along which arrows it comes: parts of the chain by hand on an invented mill, and by their properties elsewhere."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from scenarios.chain import along_chain
from scenarios.interventions import arm_of
from scenarios.margins import Margins
from scenarios.question import Question
from scenarios.shapley import Game
from scenarios.worths import Parts
from simcore.arms import Arm, Arrow
from simcore.draws import DrawBlock, sample_priors
from simcore.model import Model
from simcore.program import Program, compile_natural
from simcore.run import MakeArms, Settings
from simcore.severed import same_luck
from simcore.worlds import lay_arm, lay_arms
from tests.models import answer, prevalence, priors, scenario, support
from tests.models.mill import (
    BIRTHS,
    HAZARDS,
    KEPT,
    LIGHT,
    LINKS,
    OF_POVERTY,
    OF_QUITTING,
    OF_SMOKING,
    POVERTY,
    QUITS,
    SMOKES,
    dies,
    mill,
    mill_deaths,
    same_number,
)
from tests.test_decompose import FEW, HARBOUR, LESS_POVERTY, LESS_SMOKING, OFFER, SERVICE, YEARS
from tests.test_decompose import question as of_harbour

EXACT = Settings(estimator="exact")
LIFTED = prevalence("poor", KEPT, id="lifted")
ARROWS = {f"{p} -> {c or 'deaths'}": Arrow(p, c) for p in ("poor", "smokes") for c in ("weight", None)}


def of_mill(model: Model, *interventions: str, base: tuple[str, ...] = ()) -> Question:
    arms = scenario("base", *base, model="mill"), scenario("policy", *interventions, model="mill")
    return Question(model, model.structure(), arms, ())


def chained(asked: Question, draws: int = 1, settings: Settings = EXACT) -> Parts:
    return along_chain(asked, asked.scenarios[1], draws, settings, lambda what, done, of: None)


def part_of(parts: Parts) -> dict[str, np.ndarray]:
    """``float64[draws]`` of each arrow."""
    return dict(zip(parts.players, parts.part, strict=True))


# ---- severed arrows


@pytest.mark.parametrize("drawn_to", [None, "poor", "smokes", "weight"])
def test_each_set_of_arrows_gives_the_deaths_worked_out_by_hand(drawn_to: str | None) -> None:
    model = mill(drawn_to)
    every = [frozenset(n for n, on in zip(LINKS, at, strict=True) if on) for at in product((0, 1), repeat=4)]

    def arms(program: Program, draws: DrawBlock) -> list[Arm]:
        whole = arm_of(scenario("policy", LIFTED, model="mill"), program, draws)
        return [
            Arm(", ".join(on), whole.steps, severed=frozenset(ARROWS[n] for n in LINKS if n not in on))
            for on in every
        ]

    draws = sample_priors(model, 1)
    found = answer(model, model.structure(), draws, arms, (), estimator="exact").deaths[:, 0]
    by_hand = np.array([mill_deaths(on) for on in every])
    assert found.sum(axis=(1, 3)) == pytest.approx(by_hand, rel=1e-12)
    assert len(np.unique(by_hand.sum(axis=1).round(6))) == 16
    # births drawn: deaths of a birth have a standard deviation below their mean, so four standard errors are 2%
    drawn = answer(model, model.structure(), draws, arms, (), births=40_000).deaths[:, 0]
    assert drawn.sum(axis=(1, 3)) == pytest.approx(by_hand, rel=0.02)


def arms_with(*on: frozenset[Arrow]) -> MakeArms:
    """No policy, then half the poor lifted out of it with these arrows on."""

    def arms(program: Program, draws: DrawBlock) -> list[Arm]:
        whole = arm_of(scenario("policy", LIFTED, model="mill"), program, draws)
        every = {*ARROWS.values(), Arrow("quits", None)}
        cut = [Arm(str(n), whole.steps, severed=frozenset(every - arrows)) for n, arrows in enumerate(on)]
        return [Arm("no policy"), *cut]

    return arms


def test_a_copy_of_what_follows_a_follower_has_its_causes_natural_values() -> None:
    model, last = mill("smokes", quits=True), Arrow("quits", None)
    arms = arms_with(frozenset(), frozenset({last}), frozenset(ARROWS.values()))
    found = answer(model, model.structure(), sample_priors(model, 1), arms, (), estimator="exact")
    deaths = found.deaths[:, 0].sum(axis=(1, 3))
    assert deaths[1] == pytest.approx(deaths[0], rel=1e-12)
    # by hand: one number decides smoking before and after, a second one quitting before and after
    alone, all_else = np.zeros(2), np.zeros(2)
    names = list(OF_SMOKING)

    def die(births: float, poor: str, smokes: str, quits: int) -> np.ndarray:
        scale = (OF_POVERTY if poor == "yes" else 1.0) * (OF_QUITTING if quits else 1.0)
        risk = dies(HAZARDS * scale * np.array([[OF_SMOKING[smokes]], [1.0]])).sum(axis=-1)
        return np.asarray(births * (LIGHT[poor, smokes] * risk[0] + (1 - LIGHT[poor, smokes]) * risk[1]))

    for was, now, share in POVERTY:
        for first, second, width in same_number(SMOKES[was], SMOKES[now]):
            before, after = names[first], names[second]
            for quit_before, quit_after, part in same_number(QUITS[before], QUITS[after]):
                births = BIRTHS * share * width * part
                alone += die(births, was, before, quit_after)
                all_else += die(births, now, after, quit_before)
    assert deaths[2:] == pytest.approx(np.array([alone, all_else]), rel=1e-12)
    assert (np.abs(deaths[2] / deaths[0] - 1) > 1e-4).all()


def test_luck_of_its_own_for_each_of_two_values_would_give_other_deaths() -> None:
    # smoking before and after drawn apart, as a copy would that did not know the birth it is of
    apart = np.zeros(2)
    for was, now, share in POVERTY:
        for (before, p), (after, q) in product(
            zip(OF_SMOKING, SMOKES[was], strict=True), zip(OF_SMOKING, SMOKES[now], strict=True)
        ):
            poor = OF_POVERTY if was == "yes" else 1.0
            risk = dies(HAZARDS * poor * np.array([[OF_SMOKING[before]], [1.0]])).sum(axis=-1)
            light = LIGHT[was, after]
            apart += BIRTHS * share * p * q * (light * risk[0] + (1 - light) * risk[1])
    by_hand = mill_deaths({"smokes -> weight"})
    assert abs(apart[0] / by_hand[0] - 1) > 1e-4


def test_with_no_arrow_severed_no_variable_is_added() -> None:
    draws = priors("harbour", 2)
    program = compile_natural(HARBOUR, HARBOUR.structure(), draws, YEARS)
    whole = arm_of(scenario("policy", LESS_POVERTY, LESS_SMOKING, OFFER), program, draws)
    names = [node.name for node in lay_arm(program, whole).network.nodes]
    cut = Arm("cut", whole.steps, whole.treatments, severed=frozenset({Arrow("pregnancy_smoking", None)}))
    more = [node.name for node in lay_arm(program, cut).network.nodes]
    assert set(more) - set(names) == {"natural pregnancy_smoking"}
    with pytest.raises(ValueError, match="by itself"):
        lay_arms(program, [Arm("base"), cut])


def test_arms_without_severed_arrows_keep_their_bits_in_company_of_one_that_has_them() -> None:
    draws = priors("harbour", 2)

    def arms(program: Program, block: DrawBlock) -> list[Arm]:
        whole = arm_of(scenario("policy", LESS_POVERTY, LESS_SMOKING), program, block)
        cut = Arm("cut", whole.steps, severed=frozenset({Arrow("child_poverty", "gestation")}))
        return [Arm("base"), cut, whole]

    def alone(program: Program, block: DrawBlock) -> list[Arm]:
        base, _, whole = arms(program, block)
        return [base, whole]

    together, apart = (
        answer(HARBOUR, HARBOUR.structure(), draws, a, YEARS, births=2000) for a in (arms, alone)
    )
    assert (together.of("policy") == apart.of("policy")).all()
    assert (together.of("cut") != apart.of("policy")).any()


def test_one_number_decides_both_of_two_values() -> None:
    random = np.random.default_rng(3)
    now, other = (random.dirichlet(np.ones(4), size=50) for _ in range(2))
    both = same_luck(now, other)
    assert both.sum(axis=-1) == pytest.approx(np.ones((50, 4)))
    assert np.einsum("si,sij->sj", now, both) == pytest.approx(other)
    assert (same_luck(now, now) == np.eye(4)).all()
    # of two numbers the higher never gives a lower level
    reached = both > 1e-12
    top = np.where(reached, np.arange(4), -1).max(axis=-1)
    bottom = np.where(reached, np.arange(4), 9).min(axis=-1)
    assert (top[:, :-1] <= bottom[:, 1:]).all()


# ---- parts


def test_each_arrow_gets_its_mean_over_all_orders_by_hand() -> None:
    parts = chained(of_mill(mill(), LIFTED))
    assert parts.players == LINKS
    by_hand = dict.fromkeys(LINKS, np.zeros(2))
    for order in permutations(LINKS):
        for place, link in enumerate(order):
            added = mill_deaths(order[:place]) - mill_deaths(order[: place + 1])
            by_hand[link] = by_hand[link] + added / 24
    for place, link in enumerate(parts.players):
        assert parts.by["cause"][place, 0] == pytest.approx(by_hand[link], rel=1e-9)
    # of smoking's own arrow into death of the lungs, no other death is averted; a few more live to die of it
    assert by_hand["smokes -> deaths"][0] > 0 > by_hand["smokes -> deaths"][1]


def test_where_weight_is_the_only_arrow_into_risk_everything_comes_through_it() -> None:
    idle = [{"parent": "smokes", "ratios": {"some": 1.0, "much": 1.0}}]
    parts = chained(of_mill(mill(hazard_ratios=idle), LIFTED))
    at = part_of(parts)
    assert set(at) == {"poor -> weight", "smokes -> weight", "smokes -> deaths"}
    assert at["smokes -> deaths"] == 0.0
    assert at["poor -> weight"] + at["smokes -> weight"] == pytest.approx(parts.total, rel=1e-12)
    assert (parts.total > 1).all()


def test_an_arrow_that_changes_nothing_gets_exactly_nothing() -> None:
    light = {(poor, smokes): LIGHT["no", smokes] for poor, smokes in LIGHT}
    at = part_of(chained(of_mill(mill(light=light), LIFTED)))
    assert at.pop("poor -> weight") == 0.0
    assert all(part > 1 for part in at.values())


def test_arrows_of_several_changes_add_up_in_every_draw_and_cause() -> None:
    asked = of_harbour(LESS_POVERTY, LESS_SMOKING, SERVICE, OFFER)
    parts = chained(asked, draws=3, settings=FEW)
    assert parts.players == (
        "child_poverty -> gestation",
        "child_poverty -> deaths",
        "pregnancy_smoking -> gestation",
        "pregnancy_smoking -> deaths",
        "service -> deaths",
    )
    assert parts.part.sum(axis=0) == pytest.approx(parts.total, rel=1e-12)
    assert parts.by["cause"].sum(axis=2) == pytest.approx(parts.part, rel=1e-9, abs=1e-12)
    assert (parts.part > 0).all()
    # smoking acts on sudden deaths alone beside gestation; fewer of these leave others to die of the rest
    at = parts.players.index("pregnancy_smoking -> deaths")
    assert (parts.by["cause"][at, :, 1] > 0).all() and (parts.by["cause"][at][:, [0, 2]] <= 0).all()


def test_the_whole_of_a_chain_is_the_effect_of_its_scenario() -> None:
    asked = of_harbour(LESS_POVERTY, LESS_SMOKING, SERVICE, OFFER, base=(SERVICE,))
    parts = chained(asked, draws=3, settings=FEW)
    compared = answer(HARBOUR, HARBOUR.structure(), priors("harbour", 3), asked.scenarios, YEARS, births=2000)
    averted = compared.of("base") - compared.of("policy")
    assert parts.total == pytest.approx(averted.reshape(3, -1).sum(axis=1), rel=1e-9)
    assert parts.part.sum(axis=0) == pytest.approx(parts.total, rel=1e-9)
    # the service is in both, and prevents a little less where there is less to prevent
    at = part_of(parts)
    assert (np.abs(at["service -> deaths"]) < 0.2 * at["child_poverty -> deaths"]).all()


def test_what_follows_an_exposure_by_association_alone_is_no_arrow() -> None:
    # in the harbour smoking is only found together with poverty
    parts = chained(of_harbour(LESS_POVERTY), draws=2, settings=FEW)
    assert parts.players == ("child_poverty -> gestation", "child_poverty -> deaths")


def test_an_offer_that_acts_on_weight_itself_comes_straight_from_the_intervention() -> None:
    asked = of_mill(mill("smokes"), LIFTED, support("poor: yes", ("weight", "low"), 0.9, 0.5, 0.6, id="care"))
    parts = chained(asked)
    assert parts.players == (*LINKS, "care -> weight")
    assert parts.part.sum(axis=0) == pytest.approx(parts.total, rel=1e-12)
    assert (parts.part > 0).all()


def test_what_no_arrow_accounts_for_is_a_part_of_its_own() -> None:
    # four births of which each dies; five draws; one arrow
    def margins(whole: float, none_on: float) -> Margins:
        deaths = np.array([[4.0] * 5, [4.0 - none_on] * 5, [4.0 - whole] * 5])
        arms = ("no policy", "no arrow", "all")
        return Margins(arms, deaths, {"cause": deaths[..., None]}, np.zeros((3, 5, 0)), {})

    parts = Parts.of(Game(1), ["smokes -> deaths"], margins(3.0, 1.0))
    assert parts.players == ("smokes -> deaths", "beside these")
    assert parts.part[:, 0].tolist() == [2.0, 1.0]
    assert parts.by["cause"].sum(axis=0) == pytest.approx(np.full((5, 1), 3.0))
    assert Parts.of(Game(1), ["smokes -> deaths"], margins(3.0, 0.0)).players == ("smokes -> deaths",)


def test_where_every_area_is_as_one_the_whole_is_one_part() -> None:
    alike = "id: alike, change: what_if_equal, dimension: area, like: north"
    arms = scenario("base"), scenario("alike", alike)
    parts = chained(Question(HARBOUR, HARBOUR.structure(), arms, YEARS), draws=2)
    assert parts.players == ("beside these",)
    assert np.abs(parts.total).min() > 0
    assert np.array_equal(parts.part[0], parts.total)
