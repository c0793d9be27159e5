"""How deaths are grouped: the nine ONS cause groups, six age bands, and the cells that stay empty by rule."""

from __future__ import annotations

CAUSE_OF = {
    "Immaturity related conditions": "immaturity",
    "Congenital anomalies": "congenital",
    "Sudden infant deaths": "sudden",
    "Infections": "infection",
    "Other conditions": "other",
    "Antepartum infections": "antepartum_infection",
    "Asphyxia, anoxia or trauma (intrapartum)": "asphyxia",
    "External conditions": "external",
    "Other specific conditions": "other_specific",
}
"""ONS cause group -> cause; what is not in it is no cause of a live-born baby's death."""

CAUSES = tuple(CAUSE_OF.values())

AGE_COLUMNS = {
    "day_0": "deaths_under_1_day",
    "days_1_6": "deaths_1_day_to_under_1_week",
    "days_7_27": "late_neonatal_deaths",
    "days_28_90": "deaths_4_weeks_to_under_3_months",
    "days_91_182": "deaths_3_to_under_6_months",
    "days_183_364": "deaths_6_months_to_under_1_year",
}
"""Age band, youngest first -> its published column."""

AGES = tuple(AGE_COLUMNS)
NEONATAL, POST_NEONATAL = slice(0, 3), slice(3, 6)
PERIODS = {"early neonatal": slice(0, 2), "late neonatal": slice(2, 3), "post-neonatal": POST_NEONATAL}
"""Age bands of each published period."""

NEVER_ON_DAY_0 = [CAUSES.index("sudden")]
# an accident at home befalls no baby in a neonatal unit
NEVER_NEONATAL_BEFORE_24_WEEKS = [CAUSES.index("sudden"), CAUSES.index("external")]
