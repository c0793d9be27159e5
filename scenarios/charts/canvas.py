"""The whole of a picture around its layers: as wide as the place it is put in, in letters that can be read.

Specifications are plain Vega-Lite, written out. Built by Altair, which checks each part again and again, a picture
takes most of a second, and a page asks for a dozen at every new shape; tests hold them against Altair's schema instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simcore.picture_style import SCHEMA, Spec, config

EDGE = 4
"""Pixels around a picture."""


def canvas(layers: Sequence[Mapping[str, Any]], height: int, **more: Any) -> Spec:
    """The specification of a picture that reads its rows by name.

    What it shows is said in words beside it: its many marks are not read aloud.
    """
    base, silent = config(), {"aria": False}
    return {
        "$schema": SCHEMA,
        "data": {"name": "rows"},
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": EDGE,
        "background": "white",
        "layer": list(layers),
        **more,
        "config": {
            **base,
            **silent,
            "axis": {**base["axis"], **silent},
            "view": {"stroke": None},
        },
    }
