"""Each published death table beside the target it was brought to, with the difference and the reason."""

from __future__ import annotations

import numpy as np

from ..births.gestation import BANDS, national_births, pooled
from ..evidence import Cells, Table, count, read
from ..numbers import Array
from . import published
from .grouping import AGES, CAUSES, NEONATAL, PERIODS, POST_NEONATAL
from .joint import targets

REASONS = {
    "same": "kept as published",
    "unlinked": "402 neonatal deaths without a known gestation (259 not linked to a birth, 139 not stated, "
    "4 inconsistent with the birthweight) are spread over 22 weeks and more, none under 22",
    "births": "6,374 births without a known gestation are spread over 22 weeks and more; the rest is the "
    "scaling from the birth-notification cohort (1,819,959) to births by decile (1,821,351)",
    "cohort": "births of the birth-notification cohort against births by decile; the larger is used",
    "where": "England and Wales with non-residents against England; England is used, the other gives shares",
    "no_link": "deaths not linked to a birth: left out of tables by birthweight and gestation, in the totals",
    "ew3": "shares of England and Wales (with non-residents) on England's deaths",
    "ew2020": "one year of England and Wales, moved to meet England's own tables of 2018-20: gestation by "
    "week, neonatal causes from 24 weeks, causes and ages of three years",
    "post2020": "one year of England and Wales, the 34 post-neonatal deaths of unknown gestation spread "
    "over 22 weeks and more",
    "over24": "linked deaths of known gestation; shares kept, on all deaths from 24 weeks",
}
ENGLAND, EW, THREE = "England", "England and Wales", "2018-2020"


def line(
    table: str, where: str, when: str, item: str, raw: float, scaled: float, target: float, why: str, key: str
) -> Cells:
    """One row: what was published, the same scaled to England 2018-20, the target, and why they differ."""
    return {
        "published_table": table,
        "geography": where,
        "period": when,
        "item": item,
        "published": int(raw),
        "scaled": round(float(scaled), 3),
        "target": round(float(target), 3),
        "difference": round(float(target) - float(scaled), 3) + 0.0,
        "why": REASONS[why],
        "source_key": key,
        "rule": "published" if why == "same" else "derived:joint_deaths",
    }


def block(
    table: str, where: str, when: str, items: list[str], raw: Array, target: Array, why: str, key: str
) -> Table:
    """Rows of one published table, scaled as a whole to the total of its targets."""
    scaled = raw * (target.sum() / raw.sum())
    return [
        line(table, where, when, item, r, s, t, why, key)
        for item, r, s, t in zip(items, raw, scaled, target, strict=True)
    ]


def reconciliation() -> Table:
    """All published figures used, beside the targets."""
    return [
        *totals(),
        *other_totals(),
        *gestation_rows(),
        *cause_rows(),
        *age_rows(),
    ]


def totals() -> Table:
    """England's totals by decile, kept; what other tables print for the same."""
    joint = targets().joint
    by_decile = {r["year"]: r for r in read("ons_imd_decile_england_2010_2020") if r["imd_decile"] == "Total"}
    neonatal = sum(count(by_decile[y]["neonatal_deaths"]) for y in published.YEARS)
    infant = sum(count(by_decile[y]["infant_deaths"]) for y in published.YEARS)
    births = sum(count(by_decile[y]["live_births"]) for y in published.YEARS)
    by_week = {r["year"]: r for r in read("ons_neonatal_under24w_england_2018_2020")}
    out: Table = []
    for item, raw, target in (
        ("neonatal deaths", neonatal, float(joint[:, NEONATAL].sum())),
        ("post-neonatal deaths", infant - neonatal, float(joint[:, POST_NEONATAL].sum())),
        ("infant deaths", infant, float(joint.sum())),
        ("live births", births, float(births)),
    ):
        out.append(line("by decile", ENGLAND, THREE, item, raw, raw, target, "same", "ons_cim2022"))
    for year in published.YEARS:
        raw, target = count(by_week[year]["live_births"]), count(by_decile[year]["live_births"])
        out.append(line("by week", ENGLAND, year, "live births", raw, raw, target, "cohort", "ons_cim2022"))
        raw, target = count(by_week[year]["neonatal_deaths"]), count(by_decile[year]["neonatal_deaths"])
        out.append(line("by week", ENGLAND, year, "neonatal deaths", raw, raw, target, "same", "ons_cim2022"))
    return out


