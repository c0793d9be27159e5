"""The state of the page is refused as strictly as a file, and becomes the scenario file that it stands for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.live.asked import Reader
from scenarios.live.compose import document_of
from scenarios.live.desk import Desk
from scenarios.live.fields import fields_of
from scenarios.live.levers import in_order, levers_of
from scenarios.live.state import LONGEST_FILE, MOST_LEVERS, read_state
from scenarios.meaning import meaning_of, means_the_same
from scenarios.read import library, parse_scenario, read_scenario
from scenarios.written import as_yaml
from simcore.load import load_model
from simcore.problems import DocumentError
from tests.models import prevalence, scenario_text

SMOKERS = "smoking_cessation/cessation_offer"
POVERTY = "child_poverty_35/child_poverty_fall"
BOUND = "all_as_least_deprived/all_like_least_deprived"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def state(*policy: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"v": 1, "years": [2025, 2034], "policy": list(policy), **more}


def on(lever: str, **settings_of: Any) -> dict[str, Any]:
    return {"lever": lever, "set": settings_of}


@pytest.fixture(scope="module")
def england() -> Reader:
    return Reader("england", "current_policy", None, 1)


def changes(reader: Reader, said: dict[str, Any]) -> dict[str, Any]:
    """What the interventions of the state's scenario say, by id."""
    found: dict[str, Any] = meaning_of(reader.read(said).scenario)["interventions"]
    return found


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (None, "send a state"),
        ([], "send a state"),
        ({}, "is missing"),
        (state(v=2), "write `1`"),
        (state(wishes=1), "unknown key"),
        (state(years=[2034, 2025]), "the years end before they begin; give 2025 to 2034"),
        (state(years=[1800, 2025]), "at least 1900"),
        (state(on(SMOKERS, coverage=2)), "at most 1"),
        (state(on(SMOKERS, coverage="0.5")), "remove the quotes"),
        (state(on(SMOKERS, effect=float("inf"))), ""),
        (state(on(SMOKERS, **{"from": 2026})), "give both, or neither"),
        (state(on(SMOKERS, **{"from": 2030, "to": 2026})), "comes after"),
        (state(on(SMOKERS), on(SMOKERS)), "is on twice"),
        (state(*[on(f"a/{k}") for k in range(MOST_LEVERS + 1)]), f"at most {MOST_LEVERS}"),
        (state(title="x" * 121), "at most 120 characters"),
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused_with_a_place_and_no_line_that_nobody_has_seen(
    said: object, message: str
) -> None:
    with pytest.raises(DocumentError) as refused:
        read_state(said)
    assert message in str(refused.value)
    assert {problem.line for problem in refused.value.problems} == {None}


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_whatever_a_browser_sends_is_refused_in_words(said: object) -> None:
    with pytest.raises(DocumentError):
        read_state(said)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (state(on("smoking_cessation/cessation")), f"did you mean `{SMOKERS}`"),
        (state(on(POVERTY, coverage=0.5)), "has no coverage; choose from effect"),
        (state(on(SMOKERS, deciles=["11"])), "no decile `11`"),
        (state(on(BOUND, deciles=["1"])), "is not aimed at deciles"),
        (state(on(BOUND, **{"from": 2026, "to": 2027})), "is a bound and has no way up"),
        (state(years=[2025, 2036]), "outside the model"),
        (state(variants={"child_poverty": "most"}), "most"),
        (state(variants={"wealth": "half"}), "wealth"),
        (state(loaded="interventions: ["), ""),
        (state(on("loaded/x")), "no lever `loaded/x`"),
    ],
)
def test_what_means_nothing_in_the_model_is_refused(
    england: Reader, said: dict[str, Any], message: str
) -> None:
    with pytest.raises(DocumentError) as refused:
        england.read(said)
    assert message in str(refused.value)


def test_every_lever_left_alone_is_its_file(england: Reader) -> None:
    for name, lever in england.levers.items():
        scenario = england.read(state(on(name))).scenario
        if len(lever.scenario.interventions) == 1:
            assert means_the_same(scenario, lever.scenario), name
            assert (scenario.name, scenario.title) == (lever.scenario.name, lever.scenario.title)
            assert scenario.evidence == lever.scenario.evidence


def test_every_shipped_intervention_is_a_lever_once(england: Reader) -> None:
    ids = {c.id for name in library() for c in read_scenario(name).interventions}
    assert {lever.change.id for lever in england.levers.values()} == ids
    assert len(england.levers) == len(ids)


