"""Small invented worlds: random packed programs with awkward corners, for tests of the kernels."""

from dataclasses import replace
from typing import Any

import numpy as np

from simcore.kernels.arrays import Floats, Ints, Words
from simcore.kernels.outcome import BESIDE_CLOCKS, Outcome
from simcore.kernels.packed import FIRST_LEVEL, OWN, Packed, share_columns

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


def stepped_world(seed: int, slices: int = 5, *, idle: bool = False, **asked: Any) -> Packed:
    """A random world of three arms with a policy's steps, which the first arm is without; or, if ``idle``, all make
    an offer, the first one to others, and nothing hangs on it there.

    A variable is offered to some in the last arm; another stands for a drawn one and has tables of its own in the
    later arms, in some rows only; a third hangs on both and on the slice; a fourth has one level. Hazards hang on
    what stands, not on what it stands for. The second arm lacks a factor, the last has one more; both are 1 in
    some rows, and the tables of factors lie in another order than they are multiplied in.
    """
    world = random_world(seed, **asked)
    rng = np.random.default_rng(seed)
    n_levels = np.append(world.n_levels, 0)[:-1]
    n_levels[2] = slices
    base = int(next(v for v in world.deaths.factor_vars[:, 0] if v >= world.n_given))
    levels = int(n_levels[base])
    offer, stands, hanging = range(world.n_variables, world.n_variables + 3)
    level = np.repeat(np.tile(np.arange(levels), 2), 4)[:, None]
    repeated = np.where(np.arange(levels - 1) < level, 0, 2**32 - 1).astype(np.uint32)
    row = np.arange(8 * levels)[:, None]
    some = _random_table(rng, 3, 2)
    some[0] = 2**32 - 1
    less = np.minimum(_random_table(rng, 8 * levels, levels), repeated)
    tables = {
        "nobody": np.full((3, 1), 2**32 - 1, np.uint32),
        "some": some,
        "repeated": repeated,
        "moved": np.where(row % 2 == 0, repeated, _random_table(rng, 8 * levels, levels)),
        "moved less": np.where(row < 4 * levels, repeated, less),
        "hanging": _random_table(rng, 2 * slices * levels, 3),
        "others": _random_table(rng, 3, 2),
    }
    ends = world.thresholds.size + np.cumsum([0, *(table.size for table in tables.values())])
    at = dict(zip(tables, ends.tolist(), strict=False))
    offers = ("others", "some", "some") if idle else ("nobody", "nobody", "some")
    of_arm = list(zip(offers, ("repeated", "moved", "moved less"), strict=True))
    steps = [[*(at[name] for name in names), at["hanging"], 0] for names in of_arm]
    start = np.column_stack([world.table_start, steps])
    repeats = np.column_stack([world.repeats, np.full((3, 4), OWN)])
    repeats[:2, offer], repeats[0, stands] = OWN if idle else FIRST_LEVEL, base
    more = [[0, -1, -1], [1, base, offer], [stands, offer, 2], [stands, -1, -1]]
    parents = np.vstack([world.parents, more])
    # one number lies in a Philox block that arm 0 needs too
    taken = set(world.decision.tolist())
    beside = 4 * (min(d for d in taken if d >= 0) // 4)
    near = next(number for number in range(beside, beside + 8) if number not in taken)
    deaths = world.deaths
    of_factor = np.split(deaths.factors, deaths.factor_start[1:])
    for f, every in ((3, 3), (2, 4)):  # where the later arms' factors are 1
        of_factor[f][::every] = 1.0
    begins = np.cumsum([0, *(len(table) for table in of_factor[::-1])])[:-1]
    return replace(
        world,
        n_levels=np.append(n_levels, [2, levels, 3, 1]),
        parents=parents,
        strides=np.vstack([world.strides, [1, 0, 0], [1, 4, 4 * levels], [2 * slices, slices, 1], [1, 0, 0]]),
        decision=np.append(world.decision, [2**33 + 41, near, 2**33 + 46, 2**33 + 52]),
        thresholds=np.concatenate([world.thresholds, *(table.ravel() for table in tables.values())]),
        table_start=start,
        repeats=repeats,
        column=share_columns(start, parents, world.n_given, repeats),
        profile_vars=np.array([1, base, stands, hanging]),
        profile_strides=dense_strides(np.array([4, levels, levels, 3])),
        outcome=replace(
            deaths,
            factor_vars=np.select(
                [deaths.factor_vars == base, deaths.factor_vars == 1], [stands, 0], deaths.factor_vars
            ),
            factor_start=begins[::-1],
            factors=np.concatenate(of_factor[::-1]),
            of_arm=[[0, 1, 2, -1], [0, 1, -1, -1], [0, 1, 2, 3]],
            cell_vars=np.array([0, stands]),
            cell_strides=np.array([levels, 1]),
        ),
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
