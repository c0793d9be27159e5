"""Risk groups of one year: a question checked, its draws counted, and one row for every level of every factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.question import DEFAULT_MODEL, Given
from scenarios.uncertainty import ROUNDING, estimate
from simcore.draw_source import USUAL, DrawSource
from simcore.groups import Tally, choose_references, factors_of, tally_groups
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.problems import DocumentError, Problem, hint
from simcore.program import Compiler
from simcore.solved import read_central, read_draws, up_to_shipped

Array = NDArray[np.float64]
KINDS = ("exposure", "descriptor", "intermediate")
DRAWS = 200
TOGETHER = 5
"""Draws that a thread takes at a time; it sets how often progress is shown, and no number."""
STRATUM = "stratum"
"""The kind of a factor that is a stratum dimension."""


@dataclass(frozen=True)
class GroupQuestion:
    """Which factors of which model, under which structure, in which year (none in a model without years)."""

    model: Model
    structure: Structure
    year: int | None
    factors: tuple[str, ...]
    source: DrawSource = USUAL


@dataclass(frozen=True)
class Grouped:
    """The answer: every factor's reference level and its tally over all draws."""

    question: GroupQuestion
    references: Mapping[str, str]
    tallies: Mapping[str, Tally]

    @property
    def births(self) -> float:
        """All births of the year."""
        return float(next(iter(self.tallies.values())).births[0].sum())

    @property
    def deaths(self) -> Array:
        """Deaths among them: ``float64[draws]``."""
        return np.asarray(next(iter(self.tallies.values())).deaths.sum(axis=1))

    def kind(self, factor: str) -> str:
        """Exposure, descriptor, intermediate or stratum."""
        model = self.question.model
        return STRATUM if factor in model.strata else model.spec.variables[factor].kind


def ask_groups(
    model: Given = DEFAULT_MODEL,
    *,
    factors: Sequence[str] = (),
    year: int | None = None,
    variants: Mapping[str, str] | None = None,
    posterior: Given | None = None,
) -> GroupQuestion:
    """Read a model and check what is asked of it: all its factors if none is named, its last reference year.

    ``posterior`` is a file that draws come from, or ``solved``; as the model has it, if not given.

    Raises
    ------
    DocumentError
        For a model, factor, year or variant that cannot be used, with a remedy.

    Examples
    --------
    >>> question = ask_groups("england", factors=["smoking"])
    >>> question.year, question.factors
    (2020, ('smoking',))
    """
    loaded = load_model(model)
    known = factors_of(loaded)
    problems = [
        Problem(
            f"--factor {name}", None, None, "", f"{loaded.name} has no factor `{name}`; {hint(name, known)}"
        )
        for name in dict.fromkeys(factors)
        if name not in known
    ]
    if year is not None and year not in loaded.years:
        span = (
            f"has {loaded.years[0]} to {loaded.years[-1]}" if loaded.years else "has no years; leave it out"
        )
        problems.append(Problem(f"--year {year}", None, None, "", f"outside the model; {loaded.name} {span}"))
    if problems:
        raise DocumentError(problems)
    if year is None and loaded.years:
        year = max(loaded.spec.reference_years, default=loaded.years[-1])
    return GroupQuestion(
        loaded,
        loaded.structure(variants),
        year,
        tuple(dict.fromkeys(factors)) or known,
        DrawSource.of(posterior),
    )


def count_groups(
    question: GroupQuestion,
    draws: int | None = None,
    threads: int = 1,
    tick: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Grouped:
    """Births and deaths of every group, draw by draw; threads change no number.

    Draws are 200, or as many as ship with the structure, if not given.

    Raises
    ------
    DocumentError
        If draws of this structure are missing, or fewer than asked for.
    """
    model, structure, source = question.model, question.structure, question.source
    draws = up_to_shipped(model, structure, DRAWS, source) if draws is None else draws
    middle, every = read_central(model, structure, source), read_draws(model, structure, draws, source)
    compiler = Compiler(model, structure, () if question.year is None else (question.year,))
    references = choose_references(compiler.compile(middle), question.factors)

    def one(start: int) -> dict[str, Tally]:
        block = every.rows(slice(start, start + TOGETHER))
        return tally_groups(compiler.compile(block), references, block.size)

    parts = []
    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(one, start) for start in range(0, draws, TOGETHER)]
        try:
            for number, future in enumerate(waiting, start=1):
                parts.append(future.result())
                tick("draws", min(number * TOGETHER, draws), draws)
        finally:
            for future in waiting:
                future.cancel()
    tallies = {name: Tally.join([part[name] for part in parts]) for name in question.factors}
    return Grouped(question, references, tallies)


def group_rows(grouped: Grouped) -> list[dict[str, Any]]:
    """One row for every level of every factor: plain numbers, unrounded, means and intervals over draws.

    A rate of no births is ``None``. ``attributable_deaths`` of the levels add up to those of the factor.
    """
    return [row for factor in grouped.tallies for row in _rows(grouped, factor)]


def _rows(grouped: Grouped, factor: str) -> Iterator[dict[str, Any]]:
    question, tally, kind = grouped.question, grouped.tallies[factor], grouped.kind(factor)
    model, all_deaths = question.model, grouped.deaths
    average = 1000 * all_deaths / grouped.births
    share_of_births = tally.births / grouped.births
    share_of_deaths = np.divide(
        tally.deaths, all_deaths[:, None], out=np.zeros_like(tally.deaths), where=all_deaths[:, None] > 0
    )
    spared = _without_rounding(tally.attributable, all_deaths[:, None])
    for i, level in enumerate(model.levels(factor)):
        rate = _rate(tally.deaths[:, i], tally.births[:, i])
        ratio = None if rate is None or not average.all() else rate / average
        yield {
            "factor": factor,
            "level": model.label(factor, level),
            "id": level,
            "kind": kind,
            "year": question.year,
            "births": float(tally.births[:, i].mean()),
            "deaths": _summary(tally.deaths[:, i]),
            "share_of_births": float(share_of_births[:, i].mean()),
            "share_of_deaths": float(share_of_deaths[:, i].mean()),
            "imr": None if rate is None else _summary(rate),
            "ratio_to_all": None if ratio is None else float(ratio.mean()),
            "excess_over_average": None if rate is None else _summary(rate - average, average),
            "attributable_deaths": _summary(spared[:, i], all_deaths),
            "attributable_deaths_of_factor": _summary(
                _without_rounding(spared.sum(axis=1), all_deaths), all_deaths
            ),
            "reference": model.label(factor, grouped.references[factor]),
            "equalised_by": "rate" if kind == STRATUM else "do",
            "interval95": {
                "share_of_births": _interval(share_of_births[:, i]),
                "share_of_deaths": _interval(share_of_deaths[:, i]),
                "ratio_to_all": None if ratio is None else _interval(ratio),
            },
        }


def _rate(deaths: Array, births: Array) -> Array | None:
    """Deaths per 1,000 births in every draw; none where there is a draw without births."""
    return 1000 * deaths / births if births.all() else None


def _without_rounding(deaths: Array, size: Array) -> Array:
    """What is less than rounding of all deaths is none."""
    return np.where(np.abs(deaths) > ROUNDING * size, deaths, 0.0)


def _summary(draws: Array, size: Array | None = None) -> dict[str, Any]:
    """Mean and interval over draws; ``size`` is what the quantity is a difference of."""
    found = estimate(draws, size=0.0 if size is None else float(size.mean()))
    return {"mean": found.mean, "interval95": list(found.interval95)}


def _interval(draws: Array) -> list[float]:
    return list(estimate(draws).interval95)
