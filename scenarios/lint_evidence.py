"""Numbers of a scenario beside the published ones that it names: notes where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scenarios.meaning import in_words
from scenarios.numbers_of import Stated, stated
from scenarios.schema import ByYear, Intervention, Number, Prevalence, Support
from scenarios.schema.paths import uncertain_parts
from simcore.ledger.files import Files, read_files
from simcore.ledger.rows import figures, number
from simcore.model import Model

RATIOS = frozenset({"RR", "OR", "HR", "IRR", "ratio"})
"""Units of figures that are ratios."""
SHARES = frozenset({"RD", "proportion", "percent", "percentage points", "share"})
"""Units of figures that are shares or differences of shares; others are beside no number of a scenario."""
HUNDREDTHS = ("percent", "percentage point")


@dataclass(frozen=True)
class Published:
    """A row of evidence with an interval, on the scale of scenario files: shares, not percent."""

    id: str
    says: str
    unit: str
    low: float
    high: float
    sources: tuple[str, ...]

    @property
    def is_ratio(self) -> bool:
        return self.unit in RATIOS


def outside_the_published(change: Intervention, model: Model) -> Iterator[tuple[Stated, str]]:
    """Numbers that lie outside the interval of every row of evidence that their notes name and their sources gave.

    A row is named by its id, as in ``note: risk ratio of abstinence (I001)``. A row without an interval, of another
    source, or of another kind of figure (a ratio beside a share) says nothing of the number.
    """
    for found in stated(change):
        named = _named(found, model)
        fits = [row for row in named if row.is_ratio == _is_ratio(found, change)]
        if fits and all(not _meets(found.number, row) for row in fits):
            rows = "; ".join(
                f"{row.id} ({row.says}) has {row.low:g} to {row.high:g}{f' {row.unit}' if row.is_ratio else ''}"
                for row in fits
            )
            yield found, f"{in_words(found.spelt)} lies outside what its note names: {rows}"


def _named(found: Stated, model: Model) -> list[Published]:
    note = found.sourced.note
    if not any(letter.isdigit() for letter in note) or not (model.folder / "evidence").is_dir():
        return []
    files = _files(model.folder)
    rows = (_published(files, id) for id in files.named(note) if id in files.evidence_in)
    return [row for row in rows if row is not None and set(row.sources) & set(found.sourced.source)]


@lru_cache(maxsize=4)
def _files(folder: Path) -> Files:
    return read_files(folder)


def _published(files: Files, id: str) -> Published | None:
    """The first figure of a row of evidence, if it has an interval."""
    name = files.evidence_in[id]
    for _, column, cells in figures(files.tables[name], files.columns[name]):
        if cells.get("id") != id:
            continue
        low, high = number(cells.get(column.low)), number(cells.get(column.high))
        unit = _unit(cells)
        if not (isinstance(low, float) and isinstance(high, float) and unit in RATIOS | SHARES):
            return None
        scale = 0.01 if unit not in RATIOS and _in_hundredths(cells) else 1.0
        sources = tuple(key.strip() for key in cells.get("source_key", "").split(";"))
        says = next(
            (cells[key] for key in ("intervention", "exposure", "factor") if cells.get(key)), column.column
        )
        return Published(id, says, unit, scale * min(low, high), scale * max(low, high), sources)
    return None


def _unit(cells: Mapping[str, str]) -> str:
    return cells.get("measure") or cells.get("unit") or ""


def _in_hundredths(cells: Mapping[str, str]) -> bool:
    """Whether a figure is in percent: said in one of its words, or plain from its size."""
    words = " ".join(cells.values()).lower()
    return any(word in words for word in HUNDREDTHS)


def _is_ratio(found: Stated, change: Intervention) -> bool:
    """Whether a number of a scenario is a ratio; else a share or a difference of shares."""
    if isinstance(change, Support) and found.key == "effect":
        return change.effect.by in ("multiplies", "odds")
    if isinstance(change, Prevalence):
        return change.how in ("multiply", "odds_ratio")
    return found.key in ("ratio", "multiply")


def _meets(stated_number: Number, row: Published) -> bool:
    """Whether the centre of a number, of a path the value at which it ends, lies within a published interval."""
    if isinstance(stated_number, ByYear):
        centre = stated_number.table[stated_number.last]
    else:
        centre = uncertain_parts(stated_number)[""].central
    slack = 1e-9
    return row.low - slack <= centre <= row.high + slack
