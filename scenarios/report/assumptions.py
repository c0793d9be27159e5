"""What of the model's files this run hangs on: published effects, assumptions with their sensitivity, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from scenarios.report.blocks import Block, Commands, Folded, Listed, Paragraph, Table
from scenarios.report.made_of import MadeOf
from scenarios.words.names import in_words, listed
from scenarios.words.rounding import percent
from simcore.ledger import Asked, Ledger, Row, chosen, read_ledger
from simcore.ledger.choose import chosen_assumptions
from simcore.ledger.told import sensitivity_of, sources_of
from simcore.model import Model

EVERY_RUN = ("births", "deaths")
"""What every answer hangs on, whatever a scenario changes."""
RISKS = ("high", "medium", "low")
"""How much harm an assumption could do, the most first."""
CHANGES = "change_"


def ledger_blocks(made_of: MadeOf) -> Iterator[Block]:
    """Assumptions, effects and sources that bear on what the scenarios looked at change; nothing without the model."""
    if made_of.model is None:
        return
    ledger = _ledger(made_of.model.folder, made_of.model.hash)
    names = changed_by(made_of, made_of.model, ledger)
    yield from _assumptions(ledger, names)
    rows = _rows(ledger, names)
    yield from _effects(rows)
    yield from _sources(made_of, ledger, rows)
    yield Paragraph("The same for every figure of the model, row by row:", "note")
    yield Commands(tuple(f"simcore sources {made_of.model.name} --for {name}" for name in names))


@lru_cache(maxsize=2)
def _ledger(folder: Path, digest: str) -> Ledger:
    """The ledger of a model as it is: its tens of thousands of figures are read once for many reports."""
    return read_ledger(folder)


def changed_by(made_of: MadeOf, model: Model, ledger: Ledger) -> tuple[str, ...]:
    """What the scenarios looked at change or aim at, as the ledger has it; and what every run hangs on."""
    found = dict.fromkeys(
        word for at in made_of.focus for word in _words(made_of.as_run(at.name).get("interventions", ()))
    )
    known = set(ledger.uses.names)
    variables = [name for name in found if name in model.spec.variables and name in known]
    return (*variables, *(name for name in EVERY_RUN if name in known))


def _words(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Variables that interventions name: what is moved, whom it is aimed at, what an effect is on."""
    for change in changes:
        yield str(change.get("of", ""))
        yield from change.get("where", {})
        yield from change.get("offer_to", {})
        effect = change.get("effect", {})
        for way in effect.values() if isinstance(effect, Mapping) else ():
            if isinstance(way, Mapping) and "variable" in way:
                yield str(way["variable"])


def _rows(ledger: Ledger, names: Sequence[str]) -> list[Row]:
    found: dict[int, Row] = {}
    for name in names:
        found |= {id(row): row for row in chosen(ledger, Asked(about=name))}
    return list(found.values())


def _assumptions(ledger: Ledger, names: Sequence[str]) -> Iterator[Block]:
    by_id = {row["id"]: row for name in names for row in chosen_assumptions(ledger, Asked(about=name))}
    if not by_id:
        return
    moved = sensitivity_of(ledger)
    in_order = sorted(by_id.values(), key=lambda row: (_risk(row), row["id"]))
    worst = [row for row in in_order if _risk(row) == 0]
    counts = [(risk, sum(_risk(row) == at for row in in_order)) for at, risk in enumerate(RISKS)]
    told = listed([f"{count} of {risk} risk" for risk, count in counts if count])
    yield Paragraph(
        f"{len(in_order)} assumptions of the model bear on {listed([in_words(name) for name in names])}: {told}. "
        "Risk is how much harm an assumption could do if it were wrong, as its writer judged it."
    )
    if worst:
        yield Paragraph("Those of high risk:", "caution")
        yield Listed(tuple(_in_a_line(row, moved) for row in worst))
    headings = ("Assumption", "Why", "What else it could be", "Risk", "If instead")
    rows = tuple(
        (
            f"{row['id']}: {row['statement']}",
            row["why"],
            row["alternatives"],
            row["risk"],
            "; ".join(_instead(at) for at in moved.get(row["id"], ())),
        )
        for row in in_order
    )
    caption = (
        "Assumptions of the model. “If instead” is worked out once for the model, at central values and for headlines "
        "that are named, not for this run."
    )
    yield Folded(
        f"All {len(rows)} assumptions, with what becomes of headlines without them",
        (Table(caption, headings, rows),),
    )


