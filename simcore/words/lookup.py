"""What the words of a model file are looked up in: everything that it declares, with addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from simcore.dims import YEAR
from simcore.documents import Document
from simcore.problems import Loc, Problem, hint
from simcore.spec import ModelFile, StratumYears


class Words:
    """One model file; methods yield the problems of one part of it, each with its address."""

    def __init__(self, document: Document, spec: ModelFile) -> None:
        self.document, self.spec = document, spec
        self.dims = spec.strata.dims
        self.asked = spec.solve.contrasts if spec.solve else {}
        self.parameters = [*spec.parameters, *(contrast.solves for contrast in self.asked.values())]
        self.of_strata: dict[str, Sequence[str]] = {
            dim: () if isinstance(levels, StratumYears) else levels.levels
            for dim, levels in self.dims.items()
        }
        self.known = {**self.of_strata, **{name: v.levels for name, v in spec.variables.items()}}
        """Levels of everything that may be named here."""

    def problem(self, loc: Loc, message: str) -> Problem:
        return self.document.problem(loc, message)

    def unknown(self, loc: Loc, word: str, choices: Iterable[str], what: str) -> Problem:
        return self.problem(loc, f"no {what} `{word}`; {hint(word, choices)}")

    def levels(self, loc: Loc, name: str, levels: Mapping[Loc, str]) -> Iterator[Problem]:
        """A variable and some of its levels, each with its own address."""
        if name not in self.known:
            yield self.unknown(loc, name, self.known, "variable")
            return
        for at, level in levels.items():
            if level not in self.known[name]:
                yield self.unknown(at, level, self.known[name], f"level of {name}")

    def ratios(self, loc: Loc, parent: str, ratios: Mapping[str, float | str]) -> Iterator[Problem]:
        """Levels of a parent, each with a number or a parameter."""
        yield from self.levels((*loc, "parent"), parent, {(*loc, "ratios", level): level for level in ratios})
        for level, ratio in ratios.items():
            if isinstance(ratio, str) and ratio not in self.parameters:
                yield self.unknown((*loc, "ratios", level), ratio, self.parameters, "parameter")
            elif isinstance(ratio, str):
                yield from self.above_zero(ratio)

    def above_zero(self, parameter: str) -> Iterator[Problem]:
        """A parameter that is used as a ratio; one that is solved has no distribution to look at."""
        if parameter not in self.spec.parameters:
            return
        low, high = self.spec.parameters[parameter].value.bounds
        if low < 0 or high <= 0:
            message = "is used as a ratio and may be 0 or less; use a number, lognormal or uniform above 0"
            yield self.problem(("parameters", parameter, "value"), message)

    def no_years(self, loc: Loc, name: str) -> Iterator[Problem]:
        """Risk is the same in every year: what changes by year is how common its causes are."""
        if name == YEAR:
            message = (
                "hazards and ratios are the same in every year; let the shares of a variable vary by year"
            )
            yield self.problem(loc, message)
