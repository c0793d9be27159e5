"""Mortality by decile of deprivation, without and with each policy: who is lifted, and what becomes of the gap."""

from __future__ import annotations

from scenarios.charts import titles
from scenarios.charts.chart import SCENARIO, Chart, Column
from scenarios.charts.levels import DECILES, ONE_SCALE, left_out, tenth, with_something
from scenarios.charts.looked_at import LookedAt, ends
from scenarios.charts.marks import Look
from scenarios.charts.strips import Strips, lay_strips
from scenarios.margins import IMD
from scenarios.words.who_benefits import gap
from simcore.picture_style import ORANGE

NOTE = (
    "A rate and the same rate with the policy rise and fall together from draw to draw: the interval of their "
    "difference is in the table, and those of the rates themselves, which are wider, are not drawn."
)
COLUMNS = (
    SCENARIO,
    Column("label", "Decile", number=False),
    Column("before", "Without it"),
    Column("after", "With it"),
    Column("change", "Change"),
    Column("low", "95% interval of the change, from"),
    Column("high", "to"),
)


def rates_by_decile(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at: deaths per 1,000 births in every decile under it and under the comparator."""
    before = seen.levels(seen.comparator, IMD, "imr", "rates")
    arms = with_something(
        [arm for arm in seen.focus if before and seen.levels(arm.name, IMD, "imr", "rates")]
    )
    if not arms:
        return []
    levels, rows = list(before), []
    for arm in arms:
        after = seen.levels(arm.name, IMD, "imr", "rates")
        change = seen.levels(arm.name, IMD, "imr_change", "rates")
        for level in levels:
            low, high = ends(change[level])
            rows.append(
                {
                    "name": arm.name,
                    "scenario": arm.title,
                    "level": level,
                    "label": tenth(level, levels),
                    "before": before[level]["value"],
                    "after": after[level]["value"],
                    "change": change[level]["value"],
                    "low": low,
                    "high": high,
                }
            )
    title = titles.of_level(seen, arms, gap(seen.summary, arms[0].verdict, seen.figures))
    unit = before[levels[0]]["unit"]
    kind = Strips(
        DECILES,
        seen.axis(f"{seen.summary['words']['deaths']} {unit}"),
        (("after", Look()), ("before", Look(ORANGE, "stroke", size=300))),
        ends=None,
        joined=True,
        legend=("With the scenario", f"Without it: {seen.summary['baseline']['title']}"),
    )
    spec, laid = lay_strips(kind, [(arm.name, arm.title) for arm in arms], rows)
    first = rows[0]
    words = (
        f"{title}. Deciles from left to right, two marks in each: {seen.summary['words']['deaths']} {unit} without "
        f"the scenario (a dash) and with it (a circle). {arms[0].title}, decile {first['label']}: "
        f"{_rate(first['before'])} without, {_rate(first['after'])} with it."
    )
    note = " ".join(
        filter(
            None,
            [titles.nothing_left(seen, arms), NOTE, ONE_SCALE if len(arms) > 1 else "", left_out(seen, arms)],
        )
    )
    return [Chart("rates_by_decile", title, words, spec, laid, COLUMNS, note)]


def _rate(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
