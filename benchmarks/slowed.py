"""Kernels made slow on purpose, one way each, so that every guard can be seen to fail.

A kernel is compiled again with other functions in place of some that it calls. Counts stay what they were; what a birth
costs does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FunctionType
from typing import Any
from unittest.mock import patch

import numpy as np
from numba import njit

from simcore import fanout
from simcore.kernels import apart, deaths, levels, profiles, realise, rng, sift
from simcore.kernels.arrays import Ints


def afresh(kernel: Any, *, nogil: bool = True, **parts: Any) -> Any:
    """A kernel compiled anew, so that its code can be looked into, with other ``parts`` in place of what it calls."""
    function = kernel.py_func
    names = {**function.__globals__, **parts}
    return njit(nogil=nogil)(FunctionType(function.__code__, names, function.__name__, function.__defaults__))


def counting(**parts: Any) -> Any:
    """The kernel that counts profiles, with other parts in its loop over blocks."""
    return afresh(profiles._count, _count_blocks=afresh(profiles._count_blocks, **parts))


def realising(**parts: Any) -> Any:
    """The kernel that realises deaths, with other parts in its loop over blocks."""
    return afresh(realise.realise, _realise_blocks=afresh(realise._realise_blocks, **parts))


# ---- a generator whose ten rounds are a loop: it is not vectorised


@njit
def philox_in_a_loop(c0, c1, c2, c3, k0, k1):
    last = (k0 + np.uint64(9) * rng._WEYL_0) & rng._LOW
    while (
        k0 != last
    ):  # how often, the compiler cannot tell: it would write the rounds out, and find vectors again
        c0, c1, c2, c3 = rng._round(c0, c1, c2, c3, k0, k1)
        k0, k1 = (k0 + rng._WEYL_0) & rng._LOW, (k1 + rng._WEYL_1) & rng._LOW
    return rng._round(c0, c1, c2, c3, k0, k1)


def slow_words() -> Any:
    """`simcore.kernels.rng.fill_words` with it."""
    return afresh(rng.fill_words, philox4x32=philox_in_a_loop)


def slow_blocks() -> dict[str, Any]:
    """Every way to fill a block of words, with it."""
    fill = {
        name: afresh(getattr(rng, name), philox4x32=philox_in_a_loop)
        for name in ("fill_word", "fill_stretch")
    }
    blocks = afresh(levels.fill_blocks, fill_words=slow_words(), **fill)
    return {"fill_blocks": blocks, "fill_stretch": fill["fill_stretch"]}


# ---- a screen that lists births as it meets them: it is not vectorised


@njit
def list_halves(halves, s, w, limit_halves, n, passes):
    found, places = 0, np.empty(2 * n, np.int64)
    for j in range(2 * n):
        if halves[s, w, j] <= limit_halves[j]:
            places[found] = j
            found += 1
    for place in places[:found]:
        passes[place] = np.uint8(1)


def slow_screen() -> Any:
    """`simcore.kernels.sift.sift` with it."""
    return afresh(sift.sift, _sift_halves=list_halves)


# ---- all births worked out again for every arm, whether or not they can differ


@njit
def pick_all(rows, table, by_word, bounds, reads, n, words, levels, row, flags, chosen):
    for i in range(n):
        chosen[i] = i
    return n


# ---- births that are not divided among threads: each goes through all of them


def undivided(count: Callable[[int, int], Ints], first: int, last: int, threads: int) -> Ints:
    if threads == 1:
        return count(first, last)
    with ThreadPoolExecutor(threads) as pool:
        *_, counts = pool.map(lambda _: count(first, last), range(threads))
    return counts


WAYS = {
    "counting": "random numbers of births that are counted are not vectorised",
    "realising": "random numbers of births that live or die are not vectorised",
    "arms": "all births are worked out again for every arm",
    "lock": "kernels hold the interpreter lock",
    "threads": "every thread goes through all births",
}


@contextmanager
def broken(way: str) -> Iterator[None]:
    """Count and realise births with kernels that are broken in one of the `WAYS`."""
    count, die, add = profiles._count, realise.realise, fanout.add_over_births
    if way in ("counting", "realising"):
        if way == "counting":
            count = counting(**slow_blocks())
        else:
            die = realising(**slow_blocks())
    elif way == "arms":
        again = {"pick": pick_all, "narrow": afresh(apart.narrow, pick=pick_all)}
        count, die = counting(**again), realising(**again)
    elif way == "lock":
        count, die = afresh(count, nogil=False), afresh(die, nogil=False)
    else:
        add = undivided
    with (
        patch.object(profiles, "_count", count),
        patch.object(deaths, "realise", die),
        patch.object(fanout, "add_over_births", add),
    ):
        yield
