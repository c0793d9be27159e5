"""From luck to levels, column by column: every variable of a block of births, in the arms that need it.

A program is turned into a list of *look-ups*, one for each column: which columns say the row of the table, which
word is compared with the row's thresholds. For each of them a few plain loops run over the block. What the tables
mean is worked out once a block, not once a birth.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints, Words
from simcore.kernels.block import FIRST, block_kernel
from simcore.kernels.guide import UNSURE, fill_guide, is_guided
from simcore.kernels.packed import OWN, Packed
from simcore.kernels.rng import fill_stretch, fill_word, fill_words

Bytes = npt.NDArray[np.uint8]
COLUMN, THRESHOLDS, START, GUIDE, SLOT, LANE, FIRST_READ, END_READ = range(8)
"""What a look-up holds: the column it writes, how many thresholds a row has, where its table begins, where its
guide begins (-1: none), the slot and lane of its word, and its part of the reads."""
SEVERAL = -1
"""Stands for a lane where more than one word of a Philox block is in use."""
READ, STRIDE, DRAWN = range(3)
"""What a read holds: a column, what one level of it adds to the row, whether it can vary within a stratum."""
_0, _1, _BYTES = np.uint64(0), np.uint64(1), np.uint64(256)
_TOP = np.uint32(24)


class LookUps(NamedTuple):
    """A program as kernels take it."""

    first: Ints  # [look-ups, 8] of columns that arm 0 needs, in causal order
    further: Ints  # [look-ups, 8] of columns that only other arms need
    reads: Ints  # [reads, 3]
    thresholds: Words
    guide: Bytes
    guided: Ints  # [guides, 4] table start, thresholds of a row, where the guide begins, rows
    blocks: Ints  # [slots] the Philox block numbers in use, those of arm 0 first
    lanes: Ints  # [slots] which word of the block is in use, SEVERAL where it is not one alone
    n_first_blocks: int  # how many of them arm 0 needs
    n_columns: int  # one more column holds the first level of everything


def look_ups_of(packed: Packed, wanted: Ints) -> LookUps:
    """The look-ups of a program: what the variables ``wanted`` hang on, in every arm.

    Variables that lead to none of them are left out, and each Philox block is listed once.
    """
    first, further = _owned(packed, wanted)
    blocks = np.unique(packed.decision[[v for _, v in first]] // 4)
    more = np.setdiff1d(packed.decision[[v for _, v in further]] // 4, blocks)
    every = np.concatenate([blocks, more])
    reads: list[tuple[int, int, int]] = []
    rows = []
    guides: dict[int, tuple[int, int, int, int]] = {}
    size = 0
    for arm, v in (*first, *further):
        begin = len(reads)
        reads += reads_of(packed, arm, packed.parents[v], packed.strides[v])
        block, lane = divmod(int(packed.decision[v]), 4)
        slot = int(np.flatnonzero(every == block)[0])
        start = int(packed.table_start[arm, v])
        column = int(packed.column[arm, v])
        n_thresholds = int(packed.n_levels[v]) - 1
        if is_guided(packed, v) and start not in guides:
            guides[start] = start, n_thresholds, size, int(packed.rows[v])
            size += 256 * int(packed.rows[v])
        # a variable of one level has no thresholds: its table begins where that of another does
        guide = guides[start][2] if is_guided(packed, v) else -1
        rows.append((column, n_thresholds, start, guide, slot, lane, begin, len(reads)))
    table = np.array(rows, np.int64).reshape(-1, 8)
    look_ups = LookUps(
        table[: len(first)].copy(),
        table[len(first) :].copy(),
        np.array(reads, np.int64).reshape(-1, 3),
        packed.thresholds,
        np.empty(max(size, 1), np.uint8),
        np.array(list(guides.values()), np.int64).reshape(-1, 4),
        every,
        _lanes(table, every.size),
        blocks.size,
        packed.n_columns,
    )
    return with_tables(look_ups, packed)


def with_tables(look_ups: LookUps, packed: Packed) -> LookUps:
    """The same look-ups in the tables of another draw."""
    guide = np.empty_like(look_ups.guide)
    for start, n_thresholds, begin, rows in look_ups.guided.tolist():
        fill_guide(packed.thresholds, start, n_thresholds, guide, begin, rows)
    return look_ups._replace(thresholds=packed.thresholds, guide=guide)


def reads_of(packed: Packed, arm: int, variables: Ints, strides: Ints) -> list[tuple[int, int, int]]:
    """How an arm reads the row of a table over some variables (padded with -1): the reads of its columns."""
    return [
        (int(packed.column[arm, v]), int(stride), int(v >= packed.n_given - 1))
        for v, stride in zip(variables.tolist(), strides.tolist(), strict=True)
        if v >= 0 and packed.n_levels[v] > 1 and packed.column[arm, v] != packed.n_columns
    ]


def outputs_of(packed: Packed, variables: Ints, strides: Ints) -> tuple[Ints, Ints]:
    """How every arm reads a dense index over some variables.

    Returns
    -------
    int64[arms, 2], int64[reads, 3]
        The first and the end of each arm's reads, and the reads.
    """
    reads = [reads_of(packed, arm, variables, strides) for arm in range(packed.n_arms)]
    ends = np.cumsum([0, *(len(of_arm) for of_arm in reads)])
    flat = np.array([read for of_arm in reads for read in of_arm], np.int64).reshape(-1, 3)
    return np.stack([ends[:-1], ends[1:]], axis=1), flat


def _owned(packed: Packed, wanted: Ints) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Columns to work out as (arm, variable): those of arm 0, then those that only other arms have."""
    needed = np.zeros(packed.n_columns + 1, bool)
    needed[packed.column[:, wanted]] = True
    owner: dict[int, tuple[int, int]] = {}
    for arm, v in np.argwhere(packed.repeats == OWN).tolist():
        if v >= packed.n_given:
            owner.setdefault(int(packed.column[arm, v]), (arm, v))
    owned = []
    for column, (arm, v) in sorted(owner.items(), key=lambda item: item[1][1], reverse=True):
        if needed[column]:
            parents = packed.parents[v][packed.parents[v] >= 0]
            # where another arm differs is told from columns of arm 0, though nothing there may hang on them
            needed[packed.column[np.ix_([0, arm], parents)]] = True
            owned.append((arm, v))
    owned.reverse()
    return [task for task in owned if task[0] == 0], [task for task in owned if task[0] > 0]


