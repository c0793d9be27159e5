"""What holds for every model file: claims put to small model folders and scenario files written by chance.

The folders come from `tests.models.written` and go through the ordinary door. An example that fails is shrunk and
printed as the text of its files. The examples are the same in every run.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from simcore.draws import DrawBlock, sample_priors
from tests import reference
from tests.models import ESTIMATORS, Answer, Babies, answer, babies, natural_arm
from tests.models.plain import Plain
from tests.models.written import folders, with_cause, with_service, with_unrelated_variable
from tests.models.written_folder import Folder

BIRTHS, SEED = 600, 2**63 + 5
TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""How many times as many examples: `make study` sets it."""


def budget(examples: int, times: int = TIMES) -> settings:
    """So many examples, always the same ones; many times as many are those of pytest's ``--hypothesis-seed``."""
    return settings(
        max_examples=examples * times,
        derandomize=times == 1,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def draws_of(folder: Folder) -> DrawBlock:
    return sample_priors(folder.model, 2)


def seen(folder: Folder, births: int = BIRTHS) -> Babies:
    """Births of the second draw in every arm."""
    model = folder.model
    return babies(model, model.structure(), draws_of(folder), folder.arms, folder.years, births, 1, SEED)


def run(folder: Folder, estimator: str, births: int = BIRTHS) -> Answer:
    model = folder.model
    common = {"estimator": estimator, "births": births, "seed": SEED}
    return answer(model, model.structure(), draws_of(folder), folder.arms, folder.years, **common)


def fates(found: Babies) -> np.ndarray:
    """Cause, band and day of each birth in each arm: ``int[3, arms, births]``."""
    return np.stack([part.astype(np.int64) for part in found.fate])


# ---- the plain twins


@budget(50)
@given(folders())
def test_every_birth_is_that_of_the_plain_twin(folder: Folder) -> None:
    found = seen(folder, 200)
    packed, names = found.packed, list(found.levels)
    dead = np.flatnonzero((found.fate.cause >= 0).any(axis=0))
    for position in {*range(0, packed.n_births, 11), *dead[:20].tolist()}:
        birth = reference.Birth(packed, SEED, 1, position)
        for arm in range(packed.n_arms):
            assert birth.levels(arm) == [int(found.levels[name][arm, position]) for name in names]
            assert birth.death(arm) == tuple(fates(found)[:, arm, position])


@budget(60)
@given(folders())
def test_exact_deaths_are_the_plain_enumeration_of_the_files(folder: Folder) -> None:
    model, draws, years = folder.model, draws_of(folder), folder.years
    exact = answer(model, model.structure(), draws, natural_arm, years, estimator="exact").of("natural")
    for draw in range(draws.size):
        plain = Plain(model, model.structure(), draws, draw, years)
        assert exact[draw] == pytest.approx(plain.deaths(list(plain.strata)), rel=1e-9, abs=1e-12)


@budget(50)
@given(folders())
def test_expected_deaths_are_the_risks_of_the_births_drawn_added_up(folder: Folder) -> None:
    assume("drawn_to" in folder.document)
    model, draws, years = folder.model, draws_of(folder), folder.years
    common = {"births": BIRTHS, "seed": SEED}
    expected = answer(model, model.structure(), draws, natural_arm, years, **common).of("natural")[1]
    found = babies(model, model.structure(), draws, natural_arm, years, BIRTHS, 1, SEED)
    plain = Plain(model, model.structure(), draws, 1, years)
    strata, variables = list(plain.strata), list(model.spec.variables)
    known = [*strata, *variables[: variables.index(model.spec.drawn_to) + 1]]
    joint = plain.joint()
    births = joint.sum(axis=tuple(i for i, name in enumerate(plain.names) if name not in known))
    drawn = np.zeros(births.shape)
    np.add.at(drawn, tuple(found.levels[name][0] for name in known), 1.0)
    assert (births[drawn > 0] > 0).all()
    risk = plain.deaths(known) / np.where(births > 0, births, 1.0)[..., None, None]
    of_stratum = tuple(range(len(strata), len(known)))
    simulated = drawn.sum(axis=of_stratum)
    scale = births.sum(axis=of_stratum) / np.maximum(simulated, 1.0)
    by_hand = (drawn[..., None, None] * risk).sum(axis=of_stratum) * scale[..., None, None]
    assert expected == pytest.approx(by_hand, rel=1e-9, abs=1e-12)


# ---- the same bits


@pytest.mark.parametrize("estimator", ESTIMATORS)
@budget(40)
@given(folders(), st.data())
def test_arms_in_any_order_and_any_subset_have_the_same_bits(
    estimator: str, folder: Folder, data: st.DataObject
) -> None:
    every = run(folder, estimator)
    arms = range(len(folder.scenarios))
    chosen = data.draw(st.lists(st.sampled_from(arms), min_size=1, unique=True), label="arms")
    some = run(replace(folder, scenarios=tuple(folder.scenarios[i] for i in chosen)), estimator)
    assert np.array_equal(some.deaths, every.deaths[chosen])
    assert np.array_equal(some.slices, every.slices[chosen])
    for key, people in some.stages.items():
        assert np.array_equal(people, every.stages[key])


@budget(50)
@given(folders(), st.data())
def test_a_birth_is_the_same_in_any_company_of_arms(folder: Folder, data: st.DataObject) -> None:
    every = seen(folder)
    arm = data.draw(st.sampled_from(range(len(folder.scenarios))), label="arm")
    alone = seen(replace(folder, scenarios=(folder.scenarios[arm],)))
    network = alone.worlds.network
    for name in folder.document["variables"]:
        values = every.levels[every.worlds.network.carrier(name)][arm]
        assert np.array_equal(alone.levels[network.carrier(name)][0], values)
    assert np.array_equal(fates(alone)[:, 0], fates(every)[:, arm])


@budget(50)
@given(folders().flatmap(lambda folder: st.tuples(st.just(folder), with_unrelated_variable(folder))))
def test_a_variable_that_nothing_hangs_on_moves_no_number(pair: tuple[Folder, Folder]) -> None:
    folder, more = pair
    before, after = seen(folder), seen(more)
    for name, values in before.levels.items():
        assert np.array_equal(after.levels[name], values), name
    assert np.array_equal(fates(after), fates(before))
    for estimator in ESTIMATORS:
        one, other = run(folder, estimator), run(more, estimator)
        assert np.array_equal(other.deaths, one.deaths), estimator
        assert np.array_equal(other.slices, one.slices), estimator


@budget(50)
@given(folders().flatmap(lambda folder: st.tuples(st.just(folder), with_cause(folder, deadly=False))))
def test_a_cause_of_which_nobody_dies_moves_no_number(pair: tuple[Folder, Folder]) -> None:
    folder, more = pair
    kept = [cause != "unrelated" for cause in more.document["deaths"]["causes"]]
    for estimator in ESTIMATORS:
        one, other = run(folder, estimator), run(more, estimator)
        # a product of matrices may round the last place otherwise where there are more columns
        close = 0 if estimator == "realised" else 1e-13
        assert other.deaths[..., kept, :] == pytest.approx(one.deaths, rel=close, abs=0), estimator
        assert (other.deaths[..., np.logical_not(kept), :] == 0).all()


@budget(50)
@given(folders().flatmap(lambda folder: st.tuples(st.just(folder), with_cause(folder, deadly=True))))
def test_a_further_cause_takes_some_and_leaves_all_others_their_death(pair: tuple[Folder, Folder]) -> None:
    folder, more = pair
    before, after = fates(seen(folder)), fates(seen(more))
    causes = list(more.document["deaths"]["causes"])
    place = causes.index("unrelated")
    renumbered = np.where(before[0] >= place, before[0] + 1, before[0])
    taken = after[0] == place
    assert np.array_equal(after[0][~taken], renumbered[~taken])
    assert np.array_equal(after[1:][:, ~taken], before[1:][:, ~taken])
    # who is taken lived, or would have died no earlier
    assert (after[2][taken] <= np.where(before[2] < 0, np.inf, before[2])[taken]).all()


# ---- births and deaths


@budget(50)
@given(folders())
def test_births_are_survivors_and_deaths(folder: Folder) -> None:
    found = seen(folder)
    model = folder.model
    cause, band, day = fates(found)
    assert np.array_equal(cause < 0, band < 0)
    assert np.array_equal(cause < 0, day < 0)
    edges = list(model.spec.deaths.age_bands.values())
    for number, (first, end) in enumerate(edges):
        inside = day[band == number]
        assert ((first <= inside) & (inside < end)).all()
    births = model.births_in(found.worlds.network.strata)
    for estimator in ESTIMATORS:
        total = run(folder, estimator).deaths.sum(axis=(-1, -2))
        assert (total >= 0).all()
        assert (total <= births * (1 + 1e-12)).all(), estimator
    # deaths counted are the births that died, one by one
    counted = run(folder, "realised").deaths[:, 1]
    simulated = np.zeros(births.shape)
    where = tuple(found.levels[dim][0] for dim in found.worlds.network.strata)
    np.add.at(simulated, where, 1.0)
    assert ((simulated > 0) == (births > 0)).all()
    by_hand = np.zeros(counted.shape)
    for arm in range(len(by_hand)):
        dead = cause[arm] >= 0
        np.add.at(by_hand[arm], (*(w[dead] for w in where), cause[arm][dead], band[arm][dead]), 1.0)
    scale = np.divide(births, simulated, out=np.zeros_like(births), where=simulated > 0)
    assert counted == pytest.approx(by_hand * scale[..., None, None], rel=1e-12)


@budget(50)
@given(folders(arms=1).flatmap(lambda folder: with_service(folder)))
def test_less_hazard_never_adds_a_death_nor_hastens_one(folder: Folder) -> None:
    found = seen(folder, 3000)
    cause, _, day = fates(found)[:, [0, -1]].transpose(0, 1, 2)
    lived, lives = cause < 0
    assert not (lived & ~lives).any()
    both = ~lived & ~lives
    assert (day[1][both] >= day[0][both]).all()
    for estimator in ("exact", "expected"):
        died = run(folder, estimator).deaths.sum(axis=(-1, -2))
        assert (died[-1] <= died[0] * (1 + 1e-13)).all(), estimator


@budget(50)
@given(folders(arms=1).flatmap(lambda folder: with_service(folder, causes=1)))
def test_a_service_against_one_cause_leaves_others_alone_but_for_those_it_saved(folder: Folder) -> None:
    service = folder.scenarios[-1]["interventions"][0]
    acted_on = list(folder.document["deaths"]["causes"]).index(service["causes"][0])
    found = fates(seen(folder, 3000))[:, [0, -1]]
    changed = (found[:, 0] != found[:, 1]).any(axis=0)
    assert (found[0, 0][changed] == acted_on).all()
    exact = run(folder, "exact").deaths
    others = np.delete(exact, acted_on, axis=-2)
    assert (others[-1] >= others[0] * (1 - 1e-13)).all()
    assert (exact[-1].sum(axis=(-1, -2)) <= exact[0].sum(axis=(-1, -2)) * (1 + 1e-13)).all()
