"""Arms share luck: nothing changed averts nothing, less risk never adds a death, one cause leaves the others alone."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from scenarios.interventions import decision_of
from scenarios.schema import Scenario
from simcore.arms import Arm, ArmConflict, Step
from simcore.draws import sample_priors
from simcore.load import load_model
from simcore.model import Model
from simcore.program import compile_natural
from simcore.worlds import lay_arms
from tests.models import (
    ESTIMATORS,
    FOLDER,
    Babies,
    answer,
    babies,
    hazard,
    invented,
    natural_arm,
    prevalence,
    priors,
    scenario,
    support,
)

YEARS = (2002, 2004, 2006)
HARBOUR = invented("harbour")
NATURAL = HARBOUR.structure()
OFFER = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.6, 1.8)
SUDDEN = hazard(0.5, "sudden", "days_1_6, days_7_27, days_28_364")
BASE = scenario("base")
LESS = {
    "poverty": scenario("poverty", prevalence("child_poverty", 0.6)),
    "smoking": scenario("smoking", prevalence("smoking", "{ramp: {from: 2003, to: 2005, value: 0.5}}")),
    "bed": scenario("bed", prevalence("shared_bed", 0.2, ", where: {area: north}")),
    "offer": scenario("offer", OFFER),
    "ward": scenario(
        "ward", hazard(0.8, "heart, fever", "day_0, days_1_6", ", coverage: {value: 0.5, ASSUMED}")
    ),
    "all": scenario(
        "all",
        prevalence("child_poverty", 0.6, id="a"),
        prevalence("smoking", 0.7, id="b"),
        prevalence("shared_bed", 0.5, id="c"),
        OFFER,
        SUDDEN,
    ),
}

UNCHANGED = {
    "empty": scenario("empty"),
    "ratio of one on a share": scenario("one", prevalence("smoking", 1.0)),
    "ramp to one": scenario("one", prevalence("child_poverty", "{ramp: {from: 2003, to: 2005, value: 1.0}}")),
    "ratio of one on the hazard": scenario("one", hazard(1, "sudden, heart", "day_0, days_28_364")),
    "ratio of one among some": scenario(
        "one",
        hazard(1, "sudden", "days_28_364", ", where: {mother_age: young}, coverage: {value: 0.3, ASSUMED}"),
    ),
    "offer without effect": scenario(
        "one", support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.6, 1.0)
    ),
    "offer to nobody": scenario("one", support("smoking: yes", ("pregnancy_smoking", "quit"), 0, 0.6, 3.0)),
}


# ---- nothing changed


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("which", UNCHANGED)
def test_a_scenario_that_changes_nothing_averts_exactly_zero(which: str, estimator: str) -> None:
    same = scenario("same") if which == "empty" else UNCHANGED[which]
    run = answer(
        HARBOUR,
        NATURAL,
        priors("harbour", 4),
        [BASE, same, LESS["all"]],
        YEARS,
        estimator=estimator,
        births=9_000,
    )
    assert (run.deaths[0] - run.deaths[1] == 0.0).all()
    assert (run.deaths[0] != run.deaths[2]).any()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_years_before_a_ramp_avert_exactly_zero(estimator: str) -> None:
    run = answer(
        HARBOUR,
        NATURAL,
        priors("harbour", 4),
        [BASE, LESS["smoking"]],
        YEARS,
        estimator=estimator,
        births=9_000,
    )
    assert (run.deaths[0, :, 0] - run.deaths[1, :, 0] == 0.0).all()
    assert (run.deaths[0, :, 1:] != run.deaths[1, :, 1:]).any()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_strata_that_are_not_aimed_at_avert_nothing(estimator: str) -> None:
    run = answer(
        HARBOUR, NATURAL, priors("harbour", 4), [BASE, LESS["bed"]], YEARS, estimator=estimator, births=9_000
    )
    # a further variable is summed over, so the last place of a sum may differ
    assert run.deaths[1, :, :, 1] == pytest.approx(
        run.deaths[0, :, :, 1], rel=0 if estimator == "realised" else 1e-13
    )
    assert run.deaths[1, :, :, 0].sum() < run.deaths[0, :, :, 0].sum()


# ---- less risk


def alive(seen: Babies) -> np.ndarray:
    return seen.fate.cause < 0


@pytest.mark.parametrize("which", LESS)
def test_less_of_a_risk_factor_never_adds_a_death_baby_by_baby(which: str) -> None:
    """All ratios of the model are at least one, and hazards of earlier births are higher for every cause and age."""
    saved = 0
    for draw in range(3):
        seen = babies(HARBOUR, NATURAL, priors("harbour", 3), [BASE, LESS[which]], YEARS, 300_000, draw)
        lives = alive(seen)
        assert not (lives[0] & ~lives[1]).any()
        # nobody dies earlier either
        assert (seen.fate.day[1] >= seen.fate.day[0])[~lives[0] & ~lives[1]].all()
        saved += int((~lives[0] & lives[1]).sum())
    assert saved > 20


def test_an_offer_without_effect_in_the_comparator_hides_nobody_in_another_arm() -> None:
    # who is reached and accepts is known in the comparator though nothing there hangs on it
    where = "smoking: yes", ("pregnancy_smoking", "quit")
    idle = scenario("idle", support(*where, 0.3, 0.6, 1.0))
    better = scenario("better", support(*where, 0.8, 0.6, 3.0))
    draws = priors("harbour", 2)
    both, alone = (
        answer(HARBOUR, NATURAL, draws, arms, YEARS, estimator="realised", births=200_000)
        for arms in ([idle, better], [better])
    )
    assert np.array_equal(both.of("better"), alone.of("better"))


def test_a_ratio_below_one_breaks_monotony_so_the_claim_can_fail() -> None:
    draws = priors("harbour", 1)
    protective = replace(draws, parameters={**draws.parameters, "hr_poverty": np.array([0.5])})
    seen = babies(HARBOUR, NATURAL, protective, [BASE, LESS["poverty"]], YEARS, 300_000)
    lives = alive(seen)
    assert (lives[0] & ~lives[1]).any()


@pytest.mark.parametrize("which", ["poverty", "smoking", "bed", "offer", "all"])
def test_less_of_a_risk_factor_never_adds_an_expected_death(which: str) -> None:
    """In every stratum and draw, over all causes: of one cause more may die, among those saved from another."""
    for estimator in ("exact", "expected"):
        run = answer(
            HARBOUR,
            NATURAL,
            priors("harbour", 8),
            [BASE, LESS[which]],
            YEARS,
            estimator=estimator,
            births=9_000,
        )
        died = run.deaths.sum(axis=(-1, -2))
        assert (died[1] <= died[0] * (1 + 1e-13)).all()
        assert died[1].sum() < died[0].sum()


@pytest.mark.parametrize("which", LESS)
def test_only_the_treated_move_and_only_in_the_stated_direction(which: str) -> None:
    seen = babies(HARBOUR, NATURAL, priors("harbour", 1), [BASE, LESS[which]], YEARS, 50_000)
    for name in HARBOUR.spec.variables:
        before, after = seen.levels[name]
        now = seen.levels[seen.worlds.network.carrier(name)][1]
        if name == "gestation":
            assert (now >= before).all()  # from very early to term
        elif name in ("mother_age", "eye_colour"):
            assert (now == before).all()
        elif name == "pregnancy_smoking":
            # a smoker to delivery may quit; who quits anyway does not go back, unless she never smoked
            assert (now <= before).all()
        else:
            assert (now <= before).all() and (after == before).all()
    if which == "offer":
        quit = seen.levels[seen.worlds.network.carrier("pregnancy_smoking")]
        moved = quit[0] != quit[1]
        assert moved.any() and (seen.levels["offer:accepts"][1][moved] == 1).all()


def test_less_poverty_moves_no_smoker_where_they_are_only_found_together() -> None:
    seen = babies(HARBOUR, NATURAL, priors("harbour", 1), [BASE, LESS["poverty"]], YEARS, 50_000)
    assert (seen.levels["smoking"][0] == seen.levels["smoking"][1]).all()
    poor, smokes = seen.levels["child_poverty"][0] == 1, seen.levels["smoking"][0] == 1
    assert smokes[poor].mean() > 1.2 * smokes[~poor].mean()


# ---- one cause


def test_a_service_against_sudden_deaths_changes_no_other_baby() -> None:
    arms = [BASE, scenario("sudden", SUDDEN)]
    seen = babies(HARBOUR, NATURAL, priors("harbour", 1), arms, YEARS, 400_000)
    cause, day = seen.fate.cause, seen.fate.day
    sudden = list(HARBOUR.spec.deaths.causes).index("sudden")
    changed = (cause[0] != cause[1]) | (day[0] != day[1])
    assert changed.sum() > 50
    assert (cause[0][changed] == sudden).all()
    # those saved live on, or die later
    died_anyway = changed & (cause[1] >= 0)
    assert (day[1][died_anyway] >= day[0][died_anyway]).all()


def test_a_service_against_sudden_deaths_never_lowers_another_expected_count() -> None:
    arms = [BASE, scenario("sudden", SUDDEN)]
    run = answer(HARBOUR, NATURAL, priors("harbour", 6), arms, YEARS, estimator="exact")
    sudden = list(HARBOUR.spec.deaths.causes).index("sudden")
    others = np.delete(run.deaths, sudden, axis=-2)
    assert (others[1] >= others[0] * (1 - 1e-14)).all()
    assert (run.deaths[1][..., sudden, 1:] < run.deaths[0][..., sudden, 1:]).all()


# ---- the same bits


def three() -> list[Scenario]:
    return [BASE, LESS["all"], LESS["poverty"], LESS["offer"], LESS["bed"]]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("way", [{"threads": 2}, {"block": 1}, {"block": 3}, {"block": 4, "threads": 2}])
def test_threads_and_blocks_move_no_bit(estimator: str, way: dict[str, int]) -> None:
    common = {"estimator": estimator, "births": 6_000}
    draws = priors("harbour", 7)
    one = answer(HARBOUR, NATURAL, draws, three(), YEARS, **common)
    other = answer(HARBOUR, NATURAL, draws, three(), YEARS, **common, **way)
    assert np.array_equal(one.deaths, other.deaths)
    assert np.array_equal(one.slices, other.slices)
    assert all(np.array_equal(one.stages[key], other.stages[key]) for key in one.stages)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("order", [[1, 0], [4, 0, 3], [0], [2], [3, 1, 2, 0, 4]])
def test_other_arms_and_their_order_move_no_bit(estimator: str, order: list[int]) -> None:
    common = {"estimator": estimator, "births": 6_000}
    draws = priors("harbour", 3)
    every = answer(HARBOUR, NATURAL, draws, three(), YEARS, **common)
    some = answer(HARBOUR, NATURAL, draws, [three()[i] for i in order], YEARS, **common)
    for name in some.arms:
        assert np.array_equal(some.of(name), every.of(name)), name
    for key, values in some.stages.items():
        assert np.array_equal(values, every.stages[key])


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The harbour where deaths hang on three things that are drawn: a policy on one stands behind the others."""
    folder = tmp_path_factory.mktemp("crossed") / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    text = (folder / "model.yaml").read_text()
    old = "      causes: [fever]\n      age_bands: [days_28_364]\n      ratios: {young: 1.5}\n"
    more = "    - parent: smoking\n      causes: [fever, heart]\n      ratios: {yes: 1.3}\n"
    assert old in text
    text = text.replace(old, "      causes: [fever, heart]\n      ratios: {older: 1.7}\n" + more)
    (folder / "model.yaml").write_text(text)
    return load_model(folder)


