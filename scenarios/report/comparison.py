"""All scenarios beside one another: a picture, a table, and which is ahead as far as that can be told."""

from __future__ import annotations

from scenarios.printing import as_count, as_interval
from scenarios.report.blocks import Block, Paragraph, Section, Table
from scenarios.report.made_of import MadeOf
from scenarios.words.comparison import GROUPS, comparison, group_of, in_order
from scenarios.words.names import comparator, period, title_of
from scenarios.words.rounding import of_draws
from scenarios.words.verdict import Verdict, headline_part


def compared(made_of: MadeOf) -> Section:
    """Every scenario of the answer, those looked at closely or not."""
    said = comparison(made_of.summary, made_of.verdicts, made_of.figures)
    blocks: list[Block] = [Paragraph(sentence) for sentence in said]
    blocks += made_of.pictures("comparison", "what_ifs")
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
        "% of all",
        "Draws in which deaths fall",
    )
    when = period(made_of.summary)
    caption = f"{words['deaths'].capitalize()} averted against {comparator(made_of.summary)}. {when}."
    return Table(caption, headings, rows, frozenset({3, 4, 5, 6}))


def _row(made_of: MadeOf, verdict: Verdict) -> tuple[str, ...]:
    at = headline_part(made_of.summary, made_of.arm(verdict))
    kind = "What-if" if verdict.what_if else GROUPS[group_of(verdict)].removesuffix("s")
    share = "-" if at["percent"] is None else f"{at['percent']:.2f}"
    averted = at["deaths_averted"]
    interval = "none" if verdict.interval95 is None else as_interval(averted)
    grade = verdict.grade or "not stated"
    return (
        title_of(verdict),
        kind,
        grade,
        as_count(averted["mean"]),
        interval,
        share,
        of_draws(at["p_positive"]),
    )
