"""How the headline settled as draws were added: its mean and interval over the first few, then over more."""

from __future__ import annotations

from scenarios.figures import Figure
from scenarios.headline import headline
from scenarios.ran import Ran
from scenarios.uncertainty import estimate
from simcore.results import counted, wording

LEAST = 25
"""Draws of which an interval says anything."""


def sizes(draws: int) -> list[int]:
    """Numbers of draws at which one looks, each twice the one before; all of them last.

    >>> sizes(120), sizes(10)
    ([25, 50, 100, 120], [10])
    """
    found, size = [], LEAST
    while size < draws:
        found.append(size)
        size *= 2
    return [*found, draws]


def convergence(ran: Ran) -> list[Figure]:
    """Of every scenario, deaths averted over the first draws; the error is the standard error of that mean."""
    unit, figures = counted(wording(ran.question.model)), []
    for arm, name in enumerate(ran.margins.arms[1:], start=1):
        whole = headline(ran, arm)
        for n in sizes(ran.draws):
            slices = None if whole.slices is None else whole.slices[:n]
            at = estimate(*whole._replace(draws=whole.draws[:n], slices=slices))
            more = {"draws": n, "draw_error": at.draw_error}
            level = f"first {n} draws"
            figures.append(
                Figure(name, "deaths_averted", level, at.mean, unit, at.interval95, at.mc_error, more)
            )
    return figures
