"""Uniform numbers of what a scenario leaves uncertain, by name."""

from __future__ import annotations

from simcore.draws import uniforms
from simcore.network import Array


class Luck:
    """Uniform numbers by name, as many as any block has asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Array] = {}

    def first(self, name: str, n: int) -> Array:
        """At least the first ``n`` numbers of a name."""
        known = self._known.get(name)
        if known is None or known.size < n:
            # each block asks for a few more than the one before
            known = self._known[name] = uniforms(name, 2 * n)
        return known
