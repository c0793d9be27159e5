"""A whole report from an answer: its sections in the order that a decision needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from scenarios.charts.catalogue import charts_of
from scenarios.charts.chart import Chart
from scenarios.charts.looked_at import look_at
from scenarios.report.answer import answer
from scenarios.report.blocks import Report, Section
from scenarios.report.comparison import compared
from scenarios.report.evidence import evidence
from scenarios.report.limits import limits
from scenarios.report.made_of import NO_CHECKS, MadeOf
from scenarios.report.reach_and_cost import reach_and_cost
from scenarios.report.run_record import run_record
from scenarios.report.told_apart import among_whom, causes_and_ages, over_time
from scenarios.report.validation import validation
from scenarios.report.what_would_change import what_would_change
from scenarios.words.comparison import comparison, held_by_the_first, in_order, rivals_of
from scenarios.words.headline import gravest, headline, rough
from scenarios.words.look_up import LookUp
from scenarios.words.names import NO_MEANINGS, Meanings, title_of, years_in_words
from scenarios.words.verdict import Verdict, verdicts_of
from simcore.model import Model

SECTIONS: tuple[Callable[[MadeOf], Section | None], ...] = (
    answer,
    limits,
    compared,
    among_whom,
    causes_and_ages,
    over_time,
    reach_and_cost,
    what_would_change,
    evidence,
    validation,
    run_record,
)
"""In this order; a section without content is left out."""


def report_of(
    summary: Mapping[str, Any],
    model: Model,
    *,
    focus: Sequence[str] | None = None,
    checks: Mapping[str, Any] | None = None,
) -> Report:
    """A report of an answer.

    Parameters
    ----------
    summary
        The answer, as :func:`scenarios.compare.answer` gives it or a folder holds it.
    model
        The model at hand. Where its digest is not that of the run, nothing is read from it, and the report says so.
    focus
        Scenarios to be told apart, six at most; chosen as for pictures if None.
    checks
        How well the posteriors of the run met what was observed, as plain data:
        ``{"posteriors": [{"name", "file", "structure", "years", "check": {...} or None, "why_not"}]}``.

    Raises
    ------
    DocumentError
        If ``focus`` names what is not in the answer, or more than six.
    NoCharts
        If the extra `charts` is not installed.
    """
    names = [arm.name for arm in look_at(summary, focus).focus]
    made_of = gather(summary, model, names, checks)
    return told(replace(made_of, charts=charts_of(summary, names, made_of.meanings)))


def pictures_for_files(
    summary: Mapping[str, Any], model: Model, focus: Sequence[str] | None = None
) -> list[Chart]:
    """The pictures of the same report as slides want them: wide, with words at the left of marks."""
    names = [arm.name for arm in look_at(summary, focus).focus]
    return charts_of(summary, names, gather(summary, model, names).meanings, wide=True)


def gather(
    summary: Mapping[str, Any],
    model: Model,
    focus: Sequence[str],
    checks: Mapping[str, Any] | None = None,
) -> MadeOf:
    """What a report is made from, but for its pictures."""
    same = summary["run"].get("model", {}).get("hash") == model.hash
    meanings = Meanings.of(model) if same else NO_MEANINGS
    verdicts = tuple(verdicts_of(summary))
    return MadeOf(
        summary=summary,
        verdicts=verdicts,
        focus=tuple(at for at in in_order(verdicts) if at.name in focus),
        figures=LookUp(summary),
        charts=(),
        checks=NO_CHECKS if checks is None else checks,
        model=model if same else None,
        meanings=meanings,
        here=f"{model.name}, {model.hash}",
    )


def told(made_of: MadeOf) -> Report:
    """The report itself: every section that has something to tell."""
    sections = tuple(section for make in SECTIONS if (section := make(made_of)) is not None)
    return Report(_title(made_of), _lead(made_of), sections)


def _title(made_of: MadeOf) -> str:
    """What it is of; a what-if is called one in the title."""
    years = years_in_words(made_of.summary["years"])
    if made_of.summary["definition"] == "final_year" and len(made_of.summary["years"]) > 1:
        years = f"{made_of.summary['years'][-1]} alone"
    of = f"{made_of.words['deaths'].capitalize()}{f', {years}' if years else ''}"
    if len(made_of.verdicts) == 1:
        return f"{title_of(made_of.verdicts[0])}. {of}"
    what_ifs = sum(at.what_if for at in made_of.verdicts)
    if what_ifs == len(made_of.verdicts):
        return f"{what_ifs} what-ifs compared. {of}"
    among = f", {what_ifs} of them {'what-ifs' if what_ifs > 1 else 'a what-if'}" if what_ifs else ""
    return f"{len(made_of.verdicts)} scenarios compared{among}. {of}"


def _lead(made_of: MadeOf) -> str:
    """The answer in a sentence: of one scenario its headline, of several what can be said of them together."""
    if len(made_of.verdicts) == 1:
        return _with_the_gravest(made_of, made_of.verdicts[0])
    ranked = len(rivals_of(made_of.verdicts)) > 1
    said = comparison(made_of.summary, made_of.verdicts, made_of.figures, made_of.meanings) if ranked else ()
    few = rough(made_of.summary)
    if said and "interval" in said[0].partition(" is the whole ")[0]:
        return " ".join(filter(None, (said[0], held_by_the_first(made_of.summary, made_of.verdicts), few)))
    return " ".join(filter(None, (*said[:1], _with_the_gravest(made_of, made_of.focus[0]), few)))


def _with_the_gravest(made_of: MadeOf, verdict: Verdict) -> str:
    """A headline, and the gravest of what has to be said with it: what is read first misleads nobody."""
    return " ".join(
        (headline(made_of.summary, verdict), *gravest(made_of.summary, verdict, made_of.meanings))
    )
