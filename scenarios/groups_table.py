"""Risk groups on a terminal: one block of lines for each factor, in columns that stay where they are."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from scenarios.groups import STRATUM, Grouped, group_rows
from scenarios.table import WIDE
from scenarios.uncertainty import estimate
from simcore.results import counted, wording

WIDEST_LEVEL = 26
NARROWEST_LEVEL = 14
GAP = 2
Row = Mapping[str, Any]
Column = tuple[str, str]
"""Heading over heading."""
COLUMNS: dict[str, Column] = {
    "level": ("", ""),
    "births": ("% of", "{births}"),
    "deaths": ("% of", "{deaths}"),
    "rate": ("per", "1,000"),
    "rate_interval": ("", "95% interval"),
    "ratio": ("ratio", "to all"),
    "excess": ("less", "average"),
    "attributable": ("attri-", "butable"),
    "attributable_interval": ("", "95% interval"),
}
LESS_NEEDED = ("ratio",)
"""Columns that a narrow terminal goes without: rate and average say the same."""


def print_groups(grouped: Grouped) -> None:
    """Print the whole, every factor, and how to read it."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    with console.capture() as drawn:
        for line, style in _lines(grouped, console.width):
            # labels are no markup, and a line is never broken again
            console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    sys.stdout.write(drawn.get())
    sys.stdout.flush()


def _lines(grouped: Grouped, width: int) -> Iterator[tuple[str, str]]:
    question, rows = grouped.question, group_rows(grouped)
    words = wording(question.model)
    deaths = grouped.deaths
    whole = estimate(deaths)
    rate = [_rate(1000 * value / grouped.births) for value in (whole.mean, *whole.interval95)]
    when = "" if question.year is None else f" {question.year}"
    head = (
        f"{question.model.name}{when}: {grouped.births:,.0f} {words['births']}, {_count(whole.mean)} "
        f"{words['deaths']} ({_range(whole.interval95)}), {rate[0]} per 1,000 ({rate[1]} to {rate[2]})"
    )
    yield from ((line, "bold") for line in textwrap.wrap(head, width))
    cells = [_cells(row) for row in rows]
    shown, widths = _layout(cells, _headings(words), width)
    for factor, members in groupby(zip(rows, cells, strict=True), lambda pair: pair[0]["factor"]):
        group = list(members)
        yield "", ""
        first = group[0][0]
        meaning = "" if first["kind"] == STRATUM else question.model.spec.variables[factor].meaning
        title = f"{factor} ({first['kind']}{', ' if meaning else ''}{meaning}), equalised to {first['reference']}"
        yield from ((line, "bold") for line in textwrap.wrap(title, width, subsequent_indent="  "))
        for heading in range(2):
            yield _line({name: both[heading] for name, both in _headings(words).items()}, shown, widths), "dim"
        for _, line in group:
            folded = textwrap.wrap(line["level"], widths["level"]) or [""]
            yield _line({**line, "level": folded[0]}, shown, widths), ""
            yield from ((f"  {rest}", "") for rest in folded[1:])
        yield _line(_total(first), shown, widths), ""
    yield "", ""
    for note in _notes(grouped):
        yield from ((line, "dim") for line in textwrap.wrap(note, width))


def _headings(words: Mapping[str, str]) -> dict[str, Column]:
    said = {"births": words["short"], "deaths": counted(words)}
    return {name: (above, below.format(**said)) for name, (above, below) in COLUMNS.items()}


def _cells(row: Row) -> dict[str, str]:
    """One level in words."""
    spared = row["attributable_deaths"]
    return {
        "level": row["level"],
        "births": _percent(row["share_of_births"]),
        "deaths": _percent(row["share_of_deaths"]),
        "rate": "-" if row["imr"] is None else _rate(row["imr"]["mean"]),
        "rate_interval": "" if row["imr"] is None else _between(row["imr"]["interval95"], _rate),
        "ratio": "-" if row["ratio_to_all"] is None else f"{row['ratio_to_all']:.2f}",
        "excess": "-" if row["imr"] is None else _signed(row["excess_over_average"]["mean"]),
        "attributable": _count(spared["mean"]),
        "attributable_interval": _between(spared["interval95"], _count),
    }


