"""A report of any model: without deciles, evidence, costs or a posterior it leaves out what is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.compare import answer
from scenarios.question import Question, ask
from scenarios.report.blocks import Report
from scenarios.report.content import report_of
from scenarios.words.in_brief import in_brief
from scenarios.words.names import Meanings
from simcore.model import Model
from simcore.run import Settings
from tests.models import FOLDER, hazard, prevalence, scenario_text
from tests.models.hamlet import hamlet
from tests.report_claims import false_claims, texts_of

PREVENTS = "id: fewer, change: births, where: {{{}}}, multiply: 0.9, ASSUMED"
MODELS: dict[str, tuple[list[int], dict[str, str]]] = {
    "harbour": (
        [2004, 2005, 2006],
        {
            "half": prevalence("smoking", 0.5),
            "more": prevalence("child_poverty", 1.3),
            "apart": PREVENTS.format("mother_age: young"),
        },
    ),
    "written": (
        [2002],
        {
            "half": "id: change, change: prevalence, of: smoking, level: smokes, multiply: 0.5, to: none, ASSUMED",
            "lungs": hazard(0.8, "lungs", "later"),
            "same": hazard(1, "lungs", "later"),
        },
    ),
}


def run(name: str, folder: Path) -> tuple[dict[str, Any], Model]:
    """Some scenarios of a model, told by a few draws."""
    years, interventions = MODELS[name]
    paths = {}
    for scenario, words in {"none": "", **interventions}.items():
        paths[scenario] = folder / f"{scenario}.yaml"
        parts = (words,) if words else ()
        paths[scenario].write_text(scenario_text(scenario, *parts, model=name), encoding="utf-8")
    baseline = paths.pop("none")
    question: Question = ask(
        list(paths.values()), model=_folder(name, folder), baseline=baseline, years=years
    )
    summary = answer(question, 20, Settings(births=1000), variant_draws=2)
    return summary, question.model


def _folder(name: str, folder: Path) -> Path:
    """Where the model lies; that of the hamlets is written first."""
    if name != "written":
        return FOLDER / name
    model = folder / "model"
    model.mkdir()
    for file, text in hamlet().files.items():
        (model / file).write_text(text, encoding="utf-8")
    return model


def everything(report: Report) -> str:
    texts = (text for section in report.sections for text in texts_of(section.blocks))
    return "\n".join([report.title, report.lead, *texts])


@pytest.mark.parametrize("name", MODELS)
def test_a_small_model_has_a_report_that_claims_no_more_than_it_found(name: str, tmp_path: Path) -> None:
    summary, model = run(name, tmp_path)
    report = report_of(summary, model)
    said = everything(report)
    assert false_claims(report, summary) == []
    sections = [section.name for section in report.sections]
    assert {"answer", "limits", "comparison", "evidence", "validation", "run_record"} <= set(sections)
    assert "who_benefits" not in sections
    assert ("over_time" in sections) == (name == "harbour")
    assert "The file does not say how good its evidence is." in said
    assert "infant" not in said and "None" not in said and "nan" not in said
    told = in_brief(summary, Meanings.of(model))
    assert len(told["others"]) == len(summary["arms"]) - 1
    assert told["headline"] in said
