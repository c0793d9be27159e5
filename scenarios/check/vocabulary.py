"""The words of a model, as scenarios may speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from simcore.dims import YEAR
from simcore.problems import DocumentError, Problem
from simcore.tables import read_table

if TYPE_CHECKING:
    from simcore.model import Model


@dataclass(frozen=True)
class VariableWords:
    """A variable as a scenario may speak of it."""

    levels: tuple[str, ...]
    kind: Literal["descriptor", "exposure", "intermediate"]


@dataclass(frozen=True)
class Vocabulary:
    """The words of a model, as plain data. ``variables`` stand in causal order."""

    model: str
    variables: Mapping[str, VariableWords]
    strata: Mapping[str, tuple[str, ...]]
    """Levels of the stratum dimensions other than the year."""
    years: tuple[int, int]
    causes: tuple[str, ...]
    age_bands: tuple[str, ...]
    """In order of age; what begins after birth comes too late for the first."""
    sources: frozenset[str] | None = field(default=None)
    """Known source keys; None leaves sources unchecked."""
    residual: str | None = None
    """The stratum dimension over which risk differs for reasons unknown, if there is one."""


def vocabulary_of(model: Model) -> Vocabulary:
    """The words of a loaded model. Its sources are read from the table that it names.

    Raises DocumentError for a model without years.
    """
    spec = model.spec
    if not model.years:
        message = f"{model.name} has no years, and scenarios act in years; add a `year` stratum to the model"
        raise DocumentError(Problem(str(model.folder / "model.yaml"), None, None, "strata.dims", message))
    sources = None
    if spec.sources is not None:
        sources = frozenset(read_table(model.folder / spec.sources, {"key": str}, others=True)["key"])
    return Vocabulary(
        model=model.name,
        variables={name: VariableWords(v.levels, v.kind) for name, v in spec.variables.items()},
        strata={name: levels for name, levels in model.strata.items() if name != YEAR},
        years=(model.years[0], model.years[-1]),
        causes=tuple(spec.deaths.causes),
        age_bands=tuple(spec.deaths.age_bands),
        sources=sources,
        residual=None if spec.deaths.residual is None else spec.deaths.residual.by,
    )
