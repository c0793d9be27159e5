"""Every figure of a model can be followed to its source, and nothing in its folder hangs on nothing."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from simcore.ledger import GRADES, Asked, Ledger, chosen, orphans, read_ledger
from simcore.load import find_model, load_model, shipped_models
from tests.conftest import ROOT, Call
from tests.test_cli import refused

INVENTED = ROOT / "tests" / "models"
TABLE = "shore,births,source_key,rule\neast,1000,census,published\nwest,3000,census;survey,derived:counted\n"
FILES = {
    "births.csv": TABLE,
    "smoke.csv": "shore,level,share,source_key,rule\neast,yes,0.4,survey,published\nwest,yes,0.1,survey,published\n",
    "weight.csv": "smoke,level,share,source_key,rule\nno,low,0.1,survey,published\nno,normal,0.9,survey,published\n"
    "yes,low,0.2,survey,published\nyes,normal,0.8,survey,published\n",
    "hazards.csv": "weight,cause,age_band,hazard,source_key,rule\nlow,breath,first_month,0.05,census,published\n",
    "evidence/shores.csv": "id,births,source_key,note\nP1,900,census,\nP2,,census,\nP3,3100,survey,\n",
    "sources.csv": "key,title,publisher,year,url,licence\ncensus,A census,The island,2001,at home,free\n"
    "survey,A survey,The island,2002,at home,free\n",
    "assumptions.csv": "id,statement,why,alternatives,who_could_check,risk,where,pitfall\n"
    "A1,Births are even,no table,uneven,the priest,low,births.csv,1\n"
    "A2,Smoke is steady,no table,less,the priest,low,variables.smoke,\n",
    "ledger/columns.csv": "table,column,low,high,measure,unit,population,geography,period,grade,used_by\n"
    "*.csv,births,,,births,births,all births,{shore}|the island,2001,A,\n"
    "*.csv,share,,,,share of births,all births,the island,2001,B,\n"
    "*.csv,hazard,,,,deaths per birth,all births,the island,2001,B,\n",
    "ledger/rules.csv": "rule,statement,inputs,grade,parameters\ncounted,Added up.,P1-P3; A1,B,\n",
    "ledger/sensitivity.csv": "id,assumption\nfewer,A1\nA2,A2\n",
    "ledger/pitfalls.csv": "number,point,answer,answered_by\n1,Tides.,Ignored.,A1; variables.smoke\n",
}
PARAMETER = """
sources: sources.csv
assumptions: assumptions.csv
parameters:
  hr_smoke:
    meaning: hazard ratio of breath
    value: {distribution: lognormal, median: 2.0, ci95: [1.0, 4.0]}
    unit: hazard ratio
    source: survey
    grade: C
    note: P3, after A1
