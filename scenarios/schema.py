"""What a scenario file may say: frozen types, units, ranges, sources.

A scenario is a name, a reason and a list of interventions. An intervention is one of three changes:
``prevalence`` (how common an exposure is), ``support`` (an offer that helps some to change) and
``hazard_ratio`` (a service that lowers the risk of death itself). What the words mean in a model (is there
such a variable?) is checked by :mod:`scenarios.check`; docs/scenarios.md explains the language to its readers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PrivateAttr, Tag, model_validator

from simcore.distributions import Distribution, Fixed
from simcore.documents import Document
from simcore.problems import Problem, near_match
from simcore.strict import Strict

ASSUMPTION = "assumption"
FORMAT = 1

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]
Year = Annotated[int, Field(ge=1900, le=2200)]


def _plain(value: object) -> object:
    """A factor over years is known: where it is not, two files say so side by side."""
    if isinstance(value, dict):
        raise ValueError(
            "found keys and values, and a factor on a share takes no distribution today; write one number, or two "
            "files for two"
        )
    return value


Factor = Annotated[float, Field(ge=0, description="1 changes nothing, 0 removes it"), BeforeValidator(_plain)]


def _label(value: object) -> object:
    """Deciles and years may be written as numbers; inside, levels are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _listed(value: object) -> object:
    """One level may be written without its brackets."""
    return value if isinstance(value, list | tuple | dict) or value is None else [value]


Label = Annotated[str, BeforeValidator(_label), Field(min_length=1, max_length=60)]
# lax for the list alone (see simcore.distributions.Interval)
Labels = Annotated[
    tuple[Label, ...],
    Field(strict=False, min_length=1),
    BeforeValidator(_listed, json_schema_input_type=str | int | list[str | int]),
]
Sources = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")], ...],
    Field(strict=False, min_length=1, description="keys of the model's sources, or `assumption`"),
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
Where = Annotated[
    dict[Name, Labels], Field(description="births with one of these levels, for each variable named")
]


class Sourced(Strict):
    """Something with a source; an assumption says why it was made."""

    source: Sources
    note: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Sourced:
        if ASSUMPTION in self.source and not self.note.strip():
            raise ValueError("is an assumption without a reason; add `note: ...` saying why this value")
        return self


def _a_share(value: Distribution) -> Distribution:
    low, high = value.bounds
    if low < 0 or high > 1:
        found = (
            f"{value.central:g}" if isinstance(value, Fixed) else f"a {value.distribution} that leaves 0 to 1"
        )
        raise ValueError(
            f"found {found}; a share lies between 0 and 1, use a number, beta or uniform inside it"
        )
    return value


def _a_ratio(value: Distribution) -> Distribution:
    if value.bounds[0] < 0:
        found = (
            f"{value.central:g}" if isinstance(value, Fixed) else f"a {value.distribution} that goes below 0"
        )
        raise ValueError(f"found {found}; a ratio is 0 or more, use a number, lognormal or uniform above it")
    return value


Share = Annotated[Distribution, AfterValidator(_a_share)]
Ratio = Annotated[Distribution, AfterValidator(_a_ratio)]


class SourcedShare(Sourced):
    """A share of people, between 0 and 1, that may be uncertain."""

    value: Share


class SourcedRatio(Sourced):
    """A ratio, 0 or more, that may be uncertain."""

    value: Ratio


class Window(Strict):
    """The years of birth in which an intervention acts, both ends included; open where left out."""

    from_: Annotated[Year | None, Field(alias="from")] = None
    to: Year | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError(f"from {self.from_} comes after to {self.to}; write the earlier year as `from`")
        return self

    def holds(self, year: int) -> bool:
        """Whether the intervention acts on births of this year."""
        return (self.from_ is None or year >= self.from_) and (self.to is None or year <= self.to)


class RampSteps(Strict):
    """Where a ramp begins and ends, and the factor it arrives at."""

    from_: Annotated[Year, Field(alias="from")]
    to: Year
    value: Factor

    @model_validator(mode="after")
    def _in_order(self) -> RampSteps:
        if self.from_ > self.to:
            raise ValueError(f"from {self.from_} comes after to {self.to}; write the earlier year as `from`")
        return self


class Ramp(Strict):
    """From 1 to a factor in equal yearly steps: the first step in ``from``, the whole from ``to`` on."""

    ramp: RampSteps

    def at(self, year: int) -> float:
        """The factor in a year."""
        steps = self.ramp.to - self.ramp.from_ + 1
        share = min(max(year - self.ramp.from_ + 1, 0) / steps, 1.0)
        return 1.0 + share * (self.ramp.value - 1.0)


