"""The tables of exposures and intermediates, by name."""

from __future__ import annotations

from collections.abc import Callable

from . import antenatal, fetus, home
from .ethnic_hazards import ethnic_hazards
from .evidence import Table
from .exposure_effects import exposure_effects
from .exposure_margins import exposure_margins
from .exposure_odds import exposure_odds

EXPOSURE_TABLES: dict[str, Callable[[], Table]] = {
    "background": antenatal.background,
    "overcrowding": home.overcrowding,
    "breastfeeding": home.breastfeeding,
    "unsafe_sleep": home.unsafe_sleep,
    "late_booking": antenatal.late_booking,
    "folic_acid": antenatal.folic_acid,
    "healthy_start": antenatal.healthy_start,
    "consanguinity": antenatal.consanguinity,
    "sga": fetus.sga,
    "anomaly": fetus.anomaly,
    "exposure_odds": exposure_odds,
    "exposure_effects": exposure_effects,
    "ethnic_hazards": ethnic_hazards,
    "margins_exposures": exposure_margins,
}
