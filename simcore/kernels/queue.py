"""Births that pass the screen wait here until they fill a block."""

from typing import NamedTuple

import numpy as np
from numba import njit

from simcore.kernels.arrays import Ints, Words
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


@njit(cache=True, nogil=True)
def join_queue(queue, queued, passing, n, k, key, stratum, begin):
    """Add the ``n`` births at the places ``passing`` of a block that begins at ``begin``; returns how many wait."""
    for j in range(n):
        i = passing[j]
        queue.k[queued + j], queue.key[queued + j] = k[i], key[i]
        queue.stratum[queued + j], queue.position[queued + j] = stratum[i], begin + i
    return queued + n


@njit(cache=True, nogil=True)
def leave_queue(queue, queued, n, room):
    """Show the first ``n`` into a room; they stay in the queue until it moves up."""
    room.k[:n], room.key[:n], room.stratum[:n] = queue.k[:n], queue.key[:n], queue.stratum[:n]


@njit(cache=True, nogil=True)
def move_up(queue, queued, n):
    """Let the first ``n`` go; returns how many are left."""
    left = queued - n
    for i in range(left):
        queue.k[i], queue.key[i] = queue.k[n + i], queue.key[n + i]
        queue.stratum[i], queue.position[i] = queue.stratum[n + i], queue.position[n + i]
    return left