def test_a_moved_number_is_that_number_and_rests_on_an_assumption(england: Reader) -> None:
    found = changes(england, state(on(SMOKERS, coverage=0.5, effect=2.0)))["cessation_offer"]
    assert found["coverage"] == {
        "value": 0.5,
        "source": ["assumption"],
        "note": "Set by hand; the file smoking_cessation has 0.74 to 0.79 (uniform).",
    }
    assert (found["effect"]["value"], found["effect"]["source"]) == (2.0, ["assumption"])
    # what was not moved is as uncertain as before
    assert found["uptake"]["value"]["distribution"] == "uniform"


def test_a_path_that_is_moved_keeps_its_shape(england: Reader) -> None:
    """Half of the way down by 2033 is half of the way down in every year."""
    published = changes(england, state(on(POVERTY)))["child_poverty_fall"]["multiply"]["table"]
    moved = changes(england, state(on(POVERTY, effect=0.825)))["child_poverty_fall"]["multiply"]["table"]
    assert moved == pytest.approx({year: 1 - (1 - at) / 2 for year, at in published.items()}, abs=1e-12)


def test_a_ramp_lays_the_last_value_over_the_years_as_uncertain_as_it_was(england: Reader) -> None:
    found = changes(england, state(on(SMOKERS, **{"from": 2026, "to": 2030})))["cessation_offer"]
    assert found["coverage"]["value"]["ramp"] == {
        "from": 2026.0,
        "to": 2030.0,
        "value": {"distribution": "uniform", "low": 0.74, "high": 0.79},
    }
    fall = changes(england, state(on(POVERTY, **{"from": 2026, "to": 2030})))["child_poverty_fall"]
    assert fall["multiply"] == {"ramp": {"from": 2026.0, "to": 2030.0, "value": 0.65}}


def test_deciles_stand_where_the_file_says_whom_it_aims_at(england: Reader) -> None:
    offer = changes(england, state(on("safe_sleeping/safe_sleep_offer", deciles=["1", "2"])))
    assert offer["safe_sleep_offer"]["offer_to"] == {"imd_decile": ["1", "2"]}
    smokers = changes(england, state(on(SMOKERS, deciles=["1", "2"])))["cessation_offer"]
    assert smokers["where"] == {"imd_decile": ["1", "2"]}
    assert smokers["offer_to"] == {"smoking_at_booking": ["yes"]}


@pytest.mark.parametrize(
    ("said", "status", "grade"),
    [
        (state(on(SMOKERS)), "effective", "B"),
        (state(on(SMOKERS, coverage=0.9)), "effective", "B"),
        (state(on(SMOKERS, effect=2.0)), "what_if", "D"),
        (state(on(SMOKERS), on(POVERTY)), "effective", "C"),
        (state(on(SMOKERS), on(BOUND)), "what_if", "B"),
        (state(on("healthy_weight/weight_management_offer", coverage=0.9)), "null", "A"),
        (state(on("healthy_weight/weight_management_offer", effect=0.9)), "what_if", "D"),
    ],
)
def test_evidence_is_as_weak_as_its_weakest_part_and_a_moved_effect_is_a_what_if(
    england: Reader, said: dict[str, Any], status: str, grade: str
) -> None:
    evidence = england.read(said).scenario.evidence
    assert evidence is not None
    assert (evidence.status, evidence.grade) == (status, grade)


def test_where_a_file_states_no_evidence_none_is_stated(england: Reader) -> None:
    """Least of all that something was found to work."""
    text = scenario_text("mine", prevalence("child_poverty", 0.7, id="mine"), model="england")
    mine = on("loaded/mine")
    assert england.read(state(mine, loaded=text)).scenario.evidence is None
    assert england.read(state(mine, on(SMOKERS), loaded=text)).scenario.evidence is None
    moved = england.read(state(on("loaded/mine", effect=0.5), loaded=text)).scenario.evidence
    assert moved is not None and (moved.status, moved.grade) == ("what_if", "D")


def test_what_a_file_is_not_goes_with_each_of_its_levers(england: Reader) -> None:
    scenario = england.read(state(on(SMOKERS, coverage=0.9), on(POVERTY))).scenario
    for name in (SMOKERS, POVERTY):
        assert {text.strip() for text in england.levers[name].scenario.is_not} <= set(scenario.is_not)


@pytest.mark.parametrize(
    "title", ["Ünïcode & <script>", "2nd: try - 'quoted' \"twice\" #", "no", "\U0001f476"]
)
def test_the_file_that_is_handed_out_reads_back_as_what_was_asked(england: Reader, title: str) -> None:
    asked = england.read(
        state(
            on(SMOKERS, coverage=0.9, deciles=["1"]), on(POVERTY, **{"from": 2026, "to": 2030}), title=title
        )
    )
    text = as_yaml(document_of(asked.state, asked.levers, england.model))
    again = parse_scenario(text, "again.yaml")
    assert again == asked.scenario
    assert again.title == title


