"""The death targets as tables, with the number of published deaths behind each."""

from __future__ import annotations

from ..births.gestation import BANDS, pooled
from ..evidence import DECILES, Table, read
from .grouping import AGES, CAUSES, NEONATAL, POST_NEONATAL
from .joint import targets
from .published import (
    age_counts,
    cause_24_weeks_up,
    cause_by_period,
    cause_totals,
    decile_deaths,
)


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


def counts_behind() -> dict[str, float]:
    """How many published deaths stand behind each margin."""
    neonatal, post = decile_deaths().sum(axis=0)
    ew = read("ons_gestation_ew_2020")
    week = pooled(read("ons_gestation_neonatal_england_2018_2020"), "neonatal_deaths")[0]
    early, late, later = (
        pooled(ew, f"{p}_deaths")[0].sum() for p in ("early_neonatal", "late_neonatal", "postneonatal")
    )
    ages = age_counts()
    return {
        "neonatal_by_decile": neonatal,
        "postneonatal_by_decile": post,
        "age_neonatal": ages[NEONATAL].sum(),
        "age_postneonatal": ages[POST_NEONATAL].sum(),
        "gestation_neonatal": week.sum(),
        "gestation_early_late": early + late,
        "gestation_postneonatal": later,
        "cause": cause_totals().sum(),
        "cause_neonatal_24_weeks_up": cause_24_weeks_up().sum(),
        "cause_by_period": cause_by_period().sum(),
        # the smallest margin that sets the causes, and the one that sets gestation: the cautious choice
        "joint_neonatal": cause_24_weeks_up().sum(),
        "joint_postneonatal": later,
    }


MARGINS = {
    "neonatal_by_decile": ("imd_decile", "England 2018-20", "ons_cim2022", "Poisson, cell by cell"),
    "postneonatal_by_decile": ("imd_decile", "England 2018-20", "ons_cim2022", "Poisson, cell by cell"),
    "age_neonatal": ("age_band", "England and Wales 2018-20", "ons_cim2022", "shares"),
    "age_postneonatal": ("age_band", "England and Wales 2018-20", "ons_cim2022", "shares"),
    "gestation_neonatal": ("gestation", "England 2018-20, known week", "ons_cim2022", "shares"),
    "gestation_early_late": (
        "gestation x early, late",
        "England and Wales 2020, known week",
        "ons_cim2020",
        "shares of early and late within a band",
    ),
    "gestation_postneonatal": ("gestation", "England and Wales 2020, known week", "ons_cim2020", "shares"),
    "cause": ("cause", "England and Wales 2018-20", "ons_cim2020", "shares"),
    "cause_neonatal_24_weeks_up": ("cause", "England 2018-20, linked", "ons_cim2022", "shares"),
    "cause_by_period": (
        "cause x early, late, post-neonatal",
        "England and Wales 2020",
        "ons_cim2020",
        "shares within a cause",
    ),
    "joint_neonatal": (
        "cause x age_band x gestation",
        "neonatal by cause, 24 weeks up",
        "ons_cim2022",
        "joint shares of neonatal deaths, Dirichlet; cautious",
    ),
    "joint_postneonatal": (
        "cause x age_band x gestation",
        "post-neonatal by week",
        "ons_cim2020",
        "joint shares of post-neonatal deaths, Dirichlet; cautious",
    ),
}


def effective_counts() -> Table:
    """How many published deaths stand behind each margin of the targets, for resampling."""
    behind = counts_behind()
    return [
        {"margin": margin, "dims": dims, "published_table": table, "effective_count": int(behind[margin])}
        | {"source_key": key, "rule": "published", "note": note}
        for margin, (dims, table, key, note) in MARGINS.items()
    ]


def joint_table() -> Table:
    """Deaths by cause, age band and gestation band, England 2018 to 2020, reconciled."""
    joint = targets().joint
    table: Table = []
    behind = counts_behind()
    scale = [
        behind["joint_neonatal"] / float(joint[:, NEONATAL].sum()),
        behind["joint_postneonatal"] / float(joint[:, POST_NEONATAL].sum()),
    ]
    for c, cause in enumerate(CAUSES):
        for a, age in enumerate(AGES):
            for g, band in enumerate(BANDS):
                n = float(joint[c, a, g])
                table.append(
                    {"period": "2018-2020", "cause": cause, "age_band": age, "gestation": band}
                    | {"deaths": round(n, 6), "effective_count": round(n * scale[a > 2], 6)}
                    | {"source_key": "ons_cim2022;ons_cim2020", "rule": "derived:joint_deaths"}
                )
    return table
