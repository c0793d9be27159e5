"""Observed births and deaths by decile, gestation, birthweight, plurality, cause and age at death."""

from __future__ import annotations

import numpy as np

from ..births.counts import plurality
from ..births.gestation import BANDS, pooled, spread
from ..deaths.grouping import AGE_COLUMNS, AGES, CAUSE_OF, NEONATAL
from ..deaths.published import YEARS
from ..evidence import DECILES, Row, Table, read
from ..labels import BIRTHWEIGHT_OF, labels_of
from ..numbers import Array
from .rows import ENGLAND, EW, THREE, About, by_cause, counts, lines, number
from .shared_out import Counts

ADDED = "derived:years_added"
OVER_22 = "derived:shared_over_22_weeks"
BY_AGE = ("ons_infant_deaths_by_age_ew_2018_2020", "ons_infant_deaths_by_age_ew_2010_2017")
FROM_24 = ("gestation", "+".join(BANDS[2:]))
LABELS_BY_AGE = {
    "day_0": "under_1_day",
    "days_1_6": "1_to_6_days",
    "days_7_27": "7_to_27_days",
    "days_28_90": "4_weeks_to_under_3_months",
    "days_91_182": "3_to_under_6_months",
    "days_183_364": "6_to_under_12_months",
}


def babies() -> Table:
    """All tables by place, baby and death."""
    return [
        *by_decile(),
        *england_and_wales(),
        *gestation(),
        *birthweight(),
        *multiple_births(),
        *cause(),
    ]


def index_of(period: str) -> str:
    """The deprivation index that the deciles of a year are of."""
    year = int(period[:4])
    version = "2010" if year == 2010 else "2015" if year <= 2015 else "2019"
    return f"deciles of the index of {version}"


def by_decile() -> Table:
    """England, all babies and by decile: each year 2010 to 2020, and 2018 to 2020 added up."""
    out: Table = []
    labels = {"all": "Total"} | {d: d for d in DECILES}
    by_year: dict[str, Counts] = {}
    for row in read("ons_imd_decile_england_2010_2020"):
        level = "all" if row["imd_decile"] == "Total" else row["imd_decile"]
        by_year.setdefault(row["year"], {})[level] = counts(row)
    by_year[THREE] = {level: np.sum([by_year[y][level] for y in YEARS], axis=0) for level in labels}
    for period in sorted(by_year):
        rule = ADDED if period == THREE else "derived:infant_minus_neonatal"
        whole = About("all", ENGLAND, period, "ons_cim2022", rule)
        deciles = About("imd_decile", ENGLAND, period, "ons_cim2022", rule, note=index_of(period))
        out += lines(whole, labels, {"all": by_year[period]["all"]})
        out += lines(deciles, labels, {d: by_year[period][d] for d in DECILES})
    return out


def england_and_wales() -> Table:
    """England and Wales, all babies and by age at death: each year 2010 to 2020, and 2018 to 2020."""
    rows = {row["year"]: [row] for table in BY_AGE for row in read(table)}
    rows[THREE] = [rows[year][0] for year in YEARS]
    out: Table = []
    for period in sorted(rows):
        rule = ADDED if period == THREE else "published"
        total = np.sum([counts(row) for row in rows[period]], axis=0)
        out += lines(About("all", EW, period, "ons_cim2022", rule), {"all": "Total"}, {"all": total})
        about = About("age_at_death", EW, period, "ons_cim2022", rule, note="births are all births")
        out += lines(about, LABELS_BY_AGE, {a: by_age(rows[period], a) for a in AGES})
    return out


def by_age(rows: list[Row], band: str) -> Array:
    """All births, and the deaths of one age band in their period."""
    died = sum(number(row[AGE_COLUMNS[band]]) for row in rows)
    births = sum(number(row["live_births"]) for row in rows)
    neonatal = band in AGES[NEONATAL]
    return np.array([births, died * neonatal, died * (not neonatal), died])


