"""The England model file as text: its numbers are those of the tables, its notes lead somewhere, lines are short."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping

import pytest

from simcore.distributions import Fixed
from simcore.load import load_model
from simcore.model import Model
from simcore.models.england.build.evidence import EVIDENCE, MODEL
from tests.england_tables import rows

FILE = (MODEL / "model.yaml").read_text(encoding="utf-8")
Arrow = tuple[str, str, str, str]
"""Variable, one of its levels, parent, level of the parent."""

WIDE = 0.005
"""A ratio that the file leaves out is one to this."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("england")


def written(model: Model) -> dict[Arrow, float | str]:
    """Odds ratios of the file, as a number or the name of a parameter, for each level that they are of."""
    found: dict[Arrow, float | str] = {}
    for name, variable in model.spec.variables.items():
        for tie in variable.odds_ratios:
            for of in tie.of or variable.levels[1:]:
                for level, ratio in tie.ratios.items():
                    found[name, of, tie.parent, level] = ratio
    return found


def derived() -> Iterator[tuple[Arrow, tuple[float, ...]]]:
    """Odds ratios of the tables, with their interval where they have one."""
    for row in rows("exposure_odds"):
        cells = [row[c] for c in ("odds_ratio", "low", "high") if row[c]]
        for of in row["of"].split(";"):
            yield (row["variable"], of, row["parent"], row["level"]), tuple(map(float, cells))
    for row in rows("child_poverty_odds"):
        yield ("child_poverty", "yes", row["parent"], row["level"]), (float(row["odds_ratio"]),)
    for row in rows("smoking_odds"):
        if row["contrast"] == "mother_age":
            yield ("smoking_at_booking", "yes", "mother_age", row["level"]), (float(row["odds_ratio"]),)


def said(model: Model, ratio: float | str) -> tuple[float, ...]:
    """A ratio of the file, with its interval where it is drawn."""
    if isinstance(ratio, float):
        return (ratio,)
    value = model.spec.parameters[ratio].value
    return (value.value,) if isinstance(value, Fixed) else (value.median, *value.ci95)


def wrong(model: Model, ratios: Mapping[Arrow, float | str]) -> list[Arrow]:
    """Arrows of the tables that the file has otherwise, or not at all where they are not one."""
    return [
        arrow
        for arrow, ratio in derived()
        if (said(model, ratios[arrow]) != ratio if arrow in ratios else abs(ratio[0] - 1.0) > WIDE)
    ]


def test_every_odds_ratio_is_that_of_its_table(model: Model) -> None:
    ratios = written(model)
    assert wrong(model, ratios) == []
    # power: the last place of one number
    planted = "bmi", "30_plus", "mother_age", "20_24"
    assert wrong(model, ratios | {planted: 1.1912}) == [planted]


def test_every_odds_ratio_without_a_table_is_solved_or_published_or_assumed(model: Model) -> None:
    """A number stands in the file only where a table has it; other arrows carry a parameter with its own source."""
    of_tables = {arrow for arrow, _ in derived()}
    left = {arrow: ratio for arrow, ratio in written(model).items() if arrow not in of_tables}
    assert left
    assert all(isinstance(ratio, str) for ratio in left.values())


def test_every_effect_of_the_table_is_the_parameter_of_that_name(model: Model) -> None:
    """But for the ratios of the rest, whose weights are deaths by five causes: within 1.5%.

    Their intervals are at least 30% wide.
    """
    for row in rows("exposure_effects"):
        name, want = row["parameter"], tuple(float(row[c]) for c in ("value", "low", "high") if row[c])
        near = 0.015 if name.endswith("_rest") else 0.0
        assert said(model, name) == pytest.approx(want, rel=near, abs=0.0), name
        assert model.spec.parameters[name].grade == row["grade"]


def test_poverty_and_smoking_go_from_none_to_the_square_root_of_the_ratio_of_classes(model: Model) -> None:
    within = {
        r["level"]: float(r["odds_ratio"]) for r in rows("smoking_odds") if r["reference"] == "not poor"
    }
    median, low, high = said(model, "or_poverty_smoking")
    assert (low, high) == (within["lower"], within["middle"])
    assert median == pytest.approx(within["middle"] ** 0.5, abs=1e-4)
    assert within["middle"] == pytest.approx(within["upper"] ** 0.5, abs=1e-4)


def known_ids() -> set[str]:
    """Ids of evidence, of tables and of assumptions."""
    found: set[str] = set()
    for path in [*MODEL.glob("*.csv"), *EVIDENCE.glob("*.csv")]:
        with open(path, newline="", encoding="utf-8") as file:
            found |= {row["id"] for row in csv.DictReader(file) if row.get("id")}
    return found


def astray(text: str, known: set[str]) -> list[str]:
    """Ids that a text names and nothing has."""
    return [i for i in re.findall(r"\b[ADEIJOPTW]\d{1,5}\b", text) if i not in known]


def test_every_assumption_and_row_that_the_file_names_is_there() -> None:
    known = known_ids()
    assert len(re.findall(r"\b[AE]\d+\b", FILE)) > 40
    assert astray(FILE, known) == []
    assert astray("A2, E3 and A13", known) == ["A2", "E3"]


def test_every_parameter_that_is_assumed_names_an_assumption(model: Model) -> None:
    for name, parameter in model.spec.parameters.items():
        if parameter.source == "assumption" or parameter.grade == "D":
            assert re.search(r"\bA\d+\b", parameter.note or ""), name


def test_the_file_is_written_to_be_read() -> None:
    """No line over 140 columns, no tab, no word left from an earlier edition."""
    assert [n for n, line in enumerate(FILE.splitlines(), start=1) if len(line) > 140 or "\t" in line] == []
    assert not re.search(
        r"(?i)\b(todo|fixme|first edition|in place of|formerly|nine_causes|by_group\.csv)\b", FILE
    )
