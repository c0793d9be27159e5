"""A reduced England: five fifths, four causes, three bands, made from the tables that ship; and a calibration of it.

Small enough that its posterior is built in about a second. Its numbers are England's, added up; its priors are
moderate, so that data made from them are sane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from calibration.read import parse_calibration
from calibration.schema import Calibration
from simcore.load import load_model
from simcore.model import Model
from tests.models.written_folder import Folder, Row

FIFTHS = tuple(f"fifth{k}" for k in range(1, 6))
YEARS = range(2014, 2022)
REFERENCE = (2018, 2019, 2020)
GROUPS = {
    "white_british": ["white_british"],
    "pakistani": ["pakistani"],
    "black": ["black_african", "black_caribbean"],
    "other": ["white_other", "indian", "bangladeshi", "other_asian", "other_black", "mixed", "other", "not_stated"],
}  # fmt: skip
AGES = {"under_20": ["under_20"], "from_20": ["20_24", "25_29", "30_34", "35_39", "40_plus"]}
WEEKS = {
    "under_24": ["under_22", "22_23"], "24_31": ["24_27", "28_31"], "32_36": ["32_36"], "37_plus": ["37_plus"],
}  # fmt: skip
CAUSES = {
    "immaturity": ["immaturity"], "congenital": ["congenital"], "sudden": ["sudden"],
    "other": ["infection", "other", "antepartum_infection", "asphyxia", "external", "other_specific"],
}  # fmt: skip
BANDS = {
    "days_0_27": ["day_0", "days_1_6", "days_7_27"], "days_28_90": ["days_28_90"],
    "days_91_364": ["days_91_182", "days_183_364"],
}  # fmt: skip
COUNTED = ["deaths", "effective_count"]
EARLY = ["under_24", "24_31", "32_36"]


@cache
def reduced() -> Model:
    """The model, read through the ordinary door."""
    return folder().model


def folder() -> Folder:
    """Its files: England's births, shares and deaths, added up."""
    england = load_model("england")
    years = [england.years.index(year) for year in YEARS]
    births = england.births[years]
    # who lives in a fifth: births of the reference years
    weight = england.births[[england.years.index(year) for year in REFERENCE]].sum(axis=0)
    ethnic = _levels(_fifths(england.shares["ethnic_group"].low, weight), england, "ethnic_group", GROUPS)
    ages = np.einsum("deg,de->dg", england.shares["mother_age"].low, england.shares["ethnic_group"].low)
    age = _levels(_fifths(ages, weight), england, "mother_age", AGES)
    week = _levels(_fifths(england.shares["gestation"].low, weight), england, "gestation", WEEKS)
    poverty = england.shares["child_poverty"].low[years]
    smoking = england.shares["smoking_at_booking"]
    low, high = (_fifths(each[years], births) for each in (smoking.low, smoking.high))
    joint = england.targets["baseline"]
    by_fifth = england.targets["residual"].deaths
    document = _document()
    made = Folder(document, {})
    tables: dict[str, tuple[Row, ...]] = {
        "births.csv": _rows(made, ["year", "imd_fifth"], ["births"], [_paired(births).round()]),
        "ethnic_group.csv": _rows(made, ["imd_fifth", "ethnic_group"], ["share"], [ethnic]),
        "mother_age.csv": _rows(made, ["imd_fifth", "mother_age"], ["share"], [age]),
        "child_poverty.csv": _rows(made, ["year", "imd_fifth", "child_poverty"], ["share"], [_fifths(poverty, births)]),
        "smoking_at_booking.csv": _rows(
            made, ["year", "imd_fifth", "smoking_at_booking"], ["share_low", "share_high"], [low, high]
        ),
        "smoking.csv": _rows(
            made, ["smoking_at_booking", "smoking"], ["share"], [np.array([[1.0, 0.0], [0.19, 0.81]])]
        ),
        "gestation.csv": _rows(made, ["imd_fifth", "gestation"], ["share"], [week]),
        "deaths.csv": _rows(
            made, ["gestation", "cause", "age_band"], COUNTED, [_summed(joint.deaths, england)] * 2
        ),
        "deaths_by_fifth.csv": _rows(
            made, ["age_period", "imd_fifth"], COUNTED, [_paired(by_fifth)] * 2
        ),
    }  # fmt: skip
    return made.with_(tables)


