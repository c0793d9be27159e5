"""Births that can differ between arms, found from what they are in arm 0; only they are worked out again.

Arms differ in tables. A birth that meets no difference in arm 0 has the same levels in every arm, for the first
variable to differ would have to be looked up in a table that differs there. Where arm 0 draws the variable, the
birth's word tells: it must lie between the least and the greatest of a threshold. Where it does not (a policy step
that arm 0 is without), the row of the table tells first, and the word once it has been drawn for those whom the row
could not clear. The same holds for rows of factors on hazards, where there is no word to ask.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from simcore.kernels.arrays import Ints, Words, row_major
from simcore.kernels.levels import COLUMN, FIRST_READ, LANE, READ, SLOT, LookUps, reads_of
from simcore.kernels.packed import OWN, Packed

MOST_TOGETHER = 4096
"""Combinations of columns in one table of flags: it stays in the cache."""
FEW = 8
"""Where arms part at so few thresholds of a variable, each is compared with all births, which vectorises."""
Bytes = npt.NDArray[np.uint8]
Differing = tuple[Ints, Ints, npt.NDArray[np.bool_]]
"""Variables, their strides, and for each row whether it differs between arms."""


class Suspects(NamedTuple):
    """Where arms differ, told from columns of arm 0: at first, and again when births have been set apart."""

    rows: Ints  # [groups, 4] where a group's flags begin, how many, its first read, the end of its reads
    words: Ints  # [variables, 7] where its bounds begin, thresholds, slot and lane of its word, first and end read,
    # and its rows, if arms part at no more than `FEW` thresholds of all of them, else 0
    rows_again: Ints  # the same two, to ask again where all words are known
    words_again: Ints
    differs: Bytes  # for each combination of a group's columns, 1 where arms differ
    bounds: Words  # least and greatest threshold over arms, by row and threshold
    reads: Ints  # [reads, 3] as `LookUps` has them
    asked: Ints  # columns of arm 0 that are needed to ask again
    asked_words: Ints  # [n, 2] and words of arm 0, by slot and lane
    carried: Ints  # columns of arm 0 that other arms read
    carried_words: Ints  # [n, 2] and words of arm 0
    drawn_words: Ints  # [n, 2] words that only other arms draw


class _Found:
    """Collects where arms differ."""

    def __init__(self, packed: Packed) -> None:
        self.packed = packed
        self.sizes = _column_sizes(packed)
        self.reads: list[tuple[int, int, int]] = []
        self.flags = [np.zeros(1, np.uint8)]
        self.bounds = [np.zeros(1, np.uint32)]

    def by_word(self, v: int, tables: Sequence[Words], slot: int, lane: int) -> tuple[int, ...]:
        """A variable whose word is known."""
        read = reads_of(self.packed, 0, self.packed.parents[v], self.packed.strides[v])
        begin = sum(part.size for part in self.bounds)
        least, most = reduce(np.minimum, tables), reduce(np.maximum, tables)
        self.bounds.append(np.stack([least, most], axis=-1).ravel())
        self.reads += read
        rows, size = least.shape
        few = rows if np.count_nonzero(least < most) <= FEW else 0
        return begin, size, slot, lane, len(self.reads) - len(read), len(self.reads), few

    def by_row(self, differing: Iterable[Differing]) -> list[tuple[int, ...]]:
        """Rows of tables, several tables together where their columns' combinations are few."""
        together: list[tuple[tuple[int, ...], Bytes]] = []
        for variables, strides, differs in differing:
            columns, flags = _over_columns(self.packed, self.sizes, variables, strides, differs)
            for i, (others, theirs) in enumerate(together):
                both = tuple(sorted({*columns, *others}))
                if np.prod([self.sizes[c] for c in both], dtype=np.int64) <= MOST_TOGETHER:
                    together[i] = both, _along(flags, columns, both) | _along(theirs, others, both)
                    break
            else:
                together.append((columns, flags))
        groups: list[tuple[int, ...]] = []
        for columns, flags in together:
            begin = sum(part.size for part in self.flags)
            sizes = [self.sizes[c] for c in columns]
            flat = np.ascontiguousarray(np.broadcast_to(flags, sizes)).ravel()
            groups.append((begin, flat.size, len(self.reads), len(self.reads) + len(columns)))
            steps = row_major(sizes)
            self.reads += [(column, step, 1) for column, step in zip(columns, steps, strict=True)]
            self.flags.append(flat)
        return groups


