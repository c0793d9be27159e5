"""What was run, and in which terms its answer is wanted: all that a section of the answer is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scenarios.figures import Array
from scenarios.margins import Margins
from scenarios.question import Question
from simcore.results import strata_of

Definition = Literal["period", "final_year"]


@dataclass(frozen=True)
class Terms:
    """In which terms an answer is given; no run hangs on it.

    Attributes
    ----------
    definition
        What the headline is: deaths averted over the period, or the difference in its final year.
    discount_rate
        A year, of costs and years of life; that of each scenario file, if None.
    life_year_values
        Pounds that a year of life is worth, each taken in turn.
    budget
        Pounds that may be spent over the period, if there is a limit.
    """

    definition: Definition = "period"
    discount_rate: float | None = None
    life_year_values: tuple[float, ...] = ()
    budget: float | None = None


PLAIN_TERMS = Terms()


@dataclass(frozen=True)
class Ran:
    """What a section is made from: the question, and what its draws gave."""

    question: Question
    margins: Margins
    terms: Terms = PLAIN_TERMS

    @property
    def births(self) -> Array:
        """Births of every stratum: ``float64[*strata]``."""
        return self.question.model.births_in(strata_of(self.question.model, self.question.years))

    @property
    def draws(self) -> int:
        """How many draws."""
        return int(self.margins.total.shape[1])
