"""The same answer under other structures: questions that data have not settled, side by side and never averaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.charts import titles
from scenarios.charts.chart import INTERVAL, SCENARIO, Chart, Column
from scenarios.charts.levels import OWN_SCALE, apart_in_size
from scenarios.charts.looked_at import Arm, LookedAt
from scenarios.charts.marks import Look
from scenarios.charts.sheet import Line, Sheet, lay
from scenarios.words.hangs_on import range_over_structures
from scenarios.words.names import listed, quoted, structure_in_words, under_structure
from scenarios.words.verdict import Claim
from simcore.picture_style import ORANGE

CHOSEN = "as chosen"
COLUMNS = (
    SCENARIO,
    Column("structure", "Structure", number=False),
    Column("meaning", "What it is", number=False),
    Column("value", "Averted"),
    *INTERVAL,
    Column("same_draws", "As chosen, on the same draws"),
    Column("draws", "Draws"),
)
NOTE = (
    "Structures are shown side by side and never averaged. Hold each mark against the upright line in its own row, "
    "which is of the structure as chosen on the very same draws."
)


def structures(seen: LookedAt) -> list[Chart]:
    """Of each scenario looked at, what is averted under every other structure."""
    asked = [arm for arm in seen.focus if _others(seen, arm)]
    arms = [arm for arm in asked if arm.verdict.claim is not Claim.NONE or arm.verdict.shifts] or asked
    if not arms:
        return []
    lines = [line for arm in arms for line in _lines(seen, arm, headed=len(arms) > 1)]
    own = apart_in_size([line.row for line in lines])
    sheet = Sheet(
        seen.axis(f"{seen.deaths} averted", headline=True),
        (("chosen", Look()), ("other", Look(shape="square", filled=False))),
        reference="same_draws",
        wide=seen.wide,
        own=own,
        legend=(
            (Look(), "Structure as chosen"),
            (Look(shape="square", filled=False), "Another structure"),
            (Look(ORANGE, "square", size=40), "As chosen, on the same draws (upright line)"),
        ),
    )
    spec, rows = lay(sheet, lines)
    first = arms[0]
    title = titles.of_level(seen, arms, _finding(seen, first))
    told = "; ".join(f"{row['structure']}: {row['said']}" for row in rows if row["name"] == first.name)
    words = (
        f"{title}. One line for each structure: a mark at the mean, a rule over the 95% interval. "
        f"{first.title}: {told}."
    )
    none = [quoted(arm.verdict) for arm in asked if arm not in arms]
    left_out = (
        f"Of {listed(none)} there is no mark: exactly 0 are averted under every structure." if none else ""
    )
    note = " ".join(filter(None, [NOTE, OWN_SCALE if own else "", left_out]))
    return [Chart("structures", title, words, spec, rows, COLUMNS, note)]


def _others(seen: LookedAt, arm: Arm) -> dict[str, Mapping[str, Any]]:
    chosen = {f"{name}={option}" for name, option in seen.summary["structure"].items()}
    variants: Mapping[str, Mapping[str, Any]] = seen.headline(arm).get("variants", {})
    return {name: at for name, at in variants.items() if name not in chosen}


def _finding(seen: LookedAt, arm: Arm) -> str:
    """Under which structures nothing is left, if there are any; else how far the mean moves."""
    none = [under_structure(at.structure, seen.meanings) for at in arm.verdict.shifts if at.moved == "none"]
    if none:
        return (
            f"It hangs on a question that data have not settled: {listed(none, 'or')} the answer is exactly 0"
        )
    return range_over_structures(seen.summary, seen.headline(arm)["variants"]).partition(". ")[0]


def _lines(seen: LookedAt, arm: Arm, headed: bool) -> Iterator[Line]:
    found = arm.verdict
    low, high = found.interval95 or (None, None)
    row: dict[str, Any] = {"name": arm.name, "scenario": arm.title}
    draws = int(seen.summary["draws"])
    chosen = {"value": found.mean, "low": low, "high": high, "same_draws": None, "draws": draws}
    said = titles.beside(found.mean, found.interval95)
    yield Line(
        CHOSEN,
        said,
        {**row, "structure": CHOSEN, "meaning": "", **chosen},
        "chosen",
        arm.title if headed else None,
    )
    for name, at in _others(seen, arm).items():
        low, high = at["interval95"]
        figures = {"value": at["mean"], "low": low, "high": high}
        more = {"same_draws": at["chosen_on_same_draws"], "draws": at["draws"]}
        structure = structure_in_words(name)
        said = titles.beside(at["mean"], at["interval95"])
        more["meaning"] = ": ".join(seen.meanings.structures.get(name, ()))
        yield Line(structure, said, {**row, "structure": structure, **figures, **more}, "other")
