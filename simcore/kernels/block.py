"""How functions are compiled that work through a block of births: without counts of references.

Numba counts who refers to an array whenever one is taken out of a tuple, sliced or handed on. Threads wait for each
other's counts, and loops over blocks hand arrays on all the time; but whoever calls a loop holds every array until it
returns, so nothing is lost without them. Code compiled so cannot make an array (numba says so when it compiles) and
must not return one.
"""

from typing import Any

import numpy as np
from numba import njit
from numba.core.cpu import CPUTargetOptions

from simcore.kernels.numba_start import load_what_numba_loads_first

load_what_numba_loads_first()

# numba's own option, kept from its manual: without it kernels give the same answers and count references
_UNCOUNTED: dict[str, Any] = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}

block_kernel = njit(cache=True, nogil=True, **_UNCOUNTED)
"""Decorates a function that works through a block of births with arrays that its caller holds."""

FIRST = np.int64(0)
"""The first of anything, handed to a kernel: a plain 0 has a type of its own, for which it is compiled once more."""
