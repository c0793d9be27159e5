"""Deaths made from known parameters of a calibration, drawn once and sliced as published tables slice them.

What is drawn is a table over year, fifth, ethnic group, mother's age, gestation, cause and band, each cell Poisson:
single deaths, told apart by all that any slice asks for. Counts by year and fifth, shares by group, and the joint table
from which baselines are solved are then of the same deaths. The engine says how many are to be expected, with
baselines and residuals settled anew: nothing of `calibration.terms` or `calibration.expected` is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from calibration.density import Posterior
from calibration.targets import ContrastTarget, CountTarget, Observed, ShareTarget
from simcore.contrasts import Fit, ReferenceYears
from simcore.draws import DrawBlock
from simcore.model import Model, Structure, Target
from tests.models.reduced import REFERENCE

FIFTH, ETHNIC, AGE, WEEK, CAUSE, BAND = range(1, 7)
"""Axes of a table of deaths, behind the year."""
BY = ("imd_fifth", "ethnic_group", "mother_age", "gestation")
CLOSE = 1e-7
MOST = 200
NATURAL = ("immaturity", "congenital", "other")
"""Causes whose deaths are told apart by ethnic group."""


@dataclass(frozen=True)
class Truth:
    """Known parameters and what is to be expected of them.

    Attributes
    ----------
    z : float64[K]
    deaths : float64[years, fifths, groups, ages, weeks, causes, bands]
        To be expected.
    measures
        Every contrast as it would be published, without its error.
    """

    z: np.ndarray
    deaths: np.ndarray
    measures: Mapping[str, float]


def settled(
    model: Model, structure: Structure, block: DrawBlock, cells: np.ndarray, strata: np.ndarray
) -> tuple[ReferenceYears, DrawBlock, Fit]:
    """Baselines and residuals with which these numbers return deaths by cell, and strata in these proportions.

    ``cells`` is ``float64[weeks, causes, bands]``; ``strata``, where ratios act, ``float64[periods, fifths]``.
    """
    world = ReferenceYears(model, structure, block, ("ethnic_group", "mother_age"))
    proportions = strata / strata.sum(axis=-1, keepdims=True)
    for _ in range(MOST):
        fit = world.evaluate(block)
        within = fit.strata_within[0] / fit.strata_within[0].sum(axis=-1, keepdims=True)
        off = np.divide(cells, fit.cells[0], out=np.ones_like(cells), where=cells > 0)
        if np.abs(off - 1).max() < CLOSE and np.abs(proportions / within - 1).max() < CLOSE:
            return world, block, fit
        assert block.baseline is not None and block.residual is not None
        block = replace(block, baseline=block.baseline * off, residual=block.residual * proportions / within)
    raise AssertionError("baselines do not settle")


def with_numbers(posterior: Posterior, z: np.ndarray) -> DrawBlock:
    """The reference of a posterior, its free numbers at one point."""
    reference, moved = posterior.engine.reference, posterior.layout.moved(z)
    own = {n.name: np.array([float(n.value(moved[i]))]) for i, n in enumerate(posterior.layout.numbers)}
    return replace(reference, parameters={**reference.parameters, **own})


class Reference(NamedTuple):
    """The reference years at one point, before any path over the years."""

    block: DrawBlock
    deaths: np.ndarray
    """``float64[fifths, groups, ages, weeks, causes, bands]``."""
    fit: Fit


def reference(posterior: Posterior, z: np.ndarray) -> Reference:
    """What the engine returns where deaths by cell are those of the model's tables, and strata as ``z`` has them."""
    model, structure = posterior.engine.model, posterior.engine.structure
    cells, wanted = model.targets["baseline"].deaths, by_stratum(posterior, z)
    world, block, fit = settled(model, structure, with_numbers(posterior, z), cells, wanted)
    return Reference(block, world.deaths_by(block, (0,), BY)[0, 0], fit)


def by_stratum(posterior: Posterior, z: np.ndarray) -> np.ndarray:
    """Deaths where ratios act, before any path: ``float64[periods, fifths]``."""
    return np.asarray(
        posterior.deaths.observed * np.exp(posterior.layout.gradient(z) - posterior.origin_gradient)
    )


def truth(posterior: Posterior, z: np.ndarray) -> Truth:
    """What is to be expected at ``z``; the reference years' deaths fall among cells as in the tables of the model."""
    model, layout = posterior.engine.model, posterior.layout
    before, wanted = reference(posterior, z), by_stratum(posterior, z)
    # scaled so that, before any path, deaths where ratios act are those asked for
    scale = np.log(wanted.sum(axis=-1) / before.fit.strata_within[0].sum(axis=-1))[:, None]
    by_band = np.moveaxis((layout.path(z) + scale)[:, periods(model)], 1, -1)
    factor = np.where(acting(model)[:, None], np.exp(by_band)[:, :, None], 1.0)
    times = births(model, layout.paths.years) / births(model, REFERENCE).sum(axis=0)
    deaths = before.deaths * (times[..., None, None] * factor)[:, :, None, None, :, None]
    return Truth(z, deaths, do_contrasts(posterior, before.block, deaths))


