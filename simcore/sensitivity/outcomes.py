"""Headline figures of a model at its central values, and what becomes of them in each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simcore.draws import CENTRAL, DrawBlock, central
from simcore.model import Model, Structure
from simcore.problems import DocumentError
from simcore.results import strata_of
from simcore.run import MakeArms, Settings, run_block
from simcore.sensitivity.cases import Case
from simcore.sensitivity.copies import changed_model
from simcore.sensitivity.places import NoPlace
from simcore.solve import Centre, NoSolution, observed, solve_block, solve_central
from simcore.solved import needs_solving

EXACT = Settings(estimator="exact", people=False)
"""Nobody is drawn: cases differ in the model alone."""


@dataclass(frozen=True)
class Figures:
    """What is looked at: births, deaths under the comparator, and deaths averted by each scenario, in order."""

    births: float
    deaths: float
    averted: tuple[float, ...]

    @property
    def per_1000(self) -> float:
        """Deaths per 1,000 births under the comparator."""
        return 1000.0 * self.deaths / self.births


def figures_of(
    model: Model,
    structure: Structure,
    make_arms: MakeArms,
    years: Sequence[int],
    near: Centre | None = None,
) -> Figures:
    """Solve the model at its central values and run every arm; the first is the comparator.

    ``near`` is the solution of a model much like this one, to start from.

    Raises
    ------
    NoSolution
        If no direct effects return the published totals.
    """
    solved = _solved(model, structure, near) if needs_solving(model) else central(model)
    # effects of scenarios are those of the central draw, as in every run
    block = replace(solved, index=np.array([CENTRAL % 2**32]))
    deaths = run_block(model, structure, block, make_arms, years, EXACT).deaths
    totals = deaths.sum(axis=tuple(range(1, deaths.ndim)))
    births = float(model.births_in(strata_of(model, years)).sum())
    return Figures(births, float(totals[0]), tuple(float(totals[0] - arm) for arm in totals[1:]))


def _solved(model: Model, structure: Structure, near: Centre | None) -> DrawBlock:
    """The central solution, from one near by where that has the same unknowns and leads there."""
    if near is not None and _unknowns(model, structure, near):
        try:
            return solve_block(model, structure, central(model), observed(model), near)
        except NoSolution:
            pass  # too far: from the beginning, and what that says counts
    return solve_central(model, structure).block


def _unknowns(model: Model, structure: Structure, near: Centre) -> bool:
    """Whether a solution has exactly the unknowns of a model."""
    solves = [contrast.solves for contrast in structure.contrasts.values()]
    baseline = near.block.baseline
    return (
        near.inverse.shape[-1] == len(solves)
        and set(solves) <= near.block.parameters.keys()
        and baseline is not None
        and baseline.shape[1:] == model.baseline.shape
    )


def evaluate(
    case: Case, model: Model, make_arms: MakeArms, years: Sequence[int], near: Centre | None = None
) -> Figures | str:
    """The figures of one case, or in words why there are none."""
    try:
        changed = changed_model(model, case.change)
        structure = changed.structure(case.change.variants)
        return figures_of(changed, structure, make_arms, years, near)
    except NoSolution as error:
        return f"no solution: {error}"
    except NoPlace as error:
        return f"not in this edition: {error}"
    except DocumentError as error:
        return f"not a sound model: {error.problems[0].path}: {error.problems[0].message}"