def other_totals() -> Table:
    """Totals of England and Wales beside England's, and the deaths of 2020 that have no birth record."""
    england = {r["year"]: r for r in read("ons_imd_decile_england_2010_2020") if r["imd_decile"] == "Total"}
    out: Table = []
    for row in read("ons_infant_deaths_by_age_ew_2018_2020"):
        raw, target = count(row["infant_deaths"]), count(england[row["year"]]["infant_deaths"])
        out.append(line("by age", EW, row["year"], "infant deaths", raw, raw, target, "where", "ons_cim2022"))
    weights = read("ons_cause_birthweight_ew_2020")
    for row in weights:
        if row["cause_group"] == "All causes" and row["birthweight_g"] == "Unlinked deaths":
            out.append(unlinked("by birthweight", count(row["infant_deaths"])))
    for row in read("ons_gestation_ew_2020"):
        if row["gestation_weeks"] == "Unlinked deaths":
            out.append(unlinked("by week", count(row["infant_deaths"])))
    return out


def unlinked(table: str, n: int) -> Cells:
    """Deaths of 2020 that a table could not link to a birth."""
    return line(table, EW, "2020", "unlinked infant deaths", n, n, 0, "no_link", "ons_cim2020")


def gestation_rows() -> Table:
    """Births and deaths by gestation band."""
    joint = targets().joint
    weeks, ew = read("ons_gestation_neonatal_england_2018_2020"), read("ons_gestation_ew_2020")
    national, births = national_births(), pooled(weeks, "live_births")[0]
    neonatal, by_band = pooled(weeks, "neonatal_deaths")[0], joint[:, NEONATAL].sum(axis=(0, 1))
    key = "ons_cim2022"
    out: Table = [
        line("births by week", ENGLAND, THREE, f"births {band}", n, n, to, "births", key)
        for band, n, to in zip(BANDS, births, national, strict=True)
    ]
    for g, (band, n, to) in enumerate(zip(BANDS, neonatal, by_band, strict=True)):
        why = "unlinked" if g else "same"
        out.append(line("deaths by week", ENGLAND, THREE, f"neonatal {band}", n, n, to, why, key))
    for name, period in PERIODS.items():
        raw = pooled(ew, f"{name.replace('-', '').replace(' ', '_')}_deaths")[0]
        why = "post2020" if name == "post-neonatal" else "ew2020"
        target = joint[:, period].sum(axis=(0, 1))
        items = [f"{name} {band}" for band in BANDS]
        out += block(f"deaths by week, {name}", EW, "2020", items, raw, target, why, "ons_cim2020")
    return out


def cause_rows() -> Table:
    """Deaths by cause: all, neonatal from 24 weeks, and by period."""
    joint = targets().joint
    causes = list(CAUSES)
    all_ages, over = joint.sum(axis=(1, 2)), joint[:, NEONATAL, 2:].sum(axis=(1, 2))
    out = block("by cause", EW, THREE, causes, published.cause_totals(), all_ages, "ew3", "ons_cim2020")
    raw, name = published.cause_24_weeks_up(), "neonatal by cause, 24 weeks up"
    out += block(name, ENGLAND, THREE, causes, raw, over, "over24", "ons_cim2022")
    for p, (name, period) in enumerate(PERIODS.items()):
        raw, target = published.cause_by_period()[:, p], joint[:, period].sum(axis=(1, 2))
        items = [f"{cause}, {name}" for cause in causes]
        out += block(f"by cause, {name}", EW, "2020", items, raw, target, "ew2020", "ons_cim2020")
    return out


def age_rows() -> Table:
    """Deaths by age."""
    target = targets().joint.sum(axis=(0, 2))
    ages, raw = list(AGES), published.age_counts()
    key = "ons_cim2022"
    out = block("by age, neonatal", EW, THREE, ages[NEONATAL], raw[NEONATAL], target[NEONATAL], "ew3", key)
    return out + block(
        "by age, post-neonatal",
        EW,
        THREE,
        ages[POST_NEONATAL],
        raw[POST_NEONATAL],
        target[POST_NEONATAL],
        "ew3",
        key,
    )


def report() -> str:
    """The reconciliation as text: one block for each published table."""
    lines: list[str] = []
    seen = ""
    for row in reconciliation():
        head = f"{row['published_table']}, {row['geography']}, {row['period']}: {row['why']}"
        if head != seen:
            lines += ["", head, f"  {'':34}{'published':>12}{'scaled':>14}{'target':>14}{'difference':>14}"]
            seen = head
        published_count, difference = float(str(row["published"])), float(str(row["difference"]))
        figures = "".join(f"{float(str(row[c])):>14,.1f}" for c in ("scaled", "target"))
        lines.append(f"  {row['item']:34}{published_count:>12,.0f}{figures}{difference:>+14,.1f}")
    died = 1000 * targets().joint.sum(axis=(0, 1)) / national_births()
    rates = ", ".join(f"{band} {rate:.1f}" for band, rate in zip(BANDS, np.asarray(died), strict=True))
    lines += ["", f"infant deaths per 1,000 births by gestation, England 2018-20, as reconciled: {rates}"]
    return "\n".join(lines[1:])
