"""What a model file may say.

A model is a folder: one ``model.yaml`` and the CSV tables it names. This module holds the types of
the YAML file, and nothing else: frozen, unknown keys refused, ranges checked. What the words mean
together (does a parent exist, do shares sum to one) is checked by :mod:`simcore.words` and :mod:`simcore.load`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from simcore.distributions import Distribution
from simcore.kernels.outcome import BESIDE_CLOCKS, MOST_CLOCKS
from simcore.strict import Strict

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]
Decision = Annotated[int, Field(ge=0, lt=2**31, description="never re-used; blocks of four share one hash")]


def _label(value: object) -> object:
    """Levels may be written as plain integers (deciles, years); inside they are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _distinct(items: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A list that names each thing once."""
    for place, item in enumerate(items):
        if item in items[:place]:
            raise ValueError(f"`{item}` stands twice; keep one")
    return items


Label = Annotated[str, BeforeValidator(_label), Field(min_length=1, max_length=60)]
Labels = Annotated[tuple[Label, ...], AfterValidator(_distinct), Field(min_length=1)]
Names = Annotated[tuple[Name, ...], AfterValidator(_distinct)]
Day = Annotated[int, Field(ge=0, le=36_525)]
Ratio = Annotated[float, Field(gt=0)] | Name
"""A positive number, or the name of a parameter."""


class StratumYears(Strict):
    """The years for which births are counted or projected."""

    first: Annotated[int, Field(ge=1900, le=2200)]
    last: Annotated[int, Field(ge=1900, le=2200)]


class StratumLevels(Strict):
    """A stratum dimension with named levels, in order."""

    levels: Annotated[Labels, Field(max_length=255)]


class Strata(Strict):
    """Cells of births known from data."""

    dims: Annotated[dict[Name, StratumYears | StratumLevels], Field(min_length=1)]
    births: Annotated[Text, Field(description="CSV with one row per cell and a column `births`")]


class Between(Strict):
    """A share that lies between two published bounds; a parameter says where (0 = low, 1 = high)."""

    low: Text
    high: Text
    at: Name


class Shares(Strict):
    """How common each level is, as a CSV table.

    With ``by`` naming earlier variables it is a conditional table; with odds ratios beside it, it is
    the margin that every draw keeps, and ``by`` may name stratum dimensions only.
    """

    table: Text
    by: Names = ()
    column: Text = "share"
    between: Between | None = None


class OddsRatio(Strict):
    """How the odds of some levels change with the level of a parent.

    ``causal: false`` ties to the parent as it would be without any policy: an association that a
    policy on the parent does not move.
    """

    parent: Name
    ratios: Annotated[dict[Label, Ratio], Field(min_length=1)]
    of: Labels | None = None
    causal: bool = True


class Variable(Strict):
    """One risk factor, descriptor or intermediate, with its distribution."""

    kind: Literal["descriptor", "exposure", "intermediate"]
    meaning: Text
    decision: Decision | Literal["beside_clocks"]
    """The number of its luck. One variable may stand ``beside_clocks``: if it dominates the risk of death, one
    block of random words then tells of most births that they survive."""
    levels: Annotated[Labels, Field(min_length=2, max_length=64)]
    labels: dict[str, str] = {}
    """How the evidence writes a level, where that is not its name."""
    shares: Shares
    odds_ratios: tuple[OddsRatio, ...] = ()
    known_from_day: Annotated[int, Field(ge=0, le=365)] = 0
    """The day of life from which the exposure can act; 0 for what is settled at birth."""

    @property
    def decision_number(self) -> int:
        """The decision as a number, whichever way it was written."""
        return BESIDE_CLOCKS if self.decision == "beside_clocks" else self.decision


class Cause(Strict):
    """A group of causes of death, with the number of its latent clock."""

    meaning: Text
    clock: Annotated[int, Field(ge=0, lt=MOST_CLOCKS, description="0, 1, 2, ...; never re-used")]


class Baseline(Strict):
    """Hazard of each cause over each whole age band, by the variables named.

    From a CSV table (invented models), or solved so that the deaths observed in ``target`` come out.
    """

    by: Names = ()
    table: Text | None = None
    target: Text | None = None


class HazardRatio(Strict):
    """A factor on the hazard of some causes in some age bands."""

    parent: Name
    ratios: Annotated[dict[Label, Ratio], Field(min_length=1)]
    causes: Names | None = None
    age_bands: Names | None = None
    within: dict[Name, Labels] | None = None


class Residual(Strict):
    """What is left of a gradient after all variables: a factor solved to return observed deaths."""

    by: Name
    target: Text


class Trend(Strict):
    """What every hazard is multiplied by for each year after one, where hazard ratios act."""

    after: int
    ratio: Name


class Deaths(Strict):
    """Competing causes, age bands, hazards."""

    causes: Annotated[dict[Name, Cause], Field(min_length=1)]
    age_bands: Annotated[dict[Name, tuple[Day, Day]], Field(min_length=1)]
    age_periods: dict[Name, Names] = {}
    ratios_act_within: dict[Name, Labels] = {}
    """Hazard ratios and residuals act only among these levels, unless a ratio says otherwise."""
    baseline: Baseline
    hazard_ratios: tuple[HazardRatio, ...] = ()
    residual: Residual | None = None
    trend: Trend | None = None


class Parameter(Strict):
    """A number that the model uses, with its uncertainty and where it comes from."""

    meaning: Text
    value: Distribution
    unit: Text
    source: Text
    grade: Literal["A", "B", "C", "D"] | None = None
    note: str = ""


class DeathsOutcome(Strict):
    """Deaths in one age period, over live births."""

    deaths: Name


class LevelOutcome(Strict):
    """Births whose variable has one of the levels."""

    variable: Name
    levels: Labels


class Contrast(Strict):
    """A published total effect, returned by the model under ``do``.

    The exposure is set to ``to`` and to ``from`` for the same births; everything that follows from it
    follows. ``holding`` sets further variables in both worlds; ``among`` restricts to births with that
    natural level, each stratum keeping its weight.
    """

    meaning: Text
    set: Name
    from_: Annotated[Label, Field(alias="from")]
    to: Label
    holding: dict[Name, Label] = {}
    among: dict[Name, Label] = {}
    outcome: DeathsOutcome | LevelOutcome
    measure: Literal["odds_ratio", "risk_ratio", "risk_difference"]
    value: Name
    per: Annotated[float, Field(gt=0)] = 1.0
    """For a risk difference: deaths per this many births of the published unit (5.8 per 100,000 per
    percentage point is a difference of 5.8 x 100 / 100,000 between exposed and not: per = 1000)."""
    solves: Name
    start: Annotated[float, Field(gt=0)] = 1.0


class Reading(Strict):
    """Between which worlds a published total is read to be the contrast."""

    set: Name
    from_: Annotated[Label, Field(alias="from")]
    to: Label


class Option(Strict):
    """One structural choice: arrows switched off or made causal, published values scaled or read another way."""

    meaning: Text
    off: tuple[Name, ...] = ()
    neutral: tuple[Name, ...] = ()
    """Ratios that have no effect, each by its parameter."""
    times: dict[Name, Annotated[float, Field(gt=0)]] = {}
    causal: dict[Name, tuple[Name, ...]] = {}
    """``{child: (parent, ...)}``: associations read as causal."""
    contrasts: dict[Name, Reading] = {}


class Variant(Strict):
    """A named structural uncertainty; results are shown side by side, never averaged."""

    meaning: Text
    default: Text
    options: Annotated[dict[str, Option], Field(min_length=1)]
    moot_when: dict[Name, tuple[str, ...]] = {}
    """Other variants' options under which this choice changes nothing."""


class Solve(Strict):
    """What is solved ahead of time, for how many draws."""

    draws: Annotated[int, Field(ge=1, le=100_000)]
    draws_beside: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """For structures that are not the default; as many if not given."""
    contrasts: dict[Name, Contrast] = {}


class Wording(Strict):
    """What the model counts, in the words of tables and result files: nothing is worked out from them."""

    deaths: Text = "deaths"
    births: Text = "births"
    short: Text | None = None
    """In place of ``births`` where there is room for one word; the same if not given."""
    use: str = ""
    """What answers are for and not for, printed under every table."""


class ModelFile(Strict):
    """The whole of ``model.yaml``."""

    model: Name
    title: Text
    edition: Text
    population: Text
    words: Wording = Wording()
    sources: Text | None = None
    assumptions: Text | None = None
    strata: Strata
    reference_years: Annotated[tuple[int, ...], AfterValidator(_distinct)] = ()
    drawn_to: Name | None = None
    """The cut of the expected estimator: variables up to this one are drawn, the rest summed out."""
    parameters: dict[Name, Parameter] = {}
    variables: Annotated[dict[Name, Variable], Field(min_length=1)]
    deaths: Deaths
    variants: dict[Name, Variant] = {}
    solve: Solve | None = None
    life_table: Text | None = None
    """The table that years of life are counted by; none are if not given."""
    posterior: Name | None = None
    """Stem of the files in ``posterior/`` that runs take their draws from; solved draws if not given."""
