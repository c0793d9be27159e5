"""Memory that threads take is taken from few places, so that a server does not grow with how long it has run."""

from __future__ import annotations

import ctypes
import sys

ARENA_MAX = -8
"""What glibc calls the number of places (``M_ARENA_MAX`` of ``malloc.h``)."""
ARENAS = 2


def take_from_few_places() -> bool:
    """Ask the C library for it; whether it was granted. Libraries that know nothing of arenas need no asking.

    By default glibc gives each of many threads a place of its own, in which what a full answer took stays scattered:
    twenty people at one page made a server grow by 0.2 MB with each run that they gave up.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS))
    except (AttributeError, OSError):
        return False
