"""Births that pass the screen wait here until they fill a block."""

from typing import NamedTuple

import numpy as np
from numba import njit

from simcore.kernels.arrays import Ints, Words
from simcore.kernels.block import block_kernel
from simcore.kernels.cohort import BLOCK


class Queue(NamedTuple):
    """Who waits: a block, and room for one more."""

    k: Words
    key: Words
    stratum: Ints
    position: Ints  # in the range of births that is worked on


@njit(cache=True, nogil=True)
def make_queue():
    """An empty queue."""
    return Queue(
        np.empty(2 * BLOCK, np.uint32),
        np.empty(2 * BLOCK, np.uint32),
        np.empty(2 * BLOCK, np.int64),
        np.empty(2 * BLOCK, np.int64),
    )


@block_kernel
def join_queue(queue, queued, passing, n, k, key, stratum, begin):
    """Add the ``n`` births at the places ``passing`` of a stretch of one stratum; returns how many wait.

    The stretch begins with birth ``k`` of the stratum, at position ``begin``.
    """
    for j in range(n):
        i = passing[j]
        queue.k[queued + j], queue.key[queued + j] = np.uint32(k + i), key
        queue.stratum[queued + j], queue.position[queued + j] = stratum, begin + i
    return queued + n


@block_kernel
def join_all(queue, queued, n, k, key, stratum, begin):
    """Add all ``n`` births of a stretch, as `join_queue` does those that pass."""
    for j in range(np.uint64(n)):  # a signed index could be negative: it would not vectorise
        at = np.uint64(queued) + j
        queue.k[at], queue.key[at] = np.uint32(k) + np.uint32(j), key
        queue.stratum[at], queue.position[at] = stratum, begin + np.int64(j)
    return queued + n


@block_kernel
def leave_queue(queue, n, room):
    """Show the first ``n`` into a room; they stay in the queue until it moves up."""
    for i in range(n):
        room.k[i], room.key[i], room.stratum[i] = queue.k[i], queue.key[i], queue.stratum[i]


@block_kernel
def move_up(queue, queued, n):
    """Let the first ``n`` go; returns how many are left."""
    left = queued - n
    for i in range(left):
        queue.k[i], queue.key[i] = queue.k[n + i], queue.key[n + i]
        queue.stratum[i], queue.position[i] = queue.stratum[n + i], queue.position[n + i]
    return left
