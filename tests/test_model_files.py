"""A broken model file is told where and what to do, every fault at once; a good one means what it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from simcore.documents import DocumentError, parse_yaml
from simcore.load import load_model
from simcore.model import Model
from simcore.spec import ModelFile
from tests.models import FOLDER, invented

INVENTED = sorted(path.parent.name for path in FOLDER.glob("*/model.yaml"))


def broken(tmp_path: Path, model: str, file: str, edits: list[tuple[str, str]]) -> str:
    """What the reader says of an invented model with some words changed, the folder left out."""
    folder = tmp_path / model
    shutil.copytree(FOLDER / model, folder)
    path = folder / file
    text = path.read_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text)
    with pytest.raises(DocumentError) as found:
        load_model(folder)
    return str(found.value).replace(f"{folder}/", "")


def line_of(model: str, file: str, words: str) -> int:
    text = (FOLDER / model / file).read_text()
    return text[: text.index(words)].count("\n") + 1


YAML_FAULTS = {
    # what is written, instead of what, at what address, and what is said
    "an unknown key": ("population:", "popluation:", "popluation", "did you mean `population`?"),
    "a parent that is misspelt": ("- parent: mother_age", "- parent: mother_agee", "odds_ratios.0.parent",
                                  "no variable `mother_agee`; did you mean `mother_age`?"),
    "a level that is not there": ("{young: or_young_smoking}", "{yuong: or_young_smoking}", "0.ratios.yuong",
                                  "no level of mother_age `yuong`; did you mean `young`?"),
    "a parameter that is not there": ("{young: or_young_smoking}", "{young: or_young_smokin}", "ratios.young",
                                      "no parameter `or_young_smokin`; did you mean `or_young_smoking`?"),
    "a negative ratio": ("{quit: 1.1,", "{quit: -1.1,", "ratios.quit", "found -1.1; write a number more than 0"),
    "a parent that comes later": ("by: [smoking]}", "by: [gestation]}", "shares.by.0",
                                  "no stratum or earlier variable `gestation`"),
    "a margin by a drawn variable": (
        "shares: {table: gestation.csv, by: [area]}", "shares: {table: gestation.csv, by: [mother_age]}",
        "shares.by.0", "no stratum or earlier variable `mother_age`"),
    "one decision for two": ("decision: 6\n", "decision: 3\n", "shared_bed.decision", "decision 3 is taken by"),
    "one clock for two causes": (
        "sudden: {meaning: sudden, clock: 1}", "sudden: {meaning: sudden, clock: 0}",
        "causes.sudden.clock", "clock 0 is taken by heart; give each its own number"),
    "two variables beside the clocks": (
        "decision: 6\n", "decision: beside_clocks\n",
        "decision", "decision beside_clocks is taken by"),
    "a decision beyond the last": ("decision: 17", "decision: 9999999999", "decision", "write a number less than"),
    "bands with a gap": ("days_7_27: [7, 28]", "days_7_27: [8, 28]", "age_bands.days_7_27",
                         "runs from 8 to 28; bands follow one another, so begin it at day 7"),
    "a band that ends before it begins": ("days_1_6: [1, 7]", "days_1_6: [1, 1]", "age_bands.days_1_6",
                                          "runs from 1 to 1"),
    "a period of unknown bands": ("postneonatal: [days_28_364]", "postneonatal: [days_28_365]",
                                  "age_periods.postneonatal", "did you mean `days_28_364`?"),
    "an unknown cause": ("causes: [fever]", "causes: [fevre]", "causes", "no cause `fevre`; did you mean `fever`?"),
    "an unknown band": ("age_bands: [days_28_364]", "age_bands: [days_28_265]", "age_bands",
                        "no age band `days_28_265`; did you mean `days_28_364`?"),
    "an exposure before it can act": (
        "age_bands: [days_7_27, days_28_364]\n      within", "age_bands: [day_0, days_28_364]\n      within",
        "age_bands", "shared_bed acts from day 7, and day_0 begins before; name later age bands"),
    "a cut that is no variable": ("drawn_to: smoking", "drawn_to: smokin", "drawn_to", "did you mean `smoking`?"),
    "reference years outside": ("reference_years: [2002, 2003]", "reference_years: [2002, 2009]",
                                "reference_years.1", "2009 is outside the model; write years from 2001 to 2006"),
    "no reference years": ("reference_years: [2002, 2003]\n", "", "",
                           "a model with years needs `reference_years`"),
    "neither table nor target": ("baseline: {by: [gestation], table: hazards.csv}", "baseline: {by: [gestation]}",
                                 "deaths.baseline", "give either `table` or `target`"),
    "a name of the engine": ("  eye_colour:  ", "  cause:  ", "variables.cause",
                             "`cause` is a name of the engine; choose another"),
    "a single level": ("levels: [young, older]", "levels: [young]", "mother_age.levels", ""),
    "a distribution out of order": ("{distribution: uniform, low: 1.1, high: 2.0}",
                                    "{distribution: uniform, low: 2.1, high: 2.0}", "hr_poverty.value", ""),
    "a parameter without a source": ("    unit: share\n    source: assumption\n", "    unit: share\n",
                                     "steepness.source", ""),
    "a number that is text": ("decision: 17", 'decision: "17"', "eye_colour.decision", ""),
    "a tag": ("title: Invented harbour towns", "title: !!python/name:os.system Invented", "", "tag"),
    "an anchor": ("title: Invented harbour towns", "title: &again Invented", "", "anchor"),
}  # fmt: skip


@pytest.mark.parametrize("fault", YAML_FAULTS)
def test_a_fault_in_the_model_file_is_told_with_its_line(fault: str, tmp_path: Path) -> None:
    old, new, where, words = YAML_FAULTS[fault]
    said = broken(tmp_path, "harbour", "model.yaml", [(old, new)])
    first = said.splitlines()
    assert any(
        re.match(r"model\.yaml:\d+:\d+: ", line) and where in line and words in line for line in first
    ), said
    # on its line, or where a key is missing on that of the block it should stand in
    line = line_of("harbour", "model.yaml", old)
    told = [int(found) for found in re.findall(r"^model\.yaml:(\d+):", said, re.M)]
    assert not where or min(abs(found - line) for found in told) <= (5 if "source" in where else 1), (
        f"{line}: {said}"
    )


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    edits = [
        YAML_FAULTS[f][:2] for f in ("a parent that is misspelt", "an unknown cause", "bands with a gap")
    ]
    said = broken(tmp_path, "harbour", "model.yaml", edits)
    assert "mother_agee" in said and "fevre" in said and "runs from 8 to 28" in said
    lines = [int(found) for found in re.findall(r"model\.yaml:(\d+):", said)]
    assert lines == sorted(lines) and len(lines) >= 3


CONTRAST_FAULTS = [
    ("set: smoking\n", "set: smokng\n", "solve.contrasts.smoking.set", "did you mean `smoking`?"),
    (
        "outcome: {deaths: neonatal}",
        "outcome: {deaths: neonatla}",
        "outcome.deaths",
        "did you mean `neonatal`?",
    ),
    ("value: total_smoking\n", "value: total_smokng\n", "smoking.value", "did you mean `total_smoking`?"),
    ("among: {poverty: no}", "among: {poverty: never}", "poverty", "no level of poverty `never`"),
    (
        "default: whole",
        "default: all",
        "variants.poverty.default",
        "no option `all`; choose from whole, half, zero",
    ),
    (
        "times: {total_poverty: 0.5}",
        "times: {total_povrty: 0.5}",
        "half.times",
        "did you mean `total_poverty`?",
    ),
    ("off: [poverty]", "off: [povery]", "zero.off", "did you mean `poverty`?"),
    (
        "residual: {by: area,",
        "residual: {by: gestation,",
        "deaths.residual.by",
        "no stratum dimension `gestation`",
    ),
    ("measure: odds_ratio", "measure: odds", "smoking.measure", ""),
]


@pytest.mark.parametrize(("old", "new", "where", "words"), CONTRAST_FAULTS)
def test_a_fault_in_what_is_solved_is_told(
    old: str, new: str, where: str, words: str, tmp_path: Path
) -> None:
    said = broken(tmp_path, "orchard", "model.yaml", [(old, new)])
    assert re.search(r"^model\.yaml:\d+:\d+: ", said, re.M) and where in said and words in said, said


TABLE_FAULTS = {
    "a share over one": ("smoking.csv", "2001,north,yes,0.25", "2001,north,yes,1.25", "low", "found 1.25"),
    "a negative birth": ("births.csv", "2001,south,4000", "2001,south,-4000", "births", "at least 0"),
    "a word for a number": ("births.csv", "2001,south,4000", "2001,south,many", "births", "found `many`"),
    "a missing row": ("births.csv", "2003,south,4026\n", "", "", "no row for year 2003, area south; add a row"),
    "a row twice": ("births.csv", "2003,south,", "2003,north,", "year, area", "year 2003, area north stands on line"),
    "a level misspelt": ("gestation.csv", "north,term,0.9", "north,trem,0.9", "level", "did you mean `term`?"),
    "an area misspelt": ("mother_age.csv", "south,young", "soth,young", "area", "did you mean `south`?"),
    "shares that miss one": ("gestation.csv", "north,term,0.9", "north,term,0.91", "share",
                             "shares of area north do not sum to one"),
    "a column that is missing": ("gestation.csv", "area,level,share", "area,level,shares", "",
                                 "column `share` is missing"),
    "a negative hazard": ("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,-1", "hazard", "at least 0"),
    "an empty cell": ("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,", "hazard", "is empty"),
    "a short row": ("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0", "", "has 3 cells; the header has 4"),
    "not a number": ("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,nan", "hazard", "found `nan`"),
}  # fmt: skip


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_a_fault_in_a_table_is_told_with_its_line(fault: str, tmp_path: Path) -> None:
    file, old, new, column, words = TABLE_FAULTS[fault]
    said = broken(tmp_path, "harbour", file, [(old, new)])
    line = line_of("harbour", file, old)
    whole_table = fault in ("a missing row", "shares that miss one")
    address = rf"{re.escape(file)}:{1 if whole_table else line}: "
    assert re.search(rf"^{address}.*{re.escape(column)}", said, re.M) and words in said, said


def test_a_missing_table_is_told_by_name(tmp_path: Path) -> None:
    said = broken(tmp_path, "harbour", "model.yaml", [("table: hazards.csv", "table: hazard.csv")])
    assert "hazard.csv" in said and "no such file" in said


def test_a_model_that_is_not_there_is_told_with_a_near_match() -> None:
    with pytest.raises(DocumentError, match=r"englnd.*no such model; did you mean `england`\?"):
        load_model("englnd")


def test_a_variant_that_is_not_there_is_told_with_a_near_match() -> None:
    model = invented("orchard")
    with pytest.raises(DocumentError, match=r"orchard has no variant `povery`; did you mean `poverty`\?"):
        model.structure({"povery": "half"})
    with pytest.raises(
        DocumentError, match=r"`poverty` has no option `quarter`; choose from whole, half, zero"
    ):
        model.structure({"poverty": "quarter"})


# ---- what a good file means


@pytest.mark.parametrize("name", INVENTED)
def test_invented_models_load(name: str) -> None:
    model = invented(name)
    assert model.name == name
    assert model.births.shape == tuple(len(levels) for levels in model.strata.values())
    for table in model.shares.values():
        assert table.low.sum(axis=-1) == pytest.approx(np.ones(table.low.shape[:-1]))


def test_a_first_level_left_out_has_the_rest() -> None:
    table = invented("harbour").shares["child_poverty"]
    assert table.axes == ("year", "area")
    assert table.low[0, 0] == pytest.approx([0.6, 0.4])
    between = invented("harbour").shares["smoking"]
    assert (between.low[0, 0, 1], between.high[0, 0, 1]) == pytest.approx((0.25, 0.3))


def test_a_model_may_have_no_years() -> None:
    island = invented("island")
    assert island.years == () and island.strata == {"shore": ("east", "west")}


def test_rows_of_a_table_may_stand_in_any_order(tmp_path: Path) -> None:
    folder = tmp_path / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    for path in folder.glob("*.csv"):
        header, *rest = path.read_text().splitlines()
        path.write_text("\n".join([header, *sorted(rest, reverse=True)]) + "\n")
    assert load_model(folder).hash == invented("harbour").hash


def test_choices_name_their_structure() -> None:
    model: Model = invented("orchard")
    assert model.structure().label == "default"
    assert model.structure({"poverty": "whole", "poverty_to_smoking": "apart"}).label == "default"
    both = model.structure({"poverty_to_smoking": "cause", "poverty": "half"})
    assert both.label == "poverty=half+poverty_to_smoking=cause"
    # without causal arrows out of poverty the other choice changes nothing
    assert model.structure({"poverty": "zero", "poverty_to_smoking": "cause"}).label == "poverty=zero"
    assert model.structure({"poverty": "half"}).times("total_poverty") == 0.5


def test_the_types_of_a_model_file_are_frozen() -> None:
    document = parse_yaml((FOLDER / "island" / "model.yaml").read_text(), "island.yaml")
    spec = document.check(ModelFile)
    with pytest.raises(Exception, match="frozen"):
        spec.title = "Another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("model", "old", "new"),
    [
        ("orchard", "causal: {smoking: [poverty]}", "causal: {smoking: [povery]}"),
        ("orchard", "causal: {smoking: [poverty]}", "causal: {smokng: [poverty]}"),
        ("orchard", "moot_when: {poverty: [zero]}", "moot_when: {povery: [zero]}"),
        ("orchard", "moot_when: {poverty: [zero]}", "moot_when: {poverty: [none]}"),
        (
            "orchard",
            "set: smoking\n      from: no\n      to: yes",
            "set: area\n      from: hill\n      to: dale",
        ),
        ("orchard", "set: smoking\n      from: no", "set: smoking\n      from: yes"),
        ("orchard", "solves: hr_poverty", "solves: hr_smoking"),
        ("harbour", "  eye_colour:  ", "  year:  "),
        (
            "harbour",
            "ratios: {yes: or_poverty_smoking}",
            "ratios: {yes: or_poverty_smoking}\n      - parent: child_poverty\n        ratios: {yes: 1.2}",
        ),
        ("harbour", "gestation: [early], mother_age: [young]}", "shared_bed: [no]}"),
        ("harbour", "{distribution: uniform, low: 0, high: 1}", "{distribution: uniform, low: 0, high: 9}"),
        ("harbour", "  eye_colour:  ", "  area:  "),
        ("harbour", "postneonatal: [days_28_364]", "postneonatal: [days_7_27, days_28_364]"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(model: str, old: str, new: str, tmp_path: Path) -> None:
    assert re.search(r"^model\.yaml:\d+:\d+: ", broken(tmp_path, model, "model.yaml", [(old, new)]), re.M)
