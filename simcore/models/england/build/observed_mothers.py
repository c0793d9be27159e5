"""Observed births and deaths by what the mother is: age, parity, registration, class, origin."""

from __future__ import annotations

import numpy as np

from .evidence import Row, Table, read
from .group_labels import (
    AGE_OF_MOTHER,
    COUNTRY_LABEL,
    COUNTRY_SUMS,
    ETHNIC_GROUP,
    NSSEC_CLASSES,
    NSSEC_LABEL,
    PARITY,
    REGISTRATION,
    named,
    one_spelling,
)
from .numbers import Array
from .observed_rows import ENGLAND, EW, THREE, About, by_cause, counts, lines, number
from .published import YEARS
from .shared_out import Counts, in_proportion, known_groups

KEY, IN_PROPORTION = "ons_cim2020", "derived:shared_in_proportion"
SAMPLE = "births from a sample of one in ten"


def mothers() -> Table:
    """All tables by a characteristic of the mother."""
    return [
        *by_one("mother_age", "ons_cause_mother_age_ew_2020", "mother_age", AGE_OF_MOTHER),
        *by_one("parity", "ons_cause_previous_children_ew_2020", "previous_children", PARITY),
        *by_one("registration", "ons_cause_registration_ew_2020", "registration", REGISTRATION),
        *within_age("parity", "ons_mother_age_previous_children_ew_2020", "previous_children", PARITY),
        *within_age("registration", "ons_mother_age_registration_ew_2020", "registration", REGISTRATION),
        *nssec(),
        *country_of_birth(),
        *ethnic_group_2020(),
        *ethnic_group_three_years(),
    ]


def by_one(factor: str, table: str, column: str, levels: dict[str, str]) -> Table:
    """England and Wales 2020 by one characteristic, all causes and each cause."""
    out: Table = []
    for cause, rows in by_cause(table):
        about = About(factor, EW, "2020", KEY, IN_PROPORTION, cause)
        printed, whole = grouped(rows, column, levels)
        out += lines(about, named(levels), printed, in_proportion(printed, whole))
    return out


def grouped(rows: list[Row], column: str, levels: dict[str, str]) -> tuple[Counts, Array]:
    """Counts by level, and the total that the table prints."""
    spelt = [(one_spelling(row[column]), row) for row in rows]
    printed = {levels[label]: counts(row) for label, row in spelt if label in levels}
    return printed, next(counts(row) for label, row in spelt if label == "All")


def within_age(factor: str, table: str, column: str, levels: dict[str, str]) -> Table:
    """England and Wales 2020 by two characteristics: the levels within each age of the mother.

    Each age is scaled to its own total with the unlinked deaths, so that the two tables agree.
    """
    ages, whole = grouped(
        [r for r in read("ons_cause_mother_age_ew_2020") if r["cause_group"] == "All causes"],
        "mother_age",
        AGE_OF_MOTHER,
    )
    scaled = in_proportion(ages, whole)
    out: Table = []
    for age, level in AGE_OF_MOTHER.items():
        rows = [r for r in read(table) if one_spelling(r["mother_age"]) == age]
        printed = {
            levels[one_spelling(r[column])]: counts(r) for r in rows if one_spelling(r[column]) in levels
        }
        about = About(factor, EW, "2020", KEY, IN_PROPORTION, within=("mother_age", level))
        out += lines(about, named(levels), printed, in_proportion(printed, scaled[level]))
    return out


def nssec() -> Table:
    """England and Wales 2020 by household class within each registration type, and over both.

    Over both, unlinked deaths go to the class that the death record has; within a type they are in
    proportion, since the death record does not tell the type. Births, of a sample, are scaled to each type.
    """
    rows = read("ons_registration_nssec_ew_2020")
    unlinked = by_class([r for r in rows if r["registration"] == "Unlinked deaths"])
    types, whole = grouped(
        [r for r in read("ons_cause_registration_ew_2020") if r["cause_group"] == "All causes"],
        "registration",
        REGISTRATION,
    )
    scaled = in_proportion(types, whole)
    out: Table = []
    both: Counts = {level: np.zeros(4) for level in NSSEC_CLASSES}
    births: Counts = {level: np.zeros(4) for level in NSSEC_CLASSES}
    for start, level in zip(("Inside", "Joint"), REGISTRATION.values(), strict=True):
        printed = by_class([r for r in rows if r["registration"].startswith(start)])
        shared = in_proportion(printed, scaled[level])
        about = About("nssec", EW, "2020", KEY, IN_PROPORTION, within=("registration", level), note=SAMPLE)
        out += lines(about, NSSEC_LABEL, printed, shared)
        both = {c: both[c] + printed[c] for c in both}
        births = {c: births[c] + shared[c] for c in births}
    compared = known_groups(both, unlinked)
    compared = {c: np.array([births[c][0], *compared[c][1:]]) for c in compared}
    about = About("nssec", EW, "2020", KEY, "derived:shared_by_own_class", note=SAMPLE)
    return [*lines(about, NSSEC_LABEL, both, compared), *out]


def by_class(rows: list[Row]) -> Counts:
    """Counts of the eight classes added up to four."""
    found = {r["nssec"]: counts(r) for r in rows}
    return {level: np.sum([found[c] for c in classes], axis=0) for level, classes in NSSEC_CLASSES.items()}


def country_of_birth() -> Table:
    """England and Wales 2020 by the mother's country of birth; regions added up or taken apart."""
    found = {r["country_of_birth"]: counts(r) for r in read("ons_country_of_birth_ew_2020")}
    printed = {
        level: np.sum([found[name] for name in added], axis=0)
        - np.sum([found[name] for name in taken] or [np.zeros(4)], axis=0)
        for level, (added, taken) in COUNTRY_SUMS.items()
    }
    about = About("country_of_birth", EW, "2020", KEY, IN_PROPORTION)
    return lines(about, COUNTRY_LABEL, printed, in_proportion(printed, found["Total"]))


def ethnic_group_2020() -> Table:
    """The baby's ethnic group, 2020: England, and England and Wales."""
    out: Table = []
    for place in (ENGLAND, EW):
        rows = [r for r in read("ons_ethnicity_2020") if r["country"] == place]
        printed, whole = grouped(rows, "ethnic_group", ETHNIC_GROUP)
        about = About("ethnic_group", place, "2020", KEY, IN_PROPORTION)
        out += lines(about, named(ETHNIC_GROUP), printed, in_proportion(printed, whole))
    return out


def ethnic_group_three_years() -> Table:
    """Infant deaths by ethnic group and cause, England and Wales 2018 to 2020."""
    columns = {label: label.lower().replace(" ", "_") for label in ETHNIC_GROUP}
    years = [r for r in read("ons_births_by_ethnicity_ew_2018_2020") if r["year"] in YEARS]
    births = {label: sum(number(r[column]) for r in years) for label, column in columns.items()}
    total = sum(number(r["total"]) for r in years)
    out: Table = []
    for cause, rows in by_cause("ons_cause_ethnicity_ew_2018_2020"):
        (row,) = rows
        here = np.nan if cause else 1.0  # births are given once, with all causes
        printed = {
            ETHNIC_GROUP[label]: np.array([births[label] * here, np.nan, np.nan, number(row[column])])
            for label, column in columns.items()
        }
        whole = np.array([total * here, np.nan, np.nan, number(row["all_infant_deaths"])])
        key = KEY if cause else f"{KEY};ons_births2021"
        about = About("ethnic_group", EW, THREE, key, IN_PROPORTION, cause)
        out += lines(about, named(ETHNIC_GROUP), printed, in_proportion(printed, whole))
    return out
