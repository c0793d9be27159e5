"""Which uncertain numbers an answer hangs on most: its mean where each is low and where it is high (a tornado)."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.charts import titles
from scenarios.charts.chart import SCENARIO, Chart, Column
from scenarios.charts.looked_at import Arm, LookedAt
from scenarios.charts.marks import Look
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.words.hangs_on import GOES_WITH, largest_swings
from scenarios.words.hangs_on import drivers as drivers_in_words
from scenarios.words.look_up import Figure
from scenarios.words.names import number_in_words
from simcore.picture_style import NAVY, ORANGE

SHOWN = {1: 10, 2: 5, 3: 5}
"""Numbers of each scenario that are drawn, by how many scenarios there are; :data:`FEWEST` of more."""
FEWEST = 3
HIGH, LOW = Look(NAVY), Look(ORANGE, "diamond", filled=False)
COLUMNS = (
    SCENARIO,
    Column("number", "Uncertain number", number=False),
    Column("number_low", "Its mean where it is low"),
    Column("number_high", "where it is high"),
    Column("low", "Averted where it is low"),
    Column("high", "where it is high"),
    Column("mean", "Over all draws"),
    Column("error", "Standard error of the difference"),
    Column("index", "Share of variance that goes with it"),
)


def drivers(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, the numbers that swing its headline by more than chance among draws would."""
    arms = [arm for arm in seen.focus if largest_swings(arm.verdict, seen.figures, seen.meanings)]
    if not arms:
        return []
    most = SHOWN.get(len(arms), FEWEST)
    lines = [line for arm in arms for line in _lines(seen, arm, most, headed=len(arms) > 1)]
    part = f"{100 * float(lines[0].row['part']):.0f}% of draws"
    legend = (
        (HIGH, f"Mean of the {part} where it is highest"),
        (LOW, f"Mean of the {part} where it is lowest"),
        (Look(ORANGE, "square", size=40), "Mean over all draws (upright line)"),
    )
    sheet = Sheet(
        seen.axis(f"{seen.deaths} averted", headline=True),
        (("plain", HIGH),),
        marks=(("low", LOW),),
        reference="mean",
        legend=legend,
        wide=seen.wide,
    )
    spec, rows = lay(sheet, lines)
    first = arms[0]
    sentence = drivers_in_words(first.verdict, seen.figures, seen.meanings).removesuffix(GOES_WITH).strip()
    title = titles.of_level(seen, arms, _first(sentence))
    told = "; ".join(f"{row['number']}: {row['said']}" for row in rows if row["name"] == first.name)
    words = (
        f"{title}. One line for each uncertain number, the one that swings the answer most first: deaths averted "
        f"where it is low and where it is high. {first.title}: {told}."
    )
    return [Chart("drivers", title, words, spec, rows, COLUMNS, GOES_WITH)]


def _lines(seen: LookedAt, arm: Arm, most: int, headed: bool) -> Iterator[Line]:
    heading: str | None = arm.title if headed else None
    for at in largest_swings(arm.verdict, seen.figures, seen.meanings)[:most]:
        (number_low, number_high), (low, high) = at["numbers"], at["answers"]
        index: Figure | None = seen.figures.one("drivers", arm.name, "first_order_index", at["level"])
        row = {
            "name": arm.name,
            "scenario": arm.title,
            "number": number_in_words(at["level"], seen.meanings),
            "number_low": number_low,
            "number_high": number_high,
            "low": low,
            "high": high,
            "value": high,
            "mean": arm.verdict.mean,
            "error": at["mc_error"],
            "index": None if index is None else index["value"],
            "part": at["part"],
        }
        said = f"low: {titles.beside(low, None)}, high: {titles.beside(high, None)}"
        yield Line(str(row["number"]), said, row, heading=heading)
        heading = None


def _first(sentence: str) -> str:
    """The first of several numbers told: a title has room for one."""
    return sentence.partition("; ")[0]
