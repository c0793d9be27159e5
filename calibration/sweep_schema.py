"""What a sweep file may say: a calibration config, and choices that are made otherwise, each in named ways.

Its cells are the config as it is (`base`) and the config with options chosen. One at a time is the default: a cell then
differs from the base in one choice, so that what moves is due to that choice, and the number of fits is the sum of the
options and not their product. What choices do together is seen with `cross: all`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, PrivateAttr

from calibration.schema import NegativeBinomial, Years
from simcore.distributions import Distribution
from simcore.documents import Document
from simcore.problems import Loc, Problem
from simcore.spec import Label, Labels, Name, Names, Text
from simcore.strict import Strict

OptionName = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9_.\-]*$", max_length=40, description="part of a folder's name")
]
Path = Annotated[
    str, Field(pattern=r"^[a-z][a-zA-Z0-9_]*(\.[a-zA-Z0-9_\-]+)*$", description="`parameters.residual.sd`")
]
Method = Literal["nuts", "quick"]


class Option(Strict):
    """One way to choose otherwise: what it changes of the config. All that is given is changed together."""

    why: str = ""
    drop: Annotated[
        Names, Field(description="targets taken out of the likelihood, and compared no more than that")
    ] = ()
    add: Annotated[Names, Field(description="targets under `check` that enter the likelihood")] = ()
    changes: Annotated[
        dict[Path, JsonValue],
        Field(description="values of the config by their paths; null takes one out"),
    ] = {}
    priors: Annotated[dict[Name, Distribution], Field(description="of single parameters")] = {}
    likelihood: Annotated[
        dict[Name, Literal["poisson"] | NegativeBinomial], Field(description="of targets of counts")
    ] = {}
    variants: Annotated[dict[Name, Label], Field(description="structural choices of the model")] = {}
    years: Annotated[
        Years | None,
        Field(description="years fitted; counts outside are left out, and so are shifts of the index"),
    ] = None
    method: Method | None = None


class Headline(Strict):
    """The question that every cell is asked, with its own posterior."""

    scenarios: Annotated[
        Labels, Field(description="shipped scenarios by name, or paths from this file's folder")
    ]
    baseline: Text = "current_policy"
    years: Years
    draws: Annotated[int, Field(ge=2)] = 200
    births: Annotated[int, Field(ge=1000, description="simulated for each draw")] = 100_000
    seed: Annotated[int, Field(ge=0)] = 1


class Sweep(Strict):
    """A whole sweep file. ``document`` keeps the addresses, for problems found later."""

    sweep: Annotated[Name, Field(description="its name")]
    title: Text
    why: str = ""
    config: Annotated[Text, Field(description="a shipped config by name, or a path from this file's folder")]
    method: Annotated[Method, Field(description="how every cell is fitted whose option does not say")] = (
        "quick"
    )
    cross: Annotated[
        Literal["one_at_a_time", "all"],
        Field(description="each option by itself, or every combination of choices"),
    ] = "one_at_a_time"
    grid: Annotated[
        dict[Name, Annotated[dict[OptionName, Option], Field(min_length=1)]],
        Field(
            min_length=1,
            description="choices, each with its options; the config as it is goes without saying",
        ),
    ]
    headline: Headline | None = None
    workers: Annotated[
        int | None, Field(ge=1, description="cells at a time; one a processor if not given")
    ] = None

    _document: Document | None = PrivateAttr(default=None)

    @property
    def document(self) -> Document:
        """The file this came from."""
        if self._document is None:
            raise ValueError(f"sweep {self.sweep!r} was not read from a file; use calibration.sweep_cells")
        return self._document

    def problem(self, loc: Loc, message: str, at: Literal["key", "value"] = "value") -> Problem:
        """A problem at a place in this file, ``("grid", "years", "from_2014")``."""
        return self.document.problem(loc, message, at)


def json_schema() -> Mapping[str, Any]:
    """The JSON Schema (2020-12) that editors check sweeps with; shipped as sweep.schema.json."""
    schema = Sweep.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
