"""From the files of a model to the figures of its ledger, and what stands on each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from simcore.ledger.files import SPECIAL, Files
from simcore.ledger.rows import (
    ASSUMED,
    PUBLISHED,
    SAID,
    Described,
    Row,
    cell_in_words,
    figures,
    filled,
    holding_numbers,
    named_cells,
    number,
)
from simcore.load import ASSUMPTION


def rows_of(ledger: Files) -> tuple[Row, ...]:
    """Every figure: parameters first, then tables, then evidence."""
    found = [*_tables(ledger)]
    by_id: dict[str, Row] = {}
    for row in found:
        by_id.setdefault(row.name, row)
    parameters = [_parameter(ledger, name, by_id) for name in ledger.spec.parameters]
    both = parameters + [row for row in found if row.kind == "table"]
    behind = _behind(ledger, both)
    rest = [row for row in found if row.kind == "evidence"]
    return tuple(_with_uses(row, behind) for row in both + rest)


def _tables(ledger: Files) -> Iterator[Row]:
    for name, table in ledger.tables.items():
        columns = ledger.columns[name] or tuple(
            Described(0, name, column, "", "", {}, "", "")
            for column in holding_numbers(table, ledger.keys(name))
        )
        said = {cell for column in columns for text in column.said.values() for cell in named_cells(text)}
        bounds = {bound for column in columns for bound in (column.low, column.high)}
        aside = frozenset({*SPECIAL, *bounds, *(column.column for column in columns)}) - said
        for line, column, cells in figures(table, columns):
            # a cell left empty is no figure; of a row at least one is told of
            if not cells[column.column] and column is not columns[0]:
                continue
            yield _figure(ledger, name, line, column, cells, aside)


def _figure(
    ledger: Files, table: str, line: int, column: Described, cells: dict[str, str], aside: frozenset[str]
) -> Row:
    evidence = table.startswith("evidence/")
    rule = cells.get("rule", PUBLISHED if cells.get("source_key") else "")
    own = ledger.evidence_rows.get(cells.get("id", ""), {})
    said = {
        name: own.get(name) or filled(column.said.get(name, ""), cells) or cells.get(name, "")
        for name in SAID
    }
    known = ledger.rules.get(rule.removeprefix("derived:"))
    grade = (
        own.get("grade")
        or cells.get("grade")
        or (known.grade if known and rule != PUBLISHED else column.grade)
    )
    places = tuple(use.place for use in ledger.uses.tables.get(table, ()))
    return Row(
        "evidence" if evidence else "table", table, line,
        cells.get("id") or cell_in_words(cells, aside) or column.column, column.column,
        said["measure"] or column.column, number(cells.get(column.column)),
        number(cells.get(column.low)), number(cells.get(column.high)),
        said["unit"], said["population"], said["geography"], said["period"],
        tuple(key.strip() for key in cells.get("source_key", "").split(";") if key.strip()),
        grade, rule, ledger.assumed_by[known.name] if known else (),
        (*places, *(words for words in (column.used_by, own.get("used_by")) if words)),
        ledger.uses.about(table), cells.get("note", ""),
    )  # fmt: skip


def _parameter(ledger: Files, name: str, by_id: Mapping[str, Row]) -> Row:
    """A parameter; whom it was measured among is said of it, or by the first row of evidence that its note names."""
    parameter = ledger.spec.parameters[name]
    low, high = getattr(parameter.value, "ci95", None) or (
        parameter.value.bounds if parameter.value.distribution == "uniform" else ("", "")
    )
    seen = next((by_id[i] for i in ledger.named(parameter.note) if i in by_id), None)
    rules = [rule.name for rule in ledger.rules.values() if name in rule.parameters]
    assumed = parameter.source == ASSUMPTION
    read = f"derived:{rules[0]}" if rules else ASSUMED if assumed else PUBLISHED
    uses = ledger.uses.parameters.get(name, ())
    own = ledger.evidence_rows.get(name, {})
    unsaid = ASSUMED if assumed else ""
    return Row(
        "parameter", "model.yaml", ledger.document.where(("parameters", name), at="key")[0], name, "value",
        parameter.meaning, parameter.value.central, low, high, parameter.unit,
        own.get("population") or (seen.population if seen else ledger.spec.population),
        own.get("geography") or (seen.geography if seen else unsaid),
        own.get("period") or (seen.period if seen else unsaid), (parameter.source,), parameter.grade or "", read,
        ledger.assumptions_in(parameter.note), tuple(dict.fromkeys(use.place for use in uses)),
        ledger.uses.about(name) | {name}, parameter.note,
    )  # fmt: skip


@dataclass(frozen=True)
class _Behind:
    """What stands on a row of evidence, or on a whole table: by id, or by the table's name."""

    used: Mapping[str, tuple[str, ...]]
    about: Mapping[str, frozenset[str]]


def _behind(ledger: Files, rows: list[Row]) -> _Behind:
    """From notes of parameters, inputs of rules, assumptions and cells ``evidence_id`` back to what they name.

    A rule may read what another rule gave: what stands on the second stands on the first as well.
    """
    about_rule: dict[str, frozenset[str]] = {}
    for row in rows:
        for name in (
            row.rule,
            *(f"derived:{r.name}" for r in ledger.rules.values() if row.name in r.parameters),
        ):
            about_rule[name] = about_rule.get(name, frozenset()) | row.about
    said: list[tuple[str, str, str, frozenset[str]]] = [
        ("parameter " + row.name, row.note, row.table, row.about) for row in rows if row.kind == "parameter"
    ]
    for rule in ledger.rules.values():
        label = f"derived:{rule.name}"
        said.append((label, rule.inputs, "", about_rule.get(label, frozenset())))
    for assumption in ledger.assumptions.rows() if ledger.assumptions is not None else ():
        # rows alone: what is assumed of a table is no use of it
        named = " ".join(ledger.named(" ".join(str(cell or "") for cell in assumption.values())))
        said.append((f"assumption {assumption['id']}", named, "", frozenset()))
    for name, table in ledger.tables.items():
        if "evidence_id" in table:
            text = " ".join(str(cell or "") for cell in table["evidence_id"])
            said.append((name, text, name, ledger.uses.about(name)))
    used: dict[str, dict[str, None]] = {}
    about: dict[str, frozenset[str]] = {}
    for label, text, _, bears_on in said:
        tables = [name for name in ledger.tables if name in text.replace(";", " ").split()]
        for named in (*ledger.named(text), *tables):
            used.setdefault(named, {})[label] = None
            about[named] = about.get(named, frozenset()) | bears_on
    return _Behind({name: tuple(labels) for name, labels in used.items()}, about)


def _with_uses(row: Row, behind: _Behind) -> Row:
    keys = (row.name, row.table) if row.kind == "evidence" else (row.table,) if row.kind == "table" else ()
    used = dict.fromkeys(row.used) | dict.fromkeys(u for key in keys for u in behind.used.get(key, ()))
    about = row.about.union(*(behind.about.get(key, frozenset()) for key in keys))
    return replace(row, used=tuple(used), about=about)
