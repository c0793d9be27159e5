"""The same births, the same luck, several worlds: a question, its runs, and the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.margins import Margins
from scenarios.parts import parts_of
from scenarios.precision import MOST_SAMPLED, Precision, Sizes
from scenarios.question import DEFAULT_BASELINE, Given, Question, ask, try_arms
from scenarios.ran import PLAIN_TERMS, Ran, Terms
from scenarios.recorded import asked_again, record_of
from scenarios.refine import refine
from scenarios.running import Forgotten, HeadlineRun, Held, Store, Tick, blocks_of, settled
from scenarios.sections import PARTS, figures_by_section
from scenarios.summary import summarise
from scenarios.uncertain_numbers import every_number
from scenarios.variants import variants_of
from simcore.results import strata_of, to_dataset, with_averted, with_parameters, wording
from simcore.run import Estimator, Settings, births_drawn
from simcore.solved import read_draws, shipped_draws, up_to_shipped
from simcore.store import RunFolder

if TYPE_CHECKING:
    import xarray as xr

DRAWS = 500
VARIANT_DRAWS = 100

Say = Callable[[str], None]
"""Told in words what a long run does next."""
Seen = Callable[[Margins], None]
"""Shown what is kept of every draw, for whoever builds on it."""


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
        imd_decile), ``parameters`` (parameter, draw); the run record in ``attrs["run"]``.

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
    whole = to_dataset(question.model, question.years, held[0].blocks(), record)
    return with_averted(with_parameters(whole, every_number(question, sizes.draws)))


def answer(
    question: Question,
    draws: int | None,
    settings: Settings,
    *,
    variant_draws: int = VARIANT_DRAWS,
    precision: Precision | None = None,
    out: Path | None = None,
    terms: Terms = PLAIN_TERMS,
    part_draws: int = 0,
    tick: Tick = lambda what, done, of: None,
    say: Say = lambda words: None,
    seen: Seen = lambda margins: None,
) -> dict[str, Any]:
    """Run the question and all its structural variants; the answer as plain data, unrounded.

    With ``part_draws``, deaths averted are parted by intervention and along the model's arrows, over so many draws.

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
        limited = {} if precision is None else {"precision": {"asked": precision.share, **ends}}
        record = record_of(question, draws, replace(settings, births=births), limited)
        folders[births] = RunFolder(out, question.model, question.years, record)
        return folders[births]

    sizes, margins, reached = _headline(question, draws, settings, precision, store, tick, say)
    seen(margins)
    record = _final_record(question, sizes, settings, margins, reached)
    record["asked"] = asked_again(
        question, replace(settings, births=sizes.births), variant_draws, terms, part_draws
    )
    estimator: Estimator = "exact" if settings.estimator == "exact" else "expected"
    plain = replace(settings, births=sizes.births, estimator=estimator, people=False, by=())
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
    summary = summarise(question, margins, beside, sizes.draws, settings.seed, terms.definition)
    if reached is not None:
        summary["precision"] = reached
    sections = figures_by_section(Ran(question, margins, terms))
    if part_draws:
        sections[PARTS] = parts_of(question, plain, part_draws, tick)
    summary["sections"] = {name: [at.as_dict() for at in figures] for name, figures in sections.items()}
    summary["run"] = record
    for births, folder in folders.items():
        if births == sizes.births:
            folder.merge(record, every_number(question, sizes.draws))
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
