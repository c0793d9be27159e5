"""What smoking is told apart by: mother of a Pakistani baby, else born in the United Kingdom or abroad."""

from __future__ import annotations

from ..evidence import Table
from ..labels import COUNTRIES, GROUPS

BACKGROUNDS = ("uk_born", "born_abroad", "pakistani")


def background_of(group: str, country: str) -> str:
    """The background of a mother, by the baby's ethnic group and her country of birth."""
    if group == "pakistani":
        return "pakistani"
    return "uk_born" if country == "uk" else "born_abroad"


def background() -> Table:
    """All of a cell of ethnic group and country of birth has one background."""
    return [
        {"ethnic_group": group, "country_of_birth": country, "level": level}
        | {"share": 1.0 if level == background_of(group, country) else 0.0}
        | {"source_key": "assumption", "rule": "derived:background"}
        for group in GROUPS
        for country in COUNTRIES
        for level in BACKGROUNDS
    ]
