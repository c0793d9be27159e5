"""Marks and letters that every picture has in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simcore.picture_style import NAVY, SIZE

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


def point(base: Any, look: Look) -> Any:
    """A mark on a chart of Altair."""
    fill = look.colour if look.filled else "white"
    return base.mark_point(
        shape=look.shape, size=look.size, fill=fill, stroke=look.colour, strokeWidth=2, opacity=1
    )


def text(base: Any, **more: Any) -> Any:
    """Words on a chart of Altair, from their upper left corner on."""
    ordinary = {"fontSize": SIZE, "align": "left", "baseline": "top", "lineHeight": LETTERS, "color": "black"}
    return base.mark_text(**{**ordinary, **more})


def legend(alt: Any, base: Any, looks: Sequence[tuple[Look, str]], top: int) -> list[Any]:
    """What each mark is, a line each from ``top`` on; drawn once, by the row that has a ``legend``."""
    once = base.transform_filter(alt.expr.isValid(alt.datum.legend))
    layers = []
    for place, (look, words) in enumerate(looks):
        at = top + place * LEGEND
        layers.append(point(once, look).encode(x=alt.value(8), y=alt.value(at + 7)))
        layers.append(text(once, fontSize=12).encode(x=alt.value(22), y=alt.value(at), text=alt.value(words)))
    return layers
