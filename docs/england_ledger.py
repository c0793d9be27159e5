"""What docs/england.md says of the ledger: hard points and what answers them, how far answers move with assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from england_tables import section
from validation_tools import england, rows_of, table

from simcore.cli.sensitivity import FILE
from simcore.ledger import read_ledger
from simcore.sensitivity import read_alternatives

WORTH_TELLING = 0.5  # per cent of a headline figure: smaller changes are counted, not listed
Row = dict[str, str]


@section
def hard_points() -> Iterator[str]:
    """Every hard point with what was done and the assumptions and places of the model that answer it."""
    ledger = read_ledger(england().name)
    assert ledger.pitfalls is not None and ledger.assumptions is not None
    for point in ledger.pitfalls.rows():
        named = [word.strip() for word in str(point["answered_by"]).split(";")]
        named += [
            str(row["id"])
            for row in ledger.assumptions.rows()
            if str(point["number"]) in str(row["pitfall"] or "").split()
        ]
        places = (name if name in ledger.assumption_ids else f"`{name}`" for name in dict.fromkeys(named))
        yield f"{point['number']}. **{point['point']}** {point['answer']} ({', '.join(places)})"


@section
def sensitivity() -> Iterator[str]:
    """Structures and assumptions, those that move a headline figure most first."""
    rows = rows_of(str(FILE))
    yield from _first(rows[0])
    yield ""
    told = [row for row in rows if row["kind"] in ("structure", "assumption") and row["deaths"]]
    yield from _changes(told)
    said = [row for row in rows if row["kind"] == "assumption" and row["not_computed"]]
    yield ""
    yield f"Not computed, with the reason in `ledger/{FILE.name}`: {', '.join(row['id'] for row in said)}."


@section
def neutral_effects() -> Iterator[str]:
    """Each effect turned to neutral by itself, then all of a variable together."""
    yield from _changes([row for row in rows_of(str(FILE)) if row["kind"] == "effect"])


def _names() -> tuple[str, ...]:
    return read_alternatives(england().folder).headline.scenarios


def _first(shipped: Row) -> Iterator[str]:
    averted = " and ".join(f"{float(shipped[f'averted_{n}']):,.1f} by `{n}`" for n in _names())
    yield f"As shipped, central draw, nobody drawn: {float(shipped['deaths']):,.0f} deaths"
    yield f"({shipped['deaths_per_1000']} per 1,000 births), of which {averted} averted."


def _changes(rows: Sequence[Row]) -> Iterator[str]:
    """Changes in per cent, the largest first; those too small to tell in one line."""
    listed = [row for row in rows if _largest(row) >= WORTH_TELLING]
    small = [row for row in rows if _largest(row) < WORTH_TELLING]
    cells = [
        (f"`{row['id']}`", row["meaning"], *(row[name] for name in _columns()))
        for row in sorted(listed, key=_largest, reverse=True)
    ]
    yield from table(("what", "meaning", "deaths, %", *(f"`{name}`, %" for name in _names())), cells)
    if small:
        yield ""
        yield f"Under {WORTH_TELLING}% of every figure ({len(small)}): {', '.join(row['id'] for row in small)}."


def _columns() -> tuple[str, ...]:
    return ("change_deaths", *(f"change_{name}" for name in _names()))


def _largest(row: Row) -> float:
    return max(abs(float(row[name] or 0.0)) for name in _columns())
