"""Words that any intervention may use: whom it aims at, what it moves, when, and after which source."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scenarios.check.vocabulary import Vocabulary
from scenarios.schema import ASSUMPTION, Scenario, Sourced
from scenarios.schema.words import Part
from simcore.dims import YEAR
from simcore.problems import Loc, Problem, hint, near_match

_NO_LEVER = {
    "descriptor": "a descriptor and no lever: it says who somebody is",
    "intermediate": "an intermediate and no lever: policies move it only through what comes before",
}


@dataclass(frozen=True)
class Checker:
    """Words of one part of a scenario, at its address. Each method yields problems."""

    scenario: Scenario
    words: Vocabulary
    at: Loc

    def problem(self, loc: Loc, message: str, at: Literal["key", "value"] = "value") -> Problem:
        return self.scenario.problem((*self.at, *loc), message, at)

    def sources(self, part: Part, loc: Loc = ()) -> Iterator[Problem]:
        """Sources that the model does not know, of a part and of all that stands in it."""
        known = self.words.sources
        for at, sources in _sources(part, loc):
            for source in sources:
                if known is not None and source != ASSUMPTION and source not in known:
                    yield self.problem(at, f"no source `{source}` in the model; {_remedy(source, known)}")

    def level(self, loc: Loc, name: str, level: str, levels: Sequence[str]) -> Iterator[Problem]:
        """A level of something that has these."""
        if level not in levels:
            yield self.problem(loc, f"{name} has no level `{level}`; {hint(level, levels)}")

    def targeting(self, loc: Loc, where: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
        """Variables, strata and levels aimed at."""
        known = {**self.words.strata, **{name: v.levels for name, v in self.words.variables.items()}}
        for name, levels in where.items():
            if name == YEAR:
                remedy = "write `years: {from: ..., to: ...}` beside `where`"
                yield self.problem((*loc, name), f"years are not aimed at here; {remedy}", "key")
                continue
            if name not in known:
                yield self.problem(
                    (*loc, name), f"no variable or stratum `{name}`; {hint(name, known)}", "key"
                )
                continue
            for j, level in enumerate(levels):
                yield from self.level((*loc, name, j), name, level, known[name])

    def comes_before(self, loc: Loc, where: Mapping[str, Sequence[str]], changed: str) -> Iterator[Problem]:
        """Who is aimed at must be settled before what is changed."""
        words, order = self.words.variables.get(changed), list(self.words.variables)
        if words is None or words.kind != "exposure":
            return  # what is wrong is what is changed
        settled = [*self.words.strata, *order[: order.index(changed)]]
        for name in where:
            if name in order and name not in settled:
                what = "is what is changed" if name == changed else f"is not settled before {changed}"
                choices = f"choose from {', '.join(settled)}" if settled else "leave it out"
                yield self.problem((*loc, name), f"{name} {what}; {choices}", "key")

    def lever(self, loc: Loc, name: str) -> Iterator[Problem]:
        """Only exposures can be moved."""
        exposures = [v for v, words in self.words.variables.items() if words.kind == "exposure"]
        choices = f"choose from {', '.join(exposures)}"
        if name in self.words.strata or name == YEAR:
            yield self.problem(loc, f"{name} is a stratum and no lever: aim at it with `where`; {choices}")
        elif name not in self.words.variables:
            yield self.problem(loc, f"no variable `{name}`; {hint(name, exposures)}")
        elif name not in exposures:
            kind = self.words.variables[name].kind
            yield self.problem(loc, f"{name} is {_NO_LEVER[kind]}; {choices}")


def _remedy(word: str, known: Collection[str]) -> str:
    """Like ``hint``, without listing a hundred keys."""
    match = near_match(word, known)
    return f"did you mean `{match}`?" if match else "use a key of its sources, or `assumption` with a note"


def _sources(part: Part, loc: Loc) -> Iterator[tuple[Loc, tuple[str, ...]]]:
    """Every source named in a part, with where it stands."""
    if isinstance(part, Sourced):
        yield (*loc, "source"), part.source
    for name in type(part).model_fields:
        inner = getattr(part, name)
        if isinstance(inner, Part):
            yield from _sources(inner, (*loc, name))
        elif isinstance(inner, tuple):
            for i, item in enumerate(inner):
                if isinstance(item, Part):
                    yield from _sources(item, (*loc, name, i))
