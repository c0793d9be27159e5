"""Child poverty, smoking at booking and body mass index, by decile."""

from __future__ import annotations

import numpy as np

from .births import AGES, FIRST_YEAR, LAST_YEAR, weights
from .evidence import DECILES, Cells, Table, by_id, deciles_percent, percent, read, value
from .numbers import Array, logit, relevel, round_shares

PLACES = 8
POVERTY_LEVEL = {
    2015: "O03987",
    2016: "O03994",
    2017: "O04001",
    2018: "O04008",
    2019: "O04015",
    2020: "O04022",
}
POVERTY_SHAPE = {2021: ("D259", "2021/22"), 2022: ("D269", "2022/23"), 2023: ("D279", "2023/24")}
PERCENT_BY_YEAR = {2010: "P003", 2011: "P004", 2012: "P005", 2013: "P006", 2014: "P007", 2015: "P010"}


def children() -> Array:
    """float64[deciles]: children aged 0 to 15 in each decile, mid-2020."""
    return np.array([value("prevalence_by_deprivation", f"D{i}", "denominator") for i in range(239, 249)])


def poverty_of(year: int) -> tuple[Array, str, str]:
    """Share of children under 16 in poverty before housing costs, by decile; source key; rule."""
    if year < 2015:
        shares, keys, _ = poverty_of(2015)
        return shares, keys, "derived:held_2015"
    if year > 2023:
        shares, keys, _ = poverty_of(2023)
        return shares, keys, "derived:held_2023"
    if year >= 2021:
        first, period = POVERTY_SHAPE[year]
        published = deciles_percent(first, factor="child_poverty", period=period)
        return np.array(published), "derived_la_lsoa", "derived:poverty_rows"
    shape = logit(deciles_percent("D259", factor="child_poverty", period="2021/22"))
    shares = relevel(shape, children(), percent("observed", POVERTY_LEVEL[year]))
    return shares, "mccabe_2024_data;derived_la_lsoa;mhclg_idaci", "derived:poverty_relevelled"


def child_poverty() -> Table:
    """Child poverty before housing costs by year and decile, 2010 to 2035."""
    table: Table = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        shares, keys, rule = poverty_of(year)
        for decile, share in zip(DECILES, shares, strict=True):
            table.append(
                {"year": year, "imd_decile": decile, "level": "yes", "share": round(float(share), PLACES)}
                | {"source_key": keys, "rule": rule}
            )
    return table


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
    quit = natural_quit()
    shares: dict[str, dict[str, float]] = {
        "no": {"none": 1},
        "yes": {"quit": quit, "to_delivery": round(1.0 - quit, 8)},
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
    by_age = {level: percent("prevalence", f"P{192 + i}") for i, level in enumerate(AGES.values())}
    table: Table = [
        {"contrast": "mother_age", "level": level, "reference": "30_34"}
        | {"odds_ratio": round(float(np.exp(logit(p) - logit(by_age["30_34"]))), 4)}
        | {"source_key": keys, "rule": rule, "evidence_id": f"P{192 + i}"}
        for i, (level, p) in enumerate(by_age.items())
    ]
    women = [value("prevalence", f"P{i}", "denominator") for i in (198, 199)]
    others = float(np.average([percent("prevalence", "P198"), percent("prevalence", "P199")], weights=women))
    crude = float(np.exp(logit(percent("prevalence", "P200")) - logit(others)))
    for level, ratio in (("upper", crude), ("middle", crude**0.5), ("lower", 1.0)):
        table.append(
            {"contrast": "poverty_within_decile", "level": level, "reference": "not poor"}
            | {"odds_ratio": round(ratio, 4), "source_key": keys, "rule": rule, "evidence_id": "P198-P200"}
        )
    return table


def poverty_paths() -> Table:
    """Scenario paths of child poverty as multiples of the 2023 rate, 2023 to 2033."""
    rows = {r["year"]: r for r in read("mccabe_scenario_child_poverty_paths")}
    base_2023 = float(rows["2023"]["baseline_multiplier_of_2020_rate"])
    table: Table = []
    for year in range(2023, 2034):
        row = rows[str(year)]
        path: dict[str, float] = {}
        for name in ("low", "medium", "high"):
            column = f"{name}_multiplier_of_2023_rate"
            path[column] = float(row[column]) if row[column] else 1.0
        rising = float(row["baseline_multiplier_of_2020_rate"]) / base_2023
        table.append(
            {"year": year, "baseline_multiplier_of_2023_rate": round(rising, 6)}
            | path
            | {"source_key": "mccabe_2024_data", "rule": "derived:poverty_paths"}
        )
    return table


def bmi() -> Table:
    """Body mass index at booking in three levels, by decile."""
    under, normal, over, obese = (percent("prevalence_by_deprivation", f"D{i}") for i in range(587, 591))
    recorded = under + normal + over + obese
    ends = logit([percent("prevalence", "P267"), percent("prevalence", "P268")])
    # fifths centred on deciles 1.5 and 9.5: eight deciles apart
    slope = float(ends[1] - ends[0]) / 8.0
    shape = slope * np.arange(10, dtype=np.float64)
    p_obese = relevel(shape, weights(2018, 2019, 2020), obese / recorded)
    over_of_rest = over / (under + normal + over)
    table: Table = []
    for decile, p in zip(DECILES, p_obese, strict=True):
        rest = 1.0 - float(p)
        shares = round_shares(np.array([rest * (1.0 - over_of_rest), rest * over_of_rest, float(p)]))
        for level, share in zip(("under_25", "25_29", "30_plus"), shares, strict=True):
            table.append(
                {"imd_decile": decile, "level": level, "share": share}
                | {"source_key": "pq_29922;kent2021;ons_cim2022", "rule": "derived:bmi"}
            )
    return table
