"""The same births, the same luck, several worlds: a question, its runs, and the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.precision import MOST_SAMPLED, Precision, Sizes
from scenarios.question import DEFAULT_BASELINE, Given, Question, ask, try_arms
from scenarios.ran import PLAIN_TERMS, Ran, Terms
from scenarios.refine import refine
from scenarios.running import Forgotten, HeadlineRun, Held, Store, Tick, blocks_of, settled
from scenarios.schema import Scenario
from scenarios.sections import figures_by_section
from scenarios.uncertainty import Margins, arm_summary, averted, baseline_summary, by_year, estimate
from simcore.model import Structure
from simcore.record import draws_of, run_record
from simcore.results import strata_of, to_dataset, with_averted, wording
from simcore.run import Estimator, Settings, births_drawn
from simcore.solved import draw_file, read_draws, shipped_draws, up_to_shipped
from simcore.store import RunFolder

if TYPE_CHECKING:
    import xarray as xr

DRAWS = 500
VARIANT_DRAWS = 100

Say = Callable[[str], None]
"""Told in words what a long run does next."""


def compare(
    scenarios: Sequence[Given],
    *,
    model: Given = "england",
    baseline: Given = DEFAULT_BASELINE,
    years: Sequence[int] | None = None,
    variants: Mapping[str, str] | None = None,
    draws: int | None = None,
    settings: Settings | None = None,
    precision: Precision | None = None,
    posterior: Given | None = None,
) -> xr.Dataset:
    """Compare scenario files; the answer as a Dataset, held in memory.

    Parameters
    ----------
    scenarios
        Paths, folders, or bare names of shipped scenarios.
    baseline
        The comparator; every scenario is measured against it.
    years
        Years of birth; 2025 to 2034 if not given, or what a model without these has after its reference years.
    variants
        Structural choices by name, for example ``{"child_poverty": "half"}``.
    draws
        Parameter draws; at most as many as ship with the model, and those, or 500, if not given.
    precision
        How far a headline may be off (:class:`scenarios.precision.Precision`): draws and births are then
        added to those asked for. What was reached stands in the run record.
    posterior
        A posterior file that draws come from, or ``"solved"`` for the model's solved draws; the posterior that the
        model names, if not given.

    Returns
    -------
    xarray.Dataset
        ``deaths`` and ``deaths_averted`` (arm, draw, year, imd_decile, cause, age_band), ``births`` (year,
        imd_decile); the run record in ``attrs["run"]``.

    Raises
    ------
    DocumentError
        If a file or a choice cannot be used.

    Examples
    --------
    >>> import simcore
    >>> ds = simcore.compare(["smoking_halved"], draws=4, years=[2025])
    >>> dict(ds.sizes)["draw"], ds.arm.values.tolist()
    (4, ['current_policy', 'smoking_halved'])
    """
    question = ask(
        scenarios, model=model, baseline=baseline, years=years, variants=variants, posterior=posterior
    )
    chosen = settings or Settings(threads=os.cpu_count() or 1)
    draws = usual_draws(question, precision) if draws is None else draws
    most = _limits(question, draws, chosen, precision).draws
    read_draws(question.model, question.structure, most, question.source)
    try_arms(question)
    held: list[Held] = []

    def store(births: int) -> Held:
        # draws of fewer births are of no further use
        held[:] = [Held()]
        return held[0]

    sizes, margins, reached = _headline(question, draws, chosen, precision, store)
    record = _final_record(question, sizes, chosen, margins, reached)
    return with_averted(to_dataset(question.model, question.years, held[0].blocks(), record))


def record_of(
    question: Question, draws: int, settings: Settings, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What was run, for whoever wants to run it again."""
    files = {s.name: {"file": _shown(s), "sha256": s.document.digest} for s in question.scenarios}
    return run_record(
        question.model,
        question.structure,
        question.years,
        draws,
        settings,
        {"arms": list(files), "scenarios": files, **(more or {})},
        question.source,
    )


