"""The ledger itself: the files of a model and every figure in them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from simcore.ledger.entries import rows_of
from simcore.ledger.files import Files, read_files
from simcore.ledger.rows import Row


@dataclass(frozen=True)
class Ledger(Files):
    """A model's files, and :attr:`rows`, every figure in them."""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every figure: parameters first, then tables, then evidence."""
        return rows_of(self)

    def users(self) -> dict[str, tuple[str, ...]]:
        """What uses each source: tables and parameters, in the order of the ledger."""
        users: dict[str, dict[str, None]] = {}
        for row in self.rows:
            for key in row.sources:
                users.setdefault(key, {})[row.name if row.kind == "parameter" else row.table] = None
        return {key: tuple(names) for key, names in users.items()}


def read_ledger(name_or_folder: str | os.PathLike[str]) -> Ledger:
    """The ledger of a shipped model, by name, or of any folder with a ``model.yaml``.

    A model without a folder ``ledger/`` has a ledger too, with less in it.

    Raises
    ------
    DocumentError
        If a file cannot be read; what is missing in them is for :func:`simcore.ledger.orphans` to say.

    Examples
    --------
    >>> ledger = read_ledger("england")
    >>> next(row.sources for row in ledger.rows if row.name == "total_smoking_preterm")
    ('lawder2019',)
    """
    return Ledger(**vars(read_files(name_or_folder)))
