"""What a fit is compared with: counts come out as they were counted, and a broken table is refused at its line."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from calibration.check import check_against
from calibration.observed import observe
from calibration.read import load_calibration, parse_calibration
from calibration.targets import CountTarget, Observed, ShareTarget
from simcore.load import load_model
from simcore.model import Model
from simcore.problems import DocumentError, Problem

TABLE = "observed_groups.csv"
Row = dict[str, str]


@cache
def england() -> Model:
    return load_model("england")


@cache
def shipped() -> Observed:
    return load_calibration("england_2010_2020")[-1]


@cache
def text() -> str:
    return (england().folder / TABLE).read_text()


def rows() -> list[Row]:
    return list(csv.DictReader(io.StringIO(text())))


def check_named(name: str) -> ShareTarget:
    (found,) = (target for target in shipped().checks if target.name == name)
    assert isinstance(found, ShareTarget)
    return found


CONFIG = """\
calibration: tried
title: Two tables
model: england
years: {first: 2010, last: 2020}
parameters:
  effects: {prior: {distribution: lognormal, median: 1.0, ci95: [0.1, 10.0]}}
  residual: {sd: 0.5}
targets:
  by_decile:
    kind: counts
    file: observed_groups.csv
    rows: {factor: imd_decile, geography: England}
    years: {column: period, first: 2012, last: 2014}
    strata: {column: level, as: imd_decile}
    births: births
    deaths: {neonatal: neonatal, postneonatal: postneonatal}
  by_group:
    kind: shares
    file: observed_groups.csv
    rows: {factor: ethnic_group, geography: England and Wales}
    years: {column: period, first: 2018, last: 2020}
    strata: {column: level, as: ethnic_group}
    causes: {column: cause, among: [immaturity, sudden]}
    births: {column: births, rows: {cause: ""}}
    deaths: {infant: infant}
  by_registration:
    kind: shares
    file: observed_groups.csv
    rows: {factor: registration, cause: "", within_factor: ""}
    years: {column: period, first: 2020, last: 2020}
    strata:
      column: level
      as: registration
      among: {one: [married, joint_same_address], two: [joint_different_address, sole]}
    births: births
    deaths: {neonatal: neonatal, postneonatal: postneonatal}
