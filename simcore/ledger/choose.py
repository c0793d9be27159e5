"""Some rows of a ledger, by what they are for, whose they are, how they were read and how far to trust them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simcore.ledger.book import Ledger
from simcore.ledger.files import GRADES
from simcore.ledger.rows import ASSUMED, PUBLISHED, Row
from simcore.problems import DocumentError, Problem, hint


@dataclass(frozen=True)
class Asked:
    """What is asked of a ledger; whatever is None or empty is not asked. All that is given must hold."""

    about: str | None = None
    source: str | None = None
    grade: str | None = None
    rule: str | None = None
    table: str | None = None
    text: str | None = None

    def __bool__(self) -> bool:
        return any(part is not None for part in vars(self).values())


def chosen(ledger: Ledger, asked: Asked) -> tuple[Row, ...]:
    """The rows asked for, in the order of the ledger.

    Raises
    ------
    DocumentError
        For a name, key, grade, rule or table that the model does not have, with a near match.
    """
    rows = ledger.rows
    keys = {str(key) for key in ledger.sources["key"]} if ledger.sources is not None else set()
    rules = {row.rule.removeprefix("derived:") for row in rows} | set(ledger.rules)
    tables = {row.table for row in rows}
    short = {_short(name): name for name in sorted(tables, reverse=True)}
    given = (
        ("--for", asked.about, ledger.uses.names),
        ("--key", asked.source, keys | {key for row in rows for key in row.sources}),
        ("--grade", asked.grade, GRADES),
        ("--rule", _bare(asked.rule), {rule for rule in rules if rule} | {PUBLISHED, ASSUMED}),
        ("--table", asked.table, {*tables, *short}),
    )
    problems = [
        Problem(
            f"{option} {word}",
            None,
            None,
            "",
            f"{ledger.spec.model} has no such thing; {hint(word, sorted(known))}",
        )
        for option, word, known in given
        if word is not None and word not in known
    ]
    if problems:
        raise DocumentError(problems)
    table = None if asked.table is None else short.get(asked.table, asked.table)
    return tuple(
        row
        for row in rows
        if (asked.about is None or asked.about in row.about)
        and (asked.source is None or asked.source in row.sources)
        and (asked.grade is None or row.grade == asked.grade)
        and (asked.rule is None or row.rule.removeprefix("derived:") == _bare(asked.rule))
        and (table is None or row.table == table)
        and (asked.text is None or asked.text.lower() in _all_words(row).lower())
    )


def chosen_assumptions(ledger: Ledger, asked: Asked) -> list[dict[str, str]]:
    """Assumptions that rows asked for rest on, or, where only words are asked for, that hold them."""
    if ledger.assumptions is None:
        return []
    every = [{k: str(v or "") for k, v in row.items()} for row in ledger.assumptions.rows()]
    by_row = Asked(asked.about, asked.source, asked.grade, asked.rule, asked.table, None)
    rows = chosen(ledger, by_row)
    if by_row:
        named = {name for row in rows for name in row.assumptions}
        places = {row.table for row in rows} | {asked.about}
        every = [a for a in every if a["id"] in named or _touches(a["where"], places)]
    words = (asked.text or "").lower()
    return [a for a in every if words in " ".join(a.values()).lower()]


def _touches(where: str, places: Iterable[str | None]) -> bool:
    """Whether an assumption's place is a table or variable asked for."""
    parts = {where, *where.split(".")}
    return any(place in parts for place in places if place not in (None, "model.yaml"))


def _bare(rule: str | None) -> str | None:
    return None if rule is None else rule.removeprefix("derived:")


def _short(table: str) -> str:
    """``evidence/effects.csv`` may be called ``effects``."""
    return table.rpartition("/")[2].removesuffix(".csv")


def _all_words(row: Row) -> str:
    words = (
        row.table, row.name, row.column, row.measure, row.unit, row.population, row.geography, row.period, row.rule,
        row.note, *row.sources, *row.used, *row.about, *row.assumptions,
    )  # fmt: skip
    return " ".join(words)
