"""Every picture of an answer, in the order of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scenarios.charts.chart import Chart
from scenarios.charts.comparison import comparison
from scenarios.charts.cost import cost
from scenarios.charts.drivers import drivers
from scenarios.charts.gradient import rates_by_decile
from scenarios.charts.levels import by_age, by_cause, by_decile, over_time
from scenarios.charts.looked_at import LookedAt, look_at
from scenarios.charts.reach import reach
from scenarios.charts.structures import structures
from scenarios.words.names import NO_MEANINGS, Meanings

ROOMS: tuple[Callable[[LookedAt], list[Chart]], ...] = (
    comparison,
    by_decile,
    rates_by_decile,
    by_cause,
    by_age,
    over_time,
    reach,
    cost,
    drivers,
    structures,
)


def charts_of(
    summary: Mapping[str, Any],
    focus: Sequence[str] | None = None,
    meanings: Meanings = NO_MEANINGS,
    *,
    wide: bool = False,
) -> list[Chart]:
    """The pictures of an answer; one whose figures the answer lacks is left out.

    Parameters
    ----------
    summary
        The answer, as ``compare --json`` prints it; of an answer in haste some sections may be lacking.
    focus
        Scenarios to be told apart by level, six at most. If None: all where there are so few, else the six
        policies that avert most; what-ifs are none, and are taken only where there is nothing else.
    meanings
        What causes, numbers and structures are called: ``Meanings.of`` the model, where it is at hand.
    wide
        Whether they are for files (:func:`scenarios.charts.files.write_pictures`): words then stand at the left of
        marks, so that a picture fits a slide; else above them, so that it fits a phone.

    Raises
    ------
    DocumentError
        If ``focus`` names what is not in the answer, or more than six.
    """
    seen = look_at(summary, focus, meanings, wide)
    return [chart for room in ROOMS for chart in room(seen)]