"""


def tried(folder: Path, table: str, config: str = CONFIG) -> Observed:
    """The small config, read with a table of its own beside it."""
    (folder / TABLE).write_text(table)
    calibration = parse_calibration(config, str(folder / "tried.yaml"))
    check_against(calibration, england())
    return observe(calibration, england(), england().structure())


def refused(folder: Path, table: str, config: str = CONFIG) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as found:
        tried(folder, table, config)
    return found.value.problems


def line_where(**cells: str) -> int:
    """The line of the one row that has these cells."""
    wanted = {"within_factor": "", "cause": ""} | cells
    (line,) = (i for i, row in enumerate(rows(), start=2) if wanted.items() <= row.items())
    return line


def with_cells(change: Callable[[Row], Row | None], **cells: str) -> str:
    """The table with some rows changed, or taken out (None)."""
    wanted = {"within_factor": "", "cause": ""} | cells
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows()[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows():
        changed = change(dict(row)) if wanted.items() <= row.items() else row
        if changed is not None:
            writer.writerow(changed)
    return out.getvalue()


# ---- what is read


def test_deaths_by_decile_are_those_of_england_in_every_year_and_period() -> None:
    (target,) = shipped().counts
    assert target.deaths.shape == (11, 2, 10) and target.births.shape == (11, 10)
    for i, year in enumerate(target.years):
        (whole,) = (
            r for r in rows() if (r["factor"], r["geography"], r["period"]) == ("all", "England", str(year))
        )
        assert target.births[i].sum() == float(whole["births"])
        assert list(target.deaths[i].sum(axis=1)) == [float(whole[period]) for period in target.periods]


def test_births_of_the_counts_are_the_births_of_the_model() -> None:
    (target,) = shipped().counts
    years = tuple(str(year) for year in target.years)
    assert np.array_equal(target.births, england().births_in({**england().strata, "year": years}))


def test_groups_and_causes_of_the_joint_table_stand_where_they_are_named() -> None:
    target = next(t for t in shipped().shares if t.by == "ethnic_group")
    assert "sudden" not in target.within and len(target.within) == 8
    for w, cause in enumerate(target.within):
        for g, group in enumerate(target.levels):
            (row,) = (
                r for r in rows()
                if (r["factor"], r["period"], r["cause"], r["level"]) == ("ethnic_group", "2018-2020", cause, group)
            )  # fmt: skip
            assert target.deaths[w, 0, g] == float(row["infant_published"])
    assert np.array_equal(target.deaths, target.deaths.round()) and target.years == (2018, 2019, 2020)


def test_only_ethnic_groups_with_a_ratio_are_learnt_from_and_the_group_they_are_against() -> None:
    target = next(t for t in shipped().shares if t.by == "ethnic_group")
    ratios = [r for r in england().spec.deaths.hazard_ratios if r.parent == "ethnic_group"]
    assert set(target.levels) == {"white_british"} | {level for r in ratios for level in r.ratios}
    assert set(target.within) == {cause for r in ratios for cause in r.causes or ()}


def test_ages_from_20_are_one_group_and_hold_everybody_else() -> None:
    target = next(t for t in shipped().shares if t.by == "mother_age")
    ages = check_named("deaths_by_mother_age")
    assert target.levels == ("under_20", "from_20")
    assert target.births.sum() == ages.births.sum()
    assert list(target.deaths[0, 0]) == [ages.deaths[0, 1, 0], ages.deaths[0, 1, 1:].sum()]


def test_levels_that_the_table_joins_are_read_as_the_group_that_holds_them() -> None:
    target = check_named("deaths_by_registration")
    assert target.members == (("married", "joint_same_address"), ("joint_different_address", "sole"))
    assert target.deaths.shape == (1, 2, 2) and target.deaths.sum() == 1619 + 399


def test_a_ratio_is_normal_on_its_logarithm_and_a_difference_as_published() -> None:
    found = {target.name: target for target in shipped().contrasts}
    assert set(found) == set(england().structure().contrasts)
    neonatal, poverty = found["smoking_neonatal"], found["child_poverty"]
    interval = np.exp(neonatal.mean + np.array([-1.96, 0, 1.96]) * neonatal.sd)
    assert interval == pytest.approx([1.17, 1.32, 1.49], rel=0.005) and neonatal.is_ratio
    assert poverty.mean + np.array([-1.96, 0, 1.96]) * poverty.sd == pytest.approx([2.4, 5.8, 9.2], abs=0.01)
    assert not poverty.is_ratio


def test_half_the_effect_of_poverty_is_half_the_target_and_without_it_there_is_none() -> None:
    half = load_calibration("england_2010_2020", variants={"child_poverty": "half"})[-1]
    zero = load_calibration("england_2010_2020", variants={"child_poverty": "zero"})[-1]
    (poverty,) = (t for t in half.contrasts if t.name == "child_poverty")
    (whole,) = (t for t in shipped().contrasts if t.name == "child_poverty")
    assert (poverty.mean, poverty.sd) == (whole.mean / 2, whole.sd / 2)
    assert [t.name for t in zero.contrasts] == [
        t.name for t in shipped().contrasts if t.name != "child_poverty"
    ]


def test_a_fit_to_2016_sees_no_death_of_later_years() -> None:
    observed = load_calibration("england_2010_2016")[-1]
    (seen,), (held,) = observed.counts, observed.held_out
    assert seen.years == tuple(range(2010, 2017)) and held.target.years == tuple(range(2017, 2021))
    assert not observed.shares and not observed.checks
    whole = shipped().counts[0]
    assert np.array_equal(np.concatenate([seen.deaths, held.target.deaths]), whole.deaths)


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    header, *lines = text().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    assert tried(tmp_path, header + "".join(lines)).digest == tried(tmp_path, text()).digest


def test_the_evidence_hash_is_of_what_is_fitted_alone(tmp_path: Path) -> None:
    before = tried(tmp_path, text())
    later = with_cells(lambda r: r | {"neonatal": "300"}, factor="imd_decile", level="1", period="2015")
    assert tried(tmp_path, later).digest == before.digest
    moved = with_cells(lambda r: r | {"neonatal": "328"}, factor="imd_decile", level="1", period="2013")
    assert tried(tmp_path, moved).digest != before.digest
    checked = CONFIG + "check: [by_decile]\n"
    assert tried(tmp_path, moved, checked).digest == tried(tmp_path, text(), checked).digest
    assert tried(tmp_path, text(), checked).digest != before.digest


def test_a_table_beside_the_config_is_read_rather_than_the_models(tmp_path: Path) -> None:
    changed = with_cells(lambda r: r | {"neonatal": "328"}, factor="imd_decile", level="1", period="2013")
    (target,) = tried(tmp_path, changed).counts
    assert isinstance(target, CountTarget) and target.deaths[1, 0, 0] == 328


# ---- what is refused

DECILE = {"factor": "imd_decile", "level": "7", "period": "2013"}
GROUP = {"factor": "ethnic_group", "level": "indian", "period": "2018-2020", "cause": "immaturity"}
CELLS = {
    "deaths above births": (
        DECILE, {"neonatal": "60000"}, "neonatal", "found 60,000 deaths of 55,204 births; there cannot be more"),
    "a negative count": (
        DECILE, {"neonatal": "-3"}, "neonatal", "found -3; write a number at least 0"),
    "a rate per 1,000": (
        DECILE, {"neonatal": "2.1"}, "neonatal",
        "found 2.1; deaths are counted one by one, write a whole number (2.1 in 1,000 births would be 116)"),
    "births in thousands": (
        DECILE, {"births": "55.204"}, "births", "this looks like thousands: write 55204"),
    "births in whole thousands": (
        DECILE, {"births": "55"}, "births", "this looks like thousands: write 55000"),
    "births as a share": (
        DECILE, {"births": "0.083"}, "births", "found 0.083; births are counted one by one, and no rate or share"),
    "births of another order": (
        DECILE, {"births": "900"}, "births", "found 900, and the model has 55,204 there"),
    "births that are not whole": (
        DECILE, {"births": "55204.5"}, "births", "found 55204.5; births are counted one by one, write a whole number"),
    "an empty cell": (
        DECILE, {"postneonatal": ""}, "postneonatal", "is empty; give a value"),
    "a comma for thousands": (
        DECILE, {"births": "55,204"}, "births", "found `55,204`; write 55204, without a separator"),
    "a word": (
        DECILE, {"neonatal": "c"}, "neonatal", "found `c`; write a number in digits"),
    "an unknown level": (
        DECILE, {"level": "11"}, "level", "found `11`, which is no level of imd_decile"),
    "a year that is none": (
        DECILE, {"period": "2013/14"}, "period", "found `2013/14`; write a year, as 2018, or a span, 2018-2020"),
    "a misspelt group": (
        GROUP, {"level": "indain"}, "level",
        "found `indain`, which is no level of ethnic_group; did you mean `indian`?"),
    "more deaths of a cause than births": (
        GROUP, {"infant": "70000"}, "infant", "found 70,000 deaths of 62,205 births; there cannot be more"),
    "a negative share": (
        GROUP, {"infant": "-1"}, "infant", "found -1; write a number at least 0"),
    "births of a group as a rate": (
        GROUP | {"cause": ""}, {"births": "0.03"}, "births", "found 0.03; births are counted one by one"),
    "levels joined across groups": (
        {"factor": "registration", "level": "joint_different_address+sole"},
        {"level": "joint_same_address+sole"}, "level",
        "joint_same_address+sole are counted together, and the groups compared split them"),
}  # fmt: skip


@pytest.mark.parametrize("fault", CELLS)
def test_a_cell_that_is_no_count_is_told_at_its_line_and_column(fault: str, tmp_path: Path) -> None:
    where, new, column, words = CELLS[fault]
    problems = refused(tmp_path, with_cells(lambda row: row | new, **where))
    line = line_where(**where)
    told = [p for p in problems if (p.line, p.path) == (line, column)]
    assert len(told) == 1 and words in told[0].message, [str(p) for p in problems]
    assert told[0].file == str(tmp_path / TABLE)
    assert str(told[0]).startswith(f"{tmp_path / TABLE}:{line}: {column}: ")


def test_a_missing_decile_is_told_at_the_row_above_it(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, with_cells(lambda row: None, **DECILE))
    assert problem.line == line_where(**DECILE) - 1
    assert problem.message == "no row for period 2013, level 7; add it below this line"


def test_a_missing_year_is_one_problem(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, with_cells(lambda row: None, factor="imd_decile", period="2013"))
    assert problem.line == line_where(factor="imd_decile", level="10", period="2012")
    assert problem.message == "no row for period 2013; add a row for each of 10 levels"


def test_a_missing_group_of_one_cause_is_told_with_its_cause(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, with_cells(lambda row: None, **GROUP))
    assert problem.line == line_where(**GROUP) - 1
    assert "no row for cause immaturity, level indian" in problem.message


def test_births_of_a_group_that_are_missing_are_told(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, with_cells(lambda row: None, **GROUP | {"cause": ""}))
    assert (problem.line, problem.path) == (line_where(**GROUP | {"cause": ""}) - 1, "level")
    assert "no row for level indian" in problem.message


@pytest.mark.parametrize("where", [DECILE, GROUP], ids=["counts", "shares"])
def test_a_row_that_stands_twice_is_told_with_both_lines(where: Row, tmp_path: Path) -> None:
    first = line_where(**where)
    lines = text().splitlines(keepends=True)
    (problem,) = refused(tmp_path, "".join([*lines, lines[first - 1]]))
    assert problem.line == len(lines) + 1
    assert f"stands on line {first} too; keep one" in problem.message


@pytest.mark.parametrize("column", ["births", "neonatal", "period", "level", "factor"])
def test_a_missing_column_is_told_at_the_header_with_the_place_that_names_it(
    column: str, tmp_path: Path
) -> None:
    header, rest = text().split("\n", 1)
    renamed = ",".join(f"my_{name}" if name == column else name for name in header.split(","))
    problems = refused(tmp_path, f"{renamed}\n{rest}")
    assert {(p.line, p.path) for p in problems} == {(1, column)}
    message = problems[0].message
    assert (
        f"column `{column}` is missing; add it, or write another name at {tmp_path / 'tried.yaml'}:"
        in message
    )
    assert "did you mean" in message or "choose from" in message


RATES: dict[str, tuple[Row, dict[str, Callable[[Row], str]], str, str]] = {
    "deaths in whole rates per 1,000": (
        {"factor": "imd_decile", "geography": "England"},
        {"neonatal": lambda r: f"{1000 * float(r['neonatal']) / float(r['births']):.0f}"},
        "neonatal", "all rows have "),
    "deaths as whole percentages of all": (
        {"factor": "imd_decile", "geography": "England"},
        {"postneonatal": lambda r: str(round(float(r["postneonatal"]) / 8))},
        "postneonatal", "give deaths, not a rate or a share"),
}  # fmt: skip


@pytest.mark.parametrize("fault", RATES)
def test_whole_numbers_that_are_no_deaths_are_found_out_together(fault: str, tmp_path: Path) -> None:
    where, new, column, words = RATES[fault]
    table = with_cells(lambda row: row | {name: change(row) for name, change in new.items()}, **where)
    (problem,) = refused(tmp_path, table)
    assert (problem.line, problem.path) == (line_where(factor="imd_decile", level="1", period="2012"), column)
    assert words in problem.message


@pytest.mark.parametrize(("whole", "called"), [(100, "percentages"), (1, "shares")])
def test_deaths_of_groups_as_parts_of_a_whole_are_refused(whole: float, called: str, tmp_path: Path) -> None:
    every = {"factor": "ethnic_group", "geography": "England and Wales", "period": "2018-2020"}
    immaturity = every | {"cause": "immaturity"}
    deaths = sum(float(row["infant"]) for row in rows() if immaturity.items() <= row.items())
    table = with_cells(lambda r: r | {"infant": f"{whole * float(r['infant']) / deaths:.4f}"}, **immaturity)
    problems = refused(tmp_path, table)
    line = line_where(**immaturity, level="white_british")
    assert [(p.line, p.path) for p in problems] == [(line, "infant")]
    assert f"these sum to {whole}, as {called} do" in problems[0].message


def test_shared_out_deaths_need_not_be_whole_but_a_rate_is_no_share(tmp_path: Path) -> None:
    assert tried(tmp_path, text()).shares[0].deaths[0, 0, 0] == 1502.382
    every = {"factor": "ethnic_group", "geography": "England and Wales", "period": "2018-2020"}
    births = {r["level"]: float(r["births"]) for r in rows() if (every | {"cause": ""}).items() <= r.items()}
    table = text()
    for cause in ("immaturity", "sudden"):
        change = lambda r: r | {"infant": f"{1000 * float(r['infant']) / births[r['level']]:.3f}"}  # noqa: E731
        changed = with_cells(change, **every, cause=cause).splitlines()
        table = "\n".join(
            new if f",{cause}," in new else old for new, old in zip(changed, table.splitlines(), strict=True)
        )
    (problem,) = refused(tmp_path, table)
    assert problem.line == line_where(**every, cause="immaturity", level="white_british")
    assert "give deaths, not a rate or a share" in problem.message


def test_everything_wrong_with_all_tables_is_told_at_once(tmp_path: Path) -> None:
    table = with_cells(lambda row: row | {"neonatal": "-3"}, **DECILE)
    lines = table.splitlines(keepends=True)
    at = line_where(**GROUP) - 1
    lines[at] = lines[at].replace(",indian,", ",indain,", 1)
    problems = refused(tmp_path, "".join(lines))
    assert [p.line for p in problems] == [line_where(**DECILE), line_where(**GROUP)]


def test_rows_told_apart_by_too_little_are_refused_rather_than_added_up(tmp_path: Path) -> None:
    """Without `within_factor` the rows within each age of the mother count the same deaths again."""
    loose = CONFIG.replace(
        '{factor: registration, cause: "", within_factor: ""}', '{factor: registration, cause: ""}'
    )
    problems = refused(tmp_path, text(), loose)
    assert problems and all("tell them apart under `rows`" in p.message for p in problems)
