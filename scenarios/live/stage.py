"""Years and a structure, made ready: the central draw of the model compiled once, and policies run over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scenarios.interventions import arms_of
from scenarios.live.averted import Deaths
from scenarios.margins import Margins
from scenarios.question import Question
from scenarios.schema import Scenario
from simcore.draw_source import DrawSource
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.program import Compiler, Program
from simcore.run import Run, Settings
from simcore.solved import read_central

CENTRAL_BIRTHS = 20_000
"""Simulated births of the central draw. They are those of every quick answer, so that most of their luck leaves the
ratio of two of them; what is left is under 1% (docs/design.md)."""
MOST_STAGES = 12
"""Years and structures that are kept ready at a time."""
Key = tuple[tuple[int, ...], str]


@dataclass(frozen=True)
class Stage:
    """One structure, some years, and the comparator there. Threads may share it."""

    model: Model
    structure: Structure
    years: tuple[int, ...]
    source: DrawSource
    comparator: Scenario
    seed: int = 1
    compiler: Compiler = field(init=False, repr=False)
    draw: DrawBlock = field(init=False, repr=False)
    program: Program = field(init=False, repr=False)

    def __post_init__(self) -> None:
        compiler = Compiler(self.model, self.structure, self.years)
        draw = read_central(self.model, self.structure, self.source)
        for name, value in (("compiler", compiler), ("draw", draw), ("program", compiler.compile(draw))):
            object.__setattr__(self, name, value)

    @property
    def key(self) -> Key:
        """What tells it from other stages of the same model."""
        return self.years, self.structure.label

    def question(self, scenarios: Sequence[Scenario]) -> Question:
        """A question about these scenarios, here."""
        return Question(self.model, self.structure, (self.comparator, *scenarios), self.years, self.source)

    def margins(self, scenario: Scenario) -> Margins:
        """One arm over the central draw.

        Raises
        ------
        DocumentError
            If an intervention would push a share out of 0 to 1.
        """
        settings = Settings(seed=self.seed, births=CENTRAL_BIRTHS)
        run = Run(self.compiler, arms_of((scenario,), fewer_births=True), settings)
        return Margins.of(self.model, run.over(self.program, self.draw))

    @cached_property
    def before(self) -> Deaths:
        """Deaths under the comparator, in the central draw."""
        return Deaths.of(self.margins(self.comparator), 0)
