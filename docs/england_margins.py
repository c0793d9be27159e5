"""How common each level of a variable is: as printed, as the model's table has it, as the model returns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from validation_tools import Array, england, rows_of

from simcore.arms import Arm
from simcore.expected import exact_weights
from simcore.model import Model
from simcore.network import push_forward
from simcore.program import compile_natural
from simcore.solved import read_central
from simcore.worlds import World, lay_arm

PUBLISHED = "published_margins.csv"
GROUPS = "observed_groups.csv"


@dataclass(frozen=True)
class Margin:
    """Shares of the levels of one variable among the births of some years, at the central draw.

    Attributes
    ----------
    model : float64[levels]
    table : float64[levels] or None
        None where the table is conditional on another variable, and so is no margin.
    furthest : float64[levels] or None
        Greatest distance between the two in any cell of strata that the table has.
    """

    model: Array
    table: Array | None
    furthest: Array | None


@cache
def margin(name: str, years: tuple[int, ...]) -> Margin:
    """The margin of a variable over some years."""
    model, world = england(), _world(years)
    strata = tuple(world.network.strata)
    births = model.births_in(world.network.strata)
    nodes = world.network.nodes[: world.network.position(name) + 1]
    found = (
        push_forward(exact_weights(world, births), nodes, 0, {*strata, name}).total(*strata, name).values[0]
    )
    shares = found.sum(axis=tuple(range(len(strata)))) / found.sum()
    variable, data = model.spec.variables[name], model.shares[name]
    if any(axis in model.spec.variables for axis in data.axes):
        return Margin(shares, None, None)
    at = 0.5
    if variable.shares.between is not None:
        at = float(read_central(model, model.structure())[variable.shares.between.at][0])
    wanted = _over_strata(model, data.low + at * (data.high - data.low), data.axes, years)
    table = (wanted * births[..., None]).sum(axis=tuple(range(len(strata)))) / births.sum()
    # a margin kept over the reference years together is not kept in each of them
    summed = tuple(i for i, dim in enumerate(strata) if dim not in data.axes)
    cells = found.sum(axis=summed) / births.sum(axis=summed)[..., None]
    kept = (wanted * births[..., None]).sum(axis=summed) / births.sum(axis=summed)[..., None]
    furthest = np.abs(cells - kept).reshape(-1, shares.size).max(axis=0)
    return Margin(shares, table, furthest)


def published(name: str) -> list[dict[str, str]]:
    """Printed shares of a variable's levels, and shares of the births that observed deaths are counted among."""
    levels = england().levels(name)
    found = [row for row in _rows(PUBLISHED) if row["variable"] == name and row["level"] in levels]
    births = [row for row in _rows(GROUPS) if not row["cause"] and not row["within_factor"] and row["births"]]
    for row in births:
        if row["factor"] == name and row["level"] in levels:
            same = [r for r in births if all(r[k] == row[k] for k in ("factor", "geography", "period"))]
            share = float(row["births"]) / sum(float(r["births"]) for r in same)
            found.append({
                "variable": name, "level": row["level"], "population": f"live births, {row['geography']}",
                "period": row["period"], "share": str(share), "source_key": row["source_key"],
            })  # fmt: skip
    return found


@cache
def _rows(name: str) -> Sequence[dict[str, str]]:
    return rows_of(name) if (england().folder / name).is_file() else []


@cache
def _world(years: tuple[int, ...]) -> World:
    structure = england().structure()
    return lay_arm(
        compile_natural(england(), structure, read_central(england(), structure), years), Arm("natural")
    )


def _over_strata(model: Model, shares: Array, axes: Sequence[str], years: Sequence[int]) -> Array:
    """Shares laid over all strata of some years: ``float64[*strata or 1, levels]``."""
    if "year" in axes:
        shares = shares.take([model.years.index(y) for y in years], axis=list(axes).index("year"))
    present = [dim for dim in model.strata if dim in axes]
    order = [list(axes).index(dim) for dim in present]
    shares = shares.transpose(*order, shares.ndim - 1)
    shape = [shares.shape[present.index(dim)] if dim in present else 1 for dim in model.strata]
    return np.broadcast_to(
        shares.reshape(*shape, shares.shape[-1]), (*_sizes(model, years), shares.shape[-1])
    )


def _sizes(model: Model, years: Sequence[int]) -> tuple[int, ...]:
    return tuple(len(years) if dim == "year" else len(levels) for dim, levels in model.strata.items())
