"""What a calibration config may say: frozen types, ranges, defaults.

A config names a model, which of its parameters are learnt and from what: ``targets`` enter the likelihood,
those named under ``check`` are compared and no more, ``held_out`` is predicted and scored. What the words mean in a
model (is there such a parameter?) is checked by :mod:`calibration.check`, the tables by :mod:`calibration.observed`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from simcore.distributions import Distribution, Fixed
from simcore.documents import Document
from simcore.problems import Problem
from simcore.spec import Label, Labels, Name, Names, Text
from simcore.strict import Strict

Year = Annotated[int, Field(ge=1900, le=2200)]
Positive = Annotated[float, Field(gt=0)]
Column = Annotated[Text, Field(description="a column of the table")]


def _a_spread_ratio(value: Distribution) -> Distribution:
    if isinstance(value, Fixed) or value.bounds[0] < 0:
        raise ValueError("is a prior of something above 0; write a lognormal, or a uniform above 0")
    return value


Prior = Annotated[Distribution, AfterValidator(_a_spread_ratio)]


class Years(Strict):
    """A span of years, both ends included."""

    first: Year
    last: Year

    @model_validator(mode="after")
    def _in_order(self) -> Years:
        if self.first > self.last:
            raise ValueError(
                f"first {self.first} comes after last {self.last}; write the earlier year as `first`"
            )
        return self

    @property
    def all(self) -> tuple[int, ...]:
        """Every year of it."""
        return tuple(range(self.first, self.last + 1))


class YearsOf(Years):
    """The rows of some years: of each (``2010``) for counts, of the whole span (``2018-2020``) for shares."""

    column: Column


class Spread(Strict):
    """A standard deviation."""

    sd: Positive


class Effects(Strict):
    """Direct effects that the model file has no number for, since published totals are to fix them."""

    prior: Prior


class Breaks(Strict):
    """Years from which another index of deprivation sorts areas into deciles.

    Each step is a shift of the log ratio of the first stratum to the last, against the index used last.
    """

    sd: Positive
    at: Annotated[tuple[Year, ...], Field(min_length=1, description="the first year of each later index")]


class YearEffects(Strict):
    """What every hazard of an age period is multiplied by in a year: a random walk about a level."""

    step: Annotated[Prior, Field(description="standard deviation of the log from one year to the next")]
    level: Annotated[Spread, Field(description="of the log, for all years together")]


class Projection(Strict):
    """Where the path of years that nobody has counted yet starts; it stays there, and grows less sure."""

    from_: Annotated[
        Literal["reference", "last"],
        Field(alias="from", description="the mean of the model's reference years, or the last year counted"),
    ]


class Parameters(Strict):
    """What is learnt and what is known beforehand.

    A parameter that is named nowhere here keeps the prior of the model file.
    """

    effects: Effects
    priors: Annotated[dict[Name, Distribution], Field(description="in place of the model file's")] = {}
    held: Annotated[Names, Field(description="parameters that keep their central value")] = ()
    residual: Annotated[
        Spread, Field(description="log of what is left of a gradient by stratum, each age period")
    ]
    feedback: Annotated[
        Literal["cut", "full"],
        Field(description="`cut` leaves the gradient by stratum out of what direct effects are learnt from"),
    ] = "cut"
    drift: Annotated[
        Spread | None,
        Field(description="log ratio of the first stratum to the last, change from year to year"),
    ] = None
    breaks: Breaks | None = None
    year_effects: YearEffects | None = None
    projection: Projection = Projection.model_validate({"from": "reference"})


class Strata(Strict):
    """Which column tells groups of births apart, and what it is in the model.

    ``among`` names the groups compared, each a level, or a name and the levels taken together. A cell of the table
    may hold several levels, with ``+`` between them.
    """

    column: Column
    as_: Annotated[Name, Field(alias="as", description="a stratum dimension or a variable of the model")]
    among: Annotated[
        Labels | dict[Name, Labels] | None, Field(description="every level by itself if not given")
    ] = None


class Births(Strict):
    """A column of births that stands in other rows than the deaths: ``rows`` says in which."""

    column: Column
    rows: Annotated[dict[Column, str | int], Field(min_length=1)]


class Causes(Strict):
    """Which column tells causes of death apart; ``among`` names those compared, every cause if not given."""

    column: Column
    among: Annotated[Names, Field(min_length=1)] | None = None


class Table(Strict):
    """Rows of a CSV table: which, of whom, and where births and deaths stand."""

    file: Annotated[Text, Field(description="a path from the folder of this file, or else from the model's")]
    rows: Annotated[
        dict[Column, str | int], Field(description='what these columns must hold; "" for an empty cell')
    ] = {}
    strata: Strata
    births: Annotated[Column | Births, Field(description="the column of live births")]
    deaths: Annotated[
        dict[Name, Column],
        Field(min_length=1, description="for each age period, or `infant`, its column of deaths"),
    ]
    years: YearsOf


class Dispersed(Strict):
    """How much counts vary more than by chance: a mean ``m`` has the variance ``m + dispersion * m**2``."""

    dispersion: Positive


class NegativeBinomial(Strict):
    """Counts that vary more than by chance."""

    negative_binomial: Dispersed


class Counts(Table):
    """Deaths by year and stratum, one row each."""

    kind: Literal["counts"]
    likelihood: Literal["poisson"] | NegativeBinomial = "poisson"

    @property
    def dispersion(self) -> float:
        """0 for Poisson."""
        return 0.0 if self.likelihood == "poisson" else self.likelihood.negative_binomial.dispersion


class Shares(Table):
    """Among whom the deaths of some years fall, given how many they are."""

    kind: Literal["shares"]
    causes: Causes | None = None
    likelihood: Annotated[
        Literal["multinomial", "binomial"], Field(description="`binomial` is of two groups")
    ] = "multinomial"
    weight: Annotated[
        float,
        Field(
            gt=0, le=1, description="power of the likelihood, where the same deaths are counted elsewhere too"
        ),
    ] = 1.0


class Contrasts(Strict):
    """Published total effects of the model file, each with its interval.

    One on an exposure that the variants chosen turn off is left out, as the model leaves it out.
    """

    kind: Literal["contrasts"]
    of: Annotated[Names, Field(min_length=1, description="contrasts of the model file")]
    likelihood: Annotated[
        Literal["normal"], Field(description="on the logarithm of a ratio, on a difference as published")
    ] = "normal"


AnyTarget = Annotated[Counts | Shares | Contrasts, Field(discriminator="kind")]


class HeldOutYears(Strict):
    """Further years of a target of counts, which are predicted and scored."""

    target: Name
    years: Years


class Sampler(Strict):
    """The full path: NUTS."""

    chains: Annotated[int, Field(ge=2, le=64)] = 4
    draws: Annotated[int, Field(ge=100, le=100_000, description="of each chain")] = 1000
    tune: Annotated[int, Field(ge=100, le=100_000)] = 500
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    target_accept: Annotated[float, Field(ge=0.5, lt=1)] = 0.9


class Quick(Strict):
    """The quick path: draws about the optimum, weighted."""

    draws: Annotated[int, Field(ge=100, le=1_000_000)] = 4000
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1


class Calibration(Strict):
    """A whole config file. ``document`` keeps the addresses, for problems found later."""

    calibration: Annotated[Name, Field(description="its name, which the posterior is called after")]
    title: Text
    why: str = ""
    model: Annotated[Name, Field(description="a model that ships, or a folder beside this file")]
    variants: Annotated[dict[Name, Label], Field(description="the default of each variant if not given")] = {}
    years: Annotated[Years, Field(description="years that the fit tells apart")]
    parameters: Parameters
    targets: Annotated[dict[Name, AnyTarget], Field(min_length=1)]
    check: Annotated[
        Names, Field(description="targets that are compared and kept out of the likelihood")
    ] = ()
    held_out: dict[Name, HeldOutYears] = {}
    sampler: Sampler = Sampler()
    quick: Quick = Quick()

    _document: Document | None = PrivateAttr(default=None)

    @property
    def document(self) -> Document:
        """The file this came from."""
        if self._document is None:
            raise ValueError(
                f"calibration {self.calibration!r} was not read from a file; use calibration.read"
            )
        return self._document

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits over everything that it says, titles left out."""
        said = self.model_dump(mode="json", by_alias=True, exclude={"title", "why"})
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def fitted(self) -> tuple[str, ...]:
        """The targets of the likelihood, in the order of the file."""
        return tuple(name for name in self.targets if name not in self.check)

    def problem(
        self, loc: Sequence[str | int], message: str, at: Literal["key", "value"] = "value"
    ) -> Problem:
        """A problem at a place in this file, ``("targets", "deaths_by_decile", "file")``."""
        return self.document.problem(loc, message, at)

    def __eq__(self, other: object) -> bool:
        """Same meaning, whatever file it stands in."""
        return isinstance(other, Calibration) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]


def json_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) that editors check configs with; shipped as calibration.schema.json."""
    schema = Calibration.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
