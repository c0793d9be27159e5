"""What a report is made of, before it is HTML: sections of plain blocks, their words already chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scenarios.charts.chart import Chart

Tone = Literal["plain", "answer", "caution", "what_if", "note"]
"""``answer`` stands out as the finding; ``caution`` and ``what_if`` cannot be missed; ``note`` is small."""


@dataclass(frozen=True)
class Paragraph:
    """Plain words; nothing in them is markup."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Listed:
    """Points, one line or a few each."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Cells as they are to be read. The first column heads its row; ``numbers`` says which columns are set right."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A chart with its title, its words and its data table."""

    chart: Chart


@dataclass(frozen=True)
class Commands:
    """Lines to be typed, shown as they are."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Folded:
    """What is shown when it is opened, and printed in any case."""

    summary: str
    blocks: tuple[Block, ...]


Block = Paragraph | Listed | Table | Picture | Commands | Folded


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. ``name`` is its place on the page: ``who_benefits``."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report: its title, the sentence under it, and sections in the order that a decision needs."""

    title: str
    lead: str
    sections: tuple[Section, ...]