def calibration(feedback: str = "cut", **changes: str) -> Calibration:
    """What is learnt of the reduced England: words of the config replaced by name."""
    parts = {**_PARTS, "feedback": feedback, **changes}
    text = _CONFIG
    for name, part in parts.items():
        text = text.replace(f"<{name}>", part)
    return parse_calibration(text, "reduced.yaml")


_PARTS = {
    "first": "2016",
    "last": "2020",
    "residual": "0.3",
    "level": "0.2",
    "step": "{distribution: lognormal, median: 0.03, ci95: [0.0295, 0.0305]}",
    "drift": "0.05",
    "breaks": "breaks: {sd: 0.2, at: [2017]}",
    "effects": "{distribution: lognormal, median: 1.4, ci95: [0.9, 2.1778]}",
    "poverty": "{distribution: lognormal, median: 3.0, ci95: [1.5, 6.0]}",
}
_CONFIG = """
calibration: reduced_2016_2020
title: A reduced England
model: reduced
years: {first: <first>, last: <last>}
parameters:
  effects: {prior: <effects>}
  priors: {hr_poverty: <poverty>}
  residual: {sd: <residual>}
  feedback: <feedback>
  drift: {sd: <drift>}
  <breaks>
  year_effects: {step: <step>, level: {sd: <level>}}
  projection: {from: reference}
targets:
  published: {kind: contrasts, of: [smoking_preterm, smoking_neonatal, smoking_postneonatal, child_poverty]}
"""


def _fifths(shares: np.ndarray, births: np.ndarray) -> np.ndarray:
    """``[..., deciles, levels]`` to fifths, weighed by births ``[..., deciles]``."""
    paired = shares.reshape(*shares.shape[:-2], 5, 2, shares.shape[-1])
    weight = births.reshape(*births.shape[:-1], 5, 2, 1)
    return np.asarray((paired * weight).sum(axis=-2) / weight.sum(axis=-2))


def _paired(numbers: np.ndarray) -> np.ndarray:
    """``[..., deciles]`` added up by twos."""
    return np.asarray(numbers.reshape(*numbers.shape[:-1], 5, 2).sum(axis=-1))


def _levels(shares: np.ndarray, england: Model, name: str, groups: Mapping[str, Sequence[str]]) -> np.ndarray:
    return np.asarray(shares @ _member(england.levels(name), groups).T)


def _member(levels: Sequence[str], groups: Mapping[str, Sequence[str]]) -> np.ndarray:
    return np.array([[float(level in inside) for level in levels] for inside in groups.values()])


def _summed(deaths: np.ndarray, england: Model) -> np.ndarray:
    """England's deaths by gestation, cause and band, added up."""
    spec = england.spec.deaths
    members = (
        _member(england.levels("gestation"), WEEKS),
        _member(tuple(spec.causes), CAUSES),
        _member(tuple(spec.age_bands), BANDS),
    )
    return np.asarray(np.einsum("gcb,Gg,Cc,Bb->GCB", deaths, *members))


def _rows(
    made: Folder, axes: Sequence[str], columns: Sequence[str], values: Sequence[np.ndarray]
) -> tuple[Row, ...]:
    """A table with a row for each combination of levels; the last axis of shares is `level`."""
    known = {"cause": tuple(CAUSES), "age_band": tuple(BANDS), "age_period": ("neonatal", "postneonatal")}
    cells = product(*(known[axis] if axis in known else made.levels(axis) for axis in axes))
    head = (*axes[:-1], "level", *columns) if "share" in columns[0] else (*axes, *columns)
    flat = [value.ravel() for value in values]
    return (head, *((*cell, *(float(v[i]) for v in flat)) for i, cell in enumerate(cells)))


