"""Three estimators, one answer: exact sums equal a plain enumeration; drawn births agree within chance.

Power is stated and shown: a bias of the size named is planted in a table, and caught.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from simcore.arms import Arm, Step
from simcore.draws import DrawBlock, sample_priors
from simcore.load import load_model
from simcore.model import Model, SharesTable
from simcore.pack import apportion
from simcore.solved import OWN, read_draws
from simcore.solving import structures
from tests.models import FOLDER, Answer, answer, invented, natural_arm, prevalence, priors, scenario
from tests.models.plain import Plain
from tests.models.summed import Summed

CHANCE_OF_FALSE_ALARM = 1e-4


def england() -> Model:
    return load_model("england")


@cache
def inputs(name: str, n: int) -> tuple[Model, DrawBlock, tuple[int, ...]]:
    """A model, some of its draws, and years to run."""
    if name == "england":
        model = england()
        return model, read_draws(model, model.structure(), n, OWN), (2025,)
    return invented(name), priors(name, n), (2004,)


# ---- exact sums against the readable twin


@pytest.mark.parametrize(("name", "years"), [("harbour", (2001, 2005)), ("island", ())])
def test_exact_deaths_are_the_plain_enumeration(name: str, years: tuple[int, ...]) -> None:
    model, draws = invented(name), priors(name, 3)
    exact = answer(model, model.structure(), draws, natural_arm, years, estimator="exact").of("natural")
    for draw in range(3):
        plain = Plain(model, model.structure(), draws, draw, years)
        by_hand = plain.deaths(list(plain.strata))[: len(years) or None]
        assert exact[draw] == pytest.approx(by_hand, rel=1e-11)


@pytest.mark.parametrize(("name", "years"), [("harbour", (2001, 2005)), ("island", ())])
def test_variables_summed_out_one_at_a_time_are_the_plain_enumeration(
    name: str, years: tuple[int, ...]
) -> None:
    model, draws = invented(name), priors(name, 2)
    plain, summed = (twin(model, model.structure(), draws, 1, years) for twin in (Plain, Summed))
    strata = list(plain.strata)
    assert summed.deaths_by(strata) == pytest.approx(plain.deaths(strata), rel=1e-12)
    for of, variable in model.spec.variables.items():
        do = {of: variable.levels[-1]}
        by = [strata[-1], of]
        assert summed.deaths_by(by, do) == pytest.approx(plain.deaths(by, do), rel=1e-12)
        born = summed.births_by([*strata, of], do).sum(axis=tuple(range(len(strata))))
        for level, births in zip(variable.levels, born, strict=True):
            assert births == pytest.approx(plain.only(plain.joint(do), of, level).sum(), rel=1e-12)


def fifth_decile_alone(model: Model) -> Model:
    """The model with no births anywhere else: a tenth of the sums."""
    return replace(model, births=model.births * (np.arange(10) == 4))


@pytest.mark.parametrize("choices", [*(s.choices for s in structures(england())), {"trend": "trend"}])
def test_exact_deaths_of_england_are_the_sums_of_its_twin(choices: dict[str, str]) -> None:
    model = england()
    structure = model.structure(choices)
    draws, years = read_draws(model, structure, 2, OWN).rows(slice(1, 2)), (2034,)
    if structure.label == "unproven_effects=wide":
        model = fifth_decile_alone(model)
    exact = answer(model, structure, draws, natural_arm, years, estimator="exact").of("natural")
    by_hand = Summed(model, structure, draws, 0, years).deaths_by(["year", "imd_decile"])
    assert exact[0] == pytest.approx(by_hand[:1], rel=1e-9)
    assert exact.sum() > 100


def with_policy(twin: Plain | Summed, of: str, factor: float) -> np.ndarray:
    """Deaths by stratum when the share exposed is multiplied: who stops, or starts, is luck."""
    strata = list(twin.strata)
    exposed = twin.births_by([*strata, of])
    everyone = exposed.sum(axis=-1)
    share = np.divide(exposed[..., 1], everyone, out=np.zeros_like(everyone), where=everyone > 0)
    stays, enters = min(factor, 1.0), share * max(factor - 1.0, 0.0) / (1.0 - share)
    total = 0.0
    for now, were_not, were in (("no", 1.0 - enters, 1.0 - stays), ("yes", enters, stays)):
        died = twin.deaths_by([*strata, of], {of: now})
        for level, chance in enumerate((were_not, were)):
            total = total + died[..., level, :, :] * np.asarray(chance)[..., None, None]
    return np.asarray(total)


@pytest.mark.parametrize("of", ["child_poverty", "smoking"])
@pytest.mark.parametrize("factor", [0.6, 1.3])
def test_exact_deaths_under_a_policy_are_the_plain_enumeration(of: str, factor: float) -> None:
    model, draws, years = invented("harbour"), priors("harbour", 2), (2001, 2006)
    arms = [scenario("base"), scenario("policy", prevalence(of, factor))]
    exact = answer(model, model.structure(), draws, arms, years, estimator="exact").of("policy")
    for draw in range(2):
        plain = Plain(model, model.structure(), draws, draw, years)
        assert exact[draw] == pytest.approx(with_policy(plain, of, factor)[:2], rel=1e-11)


def test_a_policy_that_stands_behind_what_comes_later_is_summed_with_the_right_levels(tmp_path: Path) -> None:
    """Beds are shared or not before gestation is known here; the policy reaches the early ones alone."""
    folder = tmp_path / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    text = (folder / "model.yaml").read_text()
    beds = text[text.index("  shared_bed:") : text.index("\ndeaths:")]
    text = text.replace(beds, "").replace("  gestation:\n", beds + "  gestation:\n", 1)
    (folder / "model.yaml").write_text(text)
    model, draws, years = load_model(folder), priors("harbour", 1), (2004,)
    assert [*model.spec.variables][-2:] == ["shared_bed", "gestation"]
    stops = np.array([0.0, 0.7, 0.0])  # very early, early, term
    table = np.zeros((1, 2, 3, 2))
    table[0, 0, :, 0], table[0, 1, :, 0], table[0, 1, :, 1] = 1.0, stops, 1.0 - stops
    step = Step("beds", ("no", "yes"), ("shared_bed", "gestation"), table, 2**31, replaces="shared_bed")
    arms = [Arm("natural"), Arm("beds", (step,))]
    exact = answer(model, model.structure(), draws, lambda program, block: arms, years, estimator="exact")
    plain = Plain(model, model.structure(), draws, 0, years)
    by_hand = plain.deaths(["year", "area"])
    for week, moves in zip(("very_early", "early", "term"), stops, strict=True):
        shared = plain.only(plain.only(plain.joint(), "shared_bed", "yes"), "gestation", week)
        saved = plain.deaths(["year", "area"], {}, shared) - plain.deaths(
            ["year", "area"], {"shared_bed": "no"}, shared
        )
        by_hand = by_hand - moves * saved
    assert exact.of("beds")[0] == pytest.approx(by_hand[:1], rel=1e-11)
    assert exact.of("beds").sum() < exact.of("natural").sum()


@pytest.mark.parametrize("choice", [{}, {"poverty_to_smoking": "on"}, {"child_poverty": "zero"}])
@pytest.mark.parametrize(("of", "factor"), [("child_poverty", 0.7), ("smoking_at_booking", 0.5)])
def test_exact_deaths_of_england_under_a_policy_are_the_sums_of_its_twin(
    choice: dict[str, str], of: str, factor: float
) -> None:
    model = england()
    structure = model.structure(choice)
    draws, years = read_draws(model, structure, 1, OWN), (2030,)
    policy = scenario("policy", prevalence(of, factor), model="england")
    exact = answer(model, structure, draws, [policy], years, estimator="exact").of("policy")
    summed = Summed(model, structure, draws, 0, years)
    assert exact[0] == pytest.approx(with_policy(summed, of, factor)[:1], rel=1e-9)


# ---- drawn births against exact sums


@cache
def exactly(name: str, draws: int) -> np.ndarray:
    """Exact deaths of a model, by period."""
    model, block, years = inputs(name, draws)
    return by_period(model, answer(model, model.structure(), block, natural_arm, years, estimator="exact"))


def compare(name: str, estimator: str, draws: int, births: int, planted: Model | None = None) -> Gap:
    """Deaths estimated from drawn births beside the exact ones; ``planted`` is the model that is drawn."""
    model, block, years = inputs(name, draws)
    structure = model.structure()
    drawn = answer(
        planted or model, structure, block, natural_arm, years, estimator=estimator, births=births, seed=7
    )
    most = max(run[2] for run in RUNS if run[0] == name)
    return Gap(model, years, births, exactly(name, most)[:draws], by_period(model, drawn))


def by_period(model: Model, answer: Answer) -> np.ndarray:
    """``float64[draws, strata, causes, age periods]`` of the first arm."""
    deaths = answer.deaths[0]
    bands = list(model.spec.deaths.age_bands)
    columns = [[bands.index(b) for b in members] for members in model.spec.deaths.age_periods.values()]
    periods = np.stack([deaths[..., c].sum(axis=-1) for c in columns], axis=-1)
    return periods.reshape(periods.shape[0], -1, *periods.shape[-2:])


class Gap:
    """How far drawn births are from exact sums, in standard errors."""

    def __init__(
        self, model: Model, years: tuple[int, ...], births: int, exact: np.ndarray, drawn: np.ndarray
    ) -> None:
        self.exact, self.drawn = exact, drawn
        self.n = exact.shape[0]
        real = model.births.take([model.years.index(y) for y in years], axis=0)
        self.scale = (real / apportion(real, births)).reshape(1, -1, 1, 1)

    def z_of_draws(self, gaps: np.ndarray) -> np.ndarray:
        """Mean over draws, which are independent, in standard errors seen between them; made normal."""
        t = gaps.mean(axis=0) / (gaps.std(axis=0, ddof=1) / np.sqrt(self.n))
        return np.asarray(stats.norm.isf(stats.t.sf(t, self.n - 1)))

    @property
    def expected_z(self) -> np.ndarray:
        """``float64[strata, causes x periods]``; strata are independent of one another."""
        gaps = (self.drawn - self.exact).reshape(self.n, self.exact.shape[1], -1)
        possible = self.exact.sum(axis=0).reshape(self.exact.shape[1], -1).min(axis=0) > 0
        return self.z_of_draws(gaps[..., possible])

    @property
    def expected_total(self) -> float:
        return float(self.z_of_draws((self.drawn - self.exact).sum(axis=(1, 2, 3))))

    @property
    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Deaths of simulated births, counted and expected, over all draws."""
        counted, expected = (self.drawn / self.scale).sum(axis=0), (self.exact / self.scale).sum(axis=0)
        assert np.abs(counted - np.round(counted)).max() < 1e-6
        return counted.ravel()[expected.ravel() > 0], expected.ravel()[expected.ravel() > 0]

    def faults(self, estimator: str) -> list[str]:
        """Which bounds are broken; by chance one run in ten thousand breaks any."""
        each = CHANCE_OF_FALSE_ALARM / 3
        if estimator == "realised":
            counted, expected = self.counts
            z = (counted - expected) / np.sqrt(expected)
            cells, total = float((z**2).sum()), (counted.sum() - expected.sum()) / np.sqrt(expected.sum())
            chi = {"cells": (cells, stats.chi2.isf(each, z.size), stats.chi2.isf(1 - 1e-6, z.size))}
        else:
            by_cell = self.expected_z
            z, total = by_cell.ravel(), self.expected_total
            chi = {}
            for column in range(by_cell.shape[1]):
                n, sum_of = by_cell.shape[0], float((by_cell[:, column] ** 2).sum())
                chi[f"cell {column}"] = sum_of, stats.chi2.isf(each / by_cell.shape[1], n), 0.0
        found = [
            f"{name}: chi-square {x:.1f}" for name, (x, high, low) in chi.items() if not low <= x <= high
        ]
        if abs(total) > stats.norm.isf(each / 2):
            found.append(f"total: z {total:.1f}")
        if np.abs(z).max() > max_z(estimator, z, each):
            found.append(f"largest cell: z {np.abs(z).max():.1f}")
        return found

    def detectable(self, estimator: str) -> float:
        """The bias in all deaths, as a share, that the total alone would show with probability 99%."""
        bound = stats.norm.isf(CHANCE_OF_FALSE_ALARM / 6) + stats.norm.isf(0.01)
        if estimator == "realised":
            return float(bound / np.sqrt(self.counts[1].sum()))
        gaps = (self.drawn - self.exact).sum(axis=(1, 2, 3))
        return float(bound * gaps.std(ddof=1) / np.sqrt(self.n) / self.exact.sum(axis=(1, 2, 3)).mean())


