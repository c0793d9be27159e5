"""Headlines of docs/validation.md beside arithmetic on published figures that needs no model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from validation_tools import YEARS, central_draws, distinct, england, rows_of, run, table

from scenarios.read import read_scenarios
from scenarios.schema import Support
from simcore.run import Settings


def by_hand(missed: list[str]) -> Iterator[str]:
    """Headlines against arithmetic on published figures."""
    del missed
    model = england()
    names = (
        "current_policy",
        "child_poverty_35",
        "smoking_halved",
        "smoking_cessation",
        "poverty_and_smoking",
        "current_policy_rising",
    )
    found: dict[str, dict[str, float]] = {}
    for structure in distinct():
        central = central_draws(structure)
        result = run(structure, central, names, YEARS, Settings(estimator="exact"))
        total = result.deaths[:, 0].sum(axis=(1, 2, 3, 4))
        found[structure.label] = {n: float(total[0] - total[i]) for i, n in enumerate(names)}
        if structure.label == "default":
            baseline = result.deaths[0, 0]
            by_cause = result.deaths[:, 0].sum(axis=(1, 2, 4))
            accepts = float(result.stages["smoking_cessation", "cessation_offer:accepts"][0].sum())
    rows = []
    years = tuple(str(y) for y in YEARS)
    births = model.births_in({"year": years, "imd_decile": model.levels("imd_decile")})
    at = [model.years.index(y) for y in YEARS]
    path = {
        int(r["year"]): float(r["high_multiplier_of_2023_rate"]) for r in rows_of("child_poverty_paths.csv")
    }
    fewer = np.array([1 - path.get(y, path[2033]) for y in YEARS])
    points = 100 * births * model.shares["child_poverty"].low[at][..., 1] * fewer[:, None]
    per_point = model.spec.parameters["total_poverty_per_point"].value.central / 100_000
    rows.append(
        (
            "child_poverty_35",
            "coefficient x points fewer x births",
            per_point * points.sum(),
            found["default"]["child_poverty_35"],
            "`default`",
        )
    )
    shares = model.shares["smoking_at_booking"]
    smokers = births * ((shares.low + shares.high) / 2)[at][..., 1]
    bands = list(model.spec.deaths.age_bands)
    smoking = 0.0
    for period, contrast in (
        ("neonatal", "total_smoking_neonatal"),
        ("postneonatal", "total_smoking_postneonatal"),
    ):
        columns = [bands.index(b) for b in model.spec.deaths.age_periods[period]]
        died = float(baseline[..., columns].sum())
        excess = model.spec.parameters[contrast].value.central - 1
        smoking += died * _attributable(float(smokers.sum() / births.sum()), excess, 0.5)
    for label in ("child_poverty=zero", "default"):
        rows.append(
            (
                "smoking_halved",
                "half the attributable share, national",
                smoking,
                found[label]["smoking_halved"],
                f"`{label}`",
            )
        )
    natural = next(
        float(r["value"]) for r in rows_of("smoking_cascade.csv") if r["quantity"] == "natural_quit"
    )
    quitters = accepts * natural * (_effect("smoking_cessation") - 1)
    per_smoker = found["default"]["smoking_halved"] / (0.5 * float(smokers.sum()) * (1 - natural))
    rows.append(
        (
            "smoking_cessation",
            "extra quitters x averted per smoker at delivery in smoking_halved",
            quitters * per_smoker,
            found["default"]["smoking_cessation"],
            "`default`",
        )
    )
    alone = found["default"]["child_poverty_35"] + found["default"]["smoking_halved"]
    rows.append(
        (
            "poverty_and_smoking",
            "sum of the two alone (an upper bound)",
            alone,
            found["default"]["poverty_and_smoking"],
            "`default`",
        )
    )
    yield "## By hand"
    yield ""
    yield f"Deaths averted {YEARS[0]}-{YEARS[-1]}, central draw, nothing drawn, beside arithmetic that needs no model."
    yield ""
    yield from table(
        ("scenario", "arithmetic", "by hand", "model", "ratio", "structure"),
        [(s, a, f"{h:,.1f}", f"{m:,.1f}", f"{m / h:.2f}", where) for s, a, h, m, where in rows],
    )
    yield ""
    yield "Why they differ is in [england.md](england.md#what-is-odd)."
    yield ""
    yield "Whose deaths they are, in per cent of all that are averted (default, central draw):"
    yield ""
    causes = list(model.spec.deaths.causes)
    shares = {n: by_cause[0] - by_cause[names.index(n)] for n in ("child_poverty_35", "smoking_halved")}
    whose = [
        (
            cause,
            f"{100 * by_cause[0, c] / by_cause[0].sum():.1f}",
            *(f"{100 * a[c] / a.sum():.1f}" for a in shares.values()),
        )
        for c, cause in enumerate(causes)
    ]
    yield from table(("cause", "of all deaths", *shares), whose)
    yield ""
    yield "The same poverty path has two answers, one for each comparator (central draw):"
    yield ""
    rising = [
        (
            f"`{label}`",
            f"{f['child_poverty_35']:,.1f}",
            f"{f['child_poverty_35'] - f['current_policy_rising']:,.1f}",
        )
        for label, f in found.items()
    ]
    yield from table(("structure", "against current_policy", "against current_policy_rising"), rising)


def _attributable(exposed: float, excess: float, removed: float) -> float:
    """Share of deaths averted when part of an exposure is removed, its relative risk being 1 + excess."""
    return removed * exposed * excess / (1 + exposed * excess)


def _effect(name: str) -> float:
    """How much likelier the offer of a scenario makes the good outcome."""
    (scenario,) = read_scenarios([name])
    offers = [change for change in scenario.interventions if isinstance(change, Support)]
    return float(offers[0].effect.value.central)
