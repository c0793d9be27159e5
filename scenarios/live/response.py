"""How draws respond: what a full answer found, carried over to a policy that stands a little differently.

A quick answer runs the *central* draw alone. How far draws lie from it is taken from full answers of the same levers,
its *anchors*: with ``c`` what the central draw averts and ``a`` what every draw does,

    averted(policy) = c(policy) + c(policy) / c(anchor) x (a(anchor) - c(anchor))

in every margin alike. An unmoved policy whose full answer is known so comes out as that very answer. Levers that are on
together, and were never answered together, have the deviations of each by itself added up, times what being together
leaves of their sum in the central draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.figures import Array
from scenarios.live.averted import TOTAL, Deaths

LEAST = 1e-9
"""Share of all deaths below which what the central draw averts says nothing of how draws respond."""
FURTHEST = 50.0
"""How many times an anchor's a policy may avert before its draws are no guide to it."""


@dataclass(frozen=True)
class Anchor:
    """A full answer: what the central draw averts in it, and what every draw does.

    Attributes
    ----------
    elsewhere
        That it was found for other years, another way up, another structure or other births. In each level of ``axis``
        draws then lie as far from the central one, as a share of it.
    axis
        The dimension of the strata, counted from 0, in each level of which draws lie apart otherwise; None where
        that is not known well enough.
    """

    central: Deaths
    averted: Deaths
    elsewhere: bool = False
    axis: int | None = None

    def guides(self, central: Deaths, all_deaths: float) -> bool:
        """Whether it says how draws respond where the central one averts so much."""
        acts = abs(self.central.mean) > LEAST * all_deaths
        return acts and abs(central.mean) <= FURTHEST * abs(self.central.mean)

    def deviations(self, central: Deaths, all_deaths: float) -> Deaths | None:
        """How far draws lie from the central one where it averts so much; None where that is not known."""
        if not self.guides(central, all_deaths):
            return None
        if not self.elsewhere:
            return (self.averted - self.central).times(central.mean / self.central.mean)
        return central.apart_by(self._relative(all_deaths), self.axis or 0)

    def _relative(self, all_deaths: float) -> Array:
        """What each draw averts over what the central one does, less 1: ``float64[draws, levels or 1]``."""
        whole: Array = self.averted.parts[TOTAL][:, None] / self.central.mean
        if self.axis is None:
            return whole - 1.0
        central, averted = self.central.by_level(self.axis), self.averted.by_level(self.axis)
        acts = np.abs(central) > LEAST * all_deaths
        found: Array = np.where(acts, averted / np.where(acts, central, 1.0), whole) - 1.0
        return found


def spread(
    central: Deaths, alone: Sequence[tuple[Deaths, Anchor | None]], all_deaths: float
) -> Deaths | None:
    """What a policy averts in every draw.

    Parameters
    ----------
    central
        What the central draw averts by it.
    alone
        Of each of its parts, what the central draw averts by that alone, and its anchor if there is one. The whole
        policy may be its own and only part.
    all_deaths
        Deaths under the comparator, in the central draw.

    Returns
    -------
    Deaths or None
        None where some part acts and has no anchor that says how draws respond.
    """
    acting = [(c, anchor) for c, anchor in alone if abs(c.mean) > LEAST * all_deaths]
    if not acting:
        return central
    # some may avert what others add: what being together changes is a share of all that is moved either way
    left = 1.0 + (central.mean - sum(c.mean for c, _ in acting)) / sum(abs(c.mean) for c, _ in acting)
    whole = central
    for c, anchor in acting:
        deviations = None if anchor is None else anchor.deviations(c, all_deaths)
        if deviations is None:
            return None
        whole = whole + deviations.times(left)
    return whole
