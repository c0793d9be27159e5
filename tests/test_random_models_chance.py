"""Births drawn from model files written by chance, against their exact sums: all models together in one statistic.

Profiles of a stratum are one multinomial sample, and so are its deaths by cause and band with the survivors. Pearson's
statistics of all strata of all models are added up, for the first arm of each and for the last.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from scenarios.interventions import arms_of
from simcore.draws import DrawBlock
from simcore.kernels.deaths import count_deaths
from simcore.kernels.profiles import count_profiles
from simcore.model import Model, SharesTable
from simcore.network import Labelled, push_forward
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.run import pack_worlds
from simcore.worlds import Worlds, lay_arms
from tests.chance import normal_faults, pearson, z_of_t
from tests.models import answer
from tests.models.written import folders
from tests.models.written_folder import Folder
from tests.test_random_models import TIMES, budget, draws_of

MODELS, BIRTHS, LEVEL = 60, 6_000, 1e-4
REPEATS = 30
"""Runs of the expected estimator, by whose spread its mean is judged."""
Spoil = Callable[[Model], Model]


def sound(model: Model) -> Model:
    return model


class Pooled:
    """Statistics of all models, by what was counted."""

    def __init__(self) -> None:
        self.chi: dict[str, list[tuple[float, int]]] = {}
        self.scores: list[float] = []
        self.models: set[int] = set()

    def add(self, what: str, counts: np.ndarray, chances: np.ndarray) -> None:
        """Counts and chances ``[strata, cells]`` of independent samples."""
        for seen, chance in zip(counts, chances, strict=True):
            if seen.sum():
                self.chi.setdefault(what, []).append(pearson(seen, chance))

    def p_value(self, what: str) -> float:
        chi, df = np.sum(self.chi[what], axis=0)
        return float(stats.chi2.sf(chi, df))

    def freedom(self, what: str) -> int:
        return int(np.sum(self.chi[what], axis=0)[1])


def look_at(folder: Folder, spoil: Spoil, pooled: Pooled) -> None:
    """Draw births of one model, wrong in the way of ``spoil``, and compare them with what it should give."""
    model, wrong, draws = folder.model, spoil(folder.model), draws_of(folder)
    arms, structure = arms_of(folder.arms), model.structure()
    laid: list[Worlds] = []
    for each in (model, wrong):
        program = compile_natural(each, structure, draws, folder.years)
        laid.append(lay_arms(program, list(arms(program, draws))))
    truth, network = laid[0], laid[1].network
    births = model.births_in(network.strata)
    simulated = apportion(births, BIRTHS)
    carried = tuple(network.carrier(name) for name in model.spec.variables)
    program = compile_natural(wrong, structure, draws, folder.years)
    packer = replace(pack_worlds(program, laid[1], simulated), profile=carried)
    packed = packer.with_deaths(packer.plan(), 0)
    # strata and decisions have the same names in many models: luck of its own for each, and each once
    seed = zlib.crc32(repr(folder).encode())
    if seed in pooled.models:
        return
    pooled.models.add(seed)
    profiles = count_profiles(packed, seed, 0).reshape(len(folder.arms), -1, simulated.size)
    deaths = count_deaths(packed, seed, 0).reshape(len(folder.arms), simulated.size, -1)
    common = structure, draws, folder.arms, folder.years
    exact = answer(model, *common, estimator="exact").deaths
    risk = np.divide(
        exact[:, 0],
        births[..., None, None],
        out=np.zeros_like(exact[:, 0]),
        where=births[..., None, None] > 0,
    )
    risk = risk.reshape(len(folder.arms), simulated.size, -1)
    n = simulated.reshape(-1, 1)
    for arm, which in ((0, "first"), (len(folder.arms) - 1, "last")):
        start = Labelled(tuple(network.strata), np.ones((1, *births.shape)))
        keep = (*network.strata, *carried)
        joint = push_forward(start, truth.network.nodes, arm, set(keep)).total(*keep).values[0]
        pooled.add(f"profiles of the {which} arm", profiles[arm].T, joint.reshape(simulated.size, -1))
        everyone = np.concatenate([deaths[arm], n - deaths[arm].sum(axis=1, keepdims=True)], axis=1)
        of_all = np.concatenate([risk[arm], 1 - risk[arm].sum(axis=1, keepdims=True)], axis=1)
        pooled.add(f"deaths of the {which} arm", everyone, np.where(of_all < 1e-12, 0.0, of_all))
    again = draws.rows(slice(0, 1))
    many = DrawBlock(
        np.arange(REPEATS), {name: np.repeat(v, REPEATS) for name, v in again.parameters.items()}
    )
    arms_of_many = structure, many, folder.arms, folder.years
    drawn = answer(wrong, *arms_of_many, births=BIRTHS // REPEATS * 5, seed=seed).deaths[-1]
    gap = drawn.reshape(REPEATS, -1).sum(axis=1) - exact[-1, 0].sum()
    error = gap.std(ddof=1) / np.sqrt(REPEATS)
    if error > 1e-9 * exact[-1, 0].sum():
        pooled.scores.append(float(z_of_t(gap.mean() / error, REPEATS - 1)))
    elif spoil is sound:
        assert np.abs(gap).max() <= 1e-7 * max(exact[-1, 0].sum(), 1.0)


@cache
def over_models(spoil: Spoil) -> Pooled:
    pooled = Pooled()

    # what is planted is found in few models; among many, some make possible what never happens, which ends the search
    @budget(MODELS, TIMES if spoil is sound else 1)
    @given(folders())
    def each(folder: Folder) -> None:
        look_at(folder, spoil, pooled)

    each()
    assert len(pooled.models) > MODELS // 2
    return pooled


COUNTED = [f"{what} of the {arm} arm" for what in ("profiles", "deaths") for arm in ("first", "last")]


@pytest.mark.parametrize("what", COUNTED)
def test_counted_births_agree_with_exact_sums_over_all_models(what: str) -> None:
    pooled = over_models(sound)
    assert pooled.freedom(what) > 200
    assert pooled.p_value(what) > LEVEL


def test_expected_deaths_agree_with_exact_sums_over_all_models() -> None:
    scores = over_models(sound).scores
    assert len(scores) > 10
    assert normal_faults(scores) == []


# ---- power


def tilted(model: Model) -> Model:
    """Each later level of the first variable a seventh likelier than the one before, by odds."""
    name = next(iter(model.shares))
    table = model.shares[name]
    odds = table.low * (8 / 7) ** np.arange(table.low.shape[-1])
    low = odds / odds.sum(axis=-1, keepdims=True)
    return replace(model, shares={**model.shares, name: SharesTable(table.axes, low, low)})


def deadlier(model: Model) -> Model:
    """All hazards an eighth too high."""
    return replace(model, baseline=model.baseline * 1.125)


@pytest.mark.parametrize("arm", ["first", "last"])
def test_one_table_wrong_by_a_seventh_of_its_odds_is_found(arm: str) -> None:
    assert over_models(tilted).p_value(f"profiles of the {arm} arm") < LEVEL


@pytest.mark.parametrize("arm", ["first", "last"])
def test_hazards_too_high_by_an_eighth_are_found(arm: str) -> None:
    assert over_models(deadlier).p_value(f"deaths of the {arm} arm") < LEVEL
