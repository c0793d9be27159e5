"""Files of a full answer, made when they are asked for: the same bytes as ``simcore compare --out`` writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.answer_files import csv_text, summary_text


@dataclass(frozen=True)
class Download:
    """A kind of file: its type, and what makes it from a summary."""

    media_type: str
    make: Callable[[Mapping[str, Any]], str]


DOWNLOADS = {
    "summary.csv": Download("text/csv; charset=utf-8", csv_text),
    "summary.json": Download("application/json", summary_text),
}
"""By the name that stands in the address, and that the file is saved under."""


def made(name: str, summary: bytes) -> bytes:
    """A file's bytes."""
    return DOWNLOADS[name].make(json.loads(summary)).encode()
