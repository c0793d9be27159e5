"""Policies on a chain of exposures: each reads what the ones before it leave, whoever is beside it, wherever the cut.

Two villages; ``damp`` makes ``cough`` likelier and ``cough`` makes ``weak`` likelier; the weak die sooner.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from scenarios.question import ask, try_arms
from scenarios.read import parse_scenario
from scenarios.schema import Scenario
from simcore.arms import Arm, ArmConflict, Step
from simcore.draws import central
from simcore.load import load_model
from simcore.problems import DocumentError
from simcore.program import compile_natural
from simcore.solved import read_draws
from simcore.worlds import lay_arms
from tests.models import ESTIMATORS, Answer, answer, babies, prevalence, scenario, scenario_text, support
from tests.models.written_folder import Folder
from tests.models.written_policies import ASSUMED, scenario_file

YEARS = (2001, 2002)
BIRTHS = {"hill": 15_000, "dale": 15_000}
TOTAL = len(YEARS) * sum(BIRTHS.values())
DAMP = 0.53
COUGH = {"no": 0.23, "yes": 0.71}
WEAK = {"no": 0.11, "yes": 0.83}
RISK = {"no": 0.013, "yes": 0.47}
NO_YES = ("no", "yes")
SEEN = 200_000


def village(drawn_to: str | None = None) -> Folder:
    """The model file."""
    shares = {
        "damp": (("level", "share"), ("no", 1 - DAMP), ("yes", DAMP)),
        "cough": _given("damp", COUGH),
        "weak": _given("cough", WEAK),
    }
    variables = {}
    for number, (name, rows) in enumerate(shares.items()):
        variables[name] = {
            "kind": "exposure",
            "meaning": name,
            "decision": number,
            "levels": list(NO_YES),
            "shares": {"table": f"{name}.csv", "by": list(rows[0][:-2])},
        }
    document = {
        "model": "written",
        "title": "Invented",
        "edition": "1",
        "population": "none",
        "strata": {
            "dims": {"year": {"first": YEARS[0], "last": YEARS[-1]}, "village": {"levels": list(BIRTHS)}},
            "births": "births.csv",
        },
        "reference_years": [YEARS[0]],
        "variables": variables,
        "deaths": {
            "causes": {"any": {"meaning": "any", "clock": 0}},
            "age_bands": {"year": [0, 365]},
            "baseline": {"by": ["weak"], "table": "hazards.csv"},
        },
        **({} if drawn_to is None else {"drawn_to": drawn_to}),
    }
    tables = {f"{name}.csv": rows for name, rows in shares.items()}
    hazards = tuple((weak, "any", "year", -float(np.log1p(-risk))) for weak, risk in RISK.items())
    tables["hazards.csv"] = (("weak", "cause", "age_band", "hazard"), *hazards)
    births = ((year, place, n) for year in YEARS for place, n in BIRTHS.items())
    tables["births.csv"] = (("year", "village", "births"), *births)
    return Folder(document, tables)


def _given(parent: str, chance: dict[str, float]) -> tuple[tuple[Any, ...], ...]:
    rows = ((p, level, q if level == "yes" else 1 - q) for p, q in chance.items() for level in NO_YES)
    return ((parent, "level", "share"), *rows)


def fewer(of: str, times: float, **where: list[str]) -> dict[str, Any]:
    change = {"id": f"fewer_{of}", "change": "prevalence", "of": of, "multiply": times, **ASSUMED}
    return {**change, "where": where} if where else change


def offer(variable: str, ratio: float) -> dict[str, Any]:
    """Help for everyone that makes ``no`` likelier in a variable; all take it up."""
    return {
        "id": f"help_{variable}",
        "change": "support",
        "offer_to": {"village": list(BIRTHS)},
        "coverage": {"value": 1.0, **ASSUMED},
        "uptake": {"value": 1.0, **ASSUMED},
        "effect": {
            "multiplies": {"variable": variable, "level": "no"},
            "base": "natural",
            "value": ratio,
            **ASSUMED,
        },
    }


def deaths(folder: Folder, arms: dict[str, list[dict[str, Any]]], estimator: str) -> dict[str, float]:
    """Deaths of each arm, all births together."""
    files = tuple(scenario_file(name, changes) for name, changes in arms.items())
    asked = replace(folder, scenarios=files)
    model = asked.model
    run = answer(
        model, model.structure(), central(model), asked.arms, YEARS, estimator=estimator, births=SEEN, seed=2
    )
    return dict(zip(run.arms, run.deaths.sum(axis=(1, 2, 3, 4, 5)).tolist(), strict=True))


def died(damp: float, cough: dict[str, float]) -> float:
    """Of all births by hand: ``cough`` is the chance given damp, under policy."""
    coughs = (1 - damp) * cough["no"] + damp * cough["yes"]
    weak = (1 - coughs) * WEAK["no"] + coughs * WEAK["yes"]
    return TOTAL * ((1 - weak) * RISK["no"] + weak * RISK["yes"])


FEWER_COUGHS = fewer("cough", 0.5, damp=["yes"])
ARMS = {"held": [], "coughs": [FEWER_COUGHS], "both": [fewer("damp", 0.4), FEWER_COUGHS]}


def chained(damp_left: float) -> float:
    """Damp is removed from some, and of those still damp half as many cough."""
    damp_now = DAMP * damp_left
    # who is no longer damp coughs as the dry do: cough follows from damp
    return died(damp_now, {"no": COUGH["no"], "yes": COUGH["yes"] * 0.5})


BY_HAND = {"held": died(DAMP, COUGH), "coughs": chained(1.0), "both": chained(0.4)}
CUTS = pytest.mark.parametrize("drawn_to", [None, "damp", "cough", "weak"])
ERROR = {"exact": 1e-9, "expected": 0.02, "realised": 0.03}
"""Of 200,000 births some 30,000 die: five standard errors are 3%; of drawn profiles less."""


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_policy_aimed_at_what_another_changed_finds_it_changed_wherever_the_cut_is(
    drawn_to: str | None, estimator: str
) -> None:
    """Where the second had to be drawn and the first did not, the first once came too late, or twice."""
    assert deaths(village(drawn_to), ARMS, estimator) == pytest.approx(BY_HAND, rel=ERROR[estimator])
    # far enough apart that a policy left out would show
    assert BY_HAND["coughs"] > BY_HAND["both"] * 1.06


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("order", [("coughs", "both"), ("both", "coughs"), ("both",)], ids=str)
def test_what_a_policy_finds_does_not_hang_on_which_arm_is_named_first(
    drawn_to: str | None, estimator: str, order: tuple[str, ...]
) -> None:
    """An arm with the second policy alone once put it before the first in an arm that has both."""
    alone = deaths(village(drawn_to), {"both": ARMS["both"]}, estimator)
    beside = deaths(village(drawn_to), {name: ARMS[name] for name in order}, estimator)
    assert beside["both"] == alone["both"]


HELP_DAMP, HELP_COUGH = offer("damp", 1.7), offer("cough", 1.25)


def helped() -> float:
    """No damp 1.7 times as often; of each, no cough a quarter as often again, given the damp that is left."""
    no_cough = {damp: min(1.0, 1.25 * (1 - chance)) for damp, chance in COUGH.items()}
    return died(1 - 1.7 * (1 - DAMP), {damp: 1 - no for damp, no in no_cough.items()})


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("first", ["damp", "cough", "cough in another arm"])
def test_help_for_a_consequence_reads_the_cause_as_help_left_it_in_whatever_order_they_are_written(
    drawn_to: str | None, estimator: str, first: str
) -> None:
    both = [HELP_DAMP, HELP_COUGH] if first != "cough" else [HELP_COUGH, HELP_DAMP]
    arms = {"one": [HELP_COUGH], "both": both} if first == "cough in another arm" else {"both": both}
    found = deaths(village(drawn_to), arms, estimator)
    assert found["both"] == pytest.approx(helped(), rel=ERROR[estimator])


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_fall_among_those_whom_help_may_have_moved_finds_them_moved(
    drawn_to: str | None, estimator: str
) -> None:
    """Fewer of those in damp cough, and help has taken some out of it: wherever either stands in the file."""
    arms = {"this": [HELP_DAMP, FEWER_COUGHS], "that": [FEWER_COUGHS, HELP_DAMP]}
    found = deaths(village(drawn_to), arms, estimator)
    by_hand = died(1 - 1.7 * (1 - DAMP), {"no": COUGH["no"], "yes": COUGH["yes"] * 0.5})
    assert found["this"] == found["that"] == pytest.approx(by_hand, rel=ERROR[estimator])
    # far from either alone
    alone = died(1 - 1.7 * (1 - DAMP), COUGH), chained(1.0)
    assert min(alone) > by_hand * (1 + 2 * ERROR[estimator])


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_order_in_a_file_is_no_matter(drawn_to: str | None, estimator: str) -> None:
    swapped = [FEWER_COUGHS, fewer("damp", 0.4)]
    found = deaths(village(drawn_to), {"both": ARMS["both"], "swapped": swapped}, estimator)
    assert found["both"] == found["swapped"]
    assert found["swapped"] == deaths(village(drawn_to), {"swapped": swapped}, estimator)["swapped"]


POOR = prevalence("child_poverty", 0.5, id="less_poverty")
SMOKERS = prevalence("smoking_at_booking", 0.5, ", where: {child_poverty: [yes]}", id="fewer_poor_smokers")


def test_poor_smokers_of_england_are_those_whom_less_poverty_leaves_poor_in_any_company() -> None:
    """Both policies, realised: as by themselves and near the exact answer, though the second is named alone first."""
    model = load_model("england")
    draws = read_draws(model, model.structure(), 2)
    changes = {"held": (), "one": (SMOKERS,), "both": (POOR, SMOKERS)}
    held, one, both = (scenario(name, *c, model="england") for name, c in changes.items())

    def run(arms: list[Scenario], estimator: str) -> Answer:
        common = {"estimator": estimator, "births": 400_000, "people": estimator == "exact"}
        return answer(model, model.structure(), draws, arms, (2030,), **common)

    beside, alone = run([held, one, both], "realised"), run([both], "realised")
    assert np.array_equal(beside.of("both"), alone.of("both"))
    moved = run([held, one, both], "exact").stages
    # half of the poor smoke less: of half as many poor, half as many
    smokers = "fewer_poor_smokers:moves smoking_at_booking"
    assert moved["both", smokers] == pytest.approx(moved["one", smokers] / 2, rel=1e-9)


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_one_id_may_be_aimed_at_other_people_in_another_file_and_is_the_same_in_any_company(
    drawn_to: str | None, estimator: str
) -> None:
    """As a file that extends another and narrows whom it is aimed at."""
    arms = {
        "all": [fewer("weak", 0.5), offer("cough", 1.25)],
        "damp": [fewer("weak", 0.5, damp=["yes"]), {**offer("cough", 1.25), "where": {"damp": ["yes"]}}],
        "cough": [fewer("weak", 0.5, cough=["yes"], village=["dale"])],
    }
    every = deaths(village(drawn_to), arms, estimator)
    for name, changes in arms.items():
        assert deaths(village(drawn_to), {name: changes}, estimator)[name] == every[name]
    assert every["all"] < every["damp"] < every["cough"]


def test_of_one_id_those_whom_both_files_aim_at_have_the_same_luck() -> None:
    model = village("weak").model
    narrow = {"village": ["dale"]}
    changes = {"all": fewer("weak", 0.5), "some": fewer("weak", 0.5, cough=["yes"], **narrow)}
    arms = [parse_scenario(yaml.safe_dump(scenario_file(n, [c])), f"{n}.yaml") for n, c in changes.items()]
    seen = babies(model, model.structure(), central(model), arms, YEARS, 20_000)
    weak = seen.levels[seen.worlds.network.carrier("weak")]
    both = (seen.levels["cough"][0] == 1) & (seen.levels["village"][0] == 1)
    assert np.array_equal(weak[0][both], weak[1][both])
    assert np.array_equal(weak[1][~both], seen.levels["weak"][1][~both])


def test_two_arms_that_change_one_variable_in_two_orders_are_refused() -> None:
    """Arms made by hand: those of scenario files stand in one order."""
    program = compile_natural(village().model, village().model.structure(), central(village().model), YEARS)
    half = np.array([[[1.0, 0.0], [0.5, 0.5]]])
    one, other = (
        Step(name, NO_YES, ("weak",), half, 40 + n, "weak") for n, name in enumerate(("a:weak", "b:weak"))
    )
    with pytest.raises(ArmConflict, match=r"a:weak.* act in another order in two scenarios"):
        lay_arms(program, [Arm("this", (one, other)), Arm("that", (other, one))])


def test_one_offer_that_moves_different_variables_in_two_arms_is_refused_with_the_address_of_the_second(
    tmp_path: Path,
) -> None:
    """Its stages would stand before one variable here and before the other there, and find other people."""
    moves = {"this": ("smoking", "quit"), "that": ("unsafe_sleep", "no")}
    for name, outcome in moves.items():
        text = scenario_text(name, support("mother_age: under_20", outcome, 0.5, 0.5, 1.5), model="england")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(
        DocumentError, match=r"this\.yaml:7.*moves unsafe_sleep in one scenario and smoking in another"
    ):
        try_arms(ask([tmp_path / "that.yaml", tmp_path / "this.yaml"]))


def test_the_order_of_changes_that_do_not_touch_is_free() -> None:
    one, other = fewer("weak", 0.5), fewer("damp", 0.5)
    found = deaths(village(), {"this": [one, other], "that": [other, one]}, "realised")
    assert found["this"] == found["that"]


# ---- what nothing hangs on


def with_exposure(folder: Folder, name: str, by: str, place: int) -> Folder:
    """One more exposure, at a place of the file, that may follow another and that nothing follows."""
    of = {"year": map(str, YEARS), "village": BIRTHS}.get(by, NO_YES)
    chances = dict(zip(of, (0.3, 0.6), strict=True))
    part = {
        "kind": "exposure",
        "meaning": name,
        "decision": 9 + len(folder.document["variables"]),
        "levels": list(NO_YES),
        "shares": {"table": f"{name}.csv", "by": [by]},
    }
    items = list(folder.document["variables"].items())
    variables = dict([*items[:place], (name, part), *items[place:]])
    return folder.with_({f"{name}.csv": _given(by, chances)}, variables=variables)


PLACES = [("year", 1), ("year", 2), ("year", 3), ("damp", 1), ("damp", 3), ("cough", 2)]


@CUTS
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(("by", "place"), PLACES, ids=str)
def test_a_follower_that_nothing_hangs_on_moves_no_bit(
    drawn_to: str | None, estimator: str, by: str, place: int
) -> None:
    folder = village(drawn_to)
    arms = {**ARMS, "help": [HELP_DAMP]}
    idle = with_exposure(folder, "idle", by, place)
    assert deaths(idle, arms, estimator) == deaths(folder, arms, estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_drawn_follower_that_nothing_hangs_on_does_not_have_its_policy_drawn(estimator: str) -> None:
    """The cut stands at the sun, which follows nothing: less damp is summed out, idle or no idle before the cut."""
    folder = with_exposure(village("sun"), "sun", "village", 1)
    idle = with_exposure(folder, "idle", "damp", 1)
    assert deaths(idle, ARMS, estimator) == deaths(folder, ARMS, estimator)


def test_a_policy_may_aim_at_a_variable_that_nothing_else_hangs_on() -> None:
    folder = with_exposure(village("cough"), "idle", "damp", 1)
    arms = {"held": [], "aimed": [fewer("cough", 0.5, idle=["yes"])]}
    found = {estimator: deaths(folder, arms, estimator) for estimator in ESTIMATORS}
    idle = {"no": 0.3, "yes": 0.6}
    by_hand = died(DAMP, {damp: chance * (1 - 0.5 * idle[damp]) for damp, chance in COUGH.items()})
    for estimator, of_arm in found.items():
        assert of_arm["aimed"] == pytest.approx(by_hand, rel=ERROR[estimator])
    assert by_hand < 0.9 * found["exact"]["held"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_chain_of_two_policies_gives_the_exact_answer_drawn_or_not(estimator: str) -> None:
    """All pairs of changes on the chain, in the order of the file, against one another: three ways to one number."""
    changes = [
        fewer("damp", 0.4),
        FEWER_COUGHS,
        fewer("weak", 0.5, cough=["yes"]),
        fewer("weak", 0.7, damp=["yes"]),
    ]
    for one, other in product(changes, repeat=2):
        if one["id"] == other["id"]:
            continue
        arms = {"pair": [one, other]}
        exact = deaths(village(), arms, "exact")
        for drawn_to in ("damp", "weak"):
            found = deaths(village(drawn_to), arms, estimator)
            assert found == pytest.approx(exact, rel=ERROR[estimator]), (one["id"], other["id"], drawn_to)


def test_a_share_that_some_draw_would_push_beyond_all_is_refused_before_anything_is_run(
    tmp_path: Path,
) -> None:
    """Of a wide change some draws go too far, of a narrow one none."""
    wide = "{distribution: lognormal, median: 1.0, ci95: [0.5, 2.0]}"
    for name, factor in {"wide": wide, "narrow": wide.replace("0.5, 2.0", "0.9, 1.1111")}.items():
        change = prevalence("child_poverty", factor)
        (tmp_path / f"{name}.yaml").write_text(scenario_text(name, change, model="england"), encoding="utf-8")
    try_arms(ask([tmp_path / "narrow.yaml"]))
    said = r"wide\.yaml:7.*multiply: would put 1\d\d\.\d% of births at `yes` in year 2025, imd_decile 1 in some draws"
    with pytest.raises(DocumentError, match=said):
        try_arms(ask([tmp_path / "wide.yaml"]))
