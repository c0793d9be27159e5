"""How many births are reached, for how many of them one death is averted, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.report.blocks import Block, Folded, Section, Table
from scenarios.report.made_of import MadeOf, nothing_to_tell, said_of, whole_period
from scenarios.words.names import in_words, title_of
from scenarios.words.people import number_needed, step_in_words
from scenarios.words.rounding import about, figures_of
from scenarios.words.spending import spending
from scenarios.words.verdict import Verdict


def reach_and_cost(made_of: MadeOf) -> Section | None:
    """People reached and cost; None where the answer has neither."""
    blocks: list[Block] = []
    for verdict in made_of.focus:
        said = (
            number_needed(made_of.summary, verdict, made_of.figures),
            *spending(made_of.summary, verdict, made_of.figures),
        )
        blocks += said_of(verdict, said)
    blocks += made_of.pictures("reach", "cost")
    rows = tuple(row for verdict in made_of.focus for row in _rows(made_of, verdict))
    if rows:
        blocks.append(Folded("Births at each step", (_table(made_of, rows),)))
    if not blocks:
        return None
    free = [at for at in made_of.focus if not made_of.figures.some("cost", at.name, "cost")]
    blocks += nothing_to_tell(free, "no cost is stated, so nothing is said of value for money")
    blocks += whole_period(made_of, "Births, costs and deaths averted in this section are those")
    return Section("reach_and_cost", "People reached, and cost", tuple(blocks))


def _table(made_of: MadeOf, rows: tuple[tuple[str, ...], ...]) -> Table:
    short = made_of.words["short"].capitalize()
    headings = (
        "Scenario",
        "Intervention",
        "Births that",
        short,
        "95% interval",
        f"{short} for one death averted",
    )
    return Table(
        "Births at each step of an intervention, over all years", headings, rows, frozenset({3, 4, 5})
    )


def _rows(made_of: MadeOf, verdict: Verdict) -> list[tuple[str, ...]]:
    needed = {at["level"]: at for at in made_of.figures.some("reach", verdict.name, "number_needed")}
    return [
        (
            title_of(verdict),
            in_words(at["level"].partition(":")[0]),
            step_in_words(at["level"]),
            *_with_interval(at),
            _needed(needed.get(at["level"])),
        )
        for at in made_of.figures.some("reach", verdict.name, "births_at_step")
        if not at.get("in_files_alone")
    ]


def _with_interval(at: Mapping[str, Any]) -> tuple[str, str]:
    known, ends = figures_of(at["value"], at["interval95"]), at["interval95"]
    wide = ends is not None and ends[1] - ends[0] > 1e-6 * abs(ends[1])
    if not wide:
        return f"{at['value']:,.0f}", "known"
    return about(at["value"], known), " to ".join(about(end, known) for end in ends)


def _needed(at: Mapping[str, Any] | None) -> str:
    if at is None or at["value"] is None:
        return "-"
    ends = at["interval95"]
    if ends is None or ends[0] is None:
        return "-"
    if ends[1] is None:
        return f"at least {about(ends[0])}"
    known = figures_of(at["value"], ends)
    return f"{about(at['value'], known)} ({' to '.join(about(end, known) for end in ends)})"
