"""Arrays as kernels take them: one memory form each, checked where they enter."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]


def plain(array: npt.ArrayLike, dtype: type, dims: int, name: str) -> npt.NDArray[np.generic]:
    """One memory form for every array, so that each kernel is compiled for one signature only.

    Raises
    ------
    ValueError
        When the array has another number of dims.
    """
    form: npt.NDArray[np.generic] = np.asarray(array, dtype)
    if not (form.flags.c_contiguous and form.flags.writeable):
        form = np.require(form, dtype, ["C", "W"])
    if form.ndim != dims:
        raise ValueError(f"{name}: {dims} dims expected, got shape {form.shape}")
    return form


def inside(index: Ints, n: int) -> bool:
    """Whether every index is one of ``n`` places."""
    return bool(((index >= 0) & (index < n)).all())


def ensure(fine: bool, problem: str) -> None:
    """Refuse a program that could lead a kernel out of its arrays.

    Raises
    ------
    ValueError
        With the problem, unless all is fine.
    """
    if not fine:
        raise ValueError(f"packed program: {problem}")


def row_major(shape: Sequence[int]) -> list[int]:
    """Strides of a dense table whose last axis is fastest, in elements.

    >>> row_major([2, 3, 4])
    [12, 4, 1]
    """
    strides, stride = [], 1
    for size in reversed(shape):
        strides.append(stride)
        stride *= size
    return strides[::-1]
