"""Births that may differ between arms, picked from a block and set apart to be worked out again.

Where arms differ is told by a `simcore.kernels.differing.Suspects`.
"""

import numpy as np

from simcore.kernels.block import FIRST, block_kernel
from simcore.kernels.levels import fill_row

BITS = 64
"""A table of so many flags is one word of bits, which is shifted where a greater one is looked up: that vectorises."""


@block_kernel
def pick(rows, table, by_word, bounds, reads, n, words, levels, row, flags, chosen):
    """Find the births of a block that can differ: writes their places into ``chosen``, returns how many.

    The first five are a `Suspects`' ``rows``, ``differs``, ``words``, ``bounds`` and ``reads``; ``words`` and
    ``levels`` are what is known of the block in arm 0.
    """
    if rows.shape[0] == 0 and by_word.shape[0] == 0:
        return 0
    flags[:n] = np.uint8(0)
    for g in range(rows.shape[0]):
        fill_row(reads, rows[g, 2], rows[g, 3], FIRST, n, levels, row)
        _flag_rows(table, rows[g, 0], rows[g, 1], row, n, flags)
    for v in range(by_word.shape[0]):
        begin, size, slot, lane = by_word[v, 0], by_word[v, 1], by_word[v, 2], by_word[v, 3]
        fill_row(reads, by_word[v, 4], by_word[v, 5], FIRST, n, levels, row)
        if by_word[v, 6] > 0:
            _compare_few(bounds, begin, by_word[v, 6], size, words, slot, lane, row, n, flags)
        else:
            _compare_many(bounds, begin, size, words, slot, lane, row, n, flags)
    found = np.uint64(0)
    for i in range(n):
        chosen[found] = np.uint32(i)  # without a branch: one that cannot differ is overwritten by the next
        found += np.uint64(flags[i])
    return np.int64(found)


@block_kernel
def _flag_rows(table, begin, size, row, n, flags):
    """Flag births by their row in a table of ``size`` flags."""
    if size <= BITS:
        bits = np.uint64(0)
        for r in range(size):
            bits |= np.uint64(table[begin + r]) << np.uint64(r)
        for i in range(n):
            flags[i] |= np.uint8((bits >> np.uint64(row[i])) & np.uint64(1))
    else:
        for i in range(n):
            flags[i] |= table[np.uint64(begin) + np.uint64(row[i])]


@block_kernel
def _compare_few(bounds, begin, rows, size, words, slot, lane, row, n, flags):
    """Flag births whose word lies where arms part in their row, one threshold after the other."""
    for r in range(rows):
        for j in range(size):
            at = begin + 2 * (size * r + j)
            least, most = bounds[at], bounds[at + 1]
            if least < most:
                for i in range(n):
                    u = words[slot, lane, i]
                    flags[i] |= np.uint8((row[i] == np.uint32(r)) & (least <= u) & (u < most))


@block_kernel
def _compare_many(bounds, begin, size, words, slot, lane, row, n, flags):
    """The same, looked up for each birth."""
    first, step = np.uint64(begin), np.uint64(size)
    for j in range(step):
        for i in range(n):
            at = first + np.uint64(2) * (step * np.uint64(row[i]) + j)
            u = words[slot, lane, i]
            flags[i] |= np.uint8((bounds[at] <= u) & (u < bounds[at + np.uint64(1)]))


@block_kernel
def take_words(chosen, m, places, here, there):
    """Copy some words, by slot and lane, of the ``m`` births at ``chosen``: uint32[slots, 4, block] both."""
    for w in range(places.shape[0]):
        slot, lane = places[w, 0], places[w, 1]
        for j in range(m):
            there[slot, lane, j] = here[slot, lane, chosen[j]]


@block_kernel
def _take_levels(chosen, m, columns, here, there):
    """Copy some columns of the ``m`` births at ``chosen``: uint8[columns + 1, block] both."""
    for c in range(columns.size):
        column = columns[c]
        for j in range(m):
            there[column, j] = here[column, chosen[j]]


@block_kernel
def set_apart(chosen, m, columns, words, here, apart):
    """Take the ``m`` births at ``chosen`` from one room to another: who they are, and what is asked again of them."""
    for j in range(m):
        apart.k[j], apart.key[j] = here.k[chosen[j]], here.key[chosen[j]]
    take_words(chosen, m, words, here.words, apart.words)
    _take_levels(chosen, m, columns, here.levels, apart.levels)


@block_kernel
def narrow(
    rows, table, by_word, bounds, reads, m, carried, carried_words, drawn_words, here, apart, flags, again, chosen
):  # fmt: skip
    """Ask again of births set apart, all of whose words are drawn by now; take all that is needed of those left.

    The first five are a `Suspects`' ``rows_again``, ``differs``, ``words_again``, ``bounds`` and ``reads``. Writes
    ``chosen`` anew and returns how many are left.
    """
    left = pick(rows, table, by_word, bounds, reads, m, apart.words, apart.levels, apart.row, flags, again)
    for j in range(left):
        apart.k[j], apart.key[j] = apart.k[again[j]], apart.key[again[j]]
        chosen[j] = chosen[again[j]]
    take_words(again, left, drawn_words, apart.words, apart.words)  # closer together
    take_words(chosen, left, carried_words, here.words, apart.words)
    _take_levels(chosen, left, carried, here.levels, apart.levels)
    return left
