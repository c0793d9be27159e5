"""Births as rows of what occurs: the same sums as over whole tables, whatever is asked for together.

Invented models; where sums are floating-point the claim is within rounding, where bits are promised it is bits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from simcore import cell_risk, network, run
from simcore.arms import Arm
from simcore.block_births import pack_drawn
from simcore.cell_risk import CellRisk
from simcore.dims import SLICE
from simcore.expected import RiskCache, exact_rows, meet
from simcore.kernels.profiles import count_profiles, evaluate_births
from simcore.network import Labelled, Node, folded, push_forward
from simcore.numbering import Numbering
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.rows import DrawnRows, Rows, SingleBirths, summed_by
from simcore.slices import SLICES
from simcore.worlds import World, lay_arm
from tests.models import answer, invented, natural_arm, prevalence, priors, scenario

DRAWS, YEARS = 3, (2002, 2004)


def world_of(name: str, draws: int = DRAWS) -> World:
    """The natural world of an invented model; it has as many draws, but where nothing is uncertain."""
    model = invented(name)
    years = YEARS if model.years else ()
    return lay_arm(compile_natural(model, model.structure(), priors(name, draws), years), Arm("natural"))


def births_of(world: World, name: str) -> Labelled:
    births = invented(name).births_in(world.network.strata)
    return Labelled(tuple(world.network.strata), births[None])


# ---- numbers


@pytest.mark.parametrize(("seed", "most"), [(1, 3_000), (2, 3_000), (3, 2**62)])
def test_cells_are_numbered_as_they_are_met_and_those_met_together_by_size(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    every = rng.integers(0, most, 3_000)
    numbering = Numbering()
    known: dict[int, int] = {}
    for size in (0, 1, 40, 40, 1_000, 0, 5_000):
        cells = rng.choice(every, size)
        new = sorted(set(cells.tolist()) - set(known))
        known.update({cell: len(known) + i for i, cell in enumerate(new)})
        places, first = numbering.places(cells)
        assert first.tolist() == new
        assert places.tolist() == [known[cell] for cell in cells.tolist()]
        assert places.dtype == np.int64
    assert len(known) > 1_500


# ---- rows


def dense(rows: Rows, found: Labelled, world: World, keep: Sequence[str]) -> np.ndarray:
    """Births of rows put back into a whole table over draws, strata and ``keep``."""
    sizes = {name: len(world.network.levels(name)) for name in keep}
    out = np.zeros((rows.draws, *sizes.values()))
    grid = np.indices(found.values.shape)
    inner = dict(zip(found.axes, grid[1:], strict=True))
    at = [rows.at[name][grid[0]] if name in rows.at else inner[name] for name in keep]
    np.add.at(out, (rows.draw[grid[0]], *at), found.values)
    return out


@pytest.mark.parametrize(
    ("start", "keep"),
    [
        (0, ("gestation",)),
        (1, ("child_poverty", "shared_bed")),
        (3, ("mother_age", "pregnancy_smoking", "gestation")),
        (4, ("area", "gestation", "shared_bed")),
        (4, ("smoking", "eye_colour", "gestation")),
        (6, ("gestation", "pregnancy_smoking")),
    ],
)
def test_rows_carried_forward_are_the_whole_table_carried_forward(start: int, keep: tuple[str, ...]) -> None:
    world = world_of("harbour")
    nodes, strata = world.network.nodes, tuple(world.network.strata)
    before = (*strata, *(node.name for node in nodes[:start]))
    weights = push_forward(births_of(world, "harbour"), nodes[:start], 0, before).total(*before)
    rows = Rows.of(weights, DRAWS, range(DRAWS))
    assert summed_by(rows.draw, rows.births, DRAWS) == pytest.approx(invented("harbour").births[[1, 3]].sum())
    found = rows.forward(nodes[start:], keep)
    assert set(found.axes).isdisjoint(rows.at)
    whole = push_forward(weights, nodes[start:], 0, keep).total(*keep).values
    assert dense(rows, found, world, keep) == pytest.approx(
        np.broadcast_to(whole, (DRAWS, *whole.shape[1:])), rel=1e-12
    )


def test_a_table_that_draws_do_not_tell_apart_has_the_same_rows_in_each() -> None:
    table = Labelled(("a", "b"), np.array([[[0.0, 2.0, 3.0], [5.0, 0.0, 0.0]]]))
    rows = Rows.of(table, 9, range(4, 7))
    assert rows.draw.tolist() == [4, 4, 4, 5, 5, 5, 6, 6, 6]
    assert (rows.at["a"].tolist(), rows.at["b"].tolist()) == ([0, 0, 1] * 3, [1, 2, 0] * 3)
    assert rows.births.tolist() == [2.0, 3.0, 5.0] * 3


def test_rows_meet_only_what_occurs() -> None:
    """Of smokers alone only those rows are carried: a level that is never there costs nothing."""
    world = world_of("harbour")
    strata = tuple(world.network.strata)
    keep = (*strata, "smoking")
    weights = push_forward(births_of(world, "harbour"), world.network.nodes[: world.cut], 0, keep).total(
        *keep
    )
    smokers = Labelled(keep, weights.values * np.array([0.0, 1.0]))
    assert Rows.of(smokers, DRAWS, range(DRAWS)).births.size == np.prod(weights.values.shape) // 2


# ---- births drawn


def drawn(world: World, births: int = 4_000) -> tuple[DrawnRows, np.ndarray, np.ndarray]:
    """Births of each draw by stratum and three variables; the whole table; real births of a simulated one."""
    model, profile = invented("harbour"), ("mother_age", "child_poverty", "smoking")
    real = model.births_in(world.network.strata)
    simulated = apportion(real, births)
    packer = pack_drawn(world, profile, simulated)
    plan = packer.plan()
    packed = [packer.of_draw(plan, z) for z in range(DRAWS)]
    scale = real / simulated
    # in any order
    names, sizes = (*profile[::-1], SLICE, *world.network.strata), packer.sizes()
    wanted = np.array([list(sizes).index(name) for name in names])
    levels = {z: evaluate_births(p, 5, z, variables=wanted)[0] for z, p in enumerate(packed)}
    rows = DrawnRows.counted(
        SingleBirths(names, tuple(world.network.strata), sizes, levels), profile, DRAWS, scale
    )
    counts = np.stack([count_profiles(p, 5, z)[0].reshape(packer.shape()) for z, p in enumerate(packed)])
    return rows, counts, scale


def test_rows_of_drawn_births_are_their_counts_by_profile() -> None:
    world = world_of("harbour")
    rows, counts, scale = drawn(world)
    strata = tuple(world.network.strata)
    assert tuple(rows.at) == (*strata, "mother_age", "child_poverty", "smoking")
    # counts stand by draw, profile, slice, strata
    at = tuple(rows.at[name] for name in ("mother_age", "child_poverty", "smoking"))
    stratum = tuple(rows.at[name] for name in strata)
    whole = counts.sum(axis=4) * scale
    assert rows.births == pytest.approx(whole[(rows.draw, *at, *stratum)], rel=1e-14)
    assert np.count_nonzero(whole) == rows.births.size  # none is left out, none stands twice
    assert np.array_equal(np.moveaxis(counts, 4, -1)[(rows.draw, *at, *stratum)] * scale[stratum][:, None],
                          rows.in_slices)  # fmt: skip
    assert np.array_equal(rows.stratum, np.ravel_multi_index(stratum, scale.shape))
    # every birth of every stratum is in one row, and in one slice of it
    real = invented("harbour").births_in(world.network.strata)
    by_stratum = summed_by(rows.draw * real.size + rows.stratum, rows.births, DRAWS * real.size)
    assert by_stratum.reshape(DRAWS, *real.shape) == pytest.approx(np.stack([real] * DRAWS), rel=1e-12)
    assert rows.in_slices.sum(axis=1) == pytest.approx(rows.births, rel=1e-14)


def test_deaths_told_apart_by_slice_add_up_to_deaths() -> None:
    rows, _, scale = drawn(world_of("harbour"))
    deaths = np.random.default_rng(3).random(rows.births.size)
    by_slice = rows.by_slice(deaths, scale.shape)
    assert by_slice.shape == (DRAWS, *scale.shape, SLICES)
    groups = DRAWS * scale.size
    by_stratum = summed_by(rows.draw * scale.size + rows.stratum, deaths, groups)
    assert by_slice.sum(axis=-1) == pytest.approx(by_stratum.reshape(DRAWS, *scale.shape), rel=1e-12)
    # who dies in a row is spread as its births are
    alone = np.zeros_like(deaths)
    alone[7] = 2.5
    spread = rows.by_slice(alone, scale.shape)[rows.draw[7]].reshape(-1, SLICES)[rows.stratum[7]]
    assert spread == pytest.approx(2.5 * rows.in_slices[7] / rows.births[7])


# ---- risk, cell by cell


def every_cell(world: World) -> tuple[CellRisk, np.ndarray, list[np.ndarray]]:
    risk = CellRisk(world, DRAWS)
    sizes = [len(world.network.levels(name)) for name in risk.axes]
    draw, *levels = np.indices((DRAWS, *sizes)).reshape(1 + len(sizes), -1)
    return risk, draw, levels


@pytest.mark.parametrize("name", ["harbour", "island", "lagoon"])
def test_the_risk_of_a_cell_does_not_depend_on_which_others_were_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(name)
    risk, draw, levels = every_cell(world)
    places = risk.places(draw, levels)
    at_once = risk.values[places]
    assert at_once.any()
    rng = np.random.default_rng(4)
    order = rng.permutation(draw.size)
    ways = {
        "one at a time": np.array_split(order, draw.size),
        "some, and some again": [rng.choice(order, 5), order[::3], order],
        "by eleven": [order[::-1]],
    }
    for way, asked in ways.items():
        monkeypatch.setattr(cell_risk, "AT_ONCE", 11 if way == "by eleven" else 2**15)
        other = CellRisk(world, DRAWS)
        for some in asked:
            places = other.places(draw[some], [level[some] for level in levels])
            assert np.array_equal(other.values[places], at_once[some]), way
        assert other.values.shape[0] <= draw.size  # none is worked out twice


def test_a_cell_keeps_its_place() -> None:
    risk, draw, levels = every_cell(world_of("harbour"))
    some = np.array([5, 3, 5])
    first = risk.places(draw[some], [level[some] for level in levels])
    assert first.tolist() == [1, 0, 1] and risk.values.shape[0] == 2
    before = risk.values.copy()
    assert risk.places(draw, levels)[some].tolist() == [1, 0, 1]
    assert np.array_equal(risk.values[:2], before)


def test_births_that_meet_their_risk_die_as_often_row_by_row_as_in_all() -> None:
    world, model = world_of("harbour"), invented("harbour")
    cache = RiskCache(DRAWS)
    rows = exact_rows(world, model.births_in(world.network.strata), cache)
    met = meet(world, world.cut, rows, cache)
    by_draw = summed_by(rows.draw, met.deaths_of_row, DRAWS)
    assert by_draw == pytest.approx(met.deaths.sum(axis=(1, 2, 3, 4)), rel=1e-12)
    told = meet(world, world.cut, rows, cache, ("pregnancy_smoking",)).deaths
    assert told.shape == (*met.deaths.shape[:3], 3, *met.deaths.shape[3:])
    assert told.sum(axis=3) == pytest.approx(met.deaths, rel=1e-12)
    with pytest.raises(ValueError, match="shared_bed is summed out after the frontier"):
        meet(world, world.cut, rows, cache, ("shared_bed",))


@pytest.mark.parametrize("estimator", ["exact", "expected"])
def test_what_sets_memory_moves_no_bit(estimator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = invented("harbour")
    arms = [scenario("base"), scenario("less", prevalence("smoking", 0.5))]
    asked = model, model.structure(), priors("harbour", 5), arms, YEARS

    def deaths() -> tuple[np.ndarray, np.ndarray]:
        found = answer(*asked, estimator=estimator, births=4_000)
        return found.deaths, found.slices

    usual = deaths()
    for module, name, value in (
        (run, "AT_ONCE", 1),
        (run, "AT_ONCE", 8_000),
        (cell_risk, "AT_ONCE", 7),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(module, name, value)
            assert all(map(np.array_equal, deaths(), usual)), f"{module.__name__}.{name} = {value}"


# ---- what is folded


def test_folding_moves_no_number_beyond_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each network summed as it is, and with variables that lead to one other alone folded into it."""
    for name in ("harbour", "island", "lagoon"):
        world = world_of(name)
        nodes, strata = world.network.nodes, tuple(world.network.strata)
        for kept in range(len(nodes)):
            keep = {*strata, nodes[kept].name, nodes[-1].name}
            as_folded = push_forward(births_of(world, name), nodes, 0, keep).total(*sorted(keep)).values
            with monkeypatch.context() as changed:
                changed.setattr(network, "folded", lambda tables, keep: list(tables))
                plainly = push_forward(births_of(world, name), nodes, 0, keep).total(*sorted(keep)).values
            assert as_folded == pytest.approx(plainly, rel=1e-13)


