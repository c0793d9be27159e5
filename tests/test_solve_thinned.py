"""Effects moved on some births that stand for all of them, and set right on all: the same effects come out.

The orchard with two things more that deaths hang on, so that a draw has 384 cells, of which under half are kept.
"""

from __future__ import annotations

import shutil
from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from simcore import solve
from simcore.contrasts import ReferenceYears
from simcore.counting import resample_targets
from simcore.draws import DrawBlock, central, sample_priors
from simcore.load import load_model
from simcore.model import Model
from simcore.rows import Rows, summed_by
from simcore.solve import Centre, NoSolution, Targets, solve_block, solve_central
from tests.models import FOLDER

MOST = 320
"""Asked for; with the largest cells kept whole it is about half as many that are kept, 43% of all."""
DRAWS = 2
MORE = """  {name}:
    kind: descriptor
    meaning: invented
    decision: {decision}
    levels: [one, two, three, four]
    shares: {{table: {name}.csv}}
"""
RATIOS = """    - parent: {name}
      ratios: {{two: 1.3, three: 0.8, four: 1.9}}
"""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("crowded") / "orchard"
    shutil.copytree(FOLDER / "orchard", folder)
    text = (folder / "model.yaml").read_text()
    for decision, name in ((8, "trade"), (12, "season")):
        text = text.replace("  gestation:\n", MORE.format(name=name, decision=decision) + "  gestation:\n", 1)
        text = text.replace("  hazard_ratios:\n", "  hazard_ratios:\n" + RATIOS.format(name=name), 1)
        (folder / f"{name}.csv").write_text("level,share\ntwo,0.3\nthree,0.2\nfour,0.1\n")
    (folder / "model.yaml").write_text(text)
    return load_model(folder)


def solved(model: Model) -> tuple[Centre, DrawBlock]:
    """The centre, and draws solved from it."""
    structure = model.structure()
    centre = solve_central(model, structure)
    targets = resample_targets(model, centre.births, DRAWS)
    return centre, solve_block(model, structure, sample_priors(model, DRAWS), targets, centre)


@pytest.fixture(scope="module")
def whole(crowded: Model) -> tuple[Centre, DrawBlock]:
    """Solved on all births throughout."""
    return solved(crowded)


def apart(one: DrawBlock, other: DrawBlock) -> float:
    """How far effects are from one another, as a proportion."""
    return max(float(np.abs(np.log(one[name] / other[name])).max()) for name in ("hr_smoking", "hr_poverty"))


def test_effects_solved_on_thinned_births_are_those_of_all_births(
    crowded: Model, whole: tuple[Centre, DrawBlock], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solve, "MOST_CELLS", MOST)
    centre, block = solved(crowded)
    assert apart(centre.block, whole[0].block) < 5 * solve.NEAR
    assert apart(block, whole[1]) < 5 * solve.NEAR
    assert block.baseline == pytest.approx(whole[1].baseline, rel=1e-3)
    assert block.residual == pytest.approx(whole[1].residual, rel=1e-3)


def test_left_uncorrected_thinned_births_would_give_other_effects(
    crowded: Model, whole: tuple[Centre, DrawBlock], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solve, "MOST_CELLS", MOST)
    monkeypatch.setattr(solve, "NEAR", 1.0)
    assert apart(solve_central(crowded, crowded.structure()).block, whole[0].block) > 50 * 1e-4


def test_a_correction_that_is_never_enough_is_an_error_and_no_answer(
    crowded: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solve, "MOST_CELLS", MOST)
    monkeypatch.setattr(solve, "NEAR", 0.0)
    monkeypatch.setattr(solve, "MAX_CORRECTIONS", 2)
    with pytest.raises(NoSolution, match="from the published totals after 2 corrections for thinned births"):
        solve_central(crowded, crowded.structure())


# ---- which births are kept


@pytest.fixture(scope="module")
def years(crowded: Model) -> ReferenceYears:
    """The births that a solution begins with, three draws of them."""
    return ReferenceYears(crowded, crowded.structure(), unsolved(crowded, 3))


def unsolved(model: Model, draws: int) -> DrawBlock:
    ones = {"hr_smoking": np.full(draws, 1.4), "hr_poverty": np.full(draws, 1.2)}
    baseline = np.full((draws, *model.baseline.shape), 1e-3)
    block = sample_priors(model, draws)
    return replace(
        block,
        parameters={**block.parameters, **ones},
        baseline=baseline,
        residual=np.ones((draws, 2, 3)),
    )


def shares(years: ReferenceYears) -> list[np.ndarray]:
    """Births of each world as a share of all of its draw."""
    draw, n = years.cells.draw, years.cells.draws
    return [births / summed_by(draw, births, n)[draw] for births in years.births]


