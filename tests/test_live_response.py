"""Quick answers carry full ones over: exactly where nothing was moved, in proportion where something was."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.live.averted import TOTAL, Deaths
from scenarios.live.response import Anchor, spread

ALL = 1000.0
"""Deaths under the comparator."""


def deaths(total: list[float], cells: int = 3) -> Deaths:
    """Deaths in two places and of three causes, unequal, that add up to the total."""
    values, places = np.array(total), np.array([0.75, 0.25])
    shares = np.array([0.5, 0.3, 0.2][:cells])
    strata = values[:, None] * places
    return Deaths({TOTAL: values, "by:place": strata, "by:cause": values[:, None] * shares, "strata": strata})


def other_causes(of: Deaths) -> Deaths:
    """The same total, told apart otherwise."""
    return Deaths({**of.parts, "by:cause": of.parts["by:cause"][:, ::-1]})


ANCHOR = Anchor(deaths([10.0]), other_causes(deaths([6.0, 11.0, 14.0])))


def test_an_unmoved_policy_comes_out_as_its_full_answer_in_every_margin() -> None:
    found = spread(ANCHOR.central, [(ANCHOR.central, ANCHOR)], ALL)
    assert found is not None
    for name, values in ANCHOR.averted.parts.items():
        np.testing.assert_allclose(found.parts[name], values, rtol=1e-12)


@pytest.mark.parametrize("times", [0.25, 1.7, -0.5])
def test_a_policy_that_averts_so_many_times_as_much_does_so_in_every_draw(times: float) -> None:
    found = spread(ANCHOR.central.times(times), [(ANCHOR.central.times(times), ANCHOR)], ALL)
    assert found is not None
    np.testing.assert_allclose(found.parts[TOTAL], ANCHOR.averted.parts[TOTAL] * times, rtol=1e-12)


def test_causes_add_up_to_the_total_whatever_is_moved() -> None:
    central = other_causes(deaths([23.0]))
    found = spread(central, [(central, ANCHOR)], ALL)
    assert found is not None
    np.testing.assert_allclose(found.parts["by:cause"].sum(axis=1), found.parts[TOTAL], rtol=1e-12)


def test_levers_together_spread_as_each_by_itself_times_what_is_left_of_their_sum() -> None:
    one, two = Anchor(deaths([10.0]), deaths([8.0, 12.0])), Anchor(deaths([20.0]), deaths([26.0, 14.0]))
    together = deaths([27.0])  # of 30 by themselves: nine tenths are left
    found = spread(together, [(one.central, one), (two.central, two)], ALL)
    assert found is not None
    np.testing.assert_allclose(found.parts[TOTAL], [27 + 0.9 * (-2 + 6), 27 + 0.9 * (2 - 6)], rtol=1e-12)


def test_an_answer_from_elsewhere_lends_its_relative_spread() -> None:
    anchor = Anchor(ANCHOR.central, ANCHOR.averted, elsewhere=True)
    central = deaths([30.0])
    found = spread(central, [(central, anchor)], ALL)
    assert found is not None
    np.testing.assert_allclose(found.parts["by:cause"], [[9, 5.4, 3.6], [16.5, 9.9, 6.6], [21, 12.6, 8.4]])


def test_levers_that_pull_apart_keep_the_spread_of_each() -> None:
    """One averts 10 and one adds 9: what is left of the sum is no factor to multiply two large spreads by."""
    one, two = Anchor(deaths([10.0]), deaths([8.0, 12.0])), Anchor(deaths([-9.0]), deaths([-10.0, -8.0]))
    found = spread(deaths([1.19]), [(one.central, one), (two.central, two)], ALL)
    assert found is not None
    np.testing.assert_allclose(found.parts[TOTAL], [1.19 - 3 * 1.01, 1.19 + 3 * 1.01], rtol=1e-12)


def test_aimed_at_one_place_a_policy_spreads_as_its_full_answer_does_there() -> None:
    """Draws lie apart in the first place alone: a policy that acts in the second alone does not spread."""
    strata = np.array([[6.0, 2.5], [9.0, 2.5]])
    averted = deaths([8.5, 11.5])
    averted = Deaths({**averted.parts, "strata": strata, "by:place": strata})
    anchor = Anchor(deaths([10.0]), averted, elsewhere=True, axis=0)
    there = np.array([[0.0, 4.0]])
    central = Deaths({**deaths([4.0]).parts, "strata": there, "by:place": there})
    found = spread(central, [(central, anchor)], ALL)
    assert found is not None
    for name, values in found.parts.items():
        np.testing.assert_allclose(values, np.repeat(central.parts[name], 2, axis=0), err_msg=name)
    # whereas not told apart, it would spread as all births do
    plain = spread(central, [(central, Anchor(deaths([10.0]), averted, elsewhere=True))], ALL)
    assert plain is not None
    np.testing.assert_allclose(plain.parts[TOTAL], [3.4, 4.6])


def test_where_nothing_says_how_draws_respond_nothing_is_made_up() -> None:
    acting, nothing = deaths([5.0]), deaths([0.0])
    assert spread(acting, [(acting, None)], ALL) is None
    assert spread(acting, [(acting, Anchor(nothing, deaths([0.0, 0.0])))], ALL) is None
    assert spread(acting, [(acting, Anchor(deaths([0.01]), deaths([0.0, 0.02])))], ALL) is None
    # what averts nothing averts nothing in every draw
    assert spread(nothing, [(nothing, None)], ALL) is nothing


def test_a_draw_may_stand_for_the_mean_of_the_others() -> None:
    found = deaths([1.0, 100.0, 3.0]).as_the_others(np.array([False, True, False]))
    assert found.parts[TOTAL].tolist() == [1.0, 2.0, 3.0]
    np.testing.assert_allclose(found.parts["by:cause"].sum(axis=1), found.parts[TOTAL])
