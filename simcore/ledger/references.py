"""Rows and assumptions named in running text: ``E004``, ``P198 to P200``, ``A13``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ID = re.compile(r"([A-Z]{1,2})(\d{1,5})")
_NAMED = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]{1,2})(\d{1,5})(?![A-Za-z0-9])(?:\s*(?:-|to)\s*\1(\d{1,5})(?![0-9]))?"
)


Families = Mapping[str, Mapping[int, str]]
"""Known ids by their letters and number."""


def families(known: Iterable[str]) -> Families:
    """Known ids, for :func:`named_in`."""
    found: dict[str, dict[int, str]] = {}
    for name in known:
        if match := ID.fullmatch(name):
            found.setdefault(match[1], {})[int(match[2])] = name
    return found


def named_in(text: str, known: Families) -> tuple[str, ...]:
    """Ids that a text names, those inside a range among them, in order.

    An id counts where some known one begins with the same letters; whether it is known itself is the caller's
    to ask. Of a range, only its ends and the known ids between them are named.

    >>> named_in("P198 to P200, A3 and 2020", families(["P198", "P199", "P200", "A1"]))
    ('P198', 'P199', 'P200', 'A3')
    """
    found: dict[str, None] = {}
    for match in _NAMED.finditer(text):
        letters, first, last = match[1], match[2], match[3]
        if letters not in known:
            continue
        found[letters + first] = None
        if last is not None:
            between = range(int(first), int(last) + 1)
            found |= dict.fromkeys(known[letters][number] for number in between if number in known[letters])
            found[letters + last] = None
    return tuple(found)
