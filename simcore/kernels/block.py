"""How functions are compiled that work through a block of births: without counts of references.

Numba counts who refers to an array whenever one is taken out of a tuple, sliced or handed on. Threads wait for each
other's counts, and loops over blocks hand arrays on all the time; but whoever calls a loop holds every array until it
returns, so nothing is lost without them. Code compiled so cannot make an array (numba says so when it compiles) and
must not return one.
"""

from importlib import import_module
from typing import Any

import numpy as np
from numba import njit
from numba.core.cpu import CPUTargetOptions
from numba.np import linalg

# numba's own option, kept from its manual: without it kernels give the same answers and count references
_UNCOUNTED: dict[str, Any] = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}

block_kernel = njit(cache=True, nogil=True, **_UNCOUNTED)
"""Decorates a function that works through a block of births with arrays that its caller holds."""

FIRST = np.int64(0)
"""The first of anything, handed to a kernel: a plain 0 has a type of its own, for which it is compiled once more."""


def _load_what_numba_loads_first() -> None:
    """Load what numba loads before its first kernel, and not SciPy's linear algebra, which takes as long as the rest.

    Numba only asks there whether SciPy has it; it does, and whoever multiplies matrices in compiled code has it loaded
    then, as before.
    """
    asks = getattr(linalg, "ensure_blas", None)
    if asks is None:  # another numba, which loads what it likes
        return
    linalg.ensure_blas = lambda: None
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = asks


_load_what_numba_loads_first()
