"""Invented models of growing size, written as model files are and held in memory.

Variables of two to six levels with up to three parents, all of them leading to the last, which like gestation dominates
risk. Every other variable multiplies the hazards, up to ``greatest`` at its last level, and the baseline is lower by
what that adds on average: however many factors there are, about four births in a thousand die. Two exposures can be
moved by policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from scenarios.read import parse_scenario
from scenarios.schema import Scenario
from simcore.documents import parse_yaml
from simcore.model import Model, SharesTable
from simcore.problems import DocumentError
from simcore.spec import ModelFile
from simcore.strict import check
from simcore.words import word_problems

MOVED = ("x1", "x3")
MOST_PROFILE_VARIABLES, MOST_PROFILES = 8, 5_000
LEVELS = (4, 2, 3, 2, 6, 5, 2, 3, 2, 4, 2, 3)
"""Levels of the first variables, in turn; the last variable has five."""
MOST_PARENTS = 3
LAST_SHARES = (0.004, 0.008, 0.06, 0.90, 0.028)
BASE = (
    (0.2, 0.02, 0.004, 0.04), (0.02, 0.012, 0.003, 0.006), (0.002, 0.004, 0.0008, 0.0015),
    (0.00003, 0.0007, 0.0002, 0.0003), (0.00003, 0.0008, 0.0002, 0.0004),
)  # fmt: skip
"""Hazard of each of four causes over the year, by level of the last variable."""
OF_BAND = (0.5, 0.2, 0.3)


def model(variables: int, greatest: float) -> Model:
    """A model of so many variables; the same for the same arguments."""
    rng = np.random.default_rng(variables)
    adds = 1.0
    names = [f"x{v}" for v in range(variables)]
    levels = [LEVELS[v % len(LEVELS)] for v in range(variables - 1)] + [len(LAST_SHARES)]
    shares, text = {}, [_HEAD]
    for v, name in enumerate(names):
        # the one just before is always a parent, so that all of them lead to the last and none can be left out
        before = sorted({v - 1, *rng.permutation(v)[: MOST_PARENTS - 1].tolist()}) if v else []
        by = tuple(names[p] for p in before)
        common = np.array(LAST_SHARES) if v == variables - 1 else rng.dirichlet(np.full(levels[v], 5.0))
        table = _table(rng, [levels[p] for p in before], common)
        shares[name] = SharesTable(by, table, table)
        if v < variables - 1:
            adds *= float(common @ greatest ** (np.arange(levels[v]) / (levels[v] - 1)))
        number = "beside_clocks" if v == variables - 1 else v
        kind = "intermediate" if v == variables - 1 else "exposure"
        text.append(
            f"  {name}: {{kind: {kind}, meaning: invented, decision: {number}, levels: {_list(range(levels[v]))}, "
            f"shares: {{table: none.csv, by: {_list(by)}}}}}"
        )
    text.append(_DEATHS.format(last=names[-1]))
    for name, n in zip(names[:-1], levels[:-1], strict=True):
        ratios = ", ".join(f"{level}: {greatest ** (level / (n - 1))!r}" for level in range(1, n))
        text.append(f"    - {{parent: {name}, ratios: {{{ratios}}}}}")
    document = parse_yaml("\n".join(text), f"invented, {variables} variables")
    spec = check(document, ModelFile)
    problems = list(word_problems(document, spec))
    if problems:
        raise DocumentError(problems)
    baseline = np.array(BASE)[:, :, None] * np.array(OF_BAND) / adds
    return Model(spec, Path(), {"year": ("2020",)}, np.array([1e6]), shares, baseline)


def arms(n: int) -> list[Scenario]:
    """From no change to half of two exposures, in even steps."""
    return [_arm(k, 1 - 0.5 * k / (n - 1) if n > 1 else 1.0) for k in range(n)]


def profile(of: Model) -> tuple[str, ...]:
    """Variables to count by: the last one, those moved, then the latest while there is room for their profiles."""
    levels = {name: len(variable.levels) for name, variable in of.spec.variables.items()}
    latest = list(reversed(levels))
    chosen: list[str] = []
    for name in dict.fromkeys([latest[0], *MOVED, *latest]):
        fits = np.prod([levels[other] for other in (*chosen, name)]) <= MOST_PROFILES
        if fits and len(chosen) < MOST_PROFILE_VARIABLES:
            chosen.append(name)
    return tuple(name for name in levels if name in chosen)


_HEAD = """
model: invented
title: Invented, for measuring how cost grows
edition: "1"
population: invented births
strata: {dims: {year: {first: 2020, last: 2020}}, births: none.csv}
reference_years: [2020]
variables:"""
_DEATHS = """
deaths:
  causes:
    first: {{meaning: invented, clock: 0}}
    second: {{meaning: invented, clock: 1}}
    third: {{meaning: invented, clock: 2}}
    fourth: {{meaning: invented, clock: 3}}
  age_bands: {{days_0_6: [0, 7], days_7_27: [7, 28], days_28_364: [28, 365]}}
  baseline: {{by: [{last}], table: none.csv}}
  hazard_ratios:"""


def _table(rng: np.random.Generator, parents: list[int], common: np.ndarray) -> np.ndarray:
    """Shares that differ with the parents, odds by a factor of two or so."""
    odds = common * np.exp(rng.normal(0.0, 0.3, (*parents, common.size)))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def _list(items: Iterable[object]) -> str:
    return "[" + ", ".join(map(str, items)) + "]"


def _arm(number: int, multiply: float) -> Scenario:
    changes = "".join(
        f"\n  - {{id: less_{of}, change: prevalence, of: {of}, multiply: {multiply!r}, "
        "source: assumption, note: invented}"
        for of in MOVED
    )
    text = f"scenario: 1\nname: arm_{number}\ntitle: invented\nwhy: invented\nmodel: invented\ninterventions:{changes}"
    return parse_scenario(text, f"arm_{number}.yaml")
