"""A program that could lead a kernel out of its arrays is refused: at the first value that is too much, not later."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simcore.kernels.outcome import BESIDE_CLOCKS, CLOCK_BLOCKS
from simcore.kernels.packed import OWN, Packed
from tests.worlds import random_world, stepped_world

MOST_CLOCKS = 6 * 2**15


@pytest.fixture(scope="module")
def world() -> Packed:
    return random_world(2)


def with_value(array: Any, place: tuple[int, ...], value: int) -> Any:
    changed = np.array(array)
    changed[place] = value
    return changed


@pytest.mark.parametrize(
    "name",
    [
        *["strides", "parents", "decision", "table_start", "repeats", "column"],
        *["stratum_key", "stratum_levels", "profile_strides"],
    ],
)
def test_an_array_of_another_shape_is_refused(world: Packed, name: str) -> None:
    array = getattr(world, name)
    for shape in ([*array.shape[:-1], array.shape[-1] + 1], [array.shape[0] + 1, *array.shape[1:]]):
        with pytest.raises(ValueError, match=r"shape .* expected, got"):
            replace(world, **{name: np.resize(array, shape)})


@pytest.mark.parametrize(
    ("name", "place", "value", "problem"),
    [
        ("parents", (4, 0), 4, "before their child"),
        ("parents", (4, 0), -2, "before their child"),
        ("strides", (4, 0), -1, "not be negative"),
        ("stratum_start", (0,), 1, "begin at 0"),
        ("stratum_start", (-1,), 2**40, "2**32 - 1 births"),
        ("stratum_levels", (0, 0), 3, "outside its variable"),
        ("stratum_levels", (0, 0), -1, "outside its variable"),
        ("n_levels", (4,), 0, "1 to 255"),
        ("n_levels", (4,), 256, "1 to 255"),
        ("decision", (4,), 4 * CLOCK_BLOCKS, "decision numbers"),
        ("decision", (4,), -1, "decision numbers"),
        ("decision", (4,), BESIDE_CLOCKS + 1, "decision numbers"),
        ("column", (1, 0), 1, "given columns differ"),
        ("column", (1, 1), 0, "given columns differ"),
        ("column", (1, 3), 0, "column"),
        ("repeats", (0, 1), 0, "given variables have no table"),
        ("table_start", (0, 4), -1, "leaves `thresholds`"),
        ("profile_vars", (0,), -1, "profile_vars"),
        ("profile_vars", (0,), 8, "profile_vars"),
        ("profile_strides", (0,), -1, "profile_vars"),
    ],
)
def test_a_value_out_of_its_range_is_refused(
    world: Packed, name: str, place: tuple[int, ...], value: int, problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        replace(world, **{name: with_value(getattr(world, name), place, value)})


def test_the_last_value_of_a_range_is_not_refused(world: Packed) -> None:
    replace(world, decision=with_value(world.decision, (4,), 4 * CLOCK_BLOCKS - 1))
    births = np.append(world.stratum_start[:-1], world.stratum_start[-2] + 2**32 - 1)
    replace(world, stratum_start=births)
    with pytest.raises(ValueError, match="births a stratum"):
        replace(world, stratum_start=with_value(births, (-1,), int(births[-1]) + 1))


def test_thresholds_must_hold_every_table_and_be_as_many_as_before(world: Packed) -> None:
    last = np.unravel_index(world.table_start.argmax(), world.table_start.shape)
    table = world.table(int(last[0]), int(last[1]))
    end = int(world.table_start.max()) + table.size
    replace(world, thresholds=world.thresholds[:end])
    with pytest.raises(ValueError, match="leaves `thresholds`"):
        replace(world, thresholds=world.thresholds[: end - 1])
    for other in (world.thresholds[:-1], np.append(world.thresholds, 0)):
        with pytest.raises(ValueError, match="another number of them"):
            world.with_thresholds(other.astype(np.uint32))


def test_profiles_and_cells_are_numbered_below_2_to_the_32(world: Packed) -> None:
    pair = np.array([int(np.flatnonzero(world.n_levels == 2)[0])])
    for strides, fine in ((2**32 - 2, True), (2**32 - 1, False)):
        cells = replace(world.deaths, cell_vars=pair, cell_strides=[strides])
        for change, problem in (
            ({"profile_vars": pair, "profile_strides": [strides]}, "profiles or more"),
            ({"outcome": cells}, "cells or more"),
        ):
            if fine:
                replace(world, **change)
            else:
                with pytest.raises(ValueError, match=problem):
                    replace(world, **change)


def test_no_arms_are_refused(world: Packed) -> None:
    none = np.zeros((0, world.n_variables))
    with pytest.raises(ValueError, match="at least one arm"):
        replace(world, table_start=none, repeats=none, column=none, outcome=None)


@pytest.mark.parametrize(("repeated", "problem"), [(3, "no such parent"), (OWN - 2, "no such parent")])
def test_a_step_repeats_a_parent_or_nothing(repeated: int, problem: str) -> None:
    world = stepped_world(60, drawn=4, births=14)
    stands = world.n_variables - 3
    assert world.repeats[0, stands] != 3
    with pytest.raises(ValueError, match=f"{problem}|column"):
        replace(world, repeats=with_value(world.repeats, (0, stands), repeated))


def test_a_table_that_does_not_repeat_is_refused() -> None:
    world = stepped_world(60, drawn=4, births=14)
    stands = world.n_variables - 3
    for v, problem in ((stands, "does not repeat"), (stands - 1, "other levels than the first")):
        at = int(world.table_start[0, v])
        for value in (1, 2**32 - 2):
            with pytest.raises(ValueError, match=problem):
                world.with_thresholds(with_value(world.thresholds, (at,), value))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"factors": np.ones((900, 4, 4))}, "not rows x 3 causes x 4 bands"),
        ({"factors": np.ones((900, 3, 5))}, "not rows x 3 causes x 4 bands"),
        ({"factors": np.full((900, 3, 4), np.inf)}, "finite"),
        ({"factor_vars": np.ones((3, 2)), "factor_strides": np.ones((3, 2))}, "factors"),
        ({"factor_strides": np.ones((4, 1))}, "factors"),
        ({"factor_strides": np.ones((4, 3))}, "factors"),
        ({"factor_vars": np.full((4, 2), 8)}, "outcome variables"),
        ({"factor_vars": np.full((4, 2), -2)}, "outcome variables"),
        ({"cell_vars": [0, -1]}, "outcome variables"),
        ({"cell_vars": [0, 8]}, "outcome variables"),
        ({"cell_strides": [1]}, "cell_strides"),
        ({"cell_strides": [1, 1, 1]}, "cell_strides"),
        ({"cell_strides": [1, -1]}, "cell_strides"),
        ({"edges": [0, 7, 28, 365, 100]}, "increase"),
        ({"of_arm": [[0, 1], [0, 5], [0, 1]]}, "of_arm"),
        ({"of_arm": [[0, -2], [0, 1], [0, 1]]}, "of_arm"),
        ({"of_arm": [[0, 1], [1, 1], [0, 1]]}, "of_arm"),
        ({"of_arm": [[0, 1]] * 4}, "3 arms expected, got 4"),
        ({"of_arm": [[0, 1, 2]]}, "3 arms expected, got 1"),
        ({"clock": [-1, 0, 1]}, f"clocks: 0 to {MOST_CLOCKS - 1}"),
        ({"clock": [0, 1, MOST_CLOCKS]}, f"clocks: 0 to {MOST_CLOCKS - 1}"),
        ({"clock": [0, 1, 1]}, "share their luck"),
    ],
)
def test_an_outcome_at_odds_with_itself_is_refused(
    world: Packed, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(world, outcome=replace(world.deaths, **change))


def test_two_factors_need_no_more_rows_than_they_have(world: Packed) -> None:
    deaths = world.deaths
    two = replace(
        deaths,
        factor_vars=deaths.factor_vars[:2],
        factor_strides=deaths.factor_strides[:2],
        factor_start=deaths.factor_start[:2],
        factors=deaths.factors[: deaths.factor_start[2]],
        of_arm=[[0, 1]] * 3,
    )
    replace(world, outcome=two)
    with pytest.raises(ValueError, match="leaves `factors`"):
        replace(world, outcome=replace(two, factors=two.factors[:-1]))


@pytest.mark.parametrize("made", [random_world, stepped_world])
def test_factors_one_row_too_short_are_refused(made: Callable[..., Packed]) -> None:
    world = made(60, drawn=4, births=14)
    with pytest.raises(ValueError, match="leaves `factors`"):
        replace(world, outcome=replace(world.deaths, factors=world.deaths.factors[:-1]))
