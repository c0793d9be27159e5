"""The words that every part of a scenario file is made of: names, labels, years, sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator

from simcore.strict import Strict

ASSUMPTION = "assumption"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]
Year = Annotated[int, Field(ge=1900, le=2200)]


def _label(value: object) -> object:
    """Deciles and years may be written as numbers; inside, levels are text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _listed(value: object) -> object:
    """One level may be written without its brackets."""
    return value if isinstance(value, list | tuple | dict) or value is None else [value]


Label = Annotated[
    str, BeforeValidator(_label, json_schema_input_type=str | int), Field(min_length=1, max_length=60)
]
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


class Part(Strict):
    """Base of what a scenario file may say: a key that stands there says something."""

    @field_validator("*")
    @classmethod
    def _said(cls, value: object) -> object:
        if value is None:
            raise ValueError("found nothing; write what it is to be, or take the key out")
        return value


class Sourced(Part):
    """Something with a source; an assumption says why it was made."""

    source: Sources
    note: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Sourced:
        if ASSUMPTION in self.source and not self.note.strip():
            raise ValueError("is an assumption without a reason; add `note: ...` saying why this value")
        return self


class Window(Part):
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


def one_of(choices: Sequence[str], given: Sequence[str]) -> str:
    """What is said where not exactly one of some keys is there.

    >>> one_of(("multiply", "add"), [])
    'says not what changes; write one of multiply, add'
    >>> one_of(("multiply", "add"), ["multiply", "add"])
    'has multiply and add; keep one of them'
    """
    if not given:
        return f"says not what changes; write one of {', '.join(choices)}"
    return f"has {' and '.join(given)}; keep one of them"
