"""Parts of the deaths averted, as figures: by intervention, and along the arrows of the model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.chain import along_chain
from scenarios.decompose import by_intervention, players_of
from scenarios.figures import Figure, figure_of, is_small
from scenarios.question import Question
from scenarios.running import Tick
from scenarios.uncertainty import estimate
from scenarios.worths import Parts
from simcore.dims import CAUSE
from simcore.results import strata_of
from simcore.run import Settings
from simcore.solved import up_to_shipped

PART_DRAWS = 50
"""Draws where no number is asked for."""
TOTAL = "deaths_averted_in_parts"
BY_INTERVENTION = "part_by_intervention"
ALONG_CHAIN = "part_along_chain"
MEANINGS = {
    TOTAL: "deaths averted over the draws that were parted; the headline is of more draws",
    BY_INTERVENTION: "what an intervention averts, averaged over all orders of putting them in place",
    ALONG_CHAIN: "what comes along an arrow of the model, arrows switched on in all orders and averaged: a "
    "property of the model",
}


def parts_of(
    question: Question,
    settings: Settings,
    draws: int = PART_DRAWS,
    tick: Tick = lambda what, done, of: None,
) -> list[Figure]:
    """Every scenario's parts: by intervention where it has more than one, and along the chain.

    Parameters
    ----------
    draws
        At most as many as ship with the structure.

    Raises
    ------
    DocumentError
        If a part of the interventions cannot be run without the others.
    """
    draws = up_to_shipped(question.model, question.structure, draws, question.source)
    figures: list[Figure] = []
    for scenario in question.scenarios[1:]:
        if len(players_of(scenario, question.scenarios[0])) > 1:
            parts = by_intervention(question, scenario, draws, settings, tick)
            figures += _figures(question, scenario.name, BY_INTERVENTION, parts)
            dims = [dim for dim in parts.by if dim != "age_band"]
            figures += [
                f for dim in dims for f in _split(question, scenario.name, BY_INTERVENTION, parts, dim)
            ]
        parts = along_chain(question, scenario, draws, settings, tick)
        figures += _figures(question, scenario.name, ALONG_CHAIN, parts)
        figures += _split(question, scenario.name, ALONG_CHAIN, parts, CAUSE)
    return figures


def _figures(question: Question, name: str, measure: str, parts: Parts) -> Iterator[Figure]:
    """The total over these draws, then every part of it."""
    drawn = parts.slices.shape[-1] > 0
    at = estimate(parts.total, parts.slices.sum(axis=0) if drawn else None)
    whole = at.mean
    more = {"of": measure, "draws": parts.total.size, "orders": "all" if parts.exact else "sampled"}
    yield Figure(name, TOTAL, "all", at.mean, "deaths", at.interval95, at.mc_error, more)
    for place, player in enumerate(parts.players):
        at = estimate(parts.part[place], parts.slices[place] if drawn else None)
        own = {
            "share_of_total": at.mean / whole if whole else None,
            "order_error": float(parts.order_error[place]),
        }
        if measure == BY_INTERVENTION:
            own["alone"], own["last"] = float(parts.alone[place].mean()), float(parts.last[place].mean())
        yield Figure(name, measure, player, at.mean, "deaths", at.interval95, at.mc_error, own)


def _split(question: Question, name: str, measure: str, parts: Parts, dim: str) -> Iterator[Figure]:
    """Every part by one dimension: of an arrow, what it does to each cause."""
    model = question.model
    levels = list(model.spec.deaths.causes) if dim == CAUSE else strata_of(model, question.years)[dim]
    for place, player in enumerate(parts.players):
        if not parts.part[place].any():
            continue
        for at, level in enumerate(levels):
            draws = parts.by[dim][place, :, at]
            label = f"{player} -> {level}" if measure == ALONG_CHAIN else f"{player}, {dim} {level}"
            more = {"part": player, "dimension": dim, "of_level": level, **is_small(float(np.mean(draws)))}
            yield figure_of(name, measure, label, draws, "deaths", **more)
