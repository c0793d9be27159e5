"""Births and deaths by group as published, beside the same with unlinked deaths shared out.

What the model is compared with: only the tables by decile, gestation, cause and age are also what it is
fitted to. All deaths are those that occurred in a period; none are counted by date of registration.
"""

from __future__ import annotations

from ..evidence import Table
from .babies import babies
from .mothers import mothers


def observed_groups() -> Table:
    """One row for each group of each table."""
    return [*babies(), *mothers()]
