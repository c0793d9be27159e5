"""What ``ledger/alternatives.yaml`` may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from simcore.documents import read_yaml
from simcore.spec import Label, Labels, Name, Text
from simcore.strict import Strict, check

FILE = Path("ledger") / "alternatives.yaml"


class Tilt(Strict):
    """A gradient made steeper or flatter: odds of the first level over those of the last are multiplied.

    Log odds change linearly over the levels in between, and the mean weighted by births stays.
    """

    over: Name
    odds_ratio: Annotated[float, Field(gt=0)]


class TableChange(Strict):
    """Some rows of a table changed in one of six ways.

    ``where`` chooses rows, by levels of which the table has some at least; ``since`` and ``until`` by year. In a
    table of shares the chosen levels of a cell change together and the other levels share what is left.
    """

    table: Text
    columns: Annotated[tuple[Text, ...], Field(min_length=1)] = ("share",)
    where: dict[Text, Labels] = {}
    since: int | None = None
    until: int | None = None
    value: float | None = None
    times: Annotated[float, Field(gt=0)] | None = None
    odds: Annotated[float, Field(gt=0)] | None = None
    """Odds are multiplied."""
    yearly: Annotated[float, Field(gt=0)] | None = None
    """Multiplied once in the year of ``since``, twice in the next, and so on."""
    tilt: Tilt | None = None
    rake: Annotated[tuple[tuple[Name, ...], ...], Field(min_length=1)] | None = None
    """Refitted from a seed of ones to the table's own margins over these columns; cells of none stay so."""

    @model_validator(mode="after")
    def _one_way(self) -> TableChange:
        ways = ("value", "times", "odds", "yearly", "tilt", "rake")
        if sum(getattr(self, way) is not None for way in ways) != 1:
            raise ValueError(
                f"says what becomes of the rows in no way, or several; write one of {', '.join(ways)}"
            )
        if self.yearly is not None and self.since is None:
            raise ValueError("yearly needs a first year; write since: 2024")
        return self


class Change(Strict):
    """What is otherwise in the copy of a model.

    ``set`` names places of model.yaml, an item of a list by its number or by what it says:
    ``variables.gestation.odds_ratios[parent=smoking].ratios.quit``, ``deaths.hazard_ratios[parent=bmi,causes=sudden]``;
    an empty value takes the place out.
    """

    parameters: dict[Name, float] = {}
    variants: dict[Name, Text] = {}
    set: dict[Text, Any] = {}
    tables: tuple[TableChange, ...] = ()
    baseline: Text | None = None
    """Another comparator."""


class Alternative(Change):
    """An assumption replaced."""

    id: Text
    assumption: Text
    meaning: Text


class Headline(Strict):
    """Which figures are looked at: deaths averted by scenarios, against a comparator, over years of birth."""

    scenarios: Annotated[tuple[Text, ...], Field(min_length=1)]
    baseline: Text
    years: Annotated[tuple[int, int], Field(description="first and last")]


class Alternatives(Strict):
    """The whole file."""

    headline: Headline
    alternatives: tuple[Alternative, ...] = ()
    not_computed: dict[Label, Text] = {}
    """Assumptions whose effect is not computed, and why."""


def read_alternatives(folder: Path) -> Alternatives:
    """The alternatives of a model folder.

    Raises
    ------
    DocumentError
        If there is no such file, or it says something it may not, with the address.
    """
    return check(read_yaml(folder / FILE), Alternatives)
