"""The same births, the same luck, several worlds: a question, its runs, and the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.check import find_problems, vocabulary_of
from scenarios.interventions import arms_of
from scenarios.read import read_scenario, read_scenarios
from scenarios.schema import Scenario
from scenarios.uncertainty import Margins, arm_summary, averted, baseline_summary, by_year, estimate
from simcore.documents import DocumentError, Problem
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.program import compile_natural
from simcore.record import run_record
from simcore.results import BlockResult, join_blocks, strata_of, to_dataset, with_averted, wording
from simcore.run import Estimator, Settings, simulate
from simcore.solved import read_central, read_draws
from simcore.store import RunFolder
from simcore.worlds import ArmConflict, lay_arms

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_BASELINE = "current_policy"
VARIANT_DRAWS = 200
STORED = 200
"""Draws in one file of an unfinished run."""

Given = str | os.PathLike[str]
Tick = Callable[[str, int, int], None]
"""Called with what is being run, draws done, draws in all."""


@dataclass(frozen=True)
class Question:
    """What is asked: checked scenarios (the comparator first) of one model under one structure."""

    model: Model
    structure: Structure
    scenarios: tuple[Scenario, ...]
    years: tuple[int, ...]


def ask(
    scenarios: Sequence[Given],
    *,
    model: Given = "england",
    baseline: Given = DEFAULT_BASELINE,
    years: Sequence[int] = range(2025, 2035),
    variants: Mapping[str, str] | None = None,
) -> Question:
    """Read and check everything a comparison needs, before anything is run or written.

    Raises
    ------
    DocumentError
        With every problem of every file.
    """
    loaded = load_model(model)
    structure = loaded.structure(variants)
    wanted = tuple(years)
    if not wanted or (loaded.years and not set(wanted) <= set(loaded.years)):
        span = f"{loaded.years[0]} to {loaded.years[-1]}"
        remedy = f"write --years {loaded.years[0]}-{loaded.years[-1]}, or fewer of them"
        message = f"{_span(wanted)} is outside the model; {loaded.name} has {span}, {remedy}"
        raise DocumentError(Problem("--years", None, None, "", message))
    comparator = read_scenario(baseline)
    if comparator.model != loaded.name and baseline == DEFAULT_BASELINE:
        remedy = (
            f"write a file with `model: {loaded.name}` and `interventions: []`, and name it with --baseline"
        )
        message = f"`{baseline}` is for the model `{comparator.model}`, not `{loaded.name}`; {remedy}"
        raise DocumentError(Problem("--baseline", None, None, "", message))
    given = [scenarios] if isinstance(scenarios, str | os.PathLike) else scenarios
    named = [s for s in read_scenarios(given) if not _is_same(s, comparator)]
    vocabulary = vocabulary_of(loaded)
    checked = (comparator, *named)
    problems = [
        s.problem(
            ("name",), f"`{s.name}` is the comparator's name ({comparator.document.path}); give it its own"
        )
        for s in named
        if s.name == comparator.name
    ]
    problems += [p for s in checked for p in find_problems(s, vocabulary, (wanted[0], wanted[-1]))]
    if problems:
        raise DocumentError(problems)
    question = Question(loaded, structure, checked, wanted)
    _try_arms(question)
    return question


def _try_arms(question: Question) -> None:
    """Lay every arm for the central draw, so that what cannot be run is refused before anything is."""
    middle = read_central(question.model, question.structure)
    program = compile_natural(question.model, question.structure, middle, question.years)
    arms = arms_of(question.scenarios)(program, middle)
    for arm, scenario in zip(arms, question.scenarios, strict=True):
        try:
            lay_arms(program, [*arms[: arms.index(arm)], arm])
        except ArmConflict as error:
            raise DocumentError(scenario.problem(("interventions",), str(error))) from None


def compare(
    scenarios: Sequence[Given],
    *,
    model: Given = "england",
    baseline: Given = DEFAULT_BASELINE,
    years: Sequence[int] = range(2025, 2035),
    variants: Mapping[str, str] | None = None,
    draws: int = 1000,
    settings: Settings | None = None,
) -> xr.Dataset:
    """Compare scenario files; the answer as a Dataset, held in memory.

    Parameters
    ----------
    scenarios
        Paths, folders, or bare names of shipped scenarios.
    baseline
        The comparator; every scenario is measured against it.
    variants
        Structural choices by name, for example ``{"child_poverty": "half"}``.
    draws
        Parameter draws; at most as many as ship with the model.

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
    question = ask(scenarios, model=model, baseline=baseline, years=years, variants=variants)
    chosen = settings or Settings(threads=os.cpu_count() or 1)
    record = record_of(question, draws, chosen)
    blocks = [block for _, block in _run(question, question.structure, draws, chosen)]
    return with_averted(to_dataset(question.model, question.years, blocks, record))


