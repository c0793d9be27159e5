"""Causal order: a variable hangs on those declared before it, and what is wrong where it does not."""

from __future__ import annotations

from collections.abc import Mapping

from simcore.spec import ModelFile


def parents(spec: ModelFile) -> dict[str, tuple[str, ...]]:
    """For every variable the variables it hangs on, as the file says, whatever their order."""
    named = {
        name: (*variable.shares.by, *(ratio.parent for ratio in variable.odds_ratios))
        for name, variable in spec.variables.items()
    }
    return {name: tuple(p for p in dict.fromkeys(of) if p in spec.variables) for name, of in named.items()}


def cycle(parents: Mapping[str, tuple[str, ...]], child: str, parent: str) -> tuple[str, ...]:
    """The shortest ring of arrows that an arrow from ``parent`` to ``child`` closes; empty if it closes none.

    >>> cycle({"rain": ("flood",), "mud": ("rain",), "flood": ("mud",)}, "rain", "flood")
    ('rain', 'mud', 'flood', 'rain')
    """
    # back from the parent to its causes, until one of them is the child
    waiting: list[tuple[str, ...]] = [(parent,)]
    seen = {parent}
    for way in waiting:
        if way[0] == child:
            return (*way, child)
        for earlier in parents.get(way[0], ()):
            if earlier not in seen:
                seen.add(earlier)
                waiting.append((earlier, *way))
    return ()
