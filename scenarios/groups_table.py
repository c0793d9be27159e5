"""Risk groups on a terminal: one block of lines for each factor, in columns that stay where they are."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from scenarios.footnotes import which_draws
from scenarios.groups import STRATUM, Grouped, group_rows
from scenarios.table import WIDE
from scenarios.uncertainty import Estimate, estimate
from simcore.record import draws_of
from simcore.results import counted, wording

WIDEST_LEVEL = 26
NARROWEST_LEVEL = 14
Row = Mapping[str, Any]
Write = Callable[[float], str]
Column = tuple[str, str]
"""Heading over heading."""
COLUMNS: dict[str, Column] = {
    "level": ("", ""),
    "births": ("% of", "{births}"),
    "deaths": ("% of", "{deaths}"),
    "rate": ("per", "1,000"),
    "rate_interval": ("", "95% interval"),
    "ratio": ("ratio", "to all"),
    "excess": ("", "excess"),
    "attributable": ("attri-", "butable"),
    "attributable_interval": ("", "95% interval"),
}
LESS_NEEDED = ("ratio",)
"""Columns that a narrow terminal goes without: rate and excess say the same."""


class Layout(NamedTuple):
    """Columns that are shown, each with its width, and the spaces between two."""

    widths: Mapping[str, int]
    gap: int


def print_groups(grouped: Grouped) -> None:
    """Print the whole, every factor, and how to read it."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    with console.capture() as drawn:
        for line, style in table_lines(grouped, console.width):
            # labels are no markup, and a line is never broken again
            console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    sys.stdout.write(drawn.get())
    sys.stdout.flush()


def table_lines(grouped: Grouped, width: int) -> Iterator[tuple[str, str]]:
    """The lines of the whole answer for a terminal of so many columns, each with its style."""
    question, rows = grouped.question, group_rows(grouped)
    words = wording(question.model)
    deaths = grouped.deaths
    whole = estimate(deaths)
    average = estimate(1000 * deaths / grouped.births)
    when = "" if question.year is None else f" {question.year}"
    head = (
        f"{question.model.name}{when}: {grouped.births:,.0f} {words['births']}, "
        f"{_with_interval(whole, _count, words['deaths'])}, {_with_interval(average, _rate, 'per 1,000')}"
    )
    yield from ((line, "bold") for line in textwrap.wrap(head, width))
    cells = [_cells(row) for row in rows]
    layout = _layout([*cells, *map(_total, rows)], _headings(words), width)
    for factor, members in groupby(zip(rows, cells, strict=True), lambda pair: pair[0]["factor"]):
        group = list(members)
        yield "", ""
        first = group[0][0]
        meaning = "" if first["kind"] == STRATUM else question.model.spec.variables[factor].meaning
        made = "at the rate of" if first["kind"] == STRATUM else "equalised to"
        title = f"{factor} ({first['kind']}{', ' if meaning else ''}{meaning}), {made} {first['reference']}"
        yield from ((line, "bold") for line in textwrap.wrap(title, width, subsequent_indent="  "))
        for heading in range(2):
            yield _line({name: both[heading] for name, both in _headings(words).items()}, layout), "dim"
        for _, line in group:
            first_line, *others = folded(line["level"], layout.widths["level"])
            yield _line({**line, "level": first_line}, layout), ""
            yield from ((f"  {rest}", "") for rest in others)
        yield _line(_total(first), layout), ""
    yield "", ""
    for note in _notes(grouped):
        yield from ((line, "dim") for line in textwrap.wrap(note, width))


def folded(label: str, width: int) -> list[str]:
    """A label in lines of so many characters, broken at spaces and underscores while words are short enough.

    >>> folded("joint_different_address", 17)
    ['joint_different_', 'address']
    """
    lines = [""]
    for part in re.findall(r"[^ _]*[ _]|[^ _]+", label):
        if lines[-1] and len((lines[-1] + part).rstrip()) > width:
            lines.append("")
        lines[-1] += part
    # what is longer than a line by itself is broken anywhere
    return [piece for line in lines for piece in textwrap.wrap(line, width)] or [""]


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


