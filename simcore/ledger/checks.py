"""What is missing or left over in a ledger: figures without a source, sources without a figure, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from simcore.ledger.book import Ledger
from simcore.ledger.files import GRADES
from simcore.ledger.references import ID
from simcore.ledger.rows import PUBLISHED, Row, holding_numbers
from simcore.ledger.uses import strings
from simcore.load import ASSUMPTION
from simcore.problems import Loc, Problem, hint
from simcore.tables import Table

FIELDS = ("unit", "population", "geography", "period")
_WORD = re.compile(r"\w+")
SOURCE = ("title", "publisher", "year", "url", "licence")


def orphans(ledger: Ledger) -> list[Problem]:
    """Everything in a model's folder that hangs on nothing, or on something that is not there.

    Each with its file, line and remedy; none where every figure can be followed to its source and every source,
    rule and assumption serves a figure.
    """
    every = (
        _sources,
        _untold,
        _unused_sources,
        _rules,
        _parameters,
        _ratios,
        _columns,
        _evidence,
        _assumptions,
        _sensitivity,
        _pitfalls,
    )
    found = [problem for part in every for problem in part(ledger)]
    return sorted(dict.fromkeys(found), key=lambda p: (p.file, p.line or 0))


def _sources(ledger: Ledger) -> Iterator[Problem]:
    """A row without a source that resolves; an assumption will do where its rule or note names one."""
    keys = set() if ledger.sources is None else set(ledger.sources["key"])
    for row in ledger.rows:
        at = partial(Problem, f"{ledger.folder / row.table}", row.line, None)
        if not row.sources:
            yield at("source_key", f"{row.name} has no source; add its key")
        for key in row.sources:
            if key == ASSUMPTION and not row.assumptions:
                yield at("source_key", f"{row.name} is assumed; name the assumption in its note or its rule")
            elif key != ASSUMPTION and key not in keys:
                yield at("source_key", f"{row.name} has no source `{key}`; {hint(key, keys)}")


def _untold(ledger: Ledger) -> Iterator[Problem]:
    """Fields that rows lack: one problem for each column of a table, at the first row."""
    lacking: dict[tuple[str, str, str], list[Row]] = {}
    for row in ledger.rows:
        for name in ("grade", *FIELDS):
            if not getattr(row, name) or (name == "grade" and row.grade not in GRADES):
                lacking.setdefault((row.table, row.column, name), []).append(row)
    for (table, column, name), rows in lacking.items():
        first, more = rows[0], f" and {len(rows) - 1:,} more" if len(rows) > 1 else ""
        where = (
            "ledger/rules.csv"
            if name == "grade" and first.rule.startswith("derived:")
            else "ledger/columns.csv"
        )
        message = f"{first.name}{more}: no {name}; say it in {where}, or in ledger/evidence_rows.csv"
        yield Problem(str(ledger.folder / table), first.line, None, column, message)


def _unused_sources(ledger: Ledger) -> Iterator[Problem]:
    if ledger.sources is None:
        return
    table = ledger.sources
    used = {key for row in ledger.rows for key in row.sources}
    # a source that was itself worked out names, in what is said of it, those it was worked out from
    for row in table.rows():
        said = _WORD.findall(f"{row.get('publisher')} {row.get('what_was_read')}")
        used |= {word for word in said if word != row["key"]}
    for i, row in enumerate(table.rows()):
        if row["key"] not in used:
            yield table.problem(i, "key", f"no figure is from `{row['key']}`; take the row out")
        for name in SOURCE:
            if not row.get(name):
                yield table.problem(i, name, f"`{row['key']}` has none; add it")


def _rules(ledger: Ledger) -> Iterator[Problem]:
    path = ledger.folder / "ledger" / "rules.csv"
    known = set(ledger.rules)
    first = {(row.table, row.rule): row for row in reversed(ledger.rows)}
    for row in first.values():
        name = row.rule.removeprefix("derived:")
        if row.rule.startswith("derived:") and name not in known:
            message = f"no rule `{name}` in ledger/rules.csv; add it, or {hint(name, known)}"
            yield Problem(str(ledger.folder / row.table), row.line, None, "rule", message)
        elif row.kind == "table" and row.rule != PUBLISHED and not row.rule.startswith("derived:"):
            message = f"found `{row.rule}`; write `published` or `derived:` and the name of a rule"
            yield Problem(str(ledger.folder / row.table), row.line, None, "rule", message)
    used = {row.rule.removeprefix("derived:") for row in ledger.rows}
    for rule in ledger.rules.values():
        at = partial(Problem, str(path), rule.line, None)
        if rule.name not in used:
            yield at("rule", f"no row says `derived:{rule.name}`; take the rule out")
        for name in ledger.named(rule.inputs):
            if name not in ledger.ids:
                yield at("inputs", f"there is no row or assumption {name}; {hint(name, ledger.ids)}")
        for word in rule.inputs.replace(";", " ").split():
            if word.endswith(".csv") and word not in ledger.tables:
                yield at("inputs", f"there is no table {word}; {hint(word, ledger.tables)}")
        for name in rule.parameters:
            if name not in ledger.spec.parameters:
                yield at("parameters", f"there is no parameter {name}; {hint(name, ledger.spec.parameters)}")


def _parameters(ledger: Ledger) -> Iterator[Problem]:
    for name, parameter in ledger.spec.parameters.items():
        here = ("parameters", name)
        if parameter.grade is None:
            message = f"has no grade; write one of {', '.join(GRADES)}"
            yield ledger.document.problem((*here, "grade"), message, at="key")
        if not parameter.unit.strip():
            yield ledger.document.problem((*here, "unit"), "has no unit; say what the number counts")
        if not ledger.uses.parameters.get(name):
            yield ledger.document.problem(here, "nothing uses it; take it out", at="key")
        for named in ledger.named(parameter.note):
            if named not in ledger.ids:
                message = (
                    f"names {named}, which is no row of evidence and no assumption; {hint(named, ledger.ids)}"
                )
                yield ledger.document.problem((*here, "note"), message)


def _ratios(ledger: Ledger) -> Iterator[Problem]:
    """Ratios written in the model file as numbers: each but one stands in a table, with its source."""
    written = [value for row in ledger.rows for value in (row.value, row.low, row.high)]
    known = {f"{value:.6g}" for value in written if isinstance(value, float)}
    for loc, value in _numbers_below(ledger.document.data, "ratios"):
        if value != 1.0 and f"{value:.6g}" not in known:
            message = f"{value:g} stands in no table; write it in one with its source, or make it a parameter"
            yield ledger.document.problem(loc, message)


def _numbers_below(
    value: object, key: str, loc: Loc = (), within: bool = False
) -> Iterator[tuple[Loc, float]]:
    """Numbers anywhere below a key, each with the way to it."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for part, inner in items:
            yield from _numbers_below(inner, key, (*loc, part), within or part == key)
    elif within and isinstance(value, int | float) and not isinstance(value, bool):
        yield loc, float(value)


