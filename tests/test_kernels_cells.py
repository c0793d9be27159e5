"""Risk of single combinations of levels: what plain Python gets, each by itself, and refused where it cannot be."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.cells import add_up, deaths_apart, risk_of_cells
from tests import reference

CAUSES, BANDS = 3, 4


@dataclass(frozen=True)
class Cells:
    """Cells of some draws, the factors of their hazards, and how they spread over later levels."""

    tables: Floats
    draw: Ints
    row_of_cell: Ints
    row_of_combination: Ints
    alike: Ints
    share: Floats

    def risk(self) -> Floats:
        return risk_of_cells(**vars(self))

    def chosen(self, some: Ints) -> "Cells":
        """Some of the cells, in the order given."""
        return replace(self, draw=self.draw[some], row_of_cell=self.row_of_cell[some], share=self.share[some])

    def of_each(self) -> list[list[list[list[float]]]]:
        """By hand, [cells][combinations][causes][bands]: factors multiplied, then incidence."""
        found = []
        for cell, draw in enumerate(self.draw.tolist()):
            tables = self.tables[draw if len(self.tables) > 1 else 0]
            rows = (self.row_of_cell[cell] + self.row_of_combination).tolist()
            hazards = [[math.prod(tables[row, c, b] for row in of) for c, b in PLACES] for of in rows]
            found.append([reference.incidence(np.reshape(h, (CAUSES, BANDS)).tolist()) for h in hazards])
        return found


PLACES = [(cause, band) for cause in range(CAUSES) for band in range(BANDS)]


def random_cells(
    seed: int, *, draws: int = 3, factors: int = 3, cells: int = 25, combinations: int = 6
) -> Cells:
    """Draws in no order; rows that are alike; cells of which some combinations have no births."""
    rng = np.random.default_rng(seed)
    of_cell, later = rng.integers(1, 4, factors), rng.integers(1, 4, factors)
    starts = np.concatenate([[0], np.cumsum(of_cell * later)])
    tables = rng.uniform(0.05, 1.4, (draws, starts[-1], CAUSES, BANDS))
    tables[rng.random(tables.shape) < 0.1] = 0.0
    alike = np.arange(starts[-1])
    for row in range(1, alike.size):
        if rng.random() < 0.4:
            alike[row] = alike[rng.integers(row)]
            tables[:, row] = tables[:, alike[row]]
    share = rng.dirichlet(np.ones(combinations), cells) * (rng.random((cells, combinations)) < 0.7)
    return Cells(
        tables,
        np.sort(rng.integers(0, draws, cells)) if seed % 2 else rng.integers(0, draws, cells),
        starts[:-1] + later * np.stack([rng.integers(0, n, cells) for n in of_cell], axis=1),
        np.stack([rng.integers(0, n, combinations) for n in later], axis=1),
        alike,
        share,
    )


WORLDS = {
    "several draws": random_cells(1),
    "draws in no order": random_cells(2, cells=40),
    "one draw": random_cells(3, draws=1),
    "one factor": random_cells(4, factors=1),
    "five factors": random_cells(5, factors=5, draws=2),
    "nothing later": random_cells(7, combinations=1),
}
"""Where there is one draw, its tables serve cells of any."""
WORLDS["one table for all draws"] = replace(
    WORLDS["several draws"], tables=WORLDS["several draws"].tables[:1]
)


@pytest.fixture(params=WORLDS)
def cells(request: pytest.FixtureRequest) -> Cells:
    return WORLDS[request.param]


# ---- the risk of a cell


def test_risk_is_that_of_each_combination_weighted_by_its_share(cells: Cells) -> None:
    expected = np.einsum("cm,cm...->c...", cells.share, np.array(cells.of_each()))
    assert cells.risk() == pytest.approx(expected, rel=1e-13, abs=0)


def test_no_bit_hangs_on_which_other_cells_are_asked_for_or_in_what_order(cells: Cells) -> None:
    every = cells.risk()
    order = np.random.default_rng(5).permutation(cells.draw.size)
    assert np.array_equal(cells.chosen(order).risk(), every[order])
    for cell in range(cells.draw.size):
        assert np.array_equal(cells.chosen(np.array([cell])).risk()[0], every[cell])
    twice = np.repeat(np.arange(cells.draw.size), 2)
    assert np.array_equal(cells.chosen(twice).risk(), every[twice])


def test_no_bit_hangs_on_which_rows_are_said_to_be_alike(cells: Cells) -> None:
    told_apart = replace(cells, alike=np.arange(cells.alike.size))
    assert np.array_equal(told_apart.risk(), cells.risk())


def test_combinations_without_births_are_passed_over(cells: Cells) -> None:
    # a hazard that is no number would be seen wherever it was met
    spoilt = cells.tables.copy()
    only = np.zeros_like(cells.share)
    only[:, 0] = 1.0
    met = np.unique(cells.alike[cells.row_of_cell + cells.row_of_combination[0]])
    spoilt[:, np.setdiff1d(np.arange(cells.alike.size), met)] = np.nan
    found = replace(cells, tables=spoilt, share=only).risk()
    assert np.array_equal(found, replace(cells, share=only).risk()) and not np.isnan(found).any()
    assert not replace(cells, share=0.0 * cells.share).risk().any()


def test_no_cells_have_no_risk() -> None:
    assert WORLDS["several draws"].chosen(np.zeros(0, int)).risk().shape == (0, CAUSES, BANDS)


# ---- deaths told apart


def groups_of(cells: Cells) -> tuple[Ints, Ints, int]:
    """A group of each cell and of each combination, which add up; the last one has nobody."""
    rng = np.random.default_rng(8)
    return 3 * rng.integers(0, 4, cells.draw.size), rng.integers(0, 3, cells.share.shape[1]), 13


def test_deaths_told_apart_are_those_of_each_cell_and_combination(cells: Cells) -> None:
    of_cell, of_later, groups = groups_of(cells)
    births = 1000.0 * cells.share
    where = {name: value for name, value in vars(cells).items() if name != "share"}
    part_of = np.array([1, 0, 1, 2])
    deaths, by_part = deaths_apart(**where, births=births, group_of_cell=of_cell,
                                   group_of_combination=of_later, groups=groups, part_of=part_of)  # fmt: skip
    each = np.array(cells.of_each())
    expected = np.zeros((groups, CAUSES, BANDS))
    for cell, later in np.ndindex(births.shape):
        expected[of_cell[cell] + of_later[later]] += births[cell, later] * each[cell, later]
    assert deaths == pytest.approx(expected, rel=1e-12, abs=0)
    assert not deaths[-1].any()
    parts = np.stack([each.sum(axis=2)[..., part_of == part].sum(axis=-1) for part in range(3)], axis=-1)
    assert by_part == pytest.approx(parts, rel=1e-12, abs=0)


def test_deaths_told_apart_add_up_to_the_risk_of_cells(cells: Cells) -> None:
    nothing = np.zeros_like(cells.draw)
    where = {name: value for name, value in vars(cells).items() if name != "share"}
    deaths, _ = deaths_apart(**where, births=cells.share, group_of_cell=np.arange(nothing.size),
                             group_of_combination=np.zeros(cells.share.shape[1], int),
                             groups=nothing.size, part_of=np.zeros(BANDS, int))  # fmt: skip
    # a birth less, or one at another combination, would be seen: they are the same sums
    assert deaths == pytest.approx(cells.risk(), rel=1e-14, abs=0)


# ---- sums


def test_risk_adds_up_by_group_in_the_order_given() -> None:
    rng = np.random.default_rng(9)
    values, place = rng.random((7, 5)), rng.integers(0, 7, 60)
    weight, group = rng.random(60), rng.integers(0, 4, 60)
    expected = np.zeros((6, 5))
    for at, w, to in zip(place, weight, group, strict=True):
        expected[to] += w * values[at]
    found = add_up(values, place, weight, group, 6)
    assert found == pytest.approx(expected, rel=1e-14, abs=0) and not found[4:].any()
    # entries of other groups in between change no bit
    alone = group == 2
    assert np.array_equal(add_up(values, place[alone], weight[alone], group[alone], 6)[2], found[2])


# ---- refusals


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"draw": np.zeros(24, int)}, "do not match"),
        ({"share": np.ones((24, 6))}, "do not match"),
        ({"share": np.ones((25, 5))}, "do not match"),
        ({"row_of_combination": np.zeros((6, 2), int)}, "do not match"),
        ({"alike": np.zeros(2, int)}, "do not match"),
        ({"row_of_cell": np.zeros((25, 0), int), "row_of_combination": np.zeros((6, 0), int)}, "do not match"),
        ({"tables": np.ones((3, 9, CAUSES))}, "draws x factor rows x causes x bands"),
        ({"tables": np.ones((1, 3, 9, CAUSES, BANDS))}, "draws x factor rows x causes x bands"),
        ({"tables": np.ones((3, 9, 0, BANDS))}, "draws x factor rows x causes x bands"),
        ({"tables": np.ones((3, 9, CAUSES, 0))}, "draws x factor rows x causes x bands"),
        ({"row_of_cell": np.zeros(25, int)}, "cells or combinations x factors"),
        ({"row_of_combination": np.zeros(6, int)}, "cells or combinations x factors"),
        ({"tables": np.ones((0, 11, CAUSES, BANDS))}, "leaves the 0 draws"),
    ],
    ids=str,
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(change: dict[str, Any], problem: str) -> None:
    fine = WORLDS["several draws"]
    assert fine.tables.shape == (3, 11, CAUSES, BANDS)
    with pytest.raises(ValueError, match=problem):
        replace(fine, **change).risk()


@pytest.mark.parametrize(
    ("name", "least", "most", "problem"),
    [
        ("draw", 0, 2, "a draw leaves the 3 draws"),
        ("alike", 0, 10, "a row leaves the 11 factor rows"),
        ("row_of_cell", 0, 10, "a row leaves the 11 factor rows"),
    ],
)
def test_an_index_is_refused_at_the_first_value_outside(
    name: str, least: int, most: int, problem: str
) -> None:
    fine = replace(WORLDS["several draws"], row_of_combination=np.zeros((6, 3), int))
    array = getattr(fine, name)
    for value in (least, most):
        changed = array.copy()
        changed.flat[-1] = value
        replace(fine, **{name: changed}).risk()
    for value in (least - 1, most + 1):
        changed = array.copy()
        changed.flat[-1] = value
        with pytest.raises(ValueError, match=problem):
            replace(fine, **{name: changed}).risk()


def test_rows_of_a_cell_and_a_combination_are_refused_by_their_sum() -> None:
    fine = WORLDS["several draws"]
    cell, later = np.full((25, 3), 6), np.full((6, 3), 4)
    replace(fine, row_of_cell=cell, row_of_combination=later).risk()
    replace(fine, row_of_cell=cell, row_of_combination=later - 10).risk()
    for off in (1, -11):
        with pytest.raises(ValueError, match="a row leaves the 11 factor rows"):
            replace(fine, row_of_cell=cell, row_of_combination=later + off).risk()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"group_of_cell": np.zeros(24, int)}, "groups and parts do not match"),
        ({"group_of_combination": np.zeros(5, int)}, "groups and parts do not match"),
        ({"part_of": np.zeros(3, int)}, "groups and parts do not match"),
        ({"group_of_cell": np.full(25, 12)}, "a group leaves the 13 groups"),
        ({"group_of_cell": np.full(25, -1)}, "a group leaves the 13 groups"),
        ({"part_of": np.array([0, -1, 0, 0])}, "a group leaves the 13 groups"),
        ({"births": np.ones((25, 5))}, "do not match"),
    ],
    ids=str,
)
def test_groups_that_do_not_fit_are_refused(change: dict[str, Any], problem: str) -> None:
    cells = WORLDS["several draws"]
    fine: dict[str, Any] = {
        **{name: value for name, value in vars(cells).items() if name != "share"},
        "births": cells.share,
        "group_of_cell": np.full(25, 11),
        "group_of_combination": np.array([0, 1, 0, 1, 0, 1]),
        "groups": 13,
        "part_of": np.zeros(BANDS, int),
    }
    deaths_apart(**fine)
    with pytest.raises(ValueError, match=problem):
        deaths_apart(**{**fine, **change})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"place": np.zeros(2, int)}, "do not match"),
        ({"group": np.zeros(4, int)}, "do not match"),
        ({"weight": np.ones((3, 1))}, "do not match"),
        ({"values": np.ones(2)}, "do not match"),
        ({"place": np.array([0, 1, 2])}, "an index leaves its 2 places"),
        ({"place": np.array([0, -1, 1])}, "an index leaves its 2 places"),
        ({"group": np.array([0, 5, 4])}, "an index leaves its 5 places"),
        ({"group": np.array([0, -1, 4])}, "an index leaves its 5 places"),
    ],
    ids=str,
)
def test_sums_over_indices_that_leave_their_array_are_refused(change: dict[str, Any], problem: str) -> None:
    fine: dict[str, Any] = {
        "values": np.ones((2, 3)), "place": np.array([0, 1, 1]), "weight": np.ones(3),
        "group": np.array([0, 4, 4]), "groups": 5,
    }  # fmt: skip
    assert add_up(**fine)[4].tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(ValueError, match=problem):
        add_up(**{**fine, **change})
