"""From draws to packed tables: kernels against plain arithmetic, and the same bits in any block of draws."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from scenarios.interventions import arm_of, arms_of
from scenarios.read import library, read_scenario
from simcore.arms import Arm
from simcore.block_births import pack_drawn
from simcore.kernels.products import multiplied
from simcore.kernels.thresholds import fill_thresholds
from simcore.load import load_model
from simcore.model import Model
from simcore.pack import Plans
from simcore.program import Compiler, compile_natural
from simcore.solved import read_draws
from simcore.worlds import lay_arm
from tests.models import invented, priors

CERTAIN = 2**32 - 1

# ---- kernels


def awkward_table(rng: np.random.Generator, draws: int, rows: int, levels: int) -> np.ndarray:
    """Probabilities of which many are zero or one."""
    table = rng.dirichlet(np.full(levels, 0.3), (draws, rows)) * (rng.random((draws, rows, levels)) > 0.3)
    table[..., 0] += table.sum(axis=-1) == 0
    return np.asarray(table / table.sum(axis=-1, keepdims=True))


@pytest.mark.parametrize("levels", [2, 3, 6])
def test_thresholds_are_cumulative_probabilities_to_32_bits(levels: int) -> None:
    table = awkward_table(np.random.default_rng(levels), 4, 60, levels)
    words = np.full((4, 3 + 60 * (levels - 1) + 2), 7, np.uint32)
    assert fill_thresholds(table, words, 3) == words.shape[1] - 2
    assert (words[:, :3] == 7).all()
    assert (words[:, -2:] == 7).all()
    found = words[:, 3:-2].reshape(4, 60, levels - 1)
    for row, limits in zip(table.reshape(-1, levels), found.reshape(-1, levels - 1).tolist(), strict=True):
        for level, limit in enumerate(limits):
            below = sum(map(Fraction, row[: level + 1].tolist()))
            if not row[level + 1 :].any():
                assert limit == CERTAIN  # rounding leaves nothing to a level that is impossible
            elif not row[: level + 1].any():
                assert limit == 0
            else:
                assert abs(limit - min(below * 2**32, CERTAIN)) <= 1


def test_draws_that_do_not_differ_have_the_same_thresholds() -> None:
    table = awkward_table(np.random.default_rng(1), 1, 5, 3)
    one, three = np.zeros((1, 10), np.uint32), np.zeros((3, 10), np.uint32)
    fill_thresholds(table, one, 0)
    fill_thresholds(table, three, 0)
    assert (three == one).all()
    with pytest.raises(ValueError, match="does not fit"):
        fill_thresholds(np.repeat(table, 2, axis=0), three, 0)
    with pytest.raises(ValueError, match="does not fit"):
        fill_thresholds(table, three, 1)


def test_numbers_are_multiplied_into_their_cells_in_order() -> None:
    rng = np.random.default_rng(2)
    base, numbers = rng.random(12), rng.lognormal(size=(5, 4))
    number_of, cell_of = rng.integers(0, 4, 30), rng.integers(0, 12, 30)
    wanted = np.repeat(base[None], 5, axis=0)
    for number, cell in zip(number_of, cell_of, strict=True):
        wanted[:, cell] *= numbers[:, number]
    assert (multiplied(base, numbers, number_of, cell_of) == wanted).all()
    with pytest.raises(ValueError, match="leaves its 4 places"):
        multiplied(base, numbers, number_of + 4, cell_of)
    with pytest.raises(ValueError, match="do not match"):
        multiplied(base, numbers, number_of[1:], cell_of)


# ---- the same bits in any block


def tables(model: Model, compiler: Compiler, first: int, size: int) -> list[np.ndarray]:
    """Everything compiled for some draws, each array with those draws as its first axis."""
    draws = (read_draws(model, compiler.structure, 12) if model.targets else priors(model.name, 12)).rows(
        slice(first, first + size)
    )
    program = compiler.compile(draws)
    found = [node.tables[0] for node in program.network.nodes]
    found += [factor.values for factor in program.hazards.factors]
    return [np.broadcast_to(array, (size, *array.shape[1:])) for array in found]


@pytest.mark.parametrize("name", ["england", "harbour"])
def test_a_draw_is_compiled_to_the_same_bits_in_any_block(name: str) -> None:
    model = load_model("england") if name == "england" else invented(name)
    years = model.years[-3:]
    compiler = Compiler(model, model.structure(), years)
    whole = tables(model, compiler, 0, 12)
    for first, size in ((0, 1), (3, 5), (11, 1)):
        part = tables(model, compiler, first, size)
        assert all((a[first : first + size] == b).all() for a, b in zip(whole, part, strict=True))
        afresh = tables(model, Compiler(model, model.structure(), years), first, size)
        assert all((a == b).all() for a, b in zip(part, afresh, strict=True))


def arrays(arm: Arm) -> Iterator[np.ndarray]:
    yield from (step.table for step in arm.steps)
    yield from (treatment.value.values for treatment in arm.treatments)
    yield from (edit.factor.values for edit in arm.hazard_edits)


def test_arms_kept_from_an_earlier_block_are_those_made_afresh() -> None:
    model = load_model("england")
    scenarios = [read_scenario(path) for path in library()]
    make = arms_of(scenarios)
    for structure in (model.structure(), model.structure({"poverty_to_smoking": "on"})):
        for years in ((2025, 2030), (2033,)):
            for rows in (slice(0, 4), slice(4, 5), slice(5, 9)):
                draws = read_draws(model, structure, 9).rows(rows)
                program = compile_natural(model, structure, draws, years)
                for arm, scenario in zip(make(program, draws), scenarios, strict=True):
                    afresh = arm_of(scenario, program, draws)
                    assert (arm.name, len(arm.steps)) == (afresh.name, len(afresh.steps))
                    pairs = zip(arrays(arm), arrays(afresh), strict=True)
                    assert all(np.array_equal(a, b) for a, b in pairs)


def test_blocks_share_a_plan_only_where_their_outlines_agree() -> None:
    model, plans = invented("harbour"), Plans()
    births = np.full((2, 2), 50)
    compiler = Compiler(model, model.structure(), (2003, 2004))

    def packer(first: int, profile: tuple[str, ...]):  # type: ignore[no-untyped-def]
        draws = priors("harbour", 6).rows(slice(first, first + 3))
        return pack_drawn(lay_arm(compiler.compile(draws), Arm("natural")), profile, births)

    one, next_, other = packer(0, ("smoking",)), packer(3, ("smoking",)), packer(0, ("child_poverty",))
    assert plans.of(next_) is plans.of(one)
    assert plans.of(other) is not plans.of(one)
    for draw in range(3):
        shared = next_.of_draw(plans.of(next_), draw)
        own = next_.of_draw(next_.plan(), draw)
        assert all(np.array_equal(value, vars(own)[name]) for name, value in vars(shared).items())
