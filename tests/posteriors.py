"""Posteriors of which the answer is known, or known to be out of reach: what fits are tested on."""

from __future__ import annotations

import numpy as np


class Bell:
    """A normal posterior with a given mean and covariance."""

    def __init__(self, mean, covariance):
        self.mean, self.covariance = np.asarray(mean, float), np.asarray(covariance, float)
        self.precision = np.linalg.inv(self.covariance)
        self.names = tuple(f"x{k}" for k in range(self.mean.size))

    def value_and_gradient(self, z):
        slope = -self.precision @ (z - self.mean)
        return float(0.5 * (z - self.mean) @ slope), slope


class LogRates:
    """Logarithms of independent rates whose posterior is a gamma: deaths `shape`, person-time `rate`."""

    def __init__(self, shape, rate):
        self.shape, self.rate = np.asarray(shape, float), np.asarray(rate, float)
        self.names = tuple(f"rate{k}" for k in range(self.shape.size))

    def value_and_gradient(self, z):
        expected = self.rate * np.exp(z)
        return float((self.shape * z - expected).sum()), self.shape - expected


class Regression:
    """Poisson counts on an intercept, deciles, regions, gestations and years: 25 coordinates, 1,800 cells."""

    SIZES = (10, 9, 5, 4)

    def __init__(self, seed=1, cells=1800, deaths=7500, factor=1.0):
        random = np.random.default_rng(seed)
        columns = [np.ones(cells)]
        for size in self.SIZES:
            level = random.integers(0, size, cells)
            columns += [level == k for k in range(1, size)]
        self.design = np.array(columns, float)
        self.sd = np.r_[2.0, np.full(len(columns) - 1, 0.5)]
        truth = random.normal(0, 0.3, len(columns))
        rates = np.exp(truth @ self.design)
        self.offset = np.log(deaths / rates.sum())
        self.deaths = random.poisson(rates * np.exp(self.offset))
        self.factor = factor
        """What the likelihood takes expected deaths times: one, unless a mistake is planted."""
        self.names = ("intercept", *(f"b{k}" for k in range(1, len(columns))))

    def value_and_gradient(self, z):
        log_expected = (self.sd * z) @ self.design + self.offset
        expected = self.factor * np.exp(log_expected)
        value = self.deaths @ log_expected - expected.sum() - 0.5 * z @ z
        return float(value), self.sd * (self.design @ (self.deaths - expected)) - z


class Effects:
    """Effects drawn with an unknown spread and measured with error: of the spread, the posterior is an integral.

    Coordinates: the logarithm of the spread, and each effect over the spread; all standard normal a priori.
    """

    def __init__(self, groups=20, error=0.1, seed=1):
        random = np.random.default_rng(seed)
        self.error = error
        self.seen = random.normal(0, 0.1, groups) + random.normal(0, error, groups)
        self.names = ("scale", *(f"effect{k}" for k in range(groups)))

    @staticmethod
    def spread(scale):
        return 0.1 * np.exp(scale)

    def value_and_gradient(self, z):
        spread = self.spread(z[0])
        off = (self.seen - spread * z[1:]) / self.error**2
        value = -0.5 * self.error**2 * off @ off - 0.5 * z @ z
        return float(value), np.r_[spread * off @ z[1:], spread * off] - z

    def scale_moments(self):
        """Mean and standard deviation of the scale, by quadrature: effects drop out in closed form."""
        at = np.linspace(-6, 6, 4001)
        variance = self.spread(at)[:, None] ** 2 + self.error**2
        height = (-0.5 * np.log(variance) - 0.5 * self.seen**2 / variance).sum(axis=1) - 0.5 * at**2
        weight = np.exp(height - height.max())
        weight /= weight.sum()
        mean = weight @ at
        return mean, np.sqrt(weight @ (at - mean) ** 2)


class Funnel:
    """Effects as they stand, with their spread among them, and no data: the neck is out of reach."""

    def __init__(self, effects=5):
        self.names = ("scale", *(f"effect{k}" for k in range(effects)))

    def value_and_gradient(self, z):
        precision = np.exp(-2 * z[0])
        squares = z[1:] @ z[1:]
        value = -0.5 * z[0] ** 2 - 0.5 * precision * squares - (z.size - 1) * z[0]
        slope = np.r_[-z[0] + precision * squares - (z.size - 1), -precision * z[1:]]
        return float(value), slope


class TwoPeaks:
    """Two bells side by side along the first coordinate, six spreads apart."""

    names = ("side", "other")

    def value_and_gradient(self, z):
        there = np.tanh(3 * z[0])
        value = -0.5 * (z[0] ** 2 + 9 + z[1] ** 2) + np.logaddexp(3 * z[0], -3 * z[0])
        return float(value), np.array([-z[0] + 3 * there, -z[1]])


class Slope:
    """No peak: along `flat` nothing is known, and `steep` is a bell."""

    names = ("flat", "steep")

    def value_and_gradient(self, z):
        return float(-0.5 * z[1] ** 2), np.array([0.0, -z[1]])


class Spoilt(Regression):
    """A density that is not a number where its intercept is high."""

    def value_and_gradient(self, z):
        value, slope = super().value_and_gradient(z)
        return (np.nan, slope) if z[0] > self.limit else (value, slope)

    limit = 1.0
