"""A report says no more than its answer's numbers, calls what is null null and what is assumed a what-if."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.read import parse_scenario
from scenarios.report.blocks import Commands, Folded, Paragraph, Report, Section, Tone
from scenarios.report.content import gather, report_of, told
from scenarios.report.run_record import command_of
from simcore.load import load_model
from simcore.model import Model
from tests.answers import answer_of, arm, intervals, number, sections_of, with_fifths
from tests.conftest import Ran
from tests.models import invented
from tests.report_claims import false_claims, texts_of

STATUSES = (None, "effective", "null", "what_if", "reference")
CHANGES = ("prevalence", "hazard_ratio", "what_if_equal", "what_if_residual")
ORDER = [
    "answer", "limits", "comparison", "who_benefits", "causes_and_ages", "over_time", "reach_and_cost",
    "what_would_change", "evidence", "validation", "run_record",
]  # fmt: skip


@pytest.fixture(scope="module")
def another_model() -> Model:
    return invented("lagoon")


def written(summary: dict[str, Any], model: Model, focus: Sequence[str] | None = None) -> Report:
    """The report without its pictures."""
    names = [at["name"] for at in summary["arms"]]
    return told(gather(summary, model, names[:6] if focus is None else focus))


def everything(report: Report) -> str:
    texts = (text for section in report.sections for text in texts_of(section.blocks))
    return "\n".join([report.title, report.lead, *texts])


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four scenarios of any size, sign, evidence and kind, with or without sections, years and deciles."""
    arms, changes = [], {}
    for place in range(draw(st.integers(1, 4))):
        mean, interval = draw(intervals())
        status = draw(st.sampled_from(STATUSES))
        fewer = draw(st.sampled_from([None, (52.0, (37.0, 71.0))]))
        name = f"a{place}"
        evidence = None if status is None else (draw(st.sampled_from("ABCD")), status)
        nothing = number(0.0, (0.0, 0.0), 0.0, 0.0)
        variants = {"poverty=zero": nothing | {"draws": 100, "chosen_on_same_draws": mean}}
        arms.append(arm(name, mean, interval, evidence=evidence, fewer_births=fewer, variants=variants))
        changes[name] = draw(st.sampled_from(CHANGES))
    summary = answer_of(
        *arms,
        draws=draw(st.sampled_from([1, 20, 200])),
        definition=draw(st.sampled_from(["period", "final_year"])),
        structure={"poverty": "as-published"},
        changes=changes,
        sections=draw(st.sampled_from([{}, sections_of(*arms), sections_of(*arms, spread=1e5)])),
    )
    return with_fifths(summary) if draw(st.booleans()) else summary


