"""Observed births and deaths by what the mother is: age, parity, registration, class, origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..deaths.published import YEARS
from ..evidence import Row, Table, read
from ..labels import (
    CLASSES,
    COUNTRY_LABEL,
    COUNTRY_SUMS,
    ETHNIC_LABEL,
    ETHNIC_OF,
    MOTHER_AGE_LABEL,
    MOTHER_AGE_OF,
    NSSEC_LABEL,
    NSSEC_OF,
    PARITY_LABEL,
    PARITY_OF,
    REGISTRATION_IN_TWO_OF,
    labels_of,
)
from ..numbers import Array
from .rows import ENGLAND, EW, THREE, About, by_cause, counts, lines, number
from .shared_out import Counts, in_proportion, known_groups

KEY, IN_PROPORTION = "ons_cim2020", "derived:shared_in_proportion"
SAMPLE = "births from a sample of one in ten"


@dataclass(frozen=True)
class Grouped:
    """A characteristic of mothers in printed tables: the column, and what its cells are called here."""

    factor: str
    column: str
    level_of: Mapping[str, str]
    labels: Mapping[str, str]

    def counts(self, rows: Iterable[Row]) -> Counts:
        """Counts by level."""
        return {self.level_of[r[self.column]]: counts(r) for r in rows if r[self.column] in self.level_of}

    def whole(self, rows: Iterable[Row]) -> Array:
        """The total that the table prints."""
        return next(counts(row) for row in rows if row[self.column] == "All")


AGE = Grouped("mother_age", "mother_age", MOTHER_AGE_OF, MOTHER_AGE_LABEL)
PREVIOUS = Grouped("parity", "previous_children", PARITY_OF, PARITY_LABEL)
REGISTERED = Grouped(
    "registration", "registration", REGISTRATION_IN_TWO_OF, labels_of(REGISTRATION_IN_TWO_OF)
)
ETHNIC = Grouped("ethnic_group", "ethnic_group", ETHNIC_OF, ETHNIC_LABEL)


def mothers() -> Table:
    """All tables by a characteristic of the mother."""
    return [
        *by_one(AGE, "ons_cause_mother_age_ew_2020"),
        *by_one(PREVIOUS, "ons_cause_previous_children_ew_2020"),
        *by_one(REGISTERED, "ons_cause_registration_ew_2020"),
        *within_age(PREVIOUS, "ons_mother_age_previous_children_ew_2020"),
        *within_age(REGISTERED, "ons_mother_age_registration_ew_2020"),
        *nssec(),
        *country_of_birth(),
        *ethnic_group_2020(),
        *ethnic_group_three_years(),
    ]


def by_one(by: Grouped, table: str) -> Table:
    """England and Wales 2020 by one characteristic, all causes and each cause."""
    out: Table = []
    for cause, rows in by_cause(table):
        about = About(by.factor, EW, "2020", KEY, IN_PROPORTION, cause)
        printed = by.counts(rows)
        out += lines(about, by.labels, printed, in_proportion(printed, by.whole(rows)))
    return out


def complete(by: Grouped, table: str) -> Counts:
    """Counts of all causes by level, the unlinked and unstated deaths shared out."""
    rows = [row for row in read(table) if row["cause_group"] == "All causes"]
    return in_proportion(by.counts(rows), by.whole(rows))


def within_age(by: Grouped, table: str) -> Table:
    """England and Wales 2020 by two characteristics: the levels within each age of the mother.

    Each age is scaled to its own total with the unlinked deaths, so that the two tables agree.
    """
    out: Table = []
    for age, whole in complete(AGE, "ons_cause_mother_age_ew_2020").items():
        printed = by.counts(row for row in read(table) if MOTHER_AGE_OF.get(row["mother_age"]) == age)
        about = About(by.factor, EW, "2020", KEY, IN_PROPORTION, within=("mother_age", age))
        out += lines(about, by.labels, printed, in_proportion(printed, whole))
    return out


def nssec() -> Table:
    """England and Wales 2020 by household class within each registration type, and over both.

    Over both, unlinked deaths go to the class that the death record has; within a type they are in
    proportion, since the death record does not tell the type. Births, of a sample, are scaled to each type.
    """
    rows = read("ons_registration_nssec_ew_2020")
    unlinked = by_class([r for r in rows if r["registration"] == "Unlinked deaths"])
    types = complete(REGISTERED, "ons_cause_registration_ew_2020")
    out: Table = []
    both: Counts = {level: np.zeros(4) for level in CLASSES}
    births: Counts = {level: np.zeros(4) for level in CLASSES}
    for start, level in zip(("Inside", "Joint"), REGISTRATION_IN_TWO_OF.values(), strict=True):
        printed = by_class([r for r in rows if r["registration"].startswith(start)])
        shared = in_proportion(printed, types[level])
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
    found = [(NSSEC_OF.get(row["nssec"]), counts(row)) for row in rows]
    return {level: np.sum([n for of, n in found if of == level], axis=0) for level in CLASSES}


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
        printed = ETHNIC.counts(rows)
        about = About("ethnic_group", place, "2020", KEY, IN_PROPORTION)
        out += lines(about, ETHNIC_LABEL, printed, in_proportion(printed, ETHNIC.whole(rows)))
    return out


def ethnic_group_three_years() -> Table:
    """Infant deaths by ethnic group and cause, England and Wales 2018 to 2020."""
    columns = {label: label.lower().replace(" ", "_") for label in ETHNIC_OF}
    years = [r for r in read("ons_births_by_ethnicity_ew_2018_2020") if r["year"] in YEARS]
    births = {label: sum(number(r[column]) for r in years) for label, column in columns.items()}
    total = sum(number(r["total"]) for r in years)
    out: Table = []
    for cause, rows in by_cause("ons_cause_ethnicity_ew_2018_2020"):
        (row,) = rows
        here = np.nan if cause else 1.0  # births are given once, with all causes
        printed = {
            ETHNIC_OF[label]: np.array([births[label] * here, np.nan, np.nan, number(row[column])])
            for label, column in columns.items()
        }
        whole = np.array([total * here, np.nan, np.nan, number(row["all_infant_deaths"])])
        key = KEY if cause else f"{KEY};ons_births2021"
        about = About("ethnic_group", EW, THREE, key, IN_PROPORTION, cause)
        out += lines(about, ETHNIC_LABEL, printed, in_proportion(printed, whole))
    return out
