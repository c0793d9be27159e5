"""Death targets of 2018 to 2020: by decile, and jointly by cause, age at death and gestation.

The published tables slice the same deaths in ways that do not agree to the last death: some are of
England, some of England and Wales, some of one year, some without the deaths that were not linked to a
birth. The decile table (England, 2018 to 2020) is kept as it is; every other table gives only shares, which
are brought to it step by step, and the joint table is fitted to all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .evidence import DECILES, Table, count, read
from .gestation import BANDS, national_births, pooled, spread
from .numbers import Array, fit

YEARS = ("2018", "2019", "2020")
CAUSES = ("immaturity", "congenital", "sudden", "infection", "other")
AGE_BANDS = ("day_0", "days_1_6", "days_7_27", "days_28_90", "days_91_364")
CAUSE_OF = {
    "Immaturity related conditions": "immaturity",
    "Congenital anomalies": "congenital",
    "Sudden infant deaths": "sudden",
    "Infections": "infection",
    "Antepartum infections": "infection",
    "Asphyxia, anoxia or trauma (intrapartum)": "other",
    "External conditions": "other",
    "Other specific conditions": "other",
    "Other conditions": "other",
}
# the nearest gestation band to each birthweight band, for the seed only
WEIGHT_OF = {
    "<1000": ("under_22", "22_23", "24_27"),
    "1000-1499": ("28_31",),
    "1500-1999": ("32_36",),
    "2000-2499": ("32_36",),
    "2500-2999": ("37_plus",),
    "3000-3499": ("37_plus",),
    "3500-3999": ("37_plus",),
    "4000 and over": ("37_plus",),
}
SUDDEN = CAUSES.index("sudden")


def decile_deaths() -> Array:
    """float64[deciles, 2]: neonatal and post-neonatal deaths of England, 2018 to 2020."""
    out = np.zeros((10, 2))
    for row in read("ons_imd_decile_england_2010_2020"):
        if row["year"] in YEARS and row["imd_decile"] in DECILES:
            d = DECILES.index(row["imd_decile"])
            neonatal = count(row["neonatal_deaths"])
            out[d] += neonatal, count(row["infant_deaths"]) - neonatal
    return out


def age_counts() -> Array:
    """float64[age bands]: deaths of England and Wales, 2018 to 2020."""
    out = np.zeros(5)
    for row in read("ons_infant_deaths_by_age_ew_2018_2020"):
        out += [
            count(row["deaths_under_1_day"]),
            count(row["deaths_1_day_to_under_1_week"]),
            count(row["late_neonatal_deaths"]),
            count(row["deaths_4_weeks_to_under_3_months"]),
            count(row["deaths_3_to_under_6_months"]) + count(row["deaths_6_months_to_under_1_year"]),
        ]
    return out


def cause_by_period() -> Array:
    """float64[causes, 3]: early, late and post-neonatal deaths of England and Wales, 2020."""
    out = np.zeros((5, 3))
    for row in read("ons_cause_birthweight_ew_2020"):
        if row["birthweight_g"] == "All" and row["cause_group"] in CAUSE_OF:
            c = CAUSES.index(CAUSE_OF[row["cause_group"]])
            early = 0 if row["early_neonatal_deaths"] == "z" else count(row["early_neonatal_deaths"])
            neonatal = 0 if row["neonatal_deaths"] == "z" else count(row["neonatal_deaths"])
            out[c] += early, neonatal - early, count(row["postneonatal_deaths"])
    return out


def cause_by_gestation_seed() -> Array:
    """float64[causes, 2, bands]: neonatal and post-neonatal deaths by birthweight, as if by gestation."""
    out = np.full((5, 2, 6), 0.5)  # half a death, so that a zero by chance is not a rule
    for row in read("ons_cause_birthweight_ew_2020"):
        if row["cause_group"] in CAUSE_OF and row["birthweight_g"] in WEIGHT_OF:
            c = CAUSES.index(CAUSE_OF[row["cause_group"]])
            for band in WEIGHT_OF[row["birthweight_g"]]:
                out[c, 0, BANDS.index(band)] += count(row["neonatal_deaths"])
                out[c, 1, BANDS.index(band)] += count(row["postneonatal_deaths"])
    return out


def cause_totals() -> Array:
    """float64[causes]: infant deaths of England and Wales, 2018 to 2020."""
    out = np.zeros(5)
    for row in read("ons_cause_ew_2018_2020"):
        if row["cause_group"] in CAUSE_OF:
            out[CAUSES.index(CAUSE_OF[row["cause_group"]])] += count(row["infant_deaths"])
    return out


def cause_24_weeks_up() -> Array:
    """float64[causes]: neonatal deaths of England at 24 weeks and over, linked, 2018 to 2020."""
    out = np.zeros(5)
    for row in read("ons_cause_neonatal_24wplus_england_2018_2020"):
        if row["cause_group"] in CAUSE_OF:
            out[CAUSES.index(CAUSE_OF[row["cause_group"]])] += count(row["neonatal_deaths"])
    return out


@dataclass(frozen=True)
class Targets:
    """Margins that agree with one another, and the joint table that meets them all.

    ``joint`` is float64[causes, age bands, gestation bands]; ``gestation_period`` float64[bands, 3] and
    ``cause_period`` float64[causes, 3] are by early, late and post-neonatal; ``cause_extreme``
    float64[causes, 2] is neonatal under 24 weeks and from 24 weeks.
    """

    ages: Array
    gestation_period: Array
    cause_period: Array
    cause_extreme: Array
    joint: Array


@cache
def targets() -> Targets:
    """Reconcile the published tables (England, births and deaths of 2018 to 2020)."""
    neonatal, post = decile_deaths().sum(axis=0)
    ages = age_counts()
    ages[:3] *= neonatal / ages[:3].sum()
    ages[3:] *= post / ages[3:].sum()
    periods = np.array([ages[:2].sum(), ages[2], ages[3:].sum()])
    gestation_period = by_gestation(periods, neonatal, post)
    under_24 = float(gestation_period[:2, :2].sum())
    cause_period, cause_extreme = by_cause(periods, under_24)
    joint = fit_joint(ages, gestation_period, cause_period, cause_extreme)
    too_many = joint.sum(axis=(0, 1)) >= national_births()
    if too_many.any():
        raise ValueError(f"more deaths than births at {np.array(BANDS)[too_many]}")
    return Targets(ages, gestation_period, cause_period, cause_extreme, joint)


def by_gestation(periods: Array, neonatal: float, post: float) -> Array:
    """float64[bands, 3]: England by week for the neonatal total, England and Wales 2020 for the rest."""
    known, unknown = pooled(read("ons_gestation_neonatal_england_2018_2020"), "neonatal_deaths")
    band_neonatal = spread(known, unknown)
    band_neonatal *= neonatal / band_neonatal.sum()
    ew = read("ons_gestation_ew_2020")
    band_post = spread(*pooled(ew, "postneonatal_deaths"))
    band_post *= post / band_post.sum()
    seed = np.stack(
        [spread(*pooled(ew, f"{period}_neonatal_deaths")) for period in ("early", "late")], axis=1
    )
    split = fit(seed, [((0,), band_neonatal), ((1,), periods[:2])])
    return np.column_stack([split, band_post])


def by_cause(periods: Array, under_24: float) -> tuple[Array, Array]:
    """Causes by period, and neonatal deaths by cause under and from 24 weeks.

    Cause totals are those of England and Wales 2018 to 2020 as shares of England's deaths. Neonatal deaths
    from 24 weeks have England's own causes. What is left of each cause is split between neonatal deaths
    under 24 weeks and post-neonatal deaths, in the proportions of England and Wales 2020; no sudden
    deaths are put under 24 weeks.
    """
    neonatal = float(periods[:2].sum())
    total = cause_totals() * periods.sum() / cause_totals().sum()
    over = cause_24_weeks_up()
    over *= (neonatal - under_24) / over.sum()
    shape = cause_by_period()
    shape *= (total / shape.sum(axis=1))[:, None]
    seed = np.column_stack([np.maximum(shape[:, :2].sum(axis=1) - over, 0.5), shape[:, 2]])
    seed[SUDDEN, 0] = 0.0
    rest = fit(seed, [((0,), total - over), ((1,), np.array([under_24, periods[2]]))])
    cause_neonatal = over + rest[:, 0]
    split = fit(shape[:, :2], [((0,), cause_neonatal), ((1,), periods[:2])])
    return np.column_stack([split, rest[:, 1]]), np.column_stack([rest[:, 0], over])


def seed_joint() -> Array:
    """float64[causes, age bands, bands]: what is known of cause by gestation; structural zeros."""
    by_weight = cause_by_gestation_seed()
    seed = np.empty((5, 5, 6))
    seed[:, :3] = by_weight[:, None, 0]
    seed[:, 3:] = by_weight[:, None, 1]
    seed[:, 1:, 0] = 0.0  # born before 22 weeks: all published deaths are early, taken as day 0
    seed[SUDDEN, 0] = 0.0  # a sudden unexpected death is not one of the day of birth
    seed[SUDDEN, :3, :2] = 0.0  # nor a neonatal death of a baby born before 24 weeks
    return seed


def fit_joint(ages: Array, gestation_period: Array, cause_period: Array, cause_extreme: Array) -> Array:
    """Fit cause by age by gestation to every margin at once."""
    # period and the 24-week line are sums of cells, so they are fitted as blocks of one enlarged step
    table = seed_joint()
    blocks = ((0, 2), (2, 3), (3, 5))
    for _ in range(20_000):
        table *= np.divide(ages, table.sum(axis=(0, 2)))[None, :, None]
        for p, (a, b) in enumerate(blocks):
            have = table[:, a:b].sum(axis=(0, 1))
            want = gestation_period[:, p]
            table[:, a:b] *= np.divide(want, have, out=np.zeros(6), where=have > 0)[None, None, :]
            have = table[:, a:b].sum(axis=(1, 2))
            table[:, a:b] *= np.divide(cause_period[:, p], have, out=np.zeros(5), where=have > 0)[:, None, None]
        for e, (a, b) in enumerate(((0, 2), (2, 6))):
            have = table[:, :3, a:b].sum(axis=(1, 2))
            want = cause_extreme[:, e]
            table[:, :3, a:b] *= np.divide(want, have, out=np.zeros(5), where=have > 0)[:, None, None]
        if worst_miss(table, ages, gestation_period, cause_period, cause_extreme) < 1e-9:
            return table
    miss = worst_miss(table, ages, gestation_period, cause_period, cause_extreme)
    raise ValueError(f"margins cannot be met together: largest miss {miss:.3g} deaths")


def worst_miss(
    table: Array, ages: Array, gestation_period: Array, cause_period: Array, cause_extreme: Array
) -> float:
    """Largest difference, in deaths, between a margin of the table and its target."""
    blocks = ((0, 2), (2, 3), (3, 5))
    misses = [np.abs(table.sum(axis=(0, 2)) - ages).max()]
    for p, (a, b) in enumerate(blocks):
        misses.append(np.abs(table[:, a:b].sum(axis=(0, 1)) - gestation_period[:, p]).max())
        misses.append(np.abs(table[:, a:b].sum(axis=(1, 2)) - cause_period[:, p]).max())
    for e, (a, b) in enumerate(((0, 2), (2, 6))):
        misses.append(np.abs(table[:, :3, a:b].sum(axis=(1, 2)) - cause_extreme[:, e]).max())
    return float(max(misses))


def by_decile() -> Table:
    """Neonatal and post-neonatal deaths by decile, England 2018 to 2020, as published."""
    table: Table = []
    for decile, pair in zip(DECILES, decile_deaths(), strict=True):
        for period, n, rule in zip(
            ("neonatal", "postneonatal"), pair, ("published", "derived:infant_minus_neonatal"), strict=True
        ):
            table.append(
                {"period": "2018-2020", "age_period": period, "imd_decile": decile, "deaths": int(n)}
                | {"effective_count": int(n), "source_key": "ons_cim2022", "rule": rule}
            )
    return table


NEONATAL_EFFECTIVE, POST_EFFECTIVE = 2524, 541


def joint_table() -> Table:
    """Deaths by cause, age band and gestation band, England 2018 to 2020, reconciled."""
    joint = targets().joint
    table: Table = []
    scale = [NEONATAL_EFFECTIVE / joint[:, :3].sum(), POST_EFFECTIVE / joint[:, 3:].sum()]
    for c, cause in enumerate(CAUSES):
        for a, age in enumerate(AGE_BANDS):
            for g, band in enumerate(BANDS):
                n = float(joint[c, a, g])
                table.append(
                    {"period": "2018-2020", "cause": cause, "age_band": age, "gestation": band}
                    | {"deaths": round(n, 6), "effective_count": round(n * scale[a > 2], 6)}
                    | {"source_key": "ons_cim2022;ons_cim2020", "rule": "derived:joint_deaths"}
                )
    return table


def effective_counts() -> Table:
    """How many published deaths stand behind each margin of the targets, for resampling."""

    def row(margin: str, dims: str, table: str, behind: float, key: str, note: str) -> dict[str, str | float | int]:
        return {"margin": margin, "dims": dims, "published_table": table, "effective_count": int(behind)} | {
            "source_key": key,
            "rule": "published",
            "note": note,
        }

    neonatal, post = decile_deaths().sum(axis=0)
    known_neonatal, _ = pooled(read("ons_gestation_neonatal_england_2018_2020"), "neonatal_deaths")
    ew = read("ons_gestation_ew_2020")
    known_post, _ = pooled(ew, "postneonatal_deaths")
    known_early, _ = pooled(ew, "early_neonatal_deaths")
    known_late, _ = pooled(ew, "late_neonatal_deaths")
    ages, periods = age_counts(), cause_by_period()
    return [
        row("neonatal_by_decile", "imd_decile", "England 2018-20", neonatal, "ons_cim2022", "Poisson, cell by cell"),
        row("postneonatal_by_decile", "imd_decile", "England 2018-20", post, "ons_cim2022", "Poisson, cell by cell"),
        row("age_neonatal", "age_band", "England and Wales 2018-20", ages[:3].sum(), "ons_cim2022", "shares"),
        row("age_postneonatal", "age_band", "England and Wales 2018-20", ages[3:].sum(), "ons_cim2022", "shares"),
        row(
            "gestation_neonatal", "gestation", "England 2018-20, known week", known_neonatal.sum(),
            "ons_cim2022", "shares",
        ),
        row(
            "gestation_early_late", "gestation x early, late", "England and Wales 2020, known week",
            known_early.sum() + known_late.sum(), "ons_cim2020", "shares of early and late within a band",
        ),
        row(
            "gestation_postneonatal", "gestation", "England and Wales 2020, known week", known_post.sum(),
            "ons_cim2020", "shares",
        ),
        row("cause", "cause", "England and Wales 2018-20", cause_totals().sum(), "ons_cim2020", "shares"),
        row(
            "cause_neonatal_24_weeks_up", "cause", "England 2018-20, linked", cause_24_weeks_up().sum(),
            "ons_cim2022", "shares",
        ),
        row(
            "cause_by_period", "cause x early, late, post-neonatal", "England and Wales 2020", periods.sum(),
            "ons_cim2020", "shares within a cause",
        ),
        row(
            "joint_neonatal", "cause x age_band x gestation", "the smallest margin that sets the causes",
            NEONATAL_EFFECTIVE, "ons_cim2022", "joint shares of neonatal deaths, Dirichlet; cautious",
        ),
        row(
            "joint_postneonatal", "cause x age_band x gestation", "the smallest margin that sets gestation",
            POST_EFFECTIVE, "ons_cim2020", "joint shares of post-neonatal deaths, Dirichlet; cautious",
        ),
    ]
