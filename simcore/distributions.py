"""A number with its uncertainty, as a file states it: median and interval in, samples out.

In a file a number stands alone, or says how sure we are of it::

    ratio: 1.44
    ratio: {distribution: lognormal, median: 1.44, ci95: [1.19, 1.73]}

Two parameters cannot meet three numbers: where the centre does not sit in the interval as the distribution
says it should, the file is refused and told what its interval implies. Sampling is the inverse of the
distribution function at given uniform numbers, so equal luck gives equal samples wherever they are drawn.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from simcore.strict import Strict
from simcore.text_files import NUMBER, respelt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Z = 1.959963984540054
"""Standard normal quantile at 97.5%."""
MOST_OFF = 0.25
"""How many standard deviations a stated centre may lie from the one its interval implies.

A ratio published to two decimals with a narrow interval may lie further off by rounding alone; so much is let
pass too: 1.41 (1.37 to 1.44) implies 1.405."""
MOST_TAIL_ERROR = 0.01
"""How far a fitted beta's tail probabilities may be from 2.5% and 97.5%."""

# lax for the list alone (its numbers stay strict): after a validator that runs before, strict takes no list
Interval = Annotated[tuple[float, float], Field(strict=False, description="95% interval, low then high")]


def _half_unit(number: float) -> float:
    """Half a unit in the last place a published ratio shows: 0.005 for 1.41, and never more.

    >>> _half_unit(1.41), _half_unit(0.175), _half_unit(3.0)
    (0.005, 0.0005, 0.005)
    """
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(int(exponent), -2)


class Fixed(Strict):
    """A number taken as known.

    >>> Fixed(distribution="fixed", value=0.65).quantile([0.1, 0.9])
    array([0.65, 0.65])
    """

    distribution: Literal["fixed"]
    value: float

    @property
    def central(self) -> float:
        """The number itself."""
        return self.value

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and largest value possible."""
        return self.value, self.value

    def quantile(self, u: ArrayLike) -> Floats:
        """The value for each uniform number; the shape of ``u``."""
        import numpy as np

        return np.full(np.shape(u), self.value)


class Lognormal(Strict):
    """For ratios: the logarithm is normal.

    >>> ratio = Lognormal(distribution="lognormal", median=1.44, ci95=(1.19, 1.73))
    >>> ratio.quantile([0.025, 0.5, 0.975]).round(3)
    array([1.194, 1.44 , 1.736])
    """

    distribution: Literal["lognormal"]
    median: Annotated[float, Field(gt=0)]
    ci95: Interval

    @model_validator(mode="after")
    def _fits(self) -> Lognormal:
        low, high = _ordered(self.ci95)
        if low <= 0:
            raise ValueError(f"ci95 starts at {low:g}; a ratio's interval is above 0")
        implied = math.sqrt(low) * math.sqrt(high)
        rounding = sum(_half_unit(number) / number for number in (self.median, low, high))
        if abs(math.log(self.median / implied)) > max(MOST_OFF * self.sigma, rounding):
            raise ValueError(
                f"median {self.median:g} does not fit ci95 [{low:g}, {high:g}], which implies a median near "
                f"{implied:.4g}; check the three numbers, or choose another distribution"
            )
        return self

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm: the interval's width on the log scale over 2 x 1.96."""
        return (math.log(self.ci95[1]) - math.log(self.ci95[0])) / (2 * Z)

    @property
    def central(self) -> float:
        """The median."""
        return self.median

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and largest value possible."""
        return 0.0, math.inf

    def quantile(self, u: ArrayLike) -> Floats:
        """The value for each uniform number in (0, 1); the shape of ``u``."""
        import numpy as np
        from scipy.special import ndtri

        return np.asarray(self.median * np.exp(self.sigma * ndtri(np.asarray(u, np.float64))))


class Normal(Strict):
    """For differences and coefficients.

    >>> Normal(distribution="normal", mean=5.8, ci95=(2.4, 9.2)).quantile([0.025, 0.5]).round(2)
    array([2.4, 5.8])
    """

    distribution: Literal["normal"]
    mean: float
    ci95: Interval

    @model_validator(mode="after")
    def _fits(self) -> Normal:
        low, high = _ordered(self.ci95)
        implied = low + (high - low) / 2
        if not math.isfinite(high - low) or abs(self.mean - implied) > MOST_OFF * self.sigma:
            raise ValueError(
                f"mean {self.mean:g} does not fit ci95 [{low:g}, {high:g}], which implies a mean near "
                f"{implied:.4g}; check the three numbers, or choose another distribution"
            )
        return self

    @property
    def sigma(self) -> float:
        """Standard deviation: the width of the interval over 2 x 1.96."""
        return (self.ci95[1] - self.ci95[0]) / (2 * Z)

    @property
    def central(self) -> float:
        """The mean."""
        return self.mean

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and largest value possible."""
        return -math.inf, math.inf

    def quantile(self, u: ArrayLike) -> Floats:
        """The value for each uniform number in (0, 1); the shape of ``u``."""
        import numpy as np
        from scipy.special import ndtri

        return np.asarray(self.mean + self.sigma * ndtri(np.asarray(u, np.float64)))


