"""The answer as plain data: the comparator, every arm with its variants, and what they were asked of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.arm_summaries import arm_summary, baseline_summary, by_year, headline_of
from scenarios.margins import Margins, in_final_year
from scenarios.meaning import means_the_same
from scenarios.question import Question
from scenarios.ran import Definition
from scenarios.schema import Births
from scenarios.uncertainty import averted, estimate
from scenarios.variants import at_hand, every_variant, variants_of
from simcore.record import draws_of
from simcore.results import strata_of, wording


def summarise(
    question: Question,
    margins: Margins,
    beside: Mapping[str, Margins] | None,
    draws: int,
    seed: int,
    definition: Definition = "period",
) -> dict[str, Any]:
    """The answer: the comparator, then every arm with its variants, each over the period and in its final year.

    Where nothing was run beside the structure chosen (None), no variant is told of.
    """
    model, years = question.model, list(question.years)
    births = model.births_in(strata_of(model, years))
    final, births_final = in_final_year(model, margins), model.births_in(strata_of(model, years[-1:]))
    final_beside = (
        None if beside is None else {name: in_final_year(model, other) for name, other in beside.items()}
    )
    arms = []
    for arm, scenario in enumerate(question.scenarios[1:], start=1):
        summary = arm_summary(model, births, margins, arm)
        summary["by_year"] = by_year(margins, arm, years)
        summary["title"] = scenario.title
        evidence = scenario.evidence
        summary["evidence"] = None if evidence is None else evidence.model_dump(mode="json")
        same = (other.name for other in question.scenarios[:arm] if means_the_same(scenario, other))
        summary["asks_the_same_as"] = next(same, None)
        fewer_births = any(isinstance(change, Births) for change in scenario.interventions)
        summary["averts_nothing"] = not fewer_births and not averted(margins, arm).draws.any()
        summary["variants"] = _variants(question, margins, beside, arm)
        summary["final_year"] = headline_of(model, births_final, final, arm)
        summary["final_year"]["variants"] = _variants(question, final, final_beside, arm)
        arms.append(summary)
    return {
        "model": model.name,
        "words": wording(model),
        "years": years,
        "definition": definition,
        "draws": draws,
        "seed": seed,
        "structure": dict(question.structure.choices),
        "not_solved": _not_solved(question) if beside is not None else [],
        "posterior": {
            "named": model.spec.posterior,
            "beside": _posteriors_beside(question) if beside is not None else {},
        },
        "trend_after": None if question.structure.trend is None else question.structure.trend.after,
        "baseline": {**baseline_summary(model, births, margins), "title": question.scenarios[0].title},
        "arms": arms,
    }


def _variants(
    question: Question, margins: Margins, beside: Mapping[str, Margins] | None, arm: int
) -> dict[str, dict[str, Any]]:
    """Deaths averted under every structure, with the one chosen over the very same draws beside it."""
    found: dict[str, dict[str, Any]] = {}
    if beside is None:
        return found
    for name, structure in variants_of(question).items():
        other = beside.get(name, margins) if structure.label != question.structure.label else margins
        n = int(other.total.shape[1])
        matched = float(averted(margins, arm).draws[:n].mean())
        headline = estimate(*averted(other, arm)).as_dict()
        found[name] = {**headline, "draws": n, "chosen_on_same_draws": matched}
    return found


def _not_solved(question: Question) -> list[str]:
    """Structures whose draws are not at hand."""
    return [name for name, other in every_variant(question).items() if not at_hand(question, other)]


def _posteriors_beside(question: Question) -> dict[str, dict[str, Any]]:
    """The posterior of every structure that is shown beside the one chosen."""
    chosen = question.structure.solved_as.label
    found = {
        name: draws_of(question.model, structure, question.source_of(structure)).get("posterior")
        for name, structure in variants_of(question).items()
        if structure.solved_as.label != chosen
    }
    return {name: posterior for name, posterior in found.items() if posterior is not None}