def _columns(ledger: Ledger) -> Iterator[Problem]:
    path = str(ledger.folder / "ledger" / "columns.csv")
    used = {column.line for columns in ledger.columns.values() for column in columns}
    for line in ledger.described:
        if line.line not in used:
            message = f"no table {line.table} has a column `{line.column}` that no line before describes; take it out"
            yield Problem(path, line.line, None, "table", message)
    for name, columns in ledger.columns.items():
        table = ledger.tables[name]
        for column in columns:
            for word in (column.low, column.high):
                if word and word not in table:
                    yield Problem(
                        path, column.line, None, "low", f"{name} has no column `{word}`; leave it empty"
                    )
        known = ledger.keys(name) | {column.column for column in columns}
        for column_name in holding_numbers(table, known):
            yield table.problem(
                None, column_name, "holds figures that ledger/columns.csv does not describe; add it"
            )
        if "source_key" not in table:
            yield table.problem(None, "source_key", "no row has a source; add the column")


def _evidence(ledger: Ledger) -> Iterator[Problem]:
    """A table that nothing reads, a row of evidence that nothing names, and words about a row that is not there."""
    used: dict[str, bool] = dict.fromkeys(ledger.tables, False)
    for row in ledger.rows:
        used[row.table] = used.get(row.table, False) or bool(row.used)
    for name, table in ledger.tables.items():
        if not used[name]:
            yield table.problem(
                None, "", "nothing uses it; name it among the inputs of a rule, or take it out"
            )
    for row in ledger.rows:
        if row.kind == "evidence" and not row.used and used[row.table]:
            message = f"nothing uses {row.name}; name it in a rule or a note, or take it out"
            yield Problem(str(ledger.folder / row.table), row.line, None, "id", message)
    for name in ledger.evidence_rows:
        if name not in ledger.evidence_in and name not in ledger.spec.parameters:
            path = str(ledger.folder / "ledger" / "evidence_rows.csv")
            yield Problem(path, None, None, "id", f"there is no row {name}; {hint(name, ledger.evidence_in)}")


