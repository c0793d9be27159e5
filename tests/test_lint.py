"""What is sound and perhaps not meant is noted with its address, refuses nothing, and is not noted elsewhere."""

from pathlib import Path

import pytest

from scenarios.lint import lint, lint_together
from scenarios.read import library, parse_scenario, read_scenario
from scenarios.schema import Scenario
from scenarios.traced import Tracer
from simcore.load import load_model
from tests.conftest import Call
from tests.models import FOLDER, hazard, invented, prevalence, scenario, scenario_text, support

HARBOUR = invented("harbour")
EVIDENCE = "says not how good its evidence is"


@pytest.fixture(scope="module")
def harbour() -> Tracer:
    return Tracer(HARBOUR, HARBOUR.structure(), (2001, 2002, 2003))


def notes(tracer: Tracer, *interventions: str) -> list[str]:
    """Line by line, with the address within the file; that the file has no grade of evidence is left out."""
    found = lint(scenario("mine", *interventions), HARBOUR, tracer)
    return [
        f"{note.path}: {note.message.removeprefix('note: ')}"
        for note in found
        if EVIDENCE not in note.message
    ]


def offer(coverage: object = 0.7, uptake: object = 0.4, effect: object = 1.5, **more: str) -> str:
    return support("smoking: yes", ("pregnancy_smoking", "quit"), coverage, uptake, effect, **more)


