"""Births in blocks, column by column: who they are, and the level of every variable in every arm.

A block holds up to `BLOCK` births in small arrays that stay in the cache. For each variable and each parent a
plain loop over the block builds the row of the table; then the thresholds are compared. What the tables mean
is worked out once a block, not once a birth. Nothing here depends on where blocks begin.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from simcore.kernels.packed import Ints, Packed, Words
from simcore.kernels.rng import fill_words

BLOCK = 1024
"""Births in a block. Any number gives the same answers; this one fits the cache."""


class Program(NamedTuple):
    """What `evaluate` reads of a `Packed` program (its docstring says what each means)."""

    n_given: int
    n_levels: Ints
    parents: Ints
    strides: Ints
    blocks: Ints  # [slots] the Philox block numbers in use
    slot: Ints  # [variables] where the variable's block stands in `blocks`
    lane: Ints  # [variables] which of its four words
    thresholds: Words
    table_start: Ints
    column: Ints
    stratum_start: Ints
    stratum_levels: Ints
    stratum_key: Words


def program_of(packed: Packed) -> Program:
    """The kernels' view of a packed program: each Philox block is listed once."""
    drawn = packed.decision >= 0
    blocks, places = np.unique(packed.decision[drawn] // 4, return_inverse=True)
    slot = np.zeros(packed.n_variables, np.int64)
    slot[drawn] = places
    return Program(
        packed.n_given,
        packed.n_levels,
        packed.parents,
        packed.strides,
        blocks,
        slot,
        packed.decision % 4,
        packed.thresholds,
        packed.table_start,
        packed.column,
        packed.stratum_start,
        packed.stratum_levels,
        packed.stratum_key,
    )


def checked_range(
    packed: Packed, seed: int, draw: int, first: int, last: int | None
) -> tuple[np.uint64, int, int]:
    """Seed and range of births as kernels take them.

    Raises
    ------
    ValueError
        When the births are not within the program, or seed or draw are out of range.
    """
    last = packed.n_births if last is None else last
    if not 0 <= first <= last <= packed.n_births:
        raise ValueError(f"births {first} to {last} are not within 0 to {packed.n_births}")
    if not (0 <= seed < 2**64 and 0 <= draw < 2**32):
        raise ValueError(f"seed {seed} and draw {draw} must be within 64 and 32 bits, not negative")
    return np.uint64(seed), int(first), int(last)


@njit(cache=True, nogil=True)
def locate(first, n, program, k, key, stratum):
    """Identify ``n`` births from position ``first`` on: number in the stratum, its key, its index.

    Writes ``k`` uint32[block], ``key`` uint32[block], ``stratum`` int64[block].
    """
    start = program.stratum_start
    s = np.searchsorted(start, first, side="right") - 1
    done = 0
    while done < n:
        here = min(n, start[s + 1] - first)  # below `done` where a stratum has no births
        offset = first - start[s]
        for i in range(done, here):
            k[i] = np.uint32(offset + i)
            key[i] = program.stratum_key[s]
            stratum[i] = s
        done = max(done, here)
        s += 1


@njit(cache=True, nogil=True)
def _fill_given(program, k, stratum, n, levels):
    """Columns of the given variables: the stratum's levels, then the slice."""
    last = program.n_given - 1
    for v in range(last):
        out = levels[program.column[0, v]]
        if stratum[0] == stratum[n - 1]:  # births come in order, so this is one stratum
            out[:n] = np.uint8(program.stratum_levels[stratum[0], v])
        else:
            for i in range(n):
                out[i] = np.uint8(program.stratum_levels[stratum[i], v])
    out = levels[program.column[0, last]]
    slices = np.float64(program.n_levels[last])
    for i in range(n):
        # k % slices by a division of floats, exact below 2**32, because integer division does not vectorise
        out[i] = np.uint8(np.int32(k[i] - slices * np.floor(k[i] / slices)))


@njit(cache=True, nogil=True)
def add_scaled(column, stride, n, index):
    """Add ``stride`` times a column of levels to an index, uint32 throughout so that it vectorises."""
    scale = np.uint32(stride)
    for i in range(n):
        index[i] += np.uint32(scale * np.uint32(column[i]))


@njit(cache=True, nogil=True)
def _compare(word, place, n, table, n_thresholds, varies, out):
    """Level of each birth: how many of its row's thresholds do not exceed its word.

    ``place`` holds where the row's first threshold stands in ``table``; where it does not vary, the
    thresholds are constants and the comparison vectorises.
    """
    if not varies:
        out[:n] = np.uint8(0)
        for j in range(n_thresholds):
            limit = table[np.uint64(place[0]) + np.uint64(j)]
            for i in range(n):
                out[i] += np.uint8(word[i] >= limit)
    elif n_thresholds == 1:  # the frequent short tables are written out: a loop over j costs as much again
        for i in range(n):
            out[i] = np.uint8(word[i] >= table[place[i]])
    elif n_thresholds == 2:
        for i in range(n):
            at = np.uint64(place[i])
            out[i] = np.uint8(word[i] >= table[at]) + np.uint8(word[i] >= table[at + np.uint64(1)])
    else:
        for i in range(n):
            at = np.uint64(place[i])
            level = np.uint64(0)
            for j in range(n_thresholds):
                level += np.uint64(word[i] >= table[at + np.uint64(j)])
            out[i] = np.uint8(level)


@njit(cache=True, nogil=True)
def evaluate(program, k, key, stratum, n, draw, seed, words, place, levels):
    """Levels of every column for the first ``n`` births of a block, all arms in one pass.

    An arm's variable is worked out only where the arm owns the column. Each Philox block is computed once and
    serves the four decisions in it.

    Parameters
    ----------
    program : Program
    k, key, stratum : uint32[block], uint32[block], int64[block]
        As `locate` writes them, births in order of position (not necessarily consecutive).
    n : int
        Births in use.
    draw, seed : int, uint64
    words, place : uint32[slots, 4, block], uint32[block]
        Scratch.
    levels : uint8[columns, block]
        Written.
    """
    for s in range(program.blocks.size):
        fill_words(k, key, n, program.blocks[s], draw, seed, words[s])
    _fill_given(program, k, stratum, n, levels)
    column, parents = program.column, program.parents
    for v in range(program.n_given, program.n_levels.size):
        n_thresholds = program.n_levels[v] - 1
        word = words[program.slot[v], program.lane[v]]
        for arm in range(column.shape[0]):
            mine = column[arm, v]
            owned = True
            for other in range(arm):
                owned = owned and column[other, v] != mine
            if not owned:
                continue
            place[:n] = np.uint32(program.table_start[arm, v])
            varies = False
            for p in range(parents.shape[1]):
                parent = parents[v, p]
                if parent >= 0 and program.n_levels[parent] > 1:
                    add_scaled(levels[column[arm, parent]], program.strides[v, p] * n_thresholds, n, place)
                    varies = True
            _compare(word, place, n, program.thresholds, n_thresholds, varies, levels[mine])
