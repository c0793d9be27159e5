"""What every section of a report is made from: an answer, what may be claimed of it, its pictures, its model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.charts.chart import Chart
from scenarios.report.blocks import Paragraph, Picture, Tone
from scenarios.words.look_up import LookUp
from scenarios.words.names import NO_MEANINGS, Meanings, listed, quoted, years_in_words
from scenarios.words.verdict import Verdict
from simcore.model import Model

NO_CHECKS: Mapping[str, Any] = {"posteriors": []}


@dataclass(frozen=True)
class MadeOf:
    """An answer, ready to be told.

    Attributes
    ----------
    summary
        The answer, as :func:`scenarios.compare.answer` gives it.
    verdicts
        What may be claimed of every scenario, in the order of the answer.
    focus
        Those that are told apart.
    model
        The model of the run; None where the one at hand is another.
    here
        The digest of the model at hand.
    """

    summary: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    focus: tuple[Verdict, ...]
    figures: LookUp
    charts: Sequence[Chart]
    checks: Mapping[str, Any] = field(default_factory=lambda: NO_CHECKS)
    model: Model | None = None
    meanings: Meanings = NO_MEANINGS
    here: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """What the model counts."""
        words: Mapping[str, str] = self.summary["words"]
        return words

    @property
    def record(self) -> Mapping[str, Any]:
        """The record of the run."""
        record: Mapping[str, Any] = self.summary["run"]
        return record

    def arm(self, verdict: Verdict) -> Mapping[str, Any]:
        """The scenario of the answer that a verdict is on."""
        found: Mapping[str, Any] = next(at for at in self.summary["arms"] if at["name"] == verdict.name)
        return found

    def as_run(self, name: str) -> Mapping[str, Any]:
        """A scenario as it was run; empty where the record has none."""
        found: Mapping[str, Any] = self.record.get("scenarios", {}).get(name, {}).get("as_run", {})
        return found

    def pictures(self, *names: str) -> tuple[Picture, ...]:
        """The pictures of these names that there are, in this order."""
        return tuple(Picture(chart) for name in names for chart in self.charts if chart.name == name)


def said_of(verdict: Verdict, sentences: Iterable[str], tone: Tone = "plain") -> tuple[Paragraph, ...]:
    """What is said of one scenario, its title first; nothing where nothing is said, and a what-if in its own tone."""
    said = " ".join(filter(None, sentences))
    if not said:
        return ()
    return (Paragraph(f"{quoted(verdict)}: {said}", "what_if" if verdict.what_if else tone),)


def nothing_to_tell(verdicts: Sequence[Verdict], what: str) -> tuple[Paragraph, ...]:
    """Of which scenarios something is not told, and why; nothing where there are none."""
    if not verdicts:
        return ()
    return (Paragraph(f"Of {listed([quoted(at) for at in verdicts])} {what}.", "note"),)


def whole_period(made_of: MadeOf, what: str) -> tuple[Paragraph, ...]:
    """That figures of a section are of all years, where the headline is of the last."""
    years = made_of.summary["years"]
    if made_of.summary["definition"] != "final_year" or len(years) < 2:
        return ()
    return (Paragraph(f"{what} of the whole period, {years_in_words(years)}.", "caution"),)
