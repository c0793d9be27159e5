"""The full path: Hamiltonian sampling by `nutpie`, in coordinates in which the posterior is nearly round."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration.fit import Density, Fit, FitError, Steps, Tick
from calibration.optimum import Optimum
from simcore.network import Array

if TYPE_CHECKING:
    from nutpie.compiled_pyfunc import PyFuncModel

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
        When the sampler ends with an error: a start without density, or an error in the density, which is named.
    """
    nutpie, from_pyfunc = _library()
    model = from_pyfunc(
        peak.z.size, lambda: _whitened(density, peak), _count(tick, chains * (draws + tune)),
        [np.dtype(np.float64)], [(peak.z.size,)], ["x"],
        make_initial_point_fn=lambda key: _start(density, peak, key),
    )  # fmt: skip
    sampler = nutpie.sample(
        model, chains=chains, draws=draws, tune=tune, seed=seed, cores=min(cores, chains), maxdepth=DEPTH,
        target_accept=target_accept, save_warmup=False, progress_bar=False, blocking=False,
    )  # fmt: skip
    trace = _finish(sampler)
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


def _library() -> tuple[Any, Callable[..., PyFuncModel]]:
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


def _whitened(density: Density, peak: Optimum) -> Callable[..., tuple[float, Array]]:
    back = np.ascontiguousarray(peak.whitening.T)

    def log_density(x: Array, **_: object) -> tuple[float, Array]:
        value, gradient = density.value_and_gradient(peak.from_white(x))
        return float(value), back @ gradient

    return log_density


def _count(tick: Tick | None, of: int) -> Callable[..., Callable[..., dict[str, Array]]]:
    """What the sampler calls with each draw: it counts them."""
    counter = itertools.count(1)

    def make(*_: object) -> Callable[..., dict[str, Array]]:
        def expand(x: Array, **_: object) -> dict[str, Array]:
            done = next(counter)
            if tick is not None and (done % 10 == 0 or done == of):
                tick("draws", done, of)
            return {"x": x}

        return expand

    return make


def _start(density: Density, peak: Optimum, key: int) -> Array:
    """A chain's start: far from the peak, but where there is any density."""
    away = np.random.default_rng(key).standard_normal(peak.z.size)
    apart = APART
    while not np.isfinite(density.value_and_gradient(peak.from_white(apart * away))[0]) and apart > 1 / 64:
        apart /= 2
    return np.asarray(apart * away)


def _finish(sampler: Any) -> Any:
    """Wait for the chains and hand over what they drew; whatever ends the wait ends the chains."""
    try:
        while True:
            try:
                return sampler.wait(timeout=LOOK)
            except TimeoutError:
                continue
    except RuntimeError as failed:
        raise FitError(f"the sampler stopped: {failed}") from failed
    finally:
        sampler.cancel()
