"""What a model says, in a few lines: whether it can be run at all, and whether its size is the one that was meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simcore.arms import Arm
from simcore.dims import YEAR
from simcore.draws import DrawBlock
from simcore.model import Model
from simcore.results import wording
from simcore.run import Settings, run_block
from simcore.solved import draw_file, read_central, read_draws, up_to_shipped

DRAWS = 20
"""Draws that are tried beside the central one."""


def survey(model: Model) -> Iterator[str]:
    """Lines about a model: births, variables, deaths at the central values and over a few draws.

    Every table is compiled for those draws, so that a margin which no odds return is found before any run.

    Raises
    ------
    DocumentError
        If the model cannot be compiled, or its draws are another model's.
    """
    spec = model.spec
    size = " x ".join(f"{dim} ({len(levels)})" for dim, levels in model.strata.items())
    words = wording(model)
    yield f"{model.births.sum():,.0f} {words['births']}, by {size}"
    yield f"variables, in causal order: {', '.join(spec.variables)}"
    causes, bands = spec.deaths.causes, spec.deaths.age_bands
    yield f"causes of death: {', '.join(causes)}; age bands: {', '.join(bands)}"
    structure = model.structure()
    if not draw_file(model, structure).is_there:
        yield f"not solved yet: run `simcore solve {model.folder}` before it can be compared"
        return
    middle = _deaths(model, read_central(model, structure)).sum(axis=-1)[0]
    yield f"{words['deaths']} per 1,000 {words['short']}, nothing changed: {_rates(model, middle)}"
    if not spec.parameters:
        return
    few = _deaths(model, read_draws(model, structure, up_to_shipped(model, structure, DRAWS))).sum(
        axis=(-1, -2)
    )
    low, high = 1000 * few.min() / model.births.sum(), 1000 * few.max() / model.births.sum()
    yield f"and over {few.size} draws of what is uncertain: {low:.3g} to {high:.3g}"


def _deaths(model: Model, draws: DrawBlock) -> np.ndarray:
    """Expected deaths without any policy, nothing drawn: ``float64[draws, causes, age bands]``."""
    settings = Settings(estimator="exact", people=False)
    years = model.years if YEAR in model.strata else ()
    block = run_block(model, model.structure(), draws, lambda program, of: [Arm("natural")], years, settings)
    return np.asarray(block.deaths[0].sum(axis=tuple(range(1, 1 + len(model.strata)))))


def _rates(model: Model, by_cause: np.ndarray) -> str:
    """The whole, then each cause: ``4.2 (falls 3.1, cold 1.1)``."""
    rates = 1000 * by_cause / model.births.sum()
    each = ", ".join(f"{c} {r:.3g}" for c, r in zip(model.spec.deaths.causes, rates, strict=True))
    return f"{rates.sum():.3g} ({each})"
