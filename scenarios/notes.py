"""What a scenario's words do that its writer may not expect: told beside the answer, never refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from scenarios.schema import Scenario, Support
from scenarios.schema.paths import bounds_of
from simcore.problems import Loc

if TYPE_CHECKING:
    from simcore.model import Model
    from simcore.problems import Problem


def find_notes(scenario: Scenario, model: Model, *, only_if_met: bool = False) -> Iterator[Problem]:
    """Notes on a scenario that was checked against the model, each with its address.

    ``only_if_met`` leaves out a note about people whom the offer cannot meet: in England nobody who smokes at
    booking stands at `none`, so that nobody is passed over there.
    """
    for i, change in enumerate(scenario.interventions):
        if not isinstance(change, Support) or change.effect.by != "multiplies":
            continue
        outcome = change.effect.outcome
        levels = model.levels(outcome.variable)
        place = levels.index(outcome.level)
        before, after = levels[:place], levels[place + 1 :]
        if not before or (only_if_met and not _holds_any(model, change, before)):
            continue
        at: Loc = ("interventions", i, "effect", "multiplies", "level")
        yield scenario.problem(at, f"note: {_who_moves(change, before, after)}")


def _who_moves(change: Support, before: Sequence[str], after: Sequence[str]) -> str:
    """From which levels people come, to which they go, and which are left alone."""
    target = change.effect.outcome.level
    low, high = bounds_of(change.effect.value)
    ways = []
    if high > 1:
        ways.append(f"people come to `{target}` from {_and(after)}, and nobody comes from {_or(before)}")
    if low < 1:
        ways.append(
            f"a value under 1 sends people from `{target}` to {_and(after)}, and nobody to {_or(before)}"
        )
    why = f"{'stands' if len(before) == 1 else 'stand'} before it in `levels`"
    return (
        f"{'; '.join(ways)}; {_and(before)} {why}"
        if ways
        else f"a value of 1 moves nobody; {_and(before)} {why}"
    )


def _holds_any(model: Model, change: Support, levels: Sequence[str]) -> bool:
    """Whether anybody who is offered something may have one of these levels, by the shares of its table."""
    variable = change.effect.outcome.variable
    table = model.shares[variable]
    aimed: Mapping[str, Sequence[str]] = {**change.where, **change.offer_to}
    rows = [
        [i for i, level in enumerate(model.levels(axis)) if level in aimed.get(axis, (level,))]
        for axis in table.axes
    ]
    columns = [model.levels(variable).index(level) for level in levels]
    return any(bool(shares[np.ix_(*rows, columns)].any()) for shares in (table.low, table.high))


def _and(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _or(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
