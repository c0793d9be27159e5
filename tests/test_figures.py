"""Figures: the one form in which numbers of an answer are printed and kept."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scenarios.figures import Figure, figure_of, is_small
from scenarios.sections import SECTIONS


def test_a_number_that_is_not_finite_is_never_a_figure() -> None:
    with pytest.raises(ValueError, match=r"sii of offer, all: .*nan.* is not finite"):
        Figure("offer", "sii", "all", float("nan"), "per 1,000")
    with pytest.raises(ValueError, match="inf"):
        Figure("offer", "sii", "all", 1.0, "per 1,000", (0.0, float("inf")))


def test_where_one_draw_has_no_such_number_there_is_none() -> None:
    assert figure_of("offer", "ratio", "all", np.array([1.0, np.nan]), "1").value is None
    assert figure_of("offer", "ratio", "all", np.array([1.0, np.inf]), "1").interval95 is None


def test_a_figure_is_plain_data_that_json_gives_back() -> None:
    at = figure_of("offer", "deaths_averted", "year 2030", np.arange(101.0), "deaths", small_count=False)
    plain = at.as_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert (plain["value"], plain["interval95"]) == (50.0, [2.5, 97.5])


def test_counts_under_ten_are_small_and_none_is_not() -> None:
    assert [bool(is_small(count)) for count in (0.0, 0.3, -9.9, 10.0)] == [False, True, True, False]


def test_sections_have_names_that_a_command_line_takes() -> None:
    assert all(name.isidentifier() and section.title for name, section in SECTIONS.items())
