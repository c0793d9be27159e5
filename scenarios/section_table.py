"""Sections of the answer on a terminal: one line a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.by import dim_of
from scenarios.figures import ALL
from scenarios.printing import Cells, as_count, print_table
from scenarios.sections import PARTS, PARTS_TITLE, SECTIONS

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS: Cells = ("scenario", "figure", "of", "unit", "value", "95% interval")
NARROW = 22
"""Columns that each of the four columns of words may take before it is folded."""
BY = "by"
"""The section of which no more is printed than was asked for."""
NEEDS = {
    "cost": "no file states costs",
    "life": "the model has no life table",
}
"""What a section that is empty would need."""
DISCLOSURE = (
    "Some of these counts are under 10. They are of a model and point to nobody; where a publication sets them beside "
    "counts of real babies, its rules on disclosure hold for both."
)


def print_sections(
    console: Console, summary: Mapping[str, Any], names: Sequence[str], by: Sequence[str] = ()
) -> None:
    """Print the sections named, in the order of the answer; of deaths averted told apart, what ``by`` names."""
    small = False
    titles = {**{name: section.title for name, section in SECTIONS.items()}, PARTS: PARTS_TITLE}
    for name, title in titles.items():
        if name not in names and not (name == BY and by):
            continue
        figures = summary["sections"][name]
        if name == BY and by:
            figures = [at for at in figures if dim_of(at["level"]) in by]
        if not figures:
            why = f" ({NEEDS[name]})" if name in NEEDS else ""
            console.print(f"{title}: none here{why}", highlight=False)
        printed = [at for at in figures if not at.get("in_files_alone")]
        print_table(console, title, HEADINGS, [cells_of(at) for at in printed], words=4, folded=NARROW)
        if len(printed) < len(figures):
            console.print(f"{len(figures) - len(printed):,} more are in the files.", highlight=False)
        small |= any(at.get("small_count") for at in figures)
    if small:
        console.print(DISCLOSURE, style="bold", highlight=False)


def cells_of(at: Mapping[str, Any]) -> Cells:
    """A figure as the cells of a line.

    >>> cells_of({"scenario": "a", "measure": "p_best", "level": "all", "value": 0.25, "unit": "probability",
    ...           "interval95": None})
    ('a', 'p best', 'all', 'probability', '0.25', '')
    """
    level = ALL if at["level"] == ALL else str(at["level"]).replace("_", " ")
    ends = at["interval95"]
    interval = "" if ends is None else " to ".join(in_unit(end, at["unit"]) for end in ends)
    words = at["scenario"], str(at["measure"]).replace("_", " "), level, at["unit"]
    return *words, in_unit(at["value"], at["unit"]), interval


def in_unit(value: float | None, unit: str) -> str:
    """As many figures as the unit is read with; a dash where there is no number."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if unit == "deaths":
        return as_count(value)
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}" if size >= 1000 else f"{value:,.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"
