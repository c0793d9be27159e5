"""Specifications hang on shape alone, are drawn without a warning, and can be told apart without colour."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import altair
import pytest
import vl_convert

from scenarios.charts.catalogue import charts_of
from scenarios.charts.chart import Chart
from scenarios.charts.letters import in_lines, width_of
from scenarios.charts.marks import PHONE
from tests.answers import answer_of, arm
from tests.conftest import Ran

FONTS = {"Arial", "Helvetica", "sans-serif"}
WORLD = re.compile(r"https?://(?!vega\.github\.io/schema/)|url\(|@import|javascript:", re.I)


@pytest.fixture(scope="module")
def charts(compared: Ran) -> list[Chart]:
    return charts_of(compared.summary)


def scaled(found: Any, by: float) -> Any:
    """The same answer with every number of it another one, but for the share of draws that a tornado is made from."""
    if isinstance(found, dict):
        return {key: value if key == "part" else scaled(value, by) for key, value in found.items()}
    if isinstance(found, list):
        return [scaled(value, by) for value in found]
    return found * by if isinstance(found, float) else found


def test_a_specification_hangs_on_no_value(compared: Ran) -> None:
    summary = copy.deepcopy(compared.summary)
    other = {**summary, "arms": scaled(summary["arms"], 0.37), "sections": scaled(summary["sections"], 0.37)}
    for one, two in zip(charts_of(summary), charts_of(other), strict=True):
        assert one.spec == two.spec and one.rows != two.rows


def test_they_are_valid_read_their_rows_by_name_and_ask_nothing_of_any_network(charts: list[Chart]) -> None:
    for chart in charts:
        altair.TopLevelLayerSpec.validate(dict(chart.spec))
        assert '"name": "rows"' in json.dumps(chart.spec) and "datasets" not in chart.spec
        assert not WORLD.search(json.dumps(chart.as_dict())), chart.name
        assert {font.strip() for font in chart.spec["config"]["font"].split(",")} == FONTS
        assert chart.spec["config"]["aria"] is False


def test_they_are_drawn_without_a_warning_and_hold_every_word(
    charts: list[Chart], capfd: pytest.CaptureFixture[str]
) -> None:
    for chart in charts:
        svg = vl_convert.vegalite_to_svg(json.dumps({**chart.with_data(), "width": 336}))
        drawn = re.sub("<[^>]+>", "", svg)
        for row in chart.rows:
            assert all(escaped(line) in drawn for line in (*row.get("words", ()), row.get("said", "")))
    heard = capfd.readouterr()
    assert "WARN" not in heard.out + heard.err


def test_where_nothing_has_an_interval_none_is_drawn() -> None:
    """Of one draw, and of births reached before draws are run: an interval of nothing would have no scale."""
    (chart,) = charts_of(answer_of(arm("one", 30.0, (30.0, 30.0)), draws=1))
    assert '"low"' not in json.dumps(chart.spec) and chart.rows[0]["low"] is None


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_no_line_is_wider_than_a_phone_whatever_a_title_says() -> None:
    for title in ("W" * 300, "illicit " * 40, "数" * 100, "<script>alert(1)</script> & co", "a" * 5):
        lines = in_lines(title, PHONE, bold=True)
        assert all(width_of(line, bold=True) <= PHONE for line in lines)
        assert "".join("".join(lines).split()) == "".join(title.split())


def test_marks_that_mean_different_things_differ_in_shape_or_filling_and_colours_in_lightness() -> None:
    kinds = ("effective", "null", "reference", "what_if")
    arms = [arm(kind, 9.0, (5.0, 12.0), evidence=("B", kind)) for kind in kinds]
    arms.append(arm("bound", 9.0, (5.0, 12.0)))
    made = charts_of(answer_of(*arms, changes={"bound": "what_if_equal"}))
    looks = set()
    for chart in made:
        used = set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(chart.spec["layer"]))) - GREYS
        assert len(used) <= 4
        light = sorted(map(lightness, used))
        assert all(later - before >= 25 for before, later in zip(light, light[1:], strict=False)), chart.name
        for layer in chart.spec["layer"]:
            if layer["mark"]["type"] == "point":
                looks.add((layer["mark"]["shape"], layer["mark"]["fill"] == "white"))
    assert len(looks) == len(kinds) + 1


GREYS = {"#3D3D3D", "#949494"}
"""Lines and letters, which stand for no scenario."""


def lightness(colour: str) -> float:
    """CIE lightness, from 0 to 100: what is left of a colour in print."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.0089 else 903.3 * luminance


def test_thirty_scenarios_over_thirty_years_stay_in_one_picture_each() -> None:
    years = range(2025, 2055)
    arms = [arm(f"policy_{n}", float(n), (n / 2, n * 1.5)) for n in range(30)]
    summary = answer_of(*arms)
    summary["years"] = list(years)
    summary["sections"]["by"] = [
        {"scenario": at["name"], "measure": "deaths_averted", "level": f"year {year}", "value": 1.0, "unit": "deaths",
         "interval95": [0.5, 2.0], "mc_error": None}
        for at in arms for year in years
    ]  # fmt: skip
    comparison, over_time = charts_of(summary)
    assert len(comparison.rows) == 30 and len(over_time.rows) == 6 * 30
    places = [row["y"] for row in comparison.rows]
    assert all(later - before >= 35 for before, later in zip(places, places[1:], strict=False))
    assert places[-1] < comparison.spec["height"]