def _lanes(look_ups: Ints, n_slots: int) -> Ints:
    """The lane of each slot that has one word in use."""
    used = [np.unique(look_ups[look_ups[:, SLOT] == slot, LANE]) for slot in range(n_slots)]
    return np.array([lanes[0] if lanes.size == 1 else SEVERAL for lanes in used], np.int64)


@block_kernel
def fill_blocks(blocks, lanes, begin, end, k, key, n, draw, seed, words):
    """Words of the Philox blocks in slots ``begin`` to ``end``: uint32[slots, 4, block].

    Births come in order: that the first and the last are of one stratum, and as far apart as their places, tells that
    all follow one another.
    """
    if n == 0:
        return
    stretch = key[0] == key[n - 1] and np.int64(k[n - 1]) - np.int64(k[0]) == n - 1
    for s in range(begin, end):
        if lanes[s] != SEVERAL:
            fill_word(k, key, n, blocks[s], lanes[s], draw, seed, s, words)
        elif stretch:
            fill_stretch(np.int64(k[0]), key[0], n, blocks[s], draw, seed, s, words)
        else:
            fill_words(k, key, n, blocks[s], draw, seed, s, words)


@block_kernel
def fill_row(reads, first, end, begin, n, levels, row):
    """``begin`` plus what the reads ``first`` to ``end`` add up to, for each birth: uint32[block].

    uint32 throughout, so that it vectorises.
    """
    start = np.uint32(begin)
    if first == end:
        row[:n] = start
        return
    column, scale = reads[first, READ], np.uint32(reads[first, STRIDE])
    for i in range(n):
        row[i] = start + np.uint32(scale * np.uint32(levels[column, i]))
    for r in range(first + 1, end):
        column, scale = reads[r, READ], np.uint32(reads[r, STRIDE])
        for i in range(n):
            row[i] += np.uint32(scale * np.uint32(levels[column, i]))


