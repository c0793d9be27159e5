"""Counts for a seed are what they were, for W1 and for England; what moves one of them in a million is seen."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.workload import Workload
from simcore.kernels.packed import Packed
from tests.recorded import Numbers, moved, numbers, read, workloads


@cache
def loads() -> dict[str, Workload]:
    return workloads()


@pytest.mark.parametrize("name", ["w1", "england"])
def test_births_and_deaths_of_a_seed_are_those_recorded(name: str) -> None:
    assert moved(read()[name], numbers(loads()[name])) == [], (
        "numbers moved; if they should, say so under *Numbers* in CHANGELOG.md and run: python -m tests.recorded"
    )


def planted(change: str) -> Packed:
    """W1 with a small error."""
    packed = loads()["w1"].packed
    if change == "births":  # five births in a million are of another level
        thresholds = packed.thresholds.astype(np.int64)
        drawn = (thresholds > 0) & (thresholds < 2**32 - 1)
        return packed.with_thresholds((thresholds + 20_000 * drawn).astype(np.uint32))
    return replace(packed, outcome=replace(packed.deaths, factors=packed.deaths.factors * 1.0002))


@pytest.mark.parametrize("change", ["births", "deaths"])
def test_a_small_error_would_be_seen(change: str) -> None:
    lines = moved(read()["w1"], numbers(loads()["w1"], planted(change)))
    assert any(f": {change} by" in line for line in lines)
    assert any("digest" in line for line in lines) == (change == "births")


def test_one_birth_that_dies_otherwise_is_let_pass_and_two_are_not() -> None:
    was: Numbers = {"arm: births by age": [5, 5], "arm: deaths by cause": [4, 7, 1]}
    assert moved(was, {**was, "arm: deaths by cause": [5, 6, 1]}) == []
    assert moved(was, {**was, "arm: deaths by cause": [4, 8, 1]}) == []
    assert len(moved(was, {**was, "arm: deaths by cause": [6, 5, 1]})) == 1
    assert len(moved(was, {**was, "arm: births by age": [4, 6]})) == 1
    assert len(moved(was, {**was, "arm: deaths by cause": [4, 7]})) == 1
    assert len(moved(was, {"arm: births by age": [5, 5]})) == 1
