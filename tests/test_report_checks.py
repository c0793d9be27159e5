"""What a report tells of a fit is what stands in the fit's own file, and only if it is the file of the run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from scenarios.report.content import gather, told
from simcore.cli.report_checks import gather_checks
from simcore.load import load_model
from simcore.model import Model
from simcore.record import draws_of
from tests.answers import answer_of, arm
from tests.report_claims import texts_of


@pytest.fixture(scope="module")
def england() -> Model:
    return load_model("england")


def summary_of(model: Model) -> dict[str, Any]:
    """An answer that says it was run on the model and its posterior."""
    at = arm("offer", 41.0, (12.0, 80.0))
    summary = answer_of(at)
    summary["run"] |= {
        "posterior": draws_of(model, model.structure(None))["posterior"],
        "model": {"name": model.name, "edition": model.spec.edition, "hash": model.hash},
    }
    return summary


def validation_of(summary: dict[str, Any], model: Model, checks: dict[str, Any] | None = None) -> str:
    report = told(gather(summary, model, ["offer"], checks))
    (section,) = (section for section in report.sections if section.name == "validation")
    return "\n".join(texts_of(section.blocks))


def test_what_a_fit_was_held_against_and_does_not_meet_is_told(england: Model) -> None:
    summary = summary_of(england)
    checks = gather_checks(summary, england)
    (posterior,) = checks["posteriors"]
    assert posterior["check"]["status"] == "passed" and posterior["years"] == [2010, 2020]
    missed = {
        at["target"]
        for at in posterior["check"]["targets"]
        if at["kind"] != "contrast" and at["p_least"] < 0.01
    }
    assert missed
    said = validation_of(summary, england, checks)
    assert all(name.replace("_", " ") in said for name in missed)
    assert "No deaths after 2020 were seen by the model or its fit, and 2025 to 2026 are asked for." in said


def test_a_fit_that_is_not_that_of_the_run_is_not_told_of(england: Model, tmp_path: Path) -> None:
    summary = summary_of(england)
    used = summary["run"]["posterior"]
    other = {**summary, "run": {**summary["run"], "posterior": {**used, "sha256": "0" * 64}}}
    (posterior,) = gather_checks(other, england)["posteriors"]
    assert posterior["check"] is None
    said = validation_of(other, england, {"posteriors": [posterior]})
    assert "is not shown: the file here is another one than the run's" in said and "R-hat" not in said
    gone = {**summary, "run": {**summary["run"], "posterior": {**used, "file": "gone.nc"}}}
    (posterior,) = gather_checks(gone, england)["posteriors"]
    assert posterior["why_not"] == "the file is not here"
    copy = tmp_path / used["file"]
    shutil.copy(england.folder / "posterior" / used["file"], copy)
    summary["run"]["asked"] = {"posterior": str(copy)}
    (posterior,) = gather_checks(summary, england)["posteriors"]
    assert posterior["check"] is not None


def test_a_report_without_checks_says_what_tells_them(england: Model) -> None:
    said = validation_of(summary_of(england), england)
    assert "How the fit england_2010_2020 met what was observed is not told here." in said


def test_a_run_without_a_posterior_has_no_checks(england: Model) -> None:
    assert gather_checks(answer_of(arm("offer", 41.0, (12.0, 80.0))), england) == {"posteriors": []}
