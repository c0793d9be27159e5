"""The log posterior of a calibration and its gradient: priors, counts, shares and published effects added up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.engine import Engine
from calibration.expected import Adjoints, ByStratum, Settled
from calibration.likelihood import ContrastTerm, CountTerm, ShareTerm
from calibration.numbers import Number, numbers_of
from calibration.paths import Paths
from calibration.schema import Calibration
from calibration.targets import Observed
from calibration.transform import Coordinates, contrasts_of
from simcore.model import Model, Structure
from simcore.network import Array


@dataclass(frozen=True)
class Layout:
    """Which coordinates stand for what: numbers, then gradients, then paths over the years."""

    numbers: tuple[Number, ...]
    periods: tuple[str, ...]
    strata: int
    gradient_sd: float
    paths: Paths

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One for each coordinate."""
        gradients = [f"gradient/{period}/{k + 1}" for period in self.periods for k in range(self.strata - 1)]
        return (*(number.name for number in self.numbers), *gradients, *self.paths.names)

    def parts(self, z: Array) -> tuple[Array, Array, Array]:
        """Coordinates of numbers, of gradients ``[..., periods, strata - 1]`` and of paths."""
        n, r = len(self.numbers), len(self.periods) * (self.strata - 1)
        gradient = z[..., n : n + r].reshape(*z.shape[:-1], len(self.periods), self.strata - 1)
        return z[..., :n], gradient, z[..., n + r :]

    def moved(self, z: Array) -> Array:
        """Numbers on the scales on which they move: ``float64[..., numbers]``."""
        return self.coordinates.moved(self.parts(z)[0])[0]

    @cached_property
    def coordinates(self) -> Coordinates:
        """Those of the numbers."""
        return Coordinates(self.numbers)

    def gradient(self, z: Array) -> Array:
        """Log deaths a birth where ratios act, the mean over strata taken out: ``float64[..., periods, strata]``."""
        _, gradient, _ = self.parts(z)
        return np.asarray(self.gradient_sd * gradient @ contrasts_of(self.strata).T)

    def path(self, z: Array) -> Array:
        """Logarithm of what hazards are multiplied by: ``float64[..., years, periods, strata]``."""
        return self.paths.at(self.parts(z)[2])


class Posterior:
    """The log posterior density of one calibration: smooth, with no luck in it.

    Coordinates are standard normal a priori. It writes to nothing, so threads may share it.
    """

    def __init__(
        self, config: Calibration, model: Model, structure: Structure, observed: Observed, threads: int = 1
    ) -> None:
        own = config.parameters
        numbers = numbers_of(structure, own.effects.prior, own.priors)
        numbers = tuple(number for number in numbers if number.name not in own.held)
        residual = model.spec.deaths.residual
        assert residual is not None
        strata = len(model.levels(residual.by))
        self.engine = Engine(model, structure, numbers, threads)
        self.layout = Layout(
            numbers,
            tuple(model.spec.deaths.age_periods),
            strata,
            own.residual.sd,
            Paths.of(model, own, config.years.all, strata),
        )
        self.deaths = ByStratum(self.engine)
        self.held_at = own.projection.from_
        self.residual_sd = own.residual.sd if own.feedback == "full" else None
        self.counts = [CountTerm(self.deaths, self.layout.paths.years, target) for target in observed.counts]
        self.contrasts = ContrastTerm(self.engine, observed.contrasts)
        self.shares = []
        for target in observed.shares:
            self.engine.forget()
            self.shares.append(ShareTerm(self.engine, target))
        self.engine.forget()
        block = self.engine.reference
        self.origin = np.array([float(n.on_scale(block[n.name])[0]) for n in numbers])
        rate = np.log(self.deaths.observed / self.deaths.births)
        self.origin_gradient = rate - rate.mean(axis=-1, keepdims=True)

    @property
    def names(self) -> tuple[str, ...]:
        return self.layout.names

    @property
    def scales(self) -> tuple[str, ...]:
        """Coordinates that set how widely others vary."""
        return self.layout.paths.scales

    def at(self, z: Array) -> Settled:
        """Residuals and baselines that go with one point."""
        return self.deaths.at(
            self.layout.moved(z) - self.origin, self.layout.gradient(z) - self.origin_gradient
        )

    def value_and_gradient(self, z: Array) -> tuple[float, Array]:
        layout = self.layout
        own, across, along = layout.parts(z)
        now, path = self.at(z), layout.paths.at(along)
        into, by_path = Adjoints(own.size, now), np.zeros_like(path)
        by_gradient = np.zeros_like(now.residual)
        value = -0.5 * float(own @ own + along @ along)
        pulled_across = np.zeros_like(across)
        if self.residual_sd is None:
            value -= 0.5 * float((across**2).sum())
            pulled_across -= across
        else:
            left = now.residual - now.residual.mean(axis=-1, keepdims=True)
            value -= 0.5 * float((left**2).sum()) / self.residual_sd**2
            into.residual -= left / self.residual_sd**2
        moved = layout.gradient(z) - self.origin_gradient
        for count in self.counts:
            value += count.add(moved, path, by_gradient, by_path)
        terms: list[ShareTerm | ContrastTerm] = [*self.shares, self.contrasts]
        for term in terms:
            value += term.add(now, into)
        by_gradient += self.deaths.pull(now, into)
        _, slopes = layout.coordinates.moved(own)
        pulled_across += layout.gradient_sd * by_gradient @ contrasts_of(layout.strata)
        pulled = (
            slopes * into.numbers - own,
            pulled_across.ravel(),
            layout.paths.pulled(along, by_path) - along,
        )
        return value, np.concatenate(pulled)
