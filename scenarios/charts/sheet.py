"""A sheet of lines: words, and a mark with its interval, on one scale for all.

Words stand above their marks, so that they are whole at any width, a phone's too; on a wide sheet, for a file, they
stand at the left. Where a line lies is worked out here from how many lines its words take; the specification hangs on
the height and on the marks, on no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scenarios.charts.canvas import canvas
from scenarios.charts.letters import in_lines
from scenarios.charts.marks import (
    LEGEND,
    LETTERS,
    PHONE,
    Look,
    cap,
    has,
    is_,
    layer,
    legend,
    pixel,
    point,
    rule,
    text,
)
from simcore.picture_style import GREY, NAVY, ORANGE, PALE, PALE_GREY, Spec

Row = dict[str, Any]

BAR, GAP, ABOVE_HEADING = 15, 7, 10
"""Pixels of a mark, between one line and the next, and before a heading."""
NUMBER_ROOM, LONG_NUMBER_ROOM = 152, 225
"""Pixels kept at the right for the number of each line, and for one that else stands at the right of words."""
WORD_ROOM, HEADING_ROOM = 360, 800
"""Pixels kept at the left of a wide sheet for words, and those that a heading may take, beside which nothing stands."""
PLAIN = Look()
MONEY = (
    "abs(datum.value) >= 1e9 ? '£' + format(datum.value / 1e9, '~g') + ' bn' : "
    "abs(datum.value) >= 1e6 ? '£' + format(datum.value / 1e6, '~g') + 'm' : '£' + format(datum.value, ',~g')"
)
"""How an axis of pounds is read, in words that a page without code of strangers can work out."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its words, the number said beside it, and the row of figures that is drawn.

    ``heading`` stands above it, as it begins a group.
    """

    words: str
    said: str
    row: Mapping[str, Any]
    look: str = "plain"
    heading: str | None = None


@dataclass(frozen=True)
class Sheet:
    """What is drawn on a sheet, whatever its values.

    Attributes
    ----------
    axis
        What the scale is of, units and all.
    looks
        By the names that lines have in ``look``.
    bar
        Whether the number is a bar from 0; else it is a mark.
    ends
        Fields that hold the two ends of the rule of each line; an interval has ends that are drawn.
    marks
        Further marks on each line: the field and how it looks.
    money
        Whether the scale is of pounds.
    beside
        Whether the number of a line stands beside its mark; else at the right of its words.
    room
        Pixels of a line of words.
    reference
        A field that is drawn as a short line across each mark, to be held against.
    legend
        What marks are, in words, where that is not said otherwise.
    wide
        Whether words stand at the left of their marks, for which a phone has no room.
    own
        Whether each scenario, by the ``name`` of its rows, has a scale of its own; else all lines have one.
    """

    axis: str
    looks: tuple[tuple[str, Look], ...] = (("plain", PLAIN),)
    bar: bool = False
    ends: tuple[str, str] | None = ("low", "high")
    marks: tuple[tuple[str, Look], ...] = ()
    money: bool = False
    beside: bool = True
    room: int = PHONE
    reference: str | None = None
    legend: tuple[tuple[Look, str], ...] = ()
    wide: bool = False
    own: bool = False

    @property
    def number_beside(self) -> bool:
        """Whether the number of a line stands at the right of its mark."""
        return self.beside or self.wide

    @property
    def from_left(self) -> int:
        """Pixels at the left that no mark is drawn on."""
        return WORD_ROOM if self.wide else 0

    @property
    def from_right(self) -> int:
        """Pixels at the right that no mark is drawn on."""
        return 8 if not self.number_beside else NUMBER_ROOM if self.beside else LONG_NUMBER_ROOM


def lay(sheet: Sheet, lines: Sequence[Line]) -> tuple[Mapping[str, Any], tuple[Row, ...]]:
    """The specification of a sheet and its rows: figures as they were given, and where they lie."""
    rows: list[Row] = []
    if sheet.ends is not None and not any(_has_ends(sheet.ends, line.row) for line in lines):
        sheet = replace(sheet, ends=None)
    y = float(GAP + LEGEND * len(sheet.legend) + (LEGEND if sheet.own else 0))
    scales: dict[str, float] = {}
    for line in lines:
        row: Row = {**line.row, "look": line.look, "said": line.said}
        if not rows:
            row["legend"] = True
        if line.heading is not None:
            heading = [
                one
                for part in line.heading.split("\n")
                for one in in_lines(part, HEADING_ROOM if sheet.wide else PHONE, bold=True)
            ]
            y += ABOVE_HEADING if rows else 0
            row |= {"heading": heading, "heading_y": y}
            y += LETTERS * len(heading) + 4
        if sheet.own and line.row["name"] not in scales:
            y += LETTERS
            scales[line.row["name"]] = y
            y += GAP
        if sheet.wide:
            words = in_lines(line.words, WORD_ROOM - 10)
            tall = max(LETTERS * len(words), BAR)
            row |= {"words": words, "words_y": y + (tall - LETTERS * len(words)) / 2 + 2}
            middle = y + tall / 2
            y += tall + GAP
        else:
            words = in_lines(line.words, sheet.room)
            row |= {"words": words, "words_y": y}
            middle = y + LETTERS * len(words) + BAR / 2
            y = middle + BAR / 2 + GAP
        row |= {"top": middle - BAR / 2, "y": middle, "bottom": middle + BAR / 2}
        rows.append(row)
    return _spec(sheet, int(y), tuple(scales.items())), tuple(rows)


def _has_ends(ends: tuple[str, str], row: Mapping[str, Any]) -> bool:
    return all(row[end] is not None for end in ends)


def _spec(sheet: Sheet, height: int, scales: Sequence[tuple[str, float]]) -> Spec:
    """``scales`` are the names of scenarios with a scale of their own, each with where its axis stands."""
    y = _down(height)
    layers = [{"layer": _drawn(sheet, y, is_("name", name), _across(sheet, at))} for name, at in scales]
    layers = layers or _drawn(sheet, y, "true", _across(sheet))
    if scales:
        title = {"x": pixel(sheet.from_left), "y": pixel(GAP), "text": {"value": sheet.axis}}
        layers.append(layer(text(fontSize=12), title, has("legend")))
    layers += legend(sheet.legend, GAP + (LEGEND if scales else 0))
    left = pixel(0)
    layers.append(layer(text(), {"x": left, "y": y("words_y"), "text": {"field": "words"}}))
    heading = {"x": left, "y": y("heading_y"), "text": {"field": "heading"}}
    layers.append(layer(text(fontWeight="bold"), heading, has("heading")))
    place = {"baseline": "middle"} if sheet.number_beside else {}
    number = {
        "x": pixel("width"),
        "y": y("y" if sheet.number_beside else "words_y"),
        "text": {"field": "said"},
    }
    layers.append(layer(text(align="right", **place), number))
    return canvas(layers, height, **({"resolve": {"scale": {"x": "independent"}}} if scales else {}))


def _drawn(sheet: Sheet, y: Callable[[str], Spec], where: str, across: Spec) -> list[Spec]:
    """All that is drawn on one scale."""

    def x(of: Spec) -> Spec:
        return {"type": "quantitative", **across, **of}

    # none on any line, where it is; and a thread that leads to its number
    layers = [layer(rule(GREY, 1), {"x": x({"datum": 0}), "y": y("top"), "y2": {"field": "bottom"}}, where)]
    if sheet.number_beside:
        thread = rule(PALE_GREY, 1, strokeDash=[1, 3])
        right = pixel(f"width - {sheet.from_right}")
        layers.append(layer(thread, {"x": pixel(sheet.from_left), "x2": right, "y": y("y")}, where))
    if sheet.reference is not None:
        at = {"x": x({"field": sheet.reference}), "y": y("top"), "y2": {"field": "bottom"}}
        layers.append(layer(rule(ORANGE, 3), at, where))
    if sheet.bar:
        bar = {"type": "bar", "height": BAR - 5, "color": PALE, "stroke": NAVY}
        at = {"x": x({"field": "value"}), "x2": {"datum": 0}, "y": y("y")}
        layers.append(layer(bar, at, where))
    for name, look in sheet.looks:
        layers += _of_look(sheet, look, f"{where} && {is_('look', name)}", x, y("y"))
    marks = [(look, {"x": x({"field": name}), "y": y("y")}) for name, look in sheet.marks]
    return layers + [layer(point(look), at, where) for look, at in marks]


def _of_look(
    sheet: Sheet, look: Look, where: str, x: Callable[[Spec], Spec], y: Mapping[str, Any]
) -> list[Spec]:
    """The interval and the mark of the lines of one look; on a bar the interval is black, and there is no mark."""
    layers = []
    if sheet.ends is not None:
        low, high = sheet.ends
        colour = "black" if sheet.bar else look.colour
        layers.append(layer(rule(colour), {"x": x({"field": low}), "x2": {"field": high}, "y": y}, where))
        end_of = cap(colour, "vertical")
        layers += [layer(end_of, {"x": x({"field": end}), "y": y}, where) for end in (low, high)]
    if not sheet.bar:
        layers.append(layer(point(look), {"x": x({"field": "value"}), "y": y}, where))
    return layers


def _across(sheet: Sheet, place: float | None = None) -> Spec:
    """A scale with its axis at the top, where a reader begins; or at a place further down, without its title."""
    axis = {
        "orient": "top",
        "tickCount": {"expr": "width < 500 ? 3 : 6"},
        "domain": False,
        "ticks": False,
        "grid": False,
        "labelFlush": False,
        "labelOverlap": "greedy",
        "labelSeparation": 6,
        "titleAnchor": "start",
        "titleAlign": "left",
        "titleX": sheet.from_left,
    }
    span = [sheet.from_left + 8, {"expr": f"width - {sheet.from_right}"}]
    return {
        "title": sheet.axis if place is None else None,
        "axis": axis
        | ({} if place is None else {"offset": -place})
        | ({"labelExpr": MONEY} if sheet.money else {}),
        "scale": {"zero": True, "nice": True, "range": span},
    }


def _down(height: int) -> Callable[[str], Spec]:
    """Places down the sheet, in pixels."""
    scale = {"domain": [0, height], "range": [0, height], "nice": False, "zero": False}
    return lambda of: {"field": of, "type": "quantitative", "axis": None, "scale": scale}