def gestation() -> Table:
    """By gestation: England 2018 to 2020, neonatal deaths; England and Wales 2020, infant deaths."""
    labels = {band: band for band in BANDS}
    weeks, ew = read("ons_gestation_neonatal_england_2018_2020"), read("ons_gestation_ew_2020")
    early, late, later, infant, births, neonatal = (
        pooled(rows, column)
        for rows, column in (
            (ew, "early_neonatal_deaths"),
            (ew, "late_neonatal_deaths"),
            (ew, "postneonatal_deaths"),
            (ew, "infant_deaths"),
            (weeks, "live_births"),
            (weeks, "neonatal_deaths"),
        )
    )
    ew_births = pooled(ew, "live_births")
    ew_neonatal = (early[0] + late[0], early[1] + late[1])
    missing = (np.full(len(BANDS), np.nan), 0)
    out: Table = []
    for about, columns in (
        (
            About("gestation", ENGLAND, THREE, "ons_cim2022", OVER_22),
            (births, neonatal, missing, missing),
        ),
        (
            About("gestation", EW, "2020", "ons_cim2020", OVER_22),
            (ew_births, ew_neonatal, later, infant),
        ),
    ):
        printed = {band: np.array([known[i] for known, _ in columns]) for i, band in enumerate(BANDS)}
        spread_ = np.array([spread(known, unknown) for known, unknown in columns])
        if not np.isnan(spread_[2:]).any():
            spread_[3] = spread_[1] + spread_[2]
        out += lines(about, labels, printed, {band: spread_[:, i] for i, band in enumerate(BANDS)})
    return out


def birthweight() -> Table:
    """England and Wales 2020 by birthweight, as printed.

    Nothing is shared out: a death of implausible or unknown weight, and an unlinked one, is most often of an
    extremely preterm baby, so that no share of them belongs to the heavier bands.
    """
    rows = [r for r in read("ons_cause_birthweight_ew_2020") if r["cause_group"] == "All causes"]
    printed = {
        BIRTHWEIGHT_OF[r["birthweight_g"]]: counts(r) for r in rows if r["birthweight_g"] in BIRTHWEIGHT_OF
    }
    about = About("birthweight", EW, "2020", "ons_cim2020", note="unknown weights kept apart")
    return lines(about, labels_of(BIRTHWEIGHT_OF), printed)


def multiple_births() -> Table:
    """Births of England and Wales 2018 to 2020 by plurality; deaths by plurality were not read."""
    births = sum(number(r["live_births"]) for r in read("ons_infant_deaths_by_age_ew_2018_2020"))
    shares = {str(r["level"]): float(str(r["share"])) for r in plurality()}
    printed = {level: np.array([round(births * s), np.nan, np.nan, np.nan]) for level, s in shares.items()}
    key = "ons_births2021;ons_births2023_t6;ons_cim2022"
    about = About("plurality", EW, THREE, key, "derived:plurality", note="births only")
    return lines(about, {level: level for level in shares}, printed)


def cause() -> Table:
    """By cause: England and Wales 2018 to 2020 and 2020; England 2018 to 2020, neonatal from 24 weeks."""
    labels = labels_of(CAUSE_OF)
    three: Counts = {}
    over: Counts = {}
    year: Counts = {}
    for name, rows in by_cause("ons_cause_ew_2018_2020"):
        three[name] = np.sum([counts(r) for r in rows], axis=0)
    for name, rows in by_cause("ons_cause_neonatal_24wplus_england_2018_2020"):
        over[name] = np.sum([counts(r) for r in rows], axis=0)
    for name, rows in by_cause("ons_cause_birthweight_ew_2020"):
        (year[name],) = (counts(r) for r in rows if r["birthweight_g"] == "All")
    for found in (three, over, year):
        del found[""]  # all causes: given with the totals
    linked = "linked deaths of known gestation"
    return [
        *lines(About("cause", EW, THREE, "ons_cim2020"), labels, three),
        *lines(About("cause", EW, "2020", "ons_cim2020"), labels, year),
        *lines(About("cause", ENGLAND, THREE, "ons_cim2022", ADDED, "", FROM_24, linked), labels, over),
    ]