class ByYear(Strict):
    """A factor for every year listed; 1 before the first; after the last as ``after`` says."""

    table: Annotated[dict[Year, Factor], Field(min_length=1)]
    after: Literal["hold"] | None = None

    @model_validator(mode="after")
    def _no_gaps(self) -> ByYear:
        gaps = [str(y) for y in range(min(self.table), max(self.table)) if y not in self.table]
        if gaps:
            raise ValueError(
                f"the table leaves out {', '.join(gaps[:5])}; list every year from first to last"
            )
        return self

    @property
    def last(self) -> int:
        """The last year listed."""
        return max(self.table)

    def at(self, year: int) -> float:
        """The factor in a year. Raises ValueError after the last one, unless it is held."""
        if year < min(self.table):
            return 1.0
        if year > self.last:
            if self.after is None:
                raise ValueError(
                    f"the table ends in {self.last}, before {year}; add `after: hold` or more years"
                )
            return self.table[self.last]
        return self.table[year]


def _path_kind(value: object) -> str:
    """Which form a path was meant to have, so that one misspelt key is one problem."""
    if isinstance(value, dict) and "distribution" in value:
        return "number"
    if isinstance(value, Ramp) or (isinstance(value, dict) and any(near_match(k, ["ramp"]) for k in value)):
        return "as ramp"
    return "as table" if isinstance(value, dict | ByYear) else "number"


Path = Annotated[
    Annotated[Factor, Tag("number")] | Annotated[Ramp, Tag("as ramp")] | Annotated[ByYear, Tag("as table")],
    Discriminator(_path_kind),
]


def path_over_years(path: Path, years: Sequence[int], window: Window | None = None) -> list[float]:
    """The factor for each year: ``float[years]``, 1 where the window does not hold.

    Raises ValueError where a year comes after a table that does not say what then.

    >>> path_over_years(Ramp.model_validate({"ramp": {"from": 2026, "to": 2027, "value": 0.8}}), range(2025, 2029))
    [1.0, 0.9, 0.8, 0.8]
    """
    held = window or Window()
    return [(path if isinstance(path, float) else path.at(y)) if held.holds(y) else 1.0 for y in years]


class Intervention(Strict):
    """What every change has. ``id`` is its identity: the same id in two files means the same luck."""

    id: Name
    where: Where = Field(default_factory=dict)
    years: Window = Window()

    def numbers(self) -> tuple[Distribution, ...]:
        """Every number of it that may be uncertain."""
        return ()


class Prevalence(Intervention, Sourced):
    """An exposure becomes more or less common, in proportion in every stratum it is aimed at.

    The share of births exposed is multiplied. Nobody is chosen: among those exposed, who leaves is luck.
    """

    change: Literal["prevalence"]
    of: Name
    multiply: Path

    def path_over_years(self, years: Sequence[int]) -> list[float]:
        """The factor on the share exposed, for each year."""
        return path_over_years(self.multiply, years, self.years)


class Outcome(Strict):
    """The level of a variable that an effect makes more likely."""

    variable: Name
    level: Label


class SupportEffect(SourcedRatio):
    """How much likelier the good outcome is among those who accept. ``base`` says of what."""

    multiplies: Outcome
    base: Annotated[
        Literal["natural"],
        Field(description="the chance that the model gives those who accept, without the offer"),
    ]


class Support(Intervention):
    """An offer: eligible -> reached (coverage) -> accepts (uptake) -> succeeds (effect). Every step is counted."""

    change: Literal["support"]
    offer_to: Annotated[Where, Field(min_length=1)]
    coverage: SourcedShare
    uptake: SourcedShare
    effect: SupportEffect

    def numbers(self) -> tuple[Distribution, ...]:
        return self.coverage.value, self.uptake.value, self.effect.value


class HazardRatio(Intervention):
    """The risk of death itself is multiplied, for some causes and ages, among all or those who are reached."""

    change: Literal["hazard_ratio"]
    begins: Annotated[Literal["pregnancy", "after_birth"], Field(description="when the service begins")]
    causes: Annotated[tuple[Name, ...], Field(min_length=1)]
    age_bands: Annotated[tuple[Name, ...], Field(min_length=1)]
    ratio: SourcedRatio
    coverage: SourcedShare | None = None
    uptake: SourcedShare | None = None

    def numbers(self) -> tuple[Distribution, ...]:
        shares = (share.value for share in (self.coverage, self.uptake) if share is not None)
        return self.ratio.value, *shares


AnyIntervention = Annotated[Prevalence | Support | HazardRatio, Field(discriminator="change")]


class Scenario(Strict):
    """A whole scenario file. ``document`` keeps the addresses, for problems found later."""

    scenario: Literal[1]
    name: Name
    title: Text
    why: Text
    is_not: Annotated[tuple[Text, ...], Field(description="how the answer must not be read")] = ()
    model: Name
    interventions: tuple[AnyIntervention, ...]

    _document: Document | None = PrivateAttr(default=None)

    @property
    def document(self) -> Document:
        """The file this came from."""
        if self._document is None:
            raise ValueError(f"scenario {self.name!r} was not read from a file; use scenarios.read")
        return self._document

    def problem(
        self, loc: Sequence[str | int], message: str, at: Literal["key", "value"] = "value"
    ) -> Problem:
        """A problem at a place in this file, ``("interventions", 0, "of")``."""
        return self.document.problem(loc, message, at)

    def __eq__(self, other: object) -> bool:
        """Same meaning, whatever file it stands in."""
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]


def json_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) that editors check scenario files with; shipped as scenario.schema.json."""
    schema = Scenario.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