def answer(
    question: Question,
    draws: int | None,
    settings: Settings,
    *,
    variant_draws: int = VARIANT_DRAWS,
    precision: Precision | None = None,
    out: Path | None = None,
    terms: Terms = PLAIN_TERMS,
    tick: Tick = lambda what, done, of: None,
    say: Say = lambda words: None,
) -> dict[str, Any]:
    """Run the question and all its structural variants; the answer as plain data, unrounded.

    With ``precision``, draws and births are added to those asked for; the answer is then, bit for bit, that of a
    run asked for the sizes it ended with. With ``out``, blocks of draws are stored there as they finish and merged
    into ``results.nc``; a run that was interrupted goes on from them.
    """
    # everything that can be refused is refused before kernels are compiled and the first block is run
    others = {name: s for name, s in variants_of(question).items() if s.label != question.structure.label}
    draws = usual_draws(question, precision) if draws is None else draws
    limits = _limits(question, draws, settings, precision)
    read_draws(question.model, question.structure, limits.draws, question.source)
    most = {
        name: up_to_shipped(question.model, structure, variant_draws, question.source_of(structure))
        for name, structure in others.items()
    }
    for name, structure in others.items():
        fewer = min(most[name], limits.draws)
        read_draws(question.model, structure, fewer, question.source_of(structure))
    try_arms(question)
    folders: dict[int, RunFolder] = {}

    def store(births: int) -> Store:
        if out is None:
            return Forgotten()
        ends = {"most_draws": limits.draws, "most_births": limits.births}
        asked = {} if precision is None else {"precision": {"asked": precision.share, **ends}}
        record = record_of(question, draws, replace(settings, births=births), asked)
        folders[births] = RunFolder(out, question.model, question.years, record)
        return folders[births]

    sizes, margins, reached = _headline(question, draws, settings, precision, store, tick, say)
    record = _final_record(question, sizes, settings, margins, reached)
    estimator: Estimator = "exact" if settings.estimator == "exact" else "expected"
    plain = replace(settings, births=sizes.births, estimator=estimator, people=False)
    plain_numbers = settled(question)
    beside: dict[str, Margins] = {}
    for name, structure in others.items():
        n_other = min(most[name], sizes.draws)
        parts = []
        done = 0
        for _, block in blocks_of(question, structure, range(n_other), plain):
            parts.append(Margins.of(question.model, block, plain_numbers))
            done += block.index.size
            tick(name, done, n_other)
        beside[name] = Margins.join(parts)
    summary = summarise(question, margins, beside, sizes.draws, settings.seed)
    if reached is not None:
        summary["precision"] = reached
    sections = figures_by_section(Ran(question, margins, terms))
    summary["sections"] = {name: [at.as_dict() for at in figures] for name, figures in sections.items()}
    summary["run"] = record
    for births, folder in folders.items():
        if births == sizes.births:
            folder.merge(record)
        else:
            folder.discard()
    return summary


def usual_draws(question: Question, precision: Precision | None = None) -> int:
    """Draws of a run that asks for no number: five hundred, or as many as ship with the structure."""
    most = DRAWS if precision is None or precision.most_draws is None else precision.most_draws
    return up_to_shipped(question.model, question.structure, min(DRAWS, most), question.source)


def _least(question: Question, draws: int, settings: Settings) -> Sizes:
    """Sizes that are run in any case."""
    return Sizes(draws, births_drawn(question.model, settings))


def _limits(question: Question, draws: int, settings: Settings, precision: Precision | None) -> Sizes:
    """Sizes that a run does not go beyond."""
    least = _least(question, draws, settings)
    if precision is None:
        return least
    shipped = shipped_draws(question.model, question.structure, question.source)
    most = precision.most_draws or (MOST_SAMPLED if shipped is None else shipped)
    return Sizes(max(most, least.draws), max(precision.most_births, least.births))


