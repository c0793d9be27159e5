"""Forms of rows that several tables share."""

from __future__ import annotations

from .evidence import DECILES, Table
from .numbers import PLACES, Array


def yes_by_decile(shares: Array, source_key: str, rule: str) -> Table:
    """Share with an exposure in each decile; the rest are without."""
    return [
        {"imd_decile": decile, "level": "yes", "share": round(float(share), PLACES)}
        | {"source_key": source_key, "rule": rule}
        for decile, share in zip(DECILES, shares, strict=True)
    ]
