"""What the sections of docs/validation.md share: the model, a run, a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scenarios.interventions import arms_of
from scenarios.read import read_scenarios
from simcore.draws import DrawBlock
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.results import BlockResult, join_blocks
from simcore.run import Settings, simulate
from simcore.solved import OWN, read_central, read_draws, shipped_draws
from simcore.solving import structures

Array = NDArray[np.float64]
YEARS = tuple(range(2025, 2035))


@cache
def england() -> Model:
    """The model of this page."""
    return load_model("england")


def central_draws(structure: Structure) -> DrawBlock:
    """The central draw of a structure."""
    return _draws(structure.label)[0]


def shipped(structure: Structure) -> DrawBlock:
    """Every draw that ships with a structure."""
    return _draws(structure.label)[1]


@cache
def _draws(label: str) -> tuple[DrawBlock, DrawBlock]:
    model = england()
    structure = next(s for s in structures(model) if s.label == label)
    many = read_draws(model, structure, shipped_draws(model, structure, OWN) or 1, OWN)
    return read_central(model, structure, OWN), many


def distinct() -> list[Structure]:
    """Structures, the default first, without those whose central draw is that of the default: they differ in spread."""
    default, *others = structures(england())
    return [default, *(s for s in others if not _alike(s, default))]


def _alike(one: Structure, other: Structure) -> bool:
    """Whether the central draws are the same, and no arrow more is off."""
    mine, others = central_draws(one), central_draws(other)
    same = all(np.allclose(mine[name], values, rtol=1e-3) for name, values in others.parameters.items())
    return same and one.off <= other.off


def run(
    structure: Structure, block: DrawBlock, names: Sequence[str], years: Sequence[int], settings: Settings
) -> BlockResult:
    """Shipped scenarios, the first of them the comparator."""
    arms = arms_of(read_scenarios(names))
    return join_blocks([b for _, b in simulate(england(), structure, block, arms, years, settings)])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table whose cells of figures stand to the right."""
    rows = [tuple(row) for row in rows]
    figure: Callable[[int], bool] = lambda i: all(row[i][:1] in "+-0123456789" for row in rows)  # noqa: E731
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---:' if figure(i) else '---' for i in range(len(head)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of one of the model's tables, as text."""
    with open(england().folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
