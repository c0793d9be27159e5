"""Deaths averted told apart: by decile of deprivation and by year on strips, by cause and by age on a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scenarios.charts import titles
from scenarios.charts.chart import Chart, Column
from scenarios.charts.labels import tenth
from scenarios.charts.looked_at import Arm, Found, LookedAt
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.charts.strips import Strips, lay_strips
from scenarios.margins import IMD
from simcore.dims import AGE_BAND, CAUSE, YEAR

ONE_SCALE = "All scenarios are on one scale: what is too small to be seen stands in the table."


def by_decile(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, in every decile of deprivation."""
    arms = [arm for arm in seen.focus if seen.by(arm.name, IMD)]
    if not arms:
        return []
    first = arms[0]
    fifth = first.found.get("most_deprived_fifth")
    levels = list(seen.by(first.name, IMD))
    of = (
        ("in the most deprived fifth", fifth)
        if fifth
        else (f"in decile {levels[0]}, the most deprived", None)
    )
    at = of[1] or seen.by(first.name, IMD)[levels[0]]
    title = titles.nothing(seen, arms) or titles.at_level(seen, first, of[0], at, len(arms) - 1)
    what = f"Deaths averted in each decile, {seen.span}".rstrip(", ").replace(
        "Deaths", seen.deaths.capitalize()
    )
    kind = Strips("Decile of deprivation: 1 is the most deprived tenth", what)
    return [_strips(seen, "by_decile", title, arms, IMD, "Decile", lambda level: tenth(level, levels), kind)]


def over_time(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, in every year, where there is more than one."""
    arms = [arm for arm in seen.focus if len(seen.by(arm.name, YEAR)) > 1]
    if not arms:
        return []
    first = arms[0]
    years = seen.by(first.name, YEAR)
    last = list(years)[-1]
    title = titles.nothing(seen, arms) or titles.at_level(
        seen, first, f"in {last}", years[last], len(arms) - 1
    )
    kind = Strips("Year", f"{seen.deaths.capitalize()} averted in each year")
    return [_strips(seen, "over_time", title, arms, YEAR, "Year", str, kind)]


def by_cause(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, of every group of causes."""
    return _sheet(seen, "by_cause", CAUSE, "Cause of death", seen.labels.cause, "of")


def by_age(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, at every age."""
    return _sheet(seen, "by_age", AGE_BAND, "Age at death", seen.labels.age, "at")


def _strips(
    seen: LookedAt,
    name: str,
    title: str,
    arms: Sequence[Arm],
    dim: str,
    heading: str,
    label: Callable[[str], str],
    kind: Strips,
) -> Chart:
    rows = [
        {**_figures(arm, at), "level": level, "label": label(level)}
        for arm in arms
        for level, at in seen.by(arm.name, dim).items()
    ]
    spec, laid = lay_strips(kind, [(arm.name, arm.title) for arm in arms], rows)
    words = (
        f"{title}. {len(arms)} strip{'s' if len(arms) > 1 else ''}, {heading.lower()}s from left to right: a mark at "
        f"the mean, a rule over the 95% interval. {_ends(arms[0], seen.by(arms[0].name, dim), label)}"
    )
    return Chart(name, title, words, spec, laid, _columns(heading), ONE_SCALE if len(arms) > 1 else "")


def _sheet(
    seen: LookedAt, name: str, dim: str, heading: str, label: Callable[[str], str], joint: str
) -> list[Chart]:
    arms = [arm for arm in seen.focus if len(seen.by(arm.name, dim)) > 1]
    if not arms:
        return []
    first = arms[0]
    levels = seen.by(first.name, dim)
    most = max(levels, key=lambda level: abs(levels[level]["value"]))
    title = titles.nothing(seen, arms) or titles.at_level(
        seen, first, f"{joint} {label(most)}", levels[most], len(arms) - 1
    )
    axis = f"{seen.deaths} averted, {seen.span}".strip(", ").capitalize()
    spec, rows = lay(Sheet(axis, beside=False, width=24), list(_lines(seen, arms, dim, label)))
    words = (
        f"{title}. One line for each {heading.lower()}: a mark at the mean, a rule over the 95% interval. "
        f"{_ends(first, levels, label)}"
    )
    return [Chart(name, title, words, spec, rows, _columns(heading), ONE_SCALE if len(arms) > 1 else "")]


def _lines(seen: LookedAt, arms: Sequence[Arm], dim: str, label: Callable[[str], str]) -> Iterator[Line]:
    for arm in arms:
        heading: str | None = arm.title if len(arms) > 1 else None
        for level, at in seen.by(arm.name, dim).items():
            row = {**_figures(arm, at), "level": level, "label": label(level)}
            yield Line(label(level), titles.number_words(at["value"], at["interval95"]), row, heading=heading)
            heading = None


def _figures(arm: Arm, at: Found) -> dict[str, Any]:
    low, high = at["interval95"] or (None, None)
    return {"name": arm.name, "scenario": arm.title, "value": at["value"], "low": low, "high": high}


def _columns(heading: str) -> tuple[Column, ...]:
    return (
        Column("scenario", "Scenario", number=False),
        Column("label", heading, number=False),
        Column("value", "Averted"),
        Column("low", "95% interval, from"),
        Column("high", "to"),
    )


def _ends(arm: Arm, levels: dict[str, Found], label: Callable[[str], str]) -> str:
    """The first and the last level in words."""
    in_order = list(levels)
    ends = list(dict.fromkeys((in_order[0], in_order[-1])))
    said = "; ".join(
        f"{label(level)}: {titles.number_words(levels[level]['value'], levels[level]['interval95'])}"
        for level in ends
    )
    return f"{arm.title}: {said}."
