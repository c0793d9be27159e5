"""The desk: everything that the page asks of the model, quick answers and full ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from scenarios.compare import DRAWS, VARIANT_DRAWS
from scenarios.compare import answer as full_answer
from scenarios.live.asked import Asked, On, Reader
from scenarios.live.bounded import Bounded
from scenarios.live.compose import document_of
from scenarios.live.estimates import Estimates
from scenarios.live.levers import LOADED, in_order, levers_of
from scenarios.live.quick import quick_summary
from scenarios.live.stage import MOST_STAGES, Key
from scenarios.margins import Margins
from scenarios.precision import FLOOR
from scenarios.question import DEFAULT_BASELINE, DEFAULT_MODEL, Given, Question, usual_years
from scenarios.running import Tick
from scenarios.written import as_yaml
from simcore.draw_source import USUAL
from simcore.results import wording
from simcore.run import BIRTHS, Settings
from simcore.solved import up_to_shipped
from simcore.warm import warm

BLOCK = 5
"""Draws compiled together: few, so that a full answer stands aside for a quick one soon. It moves no number."""


class Desk:
    """A model with its levers, ready to be asked. Threads may share it.

    Parameters
    ----------
    policies
        Files whose interventions are the levers; the shipped ones if not given.
    draws
        Of a full answer; as many as :func:`scenarios.compare.answer` takes, if not given.
    births
        Simulated births of each of them.
    seed
        The same for every answer, so that a number only moves because a lever did.
    threads
        That a full answer may use. Changes no number.

    Raises
    ------
    DocumentError
        If the model or a file cannot be used.

    Examples
    --------
    >>> desk = Desk(policies=["smoking_halved"], draws=4)
    >>> state = {"v": 1, "years": [2025, 2026], "policy": [{"lever": "smoking_halved/fewer_smokers"}]}
    >>> desk.quick(state)["arms"][0]["name"]
    'smoking_halved'
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
        self.reader = Reader(model, baseline, policies, seed)
        self.model = self.reader.model
        self.years = tuple(usual_years(self.model))
        structure = self.model.structure()
        self.draws = up_to_shipped(self.model, structure, DRAWS if draws is None else draws, USUAL)
        self.settings = Settings(seed=seed, births=births, threads=threads, block=BLOCK)
        self.variant_draws = variant_draws
        warm()
        home = self.reader.stage(self.years, {})
        self.estimates = Estimates(self.reader, home, self.draws, self.settings)
        self._errors: Bounded[tuple[Key, frozenset[On]], float] = Bounded(
            MOST_STAGES * max(1, len(self.reader.levers))
        )

    def start(self) -> dict[str, Any]:
        """What a page begins with: years, variants, levers, and how full answers are run."""
        reader, model = self.reader, self.model
        return {
            "model": model.name,
            "version": version("simcore"),
            "words": wording(model),
            "baseline": {"name": reader.comparator.name, "title": reader.comparator.title},
            "years": {
                "first": model.years[0],
                "last": model.years[-1],
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
                for name, variant in model.spec.variants.items()
            ],
            "levers": [lever.as_dict(model) for lever in in_order(reader.levers.values(), model)],
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
        scenario = self.reader.loaded(text)
        levers = levers_of([scenario], {scenario.name: LOADED})
        return {
            "title": scenario.title,
            "levers": [lever.as_dict(self.model) for lever in levers.values()],
        }

    def yaml(self, state: object) -> str:
        """The scenario file of a state, as somebody would write it.

        Raises
        ------
        DocumentError
            If the state cannot be used.
        """
        asked = self.reader.read(state)
        return as_yaml(document_of(asked.state, asked.levers, self.model, [self.reader.comparator.name]))

    def quick(self, state: object) -> dict[str, Any]:
        """The quick answer to a state, of the form of a full one (:mod:`scenarios.live.response` says how it is made).

        Raises
        ------
        DocumentError
            If the state cannot be used.
        """
        asked = self.reader.read(state)
        question = asked.stage.question([asked.scenario])
        margins = self.estimates.of(asked)
        return quick_summary(
            question, margins, self.settings.seed, self._errors.get((asked.stage.key, asked.on))
        )

    def question(self, states: Sequence[object]) -> Question:
        """What several states ask together.

        Raises
        ------
        DocumentError
            If one cannot be used, or none is given, or they cannot be compared.
        """
        asked = self.reader.read_all(states)
        return asked[0].stage.question([one.scenario for one in asked])

    def full(
        self,
        states: Sequence[object],
        tick: Tick = lambda what, done, of: None,
        threads: int | None = None,
    ) -> dict[str, Any]:
        """The full answer to several states, as ``simcore compare`` gives it for their files; it is learned from.

        ``quick`` of it says how far the quick answer to each was off, as a share of the headline.

        Raises
        ------
        DocumentError
            If a state cannot be used.
        """
        asked = self.reader.read_all(states)
        guessed = [self.estimates.of(one).total for one in asked]
        stage = asked[0].stage
        summary = full_answer(
            stage.question([one.scenario for one in asked]),
            # another structure may ship fewer
            up_to_shipped(self.model, stage.structure, self.draws, stage.source),
            self.settings if threads is None else replace(self.settings, threads=threads),
            variant_draws=self.variant_draws,
            tick=tick,
            seen=lambda margins: self.estimates.learn(asked, margins),
        )
        off = [float((deaths[0] - deaths[1]).mean()) for deaths in guessed]
        summary["quick"] = {"errors": self._judge(asked, off, summary)}
        return summary

    def estimate(self, state: object) -> Margins:
        """Deaths of the comparator and of a state over draws, as a quick answer has them."""
        return self.estimates.of(self.reader.read(state))

    def run(self, state: object) -> Margins:
        """The same, every draw run."""
        asked = self.reader.read(state)
        return self.estimates.run(asked.stage, [asked.scenario], self.draws, self.settings)

    def prepare(self, tick: Tick = lambda what, done, of: None, threads: int | None = None) -> None:
        """Answer every lever by itself in full, or read such answers from the user's cache.

        It takes one or two minutes for England, once. Quick answers are rougher until then. ``tick`` is called between
        blocks of draws, and may raise to end it.
        """
        self.estimates.prepare(tick, threads or self.settings.threads)

    def _judge(
        self, asked: Sequence[Asked], guessed: Sequence[float], summary: Mapping[str, Any]
    ) -> dict[str, float]:
        """How far each quick answer was off; one under a thousandth of all deaths is judged as if it were that."""
        least = FLOOR * summary["baseline"]["deaths"]["mean"]
        errors: dict[str, float] = {}
        for one, guess, arm in zip(asked, guessed, summary["arms"], strict=True):
            full = arm["deaths_averted"]["mean"]
            errors[arm["name"]] = abs(guess - full) / max(abs(full), least)
            self._errors.put((one.stage.key, one.on), errors[arm["name"]])
        return errors