def _headline(
    question: Question,
    draws: int,
    settings: Settings,
    precision: Precision | None,
    store: Callable[[int], Store],
    tick: Tick = lambda what, done, of: None,
    say: Say = lambda words: None,
) -> tuple[Sizes, Margins, dict[str, Any] | None]:
    """The headline run: sizes used, margins of all draws, and the precision reached where one was asked for.

    ``store`` is called once for each number of births, the last time for the one that is used.
    """
    runs: dict[int, HeadlineRun] = {}

    def margins_of(at: Sizes) -> Margins:
        if at.births not in runs:
            runs.clear()
            chosen = replace(settings, births=at.births)
            runs[at.births] = HeadlineRun(question, chosen, store(at.births), tick)
        return runs[at.births].to(at.draws)

    least = _least(question, draws, settings)
    if precision is None:
        return least, margins_of(least), None
    real = question.model.births_in(strata_of(question.model, question.years)).sum()
    one_by_one = float(real) if settings.estimator == "realised" else 0.0
    limits = _limits(question, draws, settings, precision)
    return refine(margins_of, least, precision, limits, one_by_one, say, wording(question.model))


def _final_record(
    question: Question,
    sizes: Sizes,
    settings: Settings,
    margins: Margins,
    reached: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The record of a finished run: the sizes that it used, what was asked of it, how far its screen went."""
    more: dict[str, Any] = {} if reached is None else {"precision": reached}
    if margins.pass_share.size:
        more["pass_share"] = float(margins.pass_share.mean())
    return record_of(question, sizes.draws, replace(settings, births=sizes.births), more)


def variants_of(question: Question) -> dict[str, Structure]:
    """Every option of every variant, one change at a time from the structure chosen, if its draws are at hand."""
    return {name: s for name, s in _every_variant(question).items() if _at_hand(question, s)}


def _every_variant(question: Question) -> dict[str, Structure]:
    chosen, model = question.structure.choices, question.model
    return {
        f"{name}={option}": model.structure({**chosen, name: option})
        for name, variant in model.spec.variants.items()
        for option in variant.options
    }


def _at_hand(question: Question, structure: Structure) -> bool:
    """Whether a structure has draws of the same kind: others would differ by more than the structure."""
    chosen = draw_file(question.model, question.structure, question.source)
    found = draw_file(question.model, structure, question.source_of(structure))
    return found.kind == chosen.kind and found.is_there


def _posteriors_beside(question: Question) -> dict[str, dict[str, Any]]:
    """The posterior of every structure that is shown beside the one chosen."""
    chosen = question.structure.solved_as.label
    found = {
        name: draws_of(question.model, structure, question.source_of(structure)).get("posterior")
        for name, structure in variants_of(question).items()
        if structure.solved_as.label != chosen
    }
    return {name: posterior for name, posterior in found.items() if posterior is not None}


def summarise(
    question: Question, margins: Margins, beside: Mapping[str, Margins], draws: int, seed: int
) -> dict[str, Any]:
    """The answer: the comparator, then every arm with its variants."""
    model, years = question.model, list(question.years)
    births = model.births_in(strata_of(model, years))
    arms = []
    for arm, scenario in enumerate(question.scenarios[1:], start=1):
        summary = arm_summary(model, births, margins, arm)
        summary["by_year"] = by_year(margins, arm, years)
        summary["title"] = scenario.title
        summary["variants"] = {}
        for name, structure in variants_of(question).items():
            other = beside.get(name, margins) if structure.label != question.structure.label else margins
            headline = estimate(*averted(other, arm)).as_dict()
            n = int(other.total.shape[1])
            # the structure chosen on the very same draws, to set beside it
            matched = float(averted(margins, arm).draws[:n].mean())
            summary["variants"][name] = {**headline, "draws": n, "chosen_on_same_draws": matched}
        arms.append(summary)
    return {
        "model": model.name,
        "words": wording(model),
        "years": years,
        "draws": draws,
        "seed": seed,
        "structure": dict(question.structure.choices),
        "not_solved": [n for n, s in _every_variant(question).items() if not _at_hand(question, s)],
        "posterior": {"named": model.spec.posterior, "beside": _posteriors_beside(question)},
        "trend_after": None if question.structure.trend is None else question.structure.trend.after,
        "baseline": {**baseline_summary(model, births, margins), "title": question.scenarios[0].title},
        "arms": arms,
    }


def _shown(scenario: Scenario) -> str:
    """Where a file was found, for a record that leaves this machine: a shipped one by its place in the package."""
    shipped = Path(__file__).parent / "library"
    path = Path(scenario.document.path)
    return f"scenarios/library/{path.name}" if path.absolute().parent == shipped else scenario.document.path
