"""``simcore report`` and ``simcore compare --report``: the same file, and no run for what could not be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Page, expect

from simcore import picture_files
from simcore.cli import group
from tests.browser import PHONE, Seen, no_violations, scrolls_sideways
from tests.conftest import Call

SMALL = ("--draws", "20", "--variant-draws", "2", "--births", "1000", "--years", "2029")


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A folder with as much of an answer as is read before anything is written."""
    answer = {
        "run": {"asked": {"model": "england"}},
        "arms": [{"name": "smoking_cessation"}, {"name": "smoking_halved"}],
    }
    folder = tmp_path / "finished"
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(answer), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, warmed: None) -> tuple[Path, Result]:
    """Where a comparison has written its answer and its report, and what it printed."""
    place = tmp_path_factory.mktemp("compared")
    asked = ["compare", "smoking_halved", *SMALL, "--json", "--out", str(place / "out")]
    shown = ["--report", str(place / "a" / "b" / "compared.html"), "--focus", "smoking_halved"]
    return place, CliRunner().invoke(group, [*asked, *shown], standalone_mode=False)


def test_the_report_of_a_finished_run_is_the_file_that_the_comparison_writes(
    simcore: Call, compared: tuple[Path, Result]
) -> None:
    place, said = compared
    assert said.exception is None
    assert json.loads(said.stdout)["arms"]
    assert f"report: {place}/a/b/compared.html" in said.stderr
    made = simcore("report", place / "out", "--figures", "slides", "--focus", "smoking_halved")
    assert made.status == 0, made.stderr
    assert (place / "out" / "report.html").read_bytes() == (place / "a" / "b" / "compared.html").read_bytes()
    pictures = sorted(path.name for path in Path("slides").iterdir())
    assert len(pictures) == len(set(pictures)) > 4
    assert {f"{Path(name).stem}{end}" for name in pictures for end in (".png", ".svg")} == set(pictures)
    assert f"pictures: {len(pictures)} files in slides" in made.stdout
    assert not [*place.rglob("*.part"), *Path().rglob("*.part")]


def test_the_report_of_a_comparison_is_alone_whole_and_for_everybody(
    compared: tuple[Path, Result], page: Page, seen: Seen
) -> None:
    report = compared[0] / "a" / "b" / "compared.html"
    assert report.stat().st_size < 2_000_000
    page.goto(report.as_uri())
    expect(page.locator("html")).to_have_attribute("data-drawn", str(page.locator("figure").count()))
    assert page.locator("figure").count() > 4
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.set_viewport_size(PHONE)
    assert not scrolls_sideways(page)
    no_violations(page)
    assert not seen.complaints, "\n".join(seen.complaints)
    assert seen.requests == [report.as_uri()]


def test_a_folder_without_an_answer_is_told_what_to_name(simcore: Call) -> None:
    done = simcore("report", "nowhere")
    assert done.status == 2
    assert "nowhere/summary.json" in done.stderr
    assert "name the folder of a finished run" in done.stderr


def test_a_record_of_another_edition_says_what_it_lacks(simcore: Call, finished: Path) -> None:
    (finished / "summary.json").write_text('{"run": {}, "arms": []}', encoding="utf-8")
    done = simcore("report", "finished")
    assert done.status == 2
    assert "lacks 'asked'" in done.stderr


@pytest.mark.parametrize(
    "verb", [("report", "finished"), ("compare", "smoking_halved", "--report", "report.html")]
)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ("--focus", "smoking_halvd"),
            "no scenario `smoking_halvd` in this comparison; did you mean",
        ),
        (("--focus", "current_policy"), "no scenario `current_policy` in this comparison"),
        ([word for n in range(7) for word in ("--focus", f"s{n}")], "7 scenarios; name at most 6"),
        (("--figures", "finished/summary.json"), "finished/summary.json is not a folder"),
        (("--figures", ""), "names no folder"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_run_or_written(
    simcore: Call, finished: Path, verb: tuple[str, ...], given: tuple[str, ...], said: str
) -> None:
    done = simcore(*verb, *given)
    assert done.status == 2
    assert said in done.stderr
    assert [path.name for path in Path().rglob("*")] == ["finished", "summary.json"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("finished", "finished is a folder where a file is to be written"),
        ("finished/summary.json/a.html", "finished/summary.json is not a folder"),
        ("", "names no file"),
    ],
)
@pytest.mark.parametrize("verb", [("report", "finished", "--to"), ("compare", "smoking_halved", "--report")])
def test_a_place_that_cannot_be_written_is_named(
    simcore: Call, finished: Path, verb: tuple[str, ...], place: str, said: str
) -> None:
    done = simcore(*verb, place)
    assert done.status == 2
    assert said in done.stderr
    assert verb[-1] in done.stderr


@pytest.mark.parametrize(
    "verb", [("report", "finished"), ("compare", "smoking_halved", "--figures", "slides")]
)
def test_without_the_extra_the_command_says_how_to_get_it(
    simcore: Call, finished: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    monkeypatch.setattr(picture_files, "find_spec", lambda name: None)
    done = simcore(*verb)
    assert done.status == 2
    assert "pip install 'simcore[charts]'" in done.stderr


def test_a_focus_for_nothing_is_no_question(simcore: Call) -> None:
    done = simcore("compare", "smoking_halved", "--focus", "smoking_halved")
    assert done.status == 2
    assert "name one of these as well" in done.stderr
