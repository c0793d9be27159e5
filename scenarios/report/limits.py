"""What the answer is not, near the top: of the scenarios, of the model, of the draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.footnotes import which_draws
from scenarios.refine import in_words as precision_in_words
from scenarios.report.blocks import Block, Listed, Paragraph, Section, Tone
from scenarios.report.made_of import MadeOf
from scenarios.words.headline import rough
from scenarios.words.names import quoted
from scenarios.words.verdict import Verdict, headline_part

ONE_BY_ONE = (
    "Deaths were drawn one by one, so that numbers and intervals hold chance as well as what is not known."
)
INTERVALS = (
    "Each number is a mean over draws of what is uncertain, and each interval holds 95% of them (a credible interval). "
    "It holds what published effects, counts and the scenario's own numbers leave open. It does not hold whether the "
    "model is built rightly: other structures stand side by side below."
)


TAKEN_OUT = (
    "From headlines' intervals the part that comes of simulating so many births was taken out where it was large. What "
    "is told apart by decile, cause, age or year keeps it: the same number may stand there with a wider interval."
)


def limits(made_of: MadeOf) -> Section:
    """How the answer must not be read."""
    summary = made_of.summary
    blocks: list[Block] = []
    if made_of.model is None:
        blocks.append(Paragraph(_other_model(made_of), "caution"))
    if few := rough(summary):
        blocks.append(Paragraph(few, "caution"))
    if "precision" in summary and not summary["precision"]["reached"]:
        blocks.append(Paragraph(precision_in_words(summary["precision"], made_of.words), "caution"))
    if made_of.record.get("estimator") == "realised":
        blocks.append(Paragraph(ONE_BY_ONE, "caution"))
    if use := made_of.words.get("use", ""):
        blocks.append(Paragraph(use, "caution"))
    for verdict in made_of.focus:
        blocks += _is_not(made_of, verdict)
    blocks.append(Paragraph(INTERVALS))
    if any(_taken_out(headline_part(summary, arm)) for arm in summary["arms"]):
        blocks.append(Paragraph(TAKEN_OUT, "note"))
    record, posterior = made_of.record, summary.get("posterior", {})
    if drawn := which_draws(posterior.get("named"), record.get("solved_draws"), record.get("posterior")):
        provisional = (record.get("posterior") or {}).get("status") == "provisional"
        blocks.append(Paragraph(drawn, "caution" if provisional else "note"))
    return Section("limits", "What this is not", tuple(blocks))


def _taken_out(found: Mapping[str, Any]) -> bool:
    return bool(found["deaths_averted"].get("mc_variance_removed"))


def _is_not(made_of: MadeOf, verdict: Verdict) -> tuple[Block, ...]:
    """The reservations of a file in its own words, one a point."""
    said = tuple(" ".join(str(line).split()) for line in made_of.as_run(verdict.name).get("is_not", ()))
    tone: Tone = "what_if" if verdict.what_if else "plain"
    return (Paragraph(f"{quoted(verdict)} is not:", tone), Listed(said)) if said else ()


def _other_model(made_of: MadeOf) -> str:
    was = made_of.record.get("model", {})
    return (
        f"This report was written with another model at hand ({made_of.here}) than the one that was run "
        f"({was.get('name', '')}, edition {was.get('edition', '')}, {was.get('hash', 'unknown')}). The numbers are "
        "those of the run. What would be read from the files of its model is left out: what its names mean, its "
        "assumptions, its sources."
    )
