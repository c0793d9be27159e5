"""One pass over the births, whatever is compared; and what arms share is what each would have worked out alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.interventions import arms_of
from scenarios.question import ask
from scenarios.schema import Scenario
from simcore import block_births
from simcore.cli.compare import command
from simcore.everyone import Everyone
from simcore.expected import RiskCache, births_at, births_moved, exact_rows, exact_weights, meet
from simcore.kernels.numbers import NOBODY, find_slots
from simcore.model import Model, Structure
from simcore.network import push_forward
from simcore.program import compile_natural
from simcore.run import BIRTHS, Settings, simulate
from simcore.solved import read_draws
from simcore.worlds import World, lay_arm
from tests.conftest import ROOT
from tests.models import hazard, invented, prevalence, priors, scenario, support

YEARS = (2002, 2004)
YEAR = 2033
"""Every library file acts in it."""
ARMS = (
    scenario("base"),
    scenario("less", prevalence("smoking", 0.5)),
    scenario("young", prevalence("child_poverty", 0.7, ", where: {mother_age: older}")),
    scenario("offer", support("smoking: yes", ("pregnancy_smoking", "quit"), 0.7, 0.5, 1.5)),
    scenario(
        "service",
        hazard(
            0.8,
            "sudden",
            "days_7_27, days_28_364",
            ", where: {area: north}, coverage: {value: 0.5, ASSUMED}",
            id="units",
        ),
        prevalence("smoking", 0.5),
    ),
)


def drawn_by(
    model: Model, structure: Structure, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, np.ndarray]]:
    """Every pass over the births of a draw that a run makes: the number of its draw, and what it drew."""
    passes: list[tuple[int, np.ndarray]] = []
    draw = block_births.evaluate_births

    def counted(packed: Any, seed: int, number: int, **more: Any) -> np.ndarray:
        levels = draw(packed, seed, number, **more)
        passes.append((number, levels))
        return levels

    monkeypatch.setattr(block_births, "evaluate_births", counted)
    for _ in simulate(model, structure, *asked, Settings(births=1_000)):
        pass
    return passes


def asked_of_england(structure: Structure, files: Sequence[str | Path], draws: int) -> tuple[Model, Any, int]:
    question = ask(files, years=[YEAR])
    block = read_draws(question.model, structure, draws, question.source_of(structure))
    return question.model, (block, arms_of(question.scenarios), [YEAR]), len(question.scenarios)


def test_the_births_of_a_draw_are_drawn_once_for_all_library_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for bounds that give every decile the composition of one: who is born there is not who was."""
    question = ask([ROOT / "scenarios" / "library"], years=[YEAR])
    files = [
        scenario.document.path
        for scenario in question.scenarios[1:]
        if all(change.change != "what_if_equal" for change in scenario.interventions)
    ]
    assert len(files) > 15
    model, asked, _ = asked_of_england(question.structure, files, 3)
    passes = drawn_by(model, question.structure, asked, monkeypatch)
    assert [number for number, _ in passes] == asked[0].index.tolist()


