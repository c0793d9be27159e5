"""Numba started without SciPy's linear algebra, which takes as long to load as all else of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

from numba.np import linalg


@contextmanager
def _without_asking_for_blas() -> Iterator[None]:
    """Numba asks whether SciPy has BLAS by loading it, where it registers what it can do with arrays."""
    asks = getattr(linalg, "ensure_blas", None)
    if asks is None:  # another numba, which loads what it likes
        yield
        return
    linalg.ensure_blas = lambda: None
    try:
        yield
    finally:
        linalg.ensure_blas = asks


def load_what_numba_loads_first() -> None:
    """Load what numba loads before its first kernel, but for SciPy's linear algebra.

    Whoever multiplies matrices in compiled code has it loaded then, as before.
    """
    with _without_asking_for_blas(), suppress(ModuleNotFoundError):
        import_module("numba.np.arraymath")
