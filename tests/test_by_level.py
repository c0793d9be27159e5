"""Births and deaths by the level of a variable: exact, in sum the whole, and of no account to anything else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.interventions import arms_of
from simcore.groups import tally_groups
from simcore.model import Model
from simcore.program import compile_natural
from simcore.results import BlockResult, join_blocks
from simcore.run import Estimator, Settings, simulate
from simcore.store import RunFolder
from tests.models import invented, prevalence, priors, scenario
from tests.models.plain import Plain
from tests.models.written import folders
from tests.models.written_folder import Folder
from tests.test_random_models import budget, draws_of

YEARS = (2002, 2005)
EXACT = Settings(estimator="exact", block=2)
DRAWN = Settings(births=20_000, block=2)
POVERTY = 0.4


@cache
def blocks(settings: Settings, draws: int = 2) -> tuple[BlockResult, ...]:
    """Nature, and a policy that takes six in ten out of poverty."""
    model = invented("harbour")
    arms = arms_of([scenario("base"), scenario("policy", prevalence("child_poverty", POVERTY))])
    runs = simulate(model, model.structure(), priors("harbour", draws), arms, YEARS, settings)
    return tuple(result for _, result in runs)


def variables(model: Model) -> tuple[str, ...]:
    return tuple(model.spec.variables)


@pytest.mark.parametrize("settings", [EXACT, DRAWN], ids=lambda s: s.estimator)
def test_levels_add_up_to_the_whole_and_move_no_bit_of_it(settings: Settings) -> None:
    """Before the cut, behind it, and behind the frontier."""
    model = invented("harbour")
    (alone,) = blocks(settings)
    (found,) = blocks(replace(settings, by=variables(model)))
    assert np.array_equal(found.deaths, alone.deaths)
    assert np.array_equal(found.slices, alone.slices)
    whole = alone.deaths.reshape(2, 2, -1).sum(axis=-1)
    births = model.births_in({**model.strata, "year": tuple(map(str, YEARS))}).sum()
    assert set(found.levels) == set(variables(model))
    for name, counts in found.levels.items():
        assert counts.deaths.sum(axis=-1) == pytest.approx(whole, rel=1e-12), name
        assert counts.births.sum(axis=-1) == pytest.approx(np.full((2, 2), births), rel=1e-12), name


def test_levels_by_nature_are_those_of_both_passes_over_the_network() -> None:
    """Births and deaths of every variable, gestation too, beside sums that are done another way."""
    model, draws = invented("harbour"), priors("harbour", 2)
    (found,) = blocks(replace(EXACT, by=variables(model)))
    program = compile_natural(model, model.structure(), draws, YEARS)
    tallies = tally_groups(program, {name: model.levels(name)[0] for name in variables(model)}, draws.size)
    for name, tally in tallies.items():
        counts = found.levels[name]
        assert counts.births[0] == pytest.approx(tally.births, rel=1e-10), name
        assert counts.deaths[0] == pytest.approx(tally.deaths, rel=1e-10), name


def test_whom_a_policy_moves_is_counted_where_nature_had_them() -> None:
    """Of those in poverty six in ten die as they would out of it, and what follows from it follows; nobody else is
    touched."""
    model, draws = invented("harbour"), priors("harbour", 2)
    (found,) = blocks(replace(EXACT, by=("child_poverty",)))
    counts = found.levels["child_poverty"]
    program = compile_natural(model, model.structure(), draws, YEARS)
    tally = tally_groups(program, {"child_poverty": "no"}, draws.size)["child_poverty"]
    by_hand = POVERTY * tally.deaths[:, 1] + (1 - POVERTY) * tally.equalised[:, 1]
    assert counts.deaths[1][:, 1] == pytest.approx(by_hand, rel=1e-9)
    assert counts.deaths[1][:, 0] == pytest.approx(counts.deaths[0][:, 0], rel=1e-12)
    assert np.array_equal(counts.births[0], counts.births[1])
    assert (counts.deaths[0] - counts.deaths[1])[:, 1].min() > 0
    assert counts.moved.tolist() == [False, False]


def test_what_follows_a_policy_is_said_to_be_moved() -> None:
    """Gestation follows poverty: its levels in the two arms are not those of the same babies."""
    model = invented("harbour")
    (found,) = blocks(replace(EXACT, by=variables(model)))
    moved = {name for name, counts in found.levels.items() if counts.moved[1]}
    assert "gestation" in moved
    assert not any(counts.moved[0] for counts in found.levels.values())
    for name, counts in found.levels.items():
        same = counts.births[1] == pytest.approx(counts.births[0], rel=1e-12)
        assert same is (name not in moved), name


def test_levels_are_the_same_alone_in_company_and_in_other_blocks() -> None:
    both = replace(DRAWN, by=("mother_age", "gestation"))
    (together,) = blocks(both)
    (alone,) = blocks(replace(DRAWN, by=("gestation",)))
    one_by_one = join_blocks(blocks(replace(both, block=1)))
    for other in (alone, one_by_one):
        assert np.array_equal(other.levels["gestation"].deaths, together.levels["gestation"].deaths)
        assert np.array_equal(other.levels["gestation"].births, together.levels["gestation"].births)


def test_levels_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    model = invented("harbour")
    (block,) = blocks(replace(DRAWN, by=("mother_age", "gestation")))
    folder = RunFolder(tmp_path / "run", model, YEARS, {"seed": 1})
    folder.write(0, block)
    again = folder.read(0)
    assert set(again.levels) == set(block.levels)
    for name, counts in block.levels.items():
        assert np.array_equal(again.levels[name].births, counts.births)
        assert np.array_equal(again.levels[name].deaths, counts.deaths)
        assert np.array_equal(again.levels[name].moved, counts.moved)
    plain = blocks(DRAWN)[0]
    folder.write(0, plain)
    assert folder.read(0).levels == {}


@budget(25)
@given(folders(), st.sampled_from(["exact", "expected"]))
def test_levels_of_any_model_under_any_policy_add_up_and_are_plain_enumeration(
    folder: Folder, estimator: Estimator
) -> None:
    """Every variable of random models, with and without years, cuts and steps; nature beside an enumeration."""
    model, draws, names = folder.model, draws_of(folder), tuple(folder.model.spec.variables)
    settings = Settings(estimator=estimator, births=500, by=names)

    def ran(chosen: Settings) -> BlockResult:
        arms = arms_of(folder.arms)
        return join_blocks(
            [b for _, b in simulate(model, model.structure(), draws, arms, folder.years, chosen)]
        )

    found = ran(settings)
    assert np.array_equal(ran(replace(settings, by=())).deaths, found.deaths)
    whole = found.deaths.reshape(*found.deaths.shape[:2], -1).sum(axis=-1)
    plain = [Plain(model, model.structure(), draws, draw, folder.years) for draw in range(draws.size)]
    for name, counts in found.levels.items():
        assert counts.deaths.sum(axis=-1) == pytest.approx(whole, rel=1e-9, abs=1e-9), name
        if estimator == "exact":
            by_hand = np.array([each.deaths([name]).sum(axis=(-1, -2)) for each in plain])
            assert counts.deaths[0] == pytest.approx(by_hand, rel=1e-8, abs=1e-9), name
            for births, moved in zip(counts.births, counts.moved, strict=True):
                assert moved or births == pytest.approx(counts.births[0], rel=1e-9, abs=1e-9), name


def test_realised_deaths_are_not_told_apart_by_a_variable() -> None:
    with pytest.raises(ValueError, match="use `expected`"):
        Settings(estimator="realised", by=("mother_age",))
