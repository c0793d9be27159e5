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

_0, _1, _2, _3, _4 = (np.uint64(j) for j in range(5))


class Program(NamedTuple):
    """What `evaluate` reads of a `Packed` program (its docstring says what each means)."""

    n_given: int
    n_columns: int
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
        packed.n_columns,
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
def locate(first, last, program, k, key, stratum):
    """Identify a block of births from position ``first`` on: number in the stratum, its key, its index.

    Writes ``k`` uint32[block], ``key`` uint32[block], ``stratum`` int64[block] and returns how many births are
    in the block. A block that its first stratum fills by half ends with it: births of one stratum are cheaper
    together.
    """
    n = min(BLOCK, last - first)
    start = program.stratum_start
    s, above = 0, start.size - 1  # start[s] <= first < start[above], by halves
    while above - s > 1:
        middle = (s + above) // 2
        if start[middle] <= first:
            s = middle
        else:
            above = middle
    done = 0
    while done < n:
        here = min(n, start[s + 1] - first)  # below `done` where a stratum has no births
        offset = first - start[s]
        key_here = program.stratum_key[s]
        for i in range(done, here):
            k[i] = np.uint32(offset + i)
        for i in range(done, here):
            key[i] = key_here
        for i in range(done, here):
            stratum[i] = s
        if done == 0 and here >= BLOCK // 2:
            return here
        done = max(done, here)
        s += 1
    return n


@njit(cache=True, nogil=True)
def _fill_given(program, k, key, stratum, n, levels):
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
        # (k + key) % slices: the odd births of a stratum fall into other slices than those of the next; by a
        # division of floats, exact below 2**33, because integer division does not vectorise
        turned = np.float64(k[i]) + np.float64(key[i])
        out[i] = np.uint8(np.int32(turned - slices * np.floor(turned / slices)))


@njit(cache=True, nogil=True)
def add_scaled(column, stride, n, index):
    """Add ``stride`` times a column of levels to an index, uint32 throughout so that it vectorises."""
    scale = np.uint32(stride)
    for i in range(n):
        index[i] += np.uint32(scale * np.uint32(column[i]))


@njit(cache=True, forceinline=True)
def _reached(u, table, at, j):
    """1 where threshold ``j`` of the row at ``at`` does not exceed the word; indices unsigned, so not wrapped."""
    return np.uint8(u >= table[np.uint64(at) + j])


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
    elif (
        n_thresholds == 1
    ):  # frequent lengths are written out: a loop over thresholds takes half as long again
        for i in range(n):
            out[i] = _reached(word[i], table, place[i], _0)
    elif n_thresholds == 2:
        for i in range(n):
            u, at = word[i], place[i]
            out[i] = _reached(u, table, at, _0) + _reached(u, table, at, _1)
    elif n_thresholds == 3:
        for i in range(n):
            u, at = word[i], place[i]
            out[i] = _reached(u, table, at, _0) + _reached(u, table, at, _1) + _reached(u, table, at, _2)
    elif n_thresholds == 4:
        for i in range(n):
            u, at = word[i], place[i]
            low = _reached(u, table, at, _0) + _reached(u, table, at, _1)
            out[i] = low + _reached(u, table, at, _2) + _reached(u, table, at, _3)
    elif n_thresholds == 5:
        for i in range(n):
            u, at = word[i], place[i]
            low = _reached(u, table, at, _0) + _reached(u, table, at, _1) + _reached(u, table, at, _2)
            out[i] = low + _reached(u, table, at, _3) + _reached(u, table, at, _4)
    else:
        for i in range(n):
            level = np.uint8(0)
            for j in range(n_thresholds):
                level += _reached(word[i], table, place[i], np.uint64(j))
            out[i] = level


@njit(cache=True, nogil=True)
def _find_rows(program, arm, v, one_stratum, n, levels, place):
    """Place of the first threshold of each birth's row; returns whether it can vary within the block."""
    place[:n] = np.uint32(program.table_start[arm, v])
    n_thresholds = program.n_levels[v] - 1
    varies = False
    for p in range(program.parents.shape[1]):
        parent = program.parents[v, p]
        if parent >= 0:
            column = levels[program.column[arm, parent]]
            add_scaled(column, program.strides[v, p] * n_thresholds, n, place)
            varies = varies or not (one_stratum and parent < program.n_given - 1)
    return varies


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
    _fill_given(program, k, key, stratum, n, levels)
    column = program.column
    one_stratum = stratum[0] == stratum[n - 1]
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
            varies = _find_rows(program, arm, v, one_stratum, n, levels, place)
            _compare(word, place, n, program.thresholds, n_thresholds, varies, levels[mine])
