"""A sweep in one table: a row for each cell, plain text, the same bytes whenever the same cells are told of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from calibration.sweep import Outcome

Row = dict[str, str]
DIGITS = 6
COLUMNS = {"log_likelihood": "loglik", "p_value": "p", "spread": "spread"}
SCORES = ("coverage50", "coverage90", "crps", "log_score")


def rows_of(outcomes: Sequence[Outcome], choices: Sequence[str]) -> list[Row]:
    """The table; what a cell has no figure for is empty. Changes are of deaths averted, in percent of the first cell's.

    Columns: the cell and its options (empty where they are the config's), status and diagnostics, log posterior at
    the peak; ``loglik_`` (mean over draws), ``p_`` and ``spread_`` of every target; ``effect_`` of every published
    effect; scores of what was held out; deaths of the comparator, and deaths averted.
    """
    found = [dict(_row(outcome, choices)) for outcome in outcomes]
    columns = _columns(found)
    base = found[0]
    for row in found:
        for name in [name for name in row if name.startswith("averted_") and name.endswith("_mean")]:
            first = base.get(name)
            if first and float(first):
                change = f"{100 * (float(row[name]) / float(first) - 1):+.1f}"
                row[name.removesuffix("_mean") + "_change"] = change
    columns = _columns([dict.fromkeys(columns, ""), *found])
    return [{name: row.get(name, "") for name in columns} for row in found]


def as_csv(rows: Sequence[Row]) -> str:
    """The table as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(outcome: Outcome, choices: Sequence[str]) -> Iterator[tuple[str, str]]:
    said, cell = outcome.said, outcome.cell
    yield "cell", cell.name
    chosen = dict(part.split("=", 1) for part in cell.name.split("+") if "=" in part)
    yield from ((choice, chosen.get(choice, "")) for choice in choices)
    yield "method", cell.method
    yield "status", outcome.status
    yield "reasons", "; ".join(said["reasons"])
    gate = said.get("gate", {})
    for name in ("khat", "rhat_max", "ess_min", "divergences"):
        yield name, _number(gate.get(name))
    yield "log_posterior", _number(said.get("log_posterior"))
    for name, fit in said.get("targets", {}).items():
        yield from (
            (f"{COLUMNS[figure]}_{name}", _number(fit[figure])) for figure in COLUMNS if figure in fit
        )
    for name, effect in said.get("effects", {}).items():
        yield from _interval(f"effect_{name}", effect)
    for name, score in said.get("held_out", {}).items():
        yield from ((f"held_out_{name}_{part}", _number(score[part])) for part in SCORES)
    answer = said.get("answer", {})
    if "deaths" in answer:
        yield from _interval("deaths", answer["deaths"])
    for name, averted in answer.get("averted", {}).items():
        yield from _interval(f"averted_{name}", averted)


def _interval(name: str, figure: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for part in ("mean", "low", "high"):
        yield f"{name}_{part}", _number(figure[part])


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.{DIGITS}g}"


def _columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Every column, in the order of the first row that has it, among those that it stands among there."""
    order: list[str] = []
    for row in rows:
        at = 0
        for name in row:
            if name in order:
                at = order.index(name) + 1
            else:
                order.insert(at, name)
                at += 1
    return order
