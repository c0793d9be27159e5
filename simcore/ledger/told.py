"""What is told of some rows of a ledger: the sources behind them, and how far an assumption moves the headline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simcore.ledger.book import Ledger
from simcore.ledger.rows import Row

KEYS = ("title", "publisher", "year", "url", "licence", "what_was_read")


def sources_of(ledger: Ledger, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Sources that rows name, or that a source of theirs was worked out from, with everything that uses them."""
    if ledger.sources is None:
        return []
    users, wanted = ledger.users(), {key for row in rows for key in row.sources}
    return [
        {
            "key": row["key"],
            **{name: row.get(name) or "" for name in KEYS},
            "used_by": list(users.get(row["key"], ())),
        }
        for row in ledger.sources.rows()
        if row["key"] in wanted
    ]


def sensitivity_of(ledger: Ledger) -> dict[str, list[dict[str, str]]]:
    """What was computed for each assumption, as cells and in words."""
    found: dict[str, list[dict[str, str]]] = {}
    if ledger.sensitivity is None:
        return found
    for row in ledger.sensitivity.rows():
        cells = {name: str(cell or "") for name, cell in row.items()}
        moved = ", ".join(
            f"{name.removeprefix('change_')} {cell}%"
            for name, cell in cells.items()
            if name.startswith("change_") and cell
        )
        words = f"{cells.get('meaning', '')}: {moved or cells.get('not_computed', '')}"
        found.setdefault(cells.get("assumption", ""), []).append({**cells, "words": words})
    return found
