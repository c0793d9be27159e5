"""W1 in C (`w1.c`): compiled where there is a compiler, its tables laid out, called through ctypes."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reference import exact

SOURCE = Path(__file__).with_name("w1.c")
OPTIONS = ("-O3", "-march=native", "-std=gnu11", "-shared", "-fPIC")
WORDS = 2.0**32
MOST_ARMS = 32
BINS = 1024
STEPS = 4


def compiler() -> str | None:
    """The C compiler: what CC names, or `cc`; None where there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


@cache
def library() -> ctypes.CDLL | None:
    """The compiled program, None without a compiler.

    Compiled anew in each process, in under a second: what -march=native gives may not run on another machine
    that shares a cache folder.

    Raises
    ------
    subprocess.CalledProcessError
        If there is a compiler and it refuses the source.
    """
    found = compiler()
    if found is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "w1.so"
        subprocess.run([found, *OPTIONS, "-o", str(target), str(SOURCE), "-lm"], check=True)
        return ctypes.CDLL(str(target))


class _Tables(ctypes.Structure):
    """As `tables` in w1.c, field by field."""

    _ARRAYS = (
        "decile_guide", "decile", "age_guide", "age", "obesity", "poverty", "smoking", "gestation", "limit",
        "high_limit", "hazard", "edges", "step_edge", "step_limit",
    )  # fmt: skip
    _fields_ = [
        ("seed", ctypes.c_uint64),
        ("key", ctypes.c_uint32),
        ("draw", ctypes.c_uint32),
        ("arms", ctypes.c_uint32),
        *((name, ctypes.c_void_p) for name in _ARRAYS),
    ]


class W1:
    """W1 in C for some arms: pairs of a poverty and a smoking multiplier.

    Raises
    ------
    RuntimeError
        Without a compiler; ask `compiler()` first.
    ValueError
        For more arms than the program has room for.
    """

    def __init__(self, w: dict[str, Any], arms: list[tuple[float, float]], seed: int, key: int = 1) -> None:
        program = library()
        if program is None:
            raise RuntimeError("no C compiler was found; set CC, or install one as `cc`")
        if not 1 <= len(arms) <= MOST_ARMS:
            raise ValueError(f"arms: 1 to {MOST_ARMS}, got {len(arms)}")
        self._program, self.arms = program, len(arms)
        self._kept = _arrays(w, arms)  # the pointers below point into these
        pointers = {name: self._kept[name].ctypes.data for name in _Tables._ARRAYS}
        self._tables = _Tables(seed=seed, key=key, draw=0, arms=len(arms), **pointers)
        program.w1_deaths_thinned.restype = ctypes.c_int64
        program.w1_words.restype = ctypes.c_uint32

    def _call(self, name: str, first: int, last: int, *more: Any) -> Any:
        return getattr(self._program, name)(
            ctypes.byref(self._tables), ctypes.c_uint32(first), ctypes.c_uint32(last), *more
        )

    def profiles(self, births: int, first: int = 0) -> np.ndarray:
        """Every birth in full, counted by profile: ``int64[arms, d, a, v, s, o, g]``."""
        counts = np.zeros((self.arms, 10, 6, 2, 2, 3, 5), np.int64)
        self._call("w1_profiles", first, births, ctypes.c_void_p(counts.ctypes.data))
        return counts

    def deaths_in_full(self, births: int, first: int = 0) -> np.ndarray:
        """Birth by birth, every one in full, its clocks run: ``int64[arms, decile, cause, band]``."""
        return self._deaths("w1_deaths_in_full", first, births)

    def deaths_in_blocks(self, births: int, first: int = 0) -> np.ndarray:
        """The same deaths, the random numbers of a block of births drawn ahead."""
        return self._deaths("w1_deaths_in_blocks", first, births)

    def _deaths(self, name: str, first: int, last: int) -> np.ndarray:
        deaths = np.zeros((self.arms, 10, 4, 3), np.int64)
        self._call(name, first, last, ctypes.c_void_p(deaths.ctypes.data))
        return deaths

    def deaths_thinned(self, births: int, first: int = 0) -> tuple[np.ndarray, int]:
        """The same deaths of the births that can die, and how many those are."""
        deaths = np.zeros((self.arms, 10, 4, 3), np.int64)
        passed = self._call("w1_deaths_thinned", first, births, ctypes.c_void_p(deaths.ctypes.data))
        return deaths, int(passed)

    def words(self, births: int, blocks: int) -> int:
        """The random numbers alone, ``blocks`` Philox blocks a birth."""
        return int(self._call("w1_words", 0, births, ctypes.c_uint32(blocks)))

    def block(self, first: int, number: int) -> np.ndarray:
        """The words of 1,024 births: ``uint32[4, 1024]``."""
        words = np.zeros((4, 1024), np.uint32)
        self._call("w1_fill", first, 1024, ctypes.c_uint32(number), ctypes.c_void_p(words.ctypes.data))
        return words


