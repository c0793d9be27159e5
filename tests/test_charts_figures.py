"""Pictures show the figures of the answer, unrounded, and can be read by those who cannot see them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.charts.catalogue import charts_of
from scenarios.charts.chart import Chart
from scenarios.words.names import Meanings
from simcore.load import load_model
from simcore.problems import DocumentError
from tests.answers import answer_of, arm, number
from tests.conftest import ARMS, Ran

ALL = ("comparison", "what_ifs", "by_decile", "rates_by_decile", "by_cause", "by_age", "over_time", "reach", "cost",
       "drivers", "structures")  # fmt: skip
LEVELS = {"by_decile": "imd_decile", "by_cause": "cause", "by_age": "age_band", "over_time": "year"}


@pytest.fixture(scope="module")
def charts(compared: Ran) -> dict[str, Chart]:
    return {
        chart.name: chart
        for chart in charts_of(compared.summary, meanings=Meanings.of(load_model("england")))
    }


def figures(compared: Ran, section: str, measure: str) -> dict[tuple[str, str], dict[str, Any]]:
    found = compared.summary["sections"][section]
    return {(at["scenario"], at["level"]): at for at in found if at["measure"] == measure}


def test_a_whole_answer_has_every_picture_in_the_order_of_a_report(charts: dict[str, Chart]) -> None:
    # of so few draws no number is told apart from chance
    assert list(charts) == [name for name in ALL if name in charts or name != "drivers"]


def test_every_picture_has_a_title_words_and_a_table_without_gaps(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        assert chart.title and not chart.title.endswith(".") and chart.words.startswith(chart.title)
        assert chart.rows and chart.columns and not chart.columns[0].number
        for row in chart.rows:
            assert {column.key for column in chart.columns} <= set(row)
            for column in chart.columns:
                assert (
                    isinstance(row[column.key], int | float | None)
                    if column.number
                    else row[column.key] is not None
                )
                assert "…" not in str(row[column.key])


def test_the_comparison_shows_the_headlines(charts: dict[str, Chart], compared: Ran) -> None:
    rows = {row["name"]: row for name in ("comparison", "what_ifs") for row in charts[name].rows}
    assert set(rows) == set(ARMS)
    for at in compared.summary["arms"]:
        row, averted = rows[at["name"]], at["deaths_averted"]
        assert (row["value"], [row["low"], row["high"]]) == (averted["mean"], averted["interval95"])
        assert (row["percent"], row["p_averts"]) == (at["percent"], at["p_positive"])


@pytest.mark.parametrize("name", LEVELS)
def test_what_is_told_apart_by_level_is_the_figures_of_that_section(
    name: str, charts: dict[str, Chart], compared: Ran
) -> None:
    found = figures(compared, "by", "deaths_averted")
    rows = {(row["name"], f"{LEVELS[name]} {row['level']}"): row for row in charts[name].rows}
    assert set(rows) == {key for key in found if key[1].startswith(f"{LEVELS[name]} ")}
    for key, row in rows.items():
        assert (row["value"], [row["low"], row["high"]]) == (found[key]["value"], found[key]["interval95"])


def test_rates_by_decile_are_those_before_and_after_with_the_interval_of_the_change(
    charts: dict[str, Chart], compared: Ran
) -> None:
    rate, change = figures(compared, "rates", "imr"), figures(compared, "rates", "imr_change")
    assert len(charts["rates_by_decile"].rows) == 10 * len(ARMS)
    for row in charts["rates_by_decile"].rows:
        level = f"imd_decile {row['level']}"
        assert row["before"] == rate["current_policy", level]["value"]
        assert row["after"] == rate[row["name"], level]["value"]
        moved = change[row["name"], level]
        assert (row["change"], [row["low"], row["high"]]) == (moved["value"], moved["interval95"])


def test_reach_and_cost_are_the_figures_of_their_sections(charts: dict[str, Chart], compared: Ran) -> None:
    steps = figures(compared, "reach", "births_at_step")
    shown = sorted(row["value"] for row in charts["reach"].rows)
    assert shown == sorted(at["value"] for (_, level), at in steps.items() if "," not in level)
    (row,) = charts["cost"].rows
    (at,) = (at for (_, level), at in figures(compared, "cost", "cost").items() if level == "all")
    assert (row["value"], [row["low"], row["high"]]) == (at["value"], at["interval95"])
    assert f"GBP, {row['prices']} prices" == at["unit"]


def test_structures_are_held_against_the_chosen_one_on_the_same_draws(
    charts: dict[str, Chart], compared: Ran
) -> None:
    variants = {at["name"]: at["variants"] for at in compared.summary["arms"]}
    chosen = {f"{name}={option}" for name, option in compared.summary["structure"].items()}
    for name, found in variants.items():
        rows = [row for row in charts["structures"].rows if row["name"] == name][1:]
        others = [at for structure, at in found.items() if structure not in chosen]
        assert [row["value"] for row in rows] == [at["mean"] for at in others]
        assert [row["same_draws"] for row in rows] == [at["chosen_on_same_draws"] for at in others]


def test_a_picture_whose_figures_are_lacking_is_left_out(compared: Ran) -> None:
    quick = copy.deepcopy(compared.summary)
    quick["sections"] = {name: quick["sections"][name] for name in ("by", "reach")}
    for at in quick["arms"]:
        at["variants"] = at["final_year"]["variants"] = {}
    names = [chart.name for chart in charts_of(quick)]
    assert names == ["comparison", "what_ifs", "by_decile", "by_cause", "by_age", "over_time", "reach"]


def test_figures_without_an_interval_are_shown_without_one(compared: Ran) -> None:
    quick = copy.deepcopy(compared.summary)
    for name in ("reach", "cost"):
        for at in quick["sections"][name]:
            at["interval95"] = None
    found = {chart.name: chart for chart in charts_of(quick)}
    assert all(
        row["low"] is None and "(" not in row["said"] for row in found["reach"].rows + found["cost"].rows
    )


def test_the_focus_is_whom_a_reader_names_or_else_the_policies_that_avert_most() -> None:
    policies = [arm(f"p{n}", 10.0 * n, (5.0 * n, 15.0 * n)) for n in range(1, 9)]
    bound = arm("bound", 9e3, (8e3, 1e4), evidence=("A", "what_if"))
    summary = answer_of(*policies, bound, changes={"bound": "what_if_equal"}, sections={"by": []})
    summary["sections"]["by"] = [
        {"scenario": at["name"], "measure": "deaths_averted", "level": f"cause {cause}", "value": 1.0, "unit": "deaths",
         "interval95": [0.5, 2.0], "mc_error": None}
        for at in summary["arms"] for cause in ("a", "b")
    ]  # fmt: skip

    def looked_at(focus: list[str] | None) -> list[str]:
        (chart,) = (chart for chart in charts_of(summary, focus) if chart.name == "by_cause")
        return list(dict.fromkeys(row["name"] for row in chart.rows))

    assert looked_at(None) == ["p8", "p7", "p6", "p5", "p4", "p3"]
    assert looked_at(["bound", "p1"]) == ["bound", "p1"]
    with pytest.raises(DocumentError, match="did you mean `bound`"):
        looked_at(["bund"])
    with pytest.raises(DocumentError, match="name fewer"):
        looked_at([f"p{n}" for n in range(1, 8)])


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.lists(st.floats(1.0, 1e5), min_size=2, max_size=4), st.booleans())
def test_what_averts_nothing_has_no_panel_and_no_scenario_is_squashed_by_another(
    sizes: list[float], nothing: bool
) -> None:
    zero = number(0.0, (0.0, 0.0), 0.0, 0.0) | {"draws": 100, "chosen_on_same_draws": sizes[0]}
    arms = [
        arm(f"p{n}", size, (size / 2, size * 2), variants={} if n else {"poverty=zero": zero})
        for n, size in enumerate(sizes)
    ]
    arms += [arm("none", 0.0, (0.0, 0.0), title="Nothing")] if nothing else []
    parts = ("imd_decile 1", "imd_decile 2", "cause less", "cause more", "year 2025", "year 2026")
    by = [
        {
            "scenario": at["name"],
            "measure": "deaths_averted",
            "level": level,
            "value": at["deaths_averted"]["mean"] * place,
            "interval95": [end * place for end in at["deaths_averted"]["interval95"]],
            "unit": "deaths",
            "mc_error": None,
        }
        for at in arms
        for place, level in enumerate(parts, start=1)
    ]
    charts = {
        chart.name: chart
        for chart in charts_of(answer_of(*arms, structure={"poverty": "x"}, sections={"by": by}))
    }
    for chart in charts.values():
        undone = "Under the structure poverty = zero nothing is left of “A policy called p0”."
        assert undone in chart.note or chart.name == "structures"
    apart = max(sizes) > 10 * min(sizes)
    for name in ("by_decile", "over_time", "by_cause"):
        assert {row["name"] for row in charts[name].rows} == {f"p{n}" for n in range(len(sizes))}
        assert ("Of “Nothing” there is no mark" in charts[name].note) == nothing
    for name in ("by_decile", "over_time", "by_cause"):
        assert ("scale of its own" in charts[name].note) == apart
    causes = [row["level"] for row in charts["by_cause"].rows if row["name"] == "p0"]
    assert causes == ["more", "less"]