"""


@cache
def england() -> Ledger:
    return read_ledger("england")


def island(folder: Path) -> Path:
    """The invented island with a ledger in which nothing is missing."""
    shutil.copytree(INVENTED / "island", folder)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    model = (folder / "model.yaml").read_text().replace("strata:", PARAMETER + "strata:", 1)
    (folder / "model.yaml").write_text(model.replace("{yes: 2.0}", "{yes: hr_smoke}"))
    return folder


@pytest.mark.parametrize("name", shipped_models())
def test_nothing_in_a_shipped_model_hangs_on_nothing(name: str) -> None:
    assert [str(problem) for problem in orphans(read_ledger(name))] == []


def test_every_figure_of_england_says_whose_when_where_and_how_far_to_trust_it() -> None:
    for row in england().rows:
        said = (row.unit, row.population, row.geography, row.period, row.rule, row.sources)
        assert all(said), row
        assert row.grade in GRADES, row


def test_every_table_and_parameter_of_england_is_in_the_ledger() -> None:
    folder = find_model("england")
    tables = {path.relative_to(folder).as_posix() for path in folder.glob("*.csv")}
    evidence = {path.relative_to(folder).as_posix() for path in folder.glob("evidence/*.csv")}
    assert {row.table for row in england().rows} == (tables | evidence | {"model.yaml"}) - {
        "sources.csv",
        "assumptions.csv",
    }
    named = {row.name for row in england().rows if row.kind == "parameter"}
    assert named == set(load_model("england").spec.parameters)


def test_a_parameter_leads_to_the_row_that_was_read_and_to_its_source() -> None:
    rows = {row.name: row for row in england().rows}
    smoking, read = rows["total_smoking_neonatal"], rows["E001"]
    assert (smoking.value, smoking.low, smoking.high) == (read.value, read.low, read.high)
    assert smoking.population == read.population and smoking.sources == read.sources
    assert "parameter total_smoking_neonatal" in read.used
    # through the direct effect that is solved from it, it bears on whatever that acts on
    assert {"smoking", "smoking_at_booking", "deaths"} <= smoking.about


def test_a_ledger_without_a_gap_is_left_alone(tmp_path: Path) -> None:
    folder = island(tmp_path / "island")
    assert orphans(read_ledger(folder)) == []
    rows = {row.name: row for row in read_ledger(folder).rows}
    west = rows["shore west"]
    assert (west.grade, west.geography, west.sources) == ("B", "west", ("census", "survey"))
    assert (rows["P1"].used, rows["P1"].about) == (("derived:counted",), {"births"})
    assert rows["hr_smoke"].assumptions == ("A1",) and rows["P3"].about >= {"hr_smoke", "smoke", "deaths"}


def test_a_row_kept_for_a_scenario_says_so_and_is_no_orphan(tmp_path: Path) -> None:
    folder = island(tmp_path / "island")
    shores = folder / "evidence" / "shores.csv"
    shores.write_text(f"{shores.read_text()}P4,12,census,\n")
    assert [problem.path for problem in orphans(read_ledger(folder))] == ["id"]
    kept = "id,grade,population,geography,period,used_by\nP4,,,,,scenario fewer_boats\n"
    (folder / "ledger" / "evidence_rows.csv").write_text(kept)
    assert orphans(read_ledger(folder)) == []
    rows = {row.name: row for row in read_ledger(folder).rows}
    assert rows["P4"].used == ("scenario fewer_boats",)


ORPHANS = {
    "a row without a source": ("births.csv", "east,1000,census", "east,1000,", "births.csv:2: source_key"),
    "a row from a source that nobody wrote down": (
        "births.csv",
        "east,1000,census",
        "east,1000,censu",
        "no source `censu`; did you mean `census`?",
    ),
    "a source that nothing uses": (
        "sources.csv",
        "census,A",
        "sensus,A sensus,The island,2003,at home,free\ncensus,A",
        "sources.csv:2: key: no figure is from `sensus`",
    ),
    "a source without a licence": (
        "sources.csv",
        "2001,at home,free",
        "2001,at home,",
        "sources.csv:2: licence",
    ),
    "a source without an address": ("sources.csv", "2001,at home,free", "2001,,free", "sources.csv:2: url"),
    "a rule that nobody explained": (
        "births.csv",
        "derived:counted",
        "derived:guessed",
        "births.csv:3: rule: no rule `guessed` in ledger/rules.csv",
    ),
    "a rule that no row follows": (
        "ledger/rules.csv",
        "counted,",
        "guessed,Guessed.,P1,C,\ncounted,",
        "rules.csv:2: rule: no row says `derived:guessed`",
    ),
    "a rule from a row that is not there": ("ledger/rules.csv", "P1-P3", "P1-P4", "no row or assumption P4"),
    "a rule from a table that is not there": (
        "ledger/rules.csv",
        "P1-P3",
        "P1; shors.csv",
        "no table shors.csv",
    ),
    "a rule for a parameter that is not there": (
        "ledger/rules.csv",
        "A1,B,",
        "A1,B,hr_smok",
        "no parameter hr_smok; did you mean `hr_smoke`?",
    ),
    "a row read in no way known": (
        "births.csv",
        "census,published",
        "census,heard",
        "births.csv:2: rule: found `heard`",
    ),
    "a parameter without a grade": (
        "model.yaml",
        "    grade: C\n",
        "",
        "parameters.hr_smoke.grade: has no grade",
    ),
    "a ratio that stands in no table": (
        "model.yaml",
        "{yes: hr_smoke}",
        "{no: 1.25, yes: hr_smoke}",
        "deaths.hazard_ratios.0.ratios.no: 1.25 stands in no table",
    ),
    "a parameter without a unit": (
        "model.yaml",
        "unit: hazard ratio",
        "unit: ' '",
        "parameters.hr_smoke.unit",
    ),
    "a parameter that nothing uses": (
        "model.yaml",
        "{yes: hr_smoke}",
        "{yes: 2.0}",
        "parameters.hr_smoke: nothing uses it",
    ),
    "a parameter whose note names no row": (
        "model.yaml",
        "note: P3,",
        "note: P8,",
        "parameters.hr_smoke.note: names P8",
    ),
    "a parameter after an assumption that is not there": (
        "model.yaml",
        "after A1",
        "after A7",
        "parameters.hr_smoke.note: names A7",
    ),
    "a parameter assumed without an assumption": (
        "model.yaml",
        "source: survey\n    grade: C\n    note: P3, after A1",
        "source: assumption\n    grade: D\n    note: P3",
        "hr_smoke is assumed; name the assumption",
    ),
    "an assumption that nothing refers to": (
        "assumptions.csv",
        "A2,",
        "A3,Sea is calm,no table,rough,the priest,low,model.yaml,\nA2,",
        "nothing refers to A3",
    ),
    "an assumption of a place that is not there": (
        "assumptions.csv",
        "variables.smoke",
        "variables.fog",
        "assumptions.csv:3: where: found `variables.fog`",
    ),
    "an assumption that answers no hard point": (
        "assumptions.csv",
        "births.csv,1",
        "births.csv,9",
        "no pitfall 9",
    ),
    "a hard point that nothing answers": (
        "ledger/pitfalls.csv",
        "A1; ",
        "A9; ",
        "pitfalls.csv:2: answered_by: there is no A9",
    ),
    "a column of figures without a unit": (
        "ledger/columns.csv",
        "births,births,all",
        "births,,all",
        "births.csv:2: births: shore east and 1 more: no unit",
    ),
    "a table without a period": (
        "ledger/columns.csv",
        "the island,2001,B,\n*.csv,hazard",
        "the island,,B,\n*.csv,hazard",
        "no period",
    ),
    "figures without a grade": ("ledger/columns.csv", "2001,A,", "2001,,", "no grade"),
    "a column that nobody described": (
        "births.csv",
        "shore,births,",
        "shore,bairns,",
        "births.csv:1: bairns: holds figures",
    ),
    "a description of no column": (
        "ledger/columns.csv",
        "*.csv,hazard",
        "*.csv,hazzard",
        "columns.csv:4: table",
    ),
    "an assumption whose weight nobody tried": (
        "ledger/sensitivity.csv",
        "A2,A2",
        "as_shipped,",
        "assumptions.csv:3: id: A2 has no alternative that was tried",
    ),
    "an alternative to no assumption": (
        "ledger/sensitivity.csv",
        "A2,A2",
        "A2,A2\nA8,A8",
        "there is no assumption A8",
    ),
    "a row of evidence that nothing names": (
        "ledger/rules.csv",
        "P1-P3; A1",
        "P1; A1",
        "evidence/shores.csv:3: id: nothing uses P2",
    ),
    "an assumption after a row that is not there": (
        "assumptions.csv",
        "Births are even,no table",
        "Births are even,after P7",
        "assumptions.csv:2: statement: names P7",
    ),
    "evidence that nothing reads": (
        "ledger/rules.csv",
        "P1-P3; A1",
        "A1; A2",
        "evidence/shores.csv:1: nothing uses it",
    ),
}


@pytest.mark.parametrize("planted", ORPHANS)
def test_a_planted_orphan_is_found(planted: str, tmp_path: Path) -> None:
    file, old, new, told = ORPHANS[planted]
    folder = island(tmp_path / "island")
    text = (folder / file).read_text()
    assert text.count(old) >= 1
    (folder / file).write_text(text.replace(old, new, 1))
    if planted == "evidence that nothing reads":
        model = (folder / "model.yaml").read_text()
        (folder / "model.yaml").write_text(model.replace("P3, after A1", "A1"))
    found = [str(problem).removeprefix(f"{folder}/") for problem in orphans(read_ledger(folder))]
    assert any(told in line for line in found), found


def test_a_fault_of_a_thousand_rows_is_told_once(tmp_path: Path) -> None:
    """A rule that is missing is missing once for each table that follows it, not for each row."""
    folder = island(tmp_path / "island")
    rows = "".join(f"shore{i},{i},census,derived:guessed\n" for i in range(1000))
    (folder / "births.csv").write_text(TABLE + rows)
    found = [str(problem) for problem in orphans(read_ledger(folder))]
    assert len([line for line in found if "no rule `guessed`" in line]) == 1


def test_an_assumption_is_a_use_of_the_rows_that_it_names(tmp_path: Path) -> None:
    folder = island(tmp_path / "island")
    text = (folder / "assumptions.csv").read_text()
    (folder / "assumptions.csv").write_text(text.replace("even,no table", "even,no table but P2"))
    rules = (folder / "ledger" / "rules.csv").read_text()
    (folder / "ledger" / "rules.csv").write_text(rules.replace("P1-P3; A1", "P1; A1"))
    ledger = read_ledger(folder)
    assert orphans(ledger) == []
    assert next(row.used for row in ledger.rows if row.name == "P2") == ("assumption A1",)


def test_orphans_planted_in_england_are_found(tmp_path: Path) -> None:
    """The same on the shipped model: one fault in each kind of file, all told of together."""
    folder = tmp_path / "england"
    shutil.copytree(
        find_model("england"), folder, ignore=shutil.ignore_patterns("build", "draws", "__pycache__")
    )
    for file, old, new in (
        ("births.csv", "100439,counted,ons_cim2022", "100439,counted,ons_cim2002"),
        ("sources.csv", "anderson2019,", "andersen2019,"),
        ("bmi.csv", "derived:bmi", "derived:bmj"),
        ("model.yaml", "    grade: A\n", ""),
        ("model.yaml", "note: E004", "note: E994"),
        ("assumptions.csv", "A38,", "A138,Nothing,none,none,nobody,low,model.yaml,\nA38,"),
    ):
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
    found = "\n".join(str(problem) for problem in orphans(read_ledger(folder)))
    for told in (
        "no source `ons_cim2002`; did you mean `ons_cim2022`?", "no source `anderson2019`",
        "no figure is from `andersen2019`", "no rule `bmj`", "has no grade", "names E994", "nothing refers to A138",
    ):  # fmt: skip
        assert told in found


# ---- the command


def test_rows_are_chosen_by_every_filter_together() -> None:
    rows = chosen(england(), Asked(about="smoking", grade="A"))
    assert rows and all("smoking" in row.about and row.grade == "A" for row in rows)
    by_key = chosen(england(), Asked(source="lawder2019"))
    assert {row.name for row in by_key} >= {"total_smoking_preterm", "E001"}
    assert {row.table for row in chosen(england(), Asked(table="bmi"))} == {"bmi.csv"}
    assert {row.rule for row in chosen(england(), Asked(rule="derived:bmi"))} == {"derived:bmi"}
    assert all(
        "Scotland" in str(row) or "scot" in str(row).lower() for row in chosen(england(), Asked(text="scot"))
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--for", "smok"), "--for smok: island has no such thing; did you mean `smoke`?"),
        (("--key", "cencus"), "did you mean `census`?"),
        (("--grade", "E"), "choose from A, B, C, D"),
        (("--rule", "countd"), "did you mean `counted`?"),
        (("--table", "birth.csv"), "did you mean `births.csv`?"),
        (("--assumptions", "--for", "smok"), "did you mean `smoke`?"),
    ],
)
def test_what_the_ledger_does_not_have_is_refused_with_a_near_match(
    asked: tuple[str, ...], said: str, simcore: Call, tmp_path: Path
) -> None:
    refused(simcore("sources", island(tmp_path / "island"), *asked), said)


def test_the_ledger_is_printed_with_its_sources(simcore: Call) -> None:
    done = simcore("sources", "--for", "bmi")
    assert done.status == 0
    text = " ".join(done.stdout.split())
    assert "total_bmi_overweight" in text and "(1.13 to 1.19)" in text
    assert "Dose-Response Meta-Analysis. Frontiers in Pediatrics, 2021. https://www.frontiersin.org" in text
    assert max(len(line) for line in done.stdout.splitlines() if not line.startswith("  http")) <= 130


def test_addresses_are_printed_whole(simcore: Call) -> None:
    """However long: one that is broken over two lines leads nowhere."""
    lines = simcore("sources", "--key", "ohid_bf2324").stdout.splitlines()
    assert england().sources is not None
    url = next(str(row["url"]) for row in england().sources.rows() if row["key"] == "ohid_bf2324")
    assert len(url) > 130 and f"  {url}" in lines


def test_filters_that_nothing_meets_say_so(simcore: Call) -> None:
    done = simcore("sources", "--for", "bmi", "--text", "no such words")
    assert done.status == 0 and "0 figures" in done.stdout and "leave a filter out" in done.stdout


def test_json_has_every_field_of_every_row(simcore: Call) -> None:
    answer = json.loads(simcore("sources", "--for", "plurality", "--json").stdout)
    table = next(row for row in answer["rows"] if row["table"] == "plurality.csv")
    assert (
        table["unit"] == "share of births" and table["rule"] == "derived:plurality" and table["grade"] == "B"
    )
    assert {source["key"] for source in answer["sources"]} == {
        key for row in answer["rows"] for key in row["sources"]
    }
    assert all(source["title"] and source["licence"] and source["used_by"] for source in answer["sources"])
    assert {rule["rule"] for rule in answer["rules"]} >= {"plurality"}


def test_assumptions_are_printed_by_what_rests_on_them(simcore: Call) -> None:
    answer = json.loads(simcore("sources", "--assumptions", "--for", "bmi", "--json").stdout)
    assert {row["id"] for row in answer["assumptions"]} >= {"A17", "A18", "A44"}
    assert "A10" not in {row["id"] for row in answer["assumptions"]}
    words = simcore("sources", "--assumptions", "--text", "scottish").stdout
    assert "who could check:" in words and re.search(r"^A13 ", words, re.MULTILINE)


def test_check_says_what_hangs_on_nothing_and_ends_with_status_3(simcore: Call, tmp_path: Path) -> None:
    folder = island(tmp_path / "island")
    assert simcore("sources", folder, "--check").status == 0
    (folder / "ledger" / "rules.csv").unlink()
    done = simcore("sources", folder, "--check")
    assert done.status == 3 and "no rule `counted`" in done.stdout


def test_a_model_without_a_ledger_has_its_figures_all_the_same(simcore: Call) -> None:
    done = simcore("sources", INVENTED / "orchard", "--table", "births")
    assert done.status == 0 and "births.csv: births" in done.stdout
