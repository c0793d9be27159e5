"""How exposures hang together with who the family is: one table of odds ratios, fixed or with an interval."""

from __future__ import annotations

import numpy as np

from ..evidence import Cells, Table, percent, value
from ..numbers import odds_ratio
from .associations import bmi_odds, gestation_odds, overcrowding_odds
from .odds_rows import odds_row, published

LATE_BOOKING = {
    "E110": ("ethnic_group", "black_african", "white_british"),
    "E111": ("mother_age", "under_20", "any other age"),
    "E112": ("parity", "three_plus", "fewer"),
}
FED_AT_SIX_MONTHS = {
    "P045": ("ethnic_group", ("other",), "white_british"),
    "P046": ("ethnic_group", ("black_african", "black_caribbean", "other_black"), "white_british"),
    "P047": ("ethnic_group", ("indian", "pakistani", "bangladeshi", "other_asian"), "white_british"),
    "P048": ("ethnic_group", ("mixed",), "white_british"),
    "P044": ("mother_age", ("30_34", "35_39", "40_plus"), "under 30"),
    "P043": ("nssec", ("managerial_professional",), "any other class"),
}
LEAST_DEPRIVED_FED = "D580"
MANAGERS = "managerial_professional"
SMOKING_BY_CLASS = {MANAGERS: "P198", "intermediate": "P199", "routine_manual": "P200"}


def late_booking() -> Table:
    """Booking after 12 weeks: ratios adjusted in their own studies."""
    return [published(row_id, "late_booking", *where) for row_id, where in LATE_BOOKING.items()]


def breastfeeding() -> Table:
    """Not breastfeeding: at most these ratios, as the group is set against the least deprived fifth of all mothers.

    No figure for the other mothers of any group is published beside it. They feed no more than the least
    deprived fifth, so the ratio to them is at least as far from one.
    """
    table: Table = []
    for row_id, (parent, levels, reference) in FED_AT_SIX_MONTHS.items():
        least_deprived = percent("prevalence_by_deprivation", LEAST_DEPRIVED_FED)
        fed = odds_ratio(percent("prevalence", row_id), least_deprived)
        for level in levels:
            table.append(
                odds_row(
                    "breastfeeding", "no", parent, level, reference, 1.0 / fed,
                    keys="ifs2010_scot;maternal_early_years",
                    rule="derived:breastfeeding_odds",
                    ids=f"{row_id};{LEAST_DEPRIVED_FED}",
                )
            )  # fmt: skip
    return table


def smoking_by_class() -> Table:
    """Smoking at booking by class: from none to the crude ratio of Scotland, the middle being its square root.

    The crude ratio holds the place, the age and the country of birth, which have arrows of their own. Mothers
    without a class are taken as the average of those with one.
    """
    shares = [percent("prevalence", i) for i in SMOKING_BY_CLASS.values()]
    women = [value("prevalence", i, "denominator") for i in SMOKING_BY_CLASS.values()]
    average = float(np.average(shares, weights=women))
    crude = dict(zip(SMOKING_BY_CLASS, shares, strict=True)) | {"not_classified": average}
    return [
        smoking("nssec", level, MANAGERS, ratio**0.5, (1.0, ratio), "derived:smoking_by_class", "P198-P200")
        for level, share in crude.items()
        if level != MANAGERS
        for ratio in [odds_ratio(share, crude[MANAGERS])]
    ]


def smoking_by_origin() -> Table:
    """Smoking at booking by the mother's country of birth (Scotland) and for Pakistani babies (Bradford)."""
    abroad = odds_ratio(percent("prevalence", "P202"), percent("prevalence", "P201"))
    places = "prevalence_by_deprivation"
    pakistani = odds_ratio(percent(places, "D598"), percent(places, "D597"))
    rule = "derived:smoking_by_origin"
    return [
        smoking("background", "born_abroad", "uk_born", abroad, (), rule, "P201;P202"),
        smoking("background", "pakistani", "uk_born", pakistani, (), rule, "D597;D598", "prady2016_t1"),
    ]


def smoking(
    parent: str,
    level: str,
    reference: str,
    ratio: float,
    interval: tuple[float, ...],
    rule: str,
    ids: str,
    keys: str = "lawder2019_t1",
) -> Cells:
    """A row on smoking at booking."""
    return odds_row(
        "smoking_at_booking", "yes", parent, level, reference, ratio, interval, keys=keys, rule=rule, ids=ids
    )


def exposure_odds() -> Table:
    """All of them, by the variable that they are of."""
    return [
        *overcrowding_odds(),
        *smoking_by_class(),
        *smoking_by_origin(),
        *bmi_odds(),
        *late_booking(),
        *breastfeeding(),
        *gestation_odds(),
    ]
