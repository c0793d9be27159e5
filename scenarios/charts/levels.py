"""Deaths averted told apart: by decile of deprivation and by year on strips, by cause and by age on a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from scenarios.charts import titles
from scenarios.charts.chart import INTERVAL, SCENARIO, Chart, Column
from scenarios.charts.looked_at import Arm, LookedAt, ends
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.charts.strips import Strips, lay_strips
from scenarios.margins import IMD
from scenarios.words import told_apart
from scenarios.words.look_up import Figure
from scenarios.words.names import level_in_words, listed, quoted, whole_period
from scenarios.words.verdict import Claim, verdict_of
from scenarios.words.who_benefits import who_benefits
from simcore.dims import AGE_BAND, CAUSE, YEAR

ONE_SCALE = "All scenarios are on one scale: what is too small to be seen there stands in the table."
OWN_SCALE = (
    "Each scenario has a scale of its own, as the largest is over ten times the smallest: compare marks within one "
    "scenario, never between two."
)
APART = 10
"""How many times as large the largest scenario is as the smallest, above which each has a scale of its own."""
NARROW = 150
"""Pixels of a line of words beside which a number stands, on a phone."""
Label = Callable[[str], str]


def by_decile(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, in every decile of deprivation."""
    arms = with_something([arm for arm in seen.focus if seen.levels(arm.name, IMD)])
    if not arms:
        return []
    levels = list(seen.levels(arms[0].name, IMD))
    # marks are of all years, whatever the headline is of; so is what is said of them
    terms = {**seen.summary, "definition": "period"}
    said = who_benefits(terms, verdict_of(terms, arms[0].found), seen.figures)
    when = whole_period(seen.summary)
    told = f"{when}{said[0][:1].lower() if when else said[0][:1]}{said[0][1:]}" if said else ""
    title = titles.of_level(seen, arms, f"{told[:1].upper()}{told[1:]}")
    kind = Strips(DECILES, seen.axis(f"{seen.deaths} averted in each decile"))
    return [_strips(seen, "by_decile", title, arms, IMD, "Decile", lambda at: tenth(at, levels), kind)]


