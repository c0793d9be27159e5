"""W1 by enumeration, straight from its parameters: every profile of every arm, its share, its risk of death.

Plain NumPy and nothing of the engine: what every other way of doing W1 is measured against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def multipliers(w: dict[str, Any], arms: int) -> list[tuple[float, float]]:
    """Poverty and smoking multiplier of each arm, in even steps from the baseline to the scenario.

    >>> multipliers({"scenario": {"poverty_multiplier": 0.75, "smoking_multiplier": 0.5}}, 3)
    [(1.0, 1.0), (0.875, 0.75), (0.75, 0.5)]
    """
    poverty, smoking = (w["scenario"][f"{name}_multiplier"] for name in ("poverty", "smoking"))
    steps = [arm / (arms - 1) if arms > 1 else 0.0 for arm in range(arms)]
    return [(1 - step * (1 - poverty), 1 - step * (1 - smoking)) for step in steps]


def shares(w: dict[str, Any], poverty: float, smoking: float) -> dict[str, Array]:
    """Probability of each level given its parents, the levels last; parents in the order d, a, v, s, o."""
    decile, age, obesity = (np.array(w[f"{name}_p"]) for name in ("decile", "age", "obesity"))
    poor = poverty * np.array(w["poverty_p"])
    smokes, born = np.empty((10, 6, 2)), np.empty((6, 2, 2, 3, 5))
    s, g = w["smoking"], {name: np.array(value) for name, value in w["gestation"].items()}
    for d in range(10):
        for a in range(6):
            for v in range(2):
                logit = s["intercept"] + s["decile"][d] + s["age"][a] + s["poverty"] * v
                smokes[d, a, v] = smoking / (1 + np.exp(-logit))
    for a in range(6):
        for v in range(2):
            for m in range(2):
                for o in range(3):
                    score = (
                        g["intercept"] + m * g["smoking"] + g["obesity"][o] + g["age"][a] + v * g["poverty"]
                    )
                    born[a, v, m, o] = np.exp(score) / np.exp(score).sum()
    return {
        "decile": decile, "age": age, "obesity": obesity, "gestation": born,
        "poverty": np.stack([1 - poor, poor], axis=-1),
        "smoking": np.stack([1 - smokes, smokes], axis=-1),
    }  # fmt: skip


def hazards(w: dict[str, Any]) -> Array:
    """Cumulative hazard over each band: ``float64[d, a, v, s, o, g, cause, band]``."""
    base = np.array(w["death_base"])
    decile, age, obesity = (np.array(w[f"rr_{name}"]) for name in ("decile", "age", "obesity"))
    poverty, smoking = (
        np.stack([np.ones(4), np.array(w[f"rr_{name}"])], axis=1) for name in ("poverty", "smoking")
    )
    return np.asarray(np.einsum("cbg,cd,ca,cv,cs,co->davsogcb", base, decile, age, poverty, smoking, obesity))


def incidence(hazard: Array) -> Array:
    """Chance to die of each cause in each band, ``[..., cause, band]``: competing, constant within a band."""
    total = hazard.sum(axis=-2)
    before = np.cumsum(total, axis=-1) - total
    return np.asarray(hazard * (np.exp(-before) * -np.expm1(-total) / total)[..., None, :])


def profile_shares(w: dict[str, Any], poverty: float, smoking: float) -> Array:
    """Share of births with each profile: ``float64[d, a, v, s, o, g]``, adding up to one."""
    p = shares(w, poverty, smoking)
    born = [p[name] for name in ("decile", "age", "poverty", "smoking", "obesity", "gestation")]
    return np.asarray(np.einsum("d,da,dv,davs,do,avsog->davsog", *born))


def expected_deaths(w: dict[str, Any], births: float, arms: Sequence[tuple[float, float]]) -> Array:
    """Expected deaths, ``float64[arm, decile, cause, band]``.

    ``arms`` are pairs of a poverty and a smoking multiplier.
    """
    risk = incidence(hazards(w))
    per_birth = [np.einsum("davsog,davsogcb->dcb", profile_shares(w, *arm), risk) for arm in arms]
    return births * np.stack(per_birth)
