"""Threads over ranges of births: kernels release the interpreter lock, and integers add up exactly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from simcore.kernels.arrays import Ints
from simcore.kernels.cohort import BLOCK
from simcore.kernels.deaths import Dying, count_deaths, dying_of
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import Counting, count_profiles, counting_of

RANGES_A_THREAD = 4
"""More ranges than threads, so that a thread held up elsewhere does not hold up the rest."""


def split(first: int, last: int, parts: int) -> list[tuple[int, int]]:
    """Cut a range of births into at most ``parts`` ranges of whole blocks; none for no births.

    >>> split(0, 5000, 2)
    [(0, 4096), (4096, 5000)]
    """
    blocks = -(-(last - first) // BLOCK)
    size = max(-(-blocks // parts), 1) * BLOCK
    return [(begin, min(begin + size, last)) for begin in range(first, last, size)]


def add_over_births(count: Callable[[int, int], Ints], first: int, last: int, threads: int) -> Ints:
    """Add ``count(begin, end)`` over ranges that together are the births from ``first`` to ``last``.

    Raises
    ------
    ValueError
        When there is not at least one thread.
    """
    if threads < 1:
        raise ValueError(f"threads: at least 1, got {threads}")
    ranges = split(first, last, threads * RANGES_A_THREAD) if threads > 1 else []
    if len(ranges) < 2:
        return count(first, last)
    with ThreadPoolExecutor(min(threads, len(ranges))) as pool:
        parts = pool.map(lambda ends: count(*ends), ranges)
        total = next(parts)
        for part in parts:
            total += part
    return total


def count_profiles_threaded(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    threads: int = 1,
    prepared: Counting | None = None,
) -> Ints:
    """`simcore.kernels.profiles.count_profiles` on several threads: the same counts, same errors."""
    last = packed.n_births if last_birth is None else last_birth
    shared = counting_of(packed) if prepared is None else prepared
    return add_over_births(
        lambda a, b: count_profiles(packed, seed, draw, a, b, prepared=shared), first_birth, last, threads
    )


def count_deaths_threaded(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    threads: int = 1,
    prepared: Dying | None = None,
) -> Ints:
    """`simcore.kernels.deaths.count_deaths` on several threads: the same deaths, same errors."""
    last = packed.n_births if last_birth is None else last_birth
    shared = dying_of(packed) if prepared is None else prepared
    return add_over_births(
        lambda a, b: count_deaths(packed, seed, draw, a, b, prepared=shared), first_birth, last, threads
    )