def over_time(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, in every year, where there is more than one."""
    arms = with_something([arm for arm in seen.focus if len(seen.levels(arm.name, YEAR)) > 1])
    if not arms:
        return []
    said = told_apart.over_time(seen.summary, arms[0].verdict, seen.figures)
    kind = Strips("Year", f"{seen.deaths} averted in each year".capitalize())
    return [_strips(seen, "over_time", titles.of_level(seen, arms, said), arms, YEAR, "Year", str, kind)]


def by_cause(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, of every group of causes."""

    def label(level: str) -> str:
        return level_in_words(f"{CAUSE} {level}", seen.meanings)

    def said(arm: Arm) -> str:
        return told_apart.by_cause(seen.summary, arm.verdict, seen.figures, seen.meanings)

    return _sheet(seen, "by_cause", CAUSE, "Cause of death", label, said)


def by_age(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, at every age."""

    def said(arm: Arm) -> str:
        return told_apart.by_age(seen.summary, arm.verdict, seen.figures, seen.meanings)

    return _sheet(
        seen, "by_age", AGE_BAND, "Age at death", lambda at: level_in_words(f"{AGE_BAND} {at}"), said
    )


DECILES = "Decile of deprivation: 1 is the most deprived tenth"


def tenth(level: str, levels: Sequence[str]) -> str:
    """A decile of deprivation, in full where it is the first or the last.

    >>> tenth("1", ["1", "2", "3"]), tenth("2", ["1", "2", "3"]), tenth("3", ["1", "2", "3"])
    ('1 (most deprived)', '2', '3 (least deprived)')
    """
    names = {levels[0]: " (most deprived)", levels[-1]: " (least deprived)"} if levels[1:] else {}
    return f"{level}{names.get(level, '')}"


def with_something(arms: Sequence[Arm]) -> list[Arm]:
    """Those that avert something or add something, which can be told first; all of them where none does."""
    some = [arm for arm in arms if arm.verdict.claim is not Claim.NONE]
    return sorted(some, key=lambda arm: arm.verdict.claim is Claim.UNCLEAR) or list(arms)


def left_out(seen: LookedAt, arms: Sequence[Arm]) -> str:
    """Which of the scenarios looked at have no mark, and why; empty where all have."""
    names = {arm.name for arm in arms}
    none = [
        quoted(arm.verdict) for arm in seen.focus if arm.name not in names and arm.verdict.claim is Claim.NONE
    ]
    return f"Of {listed(none)} there is no mark: exactly 0 are averted in every draw." if none else ""


def apart_in_size(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether scenarios are of such different sizes that the smallest would not be seen beside the largest."""
    sizes: dict[str, float] = {}
    for row in rows:
        ends_of_mark = [abs(row[at]) for at in ("value", "low", "high") if row[at] is not None]
        sizes[row["name"]] = max([sizes.get(row["name"], 0.0), *ends_of_mark])
    some = [size for size in sizes.values() if size]
    return bool(some) and max(some) > APART * min(some)


def _strips(
    seen: LookedAt, name: str, title: str, arms: Sequence[Arm], dim: str, heading: str, label: Label, kind: Strips
) -> Chart:  # fmt: skip
    rows = [
        {**_figures(arm, at), "level": level, "label": label(level)}
        for arm in arms
        for level, at in seen.levels(arm.name, dim).items()
    ]
    own = apart_in_size(rows)
    spec, laid = lay_strips(replace(kind, own=own), [(arm.name, arm.title) for arm in arms], rows)
    strips = "One strip" if len(arms) == 1 else f"{len(arms)} strips, one a scenario"
    words = (
        f"{title}. {strips}, {heading.lower()}s from left to right: a mark at the mean, a rule over the 95% "
        f"interval. {_first_and_last(arms[0], seen.levels(arms[0].name, dim), label)}"
    )
    return Chart(name, title, words, spec, laid, _columns(heading), _note(seen, arms, rows, own))


def _sheet(
    seen: LookedAt, name: str, dim: str, heading: str, label: Label, said: Callable[[Arm], str]
) -> list[Chart]:
    arms = with_something([arm for arm in seen.focus if len(seen.levels(arm.name, dim)) > 1])
    if not arms:
        return []
    title = titles.of_level(seen, arms, said(arms[0]))
    lines = list(_lines(seen, arms, dim, label))
    own = apart_in_size([line.row for line in lines])
    sheet = Sheet(seen.axis(f"{seen.deaths} averted"), beside=False, room=NARROW, wide=seen.wide, own=own)
    spec, rows = lay(sheet, lines)
    words = (
        f"{title}. One line for each {heading.lower()}: a mark at the mean, a rule over the 95% interval. "
        f"{_first_and_last(arms[0], seen.levels(arms[0].name, dim), label)}"
    )
    alike = dict.fromkeys(
        variable
        for arm in arms
        if dim == CAUSE
        for variable in told_apart.acts_alike(arm.found, seen.meanings)
    )
    note = " ".join(filter(None, [told_apart.no_finding(alike), _note(seen, arms, rows, own)]))
    return [Chart(name, title, words, spec, rows, _columns(heading), note)]


def _note(seen: LookedAt, arms: Sequence[Arm], rows: Sequence[dict[str, Any]], own: bool = False) -> str:
    scale = (OWN_SCALE if own else ONE_SCALE) if len(arms) > 1 else ""
    null = [quoted(arm.verdict) for arm in arms if arm.verdict.null and arm.verdict.claim is not Claim.NONE]
    tried = f"Of {listed(null)} the evidence is null: what is drawn is what it leaves open." if null else ""
    said = [titles.nothing_left(seen, arms), tried, scale, left_out(seen, arms), titles.below_0(seen, rows)]
    return " ".join(filter(None, said))


def _lines(seen: LookedAt, arms: Sequence[Arm], dim: str, label: Label) -> Iterator[Line]:
    for arm in arms:
        heading: str | None = arm.title if len(arms) > 1 else None
        levels = list(seen.levels(arm.name, dim).items())
        if dim == CAUSE:
            # ages have an order of their own; causes have none but their size
            levels.sort(key=lambda level: -abs(level[1]["value"]))
        for level, at in levels:
            row = {**_figures(arm, at), "level": level, "label": label(level)}
            yield Line(label(level), titles.beside(at["value"], at["interval95"]), row, heading=heading)
            heading = None


def _figures(arm: Arm, at: Figure) -> dict[str, Any]:
    low, high = ends(at)
    return {"name": arm.name, "scenario": arm.title, "value": at["value"], "low": low, "high": high}


def _columns(heading: str) -> tuple[Column, ...]:
    return (
        SCENARIO,
        Column("label", heading, number=False),
        Column("value", "Averted"),
        *INTERVAL,
    )


def _first_and_last(arm: Arm, levels: dict[str, Figure], label: Label) -> str:
    in_order = list(levels)
    said = "; ".join(
        f"{label(level)}: {titles.beside(levels[level]['value'], levels[level]['interval95'])}"
        for level in dict.fromkeys((in_order[0], in_order[-1]))
    )
    return f"{arm.title}: {said}."
