"""Smoking at booking and over the pregnancy, and what scenarios of quitting need."""

from __future__ import annotations

import numpy as np

from ..births.counts import FIRST_YEAR, LAST_YEAR, weights
from ..evidence import DECILES, Cells, Table, by_id, deciles_percent, percent, read, value
from ..labels import MOTHER_AGES
from ..numbers import PLACES, Array, logit, odds_ratio, relevel

PERCENT_BY_YEAR = {2010: "P003", 2011: "P004", 2012: "P005", 2013: "P006", 2014: "P007", 2015: "P010"}


def delivery_rate(year: int) -> tuple[float, str, str]:
    """Share of mothers smoking at delivery, England, in the financial year that starts in ``year``."""
    if year in PERCENT_BY_YEAR:
        row = by_id("prevalence", PERCENT_BY_YEAR[year])
        if row["numerator"]:
            return int(row["numerator"]) / int(row["denominator"]), row["source_key"], "published"
        return float(row["value"]) / 100.0, row["source_key"], "published"
    if year in (2016, 2017):
        before, key_before, _ = delivery_rate(2015)
        after, key_after, _ = delivery_rate(2018)
        step = (year - 2015) / 3.0
        return before + step * (after - before), f"{key_before};{key_after}", "interpolated"
    if year > 2023:
        rate, key, _ = delivery_rate(2023)
        return rate, key, "held_2023"
    period = f"{year}/{(year + 1) % 100:02d}"
    for row in read("smoking_at_delivery_england"):
        if row["measure"] == "smoking_at_time_of_delivery" and row["period"] == period:
            return float(row["numerator"]) / float(row["denominator"]), row["source_key"], "published"
    raise KeyError(period)


def natural_quit() -> float:
    """Share of smokers at booking who have stopped by delivery, 2018/19, to two places."""
    return round(1.0 - delivery_rate(2018)[0] / percent("prevalence", "P182"), 2)


def smoking_shape(year: int, gradient: str) -> Array:
    """Log odds by decile: the 2019/20 shape to 2019, the 2023/24 shape from 2023, a straight line between."""
    first = {"low": ("D549", "D539"), "high": ("D569", "D559")}[gradient]
    old = logit(deciles_percent(first[0], factor="smoking_at_delivery", period="2019/20"))
    new = logit(deciles_percent(first[1], factor="smoking_at_delivery", period="2023/24"))
    share_new = min(max((year - 2019) / 4.0, 0.0), 1.0)
    return np.asarray((1.0 - share_new) * old + share_new * new, np.float64)


def smoking_at_booking() -> Table:
    """Smoking at booking by year and decile under the flattest and the steepest gradient."""
    shape_key = {"low": "derived_satod", "high": "derived_scottish_shape"}
    table: Table = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        rate, key, how = delivery_rate(year)
        delivery = {g: relevel(smoking_shape(year, g), weights(year), rate) for g in ("low", "high")}
        keys = ";".join([key, shape_key["low"], shape_key["high"], "schoenaker_op69"])
        if "ohid" not in keys:
            keys += ";ohid_fingertips_next_2025"  # the delivery figure behind natural quitting
        for i, decile in enumerate(DECILES):
            low, high = (float(delivery[g][i]) / (1.0 - natural_quit()) for g in ("low", "high"))
            table.append(
                {"year": year, "imd_decile": decile, "level": "yes"}
                | {"share_low": round(low, PLACES), "share_high": round(high, PLACES)}
                | {"source_key": keys, "rule": f"derived:smoking_{how}"}
            )
    return table


def effect(quantity: str, row_id: str, scale: float = 1.0) -> Cells:
    """One published figure on an intervention, with its interval where there is one."""
    row = by_id("interventions", row_id)
    out: dict[str, object] = {"quantity": quantity, "value": round(float(row["estimate"]) * scale, 6)}
    for name, column in (("low", "ci_low"), ("high", "ci_high")):
        out[name] = round(float(row[column]) * scale, 6) if row[column] else ""
    return out | {"source_key": row["source_key"], "rule": "published", "evidence_id": row_id}


def figure(quantity: str, number: float, keys: str, rule: str, row_id: str) -> Cells:
    """One figure without an interval."""
    out: dict[str, object] = {"quantity": quantity, "value": number, "low": "", "high": ""}
    return out | {"source_key": keys, "rule": rule, "evidence_id": row_id}


def smoking() -> Table:
    """Smoking over the pregnancy given smoking at booking: natural quitting, the same everywhere."""
    quits = natural_quit()
    shares: dict[str, dict[str, float]] = {
        "no": {"none": 1},
        "yes": {"quit": quits, "to_delivery": round(1.0 - quits, PLACES)},
    }
    origin = {"source_key": "schoenaker_op69;ohid_fingertips_next_2025", "rule": "derived:natural_quit"}
    return [
        {"smoking_at_booking": booking, "level": level, "share": share.get(level, 0), **origin}
        for booking, share in shares.items()
        for level in ("none", "quit", "to_delivery")
    ]


def smoking_cascade() -> Table:
    """What the cessation scenarios need: natural quitting, services, and what current policy delivers."""
    # women who set a quit date in one quarter, over a quarter of the year's smokers at booking
    set_date = float(by_id("interventions", "I044")["uptake_or_coverage"].split()[0])
    smokers = float(weights(2022).sum()) / 4.0 * delivery_rate(2022)[0] / (1.0 - natural_quit())
    delivery = "ohid_fingertips_next_2025"
    uptake_keys = f"sss_2022;{delivery};ons_births2023_t6"
    uptake = round(set_date / smokers, 4)
    return [
        figure("natural_quit", natural_quit(), f"schoenaker_op69;{delivery}", "derived:natural_quit", "P182"),
        figure("smoking_at_delivery_2023_24", round(delivery_rate(2023)[0], 6), delivery, "published", ""),
        figure("set_quit_date_share_of_smokers", uptake, uptake_keys, "derived:set_quit_date", "I044"),
        effect("four_week_quit_share_of_those_setting_a_date", "I044", 0.01),
        effect("counselling_quit_ratio", "I001"),
        effect("incentives_quit_points_cpit2", "I028", 0.01),
        effect("incentives_quit_points_cpit3", "I101", 0.01),
        effect("relapse_by_6_months", "I025", 0.01),
    ]


def smoking_odds() -> Table:
    """Odds ratios of smoking at booking by mother's age, and by class as the upper end for poverty."""
    keys, rule = "lawder2019_t1", "derived:smoking_odds"
    by_age = {level: percent("prevalence", f"P{192 + i}") for i, level in enumerate(MOTHER_AGES)}
    table: Table = [
        {"contrast": "mother_age", "level": level, "reference": "30_34"}
        | {"odds_ratio": round(odds_ratio(p, by_age["30_34"]), 4)}
        | {"source_key": keys, "rule": rule, "evidence_id": f"P{192 + i}"}
        for i, (level, p) in enumerate(by_age.items())
    ]
    women = [value("prevalence", f"P{i}", "denominator") for i in (198, 199)]
    others = float(np.average([percent("prevalence", "P198"), percent("prevalence", "P199")], weights=women))
    crude = odds_ratio(percent("prevalence", "P200"), others)
    for level, ratio in (("upper", crude), ("middle", crude**0.5), ("lower", 1.0)):
        table.append(
            {"contrast": "poverty_within_decile", "level": level, "reference": "not poor"}
            | {"odds_ratio": round(ratio, 4), "source_key": keys, "rule": rule, "evidence_id": "P198-P200"}
        )
    return table
