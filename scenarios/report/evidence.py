"""How good the evidence is: grades and what they mean, and every number of a scenario with its source and note."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scenarios.meaning import in_words as number_in_words
from scenarios.meaning import is_number
from scenarios.numbers_of import Stated, stated
from scenarios.report.assumptions import ledger_blocks
from scenarios.report.blocks import Block, Folded, Listed, Paragraph, Section, Table
from scenarios.report.made_of import MadeOf
from scenarios.schema import ASSUMPTION, Scenario
from scenarios.words.comparison import in_order
from scenarios.words.evidence import grade_in_words, status_in_words
from scenarios.words.names import in_words, quoted, title_of
from scenarios.words.verdict import Verdict
from simcore.ledger import GRADES


def evidence(made_of: MadeOf) -> Section:
    """What is assumed and how good the evidence is: of the scenarios as they were run, then of the model."""
    chosen = in_order(made_of.focus)
    rows = tuple(
        (title_of(at), grade_in_words(at.grade), status_in_words(at), _summary(made_of, at)) for at in chosen
    )
    blocks: list[Block] = [
        Paragraph(
            "A grade is of the weakest step from the scenario to the deaths, as its file states it; a status says "
            "whether studies found an effect. No grade makes a what-if a finding."
        ),
        Listed(tuple(f"{grade}: {meaning}." for grade, meaning in GRADES.items())),
        Table("Evidence of each scenario", ("Scenario", "Grade", "Status", "What is known"), rows),
    ]
    for verdict in chosen:
        blocks += _numbers(made_of, verdict)
    blocks += ledger_blocks(made_of)
    return Section("evidence", "What is assumed, and how good the evidence is", tuple(blocks))


def scenario_of(made_of: MadeOf, name: str) -> Scenario | None:
    """A scenario as it was run, read again from the record; None where the record has none."""
    as_run = made_of.as_run(name)
    return Scenario.model_validate_json(json.dumps(as_run)) if as_run.get("interventions") else None


def _summary(made_of: MadeOf, verdict: Verdict) -> str:
    said = (made_of.arm(verdict)["evidence"] or {}).get("summary", "not stated")
    return " ".join(str(said).split())


def _numbers(made_of: MadeOf, verdict: Verdict) -> Iterator[Block]:
    """The numbers of one scenario, and how many of them rest on an assumption."""
    scenario = scenario_of(made_of, verdict.name)
    if scenario is None:
        return
    found = [(change.id, each) for change in scenario.interventions for each in stated(change)]
    if not found:
        return
    assumed = sum(each.assumed for _, each in found)
    summary = f"{quoted(verdict)}: {_resting(len(found), assumed)}"
    rows = tuple((f"{in_words(id)}: {in_words(each.key)}", *_cells(each)) for id, each in found)
    table = Table("Numbers as they were run", ("Number", "Value", "From", "What the file says of it"), rows)
    yield Folded(summary, (table,))


def _resting(numbers: int, assumed: int) -> str:
    """How many numbers there are, and how many of them rest on an assumption.

    >>> _resting(4, 1), _resting(1, 0)
    ('4 numbers, of which 1 rests on an assumption', '1 number, which has a source')
    """
    if numbers == 1:
        return f"1 number, which {'rests on an assumption' if assumed else 'has a source'}"
    if not assumed:
        return f"{numbers} numbers, all with a source"
    rest = "rests" if assumed == 1 else "rest"
    return f"{numbers} numbers, of which {'all' if assumed == numbers else assumed} {rest} on an assumption"


def _cells(each: Stated) -> tuple[str, str, str]:
    value = each.spelt
    said = number_in_words(value) if is_number(value) or isinstance(value, float) else str(value)
    sources = ", ".join("an assumption" if key == ASSUMPTION else key for key in each.sourced.source)
    return said, sources, " ".join(each.sourced.note.split())