def tables_of(nodes: Sequence[Node]) -> list[tuple[str, Labelled]]:
    return [(node.name, node.table(0)) for node in nodes]


def test_only_small_tables_that_lead_to_one_other_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [node for node in world_of("harbour").network.nodes if node.name != "eye_colour"]
    # age leads to smoking alone, that to smoking in pregnancy, and that to gestation; poverty leads to two of these
    chain = folded(tables_of(nodes), {"gestation", "shared_bed"})
    assert [name for name, _ in chain] == ["child_poverty", "gestation", "shared_bed"]
    (gestation,) = (table for name, table in chain if name == "gestation")
    assert set(gestation.axes) == {"year", "area", "child_poverty", "gestation"}
    assert gestation.total("year", "area", "child_poverty").values == pytest.approx(1.0)
    # what is asked for stays
    kept = folded(tables_of(nodes), {"smoking", "gestation"})
    assert "smoking" in {name for name, _ in kept}
    monkeypatch.setattr(network, "SMALL", 1)
    assert len(folded(tables_of(nodes), {"gestation"})) == len(nodes)


def test_exact_rows_of_some_draws_are_those_of_all() -> None:
    world, model = world_of("harbour"), invented("harbour")
    births = model.births_in(world.network.strata)
    every = exact_rows(world, births, RiskCache(DRAWS))
    some = exact_rows(world, births, RiskCache(DRAWS), here=range(1, 2))
    here = every.draw == 1
    assert set(some.draw.tolist()) == {1} and np.array_equal(some.births, every.births[here])
    assert all(np.array_equal(some.at[name], every.at[name][here]) for name in every.at)


def test_a_natural_arm_alone_has_the_births_of_the_model() -> None:
    model = invented("harbour")
    found = answer(
        model, model.structure(), priors("harbour", 2), natural_arm, YEARS, estimator="expected", births=3_000
    )
    assert found.slices.sum(axis=-1) == pytest.approx(found.deaths.sum(axis=(-1, -2)), rel=1e-9)