def test_the_file_that_is_handed_out_can_be_compared_whatever_it_is_called() -> None:
    desk = Desk(policies=["smoking_halved"], draws=2)
    text = desk.yaml(state(on("smoking_halved/fewer_smokers"), title="Current policy"))
    assert parse_scenario(text, "handed_out.yaml").name == "current_policy_2"


def test_a_loaded_file_has_levers_of_its_own_and_may_extend_a_shipped_one(england: Reader) -> None:
    text = "scenario: 1\nname: mine\ntitle: Mine\nextends: smoking_cessation\ninterventions:\n"
    text += "  - id: cessation_offer\n    coverage: {value: 0.6, source: assumption, note: a try}\n"
    asked = england.read(state(on("loaded/cessation_offer"), loaded=text))
    assert (asked.scenario.name, asked.scenario.title) == ("mine", "Mine")
    found = changes(england, state(on("loaded/cessation_offer"), loaded=text))["cessation_offer"]
    assert found["coverage"]["value"] == 0.6


def test_a_file_that_no_link_could_carry_is_refused_when_it_is_loaded(england: Reader) -> None:
    with pytest.raises(DocumentError, match="100,000 at most"):
        england.loaded("#" * (LONGEST_FILE + 1))


@pytest.mark.parametrize(
    "path",
    ["../secret.yaml", "/etc/passwd", "secret", "./smoking_cessation.yaml", "[smoking_cessation]", "7"],
)
def test_a_loaded_file_cannot_make_the_server_look_at_another_file(
    england: Reader, path: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of that name lies where the server runs; nothing of it, not even that it is there, is told."""
    (tmp_path / "secret.yaml").write_text(
        scenario_text("secret", prevalence("smoking", 0.5)), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    text = f"scenario: 1\nname: mine\nextends: {path}\n"
    with pytest.raises(DocumentError) as refused:
        england.read(state(loaded=text))
    assert [problem.line for problem in refused.value.problems] == [3]
    assert "no shipped scenario" in str(refused.value)
    assert "secret.yaml" not in str(refused.value).replace(path, "")


def test_the_same_intervention_is_not_laid_twice(england: Reader) -> None:
    text = "scenario: 1\nname: mine\nextends: smoking_cessation\n"
    with pytest.raises(DocumentError, match="is on already"):
        england.read(state(on(SMOKERS), on("loaded/cessation_offer"), loaded=text))


def test_names_of_policies_that_are_compared_differ(england: Reader) -> None:
    asked = england.read_all([state(on(SMOKERS, coverage=0.9)), state(on(SMOKERS, coverage=0.8))])
    assert [one.scenario.name for one in asked] == ["my_policy", "my_policy_2"]
    with pytest.raises(DocumentError, match="different years"):
        england.read_all([state(on(SMOKERS)), state(on(SMOKERS), years=[2026, 2034])])
    with pytest.raises(DocumentError, match="none is given"):
        england.read_all([])


def test_a_slider_holds_what_the_file_says(england: Reader) -> None:
    for name, lever in england.levers.items():
        for field in fields_of(lever.change):
            assert field.low <= field.value <= field.high, (name, field.name)
            assert field.published and field.source


def test_levers_say_as_plain_data_all_that_a_page_shows(england: Reader) -> None:
    told = england.levers[SMOKERS].as_dict(england.model)
    assert (told["group"], told["kind"], told["deciles"]) == (
        "Smoking at booking",
        "support",
        [str(k) for k in range(1, 11)],
    )
    assert [field["name"] for field in told["fields"]] == ["coverage", "uptake", "effect"]
    assert told["evidence"]["grade"] == "B"
    # a lever of a model without deciles is aimed at none
    model = load_model("tests/models/harbour")
    text = scenario_text("less", prevalence("child_poverty", 0.5))
    (lever,) = levers_of([parse_scenario(text, "less.yaml")]).values()
    assert lever.as_dict(model)["deciles"] is None


def test_a_page_lists_what_was_found_to_work_first_and_bounds_last(england: Reader) -> None:
    listed = in_order(england.levers.values(), england.model)
    assert {lever.id for lever in listed} == set(england.levers)
    assert listed[-1].id == BOUND
    groups = [lever.as_dict(england.model)["group"] for lever in listed]
    # a group stands in one piece
    assert len(list(dict.fromkeys(groups))) == sum(
        a != b for a, b in zip(["", *groups], groups, strict=False)
    )
    smoking = [lever for lever, group in zip(listed, groups, strict=True) if group == "Smoking at booking"]
    assert smoking[0].scenario.evidence is not None
    assert [lever.scenario.evidence.status for lever in smoking if lever.scenario.evidence][-1] == "null"
