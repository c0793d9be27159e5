"""All scenarios beside one another: a picture, a table, and which is ahead as far as that can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.printing import as_count, as_interval
from scenarios.report.blocks import Block, Paragraph, Section, Table
from scenarios.report.made_of import MadeOf
from scenarios.words.comparison import GROUPS, comparison, group_of, in_order
from scenarios.words.names import comparator, period, title_of
from scenarios.words.rounding import of_draws
from scenarios.words.verdict import Claim, Verdict, headline_part


def compared(made_of: MadeOf) -> Section:
    """Every scenario of the answer, those looked at closely or not."""
    pictures = made_of.pictures("comparison", "what_ifs")
    # what a picture says is not said twice; what structures ask was told in the answer
    shown = " ".join(f"{at.chart.title}. {at.chart.note}" for at in pictures)
    said = comparison(made_of.summary, made_of.verdicts, made_of.figures)
    blocks: list[Block] = [Paragraph(sentence) for sentence in said if sentence not in shown]
    blocks += pictures
    blocks.append(_table(made_of))
    return Section("comparison", "The scenarios beside one another", tuple(blocks))


def _table(made_of: MadeOf) -> Table:
    words = made_of.words
    rows = tuple(_row(made_of, at) for at in in_order(made_of.verdicts))
    headings = (
        "Scenario",
        "Kind",
        "Evidence",
        f"{words['deaths'].capitalize()} averted",
        "95% interval",
        "% of those expected",
        "Draws in which deaths fall",
        "Means under other structures",
    )
    when = period(made_of.summary)
    caption = f"{words['deaths'].capitalize()} averted against {comparator(made_of.summary)}. {when}."
    return Table(caption, headings, rows, frozenset({3, 4, 5, 6, 7}))


def _row(made_of: MadeOf, verdict: Verdict) -> tuple[str, ...]:
    at = headline_part(made_of.summary, made_of.arm(verdict))
    kind = "What-if" if verdict.what_if else GROUPS[group_of(verdict)].removesuffix("s")
    share = "-" if at["percent"] is None else f"{at['percent']:.2f}"
    averted = at["deaths_averted"]
    interval = "-" if verdict.interval95 is None or verdict.claim is Claim.NONE else as_interval(averted)
    grade = verdict.grade or "not stated"
    return (
        title_of(verdict),
        kind,
        grade,
        as_count(averted["mean"]),
        interval,
        share,
        of_draws(at["p_positive"]),
        _under_others(made_of, at.get("variants", {})),
    )


def _under_others(made_of: MadeOf, variants: Mapping[str, Mapping[str, Any]]) -> str:
    """The smallest and the largest mean; a dash where no structure stands beside the one chosen."""
    chosen = {f"{name}={option}" for name, option in made_of.summary["structure"].items()}
    means = [float(other["mean"]) for name, other in variants.items() if name not in chosen]
    if not means:
        return "-"
    low, high = as_count(min(means)), as_count(max(means))
    return low if low == high else f"{low} to {high}"
