"""How many births each step of an intervention reaches, from those eligible to those in whom something changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.charts import titles
from scenarios.charts.chart import INTERVAL, SCENARIO, Chart, Column
from scenarios.charts.levels import NARROW
from scenarios.charts.looked_at import Arm, LookedAt, ends
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.printing import capital
from scenarios.words.look_up import Figure
from scenarios.words.names import in_words, listed
from scenarios.words.people import number_needed, step_in_words
from scenarios.words.rounding import about, figures_of

COLUMNS = (
    SCENARIO,
    Column("intervention", "Intervention", number=False),
    Column("step", "Births that", number=False),
    Column("value", "Births"),
    *INTERVAL,
)
ORDER = ("eligible", "reached", "accepts", "moves", "relapses", "prevented")


def reach(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, births at every counted step of its interventions."""
    arms = [arm for arm in seen.focus if _steps(seen, arm)]
    if not arms:
        return []
    lines = list(_lines(seen, arms))
    # a quick answer has no interval here, and a scale of nothing has no ends
    known = ("low", "high") if any(line.row["low"] is not None for line in lines) else None
    axis = seen.axis(seen.births)
    spec, rows = lay(Sheet(axis, bar=True, ends=known, beside=False, room=NARROW, wide=seen.wide), lines)
    first = arms[0]
    needed = number_needed(seen.summary, first.verdict, seen.figures)
    # of what there is no number of, it is no finding of this picture
    title = titles.of_level(seen, arms, needed if "95% interval" in needed else _from_to(rows))
    said = "; ".join(f"{row['step']}: {row['said']}" for row in rows if row["name"] == first.name)
    words = f"{title}. One bar for each step of an intervention, a rule over its 95% interval. {first.title}: {said}."
    return [Chart("reach", title, words, spec, rows, COLUMNS, titles.nothing_left(seen, arms))]


def _steps(seen: LookedAt, arm: Arm) -> dict[str, list[tuple[str, Figure]]]:
    """Figures of each intervention's steps, in the order in which births come to them."""
    found: dict[str, list[tuple[str, Figure]]] = {}
    for at in seen.figures.some("reach", arm.name, "births_at_step"):
        if "," not in at["level"]:
            found.setdefault(at["level"].partition(":")[0], []).append((at["level"], at))
    return {name: sorted(steps, key=lambda step: _place(step[0])) for name, steps in found.items()}


def _place(level: str) -> int:
    step = level.partition(":")[2].partition(" ")[0]
    return ORDER.index(step) if step in ORDER else len(ORDER)


def _lines(seen: LookedAt, arms: Sequence[Arm]) -> Iterator[Line]:
    for arm in arms:
        by_intervention = _steps(seen, arm)
        for name, steps in by_intervention.items():
            whose = [arm.title] if len(arms) > 1 and name == next(iter(by_intervention)) else []
            which = [capital(in_words(name))] if len(by_intervention) > 1 else []
            heading: str | None = "\n".join([*whose, *which]) or None
            for level, at in steps:
                low, high = ends(at)
                row = {
                    "name": arm.name,
                    "scenario": arm.title,
                    "intervention": in_words(name),
                    "step": step_in_words(level),
                    "value": at["value"],
                    "low": low,
                    "high": high,
                }
                yield Line(step_in_words(level), _births(at), row, heading=heading)
                heading = None


def _births(at: Figure) -> str:
    """A number with its interval, to as many figures as it warrants; whole where it is known."""
    low, high = ends(at)
    if low is None or high is None or not high - low > 1e-6 * abs(high):
        return f"{at['value']:,.0f}"
    figures = figures_of(at["value"], (low, high))
    return f"{about(at['value'], figures)} ({about(low, figures)} to {about(high, figures)})"


def _from_to(rows: Sequence[Mapping[str, Any]]) -> str:
    """The first and the last step of the first intervention."""
    steps = [
        row
        for row in rows
        if (row["name"], row["intervention"]) == (rows[0]["name"], rows[0]["intervention"])
    ]
    told = [f"{_in_words(row)} {row['step']}" for row in (steps[0], steps[-1])]
    return f"of its {rows[0]['intervention']}, {listed(list(dict.fromkeys(told)))}"


def _in_words(row: Mapping[str, Any]) -> str:
    number, _, interval = str(row["said"]).partition(" (")
    return f"{number} births (95% interval {interval}" if interval else f"{number} births"
