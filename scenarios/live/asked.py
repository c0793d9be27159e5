"""What a state means in a model: its levers, its scenario, and the stage on which it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from scenarios.check import find_problems, vocabulary_of
from scenarios.live.bounded import Bounded
from scenarios.live.compose import compose
from scenarios.live.levers import LOADED, Lever, levers_of
from scenarios.live.loading import NAME, read_loaded
from scenarios.live.stage import MOST_STAGES, Key, Stage
from scenarios.live.state import LONGEST_FILE, WHERE, Chosen, State, read_state
from scenarios.question import Given, years_outside
from scenarios.read import library, read_scenario, read_scenarios
from scenarios.schema import Scenario
from simcore.draw_source import USUAL
from simcore.load import load_model
from simcore.problems import DocumentError, Problem

MOST_PARTS = 200
"""Levers by themselves, as they stand, that are kept."""


class On(NamedTuple):
    """A lever that is on: its name, the text it was loaded from, which numbers are set by hand, for whom, from when."""

    lever: str
    file: str = ""
    moved: tuple[str, ...] = ()
    deciles: tuple[str, ...] = ()
    ramp: tuple[int, int] | None = None


@dataclass(frozen=True)
class Asked:
    """A state that was checked, with all that it means."""

    state: State
    stage: Stage
    levers: Mapping[str, Lever]
    scenario: Scenario

    @property
    def on(self) -> frozenset[On]:
        """What draws of an answer spread by: answers to policies of which this is the same spread alike."""
        return frozenset(self._on(chosen) for chosen in self.state.policy)

    def _on(self, chosen: Chosen) -> On:
        lever = self.levers[chosen.lever]
        file = "" if self.state.loaded is None or not chosen.lever.startswith(LOADED) else self.state.loaded
        moved = [
            field.name for field in lever.fields if getattr(chosen.set, field.name) not in (None, field.value)
        ]
        return On(chosen.lever, file, tuple(moved), chosen.set.deciles or (), chosen.set.ramp)


class Reader:
    """A model, its levers, and the stages that are ready. Threads may share it.

    Parameters
    ----------
    policies
        Files whose interventions are the levers; the shipped ones if not given.

    Raises
    ------
    DocumentError
        If the model or a file cannot be used.
    """

    def __init__(self, model: Given, baseline: Given, policies: Sequence[Given] | None, seed: int) -> None:
        self.model = load_model(model)
        self.seed = seed
        self.vocabulary = vocabulary_of(self.model)
        self.comparator = read_scenario(baseline)
        files = read_scenarios(library() if policies is None else policies)
        # the shipped ones are of one model; of files that were named, another model's is a mistake
        used = [file for file in files if policies is not None or file.model == self.model.name]
        self._check([self.comparator, *used])
        self.levers = levers_of(used)
        self._stages: Bounded[Key, Stage] = Bounded(MOST_STAGES)
        self._loaded: Bounded[str, Scenario] = Bounded(MOST_STAGES)
        self._parts: Bounded[tuple[Chosen, str | None, str | None], Scenario] = Bounded(MOST_PARTS)

    def read(self, said: object, taken: Sequence[str] = ()) -> Asked:
        """What a browser sent; its scenario's name is none of those taken.

        Raises
        ------
        DocumentError
            If the state cannot be used.
        """
        return self._understood(read_state(said), taken)

    def read_all(self, states: Sequence[object]) -> list[Asked]:
        """States that are compared: of the same years and structure, their names all different.

        Raises
        ------
        DocumentError
            If one cannot be used, or none is given, or they cannot be compared.
        """
        if not states:
            raise DocumentError(Problem(WHERE, None, None, "states", "none is given; send one at least"))
        asked: list[Asked] = []
        for said in states:
            asked.append(self.read(said, [one.scenario.name for one in asked]))
        if any(one.stage.key != asked[0].stage.key for one in asked):
            message = "are of different years or variants; compare policies of the same"
            raise DocumentError(Problem(WHERE, None, None, "states", message))
        return asked

    def parts(self, asked: Asked) -> list[Asked]:
        """Each lever of a state by itself, as it stands there."""
        return [self._part(asked, chosen) for chosen in asked.state.policy]

    def stage(self, years: Sequence[int], variants: Mapping[str, str]) -> Stage:
        """The stage of some years and structural choices, made ready if it was not."""
        structure = self.model.structure(variants)
        stage = self._stages.get((tuple(years), structure.label))
        if stage is None:
            stage = Stage(self.model, structure, tuple(years), USUAL, self.comparator, self.seed)
            self._stages.put(stage.key, stage)
        return stage

    def loaded(self, text: str) -> Scenario:
        """The scenario of a file's text.

        Raises
        ------
        DocumentError
            With every problem of it, each at its line.
        """
        if len(text) > LONGEST_FILE:
            message = f"holds {len(text):,} characters; shorten it: the page takes {LONGEST_FILE:,} at most"
            raise DocumentError(Problem(NAME, None, None, "", message))
        scenario = self._loaded.get(text)
        if scenario is None:
            scenario = read_loaded(text, self.vocabulary)
            self._loaded.put(text, scenario)
        return scenario

    def _understood(self, state: State, taken: Sequence[str]) -> Asked:
        years = range(state.years[0], state.years[1] + 1)
        outside = years_outside(years, self.model)
        if outside:
            raise DocumentError([Problem(WHERE, None, None, "years", p.message) for p in outside])
        stage = self.stage(years, state.variants)
        levers = dict(self.levers)
        if state.loaded is not None:
            scenario = self.loaded(state.loaded)
            levers |= levers_of([scenario], {scenario.name: LOADED})
        scenario = compose(state, levers, self.model, [self.comparator.name, *taken])
        self._check([scenario], state.years)
        return Asked(state, stage, levers, scenario)

    def _part(self, asked: Asked, chosen: Chosen) -> Asked:
        state = asked.state.model_copy(update={"policy": (chosen,)})
        # of several levers that are on, one moves at a time
        key = chosen, state.title, state.loaded
        scenario = self._parts.get(key)
        if scenario is None:
            scenario = compose(state, asked.levers, self.model, [self.comparator.name])
            self._parts.put(key, scenario)
        return replace(asked, state=state, scenario=scenario)

    def _check(self, scenarios: Sequence[Scenario], years: tuple[int, int] | None = None) -> None:
        problems = [p for one in scenarios for p in find_problems(one, self.vocabulary, years)]
        if problems:
            raise DocumentError(problems)
