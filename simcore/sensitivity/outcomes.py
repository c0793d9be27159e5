"""Headline figures of a model at its central values, and what becomes of them in each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simcore.draws import central
from simcore.model import Model, Structure
from simcore.problems import DocumentError
from simcore.results import strata_of
from simcore.run import MakeArms, Settings, run_block
from simcore.sensitivity.cases import Case
from simcore.sensitivity.copies import changed_model
from simcore.sensitivity.places import NoPlace
from simcore.solve import NoSolution, solve_central
from simcore.solved import CENTRAL, needs_solving


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
    model: Model, structure: Structure, make_arms: MakeArms, years: Sequence[int], settings: Settings
) -> Figures:
    """Solve the model at its central values and run every arm; the first is the comparator.

    Raises
    ------
    NoSolution
        If no direct effects return the published totals.
    """
    solved = solve_central(model, structure).block if needs_solving(model) else central(model)
    # the luck of the central draw, as in every run: cases differ in the model alone
    block = replace(solved, index=np.array([CENTRAL % 2**32]))
    deaths = run_block(model, structure, block, make_arms, years, replace(settings, people=False)).deaths
    totals = deaths.sum(axis=tuple(range(1, deaths.ndim)))
    births = float(model.births_in(strata_of(model, years)).sum())
    return Figures(births, float(totals[0]), tuple(float(totals[0] - arm) for arm in totals[1:]))


def evaluate(
    case: Case, model: Model, make_arms: MakeArms, years: Sequence[int], settings: Settings
) -> Figures | str:
    """The figures of one case, or in words why there are none."""
    try:
        changed = changed_model(model, case.change)
        structure = changed.structure(case.change.variants)
        return figures_of(changed, structure, make_arms, years, settings)
    except NoSolution as error:
        return f"no solution: {error}"
    except NoPlace as error:
        return f"not in this edition: {error}"
    except DocumentError as error:
        return f"not a sound model: {error.problems[0].path}: {error.problems[0].message}"
