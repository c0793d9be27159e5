"""The section of docs/validation.md on what the model implies of every group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from validation_groups import Asked, count_births, count_each
from validation_tools import Array, central_draws, distinct, england, table

from simcore.model import Structure

MOVED = 0.05  # of a rate: how far a structure must move some level of a variable to be shown


def implied(missed: list[str]) -> Iterator[str]:
    """Rates of groups as the model has them: not effects, but what it says one would see."""
    del missed
    yield "## What it implies, group by group"
    yield ""
    yield "Reference years, central draw. These are crude rates, as one would count them among such babies; they hold"
    yield "everything that goes with belonging to the group, and are no effects. Of other structures only variables"
    yield f"are shown of which some level is {100 * MOVED:.0f}% off the default."
    yield ""
    rows = []
    default = _implied(england().structure())
    for structure in distinct():
        of_this = default if structure.label == "default" else _implied(structure)
        for name, (share, preterm, rate) in of_this.items():
            if structure.label != "default" and _furthest(rate, default[name][2]) < MOVED:
                continue
            for i, level in enumerate(england().levels(name)):
                died = f"{1000 * rate[i]:.2f}" if share[i] > 0 else "nobody"
                early = f"{100 * preterm[i]:.1f}%" if share[i] > 0 else ""
                figures = f"{100 * share[i]:.1f}%", early, died
                rows.append((f"`{structure.label}`", f"{name}: {level}", *figures))
    head = ("structure", "group", "of births", "under 37 weeks", "infant deaths per 1,000")
    yield from table(head, rows)


def _furthest(rates: Array, others: Array) -> float:
    """Greatest relative distance; levels where nobody is are not compared."""
    return float(np.nanmax(np.abs(rates / others - 1)))


def _implied(structure: Structure) -> dict[str, tuple[Array, Array, Array]]:
    """Of every level of every variable the share of births, the share preterm and the rate of infant death."""
    model, years = england(), england().spec.reference_years
    names = list(model.spec.variables)
    alone: dict[str, Asked] = {name: ((name,), years) for name in names}
    by_weeks: dict[str, Asked] = {name: ((name, "gestation"), years) for name in names if name != "gestation"}
    central = central_draws(structure)
    groups = count_each(model, structure, central, alone.values())
    weeks = count_births(model, structure, central, by_weeks.values())
    found = {}
    for name in names:
        births = groups[alone[name]].births[0]
        deaths = groups[alone[name]].deaths[0].sum(axis=(-1, -2))
        if name == "gestation":
            term = births * (np.arange(births.size) == births.size - 1)
        else:
            term = weeks[by_weeks[name]][0][:, -1]
        with np.errstate(invalid="ignore"):
            found[name] = births / births.sum(), 1 - term / births, deaths / births
    return found
