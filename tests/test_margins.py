"""Margins are data: no draw of the effects moves how common a risk factor is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcore.draws import DrawBlock, central, sample_priors
from simcore.load import load_model
from simcore.margins import MarginError, conditional_shares
from simcore.model import Model, SharesTable, Structure
from simcore.network import Labelled, push_forward
from simcore.program import compile_natural
from simcore.solved import read_draws
from tests.models import invented, priors


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 6),
    st.integers(1, 8),
    st.floats(0.0, 4.0),
    st.booleans(),
)
def test_solved_shares_return_any_margin(
    seed: int, levels: int, parents: int, spread: float, zero: bool
) -> None:
    rng = np.random.default_rng(seed)
    margin = rng.dirichlet(np.ones(levels), (2, 3)) + 1e-9
    if zero and levels > 2:
        margin[..., 1] = 0.0
    margin /= margin.sum(axis=-1, keepdims=True)
    odds = np.exp(rng.normal(0.0, spread, (2, parents, levels)))
    weights = rng.dirichlet(np.ones(parents), (2, 3))
    shares = conditional_shares(margin, odds, weights)
    assert (weights[..., None] * shares).sum(axis=2) == pytest.approx(margin, abs=1.1e-12)
    assert shares.sum(axis=-1) == pytest.approx(1.0, abs=1e-15)
    assert (shares[..., 1] == 0).all() if zero and levels > 2 else (shares > 0).all()
    # odds between any two levels and any two parents are those given
    there = [0, levels - 1]
    found, wanted = shares[..., there], odds[:, None, :, there]
    ratio = (found[..., 1] / found[..., 0]) / (wanted[..., 1] / wanted[..., 0])
    assert ratio == pytest.approx(np.broadcast_to(ratio[..., :1], ratio.shape), rel=1e-9)


def test_a_stratum_is_solved_to_the_same_bits_in_any_company() -> None:
    rng = np.random.default_rng(3)
    margin = rng.dirichlet(np.ones(4), (5, 6))
    margin[:, 3:] = margin[:, :3]  # three years held, and their neighbours
    odds, weights = rng.lognormal(0, 1, (5, 7, 4)), rng.dirichlet(np.ones(7), (1, 6))
    weights[:, 3:] = weights[:, :3]
    together = conditional_shares(margin, odds, weights)
    assert (conditional_shares(margin, odds, weights, stride=3) == together).all()
    for draw, stratum in ((0, 0), (4, 5), (2, 3)):
        alone = conditional_shares(
            margin[draw : draw + 1, stratum : stratum + 1],
            odds[draw : draw + 1],
            weights[:, stratum : stratum + 1],
        )
        assert (alone[0, 0] == together[draw, stratum]).all()


def test_two_groups_are_solved_as_by_hand() -> None:
    """Share p overall, half the births with odds ratio r: x/(1+x) + rx/(1+rx) = 2p is a quadratic in the odds x."""
    p, r = 0.15, 2.5
    a, b, c = r * (2 - 2 * p), (1 + r) * (1 - 2 * p), -2 * p
    x = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    odds = np.array([[[1.0, 1.0], [1.0, r]]])
    shares = conditional_shares(np.array([[[1 - p, p]]]), odds, np.array([[[0.5, 0.5]]]))[0, 0, :, 1]
    assert shares == pytest.approx([x / (1 + x), r * x / (1 + r * x)], rel=1e-10)


def test_an_odds_ratio_on_some_levels_keeps_their_proportions() -> None:
    margin = np.array([[[0.01, 0.09, 0.9]]])
    odds = np.array([[[1.0, 1.0, 1.0], [3.0, 3.0, 1.0]]])
    shares = conditional_shares(margin, odds, np.array([[[0.8, 0.2]]]))[0, 0]
    assert shares[:, 1] / shares[:, 0] == pytest.approx([9.0, 9.0])
    against = (1 - shares[:, 2]) / shares[:, 2]
    assert against[1] / against[0] == pytest.approx(3.0)


def test_rare_and_certain_levels_are_solved_too() -> None:
    """Shares from one in ten billion to all births but those, and parents that hardly anybody has."""
    margin = np.array([[[1e-10, 1.0 - 2e-10, 1e-10], [0.0, 1.0, 0.0]]])
    odds = np.array([[[1.0, 1.0, 1.0], [1e4, 1.0, 1e-4]]])
    weights = np.array([[[1 - 1e-9, 1e-9], [1.0, 0.0]]])
    shares = conditional_shares(margin, odds, weights)
    assert (weights[..., None] * shares).sum(axis=2) == pytest.approx(margin, abs=1.1e-12)
    assert (shares[0, 1] == [0.0, 1.0, 0.0]).all()


def test_a_margin_that_no_intercept_returns_says_how_far_it_is() -> None:
    with pytest.raises(MarginError, match=r"margins are .* away after 60 steps"):
        conditional_shares(np.array([[[0.6, 0.6]]]), np.ones((1, 1, 2)), np.ones((1, 1, 1)))


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(MarginError, match="margins are inf away"):
        conditional_shares(np.array([[[0.5, 0.5]]]), np.full((1, 1, 2), np.nan), np.ones((1, 1, 1)))
    with pytest.raises(ValueError, match="do not match"):
        conditional_shares(np.full((1, 2, 2), 0.5), np.ones((1, 3, 2)), np.ones((1, 2, 4)))


def test_odds_too_far_apart_for_a_share_to_answer_are_a_margin_that_is_not_returned() -> None:
    odds = np.array([[[1.0, 1.0], [1.0, 1e60]]])
    with pytest.raises(MarginError, match=r"margins are .* away after 60 steps"):
        conditional_shares(np.array([[[0.9, 0.1]]]), odds, np.array([[[0.5, 0.5]]]))


def margin_of(
    model: Model, structure: Structure, draws: DrawBlock, name: str, years: Sequence[int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The share of each level as compiled, and as given: both ``float64[draws, *by, levels]``.

    Where the table has no years, births of the reference years are meant; where it has, all or some of them.
    """
    table = model.shares[name]
    if "year" in table.axes:
        rows = [model.years.index(year) for year in years or model.years]
        at = table.axes.index("year")
        table = SharesTable(table.axes, table.low.take(rows, at), table.high.take(rows, at))
    else:
        years = model.spec.reference_years
    network = compile_natural(model, structure, draws, years).network
    births = Labelled(tuple(network.strata), model.births_in(network.strata)[None])
    found = push_forward(births, network.nodes, 0, {*table.axes, name}).total(*table.axes, name).values
    between = model.spec.variables[name].shares.between
    place = 0.0 if between is None else draws[between.at].reshape(-1, *[1] * table.low.ndim)
    return found / found.sum(axis=-1, keepdims=True), table.low + place * (table.high - table.low)


