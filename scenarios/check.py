"""Do a scenario's words mean something in a model? Every misspelt word with its address and near match."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scenarios.schema import (
    ASSUMPTION,
    ByYear,
    HazardRatio,
    Intervention,
    Prevalence,
    Ramp,
    Scenario,
    Sourced,
    Support,
)
from simcore.dims import YEAR
from simcore.load import is_model, shipped_models
from simcore.problems import DocumentError, Loc, Problem, hint, near_match
from simcore.tables import read_table

if TYPE_CHECKING:
    from simcore.model import Model


@dataclass(frozen=True)
class VariableWords:
    """A variable as a scenario may speak of it."""

    levels: tuple[str, ...]
    kind: Literal["descriptor", "exposure", "intermediate"]


@dataclass(frozen=True)
class Vocabulary:
    """The words of a model, as plain data. ``variables`` stand in causal order."""

    model: str
    variables: Mapping[str, VariableWords]
    strata: Mapping[str, tuple[str, ...]]
    """Levels of the stratum dimensions other than the year."""
    years: tuple[int, int]
    causes: tuple[str, ...]
    age_bands: tuple[str, ...]
    """In order of age; what begins after birth comes too late for the first."""
    sources: frozenset[str] | None = field(default=None)
    """Known source keys; None leaves sources unchecked."""


def vocabulary_of(model: Model) -> Vocabulary:
    """The words of a loaded model. Its sources are read from the table that it names.

    Raises DocumentError for a model without years.
    """
    spec = model.spec
    if not model.years:
        message = f"{model.name} has no years, and scenarios act in years; add a `year` stratum to the model"
        raise DocumentError(Problem(str(model.folder / "model.yaml"), None, None, "strata.dims", message))
    sources = None
    if spec.sources is not None:
        sources = frozenset(read_table(model.folder / spec.sources, {"key": str}, others=True)["key"])
    return Vocabulary(
        model=model.name,
        variables={name: VariableWords(v.levels, v.kind) for name, v in spec.variables.items()},
        strata={name: levels for name, levels in model.strata.items() if name != YEAR},
        years=(model.years[0], model.years[-1]),
        causes=tuple(spec.deaths.causes),
        age_bands=tuple(spec.deaths.age_bands),
        sources=sources,
    )


def check_against(scenario: Scenario, vocabulary: Vocabulary, years: tuple[int, int] | None = None) -> None:
    """Raise DocumentError with every word of the scenario that the model does not know or allow.

    ``years`` are the first and last year of birth asked for, where they are known.
    """
    problems = list(find_problems(scenario, vocabulary, years))
    if problems:
        raise DocumentError(problems)


def find_problems(
    scenario: Scenario, vocabulary: Vocabulary, years: tuple[int, int] | None = None
) -> Iterator[Problem]:
    """The problems that :func:`check_against` raises, to gather over several files."""
    if scenario.model != vocabulary.model:
        found = f"is for the model `{scenario.model}`, not `{vocabulary.model}`"
        yield scenario.problem(("model",), f"{found}; {_which_model(scenario, vocabulary.model)}")
        return
    for i, intervention in enumerate(scenario.interventions):
        checker = _Checker(scenario, vocabulary, ("interventions", i))
        yield from checker.common(intervention, years)
        if isinstance(intervention, Prevalence):
            yield from checker.prevalence(intervention, years)
        elif isinstance(intervention, Support):
            yield from checker.support(intervention)
        elif isinstance(intervention, HazardRatio):
            yield from checker.hazard_ratio(intervention)


@dataclass(frozen=True)
class _Checker:
    """One intervention's words. Each method yields the problems of one part."""

    scenario: Scenario
    words: Vocabulary
    at: Loc

    def problem(self, loc: Loc, message: str, at: Literal["key", "value"] = "value") -> Problem:
        return self.scenario.problem((*self.at, *loc), message, at)

    def common(self, intervention: Intervention, years: tuple[int, int] | None) -> Iterator[Problem]:
        """Targeting, years and sources, which every kind has."""
        yield from self.targeting(("where",), intervention.where)
        first, last = self.words.years
        window = intervention.years
        if years and not any(window.holds(year) for year in range(years[0], years[1] + 1)):
            message = f"acts in none of the years asked for, {years[0]} to {years[1]}; change one of the two"
            yield self.problem(("years",), message)
        for key, year in (("from", window.from_), ("to", window.to)):
            if year is not None and not first <= year <= last:
                yield self.problem(("years", key), f"{year} is outside the model; write {first} to {last}")
        known = self.words.sources
        for loc, sources in _sources(intervention):
            for source in sources:
                if known is not None and source != ASSUMPTION and source not in known:
                    yield self.problem(loc, f"no source `{source}` in the model; {_remedy(source, known)}")

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
                if level not in known[name]:
                    message = f"{name} has no level `{level}`; {hint(level, known[name])}"
                    yield self.problem((*loc, name, j), message)

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

    def prevalence(self, change: Prevalence, years: tuple[int, int] | None) -> Iterator[Problem]:
        """A share multiplied."""
        yield from self.lever(("of",), change.of)
        words = self.words.variables.get(change.of)
        if words is not None and words.kind == "exposure" and len(words.levels) != 2:
            message = f"{change.of} has {len(words.levels)} levels and only two can be multiplied"
            yield self.problem(("of",), f"{message}; use `change: support` towards one of its levels")
        yield from self.comes_before(("where",), change.where, change.of)
        path = change.multiply
        first, last = self.words.years
        if isinstance(path, ByYear):
            for year in path.table:
                if not first <= year <= last:
                    message = f"{year} is outside the model; write {first} to {last}"
                    yield self.problem(("multiply", "table", str(year)), message, "key")
            end = min(years[1] if years else 0, change.years.to or last)
            if path.after is None and path.last < end:
                message = f"the table ends in {path.last}, before {end}; add `after: hold` or more years"
                yield self.problem(("multiply", "table"), message)
        if isinstance(path, Ramp):
            for key, year in (("from", path.ramp.from_), ("to", path.ramp.to)):
                if not first <= year <= last:
                    message = f"{year} is outside the model; write {first} to {last}"
                    yield self.problem(("multiply", "ramp", key), message)

    def support(self, change: Support) -> Iterator[Problem]:
        """An offer and what it makes likelier."""
        yield from self.targeting(("offer_to",), change.offer_to)
        for name, levels in change.offer_to.items():
            if not set(levels) & set(change.where.get(name, levels)):
                message = (
                    f"`where` and `offer_to` have no level of {name} in common; nobody is left to offer to"
                )
                yield self.problem(("where", name), message)
        outcome = change.effect.outcome
        loc: Loc = ("effect", change.effect.by)
        yield from self.lever((*loc, "variable"), outcome.variable)
        words = self.words.variables.get(outcome.variable)
        if words is not None and outcome.level not in words.levels:
            message = (
                f"{outcome.variable} has no level `{outcome.level}`; {hint(outcome.level, words.levels)}"
            )
            yield self.problem((*loc, "level"), message)
        elif words is not None and outcome.level == words.levels[-1]:
            # those who gain come from the levels after it, so that nobody is moved the other way
            earlier = ", ".join(words.levels[:-1])
            message = f"`{outcome.level}` is the last level and nobody comes to it; choose from {earlier}"
            yield self.problem((*loc, "level"), message)
        yield from self.comes_before(("offer_to",), change.offer_to, outcome.variable)
        yield from self.comes_before(("where",), change.where, outcome.variable)

    def hazard_ratio(self, change: HazardRatio) -> Iterator[Problem]:
        """Causes and ages at which risk is multiplied."""
        for key, given, known in (
            ("causes", change.causes, self.words.causes),
            ("age_bands", change.age_bands, self.words.age_bands),
        ):
            for j, word in enumerate(given):
                if word not in known:
                    what = "cause" if key == "causes" else "age band"
                    yield self.problem((key, j), f"no {what} `{word}`; {hint(word, known)}")
                elif word in given[:j]:
                    yield self.problem((key, j), f"`{word}` stands twice; keep one")
                elif change.begins == "after_birth" and word == self.words.age_bands[0]:
                    message = f"what begins after birth comes too late for {word}; take it out, or write "
                    message += "`begins: pregnancy` for what acts from the first day"
                    yield self.problem((key, j), message)


