"""The answer beside its headline, in sections: each a list of figures made from the same draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scenarios.by import deaths_by
from scenarios.chance import chance
from scenarios.choice import choice
from scenarios.cost import cost
from scenarios.drivers import drivers
from scenarios.equity import equity
from scenarios.figures import Figure
from scenarios.life import life
from scenarios.ran import Ran
from scenarios.rates import rates
from scenarios.reach import reach


@dataclass(frozen=True)
class Section:
    """A heading, and what makes its figures."""

    title: str
    make: Callable[[Ran], list[Figure]]


SECTIONS: Mapping[str, Section] = {
    "by": Section("Deaths averted, told apart", deaths_by),
    "equity": Section("Inequality", equity),
    "rates": Section("Mortality", rates),
    "life": Section("Years of life gained", life),
    "reach": Section("Reach", reach),
    "cost": Section("Costs", cost),
    "chance": Section("Chance: what may be counted, and what would be shown", chance),
    "choice": Section("Which scenario is best", choice),
    "drivers": Section("What the answer hangs on", drivers),
}
"""By the name that ``--show`` takes, in the order in which they are printed."""


PARTS = "parts"
PARTS_TITLE = "Whose doing it is, by intervention and along the arrows of the model"
"""The one section that takes runs of its own (:mod:`scenarios.parts`), and is made when it is asked for."""


def figures_by_section(ran: Ran) -> dict[str, list[Figure]]:
    """Every section's figures."""
    return {name: section.make(ran) for name, section in SECTIONS.items()}
