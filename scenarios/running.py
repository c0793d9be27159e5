"""The headline run of a question: draws in pieces, each kept as it ends, so that more can be added to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from scenarios.interventions import arms_of
from scenarios.margins import Margins
from scenarios.question import Question
from simcore.distributions import Distribution
from simcore.model import Structure
from simcore.results import BlockResult, join_blocks
from simcore.run import Settings, simulate
from simcore.solved import draw_file, read_draws

STORED = 80
"""Draws in one file of an unfinished run."""

Tick = Callable[[str, int, int], None]
"""Called with what is being run, draws done, draws in all."""


class Store(Protocol):
    """Where finished pieces of a run are, by the number of their first draw."""

    def has(self, start: int) -> bool: ...

    def read(self, start: int) -> BlockResult: ...

    def write(self, start: int, block: BlockResult) -> None: ...


class Held:
    """Pieces in memory, for whoever wants them all."""

    def __init__(self) -> None:
        self.pieces: dict[int, BlockResult] = {}

    def has(self, start: int) -> bool:
        return start in self.pieces

    def read(self, start: int) -> BlockResult:
        return self.pieces[start]

    def write(self, start: int, block: BlockResult) -> None:
        self.pieces[start] = block

    def blocks(self) -> list[BlockResult]:
        """All of them, in the order of their draws."""
        return [self.pieces[start] for start in sorted(self.pieces)]


class Forgotten:
    """Nothing is kept: margins are all that is wanted, and memory does not grow with draws."""

    def has(self, start: int) -> bool:
        return False

    def read(self, start: int) -> BlockResult:
        raise KeyError(start)

    def write(self, start: int, block: BlockResult) -> None:
        pass


def settled(question: Question) -> tuple[bool, ...]:
    """Of each scenario, that no draw of parameters moves its deaths: every number behind them is a plain one."""
    parameters = [parameter.value for parameter in question.model.spec.parameters.values()]
    kind = draw_file(question.model, question.structure, question.source).kind
    plain = kind == "priors" and all(map(_is_plain, parameters))
    changes = [[n for change in s.interventions for n in change.numbers()] for s in question.scenarios]
    return tuple(plain and all(map(_is_plain, numbers)) for numbers in changes)


def _is_plain(number: Distribution) -> bool:
    low, high = number.bounds
    return low == high


def blocks_of(
    question: Question,
    structure: Structure,
    draws: Sequence[int],
    settings: Settings,
    skip: Callable[[int], bool] = lambda start: False,
) -> Iterator[tuple[int, BlockResult]]:
    """Blocks of a range of draws under one structure, in order, each with the number of its first draw."""
    first, last = draws[0], draws[-1] + 1
    source = question.source_of(structure)
    block = read_draws(question.model, structure, last, source).rows(slice(first, last))
    runs = simulate(
        question.model,
        structure,
        block,
        arms_of(question.scenarios, fewer_births=True),
        question.years,
        settings,
        skip=lambda start: skip(first + start),
    )
    for start, result in runs:
        yield first + start, result


class HeadlineRun:
    """The question under its own structure, with one number of births: draws are added to those there are.

    Raises ValueError if blocks do not fill a piece: its draws would not be those that it is looked for by.
    """

    def __init__(self, question: Question, settings: Settings, store: Store, tick: Tick) -> None:
        if STORED % settings.block:
            raise ValueError(f"block: a number that divides {STORED}, got {settings.block}")
        self.question, self.settings, self.store, self.tick = question, settings, store, tick
        self.settled = settled(question)
        self.done = 0
        self._margins: list[Margins] = []

    def to(self, draws: int) -> Margins:
        """Margins of the first ``draws`` draws, those that are lacking run and kept."""
        first = self.done
        if draws > first:
            pieces = range(first, draws, STORED)
            at_hand = {start for start in pieces if self.store.has(start)}
            parts = {start: self._margins_of(self.store.read(start)) for start in at_hand}
            self.done += sum(part.total.shape[1] for part in parts.values())
            self.tick("draws", self.done, draws)
            wanted = range(first, draws)
            runs = blocks_of(
                self.question,
                self.question.structure,
                wanted,
                self.settings,
                lambda start: start - (start - first) % STORED in at_hand,
            )
            kept = not isinstance(self.store, Forgotten)
            waiting: list[BlockResult] = []
            for start, block in runs:
                parts[start] = self._margins_of(block)
                self.done += block.index.size
                self.tick("draws", self.done, draws)
                end = start + block.index.size
                if kept:
                    waiting.append(block)
                if waiting and ((end - first) % STORED == 0 or end == draws):
                    whole, waiting = join_blocks(waiting), []
                    self.store.write(end - whole.index.size, whole)
                    del whole
            self._margins.append(Margins.join([parts[start] for start in sorted(parts)]))
        return Margins.join(self._margins)

    def _margins_of(self, block: BlockResult) -> Margins:
        return Margins.of(self.question.model, block, self.settled)
