"""A share changed: those who leave (or enter) are chosen by luck among those exposed (or not)."""

from __future__ import annotations

import numpy as np

from scenarios.interventions.builder import Builder, decision_of
from scenarios.schema import Prevalence
from scenarios.schema.paths import is_fixed, path_over_years
from simcore.arms import Step
from simcore.network import Array


def lay_prevalence(builder: Builder, place: int, change: Prevalence) -> None:
    """The step that carries the exposure from here on."""
    if (
        change.multiply is None
        or not is_fixed(change.multiply)
        or len(builder.program.network.levels(change.of)) != 2
    ):
        raise builder.refusal(
            place, change.how, "is not built; write `multiply` and one number, of two levels"
        )
    # a model without years has one factor
    factors = np.array(path_over_years(change.multiply, builder.years or [0], change.years))
    if (factors == 1.0).all():
        return
    aimed = builder.aimed(change)
    strata = tuple(builder.program.network.strata)
    parents = (*strata, *(name for name in aimed if name not in strata))
    stay, enter = _moves(builder, place, change, factors)
    hit = builder.hit(parents, aimed)
    spread = (..., *[None] * (len(parents) - len(strata)))
    stays = np.where(hit, stay[spread], 1.0)
    enters = np.where(hit, enter[spread], 0.0)
    table = np.zeros((max(stays.shape[0], enters.shape[0]), 2, *hit.shape, 2))
    table[:, 1, ..., 1], table[:, 1, ..., 0] = stays, 1.0 - stays
    table[:, 0, ..., 1], table[:, 0, ..., 0] = enters, 1.0 - enters
    name = f"{change.id}:{change.of}"
    levels = builder.program.network.levels(change.of)
    builder.steps.append(
        Step(name, levels, (change.of, *parents), table, decision_of(name), replaces=change.of)
    )


def _moves(builder: Builder, place: int, change: Prevalence, factors: Array) -> tuple[Array, Array]:
    """Probability of staying exposed, and of becoming exposed: ``float64[draws or 1, *strata]``.

    Going up, each stratum has its own chance of entering, so that its share is multiplied by the factor.
    """
    strata = builder.program.network.strata
    shape = [len(levels) for levels in strata.values()]
    by_year = factors.reshape([-1 if dim == "year" else 1 for dim in strata])
    factor = np.broadcast_to(by_year, shape)[None]
    stay = np.minimum(factor, 1.0)
    if (factors <= 1.0).all():
        return stay, np.zeros_like(stay)
    births = builder.shares(builder.aimed(change), change.of)
    total = births.sum(axis=-1)
    exposed = np.where(total > 0, births[..., 1] / np.where(total > 0, total, 1.0), 0.0)
    # strata that are not aimed at cannot be what is wrong
    hit = builder.hit(tuple(strata), builder.aimed(change))
    wanted = np.where(hit, exposed * np.maximum(factor, 1.0), exposed)
    if wanted.max() > 1.0:
        worst = np.unravel_index(int(wanted.argmax()), wanted.shape)[1:]
        cell = ", ".join(f"{dim} {strata[dim][i]}" for dim, i in zip(strata, worst, strict=True))
        message = f"would expose {wanted.max():.0%} in {cell}; a share ends at 100%, multiply by less"
        raise builder.refusal(place, "multiply", message)
    return stay, (wanted - exposed) / np.maximum(1.0 - exposed, 1e-300)
