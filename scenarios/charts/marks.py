"""Marks and letters that every picture has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from simcore.picture_style import NAVY, SIZE

Shape = Literal["circle", "diamond", "square", "triangle-up"]
LETTERS = 16
"""Pixels from one line of words to the next."""


@dataclass(frozen=True)
class Look:
    """How a mark looks: told apart by shape and by whether it is filled, not by colour alone."""

    colour: str = NAVY
    shape: Shape = "circle"
    filled: bool = True


def point(base: Any, look: Look) -> Any:
    """A mark on a chart of Altair."""
    fill = look.colour if look.filled else "white"
    return base.mark_point(shape=look.shape, size=64, fill=fill, stroke=look.colour, strokeWidth=2, opacity=1)


def text(base: Any, **more: Any) -> Any:
    """Words on a chart of Altair, from their upper left corner on."""
    ordinary = {"fontSize": SIZE, "align": "left", "baseline": "top", "lineHeight": LETTERS, "color": "black"}
    return base.mark_text(**{**ordinary, **more})
