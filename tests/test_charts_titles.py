"""No title of a picture claims more than its interval supports, whatever the figures."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.charts.catalogue import charts_of
from scenarios.charts.titles import beside
from scenarios.words.verdict import Claim, verdict_of, verdicts_of
from tests.answers import answer_of, arm, intervals

CLAIMS = re.compile(r"\b(?:averts|would avert|averted|narrow|widen)\b")
At = tuple[float, tuple[float, float]]


def sections_of(name: str, at: At) -> dict[str, list[dict[str, Any]]]:
    """The same number at every level of everything."""
    mean, ends = at

    def figure(measure: str, level: str, **more: Any) -> dict[str, Any]:
        found = {"scenario": name, "measure": measure, "level": level, "value": mean, "unit": "deaths"}
        return {**found, "interval95": list(ends), "mc_error": None, **more}

    levels = (
        "imd_decile 1",
        "imd_decile 2",
        "cause a",
        "cause b",
        "age_band x",
        "age_band y",
        "year 2025",
        "year 2026",
    )
    steps = [
        figure("births_at_step", "offer:accepts"),
        figure("number_needed", "offer:accepts", p_no_gain=0.1),
    ]
    swing = figure("swing", "ratio", numbers=[0.5, 0.9], answers=[mean - 9, mean + 9], part=0.1)
    return {
        "by": [figure("deaths_averted", level) for level in levels],
        "reach": steps,
        "drivers": [{**swing, "mc_error": 0.1, "interval95": None}],
    }


@settings(deadline=None, max_examples=60, derandomize=True)
@given(intervals(), st.sampled_from(["effective", "null", "what_if", "reference"]))
def test_a_title_claims_deaths_averted_only_where_the_whole_interval_is_above_0(at: At, status: str) -> None:
    one = arm("one", at[0], at[1], evidence=("B", status))
    answer = answer_of(one, sections=sections_of("one", at))
    found = verdict_of(answer, one)
    for chart in charts_of(answer):
        title = chart.title.replace("A policy called one", "")
        if found.claim is not Claim.AVERTS:
            assert not CLAIMS.search(title.replace("are averted", "")), title
            assert "For one infant death" not in title
        if status == "what_if":
            assert "what-if" in title.lower() or "what if" in title.lower()
            assert "would avert" not in title
        if status == "null" and found.claim is Claim.NONE and chart.name != "reach":
            assert "the evidence is null" in title


@settings(deadline=None, max_examples=60, derandomize=True)
@given(intervals(), intervals())
def test_of_several_that_avert_most_is_said_only_where_it_was_worked_out(first: At, second: At) -> None:
    answer = answer_of(arm("one", *first), arm("two", *second))
    (chart,) = charts_of(answer)
    averting = sum(found.claim is Claim.AVERTS for found in verdicts_of(answer))
    assert chart.title.startswith(
        f"Of {averting} of 2 scenarios" if averting else "Of none of the 2 scenarios"
    )
    below = any(found.interval95 is None or found.interval95[0] < 0 for found in verdicts_of(answer))
    assert ("Below 0 there are more deaths" in chart.note) == below


@settings(deadline=None, max_examples=100, derandomize=True)
@given(intervals())
def test_what_stands_beside_a_mark_is_none_only_where_it_is_nothing(at: At) -> None:
    said = beside(*at)
    assert (said == "none") == (at[0] == at[1][0] == at[1][1] == 0)
    assert said.startswith("-") == (at[0] < 0)


def test_what_if_and_bound_stand_in_a_picture_of_their_own_that_says_so() -> None:
    arms = [
        arm("policy", 20.0, (10.0, 30.0)),
        arm("assumed", 900.0, (800.0, 1000.0), evidence=("C", "what_if")),
        arm("bound", 6000.0, (5000.0, 7000.0), evidence=("A", "effective")),
        arm("null", 0.0, (0.0, 0.0), evidence=("A", "null")),
    ]
    policies, what_ifs = charts_of(answer_of(*arms, changes={"bound": "what_if_residual"}))
    assert [row["name"] for row in policies.rows] == ["policy", "null"]
    assert [(row["name"], row["heading"][0][:6]) for row in what_ifs.rows] == [
        ("assumed", "What i"),
        ("bound", "Bounds"),
    ]
    assert "own" in policies.note and "No policies" in what_ifs.note
    assert policies.rows[1]["heading"][0].startswith("Null evidence")
    assert all(row["scenario"].startswith("What if: ") for row in what_ifs.rows)


def test_deaths_that_fall_away_with_fewer_births_are_noted_apart() -> None:
    one = arm("one", 0.0, (0.0, 0.0), fewer_births=(52.0, (37.0, 71.0)))
    (chart,) = charts_of(answer_of(one))
    assert "52 (37 to 71) deaths fall away" in chart.note and chart.rows[0]["said"] == "none"