class Uniform(Strict):
    """Anywhere between two bounds, for what nobody has measured.

    >>> Uniform(distribution="uniform", low=0.4, high=0.9).quantile([0.0, 0.5, 1.0])
    array([0.4 , 0.65, 0.9 ])
    """

    distribution: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _fits(self) -> Uniform:
        if not (self.low < self.high and math.isfinite(self.high - self.low)):
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}; write the smaller as low")
        return self

    @property
    def central(self) -> float:
        """Half way."""
        return self.low + (self.high - self.low) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and largest value possible."""
        return self.low, self.high

    def quantile(self, u: ArrayLike) -> Floats:
        """The value for each uniform number in [0, 1]; the shape of ``u``."""
        import numpy as np

        share = np.asarray(u, np.float64)
        return np.clip(self.low + (self.high - self.low) * share, self.low, self.high)


class Beta(Strict):
    """For shares and probabilities, with the mean or the median beside the interval.

    >>> share = Beta(distribution="beta", median=0.3, ci95=(0.2, 0.42))
    >>> share.quantile([0.025, 0.5, 0.975]).round(3)
    array([0.198, 0.3  , 0.417])
    """

    distribution: Literal["beta"]
    mean: Annotated[float, Field(gt=0, lt=1)] | None = None
    median: Annotated[float, Field(gt=0, lt=1)] | None = None
    ci95: Interval

    @model_validator(mode="after")
    def _fits(self) -> Beta:
        low, high = _ordered(self.ci95)
        if (self.mean is None) == (self.median is None):
            raise ValueError("needs exactly one of mean and median; keep the one that was published")
        if low < 0 or high > 1:
            raise ValueError(
                f"ci95 [{low:g}, {high:g}] leaves 0 to 1; a share cannot, write it as a fraction of 1"
            )
        if not low < self.central < high:
            raise ValueError(
                f"centre {self.central:g} is outside ci95 [{low:g}, {high:g}]; check the numbers"
            )
        from scipy.special import betainc, betaincinv

        a, b = self.shape
        off = max(abs(float(betainc(a, b, low)) - 0.025), abs(float(betainc(a, b, high)) - 0.975))
        if not off <= MOST_TAIL_ERROR:
            name = "mean" if self.mean is not None else "median"
            fitted = betaincinv(a, b, [0.025, 0.975])
            raise ValueError(
                f"{name} {self.central:g} does not fit ci95 [{low:g}, {high:g}]: the nearest beta with this "
                f"{name} has [{fitted[0]:.4g}, {fitted[1]:.4g}]; check the three numbers, or choose another "
                "distribution"
            )
        return self

    @property
    def shape(self) -> tuple[float, float]:
        """The two shape parameters, alpha and beta."""
        return _fit_beta(self.mean, self.median, *self.ci95)

    @property
    def central(self) -> float:
        """The mean or the median, whichever the file gives."""
        centre = self.mean if self.mean is not None else self.median
        assert centre is not None
        return centre

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and largest value possible."""
        return 0.0, 1.0

    def quantile(self, u: ArrayLike) -> Floats:
        """The value for each uniform number in [0, 1]; the shape of ``u``."""
        import numpy as np
        from scipy.special import betaincinv

        return np.asarray(betaincinv(*self.shape, np.asarray(u, np.float64)), np.float64)


def _ordered(interval: tuple[float, float]) -> tuple[float, float]:
    if not interval[0] < interval[1]:
        raise ValueError(
            f"ci95 [{interval[0]:g}, {interval[1]:g}] is not in order; write the lower bound first"
        )
    return interval


@lru_cache(maxsize=1024)
def _fit_beta(mean: float | None, median: float | None, low: float, high: float) -> tuple[float, float]:
    """Shape parameters that keep the centre exactly and put 95% of the probability inside the interval."""
    from scipy.optimize import brentq
    from scipy.special import betainc

    def shape(log_size: float) -> tuple[float, float]:
        size = math.exp(log_size)
        if mean is not None:
            return mean * size, (1 - mean) * size
        # the median rises with the mean, from 0 to 1, at any size
        assert median is not None
        at = brentq(lambda m: betainc(m * size, (1 - m) * size, median) - 0.5, 1e-12, 1 - 1e-12, xtol=1e-14)
        return at * size, (1 - at) * size

    def inside(log_size: float) -> float:
        a, b = shape(log_size)
        return float(betainc(a, b, high) - betainc(a, b, low)) - 0.95

    smallest, largest = math.log(0.1), math.log(1e12)
    if inside(smallest) > 0:
        return shape(smallest)
    if inside(largest) < 0:
        return shape(largest)
    return shape(brentq(inside, smallest, largest))


def _number_alone(value: object) -> object:
    """A plain number is a fixed one; other words than a mapping get one clear message."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"distribution": "fixed", "value": float(value)}
    if isinstance(value, dict | Strict):
        return value
    found = (
        f"'{value}'"
        if isinstance(value, str)
        else {"True": "true", "False": "false"}.get(str(value), "a list")
    )
    found = "nothing" if value is None else found
    number = None
    if isinstance(value, str):
        number = "remove the quotes" if NUMBER.fullmatch(value) else respelt(value, NUMBER)
    raise ValueError(
        f"found {found}; {number or 'write a number'}, or {{distribution: lognormal, median: ..., ci95: [..., ...]}}"
    )


_Tagged = Fixed | Lognormal | Normal | Uniform | Beta
Distribution = Annotated[
    _Tagged,
    Field(discriminator="distribution"),
    BeforeValidator(
        _number_alone, json_schema_input_type=float | Annotated[_Tagged, Field(discriminator="distribution")]
    ),
]
"""A number that may be uncertain, in a schema; has ``central``, ``bounds`` and ``quantile(u)``."""


def fixed(value: float) -> Fixed:
    """A known number, from Python.

    >>> fixed(2).central
    2.0
    """
    return Fixed(distribution="fixed", value=float(value))
