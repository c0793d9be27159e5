"""A broken model folder is told where and what to do, every fault at once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from simcore.draws import central
from simcore.load import load_model
from simcore.problems import DocumentError
from simcore.program import compile_natural
from tests.faults import FAULTS, Fault
from tests.models import FOLDER, invented


def broken(tmp_path: Path, model: str, file: str, edits: list[tuple[str, str]]) -> str:
    """What is said of an invented model with some words changed (`*` all of them), the folder left out."""
    folder = tmp_path / model
    shutil.copytree(FOLDER / model, folder)
    path = folder / file
    text = path.read_text()
    for old, new in edits:
        assert old in text or old == "*", old
        text = new if old == "*" else text.replace(old, new, 1)
    path.write_text(text)
    with pytest.raises(DocumentError) as found:
        loaded = load_model(folder)
        compile_natural(loaded, loaded.structure(), central(loaded))
    return str(found.value).replace(f"{folder}/", "")


def line_of(model: str, file: str, words: str) -> int:
    if words == "*":
        return 1
    text = (FOLDER / model / file).read_text()
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_at_its_line_with_what_was_found_and_what_to_do(fault: str, tmp_path: Path) -> None:
    spoilt = FAULTS[fault]
    said = broken(tmp_path, spoilt.model, spoilt.file, [(spoilt.old, spoilt.new)])
    first = 1 if spoilt.at == "" else line_of(spoilt.model, spoilt.file, spoilt.at or spoilt.old)
    # on one of the lines that were changed; where the file was not, on the very line
    lines = range(first, first + 1 + (0 if spoilt.at else spoilt.new.count("\n")))
    column = r":\d+" if spoilt.file == "model.yaml" else ""
    told = [
        line
        for line in said.splitlines()
        if (found := re.match(rf"{re.escape(spoilt.file)}:(\d+){column}: ", line)) and int(found[1]) in lines
    ]
    assert any(spoilt.path in line and spoilt.words in line for line in told), f"{lines}: {said}"


def test_every_fault_of_a_model_file_is_told_at_once(tmp_path: Path) -> None:
    chosen = [
        FAULTS[f]
        for f in ("a parent that is misspelt", "an unknown cause", "bands with a gap", "a cycle of two")
    ]
    said = broken(tmp_path, "harbour", "model.yaml", [(f.old, f.new) for f in chosen])
    assert all(fault.words in said for fault in chosen), said
    lines = [int(found) for found in re.findall(r"model\.yaml:(\d+):", said)]
    assert lines == sorted(lines) and len(lines) >= len(chosen)


def of_several(tmp_path: Path, faults: Sequence[Fault]) -> DocumentError:
    """What is said where files of one folder are spoilt, each in its way."""
    folder = tmp_path / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    for fault in faults:
        path = folder / fault.file
        path.write_text(path.read_text().replace(fault.old, fault.new, 1))
    with pytest.raises(DocumentError) as found:
        load_model(folder)
    return found.value


@pytest.mark.parametrize(
    "faults",
    [
        ("a negative birth", "shares that miss one", "a negative hazard", "a share over one"),
        ("a parent that is misspelt", "an unknown cause", "a negative birth", "a negative hazard"),
    ],
    ids=["of every table", "of the model file and its tables"],
)
def test_every_fault_of_every_file_is_told_at_once(faults: Sequence[str], tmp_path: Path) -> None:
    chosen = [FAULTS[fault] for fault in faults]
    said = of_several(tmp_path, chosen)
    assert len(said.problems) == len(chosen), said
    assert all(fault.words in str(said) for fault in chosen), said


@pytest.mark.parametrize(
    "fault", ["years as levels", "years that run backwards", "a cycle of two", "hazards by year"]
)
def test_a_fault_of_the_model_file_is_not_told_again_of_tables_that_are_sound(
    fault: str, tmp_path: Path
) -> None:
    spoilt = FAULTS[fault]
    said = broken(tmp_path, spoilt.model, spoilt.file, [(spoilt.old, spoilt.new)])
    assert ".csv:" not in said


def test_a_byte_order_mark_is_read_over_and_another_encoding_refused(tmp_path: Path) -> None:
    folder = tmp_path / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    births = folder / "births.csv"
    text = births.read_text()
    births.write_bytes(text.encode("utf-8-sig"))
    assert load_model(folder).hash == invented("harbour").hash
    for encoding in ("utf-16", "cp1252"):
        births.write_bytes(text.replace("north", "n\xf6rd").encode(encoding))
        with pytest.raises(
            DocumentError, match=r"births\.csv:\d:\d: is not UTF-8 text; save it as UTF-8 \(in a spread"
        ):
            load_model(folder)


def test_a_source_that_is_not_among_the_sources_is_told(tmp_path: Path) -> None:
    (tmp_path / "harbour").mkdir()
    for path in (FOLDER / "harbour").iterdir():
        shutil.copy(path, tmp_path / "harbour")
    model = tmp_path / "harbour" / "model.yaml"
    text = model.read_text().replace("strata:\n", "sources: sources.csv\nstrata:\n", 1)
    model.write_text(text.replace("source: assumption", "source: jones201", 1))
    (tmp_path / "harbour" / "sources.csv").write_text("key,title\njones2019,Invented\n")
    with pytest.raises(DocumentError) as found:
        load_model(tmp_path / "harbour")
    line = model.read_text()[: model.read_text().index("source: jones201")].count("\n") + 1
    assert (
        f"model.yaml:{line}:13: parameters.or_young_smoking.source: no source `jones201` in sources.csv; "
        in str(found.value)
    )
    assert "did you mean `jones2019`?" in str(found.value)


def test_rows_that_a_left_out_stratum_tells_apart_are_told_of_once_and_not_one_by_one(tmp_path: Path) -> None:
    """Else each is told to go, and whoever does as told deletes data."""
    for file, left_out in (("child_poverty", "[area]"), ("smoking", "[year]")):
        (tmp_path / file).mkdir()
        text = (FOLDER / "harbour" / "model.yaml").read_text()
        place = text.index(f"{file}.csv")
        whole = text[place:].replace("[year, area]", left_out, 1)
        said = broken(tmp_path / file, "harbour", "model.yaml", [("*", text[:place] + whole)])
        assert len(said.splitlines()) == 1 and "write `by: [year, area]`" in said, said


def test_a_row_that_stands_twice_is_still_told_where_a_note_beside_it_differs(tmp_path: Path) -> None:
    table = "area,level,share,mother_age\nnorth,very_early,0.1,x\nnorth,very_early,0.1,y\n"
    said = broken(tmp_path, "harbour", "gestation.csv", [("*", table)])
    assert "area north, level very_early stands on line 2 too; keep one" in said


def test_hazards_of_several_years_are_told_that_one_is_enough(tmp_path: Path) -> None:
    rows = "".join(f"{year},term,fever,day_0,0.1\n" for year in (2001, 2002))
    said = broken(
        tmp_path, "harbour", "hazards.csv", [("*", f"year,gestation,cause,age_band,hazard\n{rows}")]
    )
    remedy = "hazards are the same in every year, so keep the rows of one"
    assert f"hazards.csv has the column `year`, a stratum that `by` does not name; {remedy}" in said


def test_a_column_that_by_names_in_vain_may_be_taken_out_of_it(tmp_path: Path) -> None:
    old = "gestation.csv, by: [area]"
    said = broken(tmp_path, "harbour", "model.yaml", [(old, old.replace("[area", "[year, area"))])
    assert said == "gestation.csv:1: column `year` is missing; add it, or take it out of `by`"


def test_a_missing_table_is_told_by_name_where_the_model_file_names_it(tmp_path: Path) -> None:
    old = "table: hazards.csv"
    said = broken(tmp_path, "harbour", "model.yaml", [(old, "table: hazard.csv")])
    line = line_of("harbour", "model.yaml", old)
    assert re.fullmatch(
        rf"model\.yaml:{line}:\d+: deaths\.baseline\.table: hazard\.csv: no such file; did you mean `.*hazards\.csv`\?",
        said,
    ), said


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
