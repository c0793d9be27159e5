"""Scenario files are found by name, folder and path; what is wrong in any of them is told, all together."""

import re
import shutil
from pathlib import Path

import pytest

from scenarios.question import ask
from scenarios.read import library, read_scenario, read_scenarios
from simcore.problems import DocumentError
from tests.test_scenario_files import GOOD, problems


def test_names_folders_and_files_are_read_in_the_order_given(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(GOOD.replace("all_three", "b"))
    (tmp_path / "a.yaml").write_text(GOOD.replace("all_three", "a"))
    (tmp_path / "note.txt").write_text("not a scenario")
    read = read_scenarios(["smoking_halved", str(tmp_path), "child_poverty_35"])
    assert [s.name for s in read] == ["smoking_halved", "a", "b", "child_poverty_35"]
    assert read[1].document.path == f"{tmp_path}/a.yaml" and len(read[1].document.digest) == 64


HARBOUR = Path(__file__).parent / "models" / "harbour"


def refusal(*given: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read_scenarios(given)
    return str(caught.value)


def test_a_misspelt_bare_name_gets_its_near_match(tmp_path: Path) -> None:
    assert refusal("child_povety_35") == (
        "child_povety_35: no such file or shipped scenario; did you mean `child_poverty_35`?"
    )
    assert f"shipped are {', '.join(library())}" in refusal("zzz")
    assert "did you mean" in refusal("scenarios/library/smoking_halvd.yaml")
    assert "is a folder without .yaml files" in refusal(str(tmp_path))


def test_a_bare_name_of_a_file_that_lies_here_gets_its_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(GOOD)
    assert "did you mean `mine.yaml`?" in refusal("mine")
    assert "did you mean `mine.yaml`?" in refusal("mien")


@pytest.mark.parametrize("named", ["england", str(HARBOUR), str(HARBOUR / "model.yaml")])
def test_a_model_in_the_place_of_a_scenario_is_told_in_a_line(named: str) -> None:
    said = f"{named}: is a model; name scenario files here, and the model with --model"
    assert refusal(named) == said
    with pytest.raises(DocumentError, match=re.escape(said)):
        read_scenario(named)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for file in ("a.yaml", "b.yaml"):
        (tmp_path / file).write_text(GOOD)
    assert refusal(str(tmp_path)) == (
        f"{tmp_path}/b.yaml:2:7: name: the name `all_three` is also in {tmp_path}/a.yaml; "
        "give each scenario its own name, once"
    )
    assert "is given twice" in refusal("smoking_halved", "smoking_halved")


def test_the_problems_of_all_files_come_together(tmp_path: Path) -> None:
    for file in ("a.yaml", "b.yaml"):
        (tmp_path / file).write_text(GOOD.replace("why", "wyh"))
    assert len(refusal(str(tmp_path), "nope_nope").splitlines()) == 3


def test_a_slip_of_form_in_one_file_keeps_no_other_from_being_checked(tmp_path: Path) -> None:
    for file, old, new in (("a", "why", "wyh"), ("b", "of: child_poverty", "of: child_povery")):
        (tmp_path / f"{file}.yaml").write_text(GOOD.replace("all_three", file).replace(old, new))
    with pytest.raises(DocumentError) as caught:
        ask([tmp_path], baseline=tmp_path / "a.yaml", years=[2030])
    said = str(caught.value)
    assert "a.yaml:4:1: wyh: unknown key" in said
    assert "b.yaml:9:9: interventions.0.of: no variable `child_povery`" in said


def of_harbour(file: Path) -> str:
    file.write_text("scenario: 1\nname: mine\ntitle: Mine\nwhy: a test\nmodel: harbour\ninterventions: []\n")
    with pytest.raises(DocumentError) as caught:
        ask([file], years=[2003])
    return str(caught.value)


def test_a_file_of_another_model_is_told_to_name_that_model_and_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is said of it: years and comparator are those of a model that nobody asked for."""
    found = ":5:8: model: is for the model `harbour`, not `england`; add `--model "
    remedy = ", or write `model: england`"
    (tmp_path / "files").mkdir()
    mine = tmp_path / "files" / "mine.yaml"
    assert of_harbour(mine) == f"{mine}{found}PATH/harbour`{remedy}"
    monkeypatch.chdir(tmp_path)
    shutil.copytree(HARBOUR, tmp_path / "harbour")
    assert of_harbour(mine) == f"{mine}{found}harbour`{remedy}"
    shutil.copytree(HARBOUR, mine.parent / "harbour")
    assert of_harbour(mine) == f"{mine}{found}{mine.parent}/harbour`{remedy}"


def test_a_misspelt_model_gets_its_near_match_and_a_shipped_one_its_name() -> None:
    assert problems(GOOD.replace("model: england", "model: englnd")) == [
        "5:8: model: is for the model `englnd`, not `england`; did you mean `model: england`?"
    ]
    with pytest.raises(
        DocumentError, match=r"not `harbour`; add `--model england`, or write `model: harbour`"
    ):
        ask(["smoking_halved"], model=HARBOUR, baseline="smoking_halved", years=[2003])
