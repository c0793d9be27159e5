"""Do the names mean something: of causes, ages and hazards."""

from __future__ import annotations

from collections.abc import Iterator

from simcore.dims import YEAR
from simcore.problems import Loc, Problem
from simcore.spec import HazardRatio, Trend
from simcore.words.lookup import Words


class DeathWords(Words):
    """The part of a model file under ``deaths``."""

    def problems(self) -> Iterator[Problem]:
        """All of them."""
        yield from self.causes()
        yield from self.ages()
        yield from self.baseline()
        for i, ratio in enumerate(self.spec.deaths.hazard_ratios):
            yield from self.hazard_ratio(("deaths", "hazard_ratios", i), ratio)
        if self.spec.deaths.trend is not None:
            yield from self.trend(self.spec.deaths.trend)

    def trend(self, trend: Trend) -> Iterator[Problem]:
        """What changes hazards from year to year, after those that they are solved over."""
        at: Loc = ("deaths", "trend")
        last = max(self.spec.reference_years, default=trend.after)
        if YEAR not in self.dims:
            yield self.problem(at, "the strata have no years for a trend; take it out")
        if trend.after < last:
            message = f"hazards are solved over years up to {last}; begin the trend after {last}"
            yield self.problem((*at, "after"), message)
        if trend.ratio not in self.spec.parameters:
            yield self.unknown((*at, "ratio"), trend.ratio, self.spec.parameters, "parameter")
        else:
            yield from self.above_zero(trend.ratio)

    def causes(self) -> Iterator[Problem]:
        """Each clock has a number of its own."""
        taken: dict[int, str] = {}
        for name, cause in self.spec.deaths.causes.items():
            first = taken.setdefault(cause.clock, name)
            if first != name:
                message = f"clock {cause.clock} is taken by {first}; give each its own number"
                yield self.problem(("deaths", "causes", name, "clock"), message)

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

    def baseline(self) -> Iterator[Problem]:
        """What the baseline and the residual hang on, and where the baseline comes from."""
        deaths = self.spec.deaths
        for name, levels in deaths.ratios_act_within.items():
            loc: Loc = ("deaths", "ratios_act_within", name)
            if name == YEAR:
                yield from self.no_years(loc, name)
                continue
            yield from self.levels(loc, name, {(*loc, i): level for i, level in enumerate(levels)})
        for i, name in enumerate(deaths.baseline.by):
            yield from self.levels(("deaths", "baseline", "by", i), name, {})
            yield from self.no_years(("deaths", "baseline", "by", i), name)
        if (deaths.baseline.table is None) == (deaths.baseline.target is None):
            yield self.problem(("deaths", "baseline"), "give either `table` or `target`")
        if deaths.residual is not None:
            if deaths.residual.by not in self.dims:
                loc = ("deaths", "residual", "by")
                yield self.unknown(loc, deaths.residual.by, self.dims, "stratum dimension")
            yield from self.no_years(("deaths", "residual", "by"), deaths.residual.by)
        if deaths.baseline.target is None and (deaths.residual is not None or self.asked):
            message = "what is solved beside it needs deaths to return; give `target` in place of `table`"
            yield self.problem(("deaths", "baseline"), message)

    def hazard_ratio(self, at: Loc, ratio: HazardRatio) -> Iterator[Problem]:
        """A factor on hazards: whose, of what, when."""
        deaths, variables = self.spec.deaths, self.spec.variables
        if ratio.parent == YEAR:
            yield from self.no_years((*at, "parent"), YEAR)
            return
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
            if name == YEAR:
                yield from self.no_years(inside, name)
                continue
            yield from self.levels(inside, name, {(*inside, i): level for i, level in enumerate(levels)})
            if name == ratio.parent:
                yield self.problem(inside, f"{name} is the parent itself; leave its level out of `ratios`")
