"""A loaded model: its file, its tables as arrays, and what a choice of variants makes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from simcore.documents import read_yaml
from simcore.lifetable import LifeTable
from simcore.network import Array
from simcore.problems import DocumentError, Loc, Problem, hint
from simcore.spec import Contrast, Deaths, HazardRatio, ModelFile, OddsRatio, Option, Trend, Variable

NOT_SOLVED_FROM = frozenset({
    "meaning", "title", "edition", "words", "note", "population", "grade", "source", "sources", "assumptions",
    "clock", "decision", "draws", "draws_beside", "drawn_to", "labels",
    "posterior", "life_table",
})  # fmt: skip
"""Keys that explain, say how births are drawn or how answers are valued: nothing solved hangs on them, and the hash
leaves them out."""


Ratios = TypeVar("Ratios", OddsRatio, HazardRatio)

SOLVED_AS = 3
"""Raised when draws are sampled or solved another way, so that draws solved the old way are refused."""


@dataclass(frozen=True)
class SharesTable:
    """Shares of each level: ``float64[*axes, levels]`` at both bounds (equal where there is one)."""

    axes: tuple[str, ...]
    low: Array
    high: Array


@dataclass(frozen=True)
class Target:
    """Observed deaths that the solved baseline returns: ``float64[*axes]``.

    ``effective`` is the count behind each cell, for its counting error: where a table was put
    together from several others it is smaller than the deaths.
    """

    axes: tuple[str, ...]
    deaths: Array
    effective: Array


@dataclass(frozen=True)
class Model:
    """A model ready to compile."""

    spec: ModelFile
    folder: Path
    strata: Mapping[str, tuple[str, ...]]
    births: Array
    """``float64[*strata]``: live births, counted or projected."""
    shares: Mapping[str, SharesTable]
    baseline: Array
    """``float64[*by, causes, age bands]``; ones where the baseline is solved."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    life: LifeTable | None = None
    """How long who does not die in infancy lives on, where the model file names a table."""

    @property
    def name(self) -> str:
        """The model's name, as in its file."""
        return self.spec.model

    @property
    def years(self) -> tuple[int, ...]:
        """Years with births, counted or projected."""
        return tuple(int(label) for label in self.strata.get("year", ()))

    def levels(self, name: str) -> tuple[str, ...]:
        """Level names of a stratum dimension or a variable."""
        return self.strata[name] if name in self.strata else self.spec.variables[name].levels

    def label(self, name: str, level: str) -> str:
        """A level as the evidence writes it: its name, where the model file gives no label."""
        variable = self.spec.variables.get(name)
        return level if variable is None else variable.labels.get(level, level)

    def problem(self, loc: Loc, message: str) -> Problem:
        """A problem at a place of the model file, which is read again for the address."""
        return read_yaml(self.folder / "model.yaml").problem(loc, message)

    def births_in(self, strata: Mapping[str, tuple[str, ...]]) -> Array:
        """Births in some of the strata (a sub-list of levels of every dimension)."""
        rows = [[self.strata[dim].index(level) for level in levels] for dim, levels in strata.items()]
        return np.ascontiguousarray(self.births[np.ix_(*rows)])

    @cached_property
    def hash(self) -> str:
        """Sixteen hexadecimal digits over every number and arrow that solved draws hang on, words left out."""
        numbers = _numbers(self.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        digest = hashlib.sha256(json.dumps([SOLVED_AS, numbers]).encode())
        for array in (
            self.births,
            self.baseline,
            *(a for s in self.shares.values() for a in (s.low, s.high)),
        ):
            digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
        for target in self.targets.values():
            digest.update(np.ascontiguousarray(target.deaths, dtype="<f8").tobytes())
            digest.update(np.ascontiguousarray(target.effective, dtype="<f8").tobytes())
        return digest.hexdigest()[:16]

    def structure(self, choices: Mapping[str, str] | None = None) -> Structure:
        """The model under a choice of variants; those not named take their default.

        Raises
        ------
        DocumentError
            For a variant or option that the model does not have, with a near match.
        """
        choices = dict(choices or {})
        for name, option in choices.items():
            if name not in self.spec.variants:
                message = f"{self.name} has no variant `{name}`; {hint(name, self.spec.variants)}"
                raise DocumentError(Problem(f"--variant {name}={option}", None, None, "", message))
            options = self.spec.variants[name].options
            if option not in options:
                message = f"`{name}` has no option `{option}`; choose from {', '.join(options)}"
                raise DocumentError(Problem(f"--variant {name}={option}", None, None, "", message))
        full = {name: choices.get(name, variant.default) for name, variant in self.spec.variants.items()}
        return Structure(self.spec, full)


@dataclass(frozen=True)
class Structure:
    """One choice of every variant: which arrows are on, which associations are read as causal."""

    spec: ModelFile
    choices: Mapping[str, str]

    @cached_property
    def live(self) -> dict[str, str]:
        """The choices that change something: a choice made moot by another is left out."""
        variants = self.spec.variants
        return {
            name: option
            for name, option in self.choices.items()
            if not any(
                self.choices.get(other) in options for other, options in variants[name].moot_when.items()
            )
        }

    @cached_property
    def label(self) -> str:
        """The choices that differ from the default, for a file name: ``default`` if none does."""
        changed = [f"{n}={o}" for n, o in self.live.items() if o != self.spec.variants[n].default]
        return "+".join(changed) or "default"

    @cached_property
    def off(self) -> frozenset[str]:
        """Variables whose causal arrows are all switched off."""
        return frozenset(
            v for name, option in self.live.items() for v in self.spec.variants[name].options[option].off
        )

    def times(self, parameter: str) -> float:
        """What a parameter is multiplied by under this structure."""
        factor = 1.0
        for name, option in self.live.items():
            factor *= self.spec.variants[name].options[option].times.get(parameter, 1.0)
        return factor

    def is_causal(self, child: str, ratio: OddsRatio) -> bool:
        """Whether a policy on the parent moves the child."""
        read_as_causal = any(
            ratio.parent in self.spec.variants[name].options[option].causal.get(child, ())
            for name, option in self.live.items()
        )
        return ratio.causal or read_as_causal

    @cached_property
    def neutral(self) -> frozenset[str]:
        """Parameters of ratios that have no effect."""
        return frozenset(
            p for name, option in self.live.items() for p in self.spec.variants[name].options[option].neutral
        )

    def odds_ratios(self, variable: Variable) -> tuple[OddsRatio, ...]:
        """The variable's odds ratios, those of arrows that are off and those without effect left out."""
        return self._acting(r for r in variable.odds_ratios if not (r.causal and r.parent in self.off))

    def hazard_ratios(self, deaths: Deaths) -> tuple[HazardRatio, ...]:
        """Hazard ratios whose arrow is on, those without effect left out."""
        return self._acting(r for r in deaths.hazard_ratios if r.parent not in self.off)

    def _acting(self, every: Iterable[Ratios]) -> tuple[Ratios, ...]:
        acting = []
        for ratio in every:
            ratios = {level: value for level, value in ratio.ratios.items() if value not in self.neutral}
            if ratios:
                acting.append(ratio.model_copy(update={"ratios": ratios}))
        return tuple(acting)

    @cached_property
    def trend(self) -> Trend | None:
        """What hazards are multiplied by year by year, if they are."""
        trend = self.spec.deaths.trend
        return trend if trend is not None and trend.ratio not in self.neutral else None

    @cached_property
    def contrasts(self) -> dict[str, Contrast]:
        """Published total effects to return; one on an exposure that is off, or without effect, is not asked for."""
        solve = self.spec.solve
        if solve is None:
            return {}
        readings = {
            contrast: reading
            for name, option in self.live.items()
            for contrast, reading in self.spec.variants[name].options[option].contrasts.items()
        }
        read = {
            name: contrast.model_copy(update=dict(readings[name])) if name in readings else contrast
            for name, contrast in solve.contrasts.items()
        }
        return {n: c for n, c in read.items() if c.set not in self.off and c.solves not in self.neutral}

    @cached_property
    def solved_as(self) -> Structure:
        """The structure whose solved draws serve this one: a trend after the reference years moves none."""
        trend = self.spec.deaths.trend
        later = {
            name: variant.default
            for name, variant in self.spec.variants.items()
            if trend is not None and all(_only_neutral(o, trend.ratio) for o in variant.options.values())
        }
        return Structure(self.spec, {**self.choices, **later})


def _only_neutral(option: Option, parameter: str) -> bool:
    """Whether an option does nothing but hold one ratio at no effect, if that."""
    return option in (
        Option(meaning=option.meaning),
        Option(meaning=option.meaning, neutral=(parameter,)),
    )


def _numbers(value: object) -> object:
    """A dumped file without the keys that only explain."""
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items() if key not in NOT_SOLVED_FROM}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    return value
