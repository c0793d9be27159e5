"""Do a config's words mean something in its model? Every word that does not, with its address and a near match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from calibration.counted import groups_of
from calibration.schema import Births, Calibration, Contrasts, Counts, HeldOutYears, Shares
from calibration.targets import INFANT
from simcore.dims import YEAR
from simcore.distributions import Fixed, Lognormal, Normal
from simcore.model import Model
from simcore.problems import DocumentError, Loc, Problem, hint
from simcore.spec import Contrast


def check_against(calibration: Calibration, model: Model) -> None:
    """Raise DocumentError with every word of the config that the model does not know or allow."""
    problems = list(find_problems(calibration, model))
    if problems:
        raise DocumentError(problems)


def find_problems(calibration: Calibration, model: Model) -> Iterator[Problem]:
    """The problems that :func:`check_against` raises."""
    checker = _Checker(calibration, model)
    yield from checker.solves()
    yield from checker.variants()
    yield from checker.years(("years",), calibration.years.first, calibration.years.last, model.years)
    yield from checker.parameters()
    yield from checker.breaks()
    yield from checker.projection()
    for name, target in calibration.targets.items():
        if isinstance(target, Contrasts):
            yield from checker.contrasts(name, target)
        elif isinstance(target, Counts):
            yield from checker.table(name, target)
            yield from checker.counts(name, target)
        else:
            yield from checker.table(name, target)
            yield from checker.shares(name, target)
    yield from checker.lists()
    for name, later in calibration.held_out.items():
        yield from checker.held_out(name, later)


@dataclass(frozen=True)
class _Checker:
    """One config and one model. Each method yields the problems of one part."""

    calibration: Calibration
    model: Model

    @property
    def asked(self) -> Mapping[str, Contrast]:
        """The contrasts of the model file."""
        solve = self.model.spec.solve
        return solve.contrasts if solve is not None else {}

    def problem(self, loc: Loc, message: str) -> Problem:
        return self.calibration.problem(loc, message)

    def at_key(self, loc: Loc, message: str) -> Problem:
        return self.calibration.problem(loc, message, "key")

    def solves(self) -> Iterator[Problem]:
        """A model whose baselines and residuals follow from observed deaths: nothing else can be fitted."""
        deaths = self.model.spec.deaths
        missing = [
            key
            for key, given in (
                ("baseline.target", deaths.baseline.target),
                ("residual", deaths.residual),
                ("age_periods", deaths.age_periods),
            )
            if not given
        ]
        if missing:
            lacks = " and ".join(f"`deaths.{key}`" for key in missing)
            yield self.problem(
                ("model",), f"has no {lacks}: baselines and residuals are fitted to observed deaths"
            )
        elif others := [name for name in deaths.ratios_act_within if name not in deaths.baseline.by]:
            message = f"its ratios act within levels of `{others[0]}`, on which its baselines do not hang"
            yield self.problem(("model",), f"{message}; add that to `deaths.baseline.by`")

    def variants(self) -> Iterator[Problem]:
        """Structural choices."""
        known = self.model.spec.variants
        for name, option in self.calibration.variants.items():
            if name not in known:
                yield self.at_key(("variants", name), f"no variant `{name}`; {hint(name, known)}")
            elif option not in known[name].options:
                message = f"{name} has no option `{option}`; {hint(option, known[name].options)}"
                yield self.problem(("variants", name), message)

    def years(
        self, loc: Loc, first: int, last: int, within: Sequence[int], of: str = "the model"
    ) -> Iterator[Problem]:
        """A span of years inside another."""
        for key, year in (("first", first), ("last", last)):
            if not within[0] <= year <= within[-1]:
                message = f"{year} is outside {of}; write {within[0]} to {within[-1]}"
                yield self.problem((*loc, key), message)

    def parameters(self) -> Iterator[Problem]:
        """Priors given and parameters held: each is a parameter, and stands in one place."""
        given, spec = self.calibration.parameters, self.model.spec
        published = {contrast.value: name for name, contrast in self.asked.items()}
        solved = {contrast.solves for contrast in self.asked.values()}
        known = [*(name for name in spec.parameters if name not in published), *sorted(solved)]
        named: list[tuple[Loc, str]] = [
            *((("parameters", "priors", name), name) for name in given.priors),
            *((("parameters", "held", i), name) for i, name in enumerate(given.held)),
        ]
        for loc, name in named:
            if name in published:
                message = (
                    f"`{name}` is the published effect of the contrast `{published[name]}`, and data here"
                )
                yield self.at_key(loc, f"{message}; name that contrast in a target, or leave it out of all")
            elif name not in known:
                yield self.at_key(loc, f"no parameter `{name}`; {hint(name, known)}")
        for i, name in enumerate(given.held):
            if name in given.priors:
                message = f"`{name}` has a prior above; keep one of the two"
            elif name in solved:
                message = (
                    f"the model file gives `{name}` no value to keep; write it under `priors`, as one number"
                )
            else:
                continue
            yield self.problem(("parameters", "held", i), message)
        for name, prior in given.priors.items():
            low, high = prior.bounds
            if name in solved and (low < 0 or high <= 0):
                message = "a direct effect is above 0; write a lognormal, or a number above 0"
                yield self.problem(("parameters", "priors", name), message)
            elif name in spec.parameters and name not in published:
                yield from self._bounds(name, low, high)

    def _bounds(self, name: str, low: float, high: float) -> Iterator[Problem]:
        """A prior that replaces the model file's may not leave the values that it allows."""
        value = self.model.spec.parameters[name].value
        least, most = value.bounds
        if isinstance(value, Fixed):
            least, most = (0.0 if value.value > 0 else -float("inf")), float("inf")
        if low < least or high > most:
            allowed = f"at least {least:g}" if most == float("inf") else f"{least:g} to {most:g}"
            message = f"reaches from {low:g} to {high:g}, and the model file allows {allowed}; choose another"
            yield self.problem(("parameters", "priors", name), message)

    def breaks(self) -> Iterator[Problem]:
        """Years from which another index holds: within those fitted, in order."""
        breaks, years = self.calibration.parameters.breaks, self.calibration.years
        for i, year in enumerate(breaks.at if breaks else ()):
            loc: Loc = ("parameters", "breaks", "at", i)
            before = breaks.at[i - 1] if breaks and i else years.first
            if not years.first < year <= years.last:
                message = f"{year} is outside the years fitted; write {years.first + 1} to {years.last}"
                yield self.problem(loc, message)
            elif i and year <= before:
                yield self.problem(
                    loc, f"{year} does not come after {before}; write the years in order, each once"
                )

    def projection(self) -> Iterator[Problem]:
        """The reference years can only start a path if they are fitted."""
        spec, fitted = self.model.spec, self.calibration.years.all
        starts = self.calibration.parameters.projection.from_
        unseen = [str(year) for year in spec.reference_years if year not in fitted]
        if starts == "reference" and (unseen or not spec.reference_years):
            found = (
                f"{', '.join(unseen)} of the reference years are not fitted" if unseen else "there are none"
            )
            yield self.problem(("parameters", "projection", "from"), f"{found}; write `from: last`")

    def contrasts(self, name: str, target: Contrasts) -> Iterator[Problem]:
        """Published effects: of the model, with an interval, once in the likelihood."""
        for i, contrast in enumerate(target.of):
            loc: Loc = ("targets", name, "of", i)
            if contrast not in self.asked:
                yield self.problem(loc, f"no contrast `{contrast}`; {hint(contrast, self.asked)}")
                continue
            asked = self.asked[contrast]
            value = self.model.spec.parameters[asked.value].value
            wanted = Normal if asked.measure == "risk_difference" else Lognormal
            if not isinstance(value, wanted):
                message = (
                    f"`{asked.value}` is {value.distribution} in the model file, and its likelihood is normal"
                )
                yield self.problem(
                    loc, f"{message}; give it a {wanted.__name__.lower()} with its interval there"
                )
            for other in self.calibration.fitted:
                before = self.calibration.targets[other]
                if other == name or name not in self.calibration.fitted:
                    break
                if isinstance(before, Contrasts) and contrast in before.of:
                    yield self.problem(loc, f"`{contrast}` is in the target `{other}` too; keep one")

    def table(self, name: str, target: Counts | Shares) -> Iterator[Problem]:
        """What counts and shares have in common: strata, age periods, years."""
        at: Loc = ("targets", name)
        periods = self.model.spec.deaths.age_periods
        for period in target.deaths:
            if period not in (*periods, INFANT):
                message = f"no age period `{period}`; {hint(period, (*periods, INFANT))}"
                yield self.at_key((*at, "deaths", period), message)
        if INFANT in target.deaths and len(target.deaths) > 1:
            message = "holds the deaths of the other periods again; keep it alone, or leave it out"
            yield self.at_key((*at, "deaths", INFANT), message)
        births = target.births.column if isinstance(target.births, Births) else target.births
        seen = {births: "births"}
        for period, column in target.deaths.items():
            if column in seen:
                message = f"`{column}` is the column of {seen[column]} too; name the one of {period} deaths"
                yield self.problem((*at, "deaths", period), message)
            seen.setdefault(column, f"{period} deaths")
        within, of = self.model.years, "the model"
        if name in self.calibration.fitted:
            fitted = [year for year in self.calibration.years.all if year in self.model.years]
            within, of = (tuple(fitted), "the years fitted") if fitted else (within, of)
        yield from self.years((*at, "years"), target.years.first, target.years.last, within, of)

    def counts(self, name: str, target: Counts) -> Iterator[Problem]:
        """Counts are of every level of a stratum, in which births are known."""
        at: Loc = ("targets", name, "strata")
        dims = [dim for dim in self.model.strata if dim != YEAR]
        if target.strata.as_ not in dims:
            message = f"counts by `{target.strata.as_}`; births by year are known by {', '.join(dims)}"
            yield self.problem((*at, "as"), f"{message}: write one of these, or `kind: shares`")
        if target.strata.among is not None:
            yield self.at_key(
                (*at, "among"), "counts are compared at every level; take it out, or write `kind: shares`"
            )

    def shares(self, name: str, target: Shares) -> Iterator[Problem]:
        """Groups of births and causes of death."""
        at: Loc = ("targets", name)
        known = {dim: levels for dim, levels in self.model.strata.items() if dim != YEAR}
        known |= {variable: v.levels for variable, v in self.model.spec.variables.items()}
        by = target.strata.as_
        residual = self.model.spec.deaths.residual
        if residual is not None and by == residual.by:
            message = f"shares by `{by}` are met whatever ratios are, by its residual; write `kind: counts`"
            yield self.problem((*at, "strata", "as"), message)
        elif by not in known:
            yield self.problem((*at, "strata", "as"), f"no variable or stratum `{by}`; {hint(by, known)}")
        else:
            yield from self.among((*at, "strata", "among"), target, known[by])
        if target.causes is not None:
            causes = self.model.spec.deaths.causes
            for i, cause in enumerate(target.causes.among or ()):
                if cause not in causes:
                    loc = (*at, "causes", "among", i)
                    yield self.problem(loc, f"no cause `{cause}`; {hint(cause, causes)}")
            if not isinstance(target.births, Births):
                message = "stand in rows of one cause each; say in which, as {column: ..., rows: {CAUSE COLUMN: ...}}"
                yield self.problem((*at, "births"), message)

    def among(self, at: Loc, target: Shares, levels: Sequence[str]) -> Iterator[Problem]:
        """The groups compared: known levels, each in one group, as many as the likelihood is of."""
        seen: dict[str, str] = {}
        groups = groups_of(target, tuple(levels))
        named = isinstance(target.strata.among, Mapping)
        for i, (group, members) in enumerate(groups.items()):
            for j, level in enumerate(members):
                loc = (*at, group, j) if named else (*at, i)
                if level not in levels:
                    yield self.problem(
                        loc, f"{target.strata.as_} has no level `{level}`; {hint(level, levels)}"
                    )
                elif level in seen:
                    yield self.problem(loc, f"`{level}` is in the group `{seen[level]}` too; keep one")
                seen.setdefault(level, group)
        if len(groups) < 2:
            yield self.problem(at, "one group has all the deaths, whatever it is; name two or more")
        elif target.likelihood == "binomial" and len(groups) != 2:
            message = f"is of two groups, and {len(groups)} are compared; write `multinomial`, or join some"
            yield self.problem((*at[:2], "likelihood"), message)

    def lists(self) -> Iterator[Problem]:
        """Targets named again under ``check``."""
        targets = self.calibration.targets
        for i, name in enumerate(self.calibration.check):
            if name not in targets:
                yield self.problem(("check", i), f"no target `{name}`; {hint(name, targets)}")
        if not self.calibration.fitted:
            yield self.problem(("check",), "names every target, and nothing is left to fit; take one out")

    def held_out(self, name: str, later: HeldOutYears) -> Iterator[Problem]:
        """Further years of counts, none of which the fit has seen."""
        at: Loc = ("held_out", name)
        counted = {n: t for n, t in self.calibration.targets.items() if isinstance(t, Counts)}
        if later.target not in counted:
            message = f"no target of counts is called `{later.target}`; {hint(later.target, counted)}"
            yield self.problem((*at, "target"), message)
            return
        yield from self.years((*at, "years"), later.years.first, later.years.last, self.model.years)
        if later.target in self.calibration.fitted:
            seen = sorted({*later.years.all} & {*counted[later.target].years.all})
            if seen:
                message = f"{', '.join(map(str, seen))} {'is' if len(seen) == 1 else 'are'} fitted"
                yield self.problem(
                    (*at, "years"), f"{message}, and held-out years are never seen; choose others"
                )
