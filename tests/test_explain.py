"""What a file does is said in words and numbers from the model's tables, and the numbers are those of the engine."""

import json
import math
import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from scenarios.explain import explain
from scenarios.explain_words import explained
from scenarios.interventions import arms_of
from scenarios.read import parse_scenario, read_scenario
from scenarios.traced import Tracer
from simcore.load import load_model
from simcore.network import Labelled, push_forward
from simcore.program import compile_natural
from simcore.solved import read_central
from simcore.worlds import lay_arm
from tests.conftest import Call
from tests.models import invented, prevalence, scenario, support
from tests.mutations import good_files

HARBOUR = invented("harbour")
YEARS = (2001, 2002, 2003)
BIRTHS = np.array([[7000, 4000], [7013, 4013], [7026, 4026]])
"""By year, in the north and in the south: births.csv."""
SMOKERS = np.array([[0.275, 0.125], [0.27, 0.12], [0.265, 0.115]])
"""Half way between the two bounds of smoking.csv, at which the central draw stands."""
POOR = np.array([[0.4, 0.2], [0.39, 0.19], [0.38, 0.18]])
QUIT = 0.25


@cache
def harbour() -> Tracer:
    return Tracer(HARBOUR, HARBOUR.structure(), YEARS)


def told(*interventions: str) -> dict:
    return explain(scenario("mine", *interventions), harbour())


def test_each_step_of_an_offer_and_whom_it_moves_are_as_worked_out_by_hand() -> None:
    """Accepted = eligible x coverage x uptake; moved = accepted x (ratio - 1) x natural quitting."""
    (found,) = told(support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5))["interventions"]
    eligible = (BIRTHS * SMOKERS).sum(axis=1)
    assert found["steps"]["eligible"] == pytest.approx(eligible)
    assert found["steps"]["reached"] == pytest.approx(0.7 * eligible)
    assert found["steps"]["accepts"] == pytest.approx(0.28 * eligible)
    (move,) = found["moves"]
    assert move["moved"] == pytest.approx(0.28 * eligible * 0.5 * QUIT)
    assert np.array(move["before"]) == pytest.approx(np.array([[0, QUIT, 1 - QUIT]] * 3))
    assert np.array(move["after"])[:, 1] == pytest.approx([QUIT * (1 + 0.28 * 0.5)] * 3)


def test_steps_never_grow_and_the_change_of_exposure_is_what_was_accepted_times_the_effect() -> None:
    (found,) = told(support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5))["interventions"]
    steps = list(found["steps"].values())
    assert all((np.array(later) <= earlier).all() for earlier, later in pairwise(steps))
    (move,) = found["moves"]
    change = (np.array(move["after"]) - move["before"])[:, 1] * found["aimed_at"]
    assert change == pytest.approx(np.array(found["steps"]["accepts"]) * 0.5 * QUIT, rel=1e-12)
    assert change == pytest.approx(move["moved"], rel=1e-12)


def test_a_share_is_told_before_and_after_among_those_aimed_at_and_among_all() -> None:
    ramp = "{ramp: {from: 2002, to: 2003, value: 0.8}}"
    found = told(prevalence("child_poverty", ramp, ", where: {area: north}"))
    (at,) = found["interventions"]
    assert at["aimed_at"] == pytest.approx(BIRTHS[:, 0])
    (move,) = at["moves"]
    factor = np.array([1.0, 0.9, 0.8])
    assert np.array(move["before"])[:, 1] == pytest.approx(POOR[:, 0])
    assert np.array(move["after"])[:, 1] == pytest.approx(POOR[:, 0] * factor)
    poor = POOR * np.stack([factor, np.ones(3)], axis=1)
    (all_births,) = [a for a in found["in_all_births"] if a["variable"] == "child_poverty"]
    assert np.array(all_births["after"])[:, 1] == pytest.approx(
        (BIRTHS * poor).sum(axis=1) / BIRTHS.sum(axis=1)
    )
    # a cause moves what follows from it, and smoking is only found with poverty
    assert [a["variable"] for a in found["in_all_births"]] == ["child_poverty", "gestation"]


def test_the_window_limits_who_is_aimed_at() -> None:
    (at,) = told(prevalence("child_poverty", 0.5, ", years: {from: 2002, to: 2002}"))["interventions"]
    assert at["acts_in"] == [2002]
    assert at["aimed_at"] == pytest.approx([0, BIRTHS[1].sum(), 0])
    assert at["numbers"][0]["by_year"] == [1.0, 0.5, 1.0]


def test_costs_are_pounds_for_the_people_at_their_step() -> None:
    costs = (
        ", costs: [{per: reached, value: 50, price_year: 2023, ASSUMED}, "
        "{per: moved, value: 7, price_year: 2023, ASSUMED}]"
    )
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5) + costs
    (at,) = told(offer)["interventions"]
    reached, moved = at["costs"]
    assert reached["pounds"] == pytest.approx(50 * np.array(at["steps"]["reached"]))
    assert moved["people"] == at["moves"][0]["moved"] and moved["pounds"] == pytest.approx(
        7 * np.array(moved["people"])
    )


