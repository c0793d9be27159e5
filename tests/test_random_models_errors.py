"""The Monte Carlo error of model files written by chance, wherever they are cut: as large as the error made, or none.

Many draws of the same parameters, whose exact answer is known; a few of them are a run that states an error.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simcore.run
from scenarios.uncertainty import Estimate, estimate
from simcore.draws import DrawBlock
from simcore.slices import SLICES, even_slices
from tests.chance import least_variance, normal_faults, z_of_t
from tests.models import answer
from tests.models.written import folders
from tests.models.written_folder import Folder
from tests.test_random_models import budget, draws_of

MODELS, DRAWS, RUN, BIRTHS = 45, 30, 5, 3_001
ROUNDING = 1e-10
"""Share of all deaths that sums in two orders may differ by."""
ESTIMATORS = ("expected", "realised")
Even = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Stated:
    """Errors made by runs, in errors as they state them; and runs of which one of the two is nothing."""

    def __init__(self) -> None:
        self.scores: list[float] = []
        self.without_error = 0
        self.in_vain: list[Folder] = []
        """Where an error is stated and none is ever made."""
        self.unsaid: list[Folder] = []
        """Where an error is made and none is stated."""

    def add(
        self, folder: Folder, made: list[float], told: list[Estimate], deaths: float, scored: bool
    ) -> None:
        nothing = [abs(gap) <= ROUNDING * deaths for gap in made]
        for gap, at, exact in zip(made, told, nothing, strict=True):
            if at.mc_error > 0 and not all(nothing):
                if scored:
                    self.scores.append(float(z_of_t(gap / at.mc_error, RUN * (SLICES - 1))))
            elif at.mc_error > 0:
                self.in_vain.append(folder)
            elif not exact:
                self.unsaid.append(folder)
            self.without_error += exact


def look_at(folder: Folder, estimator: str, stated: Stated) -> None:
    """One model in its last arm: deaths, and deaths averted, whose luck is much the same and is scored but once."""
    model, first = folder.model, draws_of(folder).parameters
    draws = DrawBlock(np.arange(DRAWS), {name: np.repeat(v[:1], DRAWS) for name, v in first.items()})
    common = model, model.structure(), draws, (folder.arms[0], folder.arms[-1]), folder.years
    luck = {"births": BIRTHS, "seed": zlib.crc32(repr(folder).encode())}
    exact = answer(*common, estimator="exact", people=False).deaths.reshape(2, DRAWS, -1).sum(axis=-1)
    run = answer(*common, estimator=estimator, people=False, **luck)
    drawn = run.deaths.reshape(2, DRAWS, -1).sum(axis=-1)
    slices = run.slices.reshape(2, DRAWS, -1, run.slices.shape[-1]).sum(axis=2)
    of_all = float(exact[0].mean())
    for scored, of in ((True, lambda arms: arms[1]), (False, lambda arms: arms[0] - arms[1])):
        parts = [slice(begin, begin + RUN) for begin in range(0, DRAWS, RUN)]
        told = [estimate(of(drawn)[part], of(slices)[part], size=of_all) for part in parts]
        made = [float((of(drawn) - of(exact))[part].mean()) for part in parts]
        stated.add(folder, made, told, max(of_all, 1.0), scored)


@cache
def over_models(estimator: str, models: int = MODELS, even: Even = even_slices) -> Stated:
    stated = Stated()

    @budget(models)
    @given(folders(), st.data())
    def each(folder: Folder, data: st.DataObject) -> None:
        cut = data.draw(st.sampled_from(list(folder.document["variables"])))
        look_at(folder.with_({}, drawn_to=cut), estimator, stated)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simcore.run, "even_slices", even)
        each()
    return stated


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_runs_of_any_model_and_cut_are_as_far_from_the_truth_as_they_say(estimator: str) -> None:
    scores = over_models(estimator).scores
    assert len(scores) > 80
    assert normal_faults(scores) == []
    # power: with probability 99% an error stated at six tenths of its size is found
    assert least_variance(len(scores)) < 1 / 0.6**2


def test_an_error_is_stated_where_one_is_made_and_nowhere_else() -> None:
    stated = over_models("expected")
    assert stated.without_error > 40
    assert stated.in_vain == []
    assert stated.unsaid == []


# ---- power


def test_slices_that_are_left_uneven_state_errors_in_vain() -> None:
    assert over_models("expected", 15, lambda deaths, births: deaths).in_vain


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_error_stated_at_half_its_size_is_found(estimator: str) -> None:
    faults = normal_faults(2 * np.array(over_models(estimator).scores))
    assert any("variance" in fault for fault in faults)
