"""Marks and letters that every picture has in common, each a layer of Vega-Lite."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simcore.picture_style import NAVY, SIZE, Spec

Shape = Literal["circle", "diamond", "square", "triangle-up", "stroke"]
LETTERS = 16
"""Pixels from one line of words to the next."""
LEGEND = 20
"""Pixels of a line that says what a mark is."""
PHONE = 325
"""Pixels of a line of words at the width of a phone."""


@dataclass(frozen=True)
class Look:
    """How a mark looks: told apart by shape and by whether it is filled, not by colour alone."""

    colour: str = NAVY
    shape: Shape = "circle"
    filled: bool = True
    size: int = 64


def layer(mark: Mapping[str, Any], encoding: Mapping[str, Any], where: str | None = None) -> Spec:
    """One mark a row, of the rows ``where`` holds, or of all."""
    some = {} if where is None else {"transform": [{"filter": where}]}
    return {**some, "mark": dict(mark), "encoding": dict(encoding)}


def has(name: str) -> str:
    """That a row has an entry.

    >>> has("heading")
    'isValid(datum.heading)'
    """
    return f"isValid(datum.{name})"


def is_(name: str, value: str) -> str:
    """That an entry of a row is these words, whatever letters they hold.

    >>> is_("look", "null")
    'datum.look === "null"'
    """
    return f"datum.{name} === {json.dumps(value)}"


def rule(colour: str, width: float = 2, **more: Any) -> Spec:
    """A straight line."""
    return {"type": "rule", "color": colour, "strokeWidth": width, **more}


def cap(colour: str, orient: Literal["horizontal", "vertical"]) -> Spec:
    """An end of an interval."""
    return {"type": "tick", "thickness": 2, "size": 9, "color": colour, "orient": orient, "opacity": 1}


def point(look: Look) -> Spec:
    """A mark of its own shape."""
    return {
        "type": "point",
        "shape": look.shape,
        "size": look.size,
        "fill": look.colour if look.filled else "white",
        "stroke": look.colour,
        "strokeWidth": 2,
        "opacity": 1,
    }


def text(**more: Any) -> Spec:
    """Words, from their upper left corner on."""
    ordinary = {"fontSize": SIZE, "align": "left", "baseline": "top", "lineHeight": LETTERS, "color": "black"}
    return {"type": "text", **ordinary, **more}


def pixel(value: float | str) -> Spec:
    """A place in pixels; words are worked out from the size of the picture."""
    return {"value": {"expr": value} if isinstance(value, str) else value}


def legend(looks: Sequence[tuple[Look, str]], top: int) -> list[Spec]:
    """What each mark is, a line each from ``top`` on; drawn once, by the row that has a ``legend``."""
    layers = []
    for place, (look, words) in enumerate(looks):
        at = top + place * LEGEND
        layers.append(layer(point(look), {"x": pixel(8), "y": pixel(at + 7)}, has("legend")))
        said = {"x": pixel(22), "y": pixel(at), "text": {"value": words}}
        layers.append(layer(text(fontSize=12), said, has("legend")))
    return layers