def with_ratios(model: Model) -> list[str]:
    return [name for name, variable in model.spec.variables.items() if variable.odds_ratios]


@pytest.mark.parametrize("name", with_ratios(invented("harbour")))
def test_margins_are_kept_for_any_effect(name: str) -> None:
    model = invented("harbour")
    draws = priors("harbour", 50)
    far = dict(draws.parameters)
    for ratio in ("or_young_smoking", "or_poverty_smoking", "or_smoking_early"):
        far[ratio] = np.exp(np.random.default_rng(1).normal(0, 2, 50))
    for block in (draws, DrawBlock(draws.index, far), central(model)):
        found, wanted = margin_of(model, model.structure(), block, name)
        assert found == pytest.approx(np.broadcast_to(wanted, found.shape), abs=1e-11)


@pytest.mark.parametrize("choice", [{}, {"child_poverty": "zero"}, {"poverty_to_smoking": "on"}])
def test_margins_of_england_are_kept_for_every_draw_and_structure(choice: dict[str, str]) -> None:
    model = load_model("england")
    structure = model.structure(choice)
    assert with_ratios(model) == [
        "child_poverty", "overcrowding", "smoking_at_booking", "bmi", "late_booking", "breastfeeding",
        "sga", "anomaly", "gestation",
    ]  # fmt: skip
    for name in with_ratios(model):
        found, wanted = margin_of(model, structure, read_draws(model, structure, 3), name, (2010, 2034))
        assert found == pytest.approx(np.broadcast_to(wanted, found.shape), abs=1e-11)


def test_odds_ratios_of_the_compiled_tables_are_the_parameters() -> None:
    model, draws = invented("harbour"), priors("harbour", 5)
    node = compile_natural(model, model.structure(), draws, (2004,)).network["smoking"]
    assert node.parents == ("year", "area", "mother_age", "child_poverty")
    odds = node.tables[0][..., 1] / node.tables[0][..., 0]
    for area in (0, 1):
        young = odds[:, 0, area, 0, :] / odds[:, 0, area, 1, :]
        poor = odds[:, 0, area, :, 1] / odds[:, 0, area, :, 0]
        assert young == pytest.approx(np.repeat(draws["or_young_smoking"][:, None], 2, axis=1))
        assert poor == pytest.approx(np.repeat(draws["or_poverty_smoking"][:, None], 2, axis=1))


def test_an_arrow_that_is_off_leaves_the_margin_without_it() -> None:
    """Under `zero` gestation hangs on poverty no more; the association with smoking stays."""
    model = load_model("england")
    structure = model.structure({"child_poverty": "zero"})
    network = compile_natural(model, structure, read_draws(model, structure, 1), (2025,)).network
    assert "child_poverty" not in network["gestation"].parents
    assert "child_poverty" in network["smoking_at_booking"].natural_parents


def test_shares_between_two_bounds_stay_between_them() -> None:
    model = invented("harbour")
    _, wanted = margin_of(model, model.structure(), sample_priors(model, 40), "smoking")
    table = model.shares["smoking"]
    low, high = np.minimum(table.low, table.high), np.maximum(table.low, table.high)
    assert ((wanted >= low) & (wanted <= high)).all()
