"""Invented models and what the tests of the engine do with them.

``harbour`` has every kind of arrow, ``orchard`` has to be solved, ``island`` has no years.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scenarios.interventions import arms_of
from scenarios.read import parse_scenario
from scenarios.schema import Scenario
from simcore.arms import Arm
from simcore.draws import DrawBlock, sample_priors
from simcore.kernels.deaths import Realised, realise_births
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import evaluate_births
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.pack import apportion
from simcore.program import Program, compile_natural
from simcore.run import MakeArms, Settings, pack_worlds, simulate
from simcore.worlds import Worlds, lay_arms

FOLDER = Path(__file__).parent
ESTIMATORS = ("exact", "expected", "realised")


@cache
def invented(name: str) -> Model:
    return load_model(FOLDER / name)


def scenario(name: str, *interventions: str, model: str = "harbour") -> Scenario:
    """A scenario file in few words, read."""
    return parse_scenario(scenario_text(name, *interventions, model=model), f"{name}.yaml")


def scenario_text(name: str, *interventions: str, model: str = "harbour") -> str:
    """What stands in it: each intervention is YAML in flow style, its source an assumption."""
    text = f"scenario: 1\nname: {name}\ntitle: {name}\nwhy: a test\nmodel: {model}\ninterventions:"
    text += "".join(f"\n  - {{{i}}}" for i in interventions) or " []"
    return text.replace("ASSUMED", "source: assumption, note: invented")


def prevalence(of: str, multiply: object, more: str = "", id: str = "change") -> str:
    return f"id: {id}, change: prevalence, of: {of}, multiply: {multiply}, ASSUMED{more}"


def hazard(ratio: object, causes: str, bands: str, more: str = "", id: str = "service") -> str:
    return (
        f"id: {id}, change: hazard_ratio, begins: pregnancy, causes: [{causes}], age_bands: [{bands}], "
        f"ratio: {{value: {ratio}, ASSUMED}}{more}"
    )


def support(
    to: str, outcome: tuple[str, str], coverage: object, uptake: object, effect: object, id: str = "offer"
) -> str:
    return (
        f"id: {id}, change: support, offer_to: {{{to}}}, coverage: {{value: {coverage}, ASSUMED}}, "
        f"uptake: {{value: {uptake}, ASSUMED}}, effect: {{multiplies: {{variable: {outcome[0]}, "
        f"level: {outcome[1]}}}, base: natural, value: {effect}, ASSUMED}}"
    )


class Answer(NamedTuple):
    """All blocks of a run, one after the other."""

    deaths: np.ndarray
    """``float64[arms, draws, *strata, causes, age bands]``."""
    slices: np.ndarray
    stages: dict[tuple[str, str], np.ndarray]
    arms: tuple[str, ...]

    def of(self, arm: str) -> np.ndarray:
        return self.deaths[self.arms.index(arm)]


def answer(
    model: Model,
    structure: Structure,
    draws: DrawBlock,
    arms: Sequence[Scenario] | MakeArms,
    years: Sequence[int],
    **settings: object,
) -> Answer:
    make = arms if callable(arms) else arms_of(arms)
    results = [r for _, r in simulate(model, structure, draws, make, years, Settings(**settings))]  # type: ignore[arg-type]
    stages = {key: np.concatenate([r.stages[key] for r in results]) for key in results[0].stages}
    return Answer(
        np.concatenate([r.deaths for r in results], axis=1),
        np.concatenate([r.slices for r in results], axis=1),
        stages,
        results[0].arms,
    )


class Babies(NamedTuple):
    """Every simulated birth of one draw in every arm."""

    worlds: Worlds
    levels: dict[str, np.ndarray]
    """``uint8[arms, births]`` of each variable."""
    fate: Realised
    packed: Packed
    """The program that drew them."""


def babies(
    model: Model,
    structure: Structure,
    draws: DrawBlock,
    arms: Sequence[Scenario] | MakeArms,
    years: Sequence[int],
    births: int,
    draw: int = 0,
    seed: int = 1,
) -> Babies:
    """Each birth's variables and what becomes of it, arm by arm."""
    program = compile_natural(model, structure, draws, years)
    make = arms if callable(arms) else arms_of(arms)
    worlds = lay_arms(program, list(make(program, draws)))
    packer = pack_worlds(program, worlds, apportion(model.births_in(program.network.strata), births))
    packed = packer.with_deaths(packer.plan(), draw)
    index = int(draws.index[draw])
    names = [*worlds.network.strata, "slice", *(node.name for node in packer.nodes)]
    drawn = evaluate_births(packed, seed, index)
    levels = {name: drawn[:, v] for v, name in enumerate(names)}
    return Babies(worlds, levels, realise_births(packed, seed, index), packed)


def natural_arm(program: Program, draws: DrawBlock) -> list[Arm]:
    return [Arm("natural")]


def priors(name: str, n: int) -> DrawBlock:
    return sample_priors(invented(name), n)
