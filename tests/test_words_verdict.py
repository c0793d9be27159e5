"""What may be claimed of a scenario hangs on its interval alone, and what has to be said with it is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.words.verdict import Claim, claim_of, verdict_of, verdicts_of
from tests.answers import answer_of, arm, intervals, number

STRUCTURE = {"child_poverty": "as-published"}


@settings(deadline=None, max_examples=200, derandomize=True)
@given(intervals(), st.booleans())
def test_deaths_are_averted_only_where_the_whole_interval_is_above_0(
    at: tuple[float, tuple[float, float]], luck: bool
) -> None:
    mean, (low, high) = at
    claim = claim_of(mean, (low, high), luck)
    assert (claim is Claim.AVERTS) == (low > 0)
    assert (claim is Claim.ADDS) == (high < 0)
    if low < high and low <= 0 <= high:
        assert claim is Claim.UNCLEAR
    if claim is Claim.NONE:
        assert (low, high) == (0, 0) and not luck


@pytest.mark.parametrize("definition", ["period", "final_year"])
def test_the_verdict_is_that_of_the_headline_asked_for(definition: str) -> None:
    """A policy that ends before the last year averts deaths over the period, and none in that year."""
    ended = arm("ended", 100.0, (50.0, 150.0))
    ended["final_year"] |= {"deaths_averted": number(0.0, (0.0, 0.0), 0.0), "p_positive": 0.0}
    found = verdict_of(answer_of(ended, definition=definition), ended)
    assert found.claim is (Claim.AVERTS if definition == "period" else Claim.NONE)


def test_a_single_draw_supports_nothing_however_large() -> None:
    one = arm("one", 900.0, (900.0, 900.0))
    found = verdict_of(answer_of(one, draws=1), one)
    assert (found.claim, found.interval95) == (Claim.UNCLEAR, None)


def test_where_no_parameter_moves_an_answer_its_interval_is_that_of_the_births_drawn() -> None:
    sure, unsure = arm("sure", 90.0, (90.0, 90.0), mc_error=10), arm("unsure", 9.0, (9.0, 9.0), mc_error=10)
    found = verdicts_of(answer_of(sure, unsure))
    assert [at.claim for at in found] == [Claim.AVERTS, Claim.UNCLEAR]
    assert {at.spread for at in found} == {"simulation"}


def test_none_averted_in_drawn_deaths_may_be_luck() -> None:
    none = arm("none", 0.0, (0.0, 0.0))
    assert verdict_of(answer_of(none), none).claim is Claim.NONE
    assert verdict_of(answer_of(none, estimator="realised"), none).claim is Claim.UNCLEAR


@pytest.mark.parametrize(
    ("status", "change", "what_if", "bound"),
    [
        ("effective", "prevalence", False, False),
        ("what_if", "prevalence", True, False),
        ("effective", "what_if_equal", True, True),
        ("effective", "what_if_residual", True, True),
    ],
)
def test_a_what_if_is_known_by_its_evidence_or_by_a_bound_that_no_policy_reaches(
    status: str, change: str, what_if: bool, bound: bool
) -> None:
    at = arm("a", 10.0, (5.0, 15.0), evidence=("A", status))
    found = verdict_of(answer_of(at, changes={"a": change}), at)
    assert (found.what_if, found.bound) == (what_if, bound)


@pytest.mark.parametrize(
    ("other", "same_draws", "moved"),
    [
        (number(0.0, (0.0, 0.0), 0.0, 0.0), 100.0, "none"),
        (number(-60.0, (-90.0, -20.0)), 100.0, "other_way"),
        (number(20.0, (-10.0, 60.0)), 100.0, "cannot_tell"),
        (number(20.0, (5.0, 60.0)), 100.0, "beyond"),
        # inside the interval, or within what so few draws may be off by
        (number(70.0, (40.0, 110.0)), 100.0, None),
        (number(98.0, (-1.0, 200.0)), 100.0, None),
        (number(160.0, (90.0, 210.0), 0.5, 40.0), 100.0, None),
    ],
)
def test_another_structure_is_told_where_it_gives_another_answer(
    other: dict[str, object], same_draws: float, moved: str | None
) -> None:
    variants = {
        "child_poverty=as-published": number(100.0, (50.0, 150.0)) | {"draws": 200},
        "child_poverty=zero": other | {"draws": 100, "chosen_on_same_draws": same_draws},
    }
    at = arm("a", 100.0, (50.0, 150.0), variants=variants)
    found = verdict_of(answer_of(at, structure=STRUCTURE), at)
    assert [shift.moved for shift in found.shifts] == ([] if moved is None else [moved])
    assert all(shift.structure == "child_poverty=zero" for shift in found.shifts)


def test_what_is_none_as_chosen_and_something_under_another_structure_is_told() -> None:
    wide = number(64.0, (-20.0, 150.0)) | {"draws": 100, "chosen_on_same_draws": 0.0}
    at = arm("late", 0.0, (0.0, 0.0), evidence=("D", "null"), variants={"unproven=wide": wide})
    found = verdict_of(answer_of(at, structure={"unproven": "neutral"}), at)
    assert found.null and found.claim is Claim.NONE
    assert [shift.moved for shift in found.shifts] == ["not_none"]


@pytest.mark.parametrize(
    ("p", "draws", "narrow"), [(1.0, 200, False), (0.975, 200, True), (0.99, 500, False), (1.0, 20, True)]
)
def test_an_interval_that_other_draws_might_put_across_0_is_known(p: float, draws: int, narrow: bool) -> None:
    at = arm("a", 100.0, (2.0, 150.0), p=p)
    assert verdict_of(answer_of(at, draws=draws), at).narrow is narrow


def test_deaths_that_fall_away_with_births_are_no_part_of_the_claim() -> None:
    at = arm("fewer", 0.0, (0.0, 0.0), fewer_births=(52.0, (37.0, 71.0)))
    found = verdict_of(answer_of(at), at)
    assert found.claim is Claim.NONE and found.fewer_births == (52.0, (37.0, 71.0))
