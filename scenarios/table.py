"""The answer on a terminal, and as rows of a CSV file."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.footnotes import footnotes, has_width, no_interval
from scenarios.refine import in_words
from simcore.results import counted

if TYPE_CHECKING:
    from rich.console import Console

Cells = tuple[str, ...]

WIDE = 130
"""Columns of what is printed to a file or a pipe."""
FOLDED = 26
"""Columns that a long name may take before it is folded."""
GAP = 3
"""Columns between two columns of a table."""
SIZE: Cells = ("scenario", "averted", "95% interval", "% of\ndeaths", "per 1,000\n{short}")
VARIANTS: Cells = ("scenario", "structure", "averted", "95% interval", "as chosen,\nsame draws", "draws")
STEPS: Cells = ("scenario", "step", "{short}", "95% interval")
FIFTHS: Cells = ("most deprived\nfifth", "least deprived\nfifth")
SURE: Cells = ("P(averts)", "MC\nerror")
MORE = (
    "mc_error",
    "draw_error",
    "mc_variance_share",
    "mc_variance_removed",
    "draws",
    "chosen_on_same_draws",
)
"""What stands beside a headline in the CSV file."""
FOOT = "Intervals are over the uncertain parameters; what is not known in kind stands under variants."


def print_answer(summary: Mapping[str, Any], out: Path | None) -> None:
    """Print the comparator, then one row for each scenario, then its variants."""
    from rich.console import Console

    # a file or a pipe has no width of its own
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    # drawn first and written in one piece: a reader that has gone is then the caller's to meet
    with console.capture() as drawn:
        _print_all(console, summary, out)
    sys.stdout.write(drawn.get())
    sys.stdout.flush()


def _print_all(console: Console, summary: Mapping[str, Any], out: Path | None) -> None:
    baseline, arms, words = summary["baseline"], summary["arms"], summary["words"]
    sizes, steps = (tuple(cell.format(**words) for cell in cells) for cells in (SIZE, STEPS))
    span = "-".join(str(year) for year in dict.fromkeys((summary["years"][0], summary["years"][-1])))
    console.print(
        f"\n[bold]{baseline['name']}[/bold], {span}: {baseline['births']:,.0f} {words['births']}, "
        f"{baseline['deaths']['mean']:,.0f} {words['deaths']} ({_interval(baseline['deaths'])}), "
        f"{baseline['imr']:.2f} per 1,000",
        highlight=False,
    )
    if "imr_by_fifth" in baseline:
        fifths = "  ".join(f"{imr:.2f}" for imr in baseline["imr_by_fifth"])
        console.print(
            f"{words['deaths']} per 1,000 by fifth, most to least deprived: {fifths}\n", highlight=False
        )
    title = f"{_capital(words['deaths'])} averted against {baseline['name']}, {span}"
    size, rest = [_size(arm) for arm in arms], [_rest(arm) for arm in arms]
    others = FIFTHS + SURE if any("most_deprived_fifth" in arm for arm in arms) else SURE
    whole = [left + right for left, right in zip(size, rest, strict=True)]
    if _needed(sizes + others, whole) <= console.width:
        _print(console, title, sizes + others, whole)
    else:
        _print(console, title, sizes, size)
        narrow = [left[:1] + right for left, right in zip(size, rest, strict=True)]
        _print(console, "Where, and how sure", sizes[:1] + others, narrow)
    _print(console, "The same under other structures", VARIANTS, _variants(summary), words=2)
    title = f"{_capital(words['short'])} at each step of an intervention, and those it moves"
    _print(console, title, steps, _steps(summary), words=2)
    if "precision" in summary:
        reached = summary["precision"]["reached"]
        console.print(in_words(summary["precision"], words), style="" if reached else "bold", highlight=False)
    console.print(footnotes(summary), highlight=False)
    console.print(f"{words['use']} {FOOT}".strip(), style="dim", highlight=False)
    if out is not None:
        written = f"Written to {out}/: results.nc, summary.csv, summary.json, run.json"
        # a folder's name is no markup, and is copied whole from the terminal
        console.print(written, highlight=False, markup=False, soft_wrap=True)


def _print(console: Console, title: str, headings: Cells, rows: Sequence[Cells], words: int = 1) -> None:
    """A plain table, if it has rows: the first columns are words, the rest numbers that are never broken."""
    if not rows:
        return
    from rich import box
    from rich.table import Table

    widths = _widths(headings, rows, words)
    if _needed(headings, rows, words) > console.width:
        _list(console, title, headings, rows, words)
        return
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for i, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        if i < words:
            table.add_column(heading, overflow="fold", min_width=width)
        else:
            table.add_column(heading, justify="right", min_width=width)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _widths(headings: Cells, rows: Sequence[Cells], words: int) -> list[int]:
    """Columns that each column of a table cannot do without."""
    widths = []
    for i, heading in enumerate(headings):
        widest = max(len(row[i]) for row in rows)
        lines = max(len(line) for line in heading.split("\n"))
        widths.append(min(widest, FOLDED) if i < words else max(widest, lines))
    return widths


def _needed(headings: Cells, rows: Sequence[Cells], words: int = 1) -> int:
    """Columns that a whole table cannot do without."""
    return sum(_widths(headings, rows, words)) + GAP * len(headings)


def _list(console: Console, title: str, headings: Cells, rows: Sequence[Cells], words: int) -> None:
    """The same for a terminal too narrow for its columns: one figure a line."""
    console.print(f"[italic]{title}[/italic]", highlight=False)
    for row in rows:
        console.print(f"\n{' '.join(row[:words])}", style="bold", highlight=False)
        for heading, cell in zip(headings[words:], row[words:], strict=True):
            label = heading.replace("\n", " ")
            console.print(f"  {label}: {cell}", highlight=False)
    console.print()


def _size(arm: Mapping[str, Any]) -> Cells:
    averted = arm["deaths_averted"]
    mean, interval = _count(averted["mean"]), _interval(averted)
    percent = "-" if arm["percent"] is None else f"{arm['percent']:.2f}"
    return arm["name"], mean, interval, percent, f"{arm['per_1000_births']:.3f}"


def _rest(arm: Mapping[str, Any]) -> Cells:
    fifths = ("most_deprived_fifth", "least_deprived_fifth")
    whose = tuple(_count(arm[fifth]["mean"]) for fifth in fifths if fifth in arm)
    return *whose, f"{arm['p_positive']:.2f}", _error(arm["deaths_averted"]["mc_error"])


def _variants(summary: Mapping[str, Any]) -> list[Cells]:
    """Every option that is not the one chosen, scenario by scenario."""
    chosen = {f"{name}={option}" for name, option in summary["structure"].items()}
    return [
        (
            arm["name"],
            name,
            _count(at["mean"]),
            _interval(at),
            _count(at["chosen_on_same_draws"]),
            f"{at['draws']:,}",
        )
        for arm in summary["arms"]
        for name, at in arm["variants"].items()
        if name not in chosen
    ]


def _steps(summary: Mapping[str, Any]) -> list[Cells]:
    return [
        (arm["name"], step, f"{at['mean']:,.0f}", _range(at["interval95"]) if _uncertain(at) else "known")
        for arm in summary["arms"]
        for step, at in arm.get("people", {}).items()
    ]


def _uncertain(at: Mapping[str, Any]) -> bool:
    """Whether an interval is more than a rounding: what margins fix is found anew in every draw, to many digits."""
    low, high = at["interval95"]
    return bool(high - low > 1e-6 * abs(high))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _count(value: float) -> str:
    """Whole numbers from ten up, one decimal below; an exact zero as 0."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}"


