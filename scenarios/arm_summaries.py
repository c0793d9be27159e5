"""The comparator and each scenario in a few plain numbers: how much, whose, of what, and how sure."""

from __future__ import annotations

from typing import Any

from scenarios.interval import interval95
from scenarios.margins import IMD, Array, Margins
from scenarios.uncertainty import averted, averted_by_fewer_births, deaths_under, estimate
from simcore.model import Model

FIFTHS = {"most_deprived_fifth": slice(0, 2), "least_deprived_fifth": slice(8, 10)}


def baseline_summary(model: Model, births: Array, margins: Margins) -> dict[str, Any]:
    """Births, deaths and mortality of the comparator."""
    deaths = estimate(*deaths_under(margins, 0))
    out: dict[str, Any] = {
        "name": margins.arms[0],
        "births": float(births.sum()),
        "deaths": deaths.as_dict(),
        "imr": 1000 * deaths.mean / float(births.sum()),
    }
    if _has_tenths(model):
        axis = list(model.strata).index(IMD)
        per_decile = births.sum(axis=tuple(i for i in range(births.ndim) if i != axis))
        died = margins.by[IMD][0].mean(axis=0)
        out["births_by_decile"] = per_decile.tolist()
        out["imr_by_decile"] = (1000 * died / per_decile).tolist()
        pairs = per_decile.reshape(-1, 2).sum(axis=1)
        out["imr_by_fifth"] = (1000 * died.reshape(-1, 2).sum(axis=1) / pairs).tolist()
    return out


def _has_tenths(model: Model) -> bool:
    """Whether births are known by ten equal parts of deprivation, so that two make a fifth."""
    return len(model.strata.get(IMD, ())) == 10


def headline_of(model: Model, births: Array, margins: Margins, arm: int) -> dict[str, Any]:
    """What one scenario averts, whose, and how sure that is."""
    quantity = averted(margins, arm)
    total, headline = quantity.draws, estimate(*quantity)
    baseline = margins.total[0]
    out: dict[str, Any] = {
        "name": margins.arms[arm],
        "deaths_averted": headline.as_dict(),
        # of no deaths at all there is no percentage
        "percent": float(100 * total.mean() / baseline.mean()) if baseline.any() else None,
        "per_1000_births": float(1000 * total.mean() / births.sum()),
        "p_positive": float((total > 0).mean()),
    }
    if _has_tenths(model):
        by_decile = margins.by[IMD][0] - margins.by[IMD][arm]
        out["by_decile"] = by_decile.mean(axis=0).tolist()
        for name, pair in FIFTHS.items():
            deaths = by_decile[:, pair].sum(axis=1)
            fifth = estimate(*quantity._replace(draws=deaths, slices=None))
            out[name] = {
                "mean": fifth.mean,
                "interval95": list(fifth.interval95),
                "draw_error": fifth.draw_error,
            }
    return out


def arm_summary(model: Model, births: Array, margins: Margins, arm: int) -> dict[str, Any]:
    """The headline of one scenario, of what and at which age deaths are averted, and births at each step."""
    out = headline_of(model, births, margins, arm)
    spec = model.spec.deaths
    for name, dim, labels in (("by_cause", "cause", spec.causes), ("by_age", "age_band", spec.age_bands)):
        mean = (margins.by[dim][0] - margins.by[dim][arm]).mean(axis=0)
        out[name] = dict(zip(labels, mean.tolist(), strict=True))
    fewer = averted_by_fewer_births(margins, arm)
    if fewer is not None:
        apart = estimate(fewer.reshape(fewer.shape[0], -1).sum(axis=1))
        out["by_fewer_births"] = {
            "mean": apart.mean,
            "interval95": list(apart.interval95),
            "draw_error": apart.draw_error,
        }
    people = {step: v.sum(axis=1) for (name, step), v in margins.people.items() if name == margins.arms[arm]}
    if people:
        out["people"] = {
            step: {"mean": float(v.mean()), "interval95": list(interval95(v))} for step, v in people.items()
        }
    return out


def by_year(margins: Margins, arm: int, years: list[int]) -> dict[str, float]:
    """Mean deaths averted in each year."""
    if "year" not in margins.by:
        return {}
    values = (margins.by["year"][0] - margins.by["year"][arm]).mean(axis=0)
    return {str(year): float(value) for year, value in zip(years, values, strict=True)}
