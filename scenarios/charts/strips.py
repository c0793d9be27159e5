"""Strips one beneath another, one a scenario: levels from left to right, marks with intervals, on one scale for all."""

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
from simcore.picture_style import GREY, NAVY, Spec

TALL, ALONE = 120, 190
"""Pixels of a strip, without its heading: of one of several, and of one that stands alone."""
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
    own
        Whether each scenario has a scale of its own; else all have one.
    """

    x: str
    y: str
    marks: tuple[tuple[str, Look], ...] = (("value", Look()),)
    ends: tuple[str, str] | None = ("low", "high")
    joined: bool = False
    legend: tuple[str, ...] = ()
    own: bool = False


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
    if kind.ends is not None and all(row[end] is None for row in rows for end in kind.ends):
        kind = replace(kind, ends=None)
    headings = {name: in_lines(title, PHONE - AXIS, bold=True) for name, title in arms}
    for row in rows:
        more: Row = {} if begun else {"legend": True}
        if row["name"] not in begun:
            begun.add(row["name"])
            more["heading"] = headings[row["name"]]
        laid.append({**row, **more})
    return _spec(kind, tuple((name, len(lines)) for name, lines in headings.items())), tuple(laid)


def _spec(kind: Strips, arms: Sequence[tuple[str, int]]) -> Spec:
    """``arms`` are names, each with the lines that its heading takes."""
    head = {"x": pixel(0), "y": pixel(0), "text": {"value": kind.y}}
    layers = [layer(text(fontSize=12), head, has("legend"))]
    looks = [(look, words) for (_, look), words in zip(kind.marks, kind.legend, strict=False)]
    layers += legend(looks, LEGEND)
    top = LEGEND * (1 + len(kind.legend)) + 4
    tall = TALL if len(arms) > 1 else ALONE
    for name, lines in arms:
        # one scenario alone needs no heading: the title of the picture names it
        if len(arms) > 1:
            heading = {"x": pixel(0), "y": pixel(top), "text": {"field": "heading"}}
            first = f"{is_('name', name)} && {has('heading')}"
            layers.append(layer(text(fontWeight="bold"), heading, first))
            top += LETTERS * lines + 8
        layers.append({"layer": _strip(kind, name, top, tall)})
        top += tall + BELOW
    return canvas(layers, top - BELOW, resolve={"scale": {"y": "independent"}})


def _strip(kind: Strips, name: str, top: int, tall: int) -> list[Spec]:
    here, x = is_("name", name), _along(kind)

    def y(of: Spec) -> Spec:
        axis = {"orient": "left", "tickCount": 4, "domain": False, "ticks": False, "grid": True}
        scale = {"range": [top + tall, top], "zero": True, "nice": 4}
        return {"type": "quantitative", "title": None, "axis": axis, "scale": scale, **of}

    # the span of all scenarios, not to be seen: so every strip has the same scale
    spanned = here if kind.own else "true"
    layers = [_span(of, y, spanned) for of in (*(kind.ends or ()), *(mark for mark, _ in kind.marks))]
    layers.append(layer(rule(GREY, 1), {"y": y({"datum": 0})}, f"{here} && {has('heading')}"))
    if kind.ends is not None:
        low, high = kind.ends
        between = {"x": x, "y": y({"field": low}), "y2": {"field": high}}
        layers.append(layer(rule(NAVY), between, here))
        end_of = cap(NAVY, "horizontal")
        layers += [layer(end_of, {"x": x, "y": y({"field": of})}, here) for of in kind.ends]
    if kind.joined:
        (one, _), (other, _) = kind.marks
        between = {"x": x, "y": y({"field": one}), "y2": {"field": other}}
        layers.append(layer(rule(GREY, 1), between, here))
    layers += [layer(point(look), {"x": x, "y": y({"field": of})}, here) for of, look in kind.marks]
    return layers


def _along(kind: Strips) -> Spec:
    """Levels from left to right."""
    axis = {
        "labelAngle": 0,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
        "titleAnchor": "start",
        "titleAlign": "left",
        "ticks": False,
        "grid": False,
        "domain": False,
        "offset": 8,
    }
    scale = {"type": "point", "padding": 0.5}
    return {
        "field": "level",
        "type": "ordinal",
        "sort": None,
        "title": kind.x,
        "axis": axis,
        "scale": scale,
    }


def _span(of: str, y: Callable[[Spec], Spec], where: str) -> Spec:
    least, most = f"least_{of}", f"most_{of}"
    ends = [{"op": "min", "field": of, "as": least}, {"op": "max", "field": of, "as": most}]
    return {
        "transform": [{"filter": where}, {"aggregate": ends, "groupby": []}],
        "mark": {"type": "rule", "opacity": 0},
        "encoding": {"y": y({"field": least}), "y2": {"field": most}},
    }
