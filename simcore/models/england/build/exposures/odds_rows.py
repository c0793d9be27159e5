"""The form of a row of odds ratios."""

from __future__ import annotations

from collections.abc import Sequence

from ..evidence import Cells, by_id, ratio

PLACES = 4


def odds_row(
    child: str,
    of: str,
    parent: str,
    level: str,
    reference: str,
    odds_ratio: float,
    interval: Sequence[float] = (),
    *,
    keys: str,
    rule: str,
    ids: str,
) -> Cells:
    """One odds ratio: ``child`` at the levels ``of``, parent at ``level`` against ``reference``."""
    low, high = (round(float(x), PLACES) for x in interval) if interval else ("", "")
    return {
        "variable": child,
        "of": of,
        "parent": parent,
        "level": level,
        "reference": reference,
        "odds_ratio": round(float(odds_ratio), PLACES),
        "low": low,
        "high": high,
        "source_key": keys,
        "rule": rule,
        "evidence_id": ids,
    }


def published(row_id: str, child: str, parent: str, level: str, reference: str) -> Cells:
    """An odds ratio as published, with its interval."""
    estimate, *interval = ratio(row_id)
    return odds_row(
        child, "yes", parent, level, reference, estimate, interval,
        keys=by_id("effects", row_id)["source_key"], rule="published", ids=row_id,
    )  # fmt: skip
