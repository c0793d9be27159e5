"""Tools for looking at the keys of random numbers: Philox backwards, who owns which bits, and tests of neighbours.

A *keying* maps who is asked (seed, draw, stratum key, birth) and a block's number to four words. `compiled` is that of
the engine; others are planted to be caught.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from simcore.kernels.rng import fill_words
from tests.reference import CLOCK_BLOCKS

Words = npt.NDArray[np.uint32]
Four = tuple[int, int, int, int]
LARGEST = 2**32 - 1
MULTIPLY_0, MULTIPLY_2, WEYL_0, WEYL_1 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85


# ---- backwards


def unphilox4x32(words: Four, key: tuple[int, int]) -> Four:
    """The counter that Philox4x32-10 turned into these words under this key: each round undone, last one first."""
    y0, y1, y2, y3 = words
    inverse_0, inverse_2 = pow(MULTIPLY_0, -1, 2**32), pow(MULTIPLY_2, -1, 2**32)
    for i in reversed(range(10)):
        k0, k1 = (key[0] + i * WEYL_0) % 2**32, (key[1] + i * WEYL_1) % 2**32
        x0, x2 = y3 * inverse_0 % 2**32, y1 * inverse_2 % 2**32
        y0, y1, y2, y3 = x0, y0 ^ (x2 * MULTIPLY_2 >> 32) ^ k0, x2, y2 ^ (x0 * MULTIPLY_0 >> 32) ^ k1
    return y0, y1, y2, y3


def owner_of(block: int, half: int) -> tuple[str, int]:
    """Whose luck lies in one half of 16 bits of a block: a decision, or the high or low half of a clock."""
    if block < CLOCK_BLOCKS or half >= 6:
        return "decision", 4 * block + half // 2
    pair, is_low = divmod(block - CLOCK_BLOCKS, 2)
    return ("low" if is_low else "high"), 6 * pair + half


# ---- keyings


class Who(NamedTuple):
    """Births of one stratum one after the other, and a block of their words."""

    seed: int
    draw: int
    stratum_key: int
    k: int
    block: int


Keying = Callable[[Who, int], Words]
"""The words of ``n`` births from ``who`` on: ``uint32[4, n]``."""
SIZES = Who(2**64, 2**32, 2**32, 2**32, 2**32)


def compiled(who: Who, n: int) -> Words:
    """The engine's own words."""
    words = np.empty((1, 4, n), np.uint32)
    k = np.arange(who.k, who.k + n, dtype=np.int64).astype(np.uint32)
    key = np.full(n, who.stratum_key, np.uint32)
    fill_words(k, key, n, who.block, who.draw, np.uint64(who.seed), 0, words)
    return words[0]


def philox(counter: Words, key: tuple[int, int], rounds: int) -> Words:
    """Philox4x32 of counters ``uint64[4, n]`` in as many rounds as asked."""
    x0, x1, x2, x3 = counter.astype(np.uint64)
    low, half = np.uint64(LARGEST), np.uint64(32)
    for i in range(rounds):
        k0, k1 = np.uint64((key[0] + i * WEYL_0) % 2**32), np.uint64((key[1] + i * WEYL_1) % 2**32)
        p0, p2 = np.uint64(MULTIPLY_0) * x0, np.uint64(MULTIPLY_2) * x2
        x0, x1, x2, x3 = (p2 >> half) ^ x1 ^ k0, p2 & low, (p0 >> half) ^ x3 ^ k1, p0 & low
    return np.stack([x0, x1, x2, x3]).astype(np.uint32)


def planted(pack: Callable[[Who, npt.NDArray[np.int64]], tuple[object, ...]], rounds: int = 10) -> Keying:
    """A keying that packs who is asked in its own way: ``pack`` gives four counters and two keys."""

    def words(who: Who, n: int) -> Words:
        *counter, key_0, key_1 = pack(who, who.k + np.arange(n))
        rows = [np.broadcast_to(np.asarray(c) % 2**32, n) for c in counter]
        return philox(np.stack(rows), (int(key_0), int(key_1)), rounds)

    return words


# ---- neighbours


def steps() -> list[Who]:
    """Ways from one key to a neighbour: every part up, down or the same, and jumps of each power of two.

    The seed is two words of the key: its steps go up in one and down in the other too.
    """
    near = [Who(*step) for step in product((-1, 0, 1), repeat=5)]
    first_up = [step for step in near if next((x for x in step if x), 0) == 1]
    jumps = [
        Who(*(2**power if i == axis else 0 for i in range(5)))
        for axis, size in enumerate(SIZES)
        for power in range(1, size.bit_length() - 1)
    ]
    across = [Who(2**32 + up, 0, 0, 0, 0) for up in (-1, 1)]
    return [*jumps, *across, *first_up]


def moved(who: Who, step: Who) -> Who:
    """The neighbour, counting on from 0 past the largest."""
    return Who(*((x + dx) % size for x, dx, size in zip(who, step, SIZES, strict=True)))


def somewhere(rng: np.random.Generator) -> Who:
    """A key like those in use: any seed and stratum, early draws and births, blocks of all kinds."""
    return Who(
        int(rng.integers(2**64, dtype=np.uint64)),
        int(rng.integers(2**12)),
        int(rng.integers(2**32)),
        int(rng.integers(2**20)),
        int(rng.choice([rng.integers(8), rng.integers(2**32 - 2**16), CLOCK_BLOCKS + rng.integers(8)])),
    )


Pair = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def neighbours(keying: Keying, step: Who, n: int, runs: int, rng: np.random.Generator) -> Pair:
    """Words and those of neighbours, side by side, all four lanes: two of ``int64[4 x n x runs]``."""
    ones, others = [], []
    for _ in range(runs):
        who = somewhere(rng)
        ones.append(keying(who, n).ravel())
        others.append(keying(moved(who, step), n).ravel())
    return np.concatenate(ones).astype(np.int64), np.concatenate(others).astype(np.int64)


def p_values(pair: Pair, bits: int = 32) -> Iterator[tuple[str, float]]:
    """What would show two words of ``bits`` bits to hang together, each with its two-sided P-value."""
    one, other = pair
    top, nibble = bits - 8, bits - 4
    both = one ^ other
    # standardised words: mean 0, variance 1
    scale, middle = np.sqrt(12.0) / 2**bits, 2.0 ** (bits - 1) - 0.5
    r = float(np.mean((one - middle) * (other - middle))) * scale**2 * np.sqrt(one.size)
    yield "correlation", 2 * float(stats.norm.sf(abs(r)))
    for name, cells in (
        ("top nibbles together", (one >> nibble) << 4 | other >> nibble),
        ("low nibbles together", (one & 15) << 4 | other & 15),
        ("top byte of the difference in bits", both >> top),
        ("low byte of the difference in bits", both & 255),
    ):
        yield name, two_sided(chi_square(cells), 255)


def chi_square(cells: npt.NDArray[np.int64], n_cells: int = 256) -> float:
    """Of equally likely cells."""
    expected = cells.size / n_cells
    return float(((np.bincount(cells, minlength=n_cells) - expected) ** 2).sum() / expected)


def two_sided(chi: float, df: int) -> float:
    """Too uneven or too even."""
    return 2 * min(float(stats.chi2.sf(chi, df)), float(stats.chi2.cdf(chi, df)), 0.5)