def _error(value: float) -> str:
    """Two figures, and never an exponent for a large one."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _interval(at: Mapping[str, Any]) -> str:
    """An interval; where no parameter moves a number it has none, and without Monte Carlo error it is known."""
    if no_interval(at):
        return "no interval"
    return _range(at["interval95"]) if has_width(at) or at["mean"] == 0 else "known"


def _range(interval: list[float]) -> str:
    return f"{_count(interval[0])} to {_count(interval[1])}"


def summary_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every figure of the table as a row: scenario, measure, stratum, value and interval, unrounded."""
    rows: list[dict[str, Any]] = []

    def add(
        scenario: str,
        measure: str,
        level: str,
        value: float | None,
        unit: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        low, high = (more or {}).get("interval95", ("", ""))
        errors = {name: (more or {}).get(name, "") for name in MORE}
        row = {"scenario": scenario, "measure": measure, "level": level, "value": value}
        rows.append({**row, "low95": low, "high95": high, **errors, "unit": unit})

    baseline, births = summary["baseline"], summary["words"]["births"]
    unit = counted(summary["words"])
    name = baseline["name"]
    add(name, "births", "all", baseline["births"], births)
    deaths = {**baseline["deaths"], "draws": summary["draws"]}
    add(name, "deaths", "all", deaths["mean"], unit, deaths)
    add(name, "imr", "all", baseline["imr"], f"per 1,000 {births}")
    for i, imr in enumerate(baseline.get("imr_by_decile", ()), start=1):
        add(name, "imr", f"imd_decile {i}", imr, f"per 1,000 {births}")
    for i, imr in enumerate(baseline.get("imr_by_fifth", ()), start=1):
        add(name, "imr", f"imd_fifth {i}", imr, f"per 1,000 {births}")
    for arm in summary["arms"]:
        name = arm["name"]
        headline = {**arm["deaths_averted"], "draws": summary["draws"]}
        add(name, "deaths_averted", "all", headline["mean"], unit, headline)
        add(name, "percent_averted", "all", arm["percent"], f"% of the comparator's {unit}")
        add(name, "deaths_averted_per_1000", "all", arm["per_1000_births"], f"per 1,000 {births}")
        add(name, "p_positive", "all", arm["p_positive"], "probability")
        for i, value in enumerate(arm.get("by_decile", ()), start=1):
            add(name, "deaths_averted", f"imd_decile {i}", value, unit)
        for fifth in ("most_deprived_fifth", "least_deprived_fifth"):
            if fifth in arm:
                add(name, "deaths_averted", fifth, arm[fifth]["mean"], unit, arm[fifth])
        for dim in ("by_cause", "by_age", "by_year"):
            for level, value in arm.get(dim, {}).items():
                add(name, "deaths_averted", f"{dim.removeprefix('by_')} {level}", value, unit)
        for step, at in arm.get("people", {}).items():
            add(name, "births_at_step", step, at["mean"], births, at)
        for variant, at in arm["variants"].items():
            add(name, "deaths_averted", f"variant {variant}", at["mean"], unit, at)
    for figures in summary["sections"].values():
        for at in figures:
            add(at["scenario"], at["measure"], at["level"], at["value"], at["unit"], _known(at))
    return rows


def _known(at: Mapping[str, Any]) -> dict[str, Any]:
    """A figure's interval and errors; an empty cell stands where there is no such number."""
    ends = at["interval95"] or (None, None)
    known = {"interval95": ["" if end is None else end for end in ends]}
    return {**known, **{name: at[name] for name in MORE if at.get(name) is not None}}
