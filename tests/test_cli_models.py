"""Models at the command line: copied, spoilt, without draws, in a place of their own."""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path

import pytest

from scenarios.question import ask
from tests.conftest import ROOT, Call
from tests.models import scenario_text
from tests.test_cli import ENGLAND, SMALL, changed, refused


def copied(tmp_path: Path) -> Path:
    """England in a folder of one's own, with the draws of one structure."""
    folder = tmp_path / "england"
    shutil.copytree(ENGLAND, folder, ignore=shutil.ignore_patterns("build", "evidence", "__pycache__"))
    return folder


def test_a_copied_model_runs_as_the_shipped_one(simcore: Call, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    own, shipped = (
        json.loads(simcore("compare", "smoking_halved", *SMALL, "--json", "--model", model).stdout)
        for model in (folder, "england")
    )
    assert own["arms"] == shipped["arms"]


def test_a_model_whose_numbers_are_not_those_of_its_draws_is_refused(simcore: Call, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    births = (folder / "births.csv").read_text()
    row = births.splitlines()[-1]
    number = max(re.findall(r"\d+", row), key=int)
    (folder / "births.csv").write_text(births.replace(row, row.replace(number, str(int(number) + 1))))
    asked = ("compare", "smoking_halved", *SMALL, "--model", folder, "--out", tmp_path / "run")
    refused(simcore(*asked), "posterior/england_2010_2020.nc: was", "another model")
    done = simcore(*asked, "--posterior", "solved")
    refused(done, "draws/default.nc: was solved from another model", f"run `simcore solve {folder}`")
    assert not (tmp_path / "run").exists()


def test_a_model_without_draws_or_with_a_broken_file_of_them_is_refused(
    simcore: Call, tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    solved = (*SMALL, "--posterior", "solved")
    asked = ("compare", "smoking_halved", *solved, "--model", folder, "--out", tmp_path / "run")
    variant = folder / "draws" / "child_poverty=half.nc"
    variant.unlink()
    # beside the headline it is left out, and asked for by name it is refused
    beside = json.loads(simcore(*asked[:-2], "--json").stdout)["arms"][0]["variants"]
    assert "child_poverty=half" not in beside
    assert {"child_poverty=as-published", "child_poverty=zero"} <= set(beside)
    refused(
        simcore(*asked, "--variant", "child_poverty=half"),
        f"{variant}: no such file",
        f"run `simcore solve {folder}`",
    )
    (folder / "draws" / "default.nc").unlink()
    refused(simcore(*asked), "default.nc: no such file", f"run `simcore solve {folder}`")
    assert not (tmp_path / "run").exists()


INVENTED = ROOT / "tests" / "models"
FIRST_LINES = {
    "harbour": ["harbour, edition 1: Invented harbour towns", "66,390 births, by year (6) x area (2)"],
    "island": ["island, edition 1: Invented island", "4,000 births, by shore (2)"],
    "orchard": ["orchard, edition 1: Invented valley", "225,900 births, by year (3) x area (3)"],
}


HAZARDS = {"low": (0.07, 0.05), "normal": (0.005, 0.003)}
"""Of the island, over the whole year: breath, other."""


@pytest.mark.parametrize("name", FIRST_LINES)
@pytest.mark.parametrize("how", ["folder", "file", "option"])
def test_a_model_is_checked_by_its_folder_its_file_or_as_an_option(
    name: str, how: str, simcore: Call
) -> None:
    folder = INVENTED / name
    given = {"folder": [folder], "file": [folder / "model.yaml"], "option": ["--model", folder]}[how]
    done = simcore("validate", *given)
    assert (done.status, done.stderr) == (0, "1 model without a problem\n")
    head, *lines = done.stdout.splitlines()
    assert head == f"{given[-1]}: {FIRST_LINES[name][0]}"
    assert lines[0].strip() == FIRST_LINES[name][1]
    assert ("not solved yet: run `simcore solve" in lines[-1]) == (name == "orchard")


def test_the_rate_that_a_check_shows_is_that_of_the_model(simcore: Call) -> None:
    """By hand: two shores, two levels of smoke and of weight, two causes that compete over two bands."""
    died = 0.0
    for births, smokers in ((1000, 0.4), (3000, 0.1)):
        for smoke, share in (("no", 1 - smokers), ("yes", smokers)):
            for weight, low in (
                ("low", 0.1 if smoke == "no" else 0.2),
                ("normal", 0.9 if smoke == "no" else 0.8),
            ):
                breath, other = HAZARDS[weight]
                died += (
                    births * share * low * (1 - math.exp(-(breath * (2 if smoke == "yes" else 1) + other)))
                )
    said = simcore("validate", INVENTED / "island").stdout
    assert f"deaths per 1,000 births, nothing changed: {died / 4:.3g} (" in said


def test_a_model_and_its_scenario_are_checked_together(simcore: Call, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("scenario: 1\nname: mine\ntitle: Mine\nwhy: a test\nmodel: harbour\ninterventions: []\n")
    done = simcore("validate", INVENTED / "harbour", mine)
    assert (done.status, done.stderr) == (0, "1 model and 1 file without a problem\n")
    refused(
        simcore("validate", mine),
        "mine.yaml:5:8: model: is for the model `harbour`, not `england`",
        "--model",
    )
    mine.write_text(mine.read_text().replace("name: mine", "name: Mine"))
    folder = tmp_path / "harbour"
    shutil.copytree(INVENTED / "harbour", folder)
    (folder / "births.csv").write_text("year,area,births\n2001,north,-1\n")
    refused(
        simcore("validate", folder, mine),
        "births.csv:2: births: found -1",
        "mine.yaml:2:7: name: found 'Mine'",
    )


@pytest.mark.parametrize(
    "asked",
    [
        ("validate", "harbour"),
        ("compare", "smoking_halved", "--model", "harbour", *SMALL, "--out", "run"),
        ("births", "--model", "harbour", "--n", "10", "--to", "births.csv"),
        ("solve", "harbour"),
    ],
    ids=lambda asked: asked[0],
)
def test_a_spoilt_model_is_refused_by_every_verb_with_every_fault_and_nothing_written(
    asked: tuple[str, ...], simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(INVENTED / "harbour", tmp_path / "harbour")
    monkeypatch.chdir(tmp_path)
    for file, old, new in (
        ("gestation.csv", "north,term,0.9", "north,term,0.8"),
        ("hazards.csv", "term,fever,day_0,0.0002", "term,fever,day_0,-0.0002"),
    ):
        path = Path("harbour") / file
        path.write_text(changed(old + "\n", new + "\n", path.read_text()))
    before = sorted(tmp_path.rglob("*"))
    refused(
        simcore(*asked),
        "harbour/gestation.csv:2: share: shares of area north sum to 0.9 (lines 2, 3 and 4); make it 1",
        "harbour/hazards.csv:",
        "hazard: found -0.0002; write a number at least 0",
    )
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["compare", "smoking_halved", "--years", "2001"],
            "`current_policy` is for the model `england`, not",
        ),
        (["compare", "smoking_halved", "--years", "2001"], "and name it with --baseline"),
        (["compare", "smoking_halved"], "`current_policy` is for the model `england`, not"),
        (
            ["compare", "smoking_halved", "--years", "2025-2034"],
            "harbour has 2001 to 2006, write --years 2001-2006, or fewer of them",
        ),
        (["births", "--n", "10", "--to", "b.csv", "--years", "2001"], "and name it with --baseline"),
    ],
)
def test_what_england_has_by_default_is_asked_for_elsewhere(
    arguments: list[str], said: str, simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(simcore(*arguments, "--model", INVENTED / "harbour"), said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("model", "expected"), [("harbour", (2004, 2005, 2006)), ("england", tuple(range(2025, 2035)))]
)
def test_years_are_those_after_the_reference_years_where_a_model_lacks_the_usual_ones(
    model: str, expected: tuple[int, ...], tmp_path: Path
) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(scenario_text("base", model=model))
    place = model if model == "england" else INVENTED / model
    assert ask([], model=place, baseline=base).years == expected
    assert ask([], model=place, baseline=base, years=expected[1:2]).years == expected[1:2]
