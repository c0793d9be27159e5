"""Do the names mean something: of strata and variables, which hang on what comes before them."""

from __future__ import annotations

from collections.abc import Iterator

from simcore.dims import RESERVED, YEAR
from simcore.documents import Document
from simcore.model import NOT_SOLVED_FROM
from simcore.problems import Loc, Problem
from simcore.spec import ModelFile, OddsRatio, StratumYears, Variable
from simcore.words.lookup import Words
from simcore.words.order import cycle, parents


class VariableWords(Words):
    """The graph above the hazards. A variable sees only strata and what is declared before it."""

    def __init__(self, document: Document, spec: ModelFile) -> None:
        super().__init__(document, spec)
        self.arrows = parents(spec)
        self.known = dict(self.of_strata)
        self.decisions: dict[int | str, str] = {}

    def problems(self) -> Iterator[Problem]:
        """All of them."""
        yield from self.strata()
        for name, variable in self.spec.variables.items():
            yield from self.variable(name, variable)
        if self.spec.drawn_to is not None and self.spec.drawn_to not in self.spec.variables:
            yield self.unknown(("drawn_to",), self.spec.drawn_to, self.spec.variables, "variable")

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
        yield from self.years()

    def years(self) -> Iterator[Problem]:
        """The dimension of years, and those that margins are solved over."""
        for dim, levels in self.dims.items():
            if isinstance(levels, StratumYears) and dim != YEAR:
                message = f"a span of years is called `{YEAR}`; rename `{dim}`, or give it levels"
                yield self.document.problem(("strata", "dims", dim), message, at="key")
        years = self.dims.get(YEAR)
        if years is None:
            return
        if not isinstance(years, StratumYears):
            yield self.problem(("strata", "dims", YEAR), "years are a span; write {first: 2001, last: 2006}")
            return
        if years.last < years.first:
            message = (
                f"ends in {years.last} before it begins in {years.first}; write the earlier year as `first`"
            )
            yield self.problem(("strata", "dims", YEAR), message)
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
        for level in variable.labels:
            if level not in variable.levels:
                at = (*loc, "labels", level)
                yield self.unknown(at, level, variable.levels, f"level of {name}")
        yield from self.shares(loc, name, variable)
        causal: dict[str, bool] = {}
        for i, ratio in enumerate(variable.odds_ratios):
            at = (*loc, "odds_ratios", i)
            yield from self.odds_parent(at, name, variable, ratio)
            for j, level in enumerate(ratio.of or ()):
                if level not in variable.levels:
                    yield self.unknown((*at, "of", j), level, variable.levels, f"level of {name}")
            if set(variable.levels) <= set(ratio.of or ()):
                yield self.problem((*at, "of"), "all levels at once, which changes nothing; leave one out")
            if causal.setdefault(ratio.parent, ratio.causal) != ratio.causal:
                message = f"{ratio.parent} is causal in one place and not in another; choose one"
                yield self.problem((*at, "parent"), message)
        self.known[name] = variable.levels
        yield from self.decision((*loc, "decision"), variable.decision, name)

    def shares(self, loc: Loc, name: str, variable: Variable) -> Iterator[Problem]:
        """What the shares hang on: earlier variables, or strata only where odds ratios stand beside them."""
        allowed = list(self.dims) if variable.odds_ratios else list(self.known)
        for i, by in enumerate(variable.shares.by):
            at = (*loc, "shares", "by", i)
            if by in allowed:
                continue
            if by not in self.spec.variables:
                yield self.unknown(at, by, allowed, "stratum or earlier variable")
            elif by not in self.known or by == name:
                yield from self.order(at, name, by)
            else:
                message = (
                    f"beside odds ratios, shares are those of a stratum; name only {', '.join(self.dims)}"
                )
                yield self.problem(at, f"{message}, and give {by} odds ratios")
        yield from self.between(loc, variable)

    def odds_parent(self, at: Loc, name: str, variable: Variable, ratio: OddsRatio) -> Iterator[Problem]:
        """The parent of odds ratios: an earlier variable, or a stratum that the shares do not vary by."""
        parent = ratio.parent
        if parent in self.spec.variables and parent not in self.known:
            yield from self.order((*at, "parent"), name, parent)
        elif parent in variable.shares.by or parent == YEAR:
            message = f"{parent} is a stratum, and no odds ratio is needed; let the shares vary by it"
            yield self.problem((*at, "parent"), message)
        else:
            yield from self.ratios(at, parent, ratio.ratios)

    def order(self, loc: Loc, child: str, parent: str) -> Iterator[Problem]:
        """A parent that is no earlier variable, though it is one."""
        ring = cycle(self.arrows, child, parent)
        if parent == child:
            yield self.problem(loc, f"{child} hangs on itself; name another parent")
        elif ring:
            yield self.problem(loc, f"a cycle, {' -> '.join(ring)}; take one of its arrows out")
        else:
            line = self.document.where(("variables", parent), "key")[0]
            message = (
                f"{parent} comes later, on line {line}; variables stand in causal order, so move it before"
            )
            yield self.problem(loc, f"{message} {child}")

    def decision(self, loc: Loc, decision: int | str, name: str) -> Iterator[Problem]:
        first = self.decisions.setdefault(decision, name)
        if first != name:
            yield self.problem(loc, f"decision {decision} is taken by {first}; give each its own number")

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
