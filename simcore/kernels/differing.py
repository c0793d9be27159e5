"""Births that can differ between arms, found from what they are in arm 0; only they are worked out again.

Arms differ in tables. A birth that meets no difference in arm 0 has the same levels in every arm, for the first
variable to differ would have to be looked up in a table that differs there. Where arm 0 draws the variable, the
birth's word tells: it must lie between the least and the greatest of a threshold. Where it does not (a policy step
that arm 0 is without), the row of the table tells. The same holds for rows of factors on hazards.
"""

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints, Words, row_major
from simcore.kernels.levels import COLUMN, FIRST_READ, LANE, READ, SLOT, LookUps, fill_row, reads_of
from simcore.kernels.packed import OWN, Packed

Bytes = npt.NDArray[np.uint8]


class Suspects(NamedTuple):
    """Where arms differ, told from columns of arm 0."""

    rows: Ints  # [groups, 3] where a group's flags begin, its first read, the end of its reads
    flags: Bytes  # for each combination of those columns, 1 where arms differ
    words: Ints  # [variables, 6] where its bounds begin, thresholds, slot and lane of its word, first and end read
    bounds: Words  # least and greatest threshold over arms, by row and threshold
    reads: Ints  # [reads, 3] as `LookUps` has them
    carried: Ints  # columns of arm 0 that are needed for births set apart
    carried_words: Ints  # [n, 2] slot and lane of words of arm 0 that are needed for them


def suspects_of(packed: Packed, look_ups: LookUps, wanted: Ints, *, with_hazards: bool) -> Suspects:
    """Where the arms of a program differ in what the variables ``wanted`` hang on, and in hazards if asked."""
    flags_of: dict[tuple[int, ...], Bytes] = {}
    sizes = _column_sizes(packed)
    differing = list(_factors(packed)) if with_hazards else []
    bounds, words, size = [np.zeros(1, np.uint32)], [], 1
    reads: list[tuple[int, int, int]] = []
    drawn = {column: place for place, column in enumerate(look_ups.first[:, COLUMN].tolist())}
    for v in _changed(packed, look_ups):
        tables = [packed.table(arm, v) for arm in range(packed.n_arms)]
        least, greatest = reduce(np.minimum, tables), reduce(np.maximum, tables)
        read = reads_of(packed, 0, packed.parents[v], packed.strides[v])
        if packed.repeats[0, v] == OWN and packed.column[0, v] in drawn:
            _, n_thresholds, _, _, slot, lane, _, _ = look_ups.first[drawn[int(packed.column[0, v])]].tolist()
            words.append((size, n_thresholds, slot, lane, len(reads), len(reads) + len(read)))
            bounds.append(np.stack([least, greatest], axis=-1).ravel())
            size += bounds[-1].size
            reads += read
        else:
            parents = packed.parents[v] >= 0
            differs = (least != greatest).any(axis=1)
            differing.append((packed.parents[v][parents], packed.strides[v][parents], differs))
    for variables, strides, differs in differing:
        columns, flags = _over_columns(packed, sizes, variables, strides, differs)
        flags_of[columns] = flags_of[columns] | flags if columns in flags_of else flags
    rows, size = [], 0
    for columns, flags in flags_of.items():
        rows.append((size, len(reads), len(reads) + len(columns)))
        reads += [
            (c, stride, 1) for c, stride in zip(columns, row_major([sizes[c] for c in columns]), strict=True)
        ]
        size += flags.size
    return Suspects(
        np.array(rows, np.int64).reshape(-1, 3),
        np.concatenate([*flags_of.values(), np.zeros(1, np.uint8)]),
        np.array(words, np.int64).reshape(-1, 6),
        np.concatenate(bounds),
        np.array(reads, np.int64).reshape(-1, 3),
        *_carried(packed, look_ups, wanted),
    )


def _changed(packed: Packed, look_ups: LookUps) -> Iterator[int]:
    """Variables that are needed, and whose tables differ between arms."""
    used = set(look_ups.first[:, COLUMN].tolist()) | set(look_ups.further[:, COLUMN].tolist())
    for v in range(packed.n_given, packed.n_variables):
        if np.unique(packed.table_start[:, v]).size > 1 and not used.isdisjoint(packed.column[:, v].tolist()):
            yield v


def _carried(packed: Packed, look_ups: LookUps, wanted: Ints) -> tuple[Ints, Ints]:
    """Columns and words of arm 0 that other arms read."""
    own = set(look_ups.further[:, COLUMN].tolist())
    read = set(packed.column[1:, wanted].ravel().tolist())
    for begin, end in look_ups.further[:, FIRST_READ:].tolist():
        read.update(look_ups.reads[begin:end, READ].tolist())
    words = {(slot, lane) for slot, lane in look_ups.further[:, SLOT : LANE + 1].tolist()}
    early = sorted((slot, lane) for slot, lane in words if slot < look_ups.n_first_blocks)
    columns = sorted(read - own - {packed.n_columns})
    return np.array(columns, np.int64), np.array(early, np.int64).reshape(-1, 2)


Differing = tuple[Ints, Ints, npt.NDArray[np.bool_]]
"""Variables, their strides, and for each row whether it differs between arms."""


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
def pick(rows, table, by_word, bounds, reads, n, words, levels, row, flags, chosen):
    """Find the births of a block that can differ: writes their places into ``chosen``, returns how many.

    The first five are a `Suspects`' ``rows``, ``flags``, ``words``, ``bounds`` and ``reads``; ``words`` and
    ``levels`` are what is known of the block in arm 0.
    """
    if rows.shape[0] == 0 and by_word.shape[0] == 0:
        return 0
    flags[:n] = np.uint8(0)
    for g in range(rows.shape[0]):
        fill_row(reads, rows[g, 1], rows[g, 2], rows[g, 0], n, levels, row)
        for i in range(n):
            flags[i] |= table[np.uint64(row[i])]
    for v in range(by_word.shape[0]):
        begin, size = np.uint64(by_word[v, 0]), np.uint64(by_word[v, 1])
        slot, lane = by_word[v, 2], by_word[v, 3]
        fill_row(reads, by_word[v, 4], by_word[v, 5], np.int64(0), n, levels, row)
        for j in range(size):
            for i in range(n):
                at = begin + np.uint64(2) * (size * np.uint64(row[i]) + j)
                u = words[slot, lane, i]
                flags[i] |= np.uint8((bounds[at] <= u) & (u < bounds[at + np.uint64(1)]))
    found = np.uint64(0)
    for i in range(n):
        chosen[found] = np.uint32(i)  # without a branch: one that cannot differ is overwritten by the next
        found += np.uint64(flags[i])
    return np.int64(found)


@njit(cache=True, nogil=True)
def set_apart(chosen, m, carried, carried_words, here, apart):
    """Take the ``m`` births at ``chosen`` from one room to another: who they are, and what is known of them."""
    for j in range(m):
        apart.k[j], apart.key[j] = here.k[chosen[j]], here.key[chosen[j]]
    for w in range(carried_words.shape[0]):
        slot, lane = carried_words[w, 0], carried_words[w, 1]
        for j in range(m):
            apart.words[slot, lane, j] = here.words[slot, lane, chosen[j]]
    for c in range(carried.size):
        column = carried[c]
        for j in range(m):
            apart.levels[column, j] = here.levels[column, chosen[j]]
