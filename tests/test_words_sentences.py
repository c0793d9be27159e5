"""Single sentences: what is averted, who is first, who benefits, what one death averted takes and costs."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.words.comparison import comparison
from scenarios.words.hangs_on import drivers
from scenarios.words.headline import caveats, headline, in_short
from scenarios.words.in_brief import ALONE, in_brief
from scenarios.words.look_up import LookUp
from scenarios.words.names import NO_MEANINGS, Meanings
from scenarios.words.people import number_needed
from scenarios.words.shown import shown
from scenarios.words.spending import spending
from scenarios.words.told_apart import by_age, over_time
from scenarios.words.verdict import verdict_of, verdicts_of
from scenarios.words.who_benefits import who_benefits
from tests.answers import answer_of, arm, choice_of, figure, number, sections_of, with_fifths

SIZES = (("gone", 100.0), ("less", 20.0))


def compared(*arms: dict[str, Any], spread: float, meanings: Meanings = NO_MEANINGS, **more: Any) -> str:
    summary = answer_of(*arms, sections={"choice": choice_of(arms, spread)}, **more)
    return comparison(summary, verdicts_of(summary), LookUp(summary), meanings)[0]


def test_who_averts_most_is_said_where_draws_tell_and_a_tie_is_called_a_tie() -> None:
    one, other = arm("one", 100.0, (60.0, 140.0)), arm("other", 70.0, (40.0, 100.0))
    assert compared(one, other, spread=20.0) == (
        "Over 2025 to 2026, of the 2 scenarios compared “A policy called one” averts the most, 100 infant deaths (95% "
        "interval 60 to 140), and is ahead of all others in every draw."
    )
    assert compared(one, other, spread=100.0) == (
        "Over 2025 to 2026, “A policy called one” comes first by its mean, 100 infant deaths (95% interval 60 to 140), "
        "but is a tie with “A policy called other” (ahead in 65% of draws): these draws do not tell them apart."
    )


def test_a_structure_under_which_another_comes_first_is_told_in_the_same_breath() -> None:
    def under(mean: float) -> dict[str, Any]:
        return {
            "poverty=zero": number(mean, (mean - 1, mean + 1)) | {"draws": 100, "chosen_on_same_draws": 90.0}
        }

    one = arm("one", 100.0, (60.0, 140.0), variants=under(0.0))
    other = arm("other", 20.0, (10.0, 30.0), variants=under(21.0))
    said = compared(one, other, spread=20.0, structure={"poverty": "as-published"})
    assert said.endswith(
        "ahead of all others in every draw; but under the structure poverty = zero it cannot be told and “A policy "
        "called other” comes first."
    )
    asked = Meanings(structures={"poverty=zero": ("whether poverty kills", "no; every arrow is off")})
    exactly = number(0.0, (0.0, 0.0), 0.0, 0.0) | {"draws": 100, "chosen_on_same_draws": 90.0}
    gone, less = [arm(name, at, (at / 2, 2 * at), variants={"poverty=zero": exactly}) for name, at in SIZES]
    said = compared(gone, less, spread=20.0, structure={"poverty": "as-published"}, meanings=asked)
    assert said.endswith(
        "but under the structure poverty = zero (whether poverty kills: no) it averts exactly 0."
    )
    same = arm("other", 20.0, (10.0, 30.0), variants=under(20.0))
    still = arm("one", 100.0, (60.0, 140.0), variants=under(90.0))
    assert "poverty" not in compared(still, same, spread=20.0, structure={"poverty": "as-published"})


def test_a_larger_mean_whose_interval_holds_0_is_not_called_first() -> None:
    wide, sure = arm("wide", 100.0, (-50.0, 300.0)), arm("sure", 70.0, (40.0, 100.0))
    said = compared(wide, sure, spread=100.0)
    assert said.startswith(
        "Over 2025 to 2026, “A policy called sure” comes first by its mean of those whose whole interval is above 0"
    )
    assert "a tie with “A policy called wide” (ahead in 35% of draws)" in said


def test_what_ifs_null_evidence_and_reference_paths_are_ranked_with_nothing() -> None:
    arms = (
        arm("one", 100.0, (60.0, 140.0)),
        arm("other", 20.0, (10.0, 30.0)),
        arm("bound", 900.0, (800.0, 990.0), evidence=("A", "what_if")),
        arm("path", 500.0, (400.0, 600.0), evidence=("C", "reference")),
        arm("tried", 0.0, (0.0, 0.0), evidence=("A", "null")),
    )
    summary = answer_of(*arms, sections={"choice": choice_of(arms, 20.0)})
    first, *apart = comparison(summary, verdicts_of(summary), LookUp(summary))
    assert "of the 2 scenarios that can be ranked “A policy called one” averts the most, 100 infant" in first
    assert apart == [
        "1 what-if stands apart and is ranked with nothing: what is assumed is no rival.",
        "1 scenario has null evidence: studies found no effect, or there is none to use.",
        "1 reference path is ranked with nothing either: nobody proposes it.",
    ]


def test_to_be_ahead_of_what_one_contains_is_said_to_be_no_wonder() -> None:
    part, whole = arm("part", 70.0, (40.0, 100.0)), arm("whole", 100.0, (60.0, 140.0))
    summary = answer_of(part, whole, sections={"choice": choice_of((part, whole), 20.0)})
    runs = summary["run"]["scenarios"]
    runs["whole"]["as_run"]["interventions"] += runs["part"]["as_run"]["interventions"]
    said = comparison(summary, verdicts_of(summary), LookUp(summary))
    assert "“A policy called whole” does what “A policy called part” would do, and more." in said


@pytest.mark.parametrize(
    ("mean", "interval", "evidence", "said"),
    [
        (0.0, (0.0, 0.0), ("A", "null"), "the evidence is null (studies found no effect)."),
        (0.0, (0.0, 0.0), ("D", "null"), "the evidence is null (no usable effect was found)."),
        (0.0, (0.0, 0.0), ("B", "effective"), "exactly 0 are averted in every draw."),
        (-336.0, (-553.0, -103.0), ("C", "effective"), "would mean 336 more infant deaths (95% interval 103 to 553)"),
        (0.02, (0.01, 0.04), ("C", "effective"), "would avert under 0.1 infant deaths"),
        (8.0, (0.0, 20.0), ("C", "effective"), "the 95% interval runs from none to 20 fewer"),
        (9.0, (5.0, 20.0), ("A", "null"), "would mean 9.0 fewer infant deaths"),
        (9.0, (5.0, 20.0), ("A", "reference"), "would mean 9.0 fewer infant deaths"),
    ],
)  # fmt: skip
def test_a_headline_says_what_its_interval_and_its_evidence_bear(
    mean: float, interval: tuple[float, float], evidence: tuple[str, str], said: str
) -> None:
    at = arm("a", mean, interval, evidence=evidence)
    summary = answer_of(at)
    found = verdict_of(summary, at)
    assert said in headline(summary, found)
    assert ("averted" in in_short(summary, found)) == ("would avert" in headline(summary, found) or mean == 0)


def test_an_answer_that_a_structure_undoes_is_said_to_be_undone() -> None:
    zero = number(0.0, (0.0, 0.0), 0.0, 0.0) | {"draws": 100, "chosen_on_same_draws": 950.0}
    at = arm("a", 958.4, (285.0, 1642.0), variants={"poverty=zero": zero})
    summary = answer_of(at, structure={"poverty": "as-published"})
    assert caveats(summary, verdict_of(summary, at)) == (
        "It hangs on a question that data have not settled: under the structure poverty = zero the answer is "
        "exactly 0. The mean may be anywhere from 0 to 958, according to how that is settled.",
    )


def test_an_answer_in_brief_says_where_other_structures_were_not_asked() -> None:
    zero = number(0.0, (0.0, 0.0), 0.0, 0.0) | {"draws": 100, "chosen_on_same_draws": 40.0}
    quick, full = arm("a", 40.0, (20.0, 60.0)), arm("a", 40.0, (20.0, 60.0), variants={"poverty=zero": zero})
    notes = [in_brief(answer_of(at, structure={"poverty": "all"}))["notes"] for at in (quick, full)]
    assert notes[0] == [ALONE]
    assert len(notes[1]) == 1 and "exactly 0" in notes[1][0]


def test_a_gap_that_may_close_or_open_is_not_said_to_close() -> None:
    for low, high, said in (
        (-0.2, -0.1, "would narrow"),
        (0.1, 0.2, "would widen"),
        (-0.1, 0.2, "cannot be told"),
    ):
        at = arm("a", 40.0, (20.0, 60.0))
        gap = "most to least deprived fifth"
        change = figure("a", "gap_change", gap, (low + high) / 2, interval95=[low, high])
        level = figure("a", "gap", gap, 2.3, interval95=[2.0, 2.7])
        now = figure("current_policy", "gap", gap, 2.35, interval95=[2.0, 2.7]) | {"unit": "per 1,000"}
        summary = with_fifths(answer_of(at, sections={"equity": [now, level, change]}))
        (share, told) = who_benefits(summary, verdict_of(summary, at), LookUp(summary))
        assert said in told
        assert share.startswith("16 (95% interval 8.0 to 24) of the 40 averted, 40%,")
        assert "which has 20% of births and 27% of expected infant deaths" in share


def test_a_number_needed_has_no_upper_bound_where_none_may_be_averted() -> None:
    at = arm("a", 9.0, (-2.0, 20.0))
    bounded = figure("a", "number_needed", "offer:accepts", 500.0, interval95=[200.0, None], p_no_gain=0.2)
    summary = answer_of(at, sections={"reach": [bounded]})
    said = number_needed(summary, verdict_of(summary, at), LookUp(summary))
    assert "no upper bound: in 20% of draws none is averted" in said and "500" not in said


def costs(value: float | None, level: str = "all", prices: str = "2022", **more: Any) -> dict[str, Any]:
    ends = None if value is None else [value / 2, value * 2]
    return figure("a", "cost", level, value, interval95=ends, **more) | {"unit": f"GBP, {prices} prices"}


def for_one(value: float) -> dict[str, Any]:
    ends = [value / 2, value * 2]
    found = figure("a", "cost_per_death_averted", "all", value, interval95=ends, p_no_gain=0.0)
    return found | {"unit": "GBP, 2022 prices, for one of infant deaths"}


def told_costs(*figures: dict[str, Any]) -> str:
    at = arm("a", 40.0, (20.0, 60.0))
    summary = answer_of(at, sections={"cost": list(figures)})
    return " ".join(spending(summary, verdict_of(summary, at), LookUp(summary)))


def test_a_death_averted_has_a_cost_where_all_costs_are_known_in_prices_of_one_year() -> None:
    assert told_costs(costs(61_213_507.0), for_one(1_400_314.0)) == (
        "It would cost about £61 million (95% interval £31 million to £120 million; 2022 prices) over 2025 to 2026. "
        "For one infant death averted that is about £1.4 million (95% interval £700,000 to £2.8 million)."
    )


def test_costs_in_prices_of_several_years_are_never_added() -> None:
    said = told_costs(
        costs(None, why="costs are in prices of several years"),
        costs(1e6, "prices of 2009", "2009"), costs(2e6, "prices of 2022"), for_one(1e5),
    )  # fmt: skip
    assert "£1.0 million" in said and "£2.0 million" in said and "not added" in said
    assert "£100,000" not in said and "£3.0 million" not in said


def test_what_has_no_cost_is_named_and_takes_the_cost_of_a_death_averted_with_it() -> None:
    said = told_costs(costs(61e6, without_costs=["poverty_fall"]), for_one(46_000.0))
    assert "no cost is stated of poverty fall" in said and "£46,000" not in said


def test_a_swing_within_what_chance_among_draws_gives_is_not_told() -> None:
    at = arm("a", 40.0, (20.0, 60.0))
    for error, told in ((1.0, True), (4.0, False)):
        swing = figure("a", "swing", "offer/uptake", 12.0, mc_error=error, answers=[30.0, 42.0], part=0.1)
        summary = answer_of(at, sections={"drivers": [swing]})
        said = drivers(verdict_of(summary, at), LookUp(summary))
        assert ("30 fewer in the tenth of draws" in said) is told
        assert ("more than chance" in said) is not told


def test_how_likely_figures_show_a_fall_is_told_with_how_likely_chance_does() -> None:
    at = arm("a", 40.0, (20.0, 60.0))
    summary = answer_of(at, sections=sections_of(at))
    assert shown(summary, verdict_of(summary, at), LookUp(summary)) == (
        "Official counts of three years (2025 to 2027 against 2022 to 2024) would show the fall with a probability of "
        "40%; where nothing has changed they show a fall with a probability of 16%. More likely than not they would "
        "not show it."
    )


def test_years_are_told_by_their_numbers_and_no_trend_is_claimed() -> None:
    at = arm("a", 40.0, (20.0, 60.0))
    summary = answer_of(at, sections=sections_of(at))
    assert over_time(summary, verdict_of(summary, at), LookUp(summary)) == (
        "20 averted (95% interval 10 to 30) in 2025 and 20 averted (95% interval 10 to 30) in 2026."
    )


def test_a_figure_of_all_years_beside_a_headline_of_the_last_says_so() -> None:
    one = arm("one", 100.0, (60.0, 140.0))
    for definition, years in (("period", ""), ("final_year", "Over 2025 to 2026, ")):
        summary = with_fifths(answer_of(one, definition=definition, sections=sections_of(one)))
        found, figures = verdict_of(summary, one), LookUp(summary)
        first, *gaps = who_benefits(summary, found, figures)
        assert first.startswith("In 2026 alone, 40" if years else "40")
        assert by_age(summary, found, figures).startswith(f"{years}by age" if years else "By age")
        assert gaps[0].startswith(f"{years}the gap between" if years else "The gap between")
