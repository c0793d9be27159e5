"""A scenario as the text of a file, laid out as a person would write it."""

from __future__ import annotations

from typing import Any

FIRST = ("id", "change", "of", "per", "value")
LAST = ("costs", "source", "note")


def as_yaml(said: dict[str, Any]) -> str:
    """Plain data as YAML: keys in the order of the language, known numbers plain, long words folded.

    >>> print(as_yaml({"source": ["assumption"], "id": "offer", "multiply": {"distribution": "fixed", "value": 0.5}}))
    id: offer
    multiply: 0.5
    source:
    - assumption
    <BLANKLINE>
    """
    import yaml

    return yaml.safe_dump(_tidy(said), sort_keys=False, allow_unicode=True, width=110)


def _tidy(said: Any) -> Any:
    """Keys that name a thing first, those that explain it last; a ramp or step begins with its years as it is."""
    if isinstance(said, list):
        return [_tidy(item) for item in said]
    if not isinstance(said, dict):
        return said
    if said.get("distribution") == "fixed":
        return said["value"]
    in_order = said.items() if "from" in said else sorted(said.items(), key=lambda item: _place(item[0]))
    return {key: _tidy(value) for key, value in in_order}


def _place(key: object) -> int:
    if key in FIRST:
        return FIRST.index(str(key)) - len(FIRST)
    return 1 + LAST.index(str(key)) if key in LAST else 0