def _assumed(meaning: str, value: object, unit: str = "ratio") -> dict[str, Any]:
    return {"meaning": meaning, "value": value, "unit": unit, "source": "assumption"}


def _lognormal(median: float, low: float, high: float) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": median, "ci95": [low, high]}


def _variable(
    kind: str, decision: object, levels: Sequence[str], shares: Mapping[str, Any], *ratios: Any
) -> dict[str, Any]:
    return {
        "kind": kind, "meaning": "as in England", "decision": decision, "levels": list(levels), "shares": dict(shares),
        **({"odds_ratios": list(ratios)} if ratios else {}),
    }  # fmt: skip


def _contrast(
    set_: str, outcome: Mapping[str, Any], measure: str, value: str, solves: str, **more: Any
) -> dict[str, Any]:
    return {
        "meaning": "as in England", "set": set_, "from": "no", "to": "yes", "outcome": dict(outcome),
        "measure": measure, "value": value, "solves": solves, **more,
    }  # fmt: skip


def _document() -> dict[str, Any]:
    natural = ["immaturity", "congenital", "other"]
    late = ["days_28_90", "days_91_364"]
    return {
        "model": "reduced",
        "title": "A reduced England",
        "edition": "1",
        "population": "live births to mothers resident in England",
        "strata": {
            "dims": {"year": {"first": YEARS[0], "last": YEARS[-1]}, "imd_fifth": {"levels": list(FIFTHS)}},
            "births": "births.csv",
        },
        "reference_years": list(REFERENCE),
        "drawn_to": "smoking_at_booking",
        "parameters": {
            "total_smoking_preterm": _assumed("smoking and preterm birth", _lognormal(1.41, 1.31, 1.52)),
            "total_smoking_neonatal": _assumed("smoking and neonatal death", _lognormal(1.4, 1.2, 1.6333)),
            "total_smoking_postneonatal": _assumed("smoking and later death", _lognormal(2.0, 1.6, 2.5)),
            "total_poverty_per_point": _assumed(
                "deaths per point", {"distribution": "normal", "mean": 5.8, "ci95": [2.4, 9.2]}, "per 100,000"
            ),
            "hr_sudden_smoking": _assumed("smoking and sudden death", _lognormal(2.4, 1.9, 3.03)),
            "hr_under_20": _assumed("mother under 20", _lognormal(1.4, 1.0, 1.96)),
            "hr_pakistani_congenital": _assumed("Pakistani baby", _lognormal(2.5, 1.7, 3.68)),
            "hr_pakistani_rest": _assumed("Pakistani baby", _lognormal(1.4, 1.0, 1.96)),
            "hr_black_rest": _assumed("Black baby", _lognormal(1.1, 0.8, 1.51)),
            "or_poverty_preterm": _assumed("poverty and preterm birth", _lognormal(1.118, 1.0, 1.25)),
            "or_poverty_smoking": _assumed("poverty and smoking", _lognormal(1.5, 1.1, 2.05)),
            "smoking_gradient": _assumed(
                "place between the bounds", {"distribution": "uniform", "low": 0, "high": 1}, "share of the way"
            ),
        },
        "variables": {
            "ethnic_group": _variable(
                "descriptor", 6, tuple(GROUPS), {"table": "ethnic_group.csv", "by": ["imd_fifth"]}
            ),
            "mother_age": _variable("descriptor", 0, tuple(AGES), {"table": "mother_age.csv", "by": ["imd_fifth"]}),
            "child_poverty": _variable(
                "exposure", 1, ("no", "yes"), {"table": "child_poverty.csv", "by": ["year", "imd_fifth"]},
                {"parent": "ethnic_group", "causal": False, "ratios": {"pakistani": 2.3268613, "black": 1.0656164}},
            ),
            "smoking_at_booking": _variable(
                "exposure", 2, ("no", "yes"),
                {
                    "table": "smoking_at_booking.csv", "by": ["year", "imd_fifth"],
                    "between": {"low": "share_low", "high": "share_high", "at": "smoking_gradient"},
                },
                {"parent": "mother_age", "ratios": {"under_20": 3.0}},
                {"parent": "ethnic_group", "ratios": {"pakistani": 0.1051}},
                {"parent": "child_poverty", "causal": False, "ratios": {"yes": "or_poverty_smoking"}},
            ),
            "smoking": _variable(
                "exposure", 3, ("stopped", "to_delivery"), {"table": "smoking.csv", "by": ["smoking_at_booking"]}
            ),
            "gestation": _variable(
                "intermediate", "beside_clocks", tuple(WEEKS), {"table": "gestation.csv", "by": ["imd_fifth"]},
                {"parent": "smoking", "of": EARLY, "ratios": {"to_delivery": "or_smoking_preterm"}},
                {"parent": "child_poverty", "of": EARLY, "ratios": {"yes": "or_poverty_preterm"}},
            ),
        },
        "deaths": {
            "causes": {cause: {"meaning": cause, "clock": k} for k, cause in enumerate(CAUSES)},
            "age_bands": {"days_0_27": [0, 28], "days_28_90": [28, 91], "days_91_364": [91, 365]},
            "age_periods": {"neonatal": ["days_0_27"], "postneonatal": late},
            "ratios_act_within": {"gestation": ["24_31", "32_36", "37_plus"]},
            "baseline": {"by": ["gestation"], "target": "deaths.csv"},
            "residual": {"by": "imd_fifth", "target": "deaths_by_fifth.csv"},
            "hazard_ratios": [
                {"parent": "smoking", "causes": natural, "age_bands": ["days_0_27"],
                 "ratios": {"to_delivery": "hr_smoking_neonatal"}},
                {"parent": "smoking", "causes": natural, "age_bands": late,
                 "ratios": {"to_delivery": "hr_smoking_postneonatal"}},
                {"parent": "smoking", "causes": ["sudden"], "ratios": {"to_delivery": "hr_sudden_smoking"}},
                {"parent": "child_poverty", "ratios": {"yes": "hr_poverty"}},
                {"parent": "mother_age", "age_bands": late, "ratios": {"under_20": "hr_under_20"}},
                {"parent": "ethnic_group", "causes": ["congenital"],
                 "ratios": {"pakistani": "hr_pakistani_congenital"}},
                {"parent": "ethnic_group", "causes": ["immaturity", "other"],
                 "ratios": {"pakistani": "hr_pakistani_rest"}},
                {"parent": "ethnic_group", "causes": natural, "ratios": {"black": "hr_black_rest"}},
            ],
        },
        "solve": {
            "draws": 2,
            "contrasts": {
                "smoking_preterm": _contrast(
                    "smoking_at_booking", {"variable": "gestation", "levels": EARLY}, "odds_ratio",
                    "total_smoking_preterm", "or_smoking_preterm", start=1.5,
                ),
                "smoking_neonatal": _contrast(
                    "smoking_at_booking", {"deaths": "neonatal"}, "odds_ratio",
                    "total_smoking_neonatal", "hr_smoking_neonatal", start=1.2,
                ),
                "smoking_postneonatal": _contrast(
                    "smoking_at_booking", {"deaths": "postneonatal"}, "risk_ratio",
                    "total_smoking_postneonatal", "hr_smoking_postneonatal", start=1.5,
                ),
                "child_poverty": _contrast(
                    "child_poverty", {"deaths": "infant"}, "risk_difference",
                    "total_poverty_per_point", "hr_poverty", among={"child_poverty": "no"}, per=1000, start=1.5,
                ),
            },
        },
    }  # fmt: skip
