"""What a full answer would have been, had a number that was uncertain in it been known.

A lever averts about in proportion to how far each of its numbers lies from what changes nothing: to its coverage, its
uptake, a ratio less 1. Where one of them is set by hand, draws no longer differ by it. What every draw averted is
then divided by the number it had, and multiplied by the one in the middle: the central draw stays where it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.figures import Array
from scenarios.live.levers import Lever
from scenarios.live.response import Anchor
from scenarios.numbers_of import stated
from scenarios.schema import Scenario
from scenarios.schema.paths import uncertain_parts
from scenarios.uncertain_numbers import scenario_numbers

LEAST_WAY = 0.1
"""A draw whose number lies nearer than this share of the middle one's way to what changes nothing averts next to
nothing, and says nothing of what it would have averted: it gets the mean of the others."""


def as_fixed(anchor: Anchor, lever: Lever, scenario: Scenario) -> Anchor:
    """The anchor of a lever as its file has it, without the spread of those numbers that are known in ``scenario``."""
    draws = anchor.averted.draws
    file = scenario_numbers(_alone(lever), draws)
    now = scenario_numbers(scenario, 1)
    factor, sound = np.ones(draws), np.ones(draws, dtype=bool)
    for number in stated(lever.change):
        name = f"{lever.change.id}/{number.key}"
        if name not in file or name in now or np.isnan(number.nothing):
            continue
        way: Array = file[name] - number.nothing
        middle = uncertain_parts(number.number)[""].central - number.nothing
        near = np.abs(way) < LEAST_WAY * abs(middle)
        sound &= ~near
        factor *= middle / np.where(near, 1.0, way)
    if not sound.any() or (sound.all() and (factor == 1.0).all()):
        return anchor
    return replace(anchor, averted=anchor.averted.times(factor).as_the_others(~sound))


def _alone(lever: Lever) -> Scenario:
    """The lever's file with that intervention only: draws of a number hang on its name alone."""
    return lever.scenario.model_copy(update={"interventions": (lever.change,)})
