"""What a report may not say of an answer: found again from its numbers, not from the rules of the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.report.blocks import (
    Block,
    Commands,
    Folded,
    Listed,
    Paragraph,
    Picture,
    Report,
    Section,
    Table,
)

AVERTS = re.compile(r"\b(would avert|averts)\b(?! any)")
MOST = re.compile(r"\baverts (the )?most\b|\bis best\b|\bthe best\b")
SENTENCES = re.compile(r"(?<=\.) ")
SURE = 0.9


def texts_of(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Every piece of text that a reader takes in at once: a paragraph, a point, a row, a picture's title."""
    for block in blocks:
        match block:
            case Paragraph(text=text):
                yield text
            case Listed(items=items):
                yield from items
            case Table(caption=caption, rows=rows):
                yield caption
                yield from (" | ".join(row) for row in rows)
            case Picture(chart=chart):
                yield chart.title
                yield chart.words
            case Folded(summary=summary, blocks=inner):
                yield summary
                yield from texts_of(inner)
            case Commands():
                # a file as it was run, or a command: its own words, and no claim of the report
                pass


def false_claims(report: Report, summary: Mapping[str, Any]) -> list[str]:
    """Every sentence that says more than the numbers, or less than it must; by what is wrong with it."""
    everywhere = [report.title, report.lead]
    pieces = [(section, text) for section in report.sections for text in texts_of(section.blocks)]
    found = []
    for text in [*everywhere, *(text for _, text in pieces)]:
        found += _of_text(text, summary)
    found += _missing(report.sections, summary)
    found += _of_lead(report.lead, summary)
    return found


def _of_lead(lead: str, summary: Mapping[str, Any]) -> Iterator[str]:
    """The first sentence has a period, and does not stand without the structure that leaves nothing of it."""
    if not any(str(year) in lead for year in summary["years"]):
        yield f"period: {lead}"
    for arm in summary["arms"]:
        said = _named(arm, lead) and AVERTS.search(lead) and _surely_averts(arm, summary)
        undone = any(
            at["interval95"] == [0.0, 0.0] for at in _headline(arm, summary).get("variants", {}).values()
        )
        first = said and lead.index(arm["title"]) == min(
            lead.index(other["title"]) for other in summary["arms"] if other["title"] in lead
        )
        if first and undone and "under the structure" not in lead:
            yield f"structure: {lead}"


def _of_text(text: str, summary: Mapping[str, Any]) -> Iterator[str]:
    for sentence in SENTENCES.split(text):
        yield from _of_sentence(sentence, summary)
    for arm in summary["arms"]:
        if not _named(arm, text):
            continue
        if _what_if(arm, summary) and "what if" not in text.casefold() and "what-if" not in text.casefold():
            yield f"what-if: {text}"


def _of_sentence(text: str, summary: Mapping[str, Any]) -> Iterator[str]:
    named = [arm for arm in summary["arms"] if _named(arm, text)]
    if AVERTS.search(text) and not all(_surely_averts(arm, summary) for arm in named):
        yield f"averts: {text}"
    if "Of none of" in text and any(_surely_averts(arm, summary) for arm in summary["arms"]):
        yield f"none: {text}"
    first = min(named, key=lambda arm: text.index(arm["title"]), default=None)
    if MOST.search(text) and not (first is not None and _ahead(first, summary)):
        yield f"most: {text}"


def _named(arm: Mapping[str, Any], text: str) -> bool:
    return re.search(rf"{re.escape(arm['title'])}(?!\w)", text) is not None


def _missing(sections: tuple[Section, ...], summary: Mapping[str, Any]) -> Iterator[str]:
    """Null evidence is called null in the answer; the numbers of an answer that averts stand in it."""
    answer = next(section for section in sections if section.name == "answer")
    said = [text for text in texts_of(answer.blocks) if "Why " not in text]
    for arm in summary["arms"]:
        own = [text for text in said if _named(arm, text)]
        at = _headline(arm, summary)["deaths_averted"]
        if _status(arm) == "null" and not any("null" in text for text in said):
            yield f"null: {arm['name']}"
        if _surely_averts(arm, summary) and not any(_rounded(at["mean"]) in text for text in own):
            yield f"number: {arm['name']} averts {at['mean']}"


def _headline(arm: Mapping[str, Any], summary: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**arm, **arm["final_year"]} if summary["definition"] == "final_year" else arm


def _status(arm: Mapping[str, Any]) -> str | None:
    return None if arm["evidence"] is None else str(arm["evidence"]["status"])


def _what_if(arm: Mapping[str, Any], summary: Mapping[str, Any]) -> bool:
    changes = summary["run"]["scenarios"][arm["name"]]["as_run"]["interventions"]
    return _status(arm) == "what_if" or any(change["change"].startswith("what_if") for change in changes)


def _surely_averts(arm: Mapping[str, Any], summary: Mapping[str, Any]) -> bool:
    """Whether "would avert" may be said of it: above 0 throughout, on evidence, and nothing assumed."""
    at = _headline(arm, summary)["deaths_averted"]
    low, high = at["interval95"]
    width = 1.96 * at["mc_error"] if low == high else 0.0
    above = low - width > 0 and (summary["draws"] > 1)
    return bool(above and not _what_if(arm, summary) and _status(arm) not in ("null", "reference"))


def _ahead(arm: Mapping[str, Any], summary: Mapping[str, Any]) -> bool:
    """Whether it is ahead of every other scenario that is no what-if, null or reference path."""
    rivals = [
        other["name"]
        for other in summary["arms"]
        if other is not arm and not _what_if(other, summary) and _status(other) not in ("null", "reference")
    ]
    better = {
        at["level"].removeprefix("scenario "): at["value"]
        for at in summary["sections"].get("choice", ())
        if at["scenario"] == arm["name"] and at["measure"] == "p_better_than"
    }
    return all(better.get(name, 0.0) >= SURE for name in rivals)


def _rounded(value: float) -> str:
    if 0 < value < 0.05:
        return "under 0.1"
    return f"{value:,.0f}" if value >= 10 else f"{value:,.1f}"
