"""What the exposures do: every ratio of an effect, with its interval, its grade, and where it comes from."""

from __future__ import annotations

from ..births.fetus import anomalies_nationally, live_births_with_neural_tube_defect
from ..evidence import Cells, Ratio, Table, by_id, count
from ..evidence import ratio as published
from ..exposures.antenatal import FOLIC_ACID
from ..numbers import odds_ratio
from .ethnic import ethnic_hazards

PUBLISHED = {
    "total_smoking_sga": ("E003", "odds ratio", "A"),
    "or_consanguinity_anomaly": ("E053", "odds ratio", "A"),
    "hr_unsafe_sleep": ("E102", "hazard ratio", "B"),
}
INVERSE = {"hr_not_breastfed_sudden": ("E040", "B"), "hr_not_breastfed_infection": ("E119", "C")}
UNPROVEN = ("hr_overcrowding", "hr_late_booking", "hr_sole_registration", "hr_sga", "hr_healthy_start")
WIDE = (1.0, 0.67, 1.5)
"""Neutral, with the interval of the sensitivity run."""
ONLY_WITH_ANOMALY = 10_000.0
"""So large that fewer than one in a hundred congenital deaths are of a baby without an anomaly."""
ETHNIC_GRADE = {"congenital": "B", "immaturity": "A", "rest": "C"}


def effect(
    name: str, ratio: tuple[float, ...], unit: str, grade: str, keys: str, rule: str, ids: str
) -> Cells:
    """One parameter."""
    low, high = (round(ratio[1], 4), round(ratio[2], 4)) if len(ratio) == 3 else ("", "")
    return {
        "parameter": name,
        "value": round(ratio[0], 4),
        "low": low,
        "high": high,
        "unit": unit,
        "grade": grade,
        "source_key": keys,
        "rule": rule,
        "evidence_id": ids,
    }


def inverse(row_id: str) -> Ratio:
    """A published ratio the other way round: of the worse level against the better."""
    estimate, low, high = published(row_id)
    return 1.0 / estimate, 1.0 / high, 1.0 / low


def most_that_folic_acid_can_do() -> float:
    """Odds ratio of any anomaly if every live-born neural tube defect were of a mother who took none beforehand."""
    defects, all_anomalies = live_births_with_neural_tube_defect(), anomalies_nationally()
    counts = [count(by_id("prevalence_by_deprivation", i)["numerator"]) for i in FOLIC_ACID.values()]
    without = sum(counts[1:]) / sum(counts)
    best = all_anomalies - defects
    worst = best + defects / without
    return odds_ratio(worst, best)


def exposure_effects() -> Table:
    """Published, inverted, bounded, neutral, and by ethnic group."""
    table: Table = []
    for name, (row_id, unit, grade) in PUBLISHED.items():
        key = by_id("effects", row_id)["source_key"]
        table.append(effect(name, published(row_id), unit, grade, key, "published", row_id))
    for name, (row_id, grade) in INVERSE.items():
        key = by_id("effects", row_id)["source_key"]
        rule = "derived:not_breastfed"
        table.append(effect(name, inverse(row_id), "hazard ratio", grade, key, rule, row_id))
    bound = most_that_folic_acid_can_do()
    table.append(
        effect(
            "or_folic_acid_anomaly", (1.0, 1.0 / bound, bound), "odds ratio", "D",
            "morris_folic2016;sheridan2013;msds_annual", "derived:folic_acid_bound", "P116;P069;D004-D006",
        )
    )  # fmt: skip
    table.append(
        effect(
            "hr_anomaly_congenital", (ONLY_WITH_ANOMALY,), "hazard ratio", "D",
            "assumption", "derived:only_with_anomaly", "",
        )
    )  # fmt: skip
    table += [effect(n, WIDE, "hazard ratio", "D", "assumption", "derived:unproven", "") for n in UNPROVEN]
    for given in ethnic_hazards():
        ratio = tuple(float(str(given[c])) for c in ("hazard_ratio", "low", "high"))
        name, grade = f"hr_{given['ethnic_group']}_{given['causes']}", ETHNIC_GRADE[str(given["causes"])]
        keys, rule, ids = (str(given[c]) for c in ("source_key", "rule", "evidence_id"))
        table.append(effect(name, ratio, "hazard ratio", grade, keys, rule, ids))
    return table
