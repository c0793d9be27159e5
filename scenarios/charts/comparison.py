"""Every scenario beside the others: policies in one picture, what-ifs and bounds in one of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from scenarios.charts import titles
from scenarios.charts.chart import INTERVAL, SCENARIO, Chart, Column
from scenarios.charts.looked_at import Arm, LookedAt
from scenarios.charts.marks import Look
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.words.verdict import Verdict
from simcore.picture_style import ORANGE

LOOKS: Mapping[str, Look] = {
    "effective": Look(),
    "unstated": Look(),
    "null": Look(filled=False),
    "reference": Look(shape="square"),
    "what_if": Look(ORANGE, "diamond"),
    "bound": Look(ORANGE, "triangle-up", filled=False),
}
HEADINGS = {
    "effective": "Trials or studies found an effect",
    "unstated": "No evidence is stated",
    "null": "Null evidence: no effect was found, or none to use",
    "reference": "Paths that others are held against",
    "what_if": "What if: an effect assumed to be looked at",
    "bound": "Bounds: no policy reaches them",
}
"""By what a scenario is, in the order in which they stand."""
COLUMNS = (
    SCENARIO,
    Column("evidence", "Evidence", number=False),
    Column("value", "Averted"),
    *INTERVAL,
    Column("percent", "% of those expected"),
    Column("p_averts", "Probability that it averts any"),
)
SAID = 6
"""Scenarios whose figures are said in words; the table has them all."""


def comparison(seen: LookedAt) -> list[Chart]:
    """``comparison``, of every policy; ``what_ifs``, of what nobody claims can be had, on a scale of its own."""
    policies = [arm for arm in seen.arms if not arm.verdict.what_if]
    what_ifs = [arm for arm in seen.arms if arm.verdict.what_if]
    charts = []
    if policies:
        apart = "What-ifs and bounds have a picture of their own, on another scale." if what_ifs else ""
        first = titles.contains(seen) if len(policies) > 1 else ""
        note = " ".join(filter(None, [first, *_fewer_births(seen, policies), apart]))
        charts.append(_chart(seen, "comparison", titles.of_comparison(seen, policies), policies, note))
    if what_ifs:
        note = "No policies: an effect is assumed to be looked at, or a bound is drawn that nothing reaches."
        note += " The scale is not that of the policies." if policies else ""
        note = " ".join([note, *_fewer_births(seen, what_ifs)])
        charts.append(_chart(seen, "what_ifs", titles.of_what_ifs(seen, what_ifs), what_ifs, note))
    return charts


def kind_of(found: Verdict) -> str:
    """What a scenario is, by its evidence and what it changes: one of :data:`HEADINGS`."""
    if found.what_if:
        return "bound" if found.bound else "what_if"
    return found.status if found.status in HEADINGS else "unstated"


def _chart(seen: LookedAt, name: str, title: str, arms: Sequence[Arm], note: str) -> Chart:
    order = list(HEADINGS)
    in_order = sorted(arms, key=lambda arm: (order.index(kind_of(arm.verdict)), -arm.verdict.mean, arm.name))
    kinds = dict.fromkeys(kind_of(arm.verdict) for arm in in_order)
    sheet = Sheet(
        seen.axis(f"{seen.deaths} averted", headline=True),
        tuple((kind, LOOKS[kind]) for kind in kinds),
        wide=seen.wide,
    )
    spec, rows = lay(sheet, list(_lines(in_order)))
    shown = "; ".join(f"{row['scenario']}: {row['said']}" for row in rows[:SAID])
    more = "" if len(rows) <= SAID else f"; {len(rows) - SAID} more in the table"
    words = (
        f"{title}. One line a scenario, grouped by its evidence, the largest mean first: a mark at the mean, a rule "
        f"over the 95% interval. {shown}{more}."
    )
    note = " ".join(filter(None, [titles.nothing_left(seen, in_order), note, titles.below_0(seen, rows)]))
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
            yield Line(arm.title, titles.beside(found.mean, found.interval95), row, kind, heading)
            heading = None


def _fewer_births(seen: LookedAt, arms: Sequence[Arm]) -> list[str]:
    """Deaths that fall away as fewer are born, which no mark holds."""
    return [
        f"{arm.title}: as fewer are born, {titles.beside(*arm.verdict.fewer_births)} {seen.deaths} fall away, which "
        "are in no mark here."
        for arm in arms
        if arm.verdict.fewer_births is not None
    ]