def suspects_of(packed: Packed, look_ups: LookUps, wanted: Ints, *, with_hazards: bool) -> Suspects:
    """Where the arms of a program differ in what the variables ``wanted`` hang on, and in hazards if asked."""
    found = _Found(packed)
    hazards = list(_factors(packed)) if with_hazards else []
    rows = list(hazards)
    words: list[tuple[int, ...]] = []
    steps: list[tuple[int, ...]] = []
    drawn_here = {column: place for place, column in enumerate(look_ups.first[:, COLUMN].tolist())}
    for v in _changed(packed, look_ups):
        tables = [packed.table(arm, v) for arm in range(packed.n_arms)]
        if packed.repeats[0, v] == OWN and packed.column[0, v] in drawn_here:
            slot, lane = look_ups.first[drawn_here[int(packed.column[0, v])], SLOT : LANE + 1].tolist()
            words.append(found.by_word(v, tables, slot, lane))
            continue
        drawn_there = np.isin(look_ups.further[:, COLUMN], packed.column[packed.repeats[:, v] == OWN, v])
        if drawn_there.any():
            parents = packed.parents[v] >= 0
            differs = np.any([table != tables[0] for table in tables], axis=(0, 2))
            rows.append((packed.parents[v][parents], packed.strides[v][parents], differs))
            slot, lane = look_ups.further[drawn_there][0, SLOT : LANE + 1].tolist()
            steps.append(found.by_word(v, tables, slot, lane))
    by_row = found.by_row(rows)
    by_row_again = found.by_row(hazards)
    asked = {
        column
        for begin, end in (*(v[4:6] for v in (*words, *steps)), *(group[2:] for group in by_row_again))
        for column, _, _ in found.reads[begin:end]
    }
    own = {*look_ups.further[:, COLUMN].tolist(), packed.n_columns}
    carried = set(packed.column[1:, wanted[packed.n_levels[wanted] > 1]].ravel().tolist())
    for begin, end in look_ups.further[:, FIRST_READ:].tolist():
        carried.update(look_ups.reads[begin:end, READ].tolist())
    drawn = {(slot, lane) for slot, lane in look_ups.further[:, SLOT : LANE + 1].tolist()}
    early = {place for place in drawn if place[0] < look_ups.n_first_blocks}
    # a step's word may lie in a block that arm 0 has drawn: nobody draws it again for births set apart
    known = {(v[2], v[3]) for v in (*words, *steps) if v[2] < look_ups.n_first_blocks}
    return Suspects(
        np.array(by_row, np.int64).reshape(-1, 4),
        np.array(words, np.int64).reshape(-1, 7),
        np.array(by_row_again, np.int64).reshape(-1, 4),
        np.array([*words, *steps], np.int64).reshape(-1, 7),
        np.concatenate(found.flags),
        np.concatenate(found.bounds),
        np.array(found.reads, np.int64).reshape(-1, 3),
        np.array(sorted(asked), np.int64),
        _places(known),
        np.array(sorted(carried - own), np.int64),
        _places(early),
        _places(drawn - early),
    )


def _places(words: set[tuple[int, int]]) -> Ints:
    """Words by slot and lane, ``int64[n, 2]``."""
    return np.array(sorted(words), np.int64).reshape(-1, 2)


def _changed(packed: Packed, look_ups: LookUps) -> Iterator[int]:
    """Variables that are needed, and whose tables differ between arms."""
    used = set(look_ups.first[:, COLUMN].tolist()) | set(look_ups.further[:, COLUMN].tolist())
    for v in range(packed.n_given, packed.n_variables):
        if np.unique(packed.table_start[:, v]).size > 1 and not used.isdisjoint(packed.column[:, v].tolist()):
            yield v


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
    """The columns of arm 0 that it hangs on whether something differs, and flags over their levels, an axis each."""
    of_variable = [int(packed.column[0, v]) for v in variables]
    columns = tuple(sorted({c for c in of_variable if sizes[c] > 1}))
    row = np.zeros([sizes[c] for c in columns], np.int64)
    for column, stride in zip(of_variable, strides, strict=True):
        if column in columns:
            row += _along(stride * np.arange(sizes[column]), (column,), columns)
    flags: Bytes = differs[row].astype(np.uint8)
    for axis in range(len(columns) - 1, -1, -1):
        if (flags == flags.take([0], axis=axis)).all():
            flags, columns = flags.max(axis=axis), columns[:axis] + columns[axis + 1 :]
    return columns, flags


def _along(table: npt.NDArray[Any], columns: tuple[int, ...], wider: tuple[int, ...]) -> npt.NDArray[Any]:
    """A table over some columns, to be broadcast over more of them; both are in rising order."""
    shape = iter(table.shape)
    return table.reshape([next(shape) if c in columns else 1 for c in wider])
