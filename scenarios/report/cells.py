"""Figures in the table beside a picture."""

from __future__ import annotations

from typing import Any

from scenarios.printing import as_count

EMPTY = "–"


def as_cell(value: Any, number: bool) -> str:
    """A value as it is read: whole from ten up, three figures below, words as they are.

    >>> as_cell(1234.5, True), as_cell(3.14159, True), as_cell(0.01234, True), as_cell(-0.5, True), as_cell(None, True)
    ('1,234', '3.14', '0.0123', '-0.5', '–')
    >>> as_cell(2025, False), as_cell("decile 1", False)
    ('2025', 'decile 1')
    """
    if value is None:
        return EMPTY
    if not number or isinstance(value, str):
        return str(value)
    return as_count(value) if value == 0 or abs(value) >= 10 else f"{value:.3g}"
