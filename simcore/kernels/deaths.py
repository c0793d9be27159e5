"""Realised deaths: one latent clock per cause, the earliest within the last band edge is the death.

The clock of cause ``c`` has a word of its own, ``u = (word + 1/2) / 2**32``, and rings when its cumulative
hazard reaches ``-log(1 - u)``: a small word rings early. Within a band the hazard is constant, so the time is
linear in it. Ties go to the cause of the lower number. A policy that acts on one cause leaves the other
clocks alone.

Most births are passed over by the screen (`simcore.kernels.screen`); the others are gathered into full blocks
and go through the same columnar code as profile counts. The deaths are the same, birth for birth, with and
without it.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.cohort import BLOCK, Program, add_scaled, checked_range, evaluate, locate, program_of
from simcore.kernels.packed import Floats, Ints, Packed, Words
from simcore.kernels.rng import fill_words
from simcore.kernels.screen import Screen, screen_of

MOST_PASSING = 0.5
"""Where more births than this would pass, screening does not pay and every birth is worked out."""
_WORD = 1.0 / 4294967296.0


class Clocks(NamedTuple):
    """What the kernel reads of an `Outcome`, and of a `Screen`."""

    blocks: Ints  # [slots] Philox blocks of the clocks, then of the screening variable
    n_clock_blocks: int
    slot: Ints  # [causes]
    lane: Ints  # [causes]
    edges: Floats
    hazard_vars: Ints
    hazard_strides: Ints
    hazard: Floats
    total: Floats  # [rows, causes] over all bands
    hazard_start: Ints
    cell_vars: Ints
    cell_strides: Ints
    screens: bool
    screen_slot: int
    screen_lane: int
    step_edges: Words
    step_limits: Words


class Realised(NamedTuple):
    """What became of each birth in each arm; -1 throughout for those who live."""

    cause: npt.NDArray[np.int8]  # [arms, births]
    band: npt.NDArray[np.int8]  # [arms, births]
    day: npt.NDArray[np.int32]  # [arms, births] completed days of life


def _clocks(packed: Packed, screen: Screen | None) -> Clocks:
    outcome = packed.deaths
    blocks, slot = np.unique(outcome.decision // 4, return_inverse=True)
    n_clock_blocks = blocks.size
    at, lane, edges, limits = 0, 0, np.zeros(0, np.uint32), np.zeros((0, 0), np.uint32)
    if screen is not None:
        edges, limits = screen.edges, screen.limits
        if screen.variable >= 0:
            number, lane = divmod(int(packed.decision[screen.variable]), 4)
            found = np.flatnonzero(blocks == number)
            at = int(found[0]) if found.size else blocks.size
            blocks = blocks if found.size else np.append(blocks, number)
    return Clocks(
        blocks,
        n_clock_blocks,
        slot.astype(np.int64),
        outcome.decision % 4,
        outcome.edges,
        outcome.hazard_vars,
        outcome.hazard_strides,
        outcome.hazard,
        outcome.hazard.sum(axis=2),
        outcome.hazard_start,
        outcome.cell_vars,
        outcome.cell_strides,
        screen is not None,
        at,
        lane,
        edges,
        np.ascontiguousarray(limits),
    )


@njit(cache=True, nogil=True)
def _flag(word, clock, n, edges, limits, flags):
    """Flag the births whose ``clock`` word is within the limit of the step that ``word`` lies in."""
    edge_0, edge_1, edge_2 = edges[0], edges[1], edges[2]
    limit_0, limit_1, limit_2, limit_3 = limits[0], limits[1], limits[2], limits[3]
    for i in range(n):
        limit = limit_2 if word[i] < edge_2 else limit_3
        limit = limit_1 if word[i] < edge_1 else limit
        limit = limit_0 if word[i] < edge_0 else limit
        flags[i] |= np.uint8(clock[i] <= limit)


@njit(cache=True, nogil=True)
def _death(word_of, i, row, clocks):
    """Cause, band and day of death of one birth, -1 where none: ``word_of`` is uint32[slots, 4, block]."""
    cause, band, day, earliest = -1, -1, -1, np.inf
    bands = clocks.edges.size - 1
    for c in range(clocks.slot.size):
        u = (np.float64(word_of[clocks.slot[c], clocks.lane[c], i]) + 0.5) * _WORD
        if u > clocks.total[row, c]:  # -log(1 - u) is greater still: this clock cannot ring
            continue
        needed = -math.log1p(-u)
        reached = 0.0
        for b in range(bands):
            hazard = clocks.hazard[row, c, b]
            if needed < reached + hazard:
                begin, end = clocks.edges[b], clocks.edges[b + 1]
                time = begin + (needed - reached) / hazard * (end - begin)
                if time < earliest:
                    # rounding may carry a time to the very end of its band: the day stays within
                    cause, band, day, earliest = c, b, min(int(time), math.ceil(end) - 1), time
                break
            reached += hazard
    return cause, band, day


@njit(cache=True, nogil=True)
def _work_out(
    program,
    clocks,
    k,
    key,
    stratum,
    position,
    n,
    draw,
    seed,
    words,
    clock_words,
    index,
    cell,
    levels,
    deaths,
    keep,
    fate,
):
    """Levels and clocks of ``n`` gathered births in every arm: adds to ``deaths``, writes ``fate``."""
    evaluate(program, k, key, stratum, n, draw, seed, words, index, levels)
    for s in range(clocks.n_clock_blocks):
        fill_words(k, key, n, clocks.blocks[s], draw, seed, clock_words[s])
    for arm in range(deaths.shape[0]):
        column = program.column[arm]
        index[:n] = np.uint32(clocks.hazard_start[arm])
        for d in range(clocks.hazard_vars.size):
            add_scaled(levels[column[clocks.hazard_vars[d]]], clocks.hazard_strides[d], n, index)
        cell[:n] = np.uint32(0)
        for d in range(clocks.cell_vars.size):
            add_scaled(levels[column[clocks.cell_vars[d]]], clocks.cell_strides[d], n, cell)
        for i in range(n):
            cause, band, day = _death(clock_words, i, index[i], clocks)
            if cause >= 0:
                deaths[arm, cell[i], cause, band] += 1
            if keep:
                fate[0, arm, position[i]] = cause
                fate[1, arm, position[i]] = band
                fate[2, arm, position[i]] = day


@njit(cache=True, nogil=True)
def _realise(first, last, draw, seed, program, clocks, deaths, keep, fate):
    k, key = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    stratum = np.empty(BLOCK, np.int64)
    # births that passed wait here until they fill a block; there is room for one block more
    k_in, key_in = np.empty(2 * BLOCK, np.uint32), np.empty(2 * BLOCK, np.uint32)
    stratum_in, position_in = np.empty(2 * BLOCK, np.int64), np.empty(2 * BLOCK, np.int64)
    flags, chosen = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.int64)
    index, cell = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    words = np.empty((program.blocks.size, 4, BLOCK), np.uint32)
    clock_words = np.empty((clocks.blocks.size, 4, BLOCK), np.uint32)
    levels = np.empty((program.n_columns, BLOCK), np.uint8)
    waiting, passed = 0, 0
    start = first
    while start < last:
        n = locate(start, last, program, k, key, stratum)
        if clocks.screens:
            flags[:] = np.uint8(0)
            for s in range(clocks.blocks.size):
                fill_words(k, key, n, clocks.blocks[s], draw, seed, clock_words[s])
            word = clock_words[clocks.screen_slot, clocks.screen_lane]
            for c in range(clocks.slot.size):
                clock = clock_words[clocks.slot[c], clocks.lane[c]]
                _flag(word, clock, n, clocks.step_edges, clocks.step_limits[c], flags)
        else:
            flags[:] = np.uint8(1)
        found = 0
        for i in range(n):
            chosen[found] = i  # without a branch: a birth that does not pass is overwritten by the next
            found += flags[i]
        for j in range(found):
            i = chosen[j]
            k_in[waiting + j], key_in[waiting + j] = k[i], key[i]
            stratum_in[waiting + j], position_in[waiting + j] = stratum[i], start - first + i
        waiting += found
        while waiting >= BLOCK or (start + n == last and waiting > 0):
            full = min(waiting, BLOCK)
            _work_out(
                program,
                clocks,
                k_in,
                key_in,
                stratum_in,
                position_in,
                full,
                draw,
                seed,
                words,
                clock_words,
                index,
                cell,
                levels,
                deaths,
                keep,
                fate,
            )
            passed += full
            waiting -= full
            for i in range(waiting):
                k_in[i], key_in[i] = k_in[full + i], key_in[full + i]
                stratum_in[i], position_in[i] = stratum_in[full + i], position_in[full + i]
        start += n
    return passed


def _run(
    packed: Packed,
    seed: int,
    draw: int,
    first: int,
    last: int | None,
    skip: bool,
    screen: Screen | None,
    keep: bool,
) -> tuple[Ints, npt.NDArray[np.int32], int]:
    key, begin, end = checked_range(packed, seed, draw, first, last)
    if not skip:
        screen = None
    elif screen is None:
        found = screen_of(packed)
        screen = found if found.share <= MOST_PASSING else None
    outcome = packed.deaths
    deaths = np.zeros((packed.n_arms, packed.n_cells, *outcome.hazard.shape[1:]), np.int64)
    fate = np.full((3, packed.n_arms, end - begin if keep else 0), -1, np.int32)
    program: Program = program_of(packed)
    passed = _realise(begin, end, int(draw), key, program, _clocks(packed, screen), deaths, keep, fate)
    return deaths, fate, int(passed)


def count_deaths(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    skip: bool = True,
    screen: Screen | None = None,
) -> Ints:
    """Count realised deaths by arm, cell, cause and band.

    Any split of the births adds up to the same counts; ``skip`` changes the time only.

    Parameters
    ----------
    packed : Packed
        With an outcome.
    seed, draw, first_birth, last_birth
        As `simcore.kernels.profiles.count_profiles`.
    skip : bool
        Pass over births that a screen shows to survive in every arm, unless more than `MOST_PASSING` would
        pass.
    screen : Screen, optional
        `screen_of` the same program, to serve several calls. A screen that is given is used whatever its
        share.

    Returns
    -------
    int64[arms, cells, causes, bands]

    Raises
    ------
    ValueError
        When the program has no outcome, or births, seed or draw are out of range.
    """
    return _run(packed, seed, draw, first_birth, last_birth, skip, screen, False)[0]


def realise_births(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    skip: bool = True,
) -> Realised:
    """Cause, band and day of death of every birth in every arm. Arguments and errors as `count_deaths`."""
    cause, band, day = _run(packed, seed, draw, first_birth, last_birth, skip, None, True)[1]
    return Realised(cause.astype(np.int8), band.astype(np.int8), day)


def pass_share(
    packed: Packed, seed: int, draw: int, first_birth: int = 0, last_birth: int | None = None
) -> float:
    """Share of these births that the screen lets pass to be worked out. Errors as `count_deaths`."""
    births = (packed.n_births if last_birth is None else last_birth) - first_birth
    return _run(packed, seed, draw, first_birth, last_birth, True, None, False)[2] / max(births, 1)
