"""Figures that stand in the text of docs/england.md: how large the model is, what is solved, what is odd."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

import numpy as np
from england_tables import section
from validation_groups import Asked, count_births, count_each
from validation_tools import Array, central_draws, england, shipped, table

from simcore.draws import DrawBlock
from simcore.solve import observed
from simcore.solving import structures

WIDTH = 120


@section
def overview() -> Iterator[str]:
    """What the model tells apart."""
    spec = england().spec
    kinds = [variable.kind for variable in spec.variables.values()]
    each = ", ".join(f"{kinds.count(kind)} {kind}s" for kind in ("descriptor", "exposure", "intermediate"))
    first, last = england().years[0], england().years[-1]
    said = (
        f"Births of England by year ({first} to {last}) and deprivation decile: {len(kinds)} variables ({each}), "
        f"{len(spec.deaths.causes)} causes of death, {len(spec.deaths.age_bands)} ages at death, "
        f"{len(spec.parameters)} parameters, {len(spec.variants)} named structural choices. "
        f"Edition {spec.edition}, hash `{england().hash}`."
    )
    yield from textwrap.wrap(said, WIDTH)


@section
def early_births() -> Iterator[str]:
    """How much of all deaths stands where no ratio acts."""
    model = england()
    deaths = np.asarray(observed(model).cells[0])
    weeks, bands = list(model.levels("gestation")), list(model.spec.deaths.age_bands)
    early = [
        i for i, week in enumerate(weeks) if week not in model.spec.deaths.ratios_act_within["gestation"]
    ]
    neonatal = deaths[..., [bands.index(band) for band in model.spec.deaths.age_periods["neonatal"]]]
    share, of_neonatal = (100 * part[early].sum() / part.sum() for part in (deaths, neonatal))
    born = count_births(model, model.structure(), central_draws(model.structure()), [_asked("gestation")])
    risk = deaths.sum(axis=(1, 2)) / born[_asked("gestation")][0]
    each = ", ".join(f"{100 * risk[i]:.0f}% of `{weeks[i]}`" for i in early)
    yield f"Before 24 weeks are {share:.0f}% of the infant deaths of the reference years, and {of_neonatal:.0f}% of the"
    yield f"neonatal ones; there {each} die."


@section
def unknowns() -> Iterator[str]:
    """What is solved, how much of it, for how many draws."""
    model = england()
    deaths, solve = model.spec.deaths, model.spec.solve
    assert solve is not None
    assert deaths.residual is not None
    by = [len(model.levels(name)) for name in deaths.baseline.by]
    shape = len(deaths.causes), len(deaths.age_bands), *by
    periods, levels = len(deaths.age_periods), len(model.levels(deaths.residual.by))
    label = {s.label: shipped(s).size for s in structures(model)}
    fewest = min(n for name, n in label.items() if name != "default")
    said = (
        f"For each draw and structure: {math.prod(shape):,} baseline hazards ({shape[0]} causes, {shape[1]} ages, "
        f"{shape[2]} gestations; structural zeros stay zero), {periods * levels} residuals and "
        f"{len(solve.contrasts)} direct effects (one fewer where poverty is off), so that all of this comes back at "
        "once: deaths by cause, age and gestation; deaths by decile and period; every contrast. "
        f"{label['default']:,} draws of the default ship, {fewest:,} of each of the {len(label) - 1} other structures."
    )
    yield from textwrap.wrap(said, WIDTH)


@section
def odd() -> Iterator[str]:
    """The figures that the list below speaks of."""
    model, default = england(), england().structure()
    central, draws = central_draws(default), shipped(default)
    rows = [
        ("hazard ratio of poverty", _spread(central, draws, "hr_poverty")),
        ("infant deaths for 1,000 births, not poor and poor", _rates("child_poverty")),
        ("direct hazard ratio, smoking on neonatal death", _spread(central, draws, "hr_smoking_neonatal")),
        ("share of draws in which it is under 1", f"{100 * (draws['hr_smoking_neonatal'] < 1).mean():.0f}%"),
        ("odds ratio of early birth, multiple against single", _spread(central, draws, "or_multiple_preterm")),
        ("multiple births that come before 37 weeks", f"{100 * _early('plurality')[-1]:.0f}%"),
    ]  # fmt: skip
    yield from table(("default structure", "central (95% of draws)"), rows)
    yield ""
    yield "The residual by decile, central draw, under the structures of poverty:"
    yield ""
    poverty = [
        s for s in structures(model) if set(s.live) and s.label.startswith(("default", "child_poverty"))
    ]
    residuals = []
    for structure in poverty:
        residual = central_draws(structure).residual
        assert residual is not None
        for period, values in zip(model.spec.deaths.age_periods, residual[0], strict=True):
            residuals.append((f"`{structure.label}`", period, *(f"{value:.2f}" for value in values)))
    yield from table(("structure", "deaths", *model.levels("imd_decile")), residuals)


def _asked(*factors: str) -> Asked:
    return factors, england().spec.reference_years


def _spread(central: DrawBlock, draws: DrawBlock, name: str) -> str:
    low, high = np.quantile(draws[name], [0.025, 0.975])
    return f"{central[name][0]:.2f} ({low:.2f} to {high:.2f})"


def _rates(factor: str) -> str:
    """Infant deaths for 1,000 births at each level, central draw."""
    model = england()
    found = count_each(model, model.structure(), central_draws(model.structure()), [_asked(factor)])[
        _asked(factor)
    ]
    rates = 1000 * found.deaths[0].sum(axis=(-1, -2)) / found.births[0]
    return ", ".join(f"{rate:.1f}" for rate in rates)


def _early(factor: str) -> Array:
    """Share of births before 37 weeks at each level, central draw."""
    model, asked = england(), _asked(factor, "gestation")
    born = count_births(model, model.structure(), central_draws(model.structure()), [asked])[asked][0]
    return np.asarray(1 - born[:, -1] / born.sum(axis=-1))