def test_so_many_cells_of_each_draw_are_kept_as_were_asked_for_and_they_stand_for_all(
    years: ReferenceYears,
) -> None:
    assert np.bincount(years.cells.draw).tolist() == [384] * 3
    thin = years.thinned(MOST)
    kept = np.bincount(thin.cells.draw)
    assert ((kept > 0.5 * MOST) & (kept <= MOST + 1)).all()
    # over the worlds together the births of a draw stay the same, to the births of one cell
    every, some = np.sum(shares(years), axis=0), np.zeros((3, len(years.births)))
    for arm, births in enumerate(thin.births):
        all_births = summed_by(years.cells.draw, years.births[arm], 3)
        some[:, arm] = summed_by(thin.cells.draw, births, 3) / all_births
    assert every.sum() == pytest.approx(3 * len(years.births))
    assert some.mean(axis=1) == pytest.approx(np.ones(3), abs=1.0 / MOST)
    # kept and not made to stand for the others, they would fall short by far more
    bare = np.bincount(thin.cells.draw, every[chosen_of(years, thin)]) / len(years.births)
    assert (bare < 1.0 - 10.0 / MOST).all()


def test_nothing_is_thinned_where_there_are_no_more_cells_than_that(years: ReferenceYears) -> None:
    assert years.thinned(384) is years and years.thinned(383) is not years


def chosen_of(years: ReferenceYears, thin: ReferenceYears) -> np.ndarray:
    """Where the cells of thinned births stand among all."""
    axes = list(years.cells.at)

    def named(rows: Rows) -> list[tuple[int, ...]]:
        return list(zip(rows.draw.tolist(), *(rows.at[axis].tolist() for axis in axes), strict=True))

    place = {cell: i for i, cell in enumerate(named(years.cells))}
    return np.array([place[cell] for cell in named(thin.cells)])


def test_the_largest_cells_are_all_kept_as_they_are(years: ReferenceYears) -> None:
    thin = years.thinned(MOST)
    chosen = chosen_of(years, thin)
    size = np.mean(shares(years), axis=0)
    large = np.flatnonzero(size >= 1.0 / MOST)
    assert large.size > 60 and np.isin(large, chosen).all()
    at = np.isin(chosen, large)
    for births, of_all in zip(thin.births, years.births, strict=True):
        assert np.array_equal(births[at], of_all[chosen[at]])
        # each other one stands for more of its kind: as many times as it was unlikely to be kept
        assert births[~at] * MOST * size[chosen[~at]] == pytest.approx(of_all[chosen[~at]], rel=1e-12)


def test_over_many_orders_of_the_cells_each_is_kept_as_often_as_it_weighs(years: ReferenceYears) -> None:
    """800 orders. Of a cell that is kept 3 times in 10 or more, the mean has an error of at most 5.4% of itself; were
    the births of small cells that are kept not raised, it would be off by as much as 70%."""
    rng = np.random.default_rng(6)
    one = years.cells.draw == 0
    size = np.mean(shares(years), axis=0)[one]
    found, repeats = np.zeros((2, size.size)), 800
    for _ in range(repeats):
        order = rng.permutation(size.size)
        thin = ordered(years, np.flatnonzero(one)[order]).thinned(MOST)
        place = thin.cells.at["place"]
        found[0, place] += thin.births[0]
        found[1, place] += 1.0
    often = found[1] / repeats
    assert often == pytest.approx(np.minimum(1.0, MOST * size), abs=0.08)
    usual = often > 0.3
    assert usual.sum() > 100 and (often[usual] < 0.9).any()
    mean = found[0] / repeats
    assert mean[usual] == pytest.approx(years.births[0][one][usual], rel=0.25)
    assert mean.sum() == pytest.approx(years.births[0][one].sum(), rel=0.01)


def ordered(years: ReferenceYears, order: np.ndarray) -> ReferenceYears:
    """Some cells of one draw in another order, each told by its place before."""
    other = copy(years)
    place = order - order.min()
    other.cells = Rows(1, np.zeros(order.size, int), {"place": place}, years.cells.births[order])
    other.births = [births[order] for births in years.births]
    return other


def test_central_targets_are_returned_by_all_births(crowded: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was solved on thinned births is looked at on all of them, afresh."""
    monkeypatch.setattr(solve, "MOST_CELLS", MOST)
    structure = crowded.structure()
    block = solve_central(crowded, structure).block
    fit = ReferenceYears(crowded, structure, block).evaluate(block)
    targets: Targets = solve.observed(crowded)
    assert fit.cells == pytest.approx(targets.cells, rel=5e-4)
    wanted = central(crowded)
    assert fit.measures["smoking"] == pytest.approx(wanted["total_smoking"], rel=2 * solve.NEAR)
    assert fit.measures["poverty"] == pytest.approx(wanted["total_poverty"], rel=2 * solve.NEAR)