@pytest.mark.parametrize("estimator", ["exact", "expected"])
def test_no_bit_hangs_on_which_arm_first_asks_for_the_risk_that_arms_share(
    estimator: str, crossed: Model
) -> None:
    arms = [BASE, LESS["poverty"], LESS["smoking"], LESS["all"]]
    common = {"estimator": estimator, "births": 4_000}
    draws = sample_priors(crossed, 3)
    every = answer(crossed, crossed.structure(), draws, arms, YEARS, **common)
    for order in ([1, 0], [2], [3, 1, 2, 0]):
        some = answer(crossed, crossed.structure(), draws, [arms[i] for i in order], YEARS, **common, block=2)
        assert all(np.array_equal(some.of(name), every.of(name)) for name in some.arms), order


def test_a_year_has_the_same_answer_whichever_years_stand_beside_it() -> None:
    draws = priors("harbour", 3)
    every = answer(HARBOUR, NATURAL, draws, three(), range(2001, 2007), estimator="exact").deaths
    for years in ((2001,), (2002, 2005), (2006, 2003)):
        some = answer(HARBOUR, NATURAL, draws, three(), years, estimator="exact").deaths
        assert some == pytest.approx(every[:, :, [y - 2001 for y in years]], rel=1e-12)


def test_a_birth_is_the_same_whichever_years_and_however_many_births_stand_beside_it() -> None:
    def of_year(years: tuple[int, ...], births: int) -> np.ndarray:
        seen = babies(HARBOUR, NATURAL, priors("harbour", 1), [BASE, LESS["all"]], years, births)
        inside = (seen.levels["year"][0] == years.index(2004)) & (seen.levels["area"][0] == 1)
        drawn = [seen.levels[node.name] for node in seen.worlds.network.nodes]
        return np.stack([*drawn, seen.fate.cause, seen.fate.day])[..., inside].astype(np.int64)

    few, many = of_year((2002, 2004), 8_000), of_year((2001, 2003, 2004, 2006), 60_000)
    n = min(few.shape[-1], many.shape[-1])
    assert n > 1_000
    assert np.array_equal(few[..., :n], many[..., :n])


