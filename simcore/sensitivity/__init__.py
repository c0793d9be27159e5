"""How far headline figures move when an assumption is replaced, or an effect turned to neutral.

A model may list alternatives to its assumptions in ``ledger/alternatives.yaml``. Each is a copy of the model with a few
changes, read, checked and solved as any model is, at its central values; the model itself is not touched.
"""

from simcore.sensitivity.cases import Case, cases_of
from simcore.sensitivity.file import Alternatives, Headline, read_alternatives
from simcore.sensitivity.outcomes import Figures, evaluate, figures_of

__all__ = [
    "Alternatives",
    "Case",
    "Figures",
    "Headline",
    "cases_of",
    "evaluate",
    "figures_of",
    "read_alternatives",
]
