"""The graph and the variables of docs/england.md: margins as printed, in the table and as the model returns them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from causal_links import DEATHS, LOOKS, links, told, variant_letters
from england_margins import Margin, Reconciled, margin, published, reconciled
from validation_tools import england, rows_of, table

from simcore.ledger import read_ledger

SECTIONS: dict[str, Callable[[], Iterator[str]]] = {}


def section(make: Callable[[], Iterator[str]]) -> Callable[[], Iterator[str]]:
    """Registers a part of the page under the name of its function."""
    SECTIONS[make.__name__] = make
    return make


# ---- the graph


@section
def graph() -> Iterator[str]:
    """The picture, and what its letters stand for."""
    model = england()
    found = links(model)
    head = ("into", "acts", "found together", "no effect by default")
    rows = [
        (
            f"`{name}`",
            *(told(link.start for link in found if link.end == name and link.look == look) for look in LOOKS),
        )
        for name in (*model.spec.variables, DEATHS)
    ]
    yield from table(head, [row for row in rows if any(row[1:])])
    letters = variant_letters(model)
    for name, letter in letters.items():
        moved = [f"`{link.start}` to `{link.end}`" for link in found if name in link.variants]
        yield ""
        yield f"Variant {letter}, `{name}`, changes: {', '.join(moved) or _no_arrow(name)}."


def _no_arrow(variant: str) -> str:
    """What a variant changes that changes no arrow."""
    trend = england().spec.deaths.trend
    ratios = {r for option in england().spec.variants[variant].options.values() for r in option.neutral}
    if trend is not None and trend.ratio in ratios:
        return f"no arrow, but all hazards after {trend.after}"
    return "no arrow, but other numbers"


# ---- variables and their margins


@section
def variables() -> Iterator[str]:
    """Every variable, then every margin: published, as the table has it, as the model returns it."""
    model = england()
    ledger = read_ledger(model.name).rows
    yield "| variable | kind | what it is | table | margin kept by | sources | grade |"
    yield "|---|---|---|---|---|---|---|"
    for name, variable in model.spec.variables.items():
        shares = variable.shares
        rows = rows_of(shares.table)
        grades = sorted({row.grade for row in ledger if row.table == shares.table and row.grade})
        cells = (
            f"`{name}`",
            variable.kind,
            variable.meaning,
            f"`{shares.table}`",
            " and ".join(f"`{by}`" for by in shares.by) or "all births together",
            told(dict.fromkeys(key for r in rows for key in r["source_key"].split(";"))),
            ", ".join(grades),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    head = (
        "variable",
        "level",
        "in the table",
        "model",
        "furthest cell",
        "published",
        "model then",
        "of whom, when",
        "source",
    )
    yield from table(head, [row for name in model.spec.variables for row in _margin_rows(name)])


@section
def reconciliation() -> Iterator[str]:
    """Every margin brought to agree with others: how far its figures were moved, how near the tables come."""
    found: dict[tuple[str, ...], list[Reconciled]] = {}
    for row in reconciled():
        found.setdefault((row.margin, row.population, row.period, row.why, row.source), []).append(row)
    rows = []
    for (name, population, period, why, source), figures in found.items():
        moved = [f.moved for f in figures if f.moved == f.moved]
        span = f"{_percent(min(moved))} to {_percent(max(moved))}" if moved else "not comparable"
        missed = 100 * max((abs(f.missed) for f in figures), default=0.0)
        rows.append(
            (
                f"`{name}`",
                f"{population}, {period}",
                str(len(figures)),
                span,
                f"{missed:.3f}",
                why,
                told(source.split(";")),
            )
        )
    head = (
        "margin",
        "of whom, when",
        "figures",
        "reconciled beside printed",
        "achieved, furthest",
        "why",
        "source",
    )
    yield from table(head, rows) if rows else ["No margins had to be brought to agree."]


def _margin_rows(name: str) -> Iterator[tuple[str, ...]]:
    model = england()
    years = model.spec.reference_years
    found = margin(name, years)
    printed = published(name)
    for i, level in enumerate(model.levels(name)):
        given = [r for r in printed if r["level"] == level]
        for j, row in enumerate(given or [{}]):
            then = ""
            if row:
                at = _years(row["period"])
                then = _share(margin(name, at).model[i])
            first = (f"`{level}`", _table_share(found, i), _share(found.model[i]), _furthest(found, i))
            yield (
                f"`{name}`" if i == j == 0 else "",
                *(first if j == 0 else ("", "", "", "")),
                _share(float(row["share"])) if row else "",
                then,
                f"{row['population']}, {row['period']}" if row else "",
                told(row["source_key"].split(";")) if row else "",
            )


def _percent(value: float) -> str:
    return f"{round(100 * value, 1) + 0.0:+.1f}%"


def _years(period: str) -> tuple[int, ...]:
    """Years of a period as it is printed: a financial year is the year it begins in.

    >>> _years("2018-2020"), _years("2018/19"), _years("2021/22-2022/23")
    ((2018, 2019, 2020), (2018,), (2021, 2022))
    """
    named = [int(year) for year in re.findall(r"\b\d{4}\b", period)]
    years = range(min(named), max(named) + 1) if named else ()
    return tuple(year for year in years if year in england().years) or england().spec.reference_years


def _share(value: float) -> str:
    return f"{100 * value:.2f}%"


def _table_share(found: Margin, i: int) -> str:
    return "" if found.table is None else _share(found.table[i])


def _furthest(found: Margin, i: int) -> str:
    return "" if found.furthest is None else f"{100 * found.furthest[i]:.4f}"
