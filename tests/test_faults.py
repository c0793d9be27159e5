"""Faults that were found once and gave a quiet wrong answer: each stays found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from simcore.load import load_model
from simcore.problems import DocumentError
from simcore.solved import read_draws
from tests.models import answer, invented, prevalence, priors, scenario, support


def lagoon_deaths(stay: float) -> float:
    """Deaths when a share of swimmers goes on swimming, summed by hand: who fishes follows who swam before."""
    alpha = brentq(lambda a: 0.7 * expit(a) + 0.3 * expit(a + np.log(5)) - 0.2, -10, 10)
    fishes = {False: expit(alpha), True: expit(alpha + np.log(5))}
    died = 0.0
    for swam, swims, fishing in itertools.product((False, True), repeat=3):
        moved = {(True, True): stay, (True, False): 1 - stay, (False, False): 1.0}.get((swam, swims), 0.0)
        share = (0.3 if swam else 0.7) * moved * (fishes[swam] if fishing else 1 - fishes[swam])
        died += share * -np.expm1(-0.004 * (2 if swims else 1) * (3 if fishing else 1))
    return 150_000 * died


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1,)], ids=["base first", "policy first", "policy alone"])
def test_an_association_past_the_cut_does_not_follow_a_policy_whoever_is_beside_it(
    order: tuple[int, ...],
) -> None:
    """Risk shared between arms once read another arm's policy where only the natural value belongs."""
    model = invented("lagoon")
    arms = [scenario("base", model="lagoon"), scenario("fewer", prevalence("swims", 0.5), model="lagoon")]
    run = answer(
        model, model.structure(), priors("lagoon", 1), [arms[i] for i in order], [], estimator="exact"
    )
    wanted = [lagoon_deaths((1.0, 0.5)[i]) for i in order]
    assert run.deaths.sum(axis=(1, 2, 3, 4)) == pytest.approx(wanted, rel=1e-9)


def test_two_scenarios_of_one_intervention_id_are_each_drawn_with_their_own_figures() -> None:
    """Where a policy must stand before the cut, arms were once told apart by the names of their steps alone."""
    model = load_model("england")
    structure = model.structure({"poverty_to_smoking": "on"})
    draws = read_draws(model, structure, 2)
    arms = [
        scenario("base", model="england"),
        scenario("a_little", prevalence("child_poverty", 0.95), model="england"),
        scenario("much", prevalence("child_poverty", 0.2), model="england"),
    ]
    total = {}
    for estimator in ("exact", "expected"):
        run = answer(model, structure, draws, arms, (2030,), estimator=estimator, births=200_000)
        total[estimator] = run.deaths.sum(axis=(2, 3, 4, 5)).mean(axis=1)
    averted = {name: died[0] - died[1:] for name, died in total.items()}
    # drawn births stray by under 3%; told apart by name alone, the second would equal the first, a 16th of it
    assert averted["expected"] == pytest.approx(averted["exact"], rel=0.05)
    assert averted["exact"][1] > 10 * averted["exact"][0]


def test_a_rise_after_a_fall_starts_from_the_share_that_the_fall_left() -> None:
    harbour = invented("harbour")
    draws = priors("harbour", 2)
    there_and_back = scenario(
        "there_and_back",
        prevalence("child_poverty", 0.5, id="down"),
        prevalence("child_poverty", 2.0, id="up"),
    )
    run = answer(
        harbour, harbour.structure(), draws, [scenario("base"), there_and_back], (2003,), estimator="exact"
    )
    people = {step.partition(":")[0]: at for (_, step), at in run.stages.items()}
    assert people["up"] == pytest.approx(people["down"])


def test_an_offer_aimed_twice_at_one_variable_reaches_those_in_both() -> None:
    harbour = invented("harbour")
    draws = priors("harbour", 2)
    young = support("mother_age: [young]", ("pregnancy_smoking", "quit"), 1.0, 1.0, 1.5)
    both = support("mother_age: [young, older]", ("pregnancy_smoking", "quit"), 1.0, 1.0, 1.5)
    arms = [
        scenario("base"),
        scenario("young", young),
        scenario("in_both", f"{both}, where: {{mother_age: [young]}}"),
    ]
    run = answer(harbour, harbour.structure(), draws, arms, (2003,), estimator="exact")
    eligible = {arm: at for (arm, step), at in run.stages.items() if step.endswith(":eligible")}
    assert eligible["in_both"] == pytest.approx(eligible["young"])
    nobody = scenario("nobody", f"{young}, where: {{mother_age: [older]}}")
    with pytest.raises(DocumentError, match=r"nobody\.yaml:7:.*offer_to.*in common"):
        answer(harbour, harbour.structure(), draws, [scenario("base"), nobody], (2003,), estimator="exact")