def _which_model(scenario: Scenario, asked: str) -> str:
    """The remedy where a file is for another model: its own named, with its folder if that lies at hand."""
    name, beside = scenario.model, Path(scenario.document.path).parent
    homes = [folder for folder in (beside / name, Path(name)) if is_model(str(folder))]
    if not homes and near_match(name, [asked]):
        return f"did you mean `model: {asked}`?"
    home = name if name in shipped_models() else homes[0] if homes else f"PATH/{name}"
    return f"add `--model {home}`, or write `model: {asked}`"


_NO_LEVER = {
    "descriptor": "a descriptor and no lever: it says who somebody is",
    "intermediate": "an intermediate and no lever: policies move it only through what comes before",
}


def _remedy(word: str, known: Collection[str]) -> str:
    """Like ``hint``, without listing a hundred keys."""
    match = near_match(word, known)
    return f"did you mean `{match}`?" if match else "use a key of its sources, or `assumption` with a note"


def _sources(intervention: Intervention) -> Iterator[tuple[Loc, tuple[str, ...]]]:
    """Every source named, with where it stands."""
    if isinstance(intervention, Sourced):
        yield ("source",), intervention.source
    for name in type(intervention).model_fields:
        part = getattr(intervention, name)
        if isinstance(part, Sourced):
            yield (name, "source"), part.source
