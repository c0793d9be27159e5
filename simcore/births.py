"""A table of individual births: every variable in every arm, the outcome, and how many births each row stands for.

A birth is known by the seed, the draw, its stratum and its number there, as in a run: a table of births
shows the babies that a comparison of the same seed and draw counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simcore.draws import DrawBlock
from simcore.individuals import Individuals, Levels, lay_individuals
from simcore.kernels.deaths import Realised
from simcore.model import Model, Structure
from simcore.pack import apportion
from simcore.problems import DocumentError, Problem
from simcore.run import MakeArms

IDENTITY = ("birth", "draw", "seed", "arm", "sample_weight")
OUTCOME = ("died", "cause", "age_band", "day_of_death")
PIECE = 20_000
"""Births of one piece of a table that is written bit by bit."""


def births_table(
    model: Model,
    structure: Structure,
    draw: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    n: int,
    seed: int,
) -> pd.DataFrame:
    """``n`` births, one row for each birth and arm.

    Births are spread over the strata in proportion to the births the model has there. Neither ``n`` nor
    the arms change a baby: more of them only adds rows, and another arm adds rows and columns.

    Parameters
    ----------
    draw
        A block of one draw.
    make_arms
        Arms of that block, with names of their own; the first one is the comparator.
    seed
        That of a run, to see the same babies.

    Returns
    -------
    pandas.DataFrame
        ``birth``
            The id of the birth: labels of its stratum and its number there. With ``seed`` and ``draw`` it
            means the same baby in every table and run, and :func:`simcore.telling.tell_birth` tells of it.
        ``draw``
            The parameter draw; -1 for the central one.
        ``seed``, ``arm``
        ``sample_weight``
            Real births that the row stands for: in each arm they add up to all births of the model.
        stratum dimensions
            Whole numbers where all their labels are, labels otherwise.
        variables
            Label of the value in this arm. ``<variable>_natural``, without any policy, stands beside
            those that some arm can change.
        ``died``, ``cause``, ``age_band``, ``day_of_death``
            The last three are missing for those who live; days are completed days of life.
        ``<intervention>_reached``, ``<intervention>_accepts``
            Steps of a cascade; ``no`` throughout in an arm without it.
        ``<intervention>_moves_<variable>``
            ``yes`` where that intervention itself gave the variable another value in this arm. What only
            follows from it differs from its natural value and is moved by none.

    Raises
    ------
    ValueError
        If the block holds more than one draw, or ``n`` is below one.
    DocumentError
        If two arms mean different things by one intervention, or two columns would have one name.
    """
    sample = lay_sample(model, structure, draw, make_arms, years, n, seed)
    return piece_of(sample, 0, sample.packed.n_births)


def lay_sample(
    model: Model,
    structure: Structure,
    draw: DrawBlock,
    make_arms: MakeArms,
    years: Sequence[int],
    n: int,
    seed: int,
) -> Individuals:
    """The births of a table, to be written piece by piece. Arguments and errors as :func:`births_table`.

    Every stratum has one birth at least, so there may be a few more than asked for.
    """
    if draw.size != 1 or n < 1:
        raise ValueError("a table of births shows at least one birth of one draw")
    return lay_individuals(model, structure, draw, make_arms, years, seed, partial(apportion, simulated=n))


def pieces_of(sample: Individuals, size: int | None = None) -> Iterator[pd.DataFrame]:
    """The table in pieces of so many births (:data:`PIECE`), with the same columns and types each."""
    size = size or PIECE
    for first in range(0, sample.packed.n_births, size):
        yield piece_of(sample, first, min(first + size, sample.packed.n_births))


def piece_of(sample: Individuals, first: int, last: int) -> pd.DataFrame:
    """The rows of a range of births, as :func:`births_table` has them."""
    reader = _Reader(sample, first, last)
    spec = sample.model.spec
    variables = tuple(spec.variables)
    happened = _fates(
        sample.fates(first, last), sample.n_arms, tuple(spec.deaths.causes), tuple(spec.deaths.age_bands)
    )
    known = [*reader.identity(), *reader.strata(), *reader.variables(variables), *happened]
    return _frame([*known, *reader.stages(variables), *reader.moves()], sample.model)


Column = tuple[str, object]


class _Reader:
    """Turns levels by arm, variable and birth into columns with labels, a birth's arms together."""

    def __init__(self, sample: Individuals, first: int, last: int) -> None:
        self.sample, self.network, self.n_arms = sample, sample.worlds.network, sample.n_arms
        self.first, self.last = first, last
        self.levels = sample.levels(first, last)

    def identity(self) -> Iterator[Column]:
        sample, n = self.sample, self.last - self.first
        rows = n * self.n_arms
        yield "birth", np.repeat(np.array(sample.ids(self.first, self.last), dtype=object), self.n_arms)
        yield "draw", np.full(rows, sample.draw_shown)
        yield "seed", np.full(rows, sample.seed, np.uint64)
        yield "arm", _labelled(np.tile(np.arange(self.n_arms), n), sample.worlds.names[: self.n_arms])
        weights = (sample.births / np.maximum(sample.simulated, 1)).ravel()
        positions = np.arange(self.first, self.last)
        strata = np.searchsorted(sample.packed.stratum_start, positions, side="right") - 1
        yield "sample_weight", np.repeat(weights[strata], self.n_arms)

    def strata(self) -> Iterator[Column]:
        for name, labels in self.network.strata.items():
            codes = self._of(name)[: self.n_arms].T.ravel()
            if all(label.isdecimal() and str(int(label)) == label for label in labels):
                yield name, np.array([int(label) for label in labels])[codes]
            else:
                yield name, _labelled(codes, labels)

    def variables(self, names: tuple[str, ...]) -> Iterator[Column]:
        for name in names:
            holder = self.network.carrier(name)
            yield name, self._labels(holder, self._of(holder)[: self.n_arms])
            if self._may_differ(holder):
                natural = np.repeat(self._of(holder)[[self.n_arms]], self.n_arms, axis=0)
                yield f"{name}_natural", self._labels(holder, natural)

    def stages(self, variables: tuple[str, ...]) -> Iterator[Column]:
        for node in self.network.nodes:
            if node.name not in variables and node.stands_for is None:
                yield node.name.replace(":", "_"), self._labels(node.name, self._of(node.name)[: self.n_arms])

    def moves(self) -> Iterator[Column]:
        """Who was moved by which intervention: where its own step gave another value."""
        moved: dict[str, NDArray[np.bool_]] = {}
        for node in self.network.nodes:
            if node.stands_for is not None:
                column = f"{node.name.partition(':')[0]}_moves_{node.stands_for}"
                differs = self._of(node.name)[: self.n_arms] != self._of(node.parents[0])[: self.n_arms]
                moved[column] = moved.get(column, False) | differs
        for column, values in moved.items():
            yield column, _labelled(values.T.ravel(), ("no", "yes"))

    def _of(self, name: str) -> Levels:
        """``uint8[arms, births]``, the natural world included."""
        return self.levels[:, self.sample.names.index(name)]

    def _labels(self, name: str, levels: Levels) -> pd.Categorical[str]:
        labels = self.network.levels(name)
        return _labelled(levels.T.ravel(), labels)

    def _may_differ(self, name: str) -> bool:
        """Whether some arm could give the variable another value than it has without policy."""
        column = self.sample.packed.column[:, self.sample.names.index(name)]
        return bool((column[: self.n_arms] != column[self.n_arms]).any())


def _labelled(codes: NDArray[Any], labels: Sequence[str]) -> pd.Categorical[str]:
    """Labels for level numbers, missing where the number is -1; a byte a row."""
    return pd.Categorical.from_codes(codes.astype(np.int64), categories=pd.Index(labels))


def _fates(fate: Realised, n_arms: int, causes: tuple[str, ...], bands: tuple[str, ...]) -> Iterator[Column]:
    cause, band, day = (part[:n_arms].T.ravel() for part in fate)
    yield "died", cause >= 0
    yield "cause", _labelled(cause, causes)
    yield "age_band", _labelled(band, bands)
    yield "day_of_death", pd.arrays.IntegerArray(day.astype(np.int32), day < 0)


def _frame(columns: Sequence[Column], model: Model) -> pd.DataFrame:
    names = [name for name, _ in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = (
            f"two columns of a table of births would be called `{twice[0]}`; "
            "give the intervention another id, or the variable another name"
        )
        raise DocumentError(Problem(model.name, None, None, "", message))
    return pd.DataFrame(dict(columns))
