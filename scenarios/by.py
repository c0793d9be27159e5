"""Deaths averted told apart: by year, deprivation, cause, age at death, and any variable that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from scenarios.figures import ALL, Array, Figure, figure_of, is_small
from scenarios.margins import IMD
from scenarios.ran import Ran
from scenarios.uncertainty import ROUNDING, averted
from scenarios.under import over, scenarios_of
from simcore.dims import AGE_BAND, CAUSE, YEAR
from simcore.measures import PER, fifths, ratio
from simcore.model import Model
from simcore.problems import DocumentError, Problem, hint
from simcore.results import counted, wording
from simcore.run import Estimator

FIFTH = "imd_fifth"
OWN = "in each scenario: a policy changes who is at it"
NATURE = "as without policy"


class By(NamedTuple):
    """What deaths averted are to be told apart by: what every run knows, and variables that have to be counted."""

    dims: tuple[str, ...]
    variables: tuple[str, ...]


def known_dims(model: Model) -> tuple[str, ...]:
    """What every run tells deaths apart by, in the words of ``--by``."""
    fifth = (FIFTH,) if len(model.strata.get(IMD, ())) == 10 else ()
    return (*model.strata, *fifth, CAUSE, AGE_BAND)


def told_apart_by(model: Model, names: Sequence[str], estimator: Estimator = "expected") -> By:
    """Check what ``--by`` names.

    Raises
    ------
    DocumentError
        For a name that the model does not have, with a near match, and a variable where deaths are realised.

    Examples
    --------
    >>> from simcore.load import load_model
    >>> told_apart_by(load_model("england"), ["imd_fifth", "nssec"])
    By(dims=('imd_fifth',), variables=('nssec',))
    """
    dims, variables = known_dims(model), tuple(model.spec.variables)
    problems = []
    for name in dict.fromkeys(names):
        at = f"--by {name}"
        if name not in (*dims, *variables):
            message = f"{model.name} has no `{name}`; {hint(name, (*dims, *variables))}"
            problems.append(Problem(at, None, None, "", message))
        elif name in variables and estimator == "realised":
            message = "realised deaths are not told apart by a variable; take --estimator expected"
            problems.append(Problem(at, None, None, "", message))
    if problems:
        raise DocumentError(problems)
    asked = tuple(dict.fromkeys(names))
    return By(
        tuple(name for name in asked if name in dims),
        tuple(name for name in asked if name not in dims),
    )


def deaths_by(ran: Ran) -> list[Figure]:
    """Deaths averted of every scenario as number, percent and per 1,000 births, for every level of everything."""
    every = [figure for arm, _ in scenarios_of(ran) for figure in _of_scenario(ran, arm)]
    return [*every, *_of_variables(ran)]


def dim_of(level: str) -> str:
    """What a level of :func:`deaths_by` is of.

    >>> dim_of("imd_decile 3"), dim_of("nssec routine_manual"), dim_of("all")
    ('imd_decile', 'nssec', 'all')
    """
    return level.split(" ", 1)[0]


def _of_scenario(ran: Ran, arm: int) -> Iterator[Figure]:
    name, margins = ran.margins.arms[arm], ran.margins
    whole = averted(margins, arm).draws
    # the number of all is the headline itself, which has errors of its own beside it
    yield from _beside_number(ran, name, ALL, whole, margins.total[0], np.array(ran.births.sum()))
    for dim in known_dims(ran.question.model):
        deaths, births = _deaths(ran, dim), _births(ran, dim)
        for place, label in enumerate(_labels(ran, dim)):
            before, after = deaths[0, :, place], deaths[arm, :, place]
            yield from _three(ran, name, f"{dim} {label}", _averted(before, after), before, births[place])


def _three(ran: Ran, name: str, level: str, gained: Array, before: Array, births: Array) -> Iterator[Figure]:
    """Number, percent of the comparator's, and per 1,000 births."""
    unit = counted(wording(ran.question.model))
    yield figure_of(name, "deaths_averted", level, gained, unit, **is_small(float(gained.mean())))
    yield from _beside_number(ran, name, level, gained, before, births)


def _beside_number(
    ran: Ran, name: str, level: str, gained: Array, before: Array, births: Array
) -> Iterator[Figure]:
    words = wording(ran.question.model)
    unit = counted(words)
    # of no deaths at all there is no percentage
    value, of = float(before.mean()), f"% of {unit}"
    percent = 100.0 * gained / value if value > 0 else np.full(gained.shape, np.nan)
    yield figure_of(name, "percent_averted", level, percent, of)
    per = PER * ratio(gained, births)
    yield figure_of(name, "deaths_averted_per_1000", level, per, f"per 1,000 {words['births']}")


def _averted(before: Array, after: Array) -> Array:
    """What is less than rounding of all deaths is none."""
    apart = before - after
    return np.where(np.abs(apart) > ROUNDING * before, apart, 0.0)


def _deaths(ran: Ran, dim: str) -> Array:
    """``float64[arms, draws, levels]``."""
    return fifths(ran.margins.by[IMD]) if dim == FIFTH else ran.margins.by[dim]


def _births(ran: Ran, dim: str) -> Array:
    """Births that the deaths of each level are among, all of them where they are told apart by what they died of."""
    births = ran.births[None]
    if dim in ran.question.model.strata:
        return np.asarray(over(ran, births, dim)[0])
    if dim == FIFTH:
        return fifths(over(ran, births, IMD)[0])
    return np.full(len(_labels(ran, dim)), births.sum())


def _labels(ran: Ran, dim: str) -> Sequence[str]:
    model = ran.question.model
    if dim == YEAR:
        return [str(year) for year in ran.question.years]
    if dim == FIFTH:
        return [str(number) for number in range(1, 6)]
    special = {CAUSE: tuple(model.spec.deaths.causes), AGE_BAND: tuple(model.spec.deaths.age_bands)}
    return special[dim] if dim in special else model.strata[dim]


def _of_variables(ran: Ran) -> Iterator[Figure]:
    """Births and deaths of every arm at every level of the variables that were asked for, and what is averted."""
    words, arms = wording(ran.question.model), ran.margins.arms
    unit = counted(words)
    for variable, counts in ran.margins.levels.items():
        for arm, name in enumerate(arms):
            moved = bool(counts.moved[0] or counts.moved[arm])
            more = {"level_is": OWN if moved else NATURE}
            for place, label in enumerate(ran.question.model.levels(variable)):
                level = f"{variable} {label}"
                births, deaths = counts.births[arm, :, place], counts.deaths[arm, :, place]
                small = is_small(float(deaths.mean()))
                yield figure_of(name, "births", level, births, words["births"], **more)
                yield figure_of(name, "deaths", level, deaths, unit, **more, **small)
                if not arm:
                    continue
                before = counts.deaths[0, :, place]
                gained = _averted(before, deaths)
                if moved:
                    # fewer deaths at a level are also those of babies who are at another one now
                    yield figure_of(name, "fewer_deaths", level, gained, unit, **more)
                else:
                    yield from _three(ran, name, level, gained, before, counts.births[0, :, place])