def _layout(cells: Sequence[Mapping[str, str]], headings: Mapping[str, Column], width: int) -> Layout:
    """The roomiest layout that a terminal has room for; long names of levels are folded before numbers are left out."""
    widths = {
        name: max(*(len(part) for part in heading), *(len(line[name]) for line in cells))
        for name, heading in headings.items()
    }
    wanted = min(widths["level"], WIDEST_LEVEL)
    for gap, without in ((2, ()), (2, LESS_NEEDED), (1, LESS_NEEDED)):
        shown = [name for name in headings if name not in without]
        others = sum(widths[name] + gap for name in shown if name != "level")
        widths["level"] = max(min(wanted, width - others), min(wanted, NARROWEST_LEVEL))
        if widths["level"] + others <= width:
            break
    return Layout({name: widths[name] for name in shown}, gap)


def _line(cells: Mapping[str, str], layout: Layout) -> str:
    texts = [
        cells[name].ljust(width) if name == "level" else cells[name].rjust(width)
        for name, width in layout.widths.items()
    ]
    return (" " * layout.gap).join(texts).rstrip()


def _notes(grouped: Grouped) -> Iterator[str]:
    """How to read it: what equalising is, which factors are no levers, and over what intervals are."""
    question = grouped.question
    words = wording(question.model)
    kinds = {name: grouped.kind(name) for name in grouped.tallies}
    yield (
        f"Excess: {words['deaths']} per 1,000 above the average of all. Attributable: {words['deaths']} now, less "
        f"those of the same {words['short']} with the factor at its reference for all, what follows from it "
        "following (do). They stand at the level that these have now, and add up to those of the factor; factors "
        "overlap, and theirs do not add up."
    )
    descriptors = [name for name, kind in kinds.items() if kind == "descriptor"]
    if descriptors:
        yield (
            f"No lever: {', '.join(descriptors)}. Equalising says how much hangs on who people are, and not what "
            "a policy can do."
        )
    intermediates = [name for name, kind in kinds.items() if kind == "intermediate"]
    if intermediates:
        yield f"No lever by itself: {', '.join(intermediates)}. Only what comes before can move it."
    strata = [name for name, kind in kinds.items() if kind == STRATUM]
    if strata:
        lowest = ", ".join(f"{name} {grouped.references[name]}" for name in strata)
        yield (
            f"No do for {', '.join(strata)}: every level at the death rate of the lowest ({lowest}), composition "
            "and all; a difference, not an effect."
        )
    structure = ", ".join(f"{name}={option}" for name, option in question.structure.choices.items())
    n = grouped.deaths.size
    used = draws_of(question.model, question.structure, question.source)
    of = which_draws(question.model.spec.posterior, used.get("solved"), used.get("posterior"))
    yield (
        f"{f'Structure: {structure}. ' if structure else ''}{n:,} draws, nothing drawn of {words['short']}; "
        f"intervals are over the uncertain parameters.{f' {of}' if of else ''}"
    )
    if words["use"]:
        yield words["use"]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _rate(value: float) -> str:
    """Three figures for the small, whole numbers for the large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _signed(value: float) -> str:
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return f"{sign}{_rate(abs(value))}"


def _count(value: float) -> str:
    """Whole numbers from ten up, one decimal below; an exact zero as 0."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.1f}".replace("-0.0", "0.0")


def _between(interval: Sequence[float], write: Write) -> str:
    """An interval; nothing where no parameter moves the number."""
    low, high = interval
    return f"{write(low)} to {write(high)}" if high > low else ""


def _with_interval(found: Estimate, write: Write, unit: str) -> str:
    interval = _between(found.interval95, write)
    return f"{write(found.mean)} {unit}{f' ({interval})' if interval else ''}"
