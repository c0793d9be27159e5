"""How common each level of a variable is: as printed, as the model's table has it, as the model returns it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from validation_tools import Array, england, rows_of

from simcore.arms import Arm
from simcore.expected import exact_weights
from simcore.model import Model
from simcore.network import push_forward
from simcore.program import compile_natural
from simcore.solved import OWN, read_central
from simcore.worlds import World, lay_arm

MARGINS = "margins.csv"
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
        at = float(read_central(model, model.structure(), OWN)[variable.shares.between.at][0])
    wanted = _over_strata(model, data.low + at * (data.high - data.low), data.axes, years)
    table = (wanted * births[..., None]).sum(axis=tuple(range(len(strata)))) / births.sum()
    # a margin kept over the reference years together is not kept in each of them
    summed = tuple(i for i, dim in enumerate(strata) if dim not in data.axes)
    cells = found.sum(axis=summed) / births.sum(axis=summed)[..., None]
    kept = (wanted * births[..., None]).sum(axis=summed) / births.sum(axis=summed)[..., None]
    furthest = np.abs(cells - kept).reshape(-1, shares.size).max(axis=0)
    return Margin(shares, table, furthest)


def published(name: str) -> list[dict[str, str]]:
    """Printed shares of a variable's levels, whatever table of the model holds them.

    Each row has ``level``, ``population``, ``period``, ``share`` and ``source_key``, and ``grade`` where it is given.
    """
    levels = england().levels(name)
    found = []
    for row in reconciled():
        if row.margin == name and row.share is not None:
            found.append({
                "level": row.item, "population": row.population, "period": row.period, "share": str(row.share),
                "source_key": row.source,
            })  # fmt: skip
    births = [row for row in rows_of(GROUPS) if row["factor"] == name and row["births"] and not row["cause"]]
    for row in births:
        if not row["within_factor"]:
            same = [
                r for r in births if all(r[k] == row[k] for k in ("geography", "period", "within_factor"))
            ]
            share = float(row["births"]) / sum(float(r["births"]) for r in same)
            found.append({
                "level": row["level"], "population": f"live births, {row['geography']}", "period": row["period"],
                "share": str(share), "source_key": row["source_key"],
            })  # fmt: skip
    # the same figure of the same births may stand in two tables
    first = {
        (r["level"], r["period"], f"{float(r['share']):.3f}"): r
        for r in reversed(found)
        if r["level"] in levels
    }
    return list(reversed(first.values()))


@dataclass(frozen=True)
class Reconciled:
    """One figure of a margin: as printed, moved to agree with the others, and as the tables return it."""

    margin: str
    item: str
    population: str
    period: str
    share: float | None
    """As printed, of the births that the margin is of; None for a part of a crossed margin."""
    moved: float
    """Reconciled over printed, less one; nan where nothing was printed, or something else than births."""
    missed: float
    """Achieved less reconciled, as a share of all that the margin is of."""
    why: str
    source: str


@cache
def reconciled() -> tuple[Reconciled, ...]:
    """Every row of the table in which margins were brought to agree."""
    found: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows_of(MARGINS):
        key = tuple(row[name] for name in ("margin", "population", "geography", "period", "unit"))
        found.setdefault(key, []).append(row)
    return tuple(one for rows in found.values() for one in _reconciled(rows))


def _reconciled(rows: Sequence[dict[str, str]]) -> Iterator[Reconciled]:
    """Figures of one margin, of the same births and years."""
    percent = rows[0]["unit"] == "percent"
    levels = [level for row in rows for level in row["item"].split("+")]
    # a level that stands twice, alone and with others, has no share of a sum
    apart = len(levels) == len(set(levels))
    sums = (
        [100.0, 100.0]
        if percent
        else [sum(_number(row[c]) for row in rows) for c in ("published", "reconciled")]
    )
    for row in rows:
        printed, want, got = (_number(row[column]) for column in ("published", "reconciled", "achieved"))
        of_printed, of_want = sums if apart or percent else (1.0, 1.0)
        alone = " x " not in row["margin"] and (apart or percent) and row["published"]
        yield Reconciled(
            row["margin"], row["item"], f"{row['population']}, {row['geography']}", row["period"],
            printed / of_printed if alone else None,
            want / of_want / (printed / of_printed) - 1 if printed else np.nan,
            (got - want) / sums[1], row["why"], row["source_key"],
        )  # fmt: skip


def _number(cell: str) -> float:
    return float(cell) if cell else 0.0


@cache
def _world(years: tuple[int, ...]) -> World:
    structure = england().structure()
    return lay_arm(
        compile_natural(england(), structure, read_central(england(), structure, OWN), years), Arm("natural")
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
