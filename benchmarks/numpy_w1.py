"""W1 counted by NumPy in chunks that fit the cache, from the same integer tables: the strong comparison.

Numbers are NumPy's own Philox, so counts agree in distribution, not one by one.
"""

import numpy as np

from simcore.kernels.arrays import Ints
from simcore.kernels.packed import Packed

CHUNK = 4096


def count_profiles_numpy(packed: Packed, seed: int) -> Ints:
    """Profiles of every birth in every arm, int64[arms, profiles]."""
    rng = np.random.Generator(np.random.Philox(seed))
    counts = np.zeros((packed.n_arms, packed.n_profiles), np.int64)
    for start in range(0, packed.n_births, CHUNK):
        n = min(CHUNK, packed.n_births - start)
        luck = rng.integers(0, 2**32 - 1, (packed.n_variables, n), dtype=np.uint32)
        columns: dict[int, Ints] = {}
        for arm in range(packed.n_arms):
            for v in range(packed.n_variables):
                mine = int(packed.column[arm, v])
                if mine in columns:
                    continue
                if v < packed.n_given:
                    columns[mine] = np.zeros(n, np.int64)
                    continue
                row = np.zeros(n, np.int64)
                for p, stride in zip(packed.parents[v], packed.strides[v], strict=True):
                    if p >= 0:
                        row += stride * columns[int(packed.column[arm, p])]
                m = int(packed.n_levels[v]) - 1
                first = packed.table_start[arm, v] + row * m
                level = np.zeros(n, np.int64)
                for j in range(m):
                    level += luck[v] >= packed.thresholds[first + j]
                columns[mine] = level
            profile = np.zeros(n, np.int64)
            for v, stride in zip(packed.profile_vars, packed.profile_strides, strict=True):
                profile += stride * columns[int(packed.column[arm, v])]
            counts[arm] += np.bincount(profile, minlength=packed.n_profiles)
    return counts
