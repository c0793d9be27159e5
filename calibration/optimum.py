"""Where a fit begins: the peak of the density, scales treated apart.

The joint peak of a scale and of what it scales (the step of a random walk and its innovations) is nowhere near
where the posterior is: a wide scale with innovations drawn in wins by height alone, and has little room. So for
coordinates that are scales the peak is looked for with the rest integrated out (`calibration.scales`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.climb import Optimum, climb
from calibration.fit import Density, Tick
from calibration.scales import marginal_peak
from simcore.network import Array

__all__ = ["Optimum", "optimum"]


def optimum(
    density: Density,
    start: Array | None = None,
    *,
    scales: Sequence[str] = (),
    threads: int = 1,
    tick: Tick | None = None,
) -> Optimum:
    """Climb to the peak of a density from ``start``, or from the middle of the prior.

    Quasi-Newton steps do most of the way. Newton steps end it, until the next one would be shorter than a
    thousandth of a posterior standard deviation.

    Parameters
    ----------
    scales
        Names of coordinates that set how widely others vary.

    Raises
    ------
    FitError
        When the density cannot be worked out at the start, when no peak is reached, or when the density is not
        curved downwards there in every direction; the coordinates at fault are named.
    """
    begin = np.zeros(len(density.names)) if start is None else np.array(start, dtype=np.float64)
    if scales:
        return marginal_peak(density, begin, tuple(map(density.names.index, scales)), threads, tick)
    return climb(density, begin, threads, tick)
