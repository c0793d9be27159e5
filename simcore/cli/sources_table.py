"""The ledger on a terminal, and as plain data for a machine."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from simcore.ledger.book import Ledger
from simcore.ledger.files import GRADES
from simcore.ledger.rows import Row
from simcore.ledger.told import KEYS, sensitivity_of, sources_of

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 130
"""Columns of what is printed to a file or a pipe."""
ALIKE = 12
"""Rows of one column, read by one rule, above which they are told in one line."""
FIELDS = (
    "kind", "table", "line", "name", "column", "measure", "value", "low", "high", "unit", "population", "geography",
    "period", "sources", "grade", "rule", "assumptions", "used", "note",
)  # fmt: skip


def ledger_json(ledger: Ledger, rows: Sequence[Row]) -> dict[str, Any]:
    """Rows, and the rules and sources that they name."""
    named = {row.rule.removeprefix("derived:") for row in rows}
    plain = [
        {name: list(v) if isinstance(v := getattr(row, name), tuple) else v for name in FIELDS}
        | {"about": sorted(row.about)}
        for row in rows
    ]
    rules = [
        {"rule": rule.name, "statement": rule.statement, "inputs": rule.inputs, "grade": rule.grade}
        for rule in ledger.rules.values()
        if rule.name in named
    ]
    return {**_head(ledger), "rows": plain, "rules": rules, "sources": sources_of(ledger, rows)}


def assumptions_json(ledger: Ledger, log: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Assumptions, each with how far the headline moves where that was computed."""
    moved = sensitivity_of(ledger)
    return {**_head(ledger), "assumptions": [{**row, "sensitivity": moved.get(row["id"], [])} for row in log]}


def print_ledger(ledger: Ledger, rows: Sequence[Row], *, every: bool) -> None:
    """Print rows as a table, rows alike in one line unless ``every``; then rules and sources.

    Of the whole ledger each column of a table has one line.
    """
    with _Page() as console:
        from rich import box
        from rich.table import Table

        shown = [[row] for row in rows] if every else list(_alike(rows, 1 if rows == ledger.rows else ALIKE))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=1)
        table.add_column("figure", overflow="fold", ratio=5)
        table.add_column("value", justify="right", overflow="fold", min_width=12)
        table.add_column("grade", justify="center")
        table.add_column("read, from", overflow="fold", ratio=3)
        for group in shown:
            table.add_row(*_cells(group))
        spec = ledger.spec
        console.print(
            f"\n{spec.model}, edition {spec.edition}: {len(rows):,} figures", style="bold", highlight=False
        )
        if not rows:
            console.print("\nNothing is all of what was asked for; leave a filter out.", highlight=False)
            return
        console.print(table, highlight=False, markup=False)
        console.print("; ".join(f"{grade} {what}" for grade, what in GRADES.items()) + ".", highlight=False)
        _print_rules(console, ledger, rows)
        _print_sources(console, sources_of(ledger, rows))
        if len(shown) < len(rows):
            console.print("\nRows alike stand in one line; --rows prints each.", highlight=False)


def print_assumptions(ledger: Ledger, log: Sequence[dict[str, str]]) -> None:
    """Print assumptions one under another."""
    moved = sensitivity_of(ledger)
    with _Page() as console:
        for row in log:
            rest = {name: cell for name, cell in row.items() if name not in ("id", "statement") and cell}
            console.print(f"\n{row['id']}  {row['statement']}", style="bold", highlight=False, markup=False)
            for name, cell in rest.items():
                console.print(f"  {name.replace('_', ' ')}: {cell}", highlight=False, markup=False)
            for line in moved.get(row["id"], []):
                console.print(f"  if instead: {line['words']}", highlight=False, markup=False)
        console.print(f"\n{len(log)} assumptions", highlight=False)


