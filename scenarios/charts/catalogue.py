"""Every picture of an answer, in the order of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scenarios.charts.chart import Chart
from scenarios.charts.comparison import comparison
from scenarios.charts.labels import NO_LABELS, Labels
from scenarios.charts.levels import by_age, by_cause, by_decile, over_time
from scenarios.charts.looked_at import LookedAt, look_at

ROOMS: tuple[Callable[[LookedAt], list[Chart]], ...] = (
    comparison,
    by_decile,
    by_cause,
    by_age,
    over_time,
)


def charts_of(
    summary: Mapping[str, Any], focus: Sequence[str] | None = None, labels: Labels = NO_LABELS
) -> list[Chart]:
    """The pictures of an answer; one whose figures the answer lacks is left out.

    Parameters
    ----------
    summary
        The answer, as ``compare --json`` prints it; of an answer in haste some sections may be lacking.
    focus
        Scenarios to be told apart by level, six at most. If None: all where there are so few, else the six that
        avert most and are no bounds.
    labels
        What causes, ages and numbers are called: :func:`scenarios.charts.labels.labels_of` of the model.

    Raises
    ------
    DocumentError
        If ``focus`` names what is not in the answer, or more than six.
    NoCharts
        If the extra `charts` is not installed.
    """
    seen = look_at(summary, focus, labels)
    return [chart for room in ROOMS for chart in room(seen)]
