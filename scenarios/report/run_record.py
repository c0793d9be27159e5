"""What was run, and how to run it again: commands, versions, digests, and every scenario as it was."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from scenarios.footnotes import footnotes
from scenarios.question import DEFAULT_BASELINE, DEFAULT_MODEL
from scenarios.report.blocks import Block, Commands, Folded, Paragraph, Section, Table
from scenarios.report.made_of import MadeOf
from scenarios.words.names import title_of, years_in_words
from scenarios.written import as_yaml
from simcore.model import Model

FOLDER = "out/again"
"""Where the command in a report writes its answer."""
SHIPPED = "scenarios/library/"


def run_record(made_of: MadeOf) -> Section:
    """The command that gives this answer again, what it stood on, and the files as they were."""
    record = made_of.record
    blocks: list[Block] = []
    if "asked" in record:
        blocks += [
            Paragraph("This gives the same numbers, on the same model and its files:"),
            Commands((command_of(made_of.summary, made_of.model),)),
            Paragraph(
                "And this runs a folder of an answer again from its record, and compares every number:"
            ),
            Commands((f"simcore verify {FOLDER}",)),
        ]
    blocks += [_made_with(made_of), Paragraph(footnotes(made_of.summary), "note")]
    files = _files(record)
    if files is not None:
        blocks.append(Folded("Scenario files, by their digests", (files,)))
    names = [made_of.summary["baseline"]["name"], *(at.name for at in made_of.focus)]
    titles = {at.name: title_of(at) for at in made_of.focus}
    for name in names:
        as_run = made_of.as_run(name)
        if as_run:
            lines = tuple(as_yaml(dict(as_run)).rstrip().split("\n"))
            heading = f"{titles.get(name, name)}, as it was run (YAML)"
            blocks.append(Folded(heading, (Commands(lines),)))
    return Section("run_record", "What was run, and how to run it again", tuple(blocks))


def command_of(summary: Mapping[str, Any], model: Model | None = None) -> str:
    """The command line that asks the same again.

    Structural choices are named where they are not the model's own, or all of them where the model is not at hand. Of
    a file that is not shipped the name alone is given: where it lay is nobody's business.
    """
    record, asked = summary["run"], summary["run"]["asked"]
    terms = asked["terms"]
    baseline, *arms = record["arms"]
    words = ["simcore", "compare", *(_given(record, name) for name in arms)]
    options: list[tuple[str, Any]] = [
        ("--model", None if asked["model"] == DEFAULT_MODEL else PurePath(asked["model"]).name),
        ("--baseline", None if baseline == DEFAULT_BASELINE else _given(record, baseline)),
        ("--years", _years(record["years"])),
        *(("--variant", choice) for choice in _variants(record["variants"], model)),
        ("--posterior", _posterior(asked["posterior"])),
        ("--draws", record["draws"]),
        ("--variant-draws", asked["variant_draws"]),
        ("--births", asked["births"] or None),
        ("--seed", record["seed"]),
        ("--estimator", None if record["estimator"] == "expected" else record["estimator"]),
        *(("--by", name) for name in asked.get("by", ())),
        ("--part-draws", asked["part_draws"] or None),
        ("--definition", None if terms["definition"] == "period" else terms["definition"].replace("_", "-")),
        ("--discount-rate", terms["discount_rate"]),
        *(("--life-year-value", value) for value in terms["life_year_values"]),
        ("--budget", terms["budget"]),
        ("--out", FOLDER),
    ]
    for option, value in options:
        if value is not None:
            words += [option, str(value)]
    return shlex.join(words)


def _given(record: Mapping[str, Any], name: str) -> str:
    """A scenario as it is named on a command line."""
    file = str(record["scenarios"][name]["file"])
    return name if file.startswith(SHIPPED) else PurePath(file).name


def _years(years: Sequence[int]) -> str | None:
    if not years:
        return None
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def _variants(choices: Mapping[str, str], model: Model | None) -> list[str]:
    own = {} if model is None else {name: variant.default for name, variant in model.spec.variants.items()}
    return [f"{name}={option}" for name, option in choices.items() if own.get(name) != option]


def _posterior(given: str | None) -> str | None:
    return None if given is None else PurePath(given).name


def _made_with(made_of: MadeOf) -> Table:
    record, summary = made_of.record, made_of.summary
    model, posterior = record.get("model", {}), record.get("posterior") or {}
    rows = [
        ("Model", f"{model.get('name', summary['model'])}, edition {model.get('edition', '-')}"),
        ("Digest of the model", model.get("hash", "-")),
        ("Structure", ", ".join(f"{name}={option}" for name, option in summary["structure"].items()) or "-"),
        ("Years of birth", years_in_words(summary["years"]) or "-"),
        ("Draws", f"{summary['draws']:,}"),
        ("Births simulated for each draw", f"{record.get('births_simulated', 0):,}"),
        ("Estimator", f"{record.get('estimator', '-')} deaths"),
        ("Seed", str(summary["seed"])),
    ]
    if posterior:
        rows += [("Posterior", posterior["file"]), ("Digest of the posterior", posterior["sha256"])]
    solved = record.get("solved_draws")
    if solved:
        rows += [("Solved draws", solved["file"]), ("Digest of the solved draws", solved["sha256"])]
    libraries = ", ".join(f"{name} {version}" for name, version in record.get("libraries", {}).items())
    rows += [
        ("simcore", str(record.get("simcore", "-"))),
        ("Libraries", libraries or "-"),
        ("Platform", str(record.get("platform", "-"))),
        ("Made", str(record.get("made", "-"))),
    ]
    return Table("The run", ("What", "Which"), tuple(rows))


def _files(record: Mapping[str, Any]) -> Table | None:
    rows = tuple(
        (name, file if (file := str(at["file"])).startswith(SHIPPED) else PurePath(file).name, at["sha256"])
        for name, at in record.get("scenarios", {}).items()
        if "sha256" in at
    )
    return Table("Scenario files", ("Scenario", "File", "Digest (SHA-256)"), rows) if rows else None