def max_z(estimator: str, z: np.ndarray, each: float) -> float:
    """Bound of the largest of so many cells; counts of few deaths are skewed, and get a unit of grace."""
    return float(stats.norm.isf(each / 2 / z.size)) + (1.0 if estimator == "realised" else 0.0)


RUNS = [
    # model, estimator, draws, births a draw, bias of the total that is seen with 99% probability
    ("england", "expected", 40, 20_000, 0.006),
    ("england", "realised", 10, 3_000_000, 0.025),
    ("harbour", "expected", 60, 20_000, 0.004),
    ("harbour", "realised", 10, 2_000_000, 0.015),
]


@pytest.mark.parametrize(("name", "estimator", "draws", "births", "seen"), RUNS)
def test_drawn_births_agree_with_exact_sums_within_chance(
    name: str, estimator: str, draws: int, births: int, seen: float
) -> None:
    gap = compare(name, estimator, draws, births)
    assert gap.faults(estimator) == []
    assert gap.detectable(estimator) < seen


def more_exposed(model: Model, variable: str, times: float) -> Model:
    """The model with one table wrong: a level's share multiplied."""
    table = model.shares[variable]

    def wrong(share: np.ndarray) -> np.ndarray:
        share = share.copy()
        share[..., 1] *= times
        share[..., 0] = 1 - share[..., 1]
        return share

    shares = {**model.shares, variable: SharesTable(table.axes, wrong(table.low), wrong(table.high))}
    return replace(model, shares=shares)