def test_an_arm_that_moves_what_is_drawn_draws_again_with_the_same_luck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where less poverty is less smoking, those births are drawn once more: the claim above can fail."""
    model = ask(["smoking_halved"]).model
    structure = model.structure({"poverty_to_smoking": "on"})
    model, asked, _ = asked_of_england(structure, ["smoking_halved", "child_poverty_35"], 1)
    (_, shared), (_, again) = drawn_by(model, structure, asked, monkeypatch)
    # ethnic group, the mother's age: nothing before what is moved has moved
    assert np.array_equal(shared[0, :2], again[0, :2])


def worlds_of(arms: Sequence[Scenario]) -> tuple[Any, list[World]]:
    model = invented("harbour")
    draws = priors("harbour", 3)
    program = compile_natural(model, model.structure(), draws, YEARS)
    return program, [lay_arm(program, arm) for arm in arms_of(arms)(program, draws)]


def test_births_at_steps_are_those_summed_for_each_arm_by_itself() -> None:
    program, worlds = worlds_of(ARMS)
    births = program.model.births_in(program.network.strata)
    everyone, strata = Everyone(program, births, {}), tuple(program.network.strata)
    looked_at = 0
    for world in worlds:
        start = exact_weights(world, births)
        for place, node in enumerate(world.network.nodes):
            if node.name in program.model.spec.variables:
                continue
            was = (node.parents[0],) if node.stands_for is not None else ()
            keep = (*strata, *was, node.name)
            alone = push_forward(start, world.network.nodes[: place + 1], 0, keep).total(*keep).values
            if node.stands_for is None:
                found, expected = births_at(world, node.name, everyone), alone[..., -1]
            else:
                found = births_moved(world, node.name, everyone)
                expected = alone.sum(axis=(-1, -2)) - np.trace(alone, axis1=-2, axis2=-1)
            assert np.broadcast_to(found, expected.shape) == pytest.approx(expected, rel=1e-12)
            looked_at += 1
    assert looked_at > 8


def test_births_that_a_service_leaves_alone_have_the_risk_of_others_to_the_bit() -> None:
    _, worlds = worlds_of(ARMS)
    world, births = worlds[-1], invented("harbour").births_in(worlds[-1].network.strata)
    shared, alone = RiskCache(3), RiskCache(3)
    apart = replace(world, unedited=world.hazards)  # every cell worked out with the service's own factors
    found = meet(world, world.cut, exact_rows(world, births, shared), shared)
    every = meet(apart, apart.cut, exact_rows(apart, births, alone), alone)
    assert found.deaths == pytest.approx(every.deaths, rel=1e-13)
    assert found.risk is not every.risk and found.risk.values.shape == every.risk.values.shape
    without = replace(world, hazards=world.unedited)
    plain = meet(without, without.cut, exact_rows(without, births, shared), shared)
    in_the_north = world.network.levels("area").index("north")
    others = [i for i in range(len(world.network.levels("area"))) if i != in_the_north]
    assert np.array_equal(found.deaths[:, :, others], plain.deaths[:, :, others])
    assert (found.deaths[:, :, in_the_north] < plain.deaths[:, :, in_the_north]).any()


def test_an_arm_may_leave_every_birth_that_it_meets_alone() -> None:
    """Draws may hold no birth of those few whom a service reaches: nothing is then worked out for it."""
    _, worlds = worlds_of(ARMS)
    world, cache = worlds[-1], RiskCache(3)
    rows = exact_rows(world, invented("harbour").births_in(world.network.strata), cache)
    outside = rows.at["area"] != world.network.levels("area").index("north")
    some = replace(
        rows,
        draw=rows.draw[outside],
        at={name: level[outside] for name, level in rows.at.items()},
        births=rows.births[outside],
    )
    without = replace(world, hazards=world.unedited)
    found = meet(world, world.cut, some, cache).deaths
    assert found.any()
    assert np.array_equal(found, meet(without, without.cut, some, cache).deaths)
    nobody = replace(
        some, draw=some.draw[:0], at={n: a[:0] for n, a in some.at.items()}, births=some.births[:0]
    )
    assert not meet(world, world.cut, nobody, cache).deaths.any()


@pytest.mark.parametrize(
    ("cells", "table", "problem"),
    [
        ([1, -2], np.full(8, NOBODY), "a cell is negative"),
        ([1, 2], np.full(6, NOBODY), "a power of two"),
        ([1, 2], np.full(8, NOBODY, np.int32), "of int32"),
        ([1, 2, 3, 4], np.full(4, NOBODY), "may not find room"),
    ],
)
def test_a_table_of_numbers_without_room_is_refused(
    cells: list[int], table: np.ndarray, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        find_slots(np.array(cells), table)


def test_the_command_draws_as_many_births_as_the_library_does() -> None:
    (births,) = (option.default for option in command.params if option.name == "births")
    assert births == BIRTHS == Settings().births
