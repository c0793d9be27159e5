"""The full path: Hamiltonian sampling by `nutpie`, in coordinates in which the posterior is nearly round."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from calibration.climb import Optimum
from calibration.evaluate import checked
from calibration.fit import Density, Fit, FitError, Steps, Tick
from simcore.network import Array

APART = 2.0
"""Spread of the starts, in posterior standard deviations: wider than the posterior, so that chains that agree
have forgotten where they began."""
LOOK = 0.2
"""Seconds between two looks at how far the chains are."""
DEPTH = 10
"""Most doublings of a path."""


class MissingExtra(ImportError):
    """The sampler is not installed; ends a command with status 2."""

    def __init__(self) -> None:
        super().__init__(
            "the full fit needs the sampler nutpie: install it with `pip install 'simcore[bayes]'`,"
            " or take the quick path"
        )


def nuts(
    density: Density,
    peak: Optimum,
    *,
    chains: int = 4,
    draws: int = 1000,
    tune: int = 500,
    seed: int = 1,
    target_accept: float = 0.9,
    cores: int = 2,
    tick: Tick | None = None,
) -> Fit:
    """Draws from the posterior by the no-U-turn sampler, chains beginning far apart.

    The same seed gives the same draws on any number of cores. Stops at once when interrupted.

    Raises
    ------
    MissingExtra
        When `nutpie` is not installed.
    FitError
        When the density is not a number somewhere, or has no value at any start.
    """
    nutpie, from_pyfunc = library()
    watched = _Watched(density, peak)
    model = from_pyfunc(
        peak.z.size, lambda: watched.log_density, lambda *_: watched.drawn,
        [np.dtype(np.float64)], [(peak.z.size,)], ["x"], make_initial_point_fn=watched.start,
    )  # fmt: skip
    sampler = nutpie.sample(
        model, chains=chains, draws=draws, tune=tune, seed=seed, cores=min(cores, chains), maxdepth=DEPTH,
        target_accept=target_accept, save_warmup=False, progress_bar=False, blocking=False,
    )  # fmt: skip
    trace = _finish(sampler, watched, tick, chains * (draws + tune))
    stats = trace.sample_stats
    steps = stats["n_steps"].to_numpy()
    return Fit(
        density.names,
        peak.from_white(trace.posterior["x"].to_numpy()),
        np.asarray(stats["logp"].to_numpy(), dtype=np.float64),
        "nuts",
        seed,
        steps=Steps(
            divergences=int(stats["diverging"].to_numpy().sum()),
            at_full_depth=int(stats["maxdepth_reached"].to_numpy().sum()),
            gradients=int(steps.sum()),
            acceptance=float(stats["mean_tree_accept"].to_numpy().mean()),
            step_size=float(stats["step_size"].to_numpy()[:, -1].mean()),
        ),
    )


def library() -> tuple[Any, Callable[..., Any]]:
    """The sampler, which brings a plotting library along that announces changes of its own when it is loaded."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "\nArviZ is undergoing a major refactor", FutureWarning)
            import nutpie
            from nutpie.compiled_pyfunc import from_pyfunc
    except ModuleNotFoundError as missing:
        if missing.name is not None and missing.name.split(".")[0] != "nutpie":
            raise
        raise MissingExtra from missing
    return nutpie, from_pyfunc


class _Watched:
    """A density as the sampler calls it, in whitened coordinates, from threads that the sampler owns.

    An error that reached the sampler would bring the process down: it is kept, and raised by who waits.
    """

    def __init__(self, density: Density, peak: Optimum) -> None:
        self.density = density
        self.peak = peak
        self.errors: list[Exception] = []
        self.done: list[None] = []
        """One for each draw: appending is safe between threads."""

    def log_density(self, x: Array, **_: object) -> tuple[float, Array]:
        try:
            value, gradient = checked(self.density, self.peak.from_white(x))
        except Exception as error:
            self.errors.append(error)
            return -np.inf, np.zeros(x.size)
        return value, np.ascontiguousarray(self.peak.whitening.T @ gradient)

    def drawn(self, x: Array, **_: object) -> dict[str, Array]:
        self.done.append(None)
        return {"x": x}

    def start(self, key: int) -> Array:
        """A chain's start: far from the peak, but where there is any density."""
        away = np.random.default_rng(key).standard_normal(self.peak.z.size)
        apart = APART
        while apart > 1 / 64 and not np.isfinite(self.log_density(apart * away)[0]):
            apart /= 2
        return np.asarray(apart * away)


def _finish(sampler: Any, watched: _Watched, tick: Tick | None, of: int) -> Any:
    """Wait for the chains and hand over what they drew; whatever ends the wait ends the chains."""
    try:
        while True:
            try:
                trace = sampler.wait(timeout=LOOK)
            except TimeoutError:
                trace = None
            if watched.errors:
                raise watched.errors[0]
            if tick is not None:
                tick("draws", len(watched.done), of)
            if trace is not None:
                return trace
    except RuntimeError as failed:
        if watched.errors:
            raise watched.errors[0] from None
        raise FitError(f"the sampler stopped: {str(failed).splitlines()[0]}") from failed
    finally:
        sampler.cancel()
