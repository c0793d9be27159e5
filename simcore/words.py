"""Whether the names in a model file mean something: each problem at its line and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from simcore.dims import RESERVED
from simcore.documents import Document, Problem, hint
from simcore.spec import DeathsOutcome, ModelFile, StratumYears


def word_problems(document: Document, spec: ModelFile) -> Iterator[Problem]:
    """Names that must mean something else in the same file, and do not."""
    strata = dict(spec.strata.dims)
    deaths = spec.deaths
    known: dict[str, Sequence[str]] = {
        dim: [] if isinstance(levels, StratumYears) else levels.levels for dim, levels in strata.items()
    }

    def unknown(loc: tuple[str | int, ...], word: str, choices: Iterable[str], what: str) -> Problem:
        return document.problem(loc, f"no {what} `{word}`; {hint(word, choices)}")

    def numbers(loc: tuple[str | int, ...], ratios: Mapping[str, float | str]) -> Iterator[Problem]:
        for level, ratio in ratios.items():
            if isinstance(ratio, str) and ratio not in parameters:
                yield unknown((*loc, level), ratio, parameters, "parameter")

    def levels_of(loc: tuple[str | int, ...], variable: str, levels: Iterable[str]) -> Iterator[Problem]:
        if variable not in known:
            yield unknown(loc, variable, known, "variable")
            return
        for level in levels:
            if level not in known[variable]:
                yield unknown(loc, level, known[variable], f"level of {variable}")

    contrasts = spec.solve.contrasts if spec.solve else {}
    parameters = [*spec.parameters, *(contrast.solves for contrast in contrasts.values())]
    decisions: dict[int, str] = {}
    for name in (*strata, *spec.variables):
        if name in RESERVED:
            yield document.problem(
                ("variables", name), f"`{name}` is a name of the engine; choose another", at="key"
            )
    for name, variable in spec.variables.items():
        loc: tuple[str | int, ...] = ("variables", name)
        allowed = list(strata) if variable.odds_ratios else list(known)
        for i, by in enumerate(variable.shares.by):
            if by not in allowed:
                yield unknown((*loc, "shares", "by", i), by, allowed, "stratum or earlier variable")
        between = variable.shares.between
        if between is not None and between.at not in spec.parameters:
            yield unknown((*loc, "shares", "between", "at"), between.at, spec.parameters, "parameter")
        for i, ratio in enumerate(variable.odds_ratios):
            at = (*loc, "odds_ratios", i)
            yield from levels_of((*at, "parent"), ratio.parent, ratio.ratios)
            yield from numbers((*at, "ratios"), ratio.ratios)
            for level in ratio.of or ():
                if level not in variable.levels:
                    yield unknown((*at, "of"), level, variable.levels, f"level of {name}")
        known[name] = variable.levels
        yield from _decision(document, (*loc, "decision"), variable.decision, name, decisions)
    for cause, declared in deaths.causes.items():
        yield from _decision(
            document, ("deaths", "causes", cause, "decision"), declared.decision, cause, decisions
        )
    yield from _band_problems(document, spec)
    for name, levels in deaths.ratios_act_within.items():
        yield from levels_of(("deaths", "ratios_act_within", name), name, levels)
    for i, name in enumerate(deaths.baseline.by):
        yield from levels_of(("deaths", "baseline", "by", i), name, ())
    if (deaths.baseline.table is None) == (deaths.baseline.target is None):
        yield document.problem(("deaths", "baseline"), "give either `table` or `target`")
    for i, hazard in enumerate(deaths.hazard_ratios):
        at = ("deaths", "hazard_ratios", i)
        yield from levels_of((*at, "parent"), hazard.parent, hazard.ratios)
        yield from numbers((*at, "ratios"), hazard.ratios)
        for cause in hazard.causes or ():
            if cause not in deaths.causes:
                yield unknown((*at, "causes"), cause, deaths.causes, "cause")
        for band in hazard.age_bands or deaths.age_bands:
            if band not in deaths.age_bands:
                yield unknown((*at, "age_bands"), band, deaths.age_bands, "age band")
            elif (
                hazard.parent in spec.variables
                and deaths.age_bands[band][0] < spec.variables[hazard.parent].known_from_day
            ):
                yield document.problem(
                    (*at, "age_bands"),
                    f"{hazard.parent} acts from day {spec.variables[hazard.parent].known_from_day}, and {band} "
                    "begins before; name later age bands",
                )
        for name, levels in (hazard.within or {}).items():
            yield from levels_of((*at, "within", name), name, levels)
    if deaths.residual is not None and deaths.residual.by not in strata:
        yield unknown(("deaths", "residual", "by"), deaths.residual.by, strata, "stratum dimension")
    if spec.drawn_to is not None and spec.drawn_to not in spec.variables:
        yield unknown(("drawn_to",), spec.drawn_to, spec.variables, "variable")
    years = strata.get("year")
    if isinstance(years, StratumYears):
        for i, year in enumerate(spec.reference_years):
            if not years.first <= year <= years.last:
                yield document.problem(
                    ("reference_years", i), f"{year} is outside {years.first} to {years.last}"
                )
        if not spec.reference_years:
            yield document.problem(
                (), "a model with years names the `reference_years` that margins are solved over"
            )
    for name, contrast in contrasts.items():
        at = ("solve", "contrasts", name)
        yield from levels_of((*at, "set"), contrast.set, (contrast.from_, contrast.to))
        for held, level in (*contrast.holding.items(), *contrast.among.items()):
            yield from levels_of((*at, "holding"), held, (level,))
        if contrast.value not in spec.parameters:
            yield unknown((*at, "value"), contrast.value, spec.parameters, "parameter")
        outcome = contrast.outcome
        if isinstance(outcome, DeathsOutcome):
            if outcome.deaths not in (*deaths.age_periods, "infant"):
                yield unknown(
                    (*at, "outcome", "deaths"), outcome.deaths, (*deaths.age_periods, "infant"), "age period"
                )
        else:
            yield from levels_of((*at, "outcome"), outcome.variable, outcome.levels)
    for name, variant in spec.variants.items():
        at = ("variants", name)
        if variant.default not in variant.options:
            yield unknown((*at, "default"), variant.default, variant.options, "option")
        for option, choice in variant.options.items():
            for silent in choice.off:
                yield from levels_of((*at, "options", option, "off"), silent, ())
            for parameter in choice.times:
                if parameter not in spec.parameters:
                    yield unknown((*at, "options", option, "times"), parameter, spec.parameters, "parameter")


def _decision(
    document: Document, loc: tuple[str | int, ...], decision: int, name: str, taken: dict[int, str]
) -> Iterator[Problem]:
    first = taken.setdefault(decision, name)
    if first != name:
        yield document.problem(loc, f"decision {decision} is taken by {first}; give each its own number")


def _band_problems(document: Document, spec: ModelFile) -> Iterator[Problem]:
    end = 0
    for band, (first, last) in spec.deaths.age_bands.items():
        if first != end or last <= first:
            yield document.problem(
                ("deaths", "age_bands", band),
                f"runs from {first} to {last}; bands follow one another from day {end}",
            )
        end = last
    for period, bands in spec.deaths.age_periods.items():
        for band in bands:
            if band not in spec.deaths.age_bands:
                yield document.problem(
                    ("deaths", "age_periods", period),
                    f"no age band `{band}`; {hint(band, spec.deaths.age_bands)}",
                )
