"""The answer on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.footnotes import footnotes
from scenarios.printing import (
    Cells,
    as_count,
    as_error,
    as_interval,
    as_range,
    capital,
    print_table,
    width_needed,
)
from scenarios.refine import in_words
from scenarios.section_table import print_sections

if TYPE_CHECKING:
    from rich.console import Console


WIDE = 130
"""Columns of what is printed to a file or a pipe."""
SIZE: Cells = ("scenario", "averted", "95% interval", "% of\ndeaths", "per 1,000\n{short}")
VARIANTS: Cells = ("scenario", "structure", "averted", "95% interval", "as chosen,\nsame draws", "draws")
BESIDE: Cells = ("scenario", "as chosen,\nsame draws")
FEW = 12
"""Lines of a table that is printed though nobody asked for it."""
REACH, STRUCTURES = "reach", "structures"
"""What ``--show`` calls the steps of interventions, and the intervals under other structures."""
STEPS: Cells = ("scenario", "step", "{short}", "95% interval")
FIFTHS: Cells = ("most\ndeprived\nfifth", "least\ndeprived\nfifth")
SURE: Cells = ("P(averts)", "MC\nerror")
FOOT = "Intervals are over the uncertain parameters; what is not known in kind stands under variants."


def print_answer(
    summary: Mapping[str, Any], out: Path | None, show: Sequence[str] = (), by: Sequence[str] = ()
) -> None:
    """Print the comparator, one row for each scenario, the same under other structures, then the sections to show.

    ``by`` names what deaths averted are shown by.
    """
    from rich.console import Console

    # a file or a pipe has no width of its own
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    # drawn first and written in one piece: a reader that has gone is then the caller's to meet
    with console.capture() as drawn:
        _print_all(console, summary, out, show, by)
    sys.stdout.write(drawn.get())
    sys.stdout.flush()


def as_text(summary: Mapping[str, Any]) -> str:
    """The same without colour, as wide as a pipe has it."""
    from rich.console import Console

    console = Console(width=WIDE, color_system=None, force_terminal=False, force_jupyter=False)
    with console.capture() as drawn:
        _print_all(console, summary, None)
    return drawn.get()


def _print_all(
    console: Console,
    summary: Mapping[str, Any],
    out: Path | None,
    show: Sequence[str] = (),
    by: Sequence[str] = (),
) -> None:
    baseline, words, last = summary["baseline"], summary["words"], summary["years"][-1]
    by_period = summary["definition"] == "period"
    arms = [arm if by_period else {**arm, **arm["final_year"]} for arm in summary["arms"]]
    sizes, steps = (tuple(cell.format(**words) for cell in cells) for cells in (SIZE, STEPS))
    span = "-".join(str(year) for year in dict.fromkeys((summary["years"][0], summary["years"][-1])))
    console.print(
        f"\n[bold]{baseline['name']}[/bold], {span}: {baseline['births']:,.0f} {words['births']}, "
        f"{baseline['deaths']['mean']:,.0f} {words['deaths']} ({as_interval(baseline['deaths'])}), "
        f"{baseline['imr']:.2f} per 1,000",
        highlight=False,
    )
    if "imr_by_fifth" in baseline:
        fifths = "  ".join(f"{imr:.2f}" for imr in baseline["imr_by_fifth"])
        console.print(
            f"{words['deaths']} per 1,000 by fifth, most to least deprived: {fifths}\n", highlight=False
        )
    title = f"{capital(words['deaths'])} averted against {baseline['name']}, {span}"
    if len(summary["years"]) > 1:
        title += ", sum of the period" if by_period else f": difference in the final year, {last}"
    size, rest = [_size(arm) for arm in arms], [_rest(arm) for arm in arms]
    others = FIFTHS + SURE if any("most_deprived_fifth" in arm for arm in arms) else SURE
    if len(summary["years"]) > 1:
        # studies differ in which of the two they call deaths averted
        others += (f"in {last}\nalone",) if by_period else (f"sum of\n{span}",)
        other = [arm["final_year"] if by_period else arm for arm in summary["arms"]]
        rest = [
            (*cells, as_count(at["deaths_averted"]["mean"])) for cells, at in zip(rest, other, strict=True)
        ]
    whole = [left + right for left, right in zip(size, rest, strict=True)]
    if width_needed(sizes + others, whole) <= console.width:
        print_table(console, title, sizes + others, whole)
    else:
        print_table(console, title, sizes, size)
        narrow = [left[:1] + right for left, right in zip(size, rest, strict=True)]
        print_table(console, "Where, and how sure", sizes[:1] + others, narrow)
    headings, beside = _beside(summary, arms)
    print_table(console, "The same under other structures", headings, beside)
    title = f"{capital(words['short'])} at each step of an intervention, and those it moves"
    at_steps = _steps(summary)
    if len(at_steps) <= FEW or REACH in show:
        print_table(console, title, steps, at_steps, words=2)
    else:
        console.print(f"{title}: --show {REACH}\n", highlight=False)
    if STRUCTURES in show:
        print_table(console, "Other structures, with intervals", VARIANTS, _variants(summary, arms), words=2)
    print_sections(console, summary, show, by)
    if "precision" in summary:
        reached = summary["precision"]["reached"]
        console.print(in_words(summary["precision"], words), style="" if reached else "bold", highlight=False)
    console.print(footnotes(summary), highlight=False)
    console.print(f"{words['use']} {FOOT}".strip(), style="dim", highlight=False)
    if out is not None:
        written = f"Written to {out}/: results.nc, summary.csv, summary.json, run.json"
        # a folder's name is no markup, and is copied whole from the terminal
        console.print(written, highlight=False, markup=False, soft_wrap=True)


def _size(arm: Mapping[str, Any]) -> Cells:
    averted = arm["deaths_averted"]
    mean, interval = as_count(averted["mean"]), as_interval(averted)
    percent = "-" if arm["percent"] is None else f"{arm['percent']:.2f}"
    return arm["name"], mean, interval, percent, f"{arm['per_1000_births']:.3f}"


def _rest(arm: Mapping[str, Any]) -> Cells:
    fifths = ("most_deprived_fifth", "least_deprived_fifth")
    whose = tuple(as_count(arm[fifth]["mean"]) for fifth in fifths if fifth in arm)
    return *whose, f"{arm['p_positive']:.2f}", as_error(arm["deaths_averted"]["mc_error"])


def _beside(summary: Mapping[str, Any], arms: Sequence[Mapping[str, Any]]) -> tuple[Cells, list[Cells]]:
    """A column for every option that is not the one chosen, after the chosen one on as many draws."""
    chosen = {f"{name}={option}" for name, option in summary["structure"].items()}
    others = [name for arm in arms[:1] for name in arm["variants"] if name not in chosen]
    if not others:
        return BESIDE, []
    rows = []
    for arm in arms:
        beside = [arm["variants"][name] for name in others]
        same_draws = max(beside, key=lambda at: at["draws"])["chosen_on_same_draws"]
        rows.append((arm["name"], as_count(same_draws), *(as_count(at["mean"]) for at in beside)))
    # a word a line, so that a column is no wider than its numbers
    headings = (re.sub("[_-]", "\n", name).replace("=", "\n= ") for name in others)
    return (*BESIDE, *headings), rows


def _variants(summary: Mapping[str, Any], arms: Sequence[Mapping[str, Any]]) -> list[Cells]:
    """Every option that is not the one chosen, scenario by scenario."""
    chosen = {f"{name}={option}" for name, option in summary["structure"].items()}
    return [
        (
            arm["name"],
            name,
            as_count(at["mean"]),
            as_interval(at),
            as_count(at["chosen_on_same_draws"]),
            f"{at['draws']:,}",
        )
        for arm in arms
        for name, at in arm["variants"].items()
        if name not in chosen
    ]


def _steps(summary: Mapping[str, Any]) -> list[Cells]:
    return [
        (arm["name"], step, f"{at['mean']:,.0f}", as_range(at["interval95"]) if _uncertain(at) else "known")
        for arm in summary["arms"]
        for step, at in arm.get("people", {}).items()
    ]


def _uncertain(at: Mapping[str, Any]) -> bool:
    """Whether an interval is more than a rounding: what margins fix is found anew in every draw, to many digits."""
    low, high = at["interval95"]
    return bool(high - low > 1e-6 * abs(high))
