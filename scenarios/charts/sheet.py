"""A sheet of lines: words, and a mark with its interval, on one scale for all.

Words stand above their marks, so that they are whole at any width, a phone's too; on a wide sheet, for a file, they
stand at the left. Where a line lies is worked out here from how many lines its words take; the specification hangs on
the height and on the marks, on no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scenarios.charts.canvas import altair, finished
from scenarios.charts.letters import in_lines
from scenarios.charts.marks import LEGEND, LETTERS, PHONE, Look, legend, point, text
from simcore.picture_style import GREY, NAVY, ORANGE, PALE, PALE_GREY

Row = dict[str, Any]

BAR, GAP, ABOVE_HEADING = 18, 9, 8
"""Pixels of a mark, between one line and the next, and before a heading."""
NUMBER_ROOM, LONG_NUMBER_ROOM = 152, 225
"""Pixels kept at the right for the number of each line, and for one that else stands at the right of words."""
WORD_ROOM = 350
"""Pixels kept at the left of a wide sheet for words."""
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
    y = float(GAP + LEGEND * len(sheet.legend))
    for line in lines:
        row: Row = {**line.row, "look": line.look, "said": line.said}
        if not rows:
            row["legend"] = True
        if line.heading is not None:
            heading = [one for part in line.heading.split("\n") for one in in_lines(part, PHONE, bold=True)]
            y += ABOVE_HEADING if rows else 0
            row |= {"heading": heading, "heading_y": y}
            y += LETTERS * len(heading) + 4
        if sheet.wide:
            words = in_lines(line.words, WORD_ROOM - 10)
            tall = max(LETTERS * len(words), BAR)
            row |= {"words": words, "words_y": y + (tall - LETTERS * len(words)) / 2 + 2}
            middle = y + tall / 2
            y += tall + GAP - 3
        else:
            words = in_lines(line.words, sheet.room)
            row |= {"words": words, "words_y": y}
            middle = y + LETTERS * len(words) + BAR / 2
            y = middle + BAR / 2 + GAP
        row |= {"top": middle - BAR / 2, "y": middle, "bottom": middle + BAR / 2}
        rows.append(row)
    return _spec(sheet, int(y)), tuple(rows)


@lru_cache(maxsize=256)
def _spec(sheet: Sheet, height: int) -> Mapping[str, Any]:
    alt = altair()
    base = alt.Chart(alt.NamedData("rows"))
    x, y = _across(alt, sheet), _down(alt, height)
    colour = alt.Color(
        "look:N",
        legend=None,
        scale=alt.Scale(domain=[n for n, _ in sheet.looks], range=[look.colour for _, look in sheet.looks]),
    )
    # none on any line, where it is; and a thread that leads to its number
    layers = [base.mark_rule(color=GREY, strokeWidth=1).encode(x=x(None), y=y("top"), y2="bottom")]
    if sheet.number_beside:
        thread = base.mark_rule(color=PALE_GREY, strokeDash=[1, 3])
        layers.append(
            thread.encode(
                x=alt.value(sheet.from_left),
                x2=alt.value({"expr": f"width - {sheet.from_right}"}),
                y=y("y"),
            )
        )
    if sheet.reference is not None:
        held = base.mark_rule(color=ORANGE, strokeWidth=3)
        layers.append(held.encode(x=x(sheet.reference), y=y("top"), y2="bottom"))
    if sheet.bar:
        bar = base.mark_bar(height=BAR - 6, color=PALE, stroke=NAVY).encode(
            x=x("value"), x2=alt.X2Datum(0), y=y("y")
        )
        layers.append(bar)
    if sheet.ends is not None:
        low, high = sheet.ends
        paint = alt.value("black") if sheet.bar else colour
        layers.append(base.mark_rule(strokeWidth=2).encode(x=x(low), x2=high, y=y("y"), color=paint))
        layers += [
            base.mark_tick(thickness=2, size=9).encode(x=x(end), y=y("y"), color=paint) for end in (low, high)
        ]
    if not sheet.bar:
        for name, look in sheet.looks:
            of_look = base.transform_filter(alt.datum.look == name)
            layers.append(point(of_look, look).encode(x=x("value"), y=y("y")))
    layers += [point(base, look).encode(x=x(name), y=y("y")) for name, look in sheet.marks]
    layers += legend(alt, base, sheet.legend, GAP)
    left = alt.value(0)
    layers.append(text(base).encode(x=left, y=y("words_y"), text="words:N"))
    headed = base.transform_filter("isValid(datum.heading)")
    layers.append(text(headed, fontWeight="bold").encode(x=left, y=y("heading_y"), text="heading:N"))
    beside = {"baseline": "middle"} if sheet.number_beside else {}
    said = text(base, align="right", **beside)
    right = alt.value({"expr": "width"})
    layers.append(said.encode(x=right, y=y("y" if sheet.number_beside else "words_y"), text="said:N"))
    return finished(alt.layer(*layers), height)


def _across(alt: Any, sheet: Sheet) -> Callable[[Any], Any]:
    """The scale that all lines share, with its axis at the top, where a reader begins."""
    scale = alt.Scale(
        zero=True, nice=True, range=[sheet.from_left + 8, {"expr": f"width - {sheet.from_right}"}]
    )
    axis = alt.Axis(
        orient="top",
        tickCount=alt.ExprRef("width < 500 ? 3 : 6"),
        domain=False,
        ticks=False,
        labelFlush=False,
        labelOverlap="greedy",
        labelSeparation=6,
        titleAnchor="start",
        titleAlign="left",
        titleX=sheet.from_left,
        **({"labelExpr": MONEY} if sheet.money else {}),
    )

    def x(of: Any) -> Any:
        if isinstance(of, str):
            return alt.X(f"{of}:Q", title=sheet.axis, scale=scale, axis=axis)
        return alt.XDatum(0, type="quantitative", title=sheet.axis, scale=scale, axis=axis)

    return x


def _down(alt: Any, height: int) -> Callable[[str], Any]:
    """Places down the sheet, in pixels."""
    scale = alt.Scale(domain=[0, height], range=[0, height], nice=False, zero=False)
    return lambda of: alt.Y(f"{of}:Q", axis=None, scale=scale)
