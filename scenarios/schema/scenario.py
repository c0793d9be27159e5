"""A whole scenario file: a name, a reason, what is known of it, and a list of interventions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr

from scenarios.schema.composition import Births, WhatIfEqual, WhatIfResidual
from scenarios.schema.prevalence import Prevalence
from scenarios.schema.services import HazardRatio
from scenarios.schema.support import Support
from scenarios.schema.words import Name, Part, Sourced, Text
from simcore.documents import Document
from simcore.problems import Problem

FORMAT = 1

AnyIntervention = Annotated[
    Prevalence | Support | HazardRatio | Births | WhatIfResidual | WhatIfEqual, Field(discriminator="change")
]


def _whole(value: object) -> object:
    """`true` and `1.0` equal 1 in Python, and are no edition."""
    return value if type(value) is int else str(value).lower()


def _null(value: object) -> object:
    """`null` is a word here, and nothing to a YAML reader."""
    return "null" if value is None else value


class Evidence(Part):
    """How good the evidence is, A (best) to D, and what it says."""

    grade: Literal["A", "B", "C", "D"]
    status: Annotated[
        Literal["effective", "reference", "null", "what_if"],
        BeforeValidator(
            _null, json_schema_input_type=Literal["effective", "reference", "null", "what_if"] | None
        ),
        Field(description="`null`: trials found no effect; `what_if`: an effect assumed to be looked at"),
    ]
    summary: Text


class DiscountRate(Sourced):
    """How much less a year later counts, a share a year."""

    value: Annotated[float, Field(ge=0, lt=1)]


class Scenario(Part):
    """A whole scenario file. ``document`` keeps the addresses, for problems found later."""

    scenario: Annotated[Literal[1], BeforeValidator(_whole)]
    name: Name
    title: Text
    why: Text
    is_not: Annotated[tuple[Text, ...], Field(description="how the answer must not be read")] = ()
    model: Name
    extends: Annotated[
        Text | None,
        Field(description="a file whose parts this one takes over: a bare name, or a path from here"),
    ] = None
    evidence: Evidence | None = None
    discount_rate: DiscountRate | None = None
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
        apart = {"extends"}
        return isinstance(other, Scenario) and self.model_dump(exclude=apart) == other.model_dump(
            exclude=apart
        )

    __hash__ = None  # type: ignore[assignment]