@pytest.mark.parametrize(
    ("name", "estimator", "draws", "births", "variable", "times"),
    [
        ("england", "expected", 40, 20_000, "child_poverty", 1.02),
        ("england", "realised", 10, 3_000_000, "child_poverty", 1.10),
        ("harbour", "expected", 60, 20_000, "child_poverty", 1.04),
        ("harbour", "realised", 10, 2_000_000, "child_poverty", 1.25),
    ],
)
def test_a_wrong_table_is_caught(
    name: str, estimator: str, draws: int, births: int, variable: str, times: float
) -> None:
    model, block, years = inputs(name, draws)
    planted = more_exposed(model, variable, times)
    gap = compare(name, estimator, draws, births, planted)
    few = block.rows(slice(0, 3))
    wrong = answer(planted, model.structure(), few, natural_arm, years, estimator="exact")
    bias = float(wrong.deaths.sum() / gap.exact[:3].sum()) - 1.0
    # large enough to be seen with probability 99%, and not ten times that
    assert gap.detectable(estimator) < bias < 10 * gap.detectable(estimator)
    assert gap.faults(estimator)


def test_draws_depend_on_their_number_and_name_alone() -> None:
    model = invented("harbour")
    few, many = sample_priors(model, 3), sample_priors(model, 9)
    assert all((many[name][:3] == few[name]).all() for name in few.parameters)