def _assumptions(ledger: Ledger) -> Iterator[Problem]:
    table = ledger.assumptions
    named = _places_that_name(ledger)
    letters = {match[1] for name in ledger.assumption_ids if (match := ID.fullmatch(name))}
    for name, place in named.items():
        match = ID.fullmatch(name)
        if match and match[1] in letters and name not in ledger.ids:
            message = f"there is no assumption {name}; {hint(name, ledger.assumption_ids)}"
            yield Problem(str(ledger.folder / place), None, None, "", message)
    if table is None:
        return
    for i, row in enumerate(table.rows()):
        where = str(row["where"])
        if not _exists(ledger, where):
            message = f"found `{where}`; write a table, or a place of model.yaml as in variables.smoking"
            yield table.problem(i, "where", message)
        elif row["id"] not in named and where in ("model.yaml", *ledger.tables):
            yield _unnamed(table, i, str(row["id"]))
        for name in ledger.named(" ".join(str(cell or "") for cell in row.values())):
            if name not in ledger.ids:
                message = (
                    f"names {name}, which is no row of evidence and no assumption; {hint(name, ledger.ids)}"
                )
                yield table.problem(i, "statement", message)
        for number in str(row.get("pitfall") or "").split():
            if ledger.pitfalls is not None and number not in ledger.pitfalls["number"]:
                yield table.problem(i, "pitfall", f"there is no pitfall {number} in ledger/pitfalls.csv")


def _sensitivity(ledger: Ledger) -> Iterator[Problem]:
    """Where sensitivities are computed at all, each assumption has one, or words that say why not."""
    table = ledger.sensitivity
    if table is None or ledger.assumptions is None:
        return
    tried = {str(name) for name in table["assumption"] if name}
    for i, name in enumerate(ledger.assumption_ids):
        if name not in tried:
            remedy = (
                "add one, or why there is none, to ledger/alternatives.yaml, and run `simcore sensitivity`"
            )
            yield ledger.assumptions.problem(i, "id", f"{name} has no alternative that was tried; {remedy}")
    for i, name in enumerate(table["assumption"]):
        if name and name not in ledger.assumption_ids:
            yield table.problem(
                i, "assumption", f"there is no assumption {name}; {hint(name, ledger.assumption_ids)}"
            )


def _pitfalls(ledger: Ledger) -> Iterator[Problem]:
    """Every hard point is answered by an assumption or by a place of the model that is there."""
    if ledger.pitfalls is None:
        return
    for i, row in enumerate(ledger.pitfalls.rows()):
        for answer in (word.strip() for word in str(row["answered_by"]).split(";")):
            if answer not in ledger.assumption_ids and not _exists(ledger, answer):
                yield ledger.pitfalls.problem(i, "answered_by", f"there is no {answer}; name what answers it")


def _unnamed(table: Table, i: int, name: str) -> Problem:
    remedy = "name it among the inputs of a rule or in a note, or say its place in model.yaml under `where`"
    return table.problem(i, "id", f"nothing refers to {name}; {remedy}")


def _places_that_name(ledger: Ledger) -> dict[str, str]:
    """Every id that the model file, rules or descriptions of columns name, and where."""
    named: dict[str, str] = {}
    for text in strings(ledger.document.data):
        named |= dict.fromkeys(ledger.named(text), "model.yaml")
    for rule in ledger.rules.values():
        named |= dict.fromkeys(ledger.named(f"{rule.inputs} {rule.statement}"), "ledger/rules.csv")
    for column in ledger.described:
        named |= dict.fromkeys(ledger.named(column.used_by), "ledger/columns.csv")
    for row in ledger.pitfalls.rows() if ledger.pitfalls is not None else ():
        named |= dict.fromkeys(ledger.named(str(row["answered_by"])), "ledger/pitfalls.csv")
    return named


def _exists(ledger: Ledger, where: str) -> bool:
    """Whether a table, or a place of the model file, is there."""
    if where in ("model.yaml", *ledger.tables):
        return True
    value: object = ledger.document.data
    for part in where.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True