@pytest.mark.parametrize(
    ("intervention", "said"),
    [
        (prevalence("child_poverty", 1), "multiply: 1 in every year from 2001 to 2003 changes nothing"),
        (
            prevalence("child_poverty", "{ramp: {from: 2004, to: 2006, value: 0.5}}"),
            "multiply: 1 in every year from 2001 to 2003 changes nothing",
        ),
        (
            prevalence("child_poverty", 0.5, ", years: {from: 2004}"),
            "years: acts in none of the years 2001 to 2003; nothing changes",
        ),
        (offer(coverage=0), "coverage.value: 0 in every year from 2001 to 2003 changes nothing"),
        (offer(uptake=0), "uptake.value: 0 in every year from 2001 to 2003 changes nothing"),
        (offer(effect=1), "effect.value: 1 in every year from 2001 to 2003 changes nothing"),
        (hazard(1, "sudden", "day_0"), "ratio.value: 1 in every year from 2001 to 2003 changes nothing"),
        (
            support("smoking: no", ("pregnancy_smoking", "quit"), 0.7, 0.4, 1.5),
            "id: moves nobody: no birth aimed at can change its pregnancy_smoking so",
        ),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_told_where_it_says_so(harbour: Tracer, intervention: str, said: str) -> None:
    assert notes(harbour, intervention) == [f"interventions.0.{said}"]


@pytest.mark.parametrize(
    "intervention",
    [
        prevalence("child_poverty", 0.99),
        prevalence("child_poverty", "{ramp: {from: 2003, to: 2006, value: 0.5}}"),
        offer(),
        offer(effect="{distribution: lognormal, median: 1, ci95: [0.9, 1.1111]}"),
        offer(coverage="{distribution: uniform, low: 0, high: 0.1}"),
        hazard(0.9, "sudden", "day_0", ", where: {area: north}"),
    ],
)
def test_what_may_change_something_is_not_told(harbour: Tracer, intervention: str) -> None:
    assert notes(harbour, intervention) == []


def test_a_file_of_null_evidence_is_not_told_that_it_changes_nothing() -> None:
    """It says so itself; that it aims at nobody is told all the same."""
    tracer = Tracer(HARBOUR, HARBOUR.structure(), (2001,))
    null = "evidence: {grade: A, status: null, summary: a trial found no effect}\ninterventions:"
    for more, told in (("", 0), (", where: {smoking: no, pregnancy_smoking: quit}", 1)):
        text = scenario_text("mine", hazard(1, "sudden", "day_0", more)).replace("interventions:", null)
        assert len(list(lint(parse_scenario(text, "mine.yaml"), HARBOUR, tracer))) == told


def test_a_target_that_no_birth_is_in_is_told_by_the_tables_of_the_model(harbour: Tracer) -> None:
    """In the harbour nobody who does not smoke at booking quits: the combination is there, and is empty."""
    empty = hazard(0.9, "sudden", "days_28_364", ", where: {smoking: no, pregnancy_smoking: quit}")
    assert notes(harbour, empty) == [
        "interventions.0.where: aims at no births: harbour has none there in 2001 to 2003"
    ]
    assert not notes(harbour, empty.replace("smoking: no,", "smoking: yes,"))


def test_an_exposure_on_which_no_death_hangs_is_told_and_told_only_under_that_structure() -> None:
    """In England overcrowding has no effect unless it is asked for by name."""
    england = load_model("england")
    text = scenario_text("mine", prevalence("overcrowding", 0.5), model="england")
    policy = parse_scenario(text, "mine.yaml")

    def said(structure: dict[str, str]) -> list[str]:
        tracer = Tracer(england, england.structure(structure), (2030,))
        return [note.message for note in lint(policy, england, tracer) if EVIDENCE not in note.message]

    assert said({}) == [
        "note: no risk of death hangs on overcrowding under this structure; it averts nothing"
    ]
    assert said({"unproven_effects": "wide"}) == []


def test_offers_that_cover_more_than_all_of_the_same_people_are_told(harbour: Tracer) -> None:
    both = offer(0.7, id="first"), offer(0.6, id="second")
    said = (
        "interventions.1.coverage.value: offers about pregnancy_smoking to the same people add up to 130% in 2001 "
        "(first 70%, second 60%); some are reached twice, and whoever one offer has moved no other moves"
    )
    assert notes(harbour, *both) == [said]
    assert notes(harbour, offer(0.7, id="first"), offer(0.3, id="second")) == []


@pytest.mark.parametrize("apart", ["area: north|area: south", "mother_age: young|mother_age: older"])
def test_offers_to_different_people_are_not_added_up(harbour: Tracer, apart: str) -> None:
    first, second = apart.split("|")
    assert not notes(
        harbour,
        offer(0.7, id="first") + f", where: {{{first}}}",
        offer(0.6, id="second") + f", where: {{{second}}}",
    )
    # and two that meet in a third are
    assert notes(
        harbour,
        offer(0.7, id="first") + f", where: {{{first}}}",
        offer(0.6, id="second"),
    )


def test_three_offers_of_which_no_two_exceed_all_are_added_up(harbour: Tracer) -> None:
    (said,) = notes(harbour, *(offer(0.4, id=name) for name in ("one", "two", "three")))
    assert "120% in 2001 (one 40%, two 40%, three 40%)" in said


SMOKING = """\
scenario: 1
name: mine
title: Mine
why: a test
model: england
evidence: {grade: A, status: effective, summary: a review of trials}
interventions:
  - id: offer
    change: support
    offer_to: {smoking_at_booking: yes}
    coverage: {value: 0.8, source: assumption, note: invented}
    uptake: {value: 0.3, source: assumption, note: invented}
    effect:
      multiplies: {variable: smoking, level: quit}
      base: natural
      value: VALUE
      source: SOURCE
      note: NOTE
"""


def of_england(
    value: str, source: str = "cochrane_psychosocial2017", note: str = "counselling (I001)"
) -> list[str]:
    """Without a look at births."""
    text = SMOKING.replace("VALUE", value).replace("SOURCE", source).replace("NOTE", note)
    return [str(note) for note in lint(parse_scenario(text, "mine.yaml"), load_model("england"), None)]


def test_a_value_outside_the_interval_of_the_row_that_its_note_names_is_told() -> None:
    """I001 is published as 1.44 (1.19 to 1.73)."""
    assert of_england("1.9") == [
        "mine.yaml:16:14: interventions.0.effect.value: note: 1.9 lies outside what its note names: I001 (smoking "
        "cessation: counselling) has 1.19 to 1.73 RR"
    ]
    assert of_england("{distribution: lognormal, median: 1.1, ci95: [0.9, 1.35]}") != []


@pytest.mark.parametrize(
    "given",
    [
        ("1.19",),
        ("1.73",),
        ("{distribution: lognormal, median: 1.44, ci95: [1.19, 1.73]}",),
        ("1.9", "cochrane_psychosocial2017", "no row is named"),
        ("1.9", "[assumption, jones2016]", "not I001"),  # whose number it is not
        ("1.9", "cochrane_psychosocial2017", "relapse among these (I025)"),  # a share, and of another source
    ],
)
def test_a_value_that_agrees_or_names_no_row_is_not_told(given: tuple[str, ...]) -> None:
    assert of_england(*given) == []


def test_a_file_without_a_grade_of_evidence_is_told_and_one_that_changes_nothing_needs_none() -> None:
    found = [str(note) for note in lint(read_scenario("current_policy"), load_model("england"), None)]
    assert found == []
    text = SMOKING.replace("evidence: {grade: A, status: effective, summary: a review of trials}\n", "")
    policy = parse_scenario(
        text.replace("VALUE", "1.44").replace("SOURCE", "mbrrace2021").replace("NOTE", "x"), "m"
    )
    assert [note.message for note in lint(policy, load_model("england"), None)] == [
        f"note: {EVIDENCE}; add `evidence: {{grade: ..., status: ..., summary: ...}}`"
    ]


def test_an_effect_that_only_assumptions_show_is_told() -> None:
    (said,) = of_england("1.44", "assumption", "a guess")
    assert said.startswith(
        "mine.yaml:6:30: evidence.status: note: no number has a source, so nothing shows an effect"
    )
    assert of_england("1.44", "[assumption, mbrrace2021]", "a guess") == []
    assert [
        note
        for note in lint(read_scenario("smoking_halved"), load_model("england"), None)
        if "shows" in str(note)
    ] == []


def test_a_number_written_anew_with_the_source_of_the_old_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(scenario_text("base", prevalence("child_poverty", 0.5)))
    for text, said in (
        ("{id: change, multiply: 0.4}", ["interventions.0.multiply"]),
        ("{id: change, multiply: 0.4, source: assumption, note: mine}", []),
        ("{id: change, where: {area: north}}", []),
    ):
        child = tmp_path / "child.yaml"
        child.write_text(f"scenario: 1\nname: child\nextends: base.yaml\ninterventions: [{text}]\n")
        found = lint(read_scenario(child), HARBOUR, None)
        assert [note.path for note in found if EVIDENCE not in note.message] == said


def named(name: str, *interventions: str) -> Scenario:
    return scenario(name, *interventions)


def test_two_files_that_ask_the_same_are_told_at_the_second() -> None:
    change = prevalence("child_poverty", 0.5)
    ((at, note),) = lint_together(
        [named("a", change), named("b", change), named("c", change.replace("0.5", "0.4"))]
    )
    assert at.name == "b" and str(note) == (
        "b.yaml:2:7: name: note: asks the same as `a` (a.yaml); one of the two is enough"
    )
    ((_, note),) = lint_together([named("a", change), named("b", change.replace("id: change", "id: other"))])
    assert "(a.yaml), by other ids; one" in note.message


def test_prices_of_different_years_are_told_at_the_older_ones() -> None:
    def cost(year: int) -> str:
        return offer() + f", costs: [{{per: reached, value: 5, price_year: {year}, ASSUMED}}]"

    ((at, note),) = lint_together([named("a", cost(2020)), named("b", cost(2023) + ", where: {area: north}")])
    assert at.name == "a" and note.path == "interventions.0.costs.0.price_year"
    assert "prices of 2020 stand beside prices of 2023" in note.message
    assert not list(lint_together([named("a", cost(2023))]))


def test_notes_end_well_unless_they_are_asked_to_be_heeded(simcore: Call, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(scenario_text("mine", prevalence("child_poverty", 1)))
    at_home = ("--model", FOLDER / "harbour")
    done = simcore("validate", mine, *at_home)
    assert done.status == 0 and done.stderr == "1 file without a problem, 2 notes\n"
    assert f"{mine}:7:67: interventions.0.multiply: note: 1 in every year from" in done.stdout
    assert simcore("validate", mine, *at_home, "--strict").status == 3
    mine.write_text(scenario_text("mine"))
    assert simcore("validate", mine, *at_home, "--strict").status == 0
    early = simcore("validate", mine, *at_home, "--years", "1990-1991")
    assert early.status == 2 and "1990-1991 is outside the model" in early.stderr


def test_a_share_that_would_leave_its_bounds_is_refused_by_a_check(simcore: Call, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(scenario_text("mine", prevalence("child_poverty", 3)))
    done = simcore("validate", mine, "--model", FOLDER / "harbour")
    assert done.status == 2 and f"{mine}:7:" in done.stderr and "interventions.0.multiply" in done.stderr
    assert done.stdout == ""


def test_no_shipped_file_changes_nothing_or_says_what_another_says() -> None:
    england = load_model("england")
    tracer = Tracer(england, england.structure(), (2030,))
    read = [read_scenario(name) for name in library()]
    told = [note for scenario in read for note in lint(scenario, england, tracer)]
    told += [note for _, note in lint_together(read)]
    assert not [str(note) for note in told if "nothing" in note.message or "same as" in note.message]


def test_a_comparison_says_at_its_foot_what_is_asked_twice_and_what_averts_nothing(
    simcore: Call, tmp_path: Path
) -> None:
    half, none = prevalence("child_poverty", 0.5), prevalence("child_poverty", 1)
    for name, change in (("base", None), ("half", half), ("half_again", half), ("idle", none)):
        (tmp_path / f"{name}.yaml").write_text(scenario_text(name, *([change] if change else [])))
    files = [tmp_path / f"{name}.yaml" for name in ("half", "half_again", "idle")]
    numbers = ("--model", FOLDER / "harbour", "--years", 2001, "--draws", 4, "--births", 1000)
    done = simcore("compare", *files, "--baseline", tmp_path / "base.yaml", *numbers)
    said = " ".join(done.stdout.split())
    assert "half_again asks the same as half, so both answers are one." in said
    assert "idle asks the same" not in said
    assert "In no draw is a death averted by idle: `simcore explain` says what is changed." in said
