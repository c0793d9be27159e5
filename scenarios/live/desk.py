"""The desk: everything that the page asks of the model, quick answers and full ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from scenarios.check import find_problems, vocabulary_of
from scenarios.compare import DRAWS, VARIANT_DRAWS
from scenarios.compare import answer as full_answer
from scenarios.live.anchors import MOST_STAGES, Anchors
from scenarios.live.averted import Deaths, margins_of
from scenarios.live.bounded import Bounded
from scenarios.live.compose import as_yaml, compose, document_of
from scenarios.live.kept import kept_in, read_kept, write_kept
from scenarios.live.levers import LOADED, Lever, levers_of
from scenarios.live.loading import read_loaded
from scenarios.live.moving import is_moved_effect
from scenarios.live.quick import quick_summary
from scenarios.live.response import Anchor, spread
from scenarios.live.stage import Key, Stage
from scenarios.live.state import WHERE, State, read_state
from scenarios.margins import Margins
from scenarios.precision import FLOOR
from scenarios.question import DEFAULT_BASELINE, DEFAULT_MODEL, Given, Question, usual_years, years_outside
from scenarios.read import library, read_scenario, read_scenarios
from scenarios.recorded import record_of
from scenarios.running import Tick, blocks_of
from scenarios.schema import Scenario
from simcore.draw_source import USUAL
from simcore.load import load_model
from simcore.problems import DocumentError, Problem
from simcore.results import wording
from simcore.run import BIRTHS, Settings
from simcore.solved import up_to_shipped
from simcore.store import fingerprint
from simcore.warm import warm

AT_ONCE = 4
"""Levers that are run together while the desk is prepared."""
ROUGH_DRAWS, ROUGH_BIRTHS = 20, 1_000
"""Draws that say how far draws lie apart where no full answer does."""
PREPARING = "quick answers"


@dataclass(frozen=True)
class _Asked:
    """A state that was checked, with all that it means here."""

    state: State
    stage: Stage
    levers: Mapping[str, Lever]
    scenario: Scenario

    @property
    def on(self) -> frozenset[str]:
        """Which levers are on, those of a loaded file told apart by their text."""
        loaded = hash(self.state.loaded)
        return frozenset(
            f"{chosen.lever}#{loaded}" if chosen.lever.startswith(f"{LOADED}/") else chosen.lever
            for chosen in self.state.policy
        )


class Desk:
    """A model with its levers, ready to be asked. Threads may share it.

    Parameters
    ----------
    draws
        Of a full answer; as many as :func:`scenarios.compare.answer` takes, if not given.
    births
        Simulated births of each of them.
    seed
        The same for every answer, so that a number only moves because a lever did.
    policies
        Files whose interventions are the levers; the shipped ones if not given.
    threads
        That a full answer may use. Changes no number.

    Raises
    ------
    DocumentError
        If the model or a file cannot be used.
    """

    def __init__(
        self,
        model: Given = DEFAULT_MODEL,
        *,
        baseline: Given = DEFAULT_BASELINE,
        policies: Sequence[Given] | None = None,
        draws: int | None = None,
        births: int = BIRTHS,
        variant_draws: int = VARIANT_DRAWS,
        seed: int = 1,
        threads: int = 1,
    ) -> None:
        self.model = load_model(model)
        self.comparator = read_scenario(baseline)
        self.vocabulary = vocabulary_of(self.model)
        self._check(self.comparator)
        scenarios = read_scenarios(library() if policies is None else policies)
        self.policies = tuple(s for s in scenarios if s.model == self.model.name)
        for scenario in self.policies:
            self._check(scenario)
        self.levers = levers_of(self.policies)
        self.years = tuple(usual_years(self.model))
        structure = self.model.structure()
        self.draws = up_to_shipped(self.model, structure, DRAWS if draws is None else draws, USUAL)
        self.settings = Settings(seed=seed, births=births, threads=threads)
        self.variant_draws = variant_draws
        self._stages: Bounded[Key, Stage] = Bounded(MOST_STAGES)
        self._loaded: Bounded[str, Scenario] = Bounded(MOST_STAGES)
        self._errors: Bounded[frozenset[str], float] = Bounded(MOST_STAGES * len(self.levers))
        warm()
        self.home = self._stage_of(self.years, {})
        self.anchors = Anchors(self.home.key, self.home.before)

    # what can be asked

    def start(self) -> dict[str, Any]:
        """What a page begins with: years, variants, levers, and how full answers are run."""
        spec = self.model.spec
        return {
            "model": self.model.name,
            "version": version("simcore"),
            "words": wording(self.model),
            "baseline": {"name": self.comparator.name, "title": self.comparator.title},
            "years": {
                "first": self.model.years[0],
                "last": self.model.years[-1],
                "chosen": [self.years[0], self.years[-1]],
            },
            "variants": [
                {
                    "name": name,
                    "title": variant.meaning,
                    "chosen": variant.default,
                    "options": [
                        {"name": option, "title": said.meaning} for option, said in variant.options.items()
                    ],
                }
                for name, variant in spec.variants.items()
            ],
            "levers": [lever.as_dict(self.model) for lever in self.levers.values()],
            "draws": self.draws,
            "births": self.settings.births,
            "seed": self.settings.seed,
        }

    def load(self, text: str) -> dict[str, Any]:
        """The levers of a file's text.

        Raises
        ------
        DocumentError
            With every problem of it, each at its line.
        """
        scenario = self._read_loaded(text)
        levers = levers_of([scenario], {scenario.name: LOADED})
        return {
            "title": scenario.title,
            "levers": [lever.as_dict(self.model) for lever in levers.values()],
        }

    def yaml(self, said: object) -> str:
        """The scenario file of a state, as somebody would write it.

        Raises
        ------
        DocumentError
            If the state cannot be used.
        """
        asked = self._ask(said)
        return as_yaml(document_of(asked.state, asked.levers, self.model))

    def question(self, states: Sequence[object]) -> Question:
        """What several states ask together: they share years and structure, those of the first.

        Raises
        ------
        DocumentError
            If a state cannot be used, or none is given, or they are of different years or structures.
        """
        return self._question(self._together(states))

    # answers

    def quick(self, said: object) -> dict[str, Any]:
        """The quick answer to a state, of the form of a full one (:mod:`scenarios.live.response` says how it is made).

        Raises
        ------
        DocumentError
            If the state cannot be used.
        """
        asked = self._ask(said)
        margins = self._estimate(asked)
        error = self._errors.get(asked.on)
        notes = []
        if any(is_moved_effect(asked.levers[chosen.lever], chosen.set) for chosen in asked.state.policy):
            notes.append("An effect was set by hand: this is a what-if.")
        question = asked.stage.question([asked.scenario])
        return quick_summary(question, margins, self.settings.seed, error, notes)

    def full(self, states: Sequence[object], tick: Tick = lambda what, done, of: None) -> dict[str, Any]:
        """The full answer to several states, as ``simcore compare`` gives it for their files; it is learned from.

        ``quick`` of it says how far the quick answer to each was off, as a share of the headline.

        Raises
        ------
        DocumentError
            If a state cannot be used.
        """
        asked = self._together(states)
        quick = [float((lambda m: m.total[0] - m.total[1])(self._estimate(one)).mean()) for one in asked]
        question = self._question(asked)
        summary = full_answer(
            question, self.draws, self.settings, variant_draws=self.variant_draws, tick=tick,
            seen=lambda margins: self._learn(asked, margins),
        )  # fmt: skip
        summary["quick"] = {"errors": self._judge(asked, quick, summary)}
        return summary

    def prepare(self, tick: Tick = lambda what, done, of: None) -> None:
        """Answer every lever by itself in full, or read such answers from the user's cache.

        It takes about a minute for England once. Quick answers are rougher until then.
        """
        policies = [self._ask(self._alone(name)) for name in self.levers]
        question = self.home.question([asked.scenario for asked in policies])
        digest = fingerprint(record_of(question, self.draws, self.settings))
        kept = read_kept(kept_in(digest)) or {}
        names = list(self.levers)
        if set(kept) != {"", *names}:
            kept = {}
            for first in range(0, len(policies), AT_ONCE):
                tick(PREPARING, first, len(policies))
                some = policies[first : first + AT_ONCE]
                margins = self._run(self.home, [asked.scenario for asked in some], self.draws, self.settings)
                kept[""] = Deaths.of(margins, 0)
                for arm, name in enumerate(names[first : first + AT_ONCE], start=1):
                    kept[name] = kept[""] - Deaths.of(margins, arm)
            write_kept(kept_in(digest), kept)
        self.anchors.home_before = kept[""]
        for asked, name in zip(policies, names, strict=True):
            self.anchors.prepared[frozenset({name})] = Anchor(self._central(asked)[0], kept[name])
        tick(PREPARING, len(policies), len(policies))

    # how

    def _estimate(self, asked: _Asked) -> Margins:
        """Margins of the comparator and of what is asked, over draws that were not run."""
        stage = asked.stage
        central, like = self._central(asked)
        before = self.anchors.deaths(stage.key, stage.before)
        whole = self.anchors.of(stage.key, asked.on)
        alone: list[tuple[Deaths, Anchor | None]] = [(central, whole)]
        if whole is None and len(asked.state.policy) > 1:
            alone = [
                (self._central(part)[0], self.anchors.of(stage.key, part.on)) for part in self._parts(asked)
            ]
        averted = spread(central, alone, stage.before.mean)
        if averted is None:
            rough = self.anchors.rough.get((stage.key, asked.on)) or self._rough(asked)
            averted = spread(central, [(central, rough)], stage.before.mean) or central
        if averted.draws > 1 and averted.draws < before.draws:
            before = before.first(averted.draws)
        return margins_of((self.comparator.name, asked.scenario.name), (before, before - averted), like)

    def _central(self, asked: _Asked) -> tuple[Deaths, Margins]:
        """What is averted in the central draw, and its margins."""
        margins = asked.stage.margins(asked.scenario)
        return asked.stage.before - Deaths.of(margins, 0), margins

    def _parts(self, asked: _Asked) -> list[_Asked]:
        """Each lever of a state by itself, as it stands there."""
        states = [asked.state.model_copy(update={"policy": (chosen,)}) for chosen in asked.state.policy]
        return [self._understood(state) for state in states]

    def _rough(self, asked: _Asked) -> Anchor:
        """How draws lie apart, from a few of them."""
        settings = Settings(seed=self.settings.seed, births=ROUGH_BIRTHS, people=False)
        draws = min(ROUGH_DRAWS, self.draws)
        margins = self._run(asked.stage, [asked.scenario], draws, settings)
        averted = Deaths.of(margins, 0) - Deaths.of(margins, 1)
        anchor = Anchor(averted.average(), averted, elsewhere=True)
        self.anchors.rough.put((asked.stage.key, asked.on), anchor)
        return anchor

    def _run(self, stage: Stage, scenarios: Sequence[Scenario], draws: int, settings: Settings) -> Margins:
        question = stage.question(scenarios)
        blocks = blocks_of(question, stage.structure, range(draws), settings)
        return Margins.join([Margins.of(self.model, block) for _, block in blocks])

    def _learn(self, asked: Sequence[_Asked], margins: Margins) -> None:
        before = Deaths.of(margins, 0)
        for arm, one in enumerate(asked, start=1):
            self.anchors.before.put(one.stage.key, before)
            anchor = Anchor(self._central(one)[0], before - Deaths.of(margins, arm))
            self.anchors.learned.put((one.stage.key, one.on), anchor)

    def _judge(
        self, asked: Sequence[_Asked], quick: Sequence[float], summary: Mapping[str, Any]
    ) -> dict[str, float]:
        """How far each quick answer was off; one under a thousandth of all deaths is judged as if it were that."""
        least = FLOOR * summary["baseline"]["deaths"]["mean"]
        errors = {}
        for one, guessed, arm in zip(asked, quick, summary["arms"], strict=True):
            full = arm["deaths_averted"]["mean"]
            errors[arm["name"]] = abs(guessed - full) / max(abs(full), least)
            self._errors.put(one.on, errors[arm["name"]])
        return errors

    # what is asked

    def _alone(self, lever: str) -> dict[str, Any]:
        return {"v": 1, "years": [self.years[0], self.years[-1]], "policy": [{"lever": lever}]}

    def _together(self, states: Sequence[object]) -> list[_Asked]:
        if not states:
            raise DocumentError(Problem(WHERE, None, None, "states", "none is given; send one at least"))
        asked: list[_Asked] = []
        for said in states:
            asked.append(self._ask(said, [one.scenario.name for one in asked]))
        if any(one.stage.key != asked[0].stage.key for one in asked):
            message = "are of different years or variants; compare policies of the same"
            raise DocumentError(Problem(WHERE, None, None, "states", message))
        return asked

    def _question(self, asked: Sequence[_Asked]) -> Question:
        return asked[0].stage.question([one.scenario for one in asked])

    def _ask(self, said: object, taken: Sequence[str] = ()) -> _Asked:
        return self._understood(read_state(said), taken)

    def _understood(self, state: State, taken: Sequence[str] = ()) -> _Asked:
        first, last = state.years
        outside = years_outside(range(first, last + 1), self.model)
        if outside:
            raise DocumentError([Problem(WHERE, None, None, "years", p.message) for p in outside])
        stage = self._stage_of(tuple(range(first, last + 1)), state.variants)
        levers = dict(self.levers)
        if state.loaded is not None:
            scenario = self._read_loaded(state.loaded)
            levers |= levers_of([scenario], {scenario.name: LOADED})
        scenario = compose(state, levers, self.model, [self.comparator.name, *taken])
        self._check(scenario, state.years)
        return _Asked(state, stage, levers, scenario)

    def _check(self, scenario: Scenario, years: tuple[int, int] | None = None) -> None:
        problems = list(find_problems(scenario, self.vocabulary, years))
        if problems:
            raise DocumentError(problems)

    def _stage_of(self, years: tuple[int, ...], variants: Mapping[str, str]) -> Stage:
        structure = self.model.structure(variants)
        key = (years, structure.label)
        stage = self._stages.get(key)
        if stage is None:
            stage = Stage(self.model, structure, years, USUAL, self.comparator, self.settings.seed)
            self._stages.put(key, stage)
        return stage

    def _read_loaded(self, text: str) -> Scenario:
        scenario = self._loaded.get(text)
        if scenario is None:
            scenario = read_loaded(text, self.vocabulary)
            self._loaded.put(text, scenario)
        return scenario
