"""The record of a comparison: what was run and on what, in a form that can be run again anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scenarios.question import Question
from scenarios.ran import Terms
from scenarios.schema import Scenario
from simcore.load import load_model, shipped_models
from simcore.model import Model
from simcore.problems import DocumentError, Problem
from simcore.record import run_record
from simcore.run import Settings


def record_of(
    question: Question, draws: int, settings: Settings, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What was run, for whoever wants to run it again."""
    files = {scenario.name: _file_of(scenario) for scenario in question.scenarios}
    return run_record(
        question.model,
        question.structure,
        question.years,
        draws,
        settings,
        {"arms": list(files), "scenarios": files, **(more or {})},
        question.source,
    )


def asked_again(
    question: Question, settings: Settings, variant_draws: int, terms: Terms, part_draws: int
) -> dict[str, Any]:
    """What has to be asked, beside the record's own words, to run the same again."""
    source, model = question.source, question.model
    given = "solved" if source.solved else None if source.posterior is None else str(source.posterior)
    return {
        "model": model.name if model.name in shipped_models() else str(model.folder),
        "posterior": given,
        "births": settings.births,
        "variant_draws": variant_draws,
        "part_draws": part_draws,
        "by": list(settings.by),
        "terms": asdict(terms),
    }


def model_of(record: Mapping[str, Any], place: str) -> Model:
    """The model that a finished run was of, as it is now.

    Raises
    ------
    DocumentError
        If the record names none, or it cannot be read. ``place`` is where the record stands.
    """
    try:
        name = record["asked"]["model"]
    except (KeyError, TypeError) as error:
        message = f"the record lacks {error}; it is not one of this edition, run the comparison again"
        raise DocumentError(Problem(place, None, None, "run", message)) from None
    return load_model(name)


def _file_of(scenario: Scenario) -> dict[str, Any]:
    """A scenario with the file it stands in; the digest is over its bytes, and over those of the files it extends."""
    document = scenario.document
    behind = [{"file": _shown(path), "sha256": digest} for path, digest in document.parents]
    return {
        "file": _shown(document.path),
        "sha256": document.digest,
        **({"extends": behind} if behind else {}),
        # whole, with all that it takes from other files
        "as_run": scenario.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"extends"}),
    }


def _shown(path: str) -> str:
    """Where a file was found, for a record that leaves this machine: a shipped one by its place in the package."""
    shipped = Path(__file__).parent / "library"
    return f"scenarios/library/{Path(path).name}" if Path(path).absolute().parent == shipped else path