@settings(
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(answers())
def test_no_sentence_of_any_report_says_more_than_the_numbers(
    another_model: Model, summary: dict[str, Any]
) -> None:
    report = written(summary, another_model)
    assert false_claims(report, summary) == []
    assert not re.search(r"\bnan\b|\binf\b|None|\{|\}", everything(report))


def a_library() -> dict[str, Any]:
    """One scenario of each kind."""
    arms = (
        arm("offer", 41.0, (12.0, 80.0)),
        arm("small", 8.0, (-3.0, 20.0)),
        arm("worse", -300.0, (-500.0, -90.0)),
        arm("tried", 0.0, (0.0, 0.0), evidence=("A", "null")),
        arm("bound", 6000.0, (2000.0, 9000.0), evidence=("A", "effective"), title="Nobody is poor"),
    )
    return with_fifths(answer_of(*arms, changes={"bound": "what_if_equal"}, sections=sections_of(*arms)))


PLANTED: dict[str, tuple[str, str]] = {
    "averts, where the interval holds 0": (
        "averts",
        "“A policy called small” would avert 8.0 infant deaths.",
    ),
    "averts, where more die": ("averts", "“A policy called worse” averts 300 infant deaths."),
    "averts, where studies found nothing": ("averts", "“A policy called tried” averts infant deaths."),
    "averts, of a what-if": ("averts", "What if: “Nobody is poor” would avert 6,000 infant deaths."),
    "a what-if that is not called one": ("what-if", "“Nobody is poor” means 6,000 fewer infant deaths."),
    "of none, where one does": ("none", "Of none of the 3 scenarios compared is the whole interval above 0."),
    "first, where draws do not tell": ("most", "“A policy called small” averts most of all scenarios."),
}


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("name", ["answer", "comparison", "who_benefits", "run_record"])
def test_a_false_claim_is_found_in_whatever_section_it_stands(
    another_model: Model, what: str, name: str
) -> None:
    kind, sentence = PLANTED[what]
    summary = a_library()
    report = written(summary, another_model)
    assert false_claims(report, summary) == []
    sections = tuple(
        _with(section, sentence) if section.name == name else section for section in report.sections
    )
    found = false_claims(replace(report, sections=sections), summary)
    assert any(claim.startswith(f"{kind}: ") for claim in found), found


def _with(section: Section, sentence: str) -> Section:
    return replace(section, blocks=(*section.blocks, Folded("more", (Paragraph(sentence),))))


@pytest.mark.parametrize(("kind", "word"), [("null", "null"), ("number", "41")])
def test_an_answer_that_leaves_out_what_it_must_say_is_found(
    another_model: Model, kind: str, word: str
) -> None:
    summary = a_library()
    report = written(summary, another_model)
    answer, *others = report.sections
    fewer = tuple(
        block for block in answer.blocks if not (isinstance(block, Paragraph) and word in block.text)
    )
    found = false_claims(replace(report, sections=(replace(answer, blocks=fewer), *others)), summary)
    assert any(claim.startswith(f"{kind}: ") for claim in found), found


def test_the_answer_reads_as_a_minister_needs_it(another_model: Model) -> None:
    """The whole first section, word for word."""
    arms = (
        arm(
            "child_poverty_35",
            958.4,
            (285.1, 1642.4),
            title="Child poverty 35% below 2023 by 2033",
            evidence=("C", "effective"),
            expected=20_635.0,
            variants={
                "child_poverty=zero": number(0.0, (0.0, 0.0), 0.0, 0.0)
                | {"draws": 100, "chosen_on_same_draws": 950.0}
            },
        ),
        arm("home_visits", 0.9, (-1.41, 3.51), p=0.795, title="Home visits", evidence=("A", "null")),
        arm("no_smoking", 1065.0, (824.0, 1360.0), title="What if nobody smoked", evidence=("A", "what_if")),
    )
    summary = answer_of(*arms, structure={"child_poverty": "as-published"})
    report = written(summary, another_model)
    said = [block.text for block in report.sections[0].blocks if isinstance(block, Paragraph)]
    assert report.title == "3 scenarios compared, 1 of them a what-if. Infant deaths, 2025 to 2026"
    assert said == [
        "How many infant deaths would each of these 3 scenarios avert among live births of 2025 to 2026, if all else "
        "were as under current policy? What is given is the sum over these years. The comparator is “Current policy, "
        "held”: 5,600,000 live births, 20,000 infant deaths expected.",
        "Over 2025 to 2026, “Child poverty 35% below 2023 by 2033” would avert 958 infant deaths (95% interval 285 to "
        "1,642) of 20,000 expected under current policy, 4.6% of them.",
        "It hangs on a question that data have not settled: under the structure child poverty = zero the answer is "
        "exactly 0. The mean may be anywhere from 0 to 958, according to how that is settled.",
        "Over 2025 to 2026, as a what-if, “What if nobody smoked” would mean 1,065 fewer infant deaths (95% interval "
        "824 to 1,360) of 20,000 expected under current policy, 5.3% of them.",
        "This is a what-if: it assumes a change, to see what that would be worth. Nobody claims that it can be had.",
        "Over 2025 to 2026, whether “Home visits” changes infant deaths cannot be told: the 95% interval runs from 1.4 "
        "more to 3.5 fewer, of 20,000 expected under current policy; in 80% of draws there are fewer.",
        "The evidence is null: studies found no effect. What is left open is no finding either.",
    ]  # fmt: skip


def test_a_what_if_stands_in_a_tone_of_its_own_wherever_its_number_does(another_model: Model) -> None:
    report = written(a_library(), another_model)
    tones: set[Tone] = {
        block.tone
        for section in report.sections
        if section.name not in ("reach_and_cost", "comparison")
        for block in section.blocks
        if isinstance(block, Paragraph) and "Nobody is poor" in block.text and "Of “" not in block.text
    }
    assert tones == {"what_if"}


def test_deaths_that_fall_away_with_births_are_in_no_headline_and_are_told_apart(
    another_model: Model,
) -> None:
    fewer = arm("fewer", 0.0, (0.0, 0.0), fewer_births=(52.4, (37.0, 70.9)))
    report = written(answer_of(fewer), another_model)
    first = next(text for text in texts_of(report.sections[0].blocks[1:]))
    assert "exactly 0 infant deaths are averted" in first and "52" not in first
    assert "Fewer births mean 52 fewer infant deaths (37 to 71)" in everything(report)


def test_of_a_final_year_the_headline_is_that_years_and_sums_are_called_sums(another_model: Model) -> None:
    at = arm("offer", 80.0, (20.0, 140.0))
    summary = with_fifths(answer_of(at, definition="final_year", sections=sections_of(at)))
    report = written(summary, another_model)
    assert report.lead.startswith("In 2026 alone, “A policy called offer” would avert 40 infant deaths")
    assert "of the whole period, 2025 to 2026" in everything(report)


def test_a_title_of_any_length_stays_on_its_line_and_is_called_a_what_if(another_model: Model) -> None:
    title = "Nobody\n</script> smokes " + "at all " * 3000
    at = arm("bound", 900.0, (800.0, 990.0), title=title, evidence=("A", "what_if"))
    report = written(answer_of(at, sections=sections_of(at)), another_model)
    assert report.title.startswith("What if: Nobody </script> smokes at all")
    assert len(everything(report)) < 20_000
    named = [text for text in everything(report).split("\n") if "Nobody </script>" in text]
    assert len(named) > 8 and all("what if" in text.casefold() for text in named)


def test_few_draws_are_said_to_be_few_near_the_top(another_model: Model) -> None:
    report = written(answer_of(arm("offer", 41.0, (12.0, 80.0)), draws=20), another_model)
    limits = report.sections[1]
    assert limits.name == "limits"
    assert any("These are 20 draws" in text for text in texts_of(limits.blocks))


def test_nothing_is_read_from_a_model_that_is_another_than_that_of_the_run(compared: Ran) -> None:
    """The report says so, and tells of no assumption, meaning or source of the other model."""
    own, other = load_model("england"), invented("lagoon")
    names = [at["name"] for at in compared.summary["arms"]]
    with_own, with_other = (told(gather(compared.summary, model, names)) for model in (own, other))
    assert "assumptions of the model bear on" in everything(with_own)
    said = everything(with_other)
    assert "with another model at hand" in said and other.hash in said
    assert "assumptions of the model bear on" not in said and "fish" not in said


def test_a_report_of_england_has_every_section_in_the_order_of_a_decision(compared: Ran) -> None:
    report = report_of(compared.summary, load_model("england"))
    assert [section.name for section in report.sections] == ORDER
    assert false_claims(report, compared.summary) == []


def test_a_scenario_in_a_report_is_the_scenario_that_was_run(compared: Ran) -> None:
    """Its YAML reads again as what the record holds."""
    report = told(gather(compared.summary, load_model("england"), [compared.summary["arms"][0]["name"]]))
    record = compared.summary["run"]["scenarios"]
    shown = [
        "\n".join(inner.lines)
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Folded) and "(YAML)" in block.summary
        for inner in block.blocks
        if isinstance(inner, Commands)
    ]
    assert len(shown) == 2
    for text in shown:
        again = parse_scenario(text, "shown.yaml")
        assert (
            again.model_dump(mode="json", by_alias=True, exclude_unset=True) == record[again.name]["as_run"]
        )


def test_the_command_of_a_report_names_no_folder_of_the_machine_it_was_made_on(compared: Ran) -> None:
    summary = {**compared.summary, "run": {**compared.summary["run"]}}
    record = summary["run"]
    name = summary["arms"][0]["name"]
    record["scenarios"] = {
        **record["scenarios"],
        name: {**record["scenarios"][name], "file": "/srv/somebody/secret/plan.yaml"},
    }
    said = command_of(summary, load_model("england"))
    assert "plan.yaml" in said and "somebody" not in said
    assert f"--draws {record['draws']}" in said and f"--seed {record['seed']}" in said
    report = told(gather(summary, load_model("england"), [name]))
    lines = [line for section in report.sections for line in _lines(section.blocks)]
    assert "somebody" not in everything(report) + "\n".join(lines)


def _lines(blocks: Sequence[Any]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Commands):
            found += block.lines
        if isinstance(block, Folded):
            found += _lines(block.blocks)
    return found
