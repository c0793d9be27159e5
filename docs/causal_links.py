"""The arrows of a model, read from ``model.yaml`` alone: which act, which say no more than found together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simcore.model import Model
from simcore.spec import ModelFile

DEATHS = "deaths"
LOOKS = ("causal", "associated", "neutral")


@dataclass(frozen=True)
class Link:
    """An arrow of the model."""

    start: str
    end: str
    look: str
    """``causal``; ``associated``: found together, a policy on the start moves nothing; ``neutral``: ratios of 1."""
    variants: tuple[str, ...]
    """Variants of which some option changes this arrow."""


def links(model: Model) -> list[Link]:
    """Every arrow between variables and to the deaths, each pair once, in the order of the file.

    Strata (year, decile) are not nodes: the page says which margins hang on them.
    """
    spec = model.spec
    found: dict[tuple[str, str], tuple[str, set[str]]] = {}

    def add(start: str, end: str, look: str, names: Iterable[str] = ()) -> None:
        seen, ratios = found.get((start, end), ("neutral", set()))
        order = ("neutral", "associated", "causal")
        found[start, end] = max(seen, look, key=order.index), ratios | set(names)

    for name, variable in spec.variables.items():
        for parent in variable.shares.by:
            if parent in spec.variables:
                add(parent, name, "associated" if _describe(spec, parent, name) else "causal")
        for ratio in variable.odds_ratios:
            causal = ratio.causal and not _describe(spec, ratio.parent, name)
            look = "associated" if not causal else "neutral" if _neutral(spec, ratio.ratios) else "causal"
            add(ratio.parent, name, look, _named(ratio.ratios))
    for parent in spec.deaths.baseline.by:
        if parent in spec.variables:
            add(parent, DEATHS, "causal")
    for ratio in spec.deaths.hazard_ratios:
        add(
            ratio.parent,
            DEATHS,
            "neutral" if _neutral(spec, ratio.ratios) else "causal",
            _named(ratio.ratios),
        )
    return [
        Link(a, b, look, tuple(_variants(spec, a, b, look, names))) for (a, b), (look, names) in found.items()
    ]


def _describe(spec: ModelFile, parent: str, child: str) -> bool:
    """Between two descriptors no policy acts: they are found together."""
    return {spec.variables[name].kind for name in (parent, child)} == {"descriptor"}


def _named(ratios: dict[str, float | str]) -> Iterator[str]:
    return (r for r in ratios.values() if isinstance(r, str))


def _neutral(spec: ModelFile, ratios: dict[str, float | str]) -> bool:
    """Whether every ratio is 1 at the centre; one that is solved is not."""
    return all(is_neutral(spec, ratio) for ratio in ratios.values())


def is_neutral(spec: ModelFile, ratio: float | str) -> bool:
    """Whether a ratio is a number of 1, or a parameter whose central value is 1."""
    if isinstance(ratio, str):
        return ratio in spec.parameters and spec.parameters[ratio].value.central == 1.0
    return ratio == 1.0


def _variants(spec: ModelFile, start: str, end: str, look: str, ratios: set[str]) -> Iterator[str]:
    """Variants that switch an arrow off (never an association), scale its ratio or read it as causal."""
    contrasts = spec.solve.contrasts.values() if spec.solve else ()
    moved = ratios | {c.value for c in contrasts if c.solves in ratios}
    for name, variant in spec.variants.items():
        options = variant.options.values()
        if any(
            (start in option.off and look != "associated")
            or moved & {*option.off, *option.times}
            or start in option.causal.get(end, ())
            for option in options
        ):
            yield name


def in_words(model: Model) -> str:
    """The graph for those who do not see it: each node with what leads to it."""
    found = links(model)
    words = []
    for name in (*model.spec.variables, DEATHS):
        parts = [
            f"{look if look == 'causal' else look + ' with' if look == 'associated' else 'neutral'}: "
            + ", ".join(link.start for link in found if link.end == name and link.look == look)
            for look in LOOKS
            if any(link.end == name and link.look == look for link in found)
        ]
        if parts:
            words.append(f"{name} ({'; '.join(parts)})")
    return "Arrows into each node. " + ". ".join(words) + "."


def variant_letters(model: Model) -> dict[str, str]:
    """The letter of every variant in the picture."""
    return {name: "abcdefghijklmnopqrstuvwxyz"[i] for i, name in enumerate(model.spec.variants)}


def told(names: Iterable[str]) -> str:
    """A list in one cell."""
    return ", ".join(f"`{name}`" for name in names)
