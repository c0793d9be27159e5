"""Two hamlets small enough to work every answer out by hand: smoking, early birth, two causes, two ages.

Who smokes hangs on the area; smoking makes an early birth likelier and multiplies deaths of the lungs; an early birth
raises everything; so does living in the dale, for reasons of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scenarios.interventions import arms_of
from scenarios.schema import Scenario
from simcore.draws import central
from simcore.model import Model
from tests.models import Answer, answer, scenario
from tests.models.written_folder import Folder

YEARS = (2001, 2002, 2003)
AREAS = ("hill", "dale")
LEVELS = ("none", "quit", "smokes")
EARLY = ("no", "yes")
CAUSES = ("lungs", "other")
BANDS = ("first", "later")
BIRTHS = np.array([[3000.0, 5000.0], [3500.0, 4000.0], [2500.0, 6000.0]])
"""By year and area."""
SMOKING = np.array([[0.6, 0.1, 0.3], [0.4, 0.15, 0.45]])
"""By area and level."""
CHANCE_EARLY = np.array([0.1, 0.2, 0.4])
"""By level of smoking."""
BASELINE = np.array([[[0.01, 0.02], [0.03, 0.01]], [[0.2, 0.1], [0.15, 0.08]]])
"""Hazard by early, cause and band."""
OF_SMOKING = np.array([1.0, 1.5, 3.0])
"""What deaths of the lungs are multiplied by."""
OF_AREA = np.array([1.0, 1.4])
"""What all deaths are multiplied by."""


def hamlet(drawn_to: str | None = None) -> Folder:
    """The model file."""
    smoking = [(a, level, SMOKING[i, j]) for i, a in enumerate(AREAS) for j, level in enumerate(LEVELS)]
    early = [
        (level, e, p)
        for level, q in zip(LEVELS, CHANCE_EARLY, strict=True)
        for e, p in zip(EARLY, (1 - q, q), strict=True)
    ]
    hazards = [
        (e, c, b, BASELINE[i, j, k])
        for i, e in enumerate(EARLY)
        for j, c in enumerate(CAUSES)
        for k, b in enumerate(BANDS)
    ]
    births = [(y, a, BIRTHS[i, j]) for i, y in enumerate(YEARS) for j, a in enumerate(AREAS)]
    document: dict[str, Any] = {
        "model": "written",
        "title": "Invented",
        "edition": "1",
        "population": "none",
        "strata": {
            "dims": {"year": {"first": YEARS[0], "last": YEARS[-1]}, "area": {"levels": list(AREAS)}},
            "births": "births.csv",
        },
        "reference_years": [YEARS[0]],
        "variables": {
            "smoking": _variable("exposure", 1, LEVELS, "area"),
            "early": _variable("intermediate", 2, EARLY, "smoking"),
        },
        "deaths": {
            "causes": {c: {"meaning": c, "clock": i} for i, c in enumerate(CAUSES)},
            "age_bands": {"first": [0, 28], "later": [28, 365]},
            "age_periods": {"neonatal": ["first"], "postneonatal": ["later"]},
            "baseline": {"by": ["early"], "table": "hazards.csv"},
            "hazard_ratios": [
                {
                    "parent": "smoking",
                    "causes": ["lungs"],
                    "ratios": dict(zip(LEVELS[1:], map(float, OF_SMOKING[1:]), strict=True)),
                },
                {"parent": "area", "ratios": {"dale": float(OF_AREA[1])}},
            ],
        },
        **({} if drawn_to is None else {"drawn_to": drawn_to}),
    }
    tables = {
        "smoking.csv": (("area", "level", "share"), *smoking),
        "early.csv": (("smoking", "level", "share"), *early),
        "hazards.csv": (("early", "cause", "age_band", "hazard"), *hazards),
        "births.csv": (("year", "area", "births"), *births),
    }
    return Folder(document, tables)


def _variable(kind: str, decision: int, levels: tuple[str, ...], by: str) -> dict[str, Any]:
    shares = {"table": f"{'smoking' if by == 'area' else 'early'}.csv", "by": [by]}
    return {"kind": kind, "meaning": kind, "decision": decision, "levels": list(levels), "shares": shares}


def risk(early: int, first: int, later: int, area: int) -> np.ndarray:
    """Chance of death by cause and band of one birth, by the levels of smoking that each band is lived with."""
    hazards = BASELINE[early] * OF_AREA[area]
    hazards[0] *= OF_SMOKING[[first, later]]
    alive = np.exp(-np.array([0.0, hazards[:, 0].sum()]))
    died = alive * -np.expm1(-hazards.sum(axis=0))
    return np.asarray(hazards / hazards.sum(axis=0) * died)


def rate(
    area: int, shares: np.ndarray, lived_with: np.ndarray | None = None, in_area: int | None = None
) -> np.ndarray:
    """Deaths a birth by cause and band.

    ``shares`` are those of smoking; ``lived_with[to, from]`` is the part of all births that are early as those at
    ``to`` are, and later on at the risk of those at ``from``.
    """
    place = area if in_area is None else in_area
    both = np.diag(shares) if lived_with is None else lived_with
    return np.asarray(
        sum(
            both[to, later] * chance * risk(early, to, later, place)
            for to in range(3)
            for later in range(3)
            for early, chance in enumerate((1 - CHANCE_EARLY[to], CHANCE_EARLY[to]))
        )
    )


def by_hand(rate_of: Callable[[int, int], np.ndarray]) -> np.ndarray:
    """Deaths by year, area, cause and band, from the rate in each year and area."""
    return np.array([[BIRTHS[y, a] * rate_of(y, a) for a in range(2)] for y in range(3)])


NATURAL = by_hand(lambda year, area: rate(area, SMOKING[area]))


def policy(name: str, *interventions: str) -> Scenario:
    """A scenario file of the hamlets, read."""
    return scenario(name, *interventions, model="written")


def run(
    *scenarios: Scenario,
    estimator: str = "exact",
    drawn_to: str | None = None,
    births: int = 30_000,
    model: Model | None = None,
    **more: Any,
) -> Answer:
    """The central draw of these scenarios."""
    asked = hamlet(drawn_to).model if model is None else model
    arms, structure = arms_of(scenarios, fewer_births=True), asked.structure()
    return answer(asked, structure, central(asked), arms, YEARS, estimator=estimator, births=births, **more)
