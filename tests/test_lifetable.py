"""Years of life: the method beside expectations that were published with their table, and what ships for England."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from simcore.life_file import read_life_table
from simcore.lifetable import LifeTable, expectation, in_first_year
from simcore.load import load_model
from simcore.problems import DocumentError
from tests.models import FOLDER

UK_MALES = """
    .004267 .000243 .000132 .000101 .000097 .000085 .000088 .000069 .000067 .000059 .000074 .000085 .000105 .000127
    .000121 .000174 .000227 .000316 .000400 .000448 .000508 .000513 .000504 .000505 .000552 .000598 .000581 .000621
    .000695 .000732 .000771 .000835 .000835 .000929 .000957 .001073 .001146 .001309 .001261 .001399 .001529 .001670
    .001818 .002002 .002093 .002347 .002488 .002696 .002852 .003189 .003379 .003606 .003907 .004125 .004478 .004760
    .005389 .005856 .006394 .006930 .007595 .008313 .009223 .010178 .010947 .012025 .013330 .014437 .015740 .017289
    .018286 .020276 .022326 .025500 .028123 .031402 .035115 .038838 .043521 .048099 .053982 .060071 .066512 .075396
    .084755 .094664 .106853 .118585 .133359 .149851 .159530 .179055 .196950 .215044 .238086 .261012 .286714 .304113
    .325892 .369540 .384386"""
"""Probabilities of dying of males in the United Kingdom, 2017 to 2019 (Office for National Statistics)."""
PUBLISHED = {0: 79.37, 1: 78.71, 10: 69.78, 30: 50.23, 65: 18.76, 80: 8.47, 90: 4.10}
"""Expectations of life in the same table."""


def test_expectations_are_those_published_with_the_probabilities() -> None:
    """Within 0.01 years below 80, and 0.03 above, where how the table is closed begins to count."""
    found = expectation(np.array(UK_MALES.split(), np.float64))
    for age, published in PUBLISHED.items():
        assert found[age] == pytest.approx(published, abs=0.0101 if age < 80 else 0.03)


def test_a_constant_risk_of_death_has_its_closed_form() -> None:
    """Half of those alive die each year, in its middle: 1.5 years are to come at any age; so are none less later."""
    assert expectation(np.full(80, 0.5)) == pytest.approx(1.5)


def test_discounted_years_are_an_annuity_of_a_life_that_does_not_end_early() -> None:
    rate, nobody = 0.015, np.append(np.zeros(60), 1.0)
    years = expectation(nobody, rate)
    certain = sum((1 + rate) ** -(year + 0.5) for year in range(60))
    assert years[0] == pytest.approx(certain + (1 + rate) ** -60 * years[60], rel=1e-12)
    assert expectation(nobody, rate)[0] < expectation(nobody)[0]


def test_who_survives_the_first_days_has_more_years_to_come() -> None:
    dying = np.array(UK_MALES.split(), np.float64)
    edges, died = [0, 1, 7, 28, 91, 183, 365], [0.4, 0.2, 0.13, 0.12, 0.08, 0.07]
    found = in_first_year(dying, edges, died)
    whole = expectation(dying)
    assert whole[0] < found[0] < found[1] < found[2]
    assert found[-1] == pytest.approx(whole[1] + (1 - (183 + 365) / 2 / 365), abs=0.03)
    # nobody dies in the first year: the first day is worth what the birthday is, and the year before it
    spared = np.append(0.0, dying[1:])
    assert in_first_year(spared, [0, 365], [1.0])[0] == pytest.approx(expectation(spared)[1] + 0.5)


def test_sexes_are_weighted_as_their_deaths() -> None:
    table = LifeTable(
        {"female": np.array([0.1, 0.5]), "male": np.array([0.3, 0.6])}, {"female": 0.5, "male": 0.5}
    )
    assert table.of_deaths == pytest.approx({"female": 0.25, "male": 0.75})
    each = [in_first_year(dying, [0, 365], [1.0])[0] for dying in table.dying.values()]
    assert table.in_first_year([0, 365], [1.0])[0] == pytest.approx(0.25 * each[0] + 0.75 * each[1])


def test_the_table_of_england_gives_the_expectations_that_were_published_with_it() -> None:
    """At birth 79.1 years for males and 83.0 for females, England, 2021 to 2023."""
    life = load_model("england").life
    assert life is not None
    found = {sex: round(float(expectation(dying)[0]), 1) for sex, dying in life.dying.items()}
    assert found == {"female": 83.0, "male": 79.1}


ROWS = ("girl,0,0.1,0.5", "girl,1,0.5,", "boy,0,0.2,0.5", "boy,1,0.4,")


def test_a_life_table_may_have_its_rows_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "life.csv"
    path.write_text("\n".join(["sex,age,probability_of_death,share_of_births", *reversed(ROWS)]) + "\n")
    found = read_life_table(path)
    assert {sex: dying.tolist() for sex, dying in found.dying.items()} == {
        "girl": [0.1, 0.5],
        "boy": [0.2, 0.4],
    }
    assert found.births == {"girl": 0.5, "boy": 0.5}


@pytest.mark.parametrize(
    ("row", "becomes", "told"),
    [
        (1, "girl,2,0.5,", "no row for girl, age 1; give every age"),
        (3, "boy,1,0,", "life.csv:5: probability_of_death: nobody dies from age 1 on; give the last age"),
        (2, "boy,0,0.2,0.4", "add up to 0.9; make them add up to 1"),
        (
            2,
            "boy,0,1.2,0.5",
            "life.csv:4: probability_of_death: found 1.2; write a number at least 0 and at most 1",
        ),
        (3, "boy,0,0.4,", "age"),
    ],
)
def test_a_life_table_that_cannot_be_is_told_at_its_line(
    row: int, becomes: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "life.csv"
    rows = [*ROWS[:row], becomes, *ROWS[row + 1 :]]
    path.write_text("\n".join(["sex,age,probability_of_death,share_of_births", *rows]) + "\n")
    with pytest.raises(DocumentError, match=re.escape(told)):
        read_life_table(path)


def test_a_model_names_its_life_table_and_is_told_where_it_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "island"
    shutil.copytree(FOLDER / "island", folder)
    file = folder / "model.yaml"
    file.write_text(f"{file.read_text()}life_table: life.csv\n")
    with pytest.raises(DocumentError, match=r"model\.yaml:\d+:\d+: life_table: .*life\.csv: no such file"):
        load_model(folder)
    (folder / "life.csv").write_text(
        "\n".join(["sex,age,probability_of_death,share_of_births", *ROWS]) + "\n"
    )
    assert load_model(folder).hash == load_model(FOLDER / "island").hash
