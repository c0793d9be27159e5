"""Which birth: the labels of its stratum and its number there, ``2030/3/1041``.

With the seed and the draw that is all a birth hangs on, so its name holds in every table and run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from simcore.model import Model
from simcore.problems import DocumentError, Problem, hint
from simcore.results import strata_of

SIGN = "/"
LARGEST = 2**32 - 2
"""The largest number that a birth of a stratum can have."""


@dataclass(frozen=True)
class BirthId:
    """One birth of a stratum."""

    cell: tuple[str, ...]
    number: int

    def __str__(self) -> str:
        return SIGN.join((*self.cell, str(self.number)))

    def place(self, strata: Mapping[str, tuple[str, ...]]) -> tuple[int, ...]:
        """Where its stratum stands in a table of all of them."""
        return tuple(labels.index(label) for labels, label in zip(strata.values(), self.cell, strict=True))


def find_birth(model: Model, years: Sequence[int], text: str) -> BirthId:
    """A birth of a model by its id, looked up in the model's tables alone.

    >>> from simcore.load import load_model
    >>> find_birth(load_model("england"), [2030], "2030/1/1041")
    BirthId(cell=('2030', '1'), number=1041)

    Raises
    ------
    DocumentError
        If there is no such birth.
    """
    strata = strata_of(model, years)
    found = parse_birth(text, strata)
    if model.births_in(strata)[found.place(strata)] <= 0:
        raise _no(text, f"{model.name} has no {model.spec.words.births} in its stratum; choose another")
    return found


def parse_birth(text: str, strata: Mapping[str, tuple[str, ...]]) -> BirthId:
    """A birth by its id.

    >>> parse_birth("2030/3/1041", {"year": ("2030", "2031"), "imd_decile": ("1", "2", "3")})
    BirthId(cell=('2030', '3'), number=1041)

    Raises
    ------
    DocumentError
        If there is no such birth, with the near match where a label is misspelt.
    """
    head, _, last = text.strip().rpartition(SIGN)
    cells = {SIGN.join(cell): cell for cell in product(*strata.values())}
    if head in cells and re.fullmatch("[0-9]+", last):
        if int(last) > LARGEST:
            raise _no(text, f"births of a stratum have the numbers 0 to {LARGEST:,}; choose one of them")
        return BirthId(cells[head], int(last))
    given = head.split(SIGN)
    if not head or head in cells or not re.fullmatch("[0-9]+", last) or len(given) != len(strata):
        raise _no(text, _how_to_write(text.strip(), strata))
    for label, (dim, labels) in zip(given, strata.items(), strict=True):
        if label not in labels:
            among = "the years asked for (--years)" if dim == "year" else "the model's"
            raise _no(text, f"no {dim} `{label}` among {among}; {hint(label, labels)}")
    raise _no(text, "two labels together mean more than one stratum; rename a level of the model")


def _how_to_write(text: str, strata: Mapping[str, tuple[str, ...]]) -> str:
    """What an id looks like, with one that there is; for a number alone, one of that number."""
    alone = re.fullmatch("[0-9]{1,9}", text)
    each = f"each {' and '.join(strata)} has a birth of that number"
    what = each if alone else "is not the id of a birth"
    form = SIGN.join([*(dim.upper() for dim in strata), "NUMBER"])
    example = SIGN.join([*(labels[0] for labels in strata.values()), text if alone else "0"])
    return (
        f"{what}; write {form}, as in {example}, or one from the column `birth` of a table (--to births.csv)"
    )


def _no(text: str, message: str) -> DocumentError:
    return DocumentError(Problem(f"birth {text}", None, None, "", message))
