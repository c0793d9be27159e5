"""From luck to levels, column by column: every variable of a block of births, in the arms that need it.

For each variable and each parent a plain loop over the block builds the row of the table; then the birth's
word is compared with the row's thresholds. What the tables mean is worked out once a block, not once a birth.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints, Words
from simcore.kernels.guide import UNSURE, guides_of
from simcore.kernels.packed import OWN, Packed
from simcore.kernels.rng import fill_words

_0, _1, _BYTES = np.uint64(0), np.uint64(1), np.uint64(256)
_TOP = np.uint32(24)
Bytes = npt.NDArray[np.uint8]


class Program(NamedTuple):
    """What kernels read of a `Packed` program (its docstring says what most of it means)."""

    n_given: int
    n_columns: int
    n_levels: Ints
    parents: Ints
    strides: Ints
    thresholds: Words
    table_start: Ints
    guide: Bytes  # see `simcore.kernels.guide`
    guide_start: Ints  # [arms, variables]
    column: Ints
    stratum_start: Ints
    stratum_levels: Ints
    stratum_key: Words
    blocks: Ints  # [slots] the Philox block numbers in use, those of arm 0 first
    n_first_blocks: int  # how many of them arm 0 needs
    slot: Ints  # [variables] where the variable's block stands in `blocks`
    lane: Ints  # [variables] which of its four words
    first: Ints  # [tasks, 2] (arm 0, variable) in causal order: the columns that arm 0 needs
    further: Ints  # [tasks, 2] (arm, variable) in causal order: the columns that only other arms need


def program_of(packed: Packed, wanted: Ints) -> Program:
    """The kernels' view of a packed program: what the variables ``wanted`` hang on, in every arm.

    Variables that lead to none of them are left out, and each Philox block is listed once.
    """
    first, further = _tasks(packed, wanted)
    blocks = np.unique(packed.decision[first[:, 1]] // 4)
    more = np.setdiff1d(np.unique(packed.decision[further[:, 1]] // 4), blocks)
    every = np.concatenate([blocks, more])
    slot = np.zeros(packed.n_variables, np.int64)
    for place, number in enumerate(every):
        slot[packed.decision // 4 == number] = place
    guide, guide_start = guides_of(packed, np.concatenate([first, further]))
    return Program(
        packed.n_given,
        packed.n_columns,
        packed.n_levels,
        packed.parents,
        packed.strides,
        packed.thresholds,
        packed.table_start,
        guide,
        guide_start,
        packed.column,
        packed.stratum_start,
        packed.stratum_levels,
        packed.stratum_key,
        every,
        blocks.size,
        slot,
        packed.decision % 4,
        first,
        further,
    )


def _tasks(packed: Packed, wanted: Ints) -> tuple[Ints, Ints]:
    """Columns to work out as (arm, variable): those of arm 0, then those that only other arms have."""
    needed = np.zeros(packed.n_columns + 1, bool)
    needed[packed.column[:, wanted]] = True
    owner: dict[int, tuple[int, int]] = {}
    for arm in range(packed.n_arms):
        for v in range(packed.n_given, packed.n_variables):
            if packed.repeats[arm, v] == OWN:
                owner.setdefault(int(packed.column[arm, v]), (arm, v))
    tasks = []
    for column, (arm, v) in sorted(owner.items(), key=lambda item: item[1][1], reverse=True):
        if needed[column]:
            parents = packed.parents[v]
            needed[packed.column[arm, parents[parents >= 0]]] = True
            tasks.append((arm, v))
    tasks.reverse()
    first = [task for task in tasks if task[0] == 0]
    further = [task for task in tasks if task[0] > 0]
    return np.array(first, np.int64).reshape(-1, 2), np.array(further, np.int64).reshape(-1, 2)


@njit(cache=True, nogil=True)
def fill_given(program, k, key, stratum, n, levels):
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
    return np.uint8(u >= table[at + j])


@njit(cache=True, nogil=True)
def _compare_constants(word, n, table, at, n_thresholds, out):
    """Level of each birth where all have the row at ``at``: the comparison vectorises."""
    out[:n] = np.uint8(0)
    for j in range(n_thresholds):
        limit = table[at + j]
        for i in range(n):
            out[i] += np.uint8(word[i] >= limit)


@njit(cache=True, nogil=True)
def _compare(word, row, n, table, start, n_thresholds, out):
    """Level of each birth: how many of its row's thresholds do not exceed its word.

    Short rows are written out: a loop over thresholds takes half as long again. Arrays are handed over whole
    with a start: a slice of what threads share would count references.
    """
    begin, size = np.uint64(start), np.uint64(n_thresholds)
    if n_thresholds == 1:
        for i in range(n):
            out[i] = _reached(word[i], table, begin + np.uint64(row[i]), _0)
    elif n_thresholds == 2:
        for i in range(n):
            u, at = word[i], begin + np.uint64(row[i]) * size
            out[i] = _reached(u, table, at, _0) + _reached(u, table, at, _1)
    else:
        for i in range(n):
            u, at = word[i], begin + np.uint64(row[i]) * size
            level = np.uint8(0)
            for j in range(size):
                level += _reached(u, table, at, j)
            out[i] = level


@njit(cache=True, nogil=True)
def _look_up(word, row, n, guide, guide_start, table, start, n_thresholds, out):
    """The same by the guide: the top byte of a word nearly always tells the level."""
    begin, size, first = np.uint64(start), np.uint64(n_thresholds), np.uint64(guide_start)
    for i in range(n):
        u = word[i]
        level = guide[first + np.uint64(row[i]) * _BYTES + np.uint64(u >> _TOP)]
        if level == UNSURE:
            level = np.uint8(0)
            at = begin + np.uint64(row[i]) * size
            for j in range(size):
                level += _reached(u, table, at, j)
        out[i] = level


@njit(cache=True, nogil=True)
def work_out(program, tasks, one_stratum, n, words, row, levels):
    """Columns of ``tasks`` for ``n`` births whose parents' columns are there.

    Parameters
    ----------
    program : Program
    tasks : int64[tasks, 2]
        ``program.first`` or ``program.further``.
    one_stratum : bool
        Whether all births are of one stratum.
    n : int
    words : uint32[slots, 4, block]
        Filled for the blocks that the tasks need.
    row : uint32[block]
        Scratch.
    levels : uint8[columns + 1, block]
        Read and written.
    """
    for t in range(tasks.shape[0]):
        arm, v = tasks[t, 0], tasks[t, 1]
        n_thresholds = program.n_levels[v] - 1
        word = words[program.slot[v], program.lane[v]]
        row[:n] = np.uint32(0)
        varies = False
        for p in range(program.parents.shape[1]):
            parent = program.parents[v, p]
            if parent >= 0:
                add_scaled(levels[program.column[arm, parent]], program.strides[v, p], n, row)
                varies = varies or not (one_stratum and parent < program.n_given - 1)
        start, guide_start = program.table_start[arm, v], program.guide_start[arm, v]
        out = levels[program.column[arm, v]]
        if not varies:
            at = start + np.int64(row[0]) * n_thresholds
            _compare_constants(word, n, program.thresholds, at, n_thresholds, out)
        elif guide_start >= 0:
            _look_up(word, row, n, program.guide, guide_start, program.thresholds, start, n_thresholds, out)
        else:
            _compare(word, row, n, program.thresholds, start, n_thresholds, out)


@njit(cache=True, nogil=True)
def fill_blocks(program, begin, end, k, key, n, draw, seed, words):
    """Words of the Philox blocks in slots ``begin`` to ``end``, one for all decisions in it."""
    for s in range(begin, end):
        fill_words(k, key, n, program.blocks[s], draw, seed, words[s])


@njit(cache=True, nogil=True)
def work_out_first(program, room, n, draw, seed):
    """Every column that arm 0 needs, for the first ``n`` births of a room (their ``k``, ``key`` and ``stratum``)."""
    fill_blocks(program, 0, program.n_first_blocks, room.k, room.key, n, draw, seed, room.words)
    fill_given(program, room.k, room.key, room.stratum, n, room.levels)
    one_stratum = room.stratum[0] == room.stratum[n - 1]
    work_out(program, program.first, one_stratum, n, room.words, room.row, room.levels)


@njit(cache=True, nogil=True)
def row_of(columns, variables, strides, begin, n, levels, row):
    """``begin`` plus the row that each birth has in a table over ``variables`` (padded with -1)."""
    row[:n] = np.uint32(begin)
    for q in range(variables.size):
        if variables[q] >= 0:
            add_scaled(levels[columns[variables[q]]], strides[q], n, row)