def _total(row: Row) -> dict[str, str]:
    """What all levels of a factor add up to."""
    spared = row["attributable_deaths_of_factor"]
    return {
        **dict.fromkeys(COLUMNS, ""),
        "level": "all",
        "attributable": _count(spared["mean"]),
        "attributable_interval": _between(spared["interval95"], _count),
    }


def _layout(
    cells: Sequence[Mapping[str, str]], headings: Mapping[str, Column], width: int
) -> tuple[list[str], dict[str, int]]:
    """Columns that have room, and how wide each one is; the level's name is folded before a column is left out."""
    widths = {
        name: max(*(len(part) for part in heading), *(len(line[name]) for line in cells))
        for name, heading in headings.items()
    }
    shown = list(headings)
    wanted = min(widths["level"], WIDEST_LEVEL)
    for without in ((), LESS_NEEDED):
        shown = [name for name in headings if name not in without]
        others = sum(widths[name] + GAP for name in shown if name != "level")
        widths["level"] = max(min(wanted, width - others), min(wanted, NARROWEST_LEVEL))
        if widths["level"] + others <= width:
            break
    return shown, widths


def _line(cells: Mapping[str, str], shown: Sequence[str], widths: Mapping[str, int]) -> str:
    first, *others = shown
    texts = [cells[first].ljust(widths[first]), *(cells[name].rjust(widths[name]) for name in others)]
    return (" " * GAP).join(texts).rstrip()


def _notes(grouped: Grouped) -> Iterator[str]:
    """How to read it: what equalising is, which factors are no levers, and over what intervals are."""
    question = grouped.question
    words = wording(question.model)
    kinds = {name: grouped.kind(name) for name in grouped.tallies}
    yield (
        f"Attributable: {words['deaths']} now, less those of the same {words['short']} with the factor at its "
        "reference for all, what follows from it following (do), all else as it is. Levels are those "
        f"{words['short']} have now, and add up. Factors overlap: their figures do not."
    )
    descriptors = [name for name, kind in kinds.items() if kind == "descriptor"]
    if descriptors:
        yield (
            f"No lever: {', '.join(descriptors)}. Equalising says how much hangs on who people are, and not what "
            "a policy can do."
        )
    intermediates = [name for name, kind in kinds.items() if kind == "intermediate"]
    if intermediates:
        yield (
            f"No lever by itself: {', '.join(intermediates)}. It moves only through what comes before it."
        )
    strata = [name for name, kind in kinds.items() if kind == STRATUM]
    if strata:
        lowest = ", ".join(f"{name} {grouped.references[name]}" for name in strata)
        yield (
            f"No do for {', '.join(strata)}: every level at the death rate of the lowest ({lowest}), composition "
            "and all; a difference, not an effect."
        )
    structure = ", ".join(f"{name}={option}" for name, option in question.structure.choices.items())
    n = grouped.deaths.size
    yield (
        f"{f'Structure: {structure}. ' if structure else ''}{n:,} draws, nothing drawn of {words['short']}; "
        "intervals are over the uncertain parameters."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _rate(value: float) -> str:
    """Three figures for the small, whole numbers for the large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "") + _rate(abs(value))


def _count(value: float) -> str:
    """Whole numbers from ten up, one decimal below; an exact zero as 0."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}"


def _between(interval: Sequence[float], write: Any) -> str:
    """An interval; nothing where no parameter moves the number."""
    low, high = interval
    return _range(interval, write) if high > low else ""


def _range(interval: Sequence[float], write: Any = _count) -> str:
    return f"{write(interval[0])} to {write(interval[1])}"
