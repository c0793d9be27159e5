"""Do the names mean something: of what is solved ahead of time, and of structural variants."""

from __future__ import annotations

from collections.abc import Iterator

from simcore.problems import Loc, Problem
from simcore.spec import Contrast, DeathsOutcome, Option, Reading
from simcore.words.lookup import Words


class ChoiceWords(Words):
    """The parts of a model file under ``solve`` and ``variants``."""

    def problems(self) -> Iterator[Problem]:
        """All of them."""
        yield from self.contrasts()
        yield from self.variants()
        yield from self.unused()

    def contrasts(self) -> Iterator[Problem]:
        """Published totals, and the unknown that each one solves."""
        solved: dict[str, str] = {}
        used = self.used_ratios()
        for name, contrast in self.asked.items():
            at: Loc = ("solve", "contrasts", name)
            yield from self.contrast(at, contrast)
            first = solved.setdefault(contrast.solves, name)
            if first != name:
                message = f"{contrast.solves} is solved by {first} already; give each contrast its own"
                yield self.problem((*at, "solves"), message)
            if contrast.solves in self.spec.parameters:
                message = f"{contrast.solves} is a parameter with a value; give what is solved another name"
                yield self.problem((*at, "solves"), message)
            elif contrast.solves not in used:
                message = f"nothing uses {contrast.solves}; write it under `ratios` where the effect acts"
                yield self.problem((*at, "solves"), message)

    def used_ratios(self) -> set[float | str]:
        """Every number and parameter that some ratio uses."""
        odds = [ratio.ratios for v in self.spec.variables.values() for ratio in v.odds_ratios]
        hazards = [ratio.ratios for ratio in self.spec.deaths.hazard_ratios]
        return {value for ratios in (*odds, *hazards) for value in ratios.values()}

    def unused(self) -> Iterator[Problem]:
        """Parameters that stand for nothing; while some word is misspelt, nobody knows which."""
        trend = self.spec.deaths.trend
        places = [v.shares.between.at for v in self.spec.variables.values() if v.shares.between]
        used = {*self.used_ratios(), *places, *(contrast.value for contrast in self.asked.values())}
        used |= {trend.ratio} if trend is not None else set()
        if any(isinstance(word, str) and word not in self.parameters for word in used):
            return
        for name in self.spec.parameters:
            if name not in used:
                message = f"parameter `{name}` is used nowhere; use it, or take it out"
                yield self.document.problem(("parameters", name), message, at="key")

    def contrast(self, at: Loc, contrast: Contrast) -> Iterator[Problem]:
        """One contrast under ``do``."""
        yield from self.ends(at, contrast)
        for part, held in (("holding", contrast.holding), ("among", contrast.among)):
            for name, level in held.items():
                yield from self.levels((*at, part, name), name, {(*at, part, name): level})
        if contrast.value not in self.spec.parameters:
            yield self.unknown((*at, "value"), contrast.value, self.spec.parameters, "parameter")
        elif contrast.measure != "risk_difference":
            yield from self.above_zero(contrast.value)
        outcome = contrast.outcome
        loc: Loc = (*at, "outcome")
        if isinstance(outcome, DeathsOutcome):
            periods = (*self.spec.deaths.age_periods, "infant")
            if outcome.deaths not in periods:
                yield self.unknown((*loc, "deaths"), outcome.deaths, periods, "age period")
        else:
            levels = {(*loc, "levels", i): level for i, level in enumerate(outcome.levels)}
            yield from self.levels((*loc, "variable"), outcome.variable, levels)

    def ends(self, at: Loc, contrast: Contrast | Reading) -> Iterator[Problem]:
        """The two worlds of a contrast: what is set, from which level to which."""
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
        ratios = {*self.used_ratios(), *([self.spec.deaths.trend.ratio] if self.spec.deaths.trend else [])}
        for i, parameter in enumerate(choice.neutral):
            if parameter not in ratios:
                named = sorted(ratio for ratio in ratios if isinstance(ratio, str))
                yield self.unknown((*at, "neutral", i), parameter, named, "ratio")
        for name, reading in choice.contrasts.items():
            if name not in self.asked:
                yield self.unknown((*at, "contrasts", name), name, self.asked, "contrast")
                continue
            yield from self.ends((*at, "contrasts", name), reading)
        for child, parents in choice.causal.items():
            if child not in variables:
                yield self.unknown((*at, "causal", child), child, variables, "variable")
                continue
            associated = [ratio.parent for ratio in variables[child].odds_ratios if not ratio.causal]
            for i, parent in enumerate(parents):
                if parent not in associated:
                    loc = (*at, "causal", child, i)
                    yield self.unknown(loc, parent, associated, f"association of {child} with")
