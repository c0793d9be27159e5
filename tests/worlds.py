"""Small invented worlds: random packed programs with awkward corners, for tests of the kernels."""

from dataclasses import replace

import numpy as np

from simcore.kernels.arrays import Floats, Ints, Words
from simcore.kernels.outcome import BESIDE_CLOCKS, Outcome
from simcore.kernels.packed import OWN, Packed, share_columns

EDGES = np.array([0.0, 1.0, 7.0, 28.0, 365.0])


def random_world(
    seed: int,
    *,
    arms: int = 3,
    drawn: int = 5,
    strata: int = 7,
    births: int = 400,
    causes: int = 3,
    risk: float = 1.0,
) -> Packed:
    """A random program: about ``births`` births in each of ``strata`` strata (one of them empty).

    Two given dims and a slice; drawn variables of 2 to 6 levels with up to three parents each; arms that
    change one or two tables or, the last of them, the hazards; impossible and certain levels; decision
    numbers far apart, out of order and near their greatest value.
    """
    rng = np.random.default_rng(seed)
    n_levels = np.array([3, 4, 5, *rng.integers(2, 7, drawn)])
    v = n_levels.size
    parents, strides = np.full((v, 3), -1), np.zeros((v, 3), np.int64)
    rows = np.ones(v, np.int64)
    for child in range(3, v):
        # the slice (2) is no parent; the first drawn variable has none at all
        chosen = rng.choice(
            [p for p in range(child) if p != 2], size=rng.integers(0, 4) if child > 3 else 0, replace=False
        )
        for p, parent in enumerate(rng.permutation(chosen)):
            parents[child, p], strides[child, p] = parent, rows[child]
            rows[child] *= n_levels[parent]
    flat, start, size = [], np.zeros((arms, v), np.int64), 0
    for arm in range(arms):
        changed = (
            range(3, v) if arm == 0 else rng.choice(np.arange(3, v), size=rng.integers(0, 3), replace=False)
        )
        start[arm] = start[0]
        for child in changed:
            flat.append(_random_table(rng, rows[child], n_levels[child]).ravel())
            start[arm, child] = size
            size += flat[-1].size
    decisions = rng.permutation([0, 1, 2, 5, 6, 11, 2**20 + 3, 2**33 + 1, BESIDE_CLOCKS, 4, 7, 8, 9, 12])
    stratum_births = rng.integers(births // 2, births * 3 // 2, strata)
    stratum_births[rng.integers(strata)] = 0
    profile_vars = rng.permutation(v)[:4]
    return Packed(
        n_given=3,
        n_levels=n_levels,
        parents=parents,
        strides=strides,
        decision=np.append([-1, -1, -1], decisions[:drawn]),
        thresholds=np.concatenate(flat),
        table_start=start,
        repeats=np.full((arms, v), OWN),
        column=share_columns(start, parents, 3),
        stratum_start=np.append(0, np.cumsum(stratum_births)),
        stratum_levels=np.stack([rng.integers(0, 3, strata), rng.integers(0, 4, strata)], axis=1),
        stratum_key=rng.choice(2**32 - 1, strata, replace=False).astype(np.uint32),
        profile_vars=profile_vars,
        profile_strides=dense_strides(n_levels[profile_vars]),
        outcome=_random_outcome(rng, n_levels, arms, causes, risk),
    )


def dense_strides(levels: Ints) -> Ints:
    """Strides of a dense index whose last variable runs fastest."""
    return np.append(np.cumprod(levels[:0:-1])[::-1], 1).astype(np.int64)


def _random_table(rng: np.random.Generator, rows: int, levels: int) -> Words:
    """Thresholds of random probabilities, one level in ten impossible and one row in eight certain."""
    p = rng.exponential(size=(rows, levels)) * (rng.random((rows, levels)) > 0.1)
    p[np.arange(rows), rng.integers(levels, size=rows)] += 0.05
    for row in np.flatnonzero(rng.random(rows) < 0.125):
        p[row] = np.eye(levels)[rng.integers(levels)]
    cumulative = np.cumsum(p / p.sum(axis=1, keepdims=True), axis=1)[:, :-1]
    return np.clip(np.round(cumulative * 2**32), 0, 2**32 - 1).astype(np.uint32)


def _random_outcome(rng: np.random.Generator, n_levels: Ints, arms: int, causes: int, risk: float) -> Outcome:
    """Hazards of three factors, which one drawn variable dominates, some of them zero; the last arm has one more."""
    hazard_vars = np.append(rng.permutation(np.arange(3, n_levels.size))[:3], 1)
    clocks = rng.permutation([0, 1, 2, 3, 4, 5, 6, 11, 13, 6 * 2**15 - 1])[:causes]
    cells = causes, len(EDGES) - 1
    of_factor = [[0, 1], [2], [1, 3], [0, 2]]  # which of these variables each factor is over
    tables, variables, strides = [], np.full((4, 2), -1), np.zeros((4, 2), np.int64)
    for f, over in enumerate(of_factor):
        levels = n_levels[hazard_vars[over]]
        variables[f, : len(over)], strides[f, : len(over)] = hazard_vars[over], dense_strides(levels)
        factor = rng.exponential(size=(*levels, *cells)) * (rng.random((*levels, *cells)) > 0.1)
        if f == 0:
            factor *= risk * 0.02 * (8.0 ** -np.arange(levels[0])).reshape(-1, 1, 1, 1)
            factor[0, 0] *= 40  # near-certain death somewhere
        tables.append(factor.reshape(-1, *cells))
    of_arm = np.tile([0, 1, 2, -1], (arms, 1))
    of_arm[-1, 3] = 3
    return Outcome(
        clock=clocks,
        edges=EDGES,
        factor_vars=variables,
        factor_strides=strides,
        factor_start=np.cumsum([0, *(len(table) for table in tables)])[:-1],
        factors=np.concatenate(tables),
        of_arm=of_arm,
        cell_vars=np.array([0, 1]),
        cell_strides=np.array([4, 1]),
    )


def with_arms(world: Packed, arms: list[int]) -> Packed:
    """The same world with these of its arms, in this order."""
    start = world.table_start[arms]
    outcome = replace(world.deaths, of_arm=world.deaths.of_arm[arms])
    repeats = world.repeats[arms]
    column = share_columns(start, world.parents, world.n_given, repeats)
    return replace(world, table_start=start, repeats=repeats, column=column, outcome=outcome)


def factor_rows(world: Packed) -> int:
    """Rows of the first factor on hazards."""
    return int(world.deaths.factor_start[1])


def with_safer_arm(world: Packed, factor: Floats) -> Packed:
    """The first arm twice, the second time with one more factor over the variables of the first."""
    arms, deaths = with_arms(world, [0, 0]), world.deaths
    of_first = deaths.of_arm[0][deaths.of_arm[0] >= 0].tolist()
    outcome = replace(
        deaths,
        factor_vars=np.vstack([deaths.factor_vars, deaths.factor_vars[:1]]),
        factor_strides=np.vstack([deaths.factor_strides, deaths.factor_strides[:1]]),
        factor_start=np.append(deaths.factor_start, len(deaths.factors)),
        factors=np.concatenate([deaths.factors, factor]),
        of_arm=np.array([[*of_first, -1], [*of_first, deaths.factor_start.size]]),
    )
    return replace(arms, outcome=outcome)
