"""Parts of the deaths averted, as figures: by intervention, and along the arrows of the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scenarios.chain import along_chain
from scenarios.decompose import by_intervention, players_of
from scenarios.figures import ALL, Array, Figure, figure_of, is_small
from scenarios.question import Question
from scenarios.running import Tick, settled
from scenarios.uncertainty import estimate
from scenarios.worths import Parts
from simcore.dims import CAUSE
from simcore.results import strata_of
from simcore.run import Settings
from simcore.solved import up_to_shipped

PART_DRAWS = 50
"""Draws where no number is asked for."""
MOST_BIRTHS = 20_000
"""Births of each draw: arms are many, and share their luck, so that parts need fewer than a headline."""


@dataclass(frozen=True)
class Kind:
    """One way of parting, in the words of its measures."""

    measure: str
    """Of each part in deaths; those that belong to it have it in their name."""
    dims: tuple[str, ...]
    """By what each part is told apart: causes, and dimensions of births."""
    orders: bool
    """Whether its first and last place are told too."""


def parts_of(
    question: Question,
    settings: Settings,
    draws: int = PART_DRAWS,
    tick: Tick = lambda what, done, of: None,
) -> list[Figure]:
    """Every scenario's parts: by intervention where it has more than one, and along the chain.

    Each kind begins with the total over the draws that were parted: the headline is of other, more draws. Then, for
    each intervention or arrow, ``part_...`` (in all orders, averaged), ``share_...`` of that total, and for
    interventions what it averts ``..._alone`` and as the ``..._last``; and each part by cause, for interventions by
    stratum too.

    Parameters
    ----------
    draws
        At most as many as ship with the structure. Each has :data:`MOST_BIRTHS` births, or those of the settings if
        they are fewer.

    Raises
    ------
    DocumentError
        If a part of the interventions cannot be run without the others.
    """
    draws = up_to_shipped(question.model, question.structure, draws, question.source)
    interventions = Kind("by_intervention", (CAUSE, *question.model.strata), True)
    chain = Kind("along_chain", (CAUSE,), False)
    settings = replace(settings, births=min(settings.births, MOST_BIRTHS))
    plain = settled(question)
    figures: list[Figure] = []
    for place, scenario in enumerate(question.scenarios[1:], start=1):
        known = plain[0] and plain[place]
        if len(players_of(scenario, question.scenarios[0])) > 1:
            parts = by_intervention(question, scenario, draws, settings, tick)
            figures += _figures(question, scenario.name, interventions, parts, known)
        parts = along_chain(question, scenario, draws, settings, tick)
        figures += _figures(question, scenario.name, chain, parts, known)
    return figures


def _figures(question: Question, name: str, kind: Kind, parts: Parts, known: bool) -> Iterator[Figure]:
    """Every figure of one kind; ``known`` says that no parameter moves any of them."""
    drawn = parts.slices.shape[-1] > 0
    whole = estimate(parts.total, parts.slices.sum(axis=0) if drawn else None, known)
    about = {"draws": parts.total.size, "orders": "all" if parts.exact else "sampled"}
    measure = f"whole_{kind.measure}"
    yield Figure(name, measure, ALL, whole.mean, "deaths", whole.interval95, whole.mc_error, about)
    for place, player in enumerate(parts.players):
        at = estimate(parts.part[place], parts.slices[place] if drawn else None, known)
        error = {} if parts.exact else {"order_error": float(parts.order_error[place])}
        measure = f"part_{kind.measure}"
        yield Figure(name, measure, player, at.mean, "deaths", at.interval95, at.mc_error, error)
        share = 100 * at.mean / whole.mean if whole.mean else None
        yield Figure(name, f"share_{kind.measure}", player, share, "%")
        if kind.orders:
            yield figure_of(name, f"{kind.measure}_alone", player, parts.alone[place], "deaths")
            yield figure_of(name, f"{kind.measure}_last", player, parts.last[place], "deaths")
        for dim in kind.dims if parts.part[place].any() else ():
            yield from _split(question, name, kind, player, dim, parts.by[dim][place])


def _split(question: Question, name: str, kind: Kind, player: str, dim: str, part: Array) -> Iterator[Figure]:
    """A part by one dimension, ``float64[draws, levels]``: of an arrow, what it does to each cause."""
    model = question.model
    levels = tuple(model.spec.deaths.causes) if dim == CAUSE else strata_of(model, question.years)[dim]
    for draws, level in zip(part.T, levels, strict=True):
        label = f"{player} -> {level}" if dim == CAUSE else f"{player}, {dim} {level}"
        more = {"part": player, "dimension": dim, "of_level": level, **is_small(float(draws.mean()))}
        yield figure_of(name, f"part_{kind.measure}", label, draws, "deaths", **more)