def _risk(row: Mapping[str, str]) -> int:
    return RISKS.index(row["risk"]) if row["risk"] in RISKS else len(RISKS)


def _in_a_line(row: Mapping[str, str], moved: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    instead = "; ".join(_instead(at) for at in moved.get(row["id"], ()))
    return f"{row['statement']} ({row['id']}){f' If instead {instead}.' if instead else ''}"


def _instead(cells: Mapping[str, str]) -> str:
    """What an alternative does to the headlines that the model's own sensitivity is worked out for."""
    changes = [
        f"{name.removeprefix(CHANGES)} {_by(cell)}"
        for name, cell in cells.items()
        if name.startswith(CHANGES) and cell
    ]
    meaning = cells.get("meaning", "")
    return f"{meaning}: {', '.join(changes)}" if changes else f"{meaning}: {cells.get('not_computed', '')}"


def _by(cell: str) -> str:
    """A change in percent with its sign in words.

    >>> _by("-16.01"), _by("+0.00")
    ('16% less', 'unchanged')
    """
    value = float(cell)
    return f"{percent(value)} {'more' if value > 0 else 'less'}" if abs(value) >= 0.05 else "unchanged"


def _effects(rows: Sequence[Row]) -> Iterator[Block]:
    parameters = [row for row in rows if row.kind == "parameter"]
    if not parameters:
        return
    headings = ("Number", "Value", "Unit", "Whom it was found among", "Grade", "From")
    cells = tuple(
        (
            row.measure or row.name,
            _value(row),
            row.unit,
            row.population,
            row.grade or "-",
            ", ".join(row.sources),
        )
        for row in parameters
    )
    table = Table("Published and assumed numbers of the model that bear on this", headings, cells)
    yield Folded(f"{len(parameters)} published or assumed numbers of the model behind this", (table,))


def _value(row: Row) -> str:
    said = f"{row.value:.6g}" if isinstance(row.value, float) else row.value
    if row.low == "" or row.high == "":
        return said
    low, high = (f"{end:.6g}" if isinstance(end, float) else end for end in (row.low, row.high))
    return f"{said} ({low} to {high})"


def _sources(made_of: MadeOf, ledger: Ledger, rows: Sequence[Row]) -> Iterator[Block]:
    """Sources of those rows, and of the scenarios' own numbers."""
    named = {
        key
        for at in made_of.focus
        for change in made_of.as_run(at.name).get("interventions", ())
        for key in _keys(change)
    }
    of_rows = {source["key"]: source for source in sources_of(ledger, rows)}
    beside = sources_of(ledger, [row for row in ledger.rows if named & set(row.sources)])
    of_scenarios = {source["key"]: source for source in beside if source["key"] in named}
    found = {**of_scenarios, **of_rows}
    if not found:
        return
    headings = ("Key", "What", "Whose", "Year", "Address", "What was read")
    cells = tuple(
        (key, at["title"], at["publisher"], at["year"], at["url"], at["what_was_read"])
        for key, at in sorted(found.items())
    )
    yield Folded(f"{len(cells)} sources", (Table("Sources behind these numbers", headings, cells),))


def _keys(said: Any) -> Iterator[str]:
    """Every source that a part of a scenario names."""
    if isinstance(said, Mapping):
        for key, value in said.items():
            if key == "source":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _keys(value)
    elif isinstance(said, list | tuple):
        for item in said:
            yield from _keys(item)
