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
    """Printed shares of a variable's levels, whatever table of the model holds them.

    Each row has ``level``, ``population``, ``period``, ``share`` and ``source_key``, and ``grade`` where it is given.
    """
    levels = england().levels(name)
    found = [row for row in _rows(PUBLISHED) if row["variable"] == name]
    for row in reconciled():
        if row.margin == name and row.share is not None:
            found.append({
                "level": row.item, "population": row.population, "period": row.period, "share": str(row.share),
                "source_key": row.source,
            })  # fmt: skip
    births = [row for row in _rows(GROUPS) if row["factor"] == name and row["births"] and not row["cause"]]
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
    """Every row of the tables ``margins*.csv``, in which margins were brought to agree."""
    tables = sorted(path.name for path in england().folder.glob("margins*.csv"))
    return tuple(one for name in tables for one in _reconciled(_rows(name)))


def _reconciled(rows: Sequence[dict[str, str]]) -> Iterator[Reconciled]:
    whole: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        if "published" in row:
            sums = whole.setdefault((row["margin"], row["geography"], row["period"]), [0.0, 0.0])
            sums[0] += _number(row["published"])
            sums[1] += float(row["reconciled"])
    for row in rows:
        want, got = float(row["reconciled"]), float(row["achieved"])
        if "published" in row:
            # counts of births
            counted = row["unit"].startswith("births")
            printed = _number(row["published"]) if counted else 0.0
            size = whole[row["margin"], row["geography"], row["period"]]
            share = printed / size[0] if counted and size[0] else None
            yield Reconciled(
                row["margin"], row["item"], f"live births, {row['geography']}", row["period"],
                share, want / size[1] / share - 1 if share else np.nan,
                (got - want) / size[1], row["why"], row["source_key"],
            )  # fmt: skip
        else:
            # shares within a stratum or a group
            alone, printed = row["stratum"] == "all", _number(row["raw"])
            yield Reconciled(
                row["factor"] if alone else f"{row['factor']} within groups",
                row["level"] if alone else f"{row['stratum']}, {row['level']}",
                f"{row['population']}, {row['geography']}", row["period"],
                printed if alone and row["raw"] else None, want / printed - 1 if printed else np.nan,
                got - want, row["why"], row["source_key"],
            )  # fmt: skip


def _number(cell: str) -> float:
    return float(cell) if cell else 0.0


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
