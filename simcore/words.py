"""Whether the names in a model file mean something: each problem at its line and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from simcore.dims import RESERVED
from simcore.documents import Document, Loc, Problem, hint
from simcore.model import NOT_SOLVED_FROM
from simcore.spec import Contrast, DeathsOutcome, HazardRatio, ModelFile, Option, StratumYears, Variable


def word_problems(document: Document, spec: ModelFile) -> Iterator[Problem]:
    """Names that must mean something else in the same file, and do not."""
    words = _Words(document, spec)
    yield from words.strata()
    for name, variable in spec.variables.items():
        yield from words.variable(name, variable)
    yield from words.deaths()
    for i, ratio in enumerate(spec.deaths.hazard_ratios):
        yield from words.hazard_ratio(("deaths", "hazard_ratios", i), ratio)
    yield from words.contrasts()
    yield from words.variants()


class _Words:
    """One model file; each method yields the problems of one part of it."""

    def __init__(self, document: Document, spec: ModelFile) -> None:
        self.document, self.spec = document, spec
        self.dims = spec.strata.dims
        self.asked = spec.solve.contrasts if spec.solve else {}
        self.parameters = [*spec.parameters, *(contrast.solves for contrast in self.asked.values())]
        self.luck: dict[tuple[str, int | str], str] = {}
        self.known: dict[str, Sequence[str]] = {
            dim: () if isinstance(levels, StratumYears) else levels.levels
            for dim, levels in self.dims.items()
        }
        """Levels of everything declared so far: a variable sees only what comes before it."""

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

    def number(self, loc: Loc, number: int | str, name: str) -> Iterator[Problem]:
        """The number of a decision or clock, which no two may share."""
        what = str(loc[-1])
        first = self.luck.setdefault((what, number), name)
        if first != name:
            yield self.problem(loc, f"{what} {number} is taken by {first}; give each its own number")

    def strata(self) -> Iterator[Problem]:
        """Names of parameters and dimensions, and the years that margins are solved over."""
        for parameter in self.spec.parameters:
            if parameter in NOT_SOLVED_FROM:
                message = f"`{parameter}` is a key that explains; give the parameter another name"
                yield self.problem(("parameters", parameter), message)
        for dim in self.dims:
            if dim in RESERVED:
                yield self.problem(
                    ("strata", "dims", dim), f"`{dim}` is a name of the engine; choose another"
                )
        years = self.dims.get("year")
        if not isinstance(years, StratumYears):
            return
        if not self.spec.reference_years:
            yield self.problem(
                (), "a model with years needs `reference_years`; name those that margins are solved over"
            )
        for i, year in enumerate(self.spec.reference_years):
            if not years.first <= year <= years.last:
                message = f"{year} is outside the model; write years from {years.first} to {years.last}"
                yield self.problem(("reference_years", i), message)

    def variable(self, name: str, variable: Variable) -> Iterator[Problem]:
        """A variable, its shares and its odds ratios."""
        loc: Loc = ("variables", name)
        if name in RESERVED or name in self.dims:
            what = "a name of the engine" if name in RESERVED else "a stratum dimension already"
            yield self.document.problem(loc, f"`{name}` is {what}; choose another", at="key")
        allowed = list(self.dims) if variable.odds_ratios else list(self.known)
        for i, by in enumerate(variable.shares.by):
            if by not in allowed:
                yield self.unknown((*loc, "shares", "by", i), by, allowed, "stratum or earlier variable")
        yield from self.between(loc, variable)
        causal: dict[str, bool] = {}
        for i, ratio in enumerate(variable.odds_ratios):
            at = (*loc, "odds_ratios", i)
            yield from self.ratios(at, ratio.parent, ratio.ratios)
            for j, level in enumerate(ratio.of or ()):
                if level not in variable.levels:
                    yield self.unknown((*at, "of", j), level, variable.levels, f"level of {name}")
            if causal.setdefault(ratio.parent, ratio.causal) != ratio.causal:
                message = f"{ratio.parent} is causal in one place and not in another; choose one"
                yield self.problem((*at, "parent"), message)
        self.known[name] = variable.levels
        yield from self.number((*loc, "decision"), variable.decision, name)

    def between(self, loc: Loc, variable: Variable) -> Iterator[Problem]:
        """A place between two bounds is a share."""
        between = variable.shares.between
        if between is None:
            return
        at = (*loc, "shares", "between", "at")
        if between.at not in self.spec.parameters:
            yield self.unknown(at, between.at, self.spec.parameters, "parameter")
            return
        low, high = self.spec.parameters[between.at].value.bounds
        if low < 0 or high > 1:
            message = f"{between.at} may lie outside 0 to 1; give it a uniform or beta distribution inside"
            yield self.problem(at, message)

    def deaths(self) -> Iterator[Problem]:
        """Causes, ages, and what the baseline and the residual hang on."""
        deaths = self.spec.deaths
        for cause, declared in deaths.causes.items():
            yield from self.number(("deaths", "causes", cause, "clock"), declared.clock, cause)
        yield from self.ages()
        for name, levels in deaths.ratios_act_within.items():
            loc: Loc = ("deaths", "ratios_act_within", name)
            yield from self.levels(loc, name, {(*loc, i): level for i, level in enumerate(levels)})
        for i, name in enumerate(deaths.baseline.by):
            yield from self.levels(("deaths", "baseline", "by", i), name, {})
        if (deaths.baseline.table is None) == (deaths.baseline.target is None):
            yield self.problem(("deaths", "baseline"), "give either `table` or `target`")
        if deaths.residual is not None and deaths.residual.by not in self.dims:
            yield self.unknown(
                ("deaths", "residual", "by"), deaths.residual.by, self.dims, "stratum dimension"
            )
        if self.spec.drawn_to is not None and self.spec.drawn_to not in self.spec.variables:
            yield self.unknown(("drawn_to",), self.spec.drawn_to, self.spec.variables, "variable")

    def ages(self) -> Iterator[Problem]:
        """Bands follow one another; each is in one period at most, and in one if there is a residual."""
        deaths = self.spec.deaths
        end = 0
        for band, (first, last) in deaths.age_bands.items():
            if first != end or last <= first:
                message = f"runs from {first} to {last}; bands follow one another, so begin it at day {end}"
                yield self.problem(("deaths", "age_bands", band), message)
            end = last
        period_of: dict[str, str] = {}
        for period, bands in deaths.age_periods.items():
            for i, band in enumerate(bands):
                loc: Loc = ("deaths", "age_periods", period, i)
                if band not in deaths.age_bands:
                    yield self.unknown(loc, band, deaths.age_bands, "age band")
                elif period_of.setdefault(band, period) != period:
                    yield self.problem(loc, f"{band} is in {period_of[band]} too; put it in one period")
        left_out = [band for band in deaths.age_bands if band not in period_of]
        if deaths.residual is not None and left_out:
            message = f"{', '.join(left_out)} in no period, and the residual needs one; add it"
            yield self.problem(("deaths", "age_periods"), message)

    def hazard_ratio(self, at: Loc, ratio: HazardRatio) -> Iterator[Problem]:
        """A factor on hazards: whose, of what, when."""
        deaths, variables = self.spec.deaths, self.spec.variables
        yield from self.ratios(at, ratio.parent, ratio.ratios)
        for i, cause in enumerate(ratio.causes or ()):
            if cause not in deaths.causes:
                yield self.unknown((*at, "causes", i), cause, deaths.causes, "cause")
        from_day = variables[ratio.parent].known_from_day if ratio.parent in variables else 0
        for i, band in enumerate(ratio.age_bands or deaths.age_bands):
            loc = (*at, "age_bands", i) if ratio.age_bands else at
            if band not in deaths.age_bands:
                yield self.unknown(loc, band, deaths.age_bands, "age band")
            elif deaths.age_bands[band][0] < from_day:
                message = (
                    f"{ratio.parent} acts from day {from_day}, and {band} begins before; name later age bands"
                )
                yield self.problem(loc, message)
        for name, levels in (ratio.within or {}).items():
            inside: Loc = (*at, "within", name)
            yield from self.levels(inside, name, {(*inside, i): level for i, level in enumerate(levels)})
            if name == ratio.parent:
                yield self.problem(inside, f"{name} is the parent itself; leave its level out of `ratios`")

    def contrasts(self) -> Iterator[Problem]:
        """Published totals, and the unknown that each one solves."""
        solved: dict[str, str] = {}
        for name, contrast in self.asked.items():
            at: Loc = ("solve", "contrasts", name)
            yield from self.contrast(at, contrast)
            first = solved.setdefault(contrast.solves, name)
            if first != name:
                message = f"{contrast.solves} is solved by {first} already; give each contrast its own"
                yield self.problem((*at, "solves"), message)

    def contrast(self, at: Loc, contrast: Contrast) -> Iterator[Problem]:
        """One contrast under ``do``."""
        if contrast.set in self.dims:
            yield self.problem(
                (*at, "set"), f"{contrast.set} is a stratum and cannot be set; name a variable"
            )
        ends = {(*at, "from"): contrast.from_, (*at, "to"): contrast.to}
        yield from self.levels((*at, "set"), contrast.set, ends)
        if contrast.from_ == contrast.to:
            yield self.problem(
                (*at, "to"), f"`{contrast.to}` is both ends of the contrast; choose another level"
            )
        for part, held in (("holding", contrast.holding), ("among", contrast.among)):
            for name, level in held.items():
                yield from self.levels((*at, part, name), name, {(*at, part, name): level})
        if contrast.value not in self.spec.parameters:
            yield self.unknown((*at, "value"), contrast.value, self.spec.parameters, "parameter")
        outcome = contrast.outcome
        loc: Loc = (*at, "outcome")
        if isinstance(outcome, DeathsOutcome):
            periods = (*self.spec.deaths.age_periods, "infant")
            if outcome.deaths not in periods:
                yield self.unknown((*loc, "deaths"), outcome.deaths, periods, "age period")
        else:
            levels = {(*loc, "levels", i): level for i, level in enumerate(outcome.levels)}
            yield from self.levels((*loc, "variable"), outcome.variable, levels)

    def variants(self) -> Iterator[Problem]:
        """Structural choices."""
        variants = self.spec.variants
        for name, variant in variants.items():
            at: Loc = ("variants", name)
            if variant.default not in variant.options:
                yield self.unknown((*at, "default"), variant.default, variant.options, "option")
            for other, options in variant.moot_when.items():
                if other not in variants:
                    yield self.unknown((*at, "moot_when", other), other, variants, "variant")
                    continue
                for i, option in enumerate(options):
                    if option not in variants[other].options:
                        loc = (*at, "moot_when", other, i)
                        yield self.unknown(loc, option, variants[other].options, f"option of {other}")
            for label, choice in variant.options.items():
                yield from self.option((*at, "options", label), choice)

    def option(self, at: Loc, choice: Option) -> Iterator[Problem]:
        """One option of a variant."""
        variables = self.spec.variables
        for i, silent in enumerate(choice.off):
            if silent not in variables:
                yield self.unknown((*at, "off", i), silent, variables, "variable")
        for parameter in choice.times:
            if parameter not in self.spec.parameters:
                yield self.unknown((*at, "times", parameter), parameter, self.spec.parameters, "parameter")
        for child, parents in choice.causal.items():
            if child not in variables:
                yield self.unknown((*at, "causal", child), child, variables, "variable")
                continue
            associated = [ratio.parent for ratio in variables[child].odds_ratios if not ratio.causal]
            for i, parent in enumerate(parents):
                if parent not in associated:
                    loc = (*at, "causal", child, i)
                    yield self.unknown(loc, parent, associated, f"association of {child} with")
