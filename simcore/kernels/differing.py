"""Births that can differ between arms, found from their levels in arm 0; only they are worked out again.

Arms differ in tables, and a table in some of its rows. A birth that meets no such row in arm 0 has the same
levels in every arm: the first variable to differ would have to be looked up in a row that differs. The same
holds for factors on hazards.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints
from simcore.kernels.levels import Program, add_scaled, fill_blocks, work_out
from simcore.kernels.packed import Packed

MOST_APART = 0.6
"""Where more of a block than this can differ, setting births apart costs more than working all of them out."""
Bytes = npt.NDArray[np.uint8]


class Suspects(NamedTuple):
    """Where arms differ: for combinations of columns of arm 0, whether any table or factor does."""

    columns: Ints  # [groups, most columns] padded with -1
    strides: Ints  # [groups, most columns]
    start: Ints  # [groups] where the group's flags begin
    flags: Bytes  # flat: 1 where something differs
    carried: Ints  # columns of arm 0 that are needed for births set apart
    carried_words: Ints  # [n, 2] slot and lane of words of arm 0 that are needed for them


def suspects_of(packed: Packed, program: Program, wanted: Ints, *, with_hazards: bool) -> Suspects:
    """Where the arms of a program differ in what the variables ``wanted`` hang on, and in hazards if asked."""
    groups: dict[tuple[int, ...], Bytes] = {}
    sizes = _column_sizes(packed)
    found = [*_tables(packed, program), *(_factors(packed) if with_hazards else ())]
    for variables, strides, differs in found:
        columns, flags = _over_columns(packed, sizes, variables, strides, differs)
        if flags.any():
            groups[columns] = groups[columns] | flags if columns in groups else flags
    most = max([len(columns) for columns in groups] + [1])
    shape = len(groups), most
    padded, column_strides = np.full(shape, -1, np.int64), np.zeros(shape, np.int64)
    for g, columns in enumerate(groups):
        stride = 1
        for i in range(len(columns) - 1, -1, -1):
            padded[g, i], column_strides[g, i] = columns[i], stride
            stride *= sizes[columns[i]]
    lengths = [flags.size for flags in groups.values()]
    own = {int(packed.column[arm, v]) for arm, v in program.further}
    read = {int(c) for c in packed.column[1:, wanted].ravel()}
    for arm, v in program.further:
        read.update(packed.column[arm, packed.parents[v][packed.parents[v] >= 0]].tolist())
    early = {
        (int(program.slot[v]), int(program.lane[v]))
        for _, v in program.further
        if program.slot[v] < program.n_first_blocks
    }
    return Suspects(
        padded,
        column_strides,
        np.cumsum([0, *lengths])[:-1].astype(np.int64),
        np.concatenate([*groups.values(), np.zeros(1, np.uint8)]),
        np.array(sorted(read - own - {packed.n_columns}), np.int64),
        np.array(sorted(early), np.int64).reshape(-1, 2),
    )


Differing = tuple[Ints, Ints, npt.NDArray[np.bool_]]
"""Variables, their strides, and for each row whether it differs between arms."""


def _tables(packed: Packed, program: Program) -> Iterator[Differing]:
    for v in np.unique(np.concatenate([program.first, program.further])[:, 1]):
        if np.unique(packed.table_start[:, v]).size == 1:
            continue
        own = packed.table(0, v)
        differs = np.zeros(len(own), bool)
        for arm in range(1, packed.n_arms):
            differs |= (packed.table(arm, v) != own).any(axis=1)
        used = packed.parents[v] >= 0
        yield packed.parents[v][used], packed.strides[v][used], differs


def _factors(packed: Packed) -> Iterator[Differing]:
    outcome = packed.deaths
    of_first = set(outcome.of_arm[0].tolist())
    changed = {f for row in outcome.of_arm[1:].tolist() for f in of_first.symmetric_difference(row)} - {-1}
    for f in sorted(changed):
        used = outcome.factor_vars[f] >= 0
        variables, strides = outcome.factor_vars[f][used], outcome.factor_strides[f][used]
        rows = 1 + int((strides * (packed.n_levels[variables] - 1)).sum())
        table = outcome.factors[outcome.factor_start[f] : outcome.factor_start[f] + rows]
        yield variables, strides, (table != 1.0).any(axis=(1, 2))


def _column_sizes(packed: Packed) -> dict[int, int]:
    """Levels of each column of arm 0; the column of first levels has one."""
    sizes = {int(c): int(n) for c, n in zip(packed.column[0], packed.n_levels, strict=True)}
    return {**sizes, packed.n_columns: 1}


def _over_columns(
    packed: Packed, sizes: dict[int, int], variables: Ints, strides: Ints, differs: npt.NDArray[np.bool_]
) -> tuple[tuple[int, ...], Bytes]:
    """The columns of arm 0 that the variables are held in, and flags over every combination of their levels."""
    of_variable = [int(packed.column[0, v]) for v in variables]
    columns = tuple(sorted({c for c in of_variable if sizes[c] > 1}))
    shape = [sizes[c] for c in columns]
    grid = np.indices(shape).reshape(len(columns), int(np.prod(shape, dtype=np.int64)))
    row = np.zeros(grid.shape[1], np.int64)
    for column, stride in zip(of_variable, strides, strict=True):
        if column in columns:
            row += stride * grid[columns.index(column)]
    return columns, differs[row].astype(np.uint8)


@njit(cache=True, nogil=True)
def pick(suspects, levels, n, row, flags, chosen):
    """Find the births of a block that can differ: writes their places into ``chosen``, returns how many."""
    flags[:n] = np.uint8(0)
    for g in range(suspects.start.size):
        row[:n] = np.uint32(suspects.start[g])
        for p in range(suspects.columns.shape[1]):
            if suspects.columns[g, p] >= 0:
                add_scaled(levels[suspects.columns[g, p]], suspects.strides[g, p], n, row)
        for i in range(n):
            flags[i] |= suspects.flags[np.uint64(row[i])]
    found = 0
    for i in range(n):
        chosen[found] = i  # without a branch: a birth that cannot differ is overwritten by the next
        found += flags[i]
    return found


@njit(cache=True, nogil=True)
def set_apart(program, suspects, here, apart, chosen, n, m, draw, seed):
    """Work out in ``apart`` what only other arms have, for the ``m`` births of a block at ``chosen``.

    Where these are most of the block it is done in place, for all: returns whether, and how many births, whose
    places ``chosen`` then holds.
    """
    if m > MOST_APART * n:
        for i in range(n):
            chosen[i] = i
        fill_blocks(
            program, program.n_first_blocks, program.blocks.size, here.k, here.key, n, draw, seed, here.words
        )
        one_stratum = here.stratum[0] == here.stratum[n - 1]
        work_out(program, program.further, one_stratum, n, here.words, here.row, here.levels)
        return True, n
    for j in range(m):
        i = chosen[j]
        apart.k[j], apart.key[j], apart.stratum[j] = here.k[i], here.key[i], here.stratum[i]
    fill_blocks(
        program, program.n_first_blocks, program.blocks.size, apart.k, apart.key, m, draw, seed, apart.words
    )
    for w in range(suspects.carried_words.shape[0]):
        slot, lane = suspects.carried_words[w, 0], suspects.carried_words[w, 1]
        source, target = here.words[slot, lane], apart.words[slot, lane]
        for j in range(m):
            target[j] = source[chosen[j]]
    for c in range(suspects.carried.size):
        given, taken = here.levels[suspects.carried[c]], apart.levels[suspects.carried[c]]
        for j in range(m):
            taken[j] = given[chosen[j]]
    one_stratum = apart.stratum[0] == apart.stratum[m - 1]
    work_out(program, program.further, one_stratum, m, apart.words, apart.row, apart.levels)
    return False, m