def test_the_counts_are_those_of_the_exact_sums_over_the_arm_that_a_comparison_lays() -> None:
    """In England, of every step of a shipped offer: nothing is worked out from the file's words."""
    england, offer = load_model("england"), read_scenario("smoking_cessation")
    structure, years = england.structure(), (2025, 2026)
    middle = read_central(england, structure)
    program = compile_natural(england, structure, middle, years)
    (arm,) = arms_of([offer])(program, middle)
    world = lay_arm(program, arm)
    births = Labelled(tuple(program.network.strata), england.births_in(program.network.strata)[None])
    (at,) = Tracer(england, structure, years).trace(offer).traces
    for step, counted in at.stages.items():
        name, strata = f"cessation_offer:{step}", births.axes
        before = world.network.nodes[: world.network.position(name) + 1]
        at_step = push_forward(births, before, 0, {*strata, name}).total(*strata, name).values
        assert counted == pytest.approx(at_step[0, ..., -1].sum(axis=1), rel=1e-12)
    assert 0 < at.moves[0].moved[0] < at.stages["accepts"][0] < at.stages["reached"][0]


def test_who_is_prevented_and_who_relapses_is_counted_as_worked_out_by_hand() -> None:
    births = "id: fewer, change: births, multiply: 0.9, where: {mother_age: young}, ASSUMED"
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5)
    relapse = ", relapse: {share: 0.3, from_age: days_28_364, ASSUMED}"
    fewer, offered = told(births, offer + relapse)["interventions"]
    assert fewer["steps"]["prevented"] == pytest.approx(0.1 * np.array(fewer["aimed_at"]))
    assert offered["steps"]["relapses"] == pytest.approx(0.3 * np.array(offered["moves"][0]["moved"]))
    assert "  Steps, births a year: prevented " in explained(told(births))


def test_a_bound_over_a_dimension_is_told_with_all_that_follows() -> None:
    """Every birth as in the south: poverty and smoking are those of the south."""
    found = told("id: equal, change: what_if_equal, dimension: area, like: south")
    after = {a["variable"]: np.array(a["after"])[:, 1] for a in found["in_all_births"]}
    assert after["child_poverty"] == pytest.approx(POOR[:, 1])
    assert after["shared_bed"] == pytest.approx([0.3] * 3)
    text = explained(found)
    assert "  What: every level of area is as south is" in text and "south: " in text


def test_every_good_file_is_explained() -> None:
    """The shipped ones, and small ones that have every feature together."""
    tracer = Tracer(load_model("england"), load_model("england").structure(), (2025, 2034))
    for name, text in good_files().items():
        policy = parse_scenario(text, f"scenarios/library/{name}")
        found = explain(policy, tracer)
        lines = explained(found).splitlines()
        assert lines[0].startswith(f"{policy.name}: ") and max(map(len, lines)) <= 100
        assert not re.search(r"\bnan\b|\{'", "\n".join(lines))
        assert [at["id"] for at in found["interventions"]] == [change.id for change in policy.interventions]
        moved = [sum(move["moved"]) for at in found["interventions"] for move in at["moves"]]
        assert all(births > 0 for births in moved)


def test_the_text_says_who_how_many_what_changes_what_is_assumed_and_from_where() -> None:
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5)
    service = (
        "id: safer, change: hazard_ratio, begins: after_birth, causes: [sudden], age_bands: [days_28_364], "
        "ratio: {value: 0.9, ASSUMED}, where: {area: south}, years: {from: 2002}"
    )
    text = explained(told(offer, service), width=110)
    eligible = (BIRTHS * SMOKERS).sum(axis=1)
    for line in (
        f"  Who: smoking yes: {eligible[0]:,.0f} births a year in 2001, {eligible[2]:,.0f} in 2003",
        "      quit: 25.00% -> 28.50%",
        "  coverage: 0.7; an assumption",
        "  Assumed of uptake: invented",
        "  When: acts in 2002 to 2003",
        "  Hazards, after birth, times 1 in 2001, 0.9 in 2003",
        "    of sudden (sudden)",
        "All of its 4 numbers rest on an assumption.",
    ):
        assert line in text.splitlines(), text
    assert max(map(len, text.splitlines())) <= 110


def test_a_file_that_changes_nothing_says_so() -> None:
    assert "It changes nothing." in explained(told())


def test_the_command_tells_a_shipped_file_with_its_sources_and_as_json(simcore: Call) -> None:
    done = simcore("explain", "smoking_cessation", "--years", 2030)
    assert done.status == 0
    assert "cochrane_psychosocial2017: Psychosocial interventions for supporting women" in done.stdout
    assert "the birth (\n" not in done.stdout and "Assumed of uptake: Not published." in done.stdout
    plain = json.loads(simcore("explain", "smoking_cessation", "--years", "2030", "--json").stdout)
    assert plain["years"] == [2030] and [n["key"] for n in plain["interventions"][0]["numbers"]] == [
        "coverage",
        "uptake",
        "effect",
    ]
    assert all(math.isfinite(births) for births in plain["births"])
    chosen = simcore("explain", "current_policy", "--years", "2030", "--variant", "child_poverty=zero")
    assert "Structure: child_poverty=zero." in chosen.stdout.splitlines()
    refused = simcore("explain", "smoking_cessation", "--years", "1990")
    assert refused.status == 2 and "1990 is outside the model" in refused.stderr
