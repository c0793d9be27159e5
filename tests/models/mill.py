"""An invented mill: poverty leads to smoking, both to low weight and to death; and its deaths worked out by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np

from simcore.model import Model
from tests.models.written_folder import Folder

BIRTHS = 10_000.0
POOR = 0.4
SMOKES = {"no": [0.7, 0.2, 0.1], "yes": [0.4, 0.35, 0.25]}
"""Smoking, of three levels, by poverty."""
LIGHT = {
    (poor, smokes): 0.05 + 0.04 * (poor == "yes") + 0.06 * at
    for poor in ("no", "yes")
    for at, smokes in enumerate(("none", "some", "much"))
}
HAZARDS = np.array([[[0.04, 0.02], [0.03, 0.03]], [[0.002, 0.003], [0.001, 0.004]]])
"""By weight, cause and age band."""
OF_POVERTY, OF_SMOKING = 1.5, {"none": 1.0, "some": 1.3, "much": 2.2}
QUITS = {"none": [0.9, 0.1], "some": [0.6, 0.4], "much": [0.8, 0.2]}
"""In a larger mill: quitting late, by smoking."""
OF_QUITTING = 0.6
KEPT = 0.5
"""Of the poor, how many stay so."""
POVERTY = (("no", "no", 1 - POOR), ("yes", "yes", POOR * KEPT), ("yes", "no", POOR * (1 - KEPT)))
"""Before and after half the poor are lifted out of it, and the share of births."""


def mill(drawn_to: str | None = None, **changes: Any) -> Model:
    """Poverty leads to smoking; both to low weight and to death: one to all of it, the other to that of the lungs.

    With ``quits=True`` smoking leads to a third exposure, that to death.
    """
    levels = {"poor": ["no", "yes"], "smokes": ["none", "some", "much"], "weight": ["low", "normal"]}
    shares: dict[str, dict[str, Any]] = {
        "poor": {"table": "poor.csv"},
        "smokes": {"table": "smokes.csv", "by": ["poor"]},
        "weight": {"table": "weight.csv", "by": ["poor", "smokes"]},
    }
    if changes.get("quits"):
        levels = {**levels, "quits": ["no", "yes"]}
        shares["quits"] = {"table": "quits.csv", "by": ["smokes"]}
    variables = {
        name: {
            "kind": "intermediate" if name == "weight" else "exposure",
            "meaning": name,
            "decision": place,
            "levels": levels[name],
            "shares": shares[name],
        }
        for place, name in enumerate(levels)
    }
    document: Mapping[str, Any] = {
        "model": "mill",
        "title": "Invented mill",
        "edition": "1",
        "population": "invented births",
        "strata": {"dims": {"bank": {"levels": ["left"]}}, "births": "births.csv"},
        **({} if drawn_to is None else {"drawn_to": drawn_to}),
        "variables": variables,
        "deaths": {
            "causes": {
                "lungs": {"meaning": "of the lungs", "clock": 0},
                "other": {"meaning": "else", "clock": 1},
            },
            "age_bands": {"first_month": [0, 28], "later": [28, 365]},
            "baseline": {"by": ["weight"], "table": "hazards.csv"},
            "hazard_ratios": changes.get(
                "hazard_ratios",
                [
                    {"parent": "poor", "ratios": {"yes": OF_POVERTY}},
                    {
                        "parent": "smokes",
                        "causes": ["lungs"],
                        "ratios": {n: OF_SMOKING[n] for n in ("some", "much")},
                    },
                    *([{"parent": "quits", "ratios": {"yes": OF_QUITTING}}] if changes.get("quits") else []),
                ],
            ),
        },
    }
    cells = product(levels["weight"], ("lungs", "other"), ("first_month", "later"))
    tables = {
        "births.csv": (("bank", "births"), ("left", BIRTHS)),
        "poor.csv": (("level", "share"), ("no", 1 - POOR), ("yes", POOR)),
        "smokes.csv": (
            ("poor", "level", "share"),
            *((p, s, v) for p in SMOKES for s, v in zip(levels["smokes"], SMOKES[p], strict=True)),
        ),
        "weight.csv": (
            ("poor", "smokes", "level", "share"),
            *((*at, "low", light) for at, light in changes.get("light", LIGHT).items()),
            *((*at, "normal", 1 - light) for at, light in changes.get("light", LIGHT).items()),
        ),
        "quits.csv": (
            ("smokes", "level", "share"),
            *((at, level, v) for at in QUITS for level, v in zip(("no", "yes"), QUITS[at], strict=True)),
        ),
        "hazards.csv": (
            ("weight", "cause", "age_band", "hazard"),
            *((*cell, value) for cell, value in zip(cells, HAZARDS.ravel(), strict=True)),
        ),
    }
    return Folder(document, tables).model


LINKS = ("poor -> weight", "poor -> deaths", "smokes -> weight", "smokes -> deaths")


def dies(hazards: np.ndarray) -> np.ndarray:
    """Chance of death by cause and age band, ``float64[..., causes, bands]``, from hazards over whole bands."""
    every = hazards.sum(axis=-2, keepdims=True)
    alive = np.exp(-(np.cumsum(every, axis=-1) - every))
    return np.asarray(alive * -np.expm1(-every) * hazards / every)


def same_number(one: Sequence[float], other: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """Levels under two sets of chances that one number decides, and how often: between limits nothing changes."""
    ends = np.cumsum(one)[:-1], np.cumsum(other)[:-1]
    for low, high in pairwise(sorted({0.0, 1.0, *ends[0].tolist(), *ends[1].tolist()})):
        first, second = (int((limits <= (low + high) / 2).sum()) for limits in ends)
        yield first, second, high - low


def mill_deaths(on: Collection[str]) -> np.ndarray:
    """Deaths by cause where half the poor are lifted out of it, and some arrows follow: every kind of birth by itself.

    A birth's smoking is decided by one number, whatever its poverty.
    """
    levels, deaths = list(OF_SMOKING), np.zeros(2)
    for was, now, share in POVERTY:
        for first, second, width in same_number(SMOKES[was], SMOKES[now]):
            before, after = levels[first], levels[second]
            light = LIGHT[
                now if "poor -> weight" in on else was, after if "smokes -> weight" in on else before
            ]
            smoked = OF_SMOKING[after if "smokes -> deaths" in on else before]
            poor = OF_POVERTY if (now if "poor -> deaths" in on else was) == "yes" else 1.0
            risk = dies(HAZARDS * poor * np.array([[smoked], [1.0]])).sum(axis=-1)
            births = BIRTHS * share * width
            deaths += births * (light * risk[0] + (1 - light) * risk[1])
    return deaths