def record_of(question: Question, draws: int, settings: Settings) -> dict[str, Any]:
    """What was run, for whoever wants to run it again."""
    files = {s.name: {"file": _shown(s), "sha256": s.document.digest} for s in question.scenarios}
    return run_record(
        question.model,
        question.structure,
        question.years,
        draws,
        settings,
        {"arms": list(files), "scenarios": files},
    )


def answer(
    question: Question,
    draws: int,
    settings: Settings,
    *,
    variant_draws: int = VARIANT_DRAWS,
    out: Path | None = None,
    tick: Tick = lambda what, done, of: None,
) -> dict[str, Any]:
    """Run the question and all its structural variants; the answer as plain data, unrounded.

    With ``out``, blocks of draws are stored there as they finish and merged into ``results.nc``; a run that
    was interrupted goes on from them.
    """
    record = record_of(question, draws, settings)
    # everything that can be refused is refused before the first block
    others = {name: s for name, s in variants_of(question).items() if s.label != question.structure.label}
    n_other = min(variant_draws, draws)
    for structure in others.values():
        read_draws(question.model, structure, n_other)
    read_draws(question.model, question.structure, draws)
    folder = RunFolder(out, question.model, question.years, record) if out is not None else None
    margins = _margins(question, draws, settings, folder, tick)
    estimator: Estimator = "exact" if settings.estimator == "exact" else "expected"
    plain = replace(settings, estimator=estimator, people=False)
    beside: dict[str, Margins] = {}
    for name, structure in others.items():
        parts = []
        done = 0
        for _, block in _run(question, structure, n_other, plain):
            parts.append(Margins.of(question.model, block))
            done += block.index.size
            tick(name, done, n_other)
        beside[name] = Margins.join(parts)
    summary = summarise(question, margins, beside, draws, settings.seed)
    summary["run"] = record
    if folder is not None:
        folder.merge()
    return summary


def variants_of(question: Question) -> dict[str, Structure]:
    """Every option of every variant, one change at a time from the structure chosen."""
    chosen = question.structure.choices
    return {
        f"{name}={option}": question.model.structure({**chosen, name: option})
        for name, variant in question.model.spec.variants.items()
        for option in variant.options
    }


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
            matched = float((margins.total[0] - margins.total[arm])[:n].mean())
            summary["variants"][name] = {**headline, "draws": n, "chosen_on_same_draws": matched}
        arms.append(summary)
    return {
        "model": model.name,
        "words": wording(model),
        "years": years,
        "draws": draws,
        "seed": seed,
        "structure": dict(question.structure.choices),
        "baseline": {**baseline_summary(model, births, margins), "title": question.scenarios[0].title},
        "arms": arms,
    }


def _run(
    question: Question, structure: Structure, draws: int, settings: Settings, folder: RunFolder | None = None
) -> Iterator[tuple[int, BlockResult]]:
    """Blocks of a run in the order of its draws."""
    block = read_draws(question.model, structure, draws)

    def stored(start: int) -> bool:
        return folder is not None and folder.has(start - start % STORED)

    runs = simulate(
        question.model, structure, block, arms_of(question.scenarios), question.years, settings, skip=stored
    )
    return runs


def _margins(
    question: Question,
    draws: int,
    settings: Settings,
    folder: RunFolder | None,
    tick: Tick,
) -> Margins:
    """The headline run: margins of every draw, blocks stored as they finish."""
    kept: dict[int, Margins] = {}
    if folder is not None:
        for start in range(0, draws, STORED):
            if folder.has(start):
                kept[start] = Margins.of(question.model, folder.read(start))
    done = sum(part.total.shape[1] for part in kept.values())
    tick("draws", done, draws)
    waiting: list[BlockResult] = []
    for start, block in _run(question, question.structure, draws, settings, folder):
        waiting.append(block)
        done += block.index.size
        tick("draws", done, draws)
        end = start + block.index.size
        if end % STORED == 0 or end == draws:
            whole = join_blocks(waiting)
            first = end - whole.index.size
            kept[first] = Margins.of(question.model, whole)
            if folder is not None:
                folder.write(first, whole)
            waiting = []
    return Margins.join([kept[start] for start in sorted(kept)])


def _is_same(scenario: Scenario, comparator: Scenario) -> bool:
    """Whether a file given, perhaps within a folder, is the comparator: its name and every byte."""
    return scenario.name == comparator.name and scenario.document.digest == comparator.document.digest


def _shown(scenario: Scenario) -> str:
    """Where a file was found, for a record that leaves this machine: a shipped one by its place in the package."""
    shipped = Path(__file__).parent / "library"
    path = Path(scenario.document.path)
    return f"scenarios/library/{path.name}" if path.absolute().parent == shipped else scenario.document.path


def _span(years: Sequence[int]) -> str:
    return f"{years[0]}-{years[-1]}" if years else "nothing"
