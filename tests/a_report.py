"""A small report made by hand, with every kind of block; and what stands in a page of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from scenarios.charts.chart import Chart, Column
from scenarios.report.blocks import Commands, Folded, Listed, Paragraph, Picture, Report, Section, Table

FITTED = {"width": "container", "height": 60, "autosize": {"type": "fit-x", "contains": "padding"}}
"""As wide as the page has room."""

Says = Callable[[str], str]
SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"name": "rows"},
    "width": 560,
    "height": {"step": 24},
    "encoding": {"y": {"field": "title", "type": "nominal", "title": None}},
    "layer": [
        {
            "mark": "rule",
            "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "tooltip": {"content": "data"}},
            "encoding": {
                "x": {"field": "mean", "type": "quantitative"},
                "color": {
                    "condition": {"test": "datum.low > 0", "value": "#12436D"},
                    "value": "#F46A25",
                },
            },
        },
    ],
}


def a_chart(name: str, says: Says = str, width: Mapping[str, Any] | None = None) -> Chart:
    """Two scenarios as dots with intervals; ``says`` may change every text in it."""
    rows = [
        {"title": says("Cessation offer"), "mean": 958.4, "low": 285.0, "high": 1642.0},
        {"title": says("Small offer"), "mean": 1.234, "low": -3.0, "high": None},
    ]
    columns = (
        Column("title", says("Scenario"), number=False),
        Column("mean", says("Deaths averted")),
        Column("low", "from"),
        Column("high", "to"),
    )
    title = says(f"The offer averts 958 deaths ({name})")
    return Chart(
        name,
        title,
        says(f"Dots with bars: 958, 285 to 1,642 ({name})."),
        {**SPEC, **(width or {})},
        tuple(rows),
        columns,
        says("A note"),
    )


def a_report(says: Says = str) -> Report:
    """A report of two sections and two pictures; ``says`` may change every text in it."""
    intervals = tuple(says("1,353 (971 to 1,849)") for _ in range(8))
    headings = (says("decile"), *(says(f"structure {n}") for n in range(8)))
    table = Table(says("Under every structure"), headings, ((says("1"), *intervals),), frozenset(range(1, 9)))
    answer = Section(
        "answer",
        says("The answer"),
        (
            Paragraph(says("In plain words.")),
            Paragraph(says("It averts 958 deaths."), "answer"),
            Paragraph(says("The interval is wide."), "caution"),
            Paragraph(says("Nobody proposes this."), "what_if"),
            Paragraph(says("Rounded."), "note"),
            Listed((says("one point"), says("another point"))),
            Picture(a_chart("comparison", says)),
        ),
    )
    more = (table, Picture(a_chart("by_decile", says, FITTED)), Paragraph(says("Inside.")))
    reproduce = Section(
        "reproduce",
        says("How to run it again"),
        (
            Commands((says("simcore compare offer"), says("simcore verify out"))),
            Folded(says("More"), more),
            Folded(says("More of the same"), (table,)),
        ),
    )
    return Report(says("Would an offer save lives?"), says("It averts 958 deaths."), (answer, reproduce))


class Elements(HTMLParser):
    """The elements of a page in order, with their attributes and the text at the beginning of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.begun = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.text.append("")
        self.begun = True

    def handle_endtag(self, tag: str) -> None:
        self.begun = False

    def handle_data(self, data: str) -> None:
        if self.begun:
            self.text[-1] += data

    def of(self, tag: str) -> Iterator[tuple[dict[str, str | None], str]]:
        """Attributes and text of every such element."""
        for (name, attributes), text in zip(self.found, self.text, strict=True):
            if name == tag:
                yield attributes, text