def _arrays(w: dict[str, Any], arms: list[tuple[float, float]]) -> dict[str, np.ndarray]:
    """Every table of the C program."""
    of_arm = [exact.shares(w, *arm) for arm in arms]
    first = of_arm[0]
    total = exact.hazards(w).sum(axis=-1)
    # one more than exact, against rounding: a limit too high costs time, never a death
    rings = np.minimum(np.floor(-np.expm1(-total) * WORDS) + 1, WORDS - 1).astype(np.uint32)
    high = rings >> 16
    decile, age = _above(first["decile"]), _above(first["age"])
    edge, limit = _steps(first["gestation"], high)
    return {
        "decile_guide": _guide(decile),
        "decile": decile,
        "age_guide": np.stack([_guide(row) for row in age]),
        "age": age,
        "obesity": _thresholds(first["obesity"]),
        "poverty": np.stack([_thresholds(p["poverty"])[:, 0] for p in of_arm]),
        "smoking": np.stack([_thresholds(p["smoking"])[..., 0] for p in of_arm]),
        "gestation": _thresholds(first["gestation"]),
        "limit": np.ascontiguousarray(rings),
        "high_limit": np.ascontiguousarray(high.astype(np.uint16)),
        "hazard": np.ascontiguousarray(exact.hazards(w)),
        "edges": np.array([*w["band_first_day"], w["band_last_day"][-1] + 1], np.float64),
        "step_edge": edge,
        "step_limit": limit,
    }


def _thresholds(p: np.ndarray) -> np.ndarray:
    """Cumulative probabilities as words: ``uint32[..., levels - 1]``."""
    below = np.round(np.cumsum(p, axis=-1)[..., :-1] * WORDS)
    return np.ascontiguousarray(np.minimum(below, WORDS - 1).astype(np.uint32))


def _above(p: np.ndarray) -> np.ndarray:
    """The threshold above each level, none reached above the last."""
    thresholds = _thresholds(p)
    last = np.full((*thresholds.shape[:-1], 1), 2**32 - 1, np.uint32)
    return np.ascontiguousarray(np.concatenate([thresholds, last], axis=-1))


def _guide(above: np.ndarray) -> np.ndarray:
    """The level at the beginning of each of 256 stretches of the word, in which one threshold lies at most."""
    begin = np.arange(256, dtype=np.uint64)[:, None] << np.uint64(24)
    guide = (begin >= above[:-1]).sum(axis=1)
    if np.diff(guide).max() > 1:
        raise ValueError("two thresholds in one stretch; W1 has no level as rare as that")
    return np.ascontiguousarray(guide.astype(np.uint8))


def _steps(gestation: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bound on the high halves in four stretches of the gestation word: edges ``[3]``, limits ``[4, 2]``.

    For each of 1,024 stretches the greatest limit of any level that can occur there; then neighbours are joined,
    those first that let the fewest more births pass.
    """
    ends = np.cumsum(gestation, axis=-1).reshape(-1, gestation.shape[-1])
    ends[:, -1] = 1.0
    begins = np.concatenate([np.zeros((len(ends), 1)), ends[:, :-1]], axis=1)
    greatest = high.max(axis=(0, 1, 2, 3, 4)).astype(np.int64)  # [gestation, cause]
    runs: list[tuple[np.ndarray, int]] = []
    for b in range(BINS):
        # a hair wider than the stretch, against rounding of thresholds
        can = (begins.min(axis=0) < (b + 1) / BINS + 1e-9) & (ends.max(axis=0) > b / BINS - 1e-9)
        limit = greatest[can].max(axis=0)
        if runs and (runs[-1][0] == limit).all():
            runs[-1] = (limit, runs[-1][1] + 1)
        else:
            runs.append((limit, 1))
    while len(runs) > STEPS:
        joined = [(np.maximum(a, b), n + m) for (a, n), (b, m) in zip(runs, runs[1:], strict=False)]
        cost = [
            (limit - a).sum() * n + (limit - b).sum() * m
            for (limit, _), (a, n), (b, m) in zip(joined, runs, runs[1:], strict=False)
        ]
        at = int(np.argmin(cost))
        runs[at : at + 2] = [joined[at]]
    edges = np.cumsum([n for _, n in runs])[:-1] * (2**32 // BINS)
    limits = np.stack([limit for limit, _ in runs]).astype(np.uint32)
    return edges.astype(np.uint32), np.ascontiguousarray((limits[:, ::2] << 16) | limits[:, 1::2])
