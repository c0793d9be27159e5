"""Changing one place of a model file, given as plain data."""

from __future__ import annotations

import re
from typing import Any

_PART = re.compile(r"([^.\[\]]+)((?:\[[^\]]+\])*)\.?")
_ITEM = re.compile(r"\[([^\]]+)\]")


class NoPlace(ValueError):
    """A place that the model file does not have."""


def put(data: dict[str, Any], place: str, value: object) -> None:
    """Set a place to a value; None takes it out, ``[+]`` adds to a list. What leads there must be there.

    >>> data = {"arrows": [{"parent": "smoking", "ratios": {"yes": 2.0}}]}
    >>> put(data, "arrows[parent=smoking].ratios.quit", 1.2)
    >>> put(data, "arrows[0].ratios.yes", None)
    >>> put(data, "arrows[+]", {"parent": "bmi"})
    >>> data
    {'arrows': [{'parent': 'smoking', 'ratios': {'quit': 1.2}}, {'parent': 'bmi'}]}
    """
    *way, last = _steps(place)
    at: Any = data
    for step in way:
        at = _into(at, step, place)
    if isinstance(at, list) and last == "[+]":
        at.append(value)
    elif isinstance(at, list):
        index = _index(at, last, place)
        if value is None:
            del at[index]
        else:
            at[index] = value
    elif not isinstance(at, dict):
        raise NoPlace(f"no {place}: nothing stands below what leads there")
    elif value is None:
        if last not in at:
            raise NoPlace(f"no {place} to take out")
        del at[last]
    else:
        at[last] = value


def _steps(place: str) -> list[str]:
    steps = []
    for name, items in _PART.findall(place):
        steps += [name, *(f"[{item}]" for item in _ITEM.findall(items))]
    return steps


def _into(at: Any, step: str, place: str) -> Any:
    if isinstance(at, list):
        return at[_index(at, step, place)]
    if not isinstance(at, dict) or step not in at:
        raise NoPlace(f"no {place}: there is no `{step}`")
    return at[step]


def _index(items: list[Any], step: str, place: str) -> int:
    wanted = step.strip("[]")
    if wanted.isdigit() and int(wanted) < len(items):
        return int(wanted)
    asked = [condition.partition("=") for condition in wanted.split(",")]
    found = [
        i
        for i, item in enumerate(items)
        if isinstance(item, dict)
        and all(sign and _says(_entry(item, key), value) for key, sign, value in asked)
    ]
    if len(found) != 1:
        raise NoPlace(f"no {place}: {len(found)} items are {step}")
    return found[0]


def _entry(item: object, key: str) -> object:
    """An entry of an item, or one within it: ``ratios.yes``."""
    for part in key.split("."):
        item = item.get(part) if isinstance(item, dict) else None
    return item


def _says(said: object, value: str) -> bool:
    """Whether an entry is a value, or a list that holds it."""
    return value in map(str, said) if isinstance(said, list) else str(said) == value
