"""Which birth is told of: its id names the same baby everywhere, and what is no id is told how one is written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from scenarios.interventions import arms_of
from scenarios.schema import Scenario
from simcore.birth_id import BirthId, parse_birth
from simcore.births import births_table
from simcore.cli.births import EXAMPLES, command
from simcore.draws import DrawBlock
from simcore.individuals import Individuals
from simcore.model import Model
from simcore.one_birth import look_at
from simcore.problems import DocumentError
from simcore.telling import in_words, tell_birth
from tests.models import invented, priors
from tests.test_telling import ALL, BY_HAND, HELD, HELP, SEED, YEARS, harbour, telling, unfolded


def tell(births: Individuals, birth: str, years: tuple[int, ...] = YEARS, *scenarios: Scenario) -> str:
    model = invented("harbour")
    draw = priors("harbour", 4).rows(slice(3, 4))
    return tell_birth(model, model.structure(), draw, arms_of(scenarios or ALL), years, birth, SEED)


def test_an_id_tells_of_the_same_baby_whatever_table_it_stands_in() -> None:
    births = harbour(*ALL)
    for position in telling(births)[:30]:
        birth = births.ids(position, position + 1)[0]
        text = in_words(look_at(births, position))
        assert tell(births, birth) == text
        assert tell(births, birth, (int(birth[:4]),)) == text
        alone = tell(births, birth, YEARS, HELD, HELP)
        for line in unfolded(text):
            if not line.startswith(("  ", *(s.name for s in ALL))) or line.startswith(("held", "help")):
                assert line in unfolded(alone)


def test_a_birth_is_told_as_its_rows_in_the_table_show_it() -> None:
    model: Model = invented("harbour")
    draw: DrawBlock = priors("harbour", 4).rows(slice(3, 4))
    table = births_table(model, model.structure(), draw, arms_of(ALL), YEARS, 6000, SEED)
    births = harbour(*ALL)
    for position in telling(births)[:60]:
        birth = look_at(births, position)
        rows = table[table["birth"] == str(birth.id)].set_index("arm")
        assert len(rows) == len(ALL)
        for arm in birth.arms:
            row = rows.loc[arm.name]
            assert bool(row["died"]) == (arm.death is not None)
            assert arm.death is None or (row["cause"], row["age_band"], row["day_of_death"]) == arm.death
            for decided in birth.natural:
                name = decided.name
                assert row[f"{name}_natural" if f"{name}_natural" in rows else name] == decided.level
            now = {s.moves: s.decided.level for s in arm.steps if s.moves is not None}
            assert all(row[name] == level for name, level in now.items())


def test_labels_may_hold_the_sign_that_parts_them() -> None:
    strata = {"area": ("a/b", "c"), "year": ("1", "2")}
    assert parse_birth("a/b/2/7", strata) == BirthId(("a/b", "2"), 7)
    assert str(BirthId(("a/b", "2"), 7)) == "a/b/2/7"
    with pytest.raises(DocumentError, match="no area `a` among the model's; choose from a/b, c"):
        parse_birth("a/b/7", strata)


@pytest.mark.parametrize(
    ("birth", "said"),
    [
        ("2003/nort/7", r"birth 2003/nort/7: no area `nort` among the model's; did you mean `north`\?"),
        ("2009/north/7", r"no year `2009` among the years asked for \(--years\); did you mean `200\d`\?"),
        ("2003/north/seven", "is not the id of a birth; write YEAR/AREA/NUMBER, as in 2003/north/0"),
        ("2003/north/٣", "is not the id of a birth"),
        (
            "7",
            "each year and area has a birth of that number; write YEAR/AREA/NUMBER, as in 2003/north/7, or",
        ),
        (
            "2003-north-7",
            "is not the id of a birth; write YEAR/AREA/NUMBER, as in 2003/north/0, or one from the",
        ),
        (f"2003/north/{2**32 - 1}", "have the numbers 0 to 4,294,967,294; choose one of them"),
    ],
)
def test_a_birth_that_there_is_not_is_refused_with_its_near_match(birth: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        tell(harbour(*ALL), birth)


def test_a_number_alone_is_refused_where_there_is_one_dimension_too() -> None:
    with pytest.raises(
        DocumentError, match="each shore has a birth of that number; write SHORE/NUMBER, as in l/7"
    ):
        parse_birth("7", {"shore": ("l", "r")})


@pytest.mark.parametrize("given", ["7", "2003/north", "2003,north,7"])
def test_the_id_that_a_refusal_names_tells_of_a_birth(given: str) -> None:
    with pytest.raises(DocumentError) as refused:
        tell(harbour(*ALL), given)
    example = re.search(r"as in (\S+), or one from the column `birth`", str(refused.value))
    assert example
    assert tell(harbour(*ALL), example[1]).startswith(f"Birth {example[1]} of harbour")


def test_the_last_birth_that_a_stratum_can_have_is_told_at_once() -> None:
    assert tell(harbour(*ALL), f"2003/north/{2**32 - 2}").startswith("Birth 2003/north/4294967294 of harbour")


# ---- the command


def call(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_a_number_beyond_the_births_that_there_are_is_told_to_be_met_only_in_a_larger_run() -> None:
    """A table or run may draw more births than a stratum has; each of them can be looked at."""
    more = "met only where a run draws more than there are"
    last, beyond = (
        in_words(replace(BY_HAND, id=BirthId(("2030", "north"), number))).replace("\n    ", " ")
        for number in (12_344, 12_345)
    )
    assert more not in last
    assert f"a stratum of 12,345 live births; number 12,345 is {more}." in beyond


def test_the_example_of_the_help_is_a_birth_that_the_scenario_saves() -> None:
    *_, example = EXAMPLES.splitlines()
    program, verb, *asked = example.split()
    assert (program, verb) == ("simcore", "births")
    done = call(*asked)
    assert done.exit_code == 0, done.output
    assert "smoking_halved: parts from current_policy at smoking at booking" in done.stdout
    assert "lives, but dies in current_policy.\n" in done.stdout, "choose another example"


def test_the_command_tells_of_a_birth_in_a_table_that_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("smoking_halved", "--draw", 11, "--seed", 9, "--variant", "child_poverty=zero")
    assert call(*asked, "--n", 20_000, "--years", "2025", "--to", "b.csv").exit_code == 0
    table = pd.read_csv("b.csv")
    died = table[table["died"]].iloc[0]
    done = call(*asked, "--explain", died["birth"])
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    text = " ".join(done.stdout.split())
    assert text.startswith(f"Birth {died['birth']} of england, draw 11, seed 9: year 2025, imd decile ")
    assert f"{died['arm']}: {died['cause'].replace('_', ' ').capitalize()} " in text
    assert f"dies on day {int(died['day_of_death'])} " in text
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
