"""The section of docs/validation.md on the baseline of the reference years: what was observed comes back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from validation_tools import Array, central_draws, england, run, table

from simcore.contrasts import ReferenceYears
from simcore.model import Structure
from simcore.run import Settings
from simcore.solve import observed
from simcore.solving import structures

WITHIN = 0.1  # per cent: how near the baseline must come to what was observed


def baseline(missed: list[str]) -> Iterator[str]:
    """Observed deaths beside the model's, central draw."""
    model = england()
    deaths = model.spec.deaths
    found = {s.label: _modelled(s) for s in structures(model)}
    tables = {
        "age period and decile": (list(_decile_labels()), observed_by_decile().ravel()),
        "gestation": (list(model.levels("gestation")), _observed().sum(axis=(1, 2))),
        "cause": (list(deaths.causes), _observed().sum(axis=(0, 2))),
        "age band": (list(deaths.age_bands), _observed().sum(axis=(0, 1))),
    }
    yield "## The baseline returns what was observed"
    yield ""
    yield "England, 2018-20, central draw, structure `default`, nothing drawn. *Observed* is the published table"
    yield "as reconciled ([below](#raw-tables-beside-the-targets)). Deciles, causes and ages are summed from the"
    yield "cells of a comparison; gestation is a second road (the solver's sums)."
    for name, (labels, seen) in tables.items():
        yield ""
        rows = [
            (label, _1(o), _1(m), _percent(m, o))
            for label, o, m in zip(labels, seen, found["default"][name], strict=True)
        ]
        rows.append(
            (
                "**all**",
                _1(seen.sum()),
                _1(found["default"][name].sum()),
                _percent(found["default"][name].sum(), seen.sum()),
            )
        )
        yield from table((f"deaths by {name}", "observed", "model", "difference"), rows)
    yield ""
    yield f"The greatest difference under every structure, in per cent (the bound is {WITHIN}%):"
    yield ""
    furthest: list[tuple[str, ...]] = []
    for label, margins in found.items():
        worst = {n: 100 * float(np.abs(margins[n] / seen - 1).max()) for n, (_, seen) in tables.items()}
        furthest.append((f"`{label}`", *(f"{w:.4f}" for w in worst.values())))
        missed += [f"{label}: deaths by {n} are {w:.2f}% away" for n, w in worst.items() if w > WITHIN]
    yield from table(("structure", *tables), furthest)


def _modelled(structure: Structure) -> dict[str, Array]:
    """Deaths of the reference years by each margin."""
    model = england()
    central = central_draws(structure)
    years = model.spec.reference_years
    deaths = run(structure, central, ("current_policy",), years, Settings(estimator="exact")).deaths[0, 0]
    deaths = deaths.sum(axis=0)
    bands = list(model.spec.deaths.age_bands)
    periods = [
        deaths[..., [bands.index(b) for b in names]].sum(axis=(1, 2))
        for names in model.spec.deaths.age_periods.values()
    ]
    return {
        "age period and decile": np.concatenate(periods),
        "gestation": ReferenceYears(model, structure, central).evaluate(central).cells[0].sum(axis=(1, 2)),
        "cause": deaths.sum(axis=(0, 2)),
        "age band": deaths.sum(axis=(0, 1)),
    }


def _observed() -> Array:
    """``float64[gestation, causes, age bands]``."""
    return np.asarray(observed(england()).cells[0])


def observed_by_decile() -> Array:
    """``float64[age periods, deciles]``."""
    strata = observed(england()).strata
    assert strata is not None
    return np.asarray(strata[0])


def _decile_labels() -> Iterator[str]:
    for period in england().spec.deaths.age_periods:
        for decile in england().levels("imd_decile"):
            yield f"{period}, decile {decile}"


def _1(value: float) -> str:
    return f"{value:,.1f}"


def _percent(value: float, of: float) -> str:
    return f"{100 * (value / of - 1) + 0.0:+.4f}%".replace("-0.0000%", "+0.0000%")
