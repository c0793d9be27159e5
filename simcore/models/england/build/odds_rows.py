"""The form of a row of odds ratios, and the ratio of two published shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .evidence import Cells, by_id
from .numbers import logit

PLACES = 4


def odds_row(
    child: str,
    of: str,
    parent: str,
    level: str,
    reference: str,
    ratio: float,
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
        "odds_ratio": round(float(ratio), PLACES),
        "low": low,
        "high": high,
        "source_key": keys,
        "rule": rule,
        "evidence_id": ids,
    }


def published(row_id: str, child: str, parent: str, level: str, reference: str) -> Cells:
    """An odds ratio as published, with its interval."""
    row = by_id("effects", row_id)
    interval = [float(row["ci_low"]), float(row["ci_high"])]
    return odds_row(
        child, "yes", parent, level, reference, float(row["estimate"]), interval,
        keys=row["source_key"], rule="published", ids=row_id,
    )  # fmt: skip


def of_shares(share: float, reference: float) -> float:
    """Odds of one share over the odds of another.

    Examples
    --------
    >>> round(of_shares(0.24, 0.09), 2)
    3.19
    """
    return float(np.exp(logit(share) - logit(reference)))
