"""Which numbers of a model are free, and where they stand."""

from __future__ import annotations

import numpy as np

from calibration.numbers import numbers_of
from simcore.distributions import Fixed, Lognormal
from tests.test_england import england

EFFECTS = Lognormal(distribution="lognormal", median=1.0, ci95=(0.1, 10.0))


def test_a_parameter_that_leads_to_no_death_and_to_no_published_effect_is_not_free() -> None:
    """Late booking is neutral unless asked for: what it hangs on says nothing then."""
    neutral = {number.name for number in numbers_of(england().structure(), EFFECTS)}
    wide = {number.name for number in numbers_of(england().structure({"unproven_effects": "wide"}), EFFECTS)}
    late = {name for name in england().spec.parameters if name.startswith("or_late_booking")}
    assert late and not late & neutral and late <= wide
    assert neutral < wide


def test_every_solved_effect_of_the_structure_is_free_with_the_prior_of_the_config() -> None:
    for choices in ({}, {"child_poverty": "zero"}):
        structure = england().structure(choices)
        solved = {n.name: n.prior for n in numbers_of(structure, EFFECTS) if n.solved}
        assert solved == {contrast.solves: EFFECTS for contrast in structure.contrasts.values()}
    assert "hr_poverty" not in solved


def test_a_number_that_a_config_fixes_stands_where_the_config_says_and_not_the_model_file() -> None:
    fixed = Fixed(distribution="fixed", value=2.0)
    numbers = {n.name: n for n in numbers_of(england().structure(), EFFECTS, {"hr_unsafe_sleep": fixed})}
    moved, slope = numbers["hr_unsafe_sleep"].moved(np.array([-1.0, 0.0, 2.0]))
    assert np.exp(moved).tolist() == [2.0, 2.0, 2.0] and not slope.any()
