"""Counting profiles, and the levels of single births: integers out, for all arms in one pass."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.apart import narrow, pick, set_apart
from simcore.kernels.arrays import Ints, Words
from simcore.kernels.block import FIRST, block_kernel
from simcore.kernels.cohort import BLOCK, checked_range, fill_given, locate, make_room, strata_of
from simcore.kernels.differing import Suspects, suspects_of
from simcore.kernels.levels import (
    LookUps,
    fill_blocks,
    fill_row,
    look_ups_of,
    outputs_of,
    with_tables,
    work_out,
)
from simcore.kernels.packed import Packed


class _Scratch(NamedTuple):
    """Where profiles are looked up, and who is worked out again."""

    profile: Words  # [block]
    flags: npt.NDArray[np.uint8]  # [block]
    chosen: Words  # [block]
    again: Words  # [block]


@njit(cache=True, nogil=True)
def _count(first, last, draw, seed, strata, look_ups, suspects, outputs, reads_of_outputs, counts):
    """Fill ``counts`` int64[arms, profiles]: of other arms than the first, how they differ from it."""
    n_slots, n_columns = look_ups.blocks.size, look_ups.n_columns
    scratch = _Scratch(
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint8),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )
    _count_blocks(
        first, last, draw, seed, strata, look_ups, suspects, outputs, reads_of_outputs, counts,
        make_room(n_slots, n_columns), make_room(n_slots, n_columns), scratch,
    )  # fmt: skip


@block_kernel
def _count_blocks(
    first, last, draw, seed, strata, look_ups, suspects, outputs, reads_of_outputs, counts, here, apart, scratch
):  # fmt: skip
    """As `_count`, in rooms for the births of arm 0 and for those of the others."""
    stratum_start, stratum_key, stratum_levels, slices = strata
    mine, further, reads, thresholds, guide, _, blocks, lanes, n_first, _ = look_ups
    by_row, by_word, by_row_again, by_word_again, differs, bounds, questions = suspects[:7]
    asked, asked_words, carried, carried_words, drawn_words = suspects[7:]
    k, key, stratum, words, row, levels = here
    words_apart, levels_apart = apart.words, apart.levels
    profile, flags, chosen, again = scratch
    start = first
    while start < last:
        n = locate(start, last, stratum_start, stratum_key, k, key, stratum)
        one_stratum = stratum[0] == stratum[n - 1]
        fill_given(stratum_levels, slices, k, key, stratum, n, levels)
        fill_blocks(blocks, lanes, FIRST, n_first, k, key, n, draw, seed, words)
        work_out(mine, reads, thresholds, guide, one_stratum, n, words, row, levels)
        fill_row(reads_of_outputs, outputs[0, 0], outputs[0, 1], FIRST, n, levels, profile)
        _tally(profile, n, counts)
        m = pick(by_row, differs, by_word, bounds, questions, n, words, levels, row, flags, chosen)
        if m > 0:
            set_apart(chosen, m, asked, asked_words, here, apart)
            fill_blocks(blocks, lanes, n_first, blocks.size, apart.k, apart.key, m, draw, seed, words_apart)
            m = narrow(
                by_row_again, differs, by_word_again, bounds, questions, m, carried, carried_words,
                drawn_words, here, apart, flags, again, chosen,
            )  # fmt: skip
            work_out(further, reads, thresholds, guide, one_stratum, m, words_apart, row, levels_apart)
            for arm in range(1, counts.shape[0]):
                fill_row(reads_of_outputs, outputs[arm, 0], outputs[arm, 1], FIRST, m, levels_apart, row)
                _move(profile, chosen, row, m, arm, counts)
        start += n


@block_kernel
def _tally(profile, n, counts):
    for i in range(n):
        counts[0, np.uint64(profile[i])] += 1


@block_kernel
def _move(before, chosen, after, m, arm, counts):
    """Take each chosen birth from its profile in arm 0 to the one it has here."""
    for j in range(m):
        counts[arm, np.uint64(before[chosen[j]])] -= 1
        counts[arm, np.uint64(after[j])] += 1


@njit(cache=True, nogil=True)
def _levels(first, last, draw, seed, strata, look_ups, columns, out):
    """Levels of every variable in every arm, uint8[arms, variables, births]."""
    stratum_start, stratum_key, stratum_levels, slices = strata
    mine, further, reads, thresholds, guide, _, blocks, lanes, _, n_columns = look_ups
    k, key, stratum, words, row, levels = make_room(blocks.size, n_columns)
    start = first
    while start < last:
        n = locate(start, last, stratum_start, stratum_key, k, key, stratum)
        one_stratum = stratum[0] == stratum[n - 1]
        fill_given(stratum_levels, slices, k, key, stratum, n, levels)
        fill_blocks(blocks, lanes, FIRST, blocks.size, k, key, n, draw, seed, words)
        work_out(mine, reads, thresholds, guide, one_stratum, n, words, row, levels)
        work_out(further, reads, thresholds, guide, one_stratum, n, words, row, levels)
        for arm in range(out.shape[0]):
            for v in range(out.shape[1]):
                for i in range(n):
                    out[arm, v, start - first + i] = levels[columns[arm, v], i]
        start += n


class Counting(NamedTuple):
    """What counting needs of a program: the same for every range of its births."""

    look_ups: LookUps
    suspects: Suspects
    outputs: Ints  # [arms, 2] first and end of the reads that make up an arm's profile
    reads: Ints  # [reads, 3]


def counting_of(packed: Packed, like: Counting | None = None) -> Counting:
    """Prepare to count; ``like`` is that of another draw of the same program, which spares most of the work."""
    wanted = packed.profile_vars
    look_ups = look_ups_of(packed, wanted) if like is None else with_tables(like.look_ups, packed)
    suspects = suspects_of(packed, look_ups, wanted, with_hazards=False)
    if like is not None:
        return like._replace(look_ups=look_ups, suspects=suspects)
    outputs, reads = outputs_of(packed, wanted, packed.profile_strides)
    return Counting(look_ups, suspects, outputs, reads)


def count_profiles(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    prepared: Counting | None = None,
) -> Ints:
    """Count the births of each profile in each arm.

    Any split of the births into ranges adds up to the same counts, and releases the interpreter lock.

    Parameters
    ----------
    packed : Packed
    seed : int
        0 to 2**64 - 1.
    draw : int
        Number of the parameter draw, 0 to 2**32 - 1: part of every birth's luck.
    first_birth, last_birth : int
        Positions in the program's order of births, the last not included; all of them unless given.
    prepared : Counting, optional
        `counting_of` the same program, to serve several calls.

    Returns
    -------
    int64[arms, profiles]
        Profile ``sum(profile_strides * level(profile_vars))``.

    Raises
    ------
    ValueError
        When births, seed or draw are out of range.
    """
    key, first, last = checked_range(packed, seed, draw, first_birth, last_birth)
    look_ups, suspects, outputs, reads = counting_of(packed) if prepared is None else prepared
    counts = np.zeros((packed.n_arms, packed.n_profiles), np.int64)
    _count(first, last, int(draw), key, strata_of(packed), look_ups, suspects, outputs, reads, counts)
    counts[1:] += counts[0]
    return counts


def evaluate_births(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    variables: Ints | None = None,
    prepared: LookUps | None = None,
) -> npt.NDArray[np.uint8]:
    """The variables of every birth in every arm, one by one.

    Arguments and errors as `count_profiles`, and:

    Parameters
    ----------
    variables : int64[variables], optional
        Those that are wanted; all of them unless given.
    prepared : LookUps, optional
        `look_ups_of` the same program and variables, to serve several calls.

    Returns
    -------
    uint8[arms, variables, births]
    """
    key, first, last = checked_range(packed, seed, draw, first_birth, last_birth)
    wanted = np.arange(packed.n_variables) if variables is None else variables
    look_ups = look_ups_of(packed, wanted) if prepared is None else prepared
    levels = np.empty((packed.n_arms, wanted.size, last - first), np.uint8)
    columns = np.ascontiguousarray(packed.column[:, wanted])
    _levels(first, last, int(draw), key, strata_of(packed), look_ups, columns, levels)
    return levels