class _Page:
    """Printed in one piece, so that a reader that has gone is the caller's to meet."""

    def __enter__(self) -> Console:
        from rich.console import Console

        # a file or a pipe has no width of its own
        self.console = Console(soft_wrap=False) if sys.stdout.isatty() else Console(width=WIDE)
        self.capture = self.console.capture()
        self.capture.__enter__()
        return self.console

    def __exit__(self, *error: Any) -> None:
        self.capture.__exit__(*error)
        if error[0] is None:
            sys.stdout.write(self.capture.get())
            sys.stdout.flush()


def _head(ledger: Ledger) -> dict[str, str]:
    return {"model": ledger.spec.model, "edition": ledger.spec.edition}


def _alike(rows: Sequence[Row], few: int) -> Iterable[list[Row]]:
    """Rows of one column of one table, together where they are more than ``few``.

    Where few rows may stand by themselves, those that were read or graded otherwise do not stand together.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        apart = (row.rule, row.grade) if few > 1 else ()
        key = (row.table, row.name if row.kind == "parameter" else "", row.column, *apart)
        groups.setdefault(key, []).append(row)
    for group in groups.values():
        if len(group) > few:
            yield group
        else:
            yield from ([row] for row in group)


def _cells(group: list[Row]) -> tuple[str, ...]:
    first, many = group[0], len(group) > 1
    head = first.name if first.kind == "parameter" else f"{first.table}: {first.column}"
    which = f"{len(group):,} rows" if many else first.name if first.kind != "parameter" else ""
    places = (_all(group, name) for name in ("unit", "population", "geography", "period"))
    lines = [
        head + (f", {which}" if which else ""),
        first.measure if not many and first.measure != first.column else "",
        "; ".join(dict.fromkeys(place for place in places if place)),
        f"for {_listed(first.used)}" if first.used else "",
    ]
    sources = dict.fromkeys(key for row in group for key in row.sources)
    rules = tuple(dict.fromkeys(row.rule for row in group))
    assumed = tuple(dict.fromkeys(name for row in group for name in row.assumptions))
    read = [_listed(said) for said in (rules, assumed, tuple(sources)) if said]
    grades = ", ".join(sorted({row.grade for row in group}))
    return "\n".join(line for line in lines if line), _value(group), grades, "\n".join(dict.fromkeys(read))


def _all(group: list[Row], name: str) -> str:
    """What all rows say of themselves; the first and the last where they differ."""
    said = list(dict.fromkeys(str(getattr(row, name)) for row in group))
    return said[0] if len(said) == 1 else f"{said[0]} ... {said[-1]}"


def _value(group: list[Row]) -> str:
    if len(group) > 1:
        numbers = [row.value for row in group if isinstance(row.value, float)]
        return f"{_figure(min(numbers))} to\n{_figure(max(numbers))}" if numbers else ""
    row = group[0]
    interval = f"\n({_figure(row.low)} to {_figure(row.high)})" if row.low != "" and row.high != "" else ""
    return _figure(row.value) + interval


def _figure(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1000 else f"{value:.6g}"


def _listed(words: tuple[str, ...], most: int = 4) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _print_rules(console: Console, ledger: Ledger, rows: Sequence[Row]) -> None:
    named = {row.rule.removeprefix("derived:") for row in rows}
    found = [rule for rule in ledger.rules.values() if rule.name in named]
    if found:
        console.print("\nRules", style="bold")
    for rule in found:
        console.print(f"{rule.name}: {rule.statement} From {rule.inputs}.", highlight=False, markup=False)


def _print_sources(console: Console, sources: list[dict[str, Any]]) -> None:
    if sources:
        console.print("\nSources", style="bold")
    for source in sources:
        said = {name: source.get(name) for name in KEYS}
        head = f"{source['key']}: {said['title']}. {said['publisher']}, {said['year']}."
        used = f"  {said['licence']}\n  for {_listed(tuple(source['used_by']), 8)}"
        console.print(head, highlight=False, markup=False)
        # an address that is broken over lines leads nowhere
        console.print(f"  {said['url']}", highlight=False, markup=False, soft_wrap=True)
        console.print(used, highlight=False, markup=False)