@pytest.mark.parametrize("estimator", ["expected", "realised"])
def test_another_seed_is_other_luck(estimator: str) -> None:
    draws = priors("harbour", 2)
    runs = [
        answer(
            HARBOUR, NATURAL, draws, natural_arm, YEARS, estimator=estimator, births=6_000, seed=seed
        ).deaths
        for seed in (1, 2)
    ]
    assert not np.array_equal(*runs)


# ---- laying


def test_two_arms_may_not_mean_different_things_by_one_step() -> None:
    program = compile_natural(HARBOUR, NATURAL, priors("harbour", 1), (2004,))
    table = np.ones((1, 2, 2)) / 2
    step = Step("service:reached", ("no", "yes"), ("smoking",), table, decision_of("service:reached"))
    other = replace(step, replaces="smoking")
    with pytest.raises(ArmConflict, match="service:reached"):
        lay_arms(program, [Arm("one", (step,)), Arm("two", (other,))])


def test_a_step_has_the_same_luck_in_every_file_and_model_files_never_take_its_number() -> None:
    assert decision_of("fewer_smokers:smoking") == decision_of("fewer_smokers:smoking")
    assert decision_of("fewer_smokers:smoking") != decision_of("fewer_smoker:smoking")
    assert all(
        2**22 <= decision_of(f"step {i}") < 2**34 and decision_of(f"step {i}") % 4 == 0 for i in range(99)
    )


