"""Workload W1, the yardstick for speed: six variables and four causes as a packed program.

Numbers are invented (``w1_params.json``). Arms run from the baseline (smoking and poverty multiplied by 1) to
the scenario (0.5 and 0.75) in even steps.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from simcore.kernels.arrays import Floats, Ints, Words
from simcore.kernels.outcome import BESIDE_CLOCKS, Outcome
from simcore.kernels.packed import OWN, Packed, share_columns

VARIABLES = ["slice", "decile", "age", "poverty", "smoking", "obesity", "gestation"]
LEVELS = np.array([1, 10, 6, 2, 2, 3, 5])
PARENTS = {
    "age": ["decile"],
    "poverty": ["decile"],
    "smoking": ["decile", "age", "poverty"],
    "obesity": ["decile"],
    "gestation": ["age", "poverty", "smoking", "obesity"],
}
RISKS = ["decile", "age", "poverty", "smoking", "obesity", "gestation"]
EDGES = np.array([0.0, 7.0, 28.0, 365.0])


def _thresholds(p: Floats) -> Words:
    """Probabilities [..., levels] to cumulative 32-bit thresholds [..., levels - 1]."""
    cumulative = np.cumsum(p, axis=-1)[..., :-1]
    return np.clip(np.round(cumulative * 2**32), 0, 2**32 - 1).astype(np.uint32)


def _yes(p: Floats) -> Floats:
    return np.stack([1 - p, p], axis=-1)


def _strides(variables: list[str]) -> Ints:
    levels = LEVELS[[VARIABLES.index(v) for v in variables]]
    return np.append(np.cumprod(levels[:0:-1])[::-1], 1).astype(np.int64)


def _tables(w: Any, smoking: float, poverty: float) -> dict[str, Floats]:
    """Probabilities of each variable, dims as its parents, then its own levels."""
    s, g = w["smoking"], w["gestation"]
    logit = (
        s["intercept"]
        + np.array(s["decile"])[:, None, None]
        + np.array(s["age"])[None, :, None]
        + s["poverty"] * np.arange(2)
    )
    yes = np.arange(2)[:, None]
    score = (
        np.array(g["intercept"])
        + np.array(g["age"])[:, None, None, None]
        + (yes * np.array(g["poverty"]))[:, None, None]
        + (yes * np.array(g["smoking"]))[:, None]
        + np.array(g["obesity"])
    )
    odds = np.exp(score)
    return {
        "decile": np.array(w["decile_p"]),
        "age": np.array(w["age_p"]),
        "poverty": _yes(np.array(w["poverty_p"]) * poverty),
        "smoking": _yes(smoking / (1 + np.exp(-logit))),
        "obesity": np.array(w["obesity_p"]),
        "gestation": odds / odds.sum(-1, keepdims=True),
    }


def _hazards(w: Any) -> Floats:
    """Cumulative hazard [decile, age, poverty, smoking, obesity, gestation, cause, band]."""
    base = np.array(w["death_base"]).transpose(2, 0, 1)  # [gestation, cause, band]
    shape = (*LEVELS[1:], *base.shape[1:])
    decile, age, obesity = (np.array(w[f"rr_{x}"]).T for x in ("decile", "age", "obesity"))
    poverty, smoking = (np.stack([np.ones(4), np.array(w[f"rr_{x}"])]) for x in ("poverty", "smoking"))
    hazard = np.broadcast_to(base, shape).copy()
    for axis, ratio in enumerate([decile, age, poverty, smoking, obesity]):
        hazard *= ratio.reshape([-1 if i == axis else 1 for i in range(6)] + [4, 1])
    return hazard.reshape(-1, *base.shape[1:])


def w1(arms: int = 2, births: int = 1_000_000) -> Packed:
    """W1 with ``arms`` arms as a `Packed` program of one stratum."""
    w = json.loads(Path(__file__).with_name("w1_params.json").read_text())
    parents = np.full((7, 4), -1)
    strides = np.zeros((7, 4), np.int64)
    for name, names in PARENTS.items():
        v = VARIABLES.index(name)
        parents[v, : len(names)] = [VARIABLES.index(p) for p in names]
        strides[v, : len(names)] = _strides(names)
    flat, known, start, size = [], {}, np.zeros((arms, 7), np.int64), 0
    for arm in range(arms):
        step = arm / (arms - 1) if arms > 1 else 0.0
        tables = _tables(
            w,
            1 - step * (1 - w["scenario"]["smoking_multiplier"]),
            1 - step * (1 - w["scenario"]["poverty_multiplier"]),
        )
        for name, p in tables.items():
            table = _thresholds(p).ravel()
            if (name, table.tobytes()) not in known:
                known[name, table.tobytes()] = size
                flat.append(table)
                size += table.size
            start[arm, VARIABLES.index(name)] = known[name, table.tobytes()]
    risks = np.array([VARIABLES.index(v) for v in RISKS])
    deaths = Outcome(
        clock=np.arange(4),
        edges=EDGES,
        factor_vars=risks[None],
        factor_strides=_strides(RISKS)[None],
        factor_start=np.array([0]),
        factors=_hazards(w),
        of_arm=np.zeros((arms, 1), np.int64),
        cell_vars=np.array([1]),
        cell_strides=np.array([1]),
    )
    return Packed(
        n_given=1,
        n_levels=LEVELS,
        parents=parents,
        strides=strides,
        decision=np.array([-1, 0, 1, 2, 4, 3, BESIDE_CLOCKS]),
        thresholds=np.concatenate(flat),
        table_start=start,
        repeats=np.full((arms, 7), OWN),
        column=share_columns(start, parents, 1),
        stratum_start=np.array([0, births]),
        stratum_levels=np.zeros((1, 0), np.int64),
        stratum_key=np.array([1], np.uint32),
        profile_vars=risks,
        profile_strides=_strides(RISKS),
        outcome=deaths,
    )
