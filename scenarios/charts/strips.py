"""Strips one beneath another, one a scenario: levels from left to right, marks with intervals, on one scale for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scenarios.charts.canvas import altair, finished
from scenarios.charts.letters import in_lines
from scenarios.charts.marks import LEGEND, LETTERS, PHONE, Look, legend, point, text
from simcore.picture_style import GREY, NAVY

TALL = 120
"""Pixels of a strip, without its heading."""
AXIS = 45
"""Pixels that the axis may take of the width."""
BELOW = 22
"""Pixels between a strip and the heading of the next."""


@dataclass(frozen=True)
class Strips:
    """What is drawn on strips, whatever its values.

    Attributes
    ----------
    x, y
        What goes from left to right, and what upwards, units and all.
    marks
        Fields that are drawn as marks, and how each looks.
    ends
        Fields that hold the two ends of an interval, if there is one.
    joined
        Whether the two marks of a level are joined, so that their distance is seen.
    legend
        What each mark is, in words, where there are several.
    """

    x: str
    y: str
    marks: tuple[tuple[str, Look], ...] = (("value", Look()),)
    ends: tuple[str, str] | None = ("low", "high")
    joined: bool = False
    legend: tuple[str, ...] = ()


Row = dict[str, Any]


def lay_strips(
    kind: Strips, arms: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], tuple[Row, ...]]:
    """The specification of strips and their rows: each stands on the strip of its ``name``, at its ``level``.

    Parameters
    ----------
    arms
        Name and title of every scenario that has a strip, from the top.
    """
    laid, begun = [], set[str]()
    headings = {name: in_lines(title, PHONE - AXIS, bold=True) for name, title in arms}
    for row in rows:
        more: Row = {} if begun else {"legend": True}
        if row["name"] not in begun:
            begun.add(row["name"])
            more["heading"] = headings[row["name"]]
        laid.append({**row, **more})
    return _spec(kind, tuple((name, len(lines)) for name, lines in headings.items())), tuple(laid)


@lru_cache(maxsize=256)
def _spec(kind: Strips, arms: tuple[tuple[str, int], ...]) -> Mapping[str, Any]:
    """``arms`` are names, each with the lines that its heading takes."""
    alt = altair()
    base = alt.Chart(alt.NamedData("rows"))
    axis = alt.Axis(
        labelAngle=0, labelOverlap="greedy", titleAnchor="start", titleAlign="left", ticks=False, offset=8,
        domain=False,
    )  # fmt: skip
    x = alt.X("level:O", sort=None, title=kind.x, axis=axis, scale=alt.Scale(type="point", padding=0.5))
    once = base.transform_filter(alt.expr.isValid(alt.datum.legend))
    layers = [text(once, fontSize=12).encode(x=alt.value(0), y=alt.value(0), text=alt.value(kind.y))]
    top = LEGEND
    layers += legend(
        alt, base, [(look, words) for (_, look), words in zip(kind.marks, kind.legend, strict=False)], top
    )
    top += LEGEND * len(kind.legend)
    for name, lines in arms:
        # one scenario alone needs no heading: the title of the picture names it
        top += 4
        if len(arms) > 1:
            first = base.transform_filter((alt.datum.name == name) & alt.expr.isValid(alt.datum.heading))
            heading = text(first, fontWeight="bold")
            layers.append(heading.encode(x=alt.value(0), y=alt.value(top), text="heading:N"))
            top += LETTERS * lines + 8
        layers.append(_strip(alt, base.transform_filter(alt.datum.name == name), base, kind, x, top))
        top += TALL + BELOW
    return finished(alt.layer(*layers).resolve_scale(y="independent"), top - BELOW)


def _strip(alt: Any, here: Any, base: Any, kind: Strips, x: Any, top: int) -> Any:
    scale = alt.Scale(range=[top + TALL, top], zero=True, nice=4)
    axis = alt.Axis(orient="left", tickCount=4, domain=False, ticks=False, grid=True)

    def y(of: str) -> Any:
        return alt.Y(f"{of}:Q", scale=scale, axis=axis, title=None)

    first = here.transform_filter(alt.expr.isValid(alt.datum.heading))
    nought = alt.YDatum(0, type="quantitative", scale=scale, axis=axis, title=None)
    fields = [*(kind.ends or ()), *(mark for mark, _ in kind.marks)]
    # the span of all scenarios, not to be seen: so every strip has the same scale
    layers = [_span(alt, base, of, y) for of in fields]
    layers.append(first.mark_rule(color=GREY, strokeWidth=1).encode(y=nought))
    if kind.ends is not None:
        low, high = kind.ends
        layers.append(here.mark_rule(color=NAVY, strokeWidth=2).encode(x=x, y=y(low), y2=high))
        end = here.mark_tick(color=NAVY, thickness=2, size=9, orient="horizontal")
        layers += [end.encode(x=x, y=y(of)) for of in kind.ends]
    if kind.joined:
        (one, _), (other, _) = kind.marks
        layers.append(here.mark_rule(color=GREY, strokeWidth=1).encode(x=x, y=y(one), y2=other))
    layers += [point(here, look).encode(x=x, y=y(of)) for of, look in kind.marks]
    return alt.layer(*layers)


def _span(alt: Any, base: Any, of: str, y: Any) -> Any:
    least, most = f"least_{of}", f"most_{of}"
    spans = base.transform_aggregate(**{least: f"min({of})", most: f"max({of})"})
    return spans.mark_rule(opacity=0).encode(y=y(least), y2=most)
