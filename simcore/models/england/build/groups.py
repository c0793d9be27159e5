"""How deaths are grouped by cause and by age: the nine ONS cause groups, or five of them taken together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AGE_COLUMNS = {
    "day_0": ("deaths_under_1_day",),
    "days_1_6": ("deaths_1_day_to_under_1_week",),
    "days_7_27": ("late_neonatal_deaths",),
    "days_28_90": ("deaths_4_weeks_to_under_3_months",),
    "days_91_182": ("deaths_3_to_under_6_months",),
    "days_183_364": ("deaths_6_months_to_under_1_year",),
}
"""Published columns of each age band."""


# compared by identity, so that a grouping can be the key of a cache
@dataclass(frozen=True, eq=False)
class Grouping:
    """Causes and ages of death, with the cells that stay empty by rule.

    Attributes
    ----------
    cause_of
        ONS cause group -> cause; what is not in it is no cause of a live-born baby's death.
    age_columns
        Age band -> the published columns that are added up; the first three are the neonatal period.
    never_on_day_0, never_neonatal_before_24_weeks
        Causes without such deaths.
    """

    cause_of: Mapping[str, str]
    age_columns: Mapping[str, tuple[str, ...]]
    never_on_day_0: tuple[str, ...]
    never_neonatal_before_24_weeks: tuple[str, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """Causes, in the order in which the ONS groups name them first."""
        return tuple(dict.fromkeys(self.cause_of.values()))

    @property
    def ages(self) -> tuple[str, ...]:
        """Age bands, youngest first."""
        return tuple(self.age_columns)

    @property
    def periods(self) -> dict[str, slice]:
        """Age bands of early neonatal, late neonatal and post-neonatal deaths."""
        later = slice(3, len(self.age_columns))
        return {"early neonatal": slice(0, 2), "late neonatal": slice(2, 3), "post-neonatal": later}

    def rows_of(self, causes: tuple[str, ...]) -> list[int]:
        """Positions of these causes."""
        return [self.causes.index(cause) for cause in causes]


NINE = Grouping(
    cause_of={
        "Immaturity related conditions": "immaturity",
        "Congenital anomalies": "congenital",
        "Sudden infant deaths": "sudden",
        "Infections": "infection",
        "Other conditions": "other",
        "Antepartum infections": "antepartum_infection",
        "Asphyxia, anoxia or trauma (intrapartum)": "asphyxia",
        "External conditions": "external",
        "Other specific conditions": "other_specific",
    },
    age_columns=AGE_COLUMNS,
    never_on_day_0=("sudden",),
    # an accident at home befalls no baby in a neonatal unit
    never_neonatal_before_24_weeks=("sudden", "external"),
)

FIVE = Grouping(
    cause_of={
        **NINE.cause_of,
        "Antepartum infections": "infection",
        "Asphyxia, anoxia or trauma (intrapartum)": "other",
        "External conditions": "other",
        "Other specific conditions": "other",
    },
    age_columns={band: AGE_COLUMNS[band] for band in ("day_0", "days_1_6", "days_7_27", "days_28_90")}
    | {"days_91_364": AGE_COLUMNS["days_91_182"] + AGE_COLUMNS["days_183_364"]},
    never_on_day_0=("sudden",),
    never_neonatal_before_24_weeks=("sudden",),
)