def test_a_model_without_years_runs_with_arms_made_by_hand() -> None:
    island: Model = invented("island")
    draws = priors("island", 1)
    clean = np.zeros((1, 2, 2))
    clean[:, :, 0] = 1.0
    step = Step("clean air", ("no", "yes"), ("smoke",), clean, decision_of("clean air"), replaces="smoke")
    arms = [Arm("base"), Arm("clean", (step,))]
    runs = {
        estimator: answer(
            island,
            island.structure(),
            draws,
            lambda program, block: arms,
            (),
            estimator=estimator,
            births=400_000,
        ).deaths.sum(axis=(2, 3, 4))[:, 0]
        for estimator in ESTIMATORS
    }
    exact = runs["exact"]
    assert exact[1] < exact[0]
    assert runs["expected"] == pytest.approx(exact, rel=1e-12)  # nothing is drawn: the model has no cut
    # the births stand for 4,000; 1% of 400,000 die, with an error of 1.6%
    assert runs["realised"] == pytest.approx(exact, rel=0.07)


def test_help_to_leave_poverty_moves_no_smoker_either() -> None:
    """A treated variable keeps its natural value for what is only associated with it."""
    offer = support("mother_age: [young]", ("child_poverty", "no"), 1.0, 1.0, 1.5)
    seen = babies(HARBOUR, NATURAL, priors("harbour", 1), [BASE, scenario("out", offer)], YEARS, 50_000)
    poor = seen.levels[seen.worlds.network.carrier("child_poverty")]
    assert (poor[0] != poor[1]).any()
    assert (seen.levels["smoking"][0] == seen.levels["smoking"][1]).all()