def do_contrasts(posterior: Posterior, block: DrawBlock, deaths: np.ndarray) -> dict[str, float]:
    """Contrasts of the world in which these deaths of the reference years are to be expected."""
    model, joint = posterior.engine.model, late(deaths, posterior)
    within = joint[:, :, :, acting(model)].sum(axis=(1, 2, 3, 4))
    strata = np.stack([within[:, periods(model) == p].sum(axis=1) for p in (0, 1)])
    _, _, fit = settled(model, posterior.engine.structure, block, joint.sum(axis=(0, 1, 2)), strata)
    return {name: float(value[0]) for name, value in fit.measures.items()}


def late(deaths: np.ndarray, posterior: Posterior) -> np.ndarray:
    """Deaths of the reference years, added up over the years."""
    return deaths[[posterior.layout.paths.years.index(year) for year in REFERENCE]].sum(axis=0)


def births(model: Model, years: tuple[int, ...]) -> np.ndarray:
    """``float64[years, fifths]``."""
    return model.births_in({"year": tuple(map(str, years)), "imd_fifth": model.strata["imd_fifth"]})


def observed(deaths: np.ndarray, posterior: Posterior, published: tuple[ContrastTarget, ...]) -> Observed:
    """A table of deaths as the published tables slice it."""
    model, years = posterior.engine.model, posterior.layout.paths.years
    by_period = np.stack(
        [deaths[..., periods(model) == p].sum(axis=(ETHNIC, AGE, WEEK, CAUSE, BAND)) for p in (0, 1)], axis=1
    )
    counts = CountTarget(
        "deaths_by_fifth", "imd_fifth", model.levels("imd_fifth"), years, ("neonatal", "postneonatal"),
        births(model, years), by_period,
    )  # fmt: skip
    last = late(deaths, posterior)[None]
    ethnic = last.sum(axis=(0, FIFTH, AGE, WEEK, BAND))
    ages = last[..., periods(model) == 1].sum(axis=(0, FIFTH, ETHNIC, WEEK, CAUSE, BAND))
    causes = list(model.spec.deaths.causes)
    shares = (
        _share("ethnic", "ethnic_group", posterior, ethnic.T[[causes.index(c) for c in NATURAL]], "infant", NATURAL),
        _share("age", "mother_age", posterior, ages[None], "postneonatal", ("all",)),
    )  # fmt: skip
    return Observed((counts,), shares, published)


def published(found: Truth, posterior: Posterior, random: np.random.Generator) -> tuple[ContrastTarget, ...]:
    """Effects as studies of other people publish them: normal about the true ones."""
    targets = []
    for name, contrast in posterior.engine.structure.contrasts.items():
        is_ratio = contrast.measure != "risk_difference"
        sd = float(posterior.engine.model.spec.parameters[contrast.value].value.sigma)  # type: ignore[union-attr]
        centre = np.log(found.measures[name]) if is_ratio else found.measures[name]
        targets.append(ContrastTarget(name, name, contrast.measure, float(random.normal(centre, sd)), sd))
    return tuple(targets)


def as_targets(deaths: np.ndarray, posterior: Posterior) -> dict[str, Target]:
    """The deaths of the reference years as the tables that baselines and residuals are solved from."""
    model, own = posterior.engine.model, late(deaths, posterior)
    joint = own.sum(axis=(0, 1, 2))
    by_fifth = np.stack([own[..., periods(model) == p].sum(axis=(1, 2, 3, 4, 5)) for p in (0, 1)])
    old = model.targets
    return {
        "baseline": replace(old["baseline"], deaths=joint, effective=joint),
        "residual": replace(old["residual"], deaths=by_fifth, effective=by_fifth),
    }


def _share(
    name: str, by: str, posterior: Posterior, deaths: np.ndarray, period: str, within: tuple[str, ...]
) -> ShareTarget:
    levels = posterior.engine.model.levels(by)
    members = tuple((level,) for level in levels)
    return ShareTarget(
        name,
        by,
        levels,
        members,
        (period,),
        REFERENCE,
        within,
        posterior.engine.births_by(by),
        deaths[:, None],
    )


def acting(model: Model) -> np.ndarray:
    """``bool[weeks]``: where ratios act."""
    (inside,) = model.spec.deaths.ratios_act_within.values()
    return np.array([level in inside for level in model.levels("gestation")])


def periods(model: Model) -> np.ndarray:
    """``int64[bands]``: the age period of each."""
    deaths = model.spec.deaths
    return np.array(
        [next(p for p, own in enumerate(deaths.age_periods.values()) if b in own) for b in deaths.age_bands]
    )