@njit(cache=True, forceinline=True)
def _reached(u, table, at, j):
    """1 where threshold ``j`` of the row at ``at`` does not exceed the word; indices unsigned, so not wrapped."""
    return np.uint8(u >= table[at + j])


@block_kernel
def _compare_constants(words, slot, lane, n, table, at, n_thresholds, column, levels):
    """Level of each birth where all have the row at ``at``: the comparison vectorises."""
    levels[column, :n] = np.uint8(0)
    for j in range(n_thresholds):
        limit = table[at + j]
        for i in range(n):
            levels[column, i] += np.uint8(words[slot, lane, i] >= limit)


@block_kernel
def _compare(words, slot, lane, row, n, table, start, n_thresholds, column, levels):
    """Level of each birth: how many of its row's thresholds do not exceed its word.

    Short rows are written out: a loop over thresholds takes half as long again.
    """
    begin, size = np.uint64(start), np.uint64(n_thresholds)
    if n_thresholds == 1:
        for i in range(n):
            levels[column, i] = _reached(words[slot, lane, i], table, begin + np.uint64(row[i]), _0)
    elif n_thresholds == 2:
        for i in range(n):
            u, at = words[slot, lane, i], begin + np.uint64(row[i]) * size
            levels[column, i] = _reached(u, table, at, _0) + _reached(u, table, at, _1)
    else:
        for i in range(n):
            u, at = words[slot, lane, i], begin + np.uint64(row[i]) * size
            level = np.uint8(0)
            for j in range(size):
                level += _reached(u, table, at, j)
            levels[column, i] = level


@block_kernel
def _look_up(words, slot, lane, row, n, guide, guide_start, table, start, n_thresholds, column, levels):
    """The same by the guide: the top byte of a word nearly always tells the level."""
    begin, size, first = np.uint64(start), np.uint64(n_thresholds), np.uint64(guide_start)
    for i in range(n):
        u = words[slot, lane, i]
        level = guide[first + np.uint64(row[i]) * _BYTES + np.uint64(u >> _TOP)]
        if level == UNSURE:
            level = np.uint8(0)
            at = begin + np.uint64(row[i]) * size
            for j in range(size):
                level += _reached(u, table, at, j)
        levels[column, i] = level


@block_kernel
def work_out(look_ups, reads, thresholds, guide, one_stratum, n, words, row, levels):
    """Columns of some look-ups for ``n`` births whose words and earlier columns are there.

    Parameters
    ----------
    look_ups : int64[look-ups, 8]
        `LookUps.first` or `LookUps.further`.
    reads, thresholds, guide
        As `LookUps` has them.
    one_stratum : bool
        Whether all births are of one stratum.
    n : int
    words : uint32[slots, 4, block]
    row : uint32[block]
        Scratch.
    levels : uint8[columns + 1, block]
        Read and written.
    """
    if n == 0:
        return
    for t in range(look_ups.shape[0]):
        column, n_thresholds, start = look_ups[t, COLUMN], look_ups[t, THRESHOLDS], look_ups[t, START]
        slot, lane, guide_start = look_ups[t, SLOT], look_ups[t, LANE], look_ups[t, GUIDE]
        first, end = look_ups[t, FIRST_READ], look_ups[t, END_READ]
        fill_row(reads, first, end, FIRST, n, levels, row)
        varies = False
        for r in range(first, end):
            varies = varies or not one_stratum or reads[r, DRAWN] == 1
        if not varies:
            at = start + np.int64(row[0]) * n_thresholds
            _compare_constants(words, slot, lane, n, thresholds, at, n_thresholds, column, levels)
        elif guide_start >= 0:
            _look_up(
                words, slot, lane, row, n, guide, guide_start, thresholds, start, n_thresholds, column, levels
            )
        else:
            _compare(words, slot, lane, row, n, thresholds, start, n_thresholds, column, levels)
