"""Every scenario beside the others: policies in one picture, what-ifs and bounds in one of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from scenarios.charts import titles
from scenarios.charts.chart import Chart, Column
from scenarios.charts.looked_at import Arm, LookedAt
from scenarios.charts.marks import Look
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.words.verdict import Verdict
from simcore.picture_style import ORANGE

LOOKS = (
    ("effective", Look()),
    ("unstated", Look()),
    ("null", Look(filled=False)),
    ("reference", Look(shape="square")),
    ("what_if", Look(ORANGE, "diamond")),
    ("bound", Look(ORANGE, "triangle-up", filled=False)),
)
HEADINGS = {
    "effective": "Trials or studies found an effect",
    "unstated": "No evidence is stated",
    "null": "Studies found no effect, or there is none to use",
    "reference": "Paths that others are held against",
    "what_if": "What if: an effect assumed to be looked at",
    "bound": "Bounds: no policy reaches them",
}
COLUMNS = (
    Column("scenario", "Scenario", number=False),
    Column("evidence", "Evidence", number=False),
    Column("value", "Averted"),
    Column("low", "95% interval, from"),
    Column("high", "to"),
    Column("percent", "% of all"),
    Column("p_averts", "Probability that it averts any"),
)


def comparison(seen: LookedAt) -> list[Chart]:
    """``comparison``, of every policy; ``what_ifs``, of what nobody claims can be had, on a scale of its own."""
    policies = [arm for arm in seen.arms if not arm.verdict.what_if]
    what_ifs = [arm for arm in seen.arms if arm.verdict.what_if]
    charts = []
    if policies:
        note = "What-ifs and bounds are in a picture of their own, on another scale." if what_ifs else ""
        charts.append(_chart(seen, "comparison", titles.comparison(seen, policies), policies, note))
    if what_ifs:
        note = "No policies: an effect assumed to be looked at, or a bound that nothing reaches."
        note += " The scale is not that of the policies." if policies else ""
        charts.append(_chart(seen, "what_ifs", titles.what_ifs(seen, what_ifs), what_ifs, note))
    return charts


def kind_of(found: Verdict) -> str:
    """What a scenario is, by its evidence and what it changes: how its mark looks and where it stands."""
    if found.bound:
        return "bound"
    if found.what_if:
        return "what_if"
    return found.status if found.status in HEADINGS else "unstated"


def _chart(seen: LookedAt, name: str, title: str, arms: Sequence[Arm], note: str) -> Chart:
    order = list(HEADINGS)
    sorted_arms = sorted(arms, key=lambda arm: (order.index(kind_of(arm.verdict)), -arm.verdict.mean))
    kinds = tuple(dict.fromkeys(kind_of(arm.verdict) for arm in sorted_arms))
    axis = f"{seen.deaths} averted, {seen.headline_span}".strip(", ").capitalize()
    sheet = Sheet(axis, looks=tuple((kind, look) for kind, look in LOOKS if kind in kinds))
    spec, rows = lay(sheet, list(_lines(sorted_arms)))
    shown = "; ".join(
        f"{row['scenario']} {titles.number_words(row['value'], (row['low'], row['high']))}"
        if row["low"] is not None
        else f"{row['scenario']} {titles.number_words(row['value'], None)}"
        for row in rows[:6]
    )
    words = (
        f"{title}. One line a scenario, by its evidence and then from the largest mean down: a mark at the mean, a "
        f"rule over the 95% interval. {shown}."
    )
    return Chart(name, title, words, spec, rows, COLUMNS, note)


def _lines(arms: Sequence[Arm]) -> Iterator[Line]:
    for kind, of_kind in groupby(arms, key=lambda arm: kind_of(arm.verdict)):
        heading: str | None = HEADINGS[kind]
        for arm in of_kind:
            found = arm.verdict
            low, high = found.interval95 or (None, None)
            row = {
                "name": arm.name,
                "scenario": arm.title,
                "evidence": HEADINGS[kind],
                "value": found.mean,
                "low": low,
                "high": high,
                "percent": found.percent,
                "p_averts": found.p_averts,
            }
            said = titles.number_words(found.mean, found.interval95)
            yield Line(arm.title, said, row, kind, heading)
            heading = None
