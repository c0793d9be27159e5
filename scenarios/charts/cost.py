"""What scenarios cost, those in prices of one year side by side; prices of several years are never added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from scenarios.charts import titles
from scenarios.charts.chart import INTERVAL, SCENARIO, Chart, Column
from scenarios.charts.looked_at import Arm, LookedAt, ends
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.figures import ALL
from scenarios.words.look_up import Figure
from scenarios.words.names import in_words, listed
from scenarios.words.rounding import figures_of, money
from scenarios.words.spending import spending

COLUMNS = (
    SCENARIO,
    Column("prices", "Prices of", number=False),
    Column("value", "Cost, pounds"),
    *INTERVAL,
    Column("for_one", "Cost for one averted"),
    Column("for_one_low", "95% interval, from"),
    Column("for_one_high", "to"),
    Column("leaves_out", "No cost stated of", number=False),
)
NOTE = "Groups are in prices of different years: compare within a group, not between groups."


def cost(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at that states costs, its cost over the period."""
    found = [(arm, at) for arm in seen.focus for at in _sums(seen, arm)]
    if not found:
        return []
    arms = [arm for arm in seen.focus if _sums(seen, arm)]
    found.sort(key=lambda pair: _prices(pair[1]))
    several = len({_prices(at) for _, at in found}) > 1
    spec, rows = lay(
        Sheet(seen.axis("Cost"), bar=True, money=True, wide=seen.wide), list(_lines(seen, found))
    )
    said = spending(seen.summary, arms[0].verdict, seen.figures)
    partial = (
        "; that is of a part of it alone" if any(_free(at) for arm, at in found if arm is arms[0]) else ""
    )
    title = titles.of_level(seen, arms, f"{said[0].removesuffix('.')}{partial}" if said else "")
    told = "; ".join(f"{row['scenario']}: {row['said']} in prices of {row['prices']}" for row in rows)
    words = f"{title}. One bar for each scenario, a rule over its 95% interval. {told}."
    unknown = [arm for arm in seen.focus if arm not in arms and seen.figures.some("cost", arm.name, "cost")]
    left_out = f"No sum can be told of {listed([arm.title for arm in unknown])}." if unknown else ""
    note = " ".join(
        filter(None, [titles.nothing_left(seen, arms), NOTE if several else "", *_partial(found), left_out])
    )
    return [Chart("cost", title, words, spec, rows, COLUMNS, note)]


def _sums(seen: LookedAt, arm: Arm) -> list[Figure]:
    """Costs over the period, one for each year of prices; none of those that cannot be told."""
    at = seen.figures.some("cost", arm.name, "cost")
    return [one for one in at if one["value"] is not None and "year " not in one["level"]]


def _prices(at: Figure) -> str:
    """``2008`` of ``GBP, 2008 prices``."""
    return str(at["unit"]).partition(", ")[2].removesuffix(" prices")


def _partial(found: Sequence[tuple[Arm, Figure]]) -> list[str]:
    return [
        f"{arm.title}: of its other parts alone; no cost is stated of {listed(_free(at))}."
        for arm, at in found
        if _free(at)
    ]


def _free(at: Figure) -> list[str]:
    return [in_words(name) for name in at.get("without_costs", ())]


def _lines(seen: LookedAt, found: Sequence[tuple[Arm, Figure]]) -> Iterator[Line]:
    for prices, pairs in groupby(found, key=lambda pair: _prices(pair[1])):
        heading: str | None = f"In prices of {prices}"
        for arm, at in pairs:
            low, high = ends(at)
            free = _free(at)
            row: dict[str, Any] = {
                "name": arm.name,
                "scenario": arm.title,
                "prices": prices,
                "value": at["value"],
                "low": low,
                "high": high,
                **_for_one(seen, arm, at),
                "leaves_out": listed(free),
            }
            known = figures_of(at["value"], (low, high))
            between = (
                "" if low is None or high is None else f" ({_short(low, known)} to {_short(high, known)})"
            )
            words = f"{arm.title} (a part of it)" if free else arm.title
            yield Line(words, f"{_short(at['value'], known)}{between}", row, heading=heading)
            heading = None


def _for_one(seen: LookedAt, arm: Arm, at: Figure) -> dict[str, Any]:
    """Cost for one averted, where the cost is of the whole scenario."""
    one = seen.figures.one("cost", arm.name, "cost_per_death_averted")
    if one is None or at["level"] != ALL or at.get("without_costs"):
        return {"for_one": None, "for_one_low": None, "for_one_high": None}
    low, high = ends(one)
    return {"for_one": one["value"], "for_one_low": low, "for_one_high": high}


def _short(value: float, figures: int) -> str:
    """As narrow as the edge of a picture wants it: ``£11m``."""
    return money(value, figures).replace(" million", "m").replace(" billion", "bn")
