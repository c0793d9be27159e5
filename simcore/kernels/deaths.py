"""Realised deaths of a program, counted or kept birth by birth.

The deaths are the same, birth for birth, with and without the screen that passes most births over.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simcore.kernels.arrays import Ints
from simcore.kernels.clocks import Clocks, clocks_of
from simcore.kernels.cohort import checked_range, strata_of
from simcore.kernels.differing import Suspects, suspects_of
from simcore.kernels.levels import LookUps, look_ups_of, outputs_of
from simcore.kernels.packed import Packed
from simcore.kernels.realise import realise
from simcore.kernels.screen import MOST_PASSING, Screen, screen_of, sieve_of
from simcore.kernels.sift import Sieve


class Realised(NamedTuple):
    """What became of each birth in each arm; -1 throughout for those who live."""

    cause: npt.NDArray[np.int8]  # [arms, births]
    band: npt.NDArray[np.int8]  # [arms, births]
    day: npt.NDArray[np.int32]  # [arms, births] completed days of life


class Dying(NamedTuple):
    """What realising deaths needs of a program beside its births: the same for every range of them."""

    look_ups: LookUps
    suspects: Suspects
    clocks: Clocks
    sieve: Sieve
    cells: Ints  # [arms, 2] first and end of the reads that make up an arm's cell
    reads: Ints  # [reads, 3]
    pass_share: float
    """Share of births that the screen is expected to let pass, 1 where there is none."""


def dying_of(packed: Packed, *, skip: bool = True, screen: Screen | None = None) -> Dying:
    """Prepare to realise deaths.

    Parameters
    ----------
    packed : Packed
        With an outcome.
    skip : bool
        Pass over births that a screen shows to survive in every arm, unless more than `MOST_PASSING` would
        pass. It changes the time only.
    screen : Screen, optional
        One to use whatever its share, instead of `screen_of` the program.

    Raises
    ------
    ValueError
        When the program has no outcome.
    """
    outcome = packed.deaths
    if skip and screen is None:
        found = screen_of(packed)
        screen = found if found.share <= MOST_PASSING else None
    read = np.unique(np.concatenate([outcome.factor_vars.ravel(), outcome.cell_vars]))
    wanted = read[read >= 0]
    look_ups = look_ups_of(packed, wanted)
    suspects = suspects_of(packed, look_ups, wanted, with_hazards=True)
    cells, reads = outputs_of(packed, outcome.cell_vars, outcome.cell_strides)
    share = 1.0 if screen is None else screen.share
    return Dying(
        look_ups,
        suspects,
        clocks_of(packed, together=screen is None),
        sieve_of(packed, screen),
        cells,
        reads,
        share,
    )


def _run(
    packed: Packed, seed: int, draw: int, first: int, last: int | None, prepared: Dying | None, keep: bool
) -> tuple[Ints, npt.NDArray[np.int32], int]:
    key, begin, end = checked_range(packed, seed, draw, first, last)
    look_ups, suspects, clocks, sieve, cells, reads, _ = dying_of(packed) if prepared is None else prepared
    outcome = packed.deaths
    deaths = np.zeros((packed.n_arms, packed.n_cells, outcome.n_causes, outcome.n_bands), np.int64)
    fate = np.full((3, packed.n_arms, end - begin if keep else 0), -1, np.int32)
    passed = realise(
        begin, end, int(draw), key, strata_of(packed), look_ups, suspects, clocks, sieve, cells, reads, deaths,
        keep, fate,
    )  # fmt: skip
    deaths[1:] += deaths[0]
    return deaths, fate, int(passed)


def count_deaths(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    prepared: Dying | None = None,
) -> Ints:
    """Count realised deaths by arm, cell, cause and band.

    Any split of the births adds up to the same counts.

    Parameters
    ----------
    packed : Packed
        With an outcome.
    seed, draw, first_birth, last_birth
        As `simcore.kernels.profiles.count_profiles`.
    prepared : Dying, optional
        `dying_of` the same program, to serve several calls.

    Returns
    -------
    int64[arms, cells, causes, bands]

    Raises
    ------
    ValueError
        When the program has no outcome, or births, seed or draw are out of range.
    """
    return count_with_passed(packed, seed, draw, first_birth, last_birth, prepared=prepared)[0]


def count_with_passed(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    prepared: Dying | None = None,
) -> tuple[Ints, int]:
    """As `count_deaths`, and how many births the screen let pass to be worked out (all, where there is none)."""
    deaths, _, passed = _run(packed, seed, draw, first_birth, last_birth, prepared, False)
    return deaths, passed


def realise_births(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    prepared: Dying | None = None,
) -> Realised:
    """Cause, band and day of death of every birth in every arm. Arguments and errors as `count_deaths`."""
    cause, band, day = _run(packed, seed, draw, first_birth, last_birth, prepared, True)[1]
    return Realised(cause.astype(np.int8), band.astype(np.int8), day)
