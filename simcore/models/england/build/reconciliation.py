"""Each published death table beside the target it was brought to, with the difference and the reason."""

from __future__ import annotations

import numpy as np

from . import deaths
from .evidence import Cells, Table, count, read
from .gestation import BANDS, national_births, pooled

REASONS = {
    "same": "kept as published",
    "unlinked": "402 neonatal deaths without a known gestation (259 not linked to a birth, 139 not stated, "
    "4 inconsistent with the birthweight) are spread over 22 weeks and more",
    "births": "6,374 births without a known gestation are spread over 22 weeks and more, and the total is raised "
    "from the birth-notification cohort (1,819,959) to registered births (1,821,351)",
    "ew3": "England and Wales (with non-residents), scaled to England's deaths by decile",
    "ew2020": "England and Wales, one year, scaled to England's three years",
    "post2020": "England and Wales, one year, 34 deaths of unknown gestation spread over 22 weeks and more, scaled "
    "to England's three years",
    "over24": "linked deaths with a known gestation only; scaled to all deaths from 24 weeks",
}


def line(table: str, geography: str, period: str, item: str, raw: float, target: float, why: str, key: str) -> Cells:
    """One row: what was published, what the model is brought to, and why they differ."""
    return {
        "published_table": table,
        "geography": geography,
        "period": period,
        "item": item,
        "published": raw if raw != int(raw) else int(raw),
        "target": round(target, 3),
        "difference": round(target - raw, 3),
        "why": REASONS[why],
        "source_key": key,
        "rule": "derived:joint_deaths" if why != "same" else "published",
    }


def rows() -> Table:
    """All published figures used, beside the targets."""
    return [*totals(), *gestation_rows(), *cause_rows(), *age_rows()]


def totals() -> Table:
    """England by period of death: from the deciles, and as the gestation table has it."""
    neonatal, post = deaths.decile_deaths().sum(axis=0)
    joint = deaths.targets().joint
    published = {r["year"]: r for r in read("ons_imd_decile_england_2010_2020") if r["imd_decile"] == "Total"}
    raw_neonatal = sum(count(published[y]["neonatal_deaths"]) for y in deaths.YEARS)
    raw_infant = sum(count(published[y]["infant_deaths"]) for y in deaths.YEARS)
    by_week = {r["year"]: r for r in read("ons_neonatal_under24w_england_2018_2020")}
    week_births = sum(count(by_week[y]["live_births"]) for y in deaths.YEARS)
    decile_births = sum(count(published[y]["live_births"]) for y in deaths.YEARS)
    where, when, key = "England", "2018-2020", "ons_cim2022"
    return [
        line("deaths by decile", where, when, "neonatal deaths", raw_neonatal, joint[:, :3].sum(), "same", key),
        line("deaths by decile", where, when, "infant deaths", raw_infant, float(joint.sum()), "same", key),
        line("deaths by decile", where, when, "post-neonatal deaths", raw_infant - raw_neonatal, post, "same", key),
        line("births by decile", where, when, "live births", decile_births, decile_births, "same", key),
        line("births by week", where, when, "live births", week_births, decile_births, "births", key),
        line(
            "deaths by week", where, when, "neonatal deaths",
            sum(count(by_week[y]["neonatal_deaths"]) for y in deaths.YEARS), neonatal, "same", key,
        ),
    ]


def gestation_rows() -> Table:
    """Births and deaths by gestation band."""
    t = deaths.targets()
    weeks = read("ons_gestation_neonatal_england_2018_2020")
    ew = read("ons_gestation_ew_2020")
    births, _ = pooled(weeks, "live_births")
    neonatal, _ = pooled(weeks, "neonatal_deaths")
    national = national_births()
    out: Table = []
    for g, band in enumerate(BANDS):
        out.append(
            line("births by week", "England", "2018-2020", f"births {band}", births[g], national[g], "births", "ons_cim2022")
        )
    for g, band in enumerate(BANDS):
        target = float(t.joint[:, :3, g].sum())
        why = "same" if g == 0 else "unlinked"
        out.append(
            line("deaths by week", "England", "2018-2020", f"neonatal {band}", neonatal[g], target, why, "ons_cim2022")
        )
    for p, (name, column, a, b) in enumerate(
        (
            ("early neonatal", "early_neonatal_deaths", 0, 2),
            ("late neonatal", "late_neonatal_deaths", 2, 3),
            ("post-neonatal", "postneonatal_deaths", 3, 5),
        )
    ):
        raw, _ = pooled(ew, column)
        for g, band in enumerate(BANDS):
            target = float(t.joint[:, a:b, g].sum())
            out.append(
                line("deaths by week", "England and Wales", "2020", f"{name} {band}", raw[g], target,
                     "post2020" if p == 2 else "ew2020", "ons_cim2020")
            )
    return out


def cause_rows() -> Table:
    """Deaths by cause: all, by period, and from 24 weeks."""
    t = deaths.targets()
    out: Table = []
    total, over, by_period = deaths.cause_totals(), deaths.cause_24_weeks_up(), deaths.cause_by_period()
    for c, cause in enumerate(deaths.CAUSES):
        out.append(
            line("deaths by cause", "England and Wales", "2018-2020", cause, total[c], float(t.joint[c].sum()),
                 "ew3", "ons_cim2020")
        )
    for c, cause in enumerate(deaths.CAUSES):
        out.append(
            line("neonatal deaths by cause, 24 weeks up", "England", "2018-2020", cause, over[c],
                 float(t.joint[c, :3, 2:].sum()), "over24", "ons_cim2022")
        )
    for c, cause in enumerate(deaths.CAUSES):
        for p, (name, a, b) in enumerate((("early", 0, 2), ("late", 2, 3), ("post-neonatal", 3, 5))):
            out.append(
                line("deaths by cause and period", "England and Wales", "2020", f"{cause}, {name}", by_period[c, p],
                     float(t.joint[c, a:b].sum()), "ew2020", "ons_cim2020")
            )
    return out


def age_rows() -> Table:
    """Deaths by age."""
    t = deaths.targets()
    raw = deaths.age_counts()
    return [
        line("deaths by age", "England and Wales", "2018-2020", age, raw[a], float(t.joint[:, a].sum()), "ew3", "ons_cim2022")
        for a, age in enumerate(deaths.AGE_BANDS)
    ]


def report() -> str:
    """The reconciliation as text: one block for each published table, with the share before and after."""
    table = rows()
    lines: list[str] = []
    seen = ""
    for row in table:
        head = f"{row['published_table']}, {row['geography']}, {row['period']}"
        if head != seen:
            lines += ["", head, f"  {'':34}{'published':>12}{'target':>14}{'difference':>14}  why"]
            seen = head
        lines.append(
            f"  {row['item']:34}{float(row['published']):>12,.0f}{float(row['target']):>14,.1f}"
            f"{float(row['difference']):>+14,.1f}  {row['why']}"
        )
    t = deaths.targets()
    died = 1000 * t.joint.sum(axis=(0, 1)) / national_births()
    rates = ", ".join(f"{band} {rate:.1f}" for band, rate in zip(BANDS, np.asarray(died), strict=True))
    lines += ["", f"infant deaths per 1,000 births by gestation, England 2018-20, reconciled: {rates}"]
    return "\n".join(lines[1:])
