"""Whose doing it is: deaths averted by a scenario, parted among its interventions."""

from __future__ import annotations

from collections.abc import Collection

from scenarios.interventions import arms_of
from scenarios.question import Question
from scenarios.running import Tick
from scenarios.schema import Scenario
from scenarios.shapley import Game
from scenarios.worths import Parts, margins_of
from simcore.problems import DocumentError
from simcore.program import compile_natural
from simcore.run import Settings
from simcore.solved import read_central
from simcore.worlds import lay_arm


def players_of(scenario: Scenario, comparator: Scenario) -> tuple[str, ...]:
    """Interventions by which a scenario differs from its comparator, by id: its own, and those it goes without."""
    own, others = ({i.id: i for i in each.interventions} for each in (scenario, comparator))
    return tuple(sorted(name for name in own.keys() | others.keys() if own.get(name) != others.get(name)))


def with_some(scenario: Scenario, comparator: Scenario, joined: Collection[str]) -> Scenario:
    """The comparator with some of the differences made: ids that ``joined`` names are as the scenario has them."""
    differ = set(players_of(scenario, comparator))
    kept = [i for i in scenario.interventions if i.id not in differ or i.id in joined]
    before = [i for i in comparator.interventions if i.id in differ and i.id not in joined]
    name = f"{scenario.name}, of its interventions: {', '.join(sorted(joined)) or 'none'}"
    return scenario.model_copy(update={"name": name, "interventions": (*kept, *before)})


def by_intervention(
    question: Question, scenario: Scenario, draws: int, settings: Settings, tick: Tick
) -> Parts:
    """The Shapley value of each intervention: what it averts, averaged over all orders of putting them in place.

    Raises
    ------
    DocumentError
        If a part of the interventions cannot be run without the others.
    """
    comparator = question.scenarios[0]
    players = players_of(scenario, comparator)
    game = Game(len(players))
    subs = [
        with_some(scenario, comparator, {players[place] for place in coalition})
        for coalition in game.coalitions
    ]
    _try(question, scenario, subs)
    what = f"parts of {scenario.name}"
    make = arms_of([comparator, *subs])
    margins = margins_of(question, make, 1 + len(subs), draws, settings, tick, what)
    return Parts.of(game, [_called(player, scenario) for player in players], margins)


def _called(player: str, scenario: Scenario) -> str:
    """An intervention of the comparator's that the scenario goes without has a part in it too."""
    own = {i.id for i in scenario.interventions}
    return player if player in own else f"without {player}"


def _try(question: Question, scenario: Scenario, subs: Collection[Scenario]) -> None:
    """Lay every sub-scenario for the central draw, so that what cannot be run is refused before anything is."""
    middle = read_central(question.model, question.structure, question.source)
    program = compile_natural(question.model, question.structure, middle, question.years)
    for sub in subs:
        try:
            lay_arm(program, *arms_of([sub])(program, middle))
        except DocumentError as error:
            some = ", ".join(i.id for i in sub.interventions)
            why = "; ".join(problem.message for problem in error.problems)
            message = f"cannot be parted among its interventions: with {some} alone it {why}"
            raise DocumentError(scenario.problem(("interventions",), message)) from None
