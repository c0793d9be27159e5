"""What an option of a variant does to a model: effects off, totals read another way, hazards that go on changing.

The orchard with a trend in its hazards and three variants more.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import h5netcdf
import numpy as np
import pytest

from simcore.draws import DrawBlock, sample_priors
from simcore.load import load_model
from simcore.model import Model
from simcore.program import compile_natural
from simcore.solved import solved_path
from simcore.solving import solve_model, structures
from tests.models import FOLDER, answer, natural_arm

PARAMETER = """  hr_per_year:
    meaning: hazard ratio of one year to the year before
    value: {distribution: lognormal, median: 0.97, ci95: [0.95, 0.99]}
    unit: hazard ratio a year
    source: assumption
"""
VARIANTS = """  trend:
    meaning: what hazards do after 2011
    default: hold
    options:
      hold: {meaning: they stay, neutral: [hr_per_year]}
      trend: {meaning: they go on changing}
  early:
    meaning: whether smoking makes births early
    default: proven
    options:
      proven: {meaning: it does}
      neutral: {meaning: it does not, neutral: [or_smoking_early]}
  contrast:
    meaning: whom the total of smoking compares
    default: smokers
    options:
      smokers: {meaning: smokers against others}
      poor: {meaning: as though it were that of the poor, contrasts: {smoking: {set: poverty, from: no, to: yes}}}
"""


def written(folder: Path, within: str = "  ratios_act_within: {gestation: [term]}\n") -> Model:
    shutil.copytree(FOLDER / "orchard", folder)
    text = (folder / "model.yaml").read_text()
    for old, new in (
        ("last: 2012}", "last: 2015}"),
        ("variables:\n", PARAMETER + "variables:\n"),
        ("  hazard_ratios:\n", f"{within}  trend: {{after: 2011, ratio: hr_per_year}}\n  hazard_ratios:\n"),
        ("solve:\n  draws: 12\n", VARIANTS + "solve:\n  draws: 4\n  draws_beside: 2\n"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "model.yaml").write_text(text)
    for name in ("births.csv", "smoking.csv"):
        head, *rows = (folder / name).read_text().splitlines()
        last = [row for row in rows if row.startswith("2012,")]
        more = [f"{year}{row[4:]}" for year in (2013, 2014, 2015) for row in last]
        (folder / name).write_text("\n".join([head, *rows, *more, ""]))
    return load_model(folder)


@cache
def model() -> Model:
    with TemporaryDirectory() as folder:
        return written(Path(folder) / "orchard")


def draws(n: int = 3) -> DrawBlock:
    """Draws with effects and hazards written down, not solved."""
    block, rng = sample_priors(model(), n), np.random.default_rng(2)
    effects = {"hr_smoking": rng.uniform(1.2, 2.0, n), "hr_poverty": rng.uniform(1.1, 1.5, n)}
    baseline = rng.uniform(0.0005, 0.004, (n, *model().baseline.shape))
    residual = rng.uniform(0.8, 1.2, (n, 2, 3))
    return replace(block, parameters={**block.parameters, **effects}, baseline=baseline, residual=residual)


def deaths(years: tuple[int, ...], estimator: str = "exact", **choices: str) -> np.ndarray:
    """``float64[draws, years, areas, causes, age bands]``."""
    found = answer(
        model(), model().structure(choices), draws(), natural_arm, years, estimator=estimator, births=4_000
    )
    return found.of("natural")


def hazard(years: tuple[int, ...], **choices: str) -> np.ndarray:
    """``float64[draws, years, gestation, causes, age bands]`` of a smoker who is not poor, in a dale."""
    program = compile_natural(model(), model().structure(choices), draws(), years)
    product = np.ones((3, len(years), 2, *program.hazards.shape))
    here = {"area": 1, "smoking": 1, "poverty": 0}
    for factor in program.hazards.factors:
        values = factor.values[(slice(None), *(here.get(axis, slice(None)) for axis in factor.axes))]
        for place, name in enumerate(("year", "gestation"), start=1):
            values = values if name in factor.axes else np.expand_dims(values, place)
        product = product * values
    return product


# ---- a trend


def test_hazards_of_later_years_are_the_ratio_to_the_years_gone_by_and_only_where_ratios_act() -> None:
    years = (2011, 2012, 2013, 2015)
    held, moved = hazard(years), hazard(years, trend="trend")
    ratio = draws()["hr_per_year"]
    early, term = 0, 1
    for at, gone_by in enumerate((0, 1, 2, 4)):
        times = (ratio**gone_by)[:, None, None]
        assert moved[:, at, term] == pytest.approx(held[:, at, term] * times, rel=1e-14)
        assert np.array_equal(moved[:, at, early], held[:, at, early])  # ratios act at term alone
    # a ratio that acted one year too early or too late would be 3% off
    assert (np.abs(ratio - 1.0) > 0.005).all()


@pytest.mark.parametrize("estimator", ["exact", "expected", "realised"])
def test_years_that_a_trend_has_not_reached_have_the_same_bits(estimator: str) -> None:
    before = (2010, 2011)
    assert np.array_equal(deaths(before, estimator), deaths(before, estimator, trend="trend"))
    if estimator == "exact":
        years = (2011, 2014)
        held, moved = deaths(years), deaths(years, trend="trend")
        assert moved[:, 0] == pytest.approx(held[:, 0], rel=1e-13)
        share = moved[:, 1].sum(axis=(1, 2, 3)) / held[:, 1].sum(axis=(1, 2, 3))
        assert (draws()["hr_per_year"] ** 3 < share).all() and (share < 1.0).all()


def test_a_trend_has_the_same_answer_for_a_year_whichever_stand_beside_it() -> None:
    every = deaths((2011, 2012, 2013, 2014, 2015), trend="trend")
    some = deaths((2013, 2015), trend="trend")
    assert some == pytest.approx(every[:, [2, 4]], rel=1e-12)


def test_draws_that_were_solved_before_a_trend_begins_serve_it() -> None:
    hold, trend = model().structure(), model().structure({"trend": "trend"})
    assert trend.label == "trend=trend" and trend.solved_as.label == "default"
    assert solved_path(model(), trend) == solved_path(model(), hold)
    both = model().structure({"trend": "trend", "early": "neutral"})
    assert both.solved_as.label == "early=neutral"
    assert {structure.label for structure in structures(model())} == {
        "default", "poverty=half", "poverty=zero", "poverty_to_smoking=cause", "early=neutral", "contrast=poor",
    }  # fmt: skip


def test_a_variant_that_does_more_than_hold_a_trend_is_solved_for_itself() -> None:
    options = model().spec.variants["trend"].options
    more = options["trend"].model_copy(update={"times": {"total_poverty": 0.9}})
    variant = model().spec.variants["trend"].model_copy(update={"options": {**options, "trend": more}})
    spec = model().spec.model_copy(update={"variants": {**model().spec.variants, "trend": variant}})
    other = replace(model(), spec=spec)
    assert other.structure({"trend": "trend"}).solved_as.label == "trend=trend"


# ---- without effect


def test_a_ratio_that_is_neutral_is_left_out_with_what_it_would_have_moved() -> None:
    structure = model().structure({"early": "neutral"})
    assert structure.odds_ratios(model().spec.variables["gestation"]) == ()
    assert len(model().structure().odds_ratios(model().spec.variables["gestation"])) == 1
    gestation = compile_natural(model(), structure, draws(), (2012,)).network["gestation"]
    assert "smoking" not in gestation.parents
    # as though the file had the number one in its place
    one = replace(draws(), parameters={**draws().parameters, "or_smoking_early": np.ones(3)})
    as_one = answer(model(), model().structure(), one, natural_arm, (2012,), estimator="exact").of("natural")
    assert deaths((2012,), early="neutral") == pytest.approx(as_one, rel=1e-12)
    assert np.abs(deaths((2012,)) / as_one - 1).max() > 1e-3


def test_an_effect_that_is_neutral_is_not_solved_for() -> None:
    options = model().spec.variants["early"].options
    turned = options["neutral"].model_copy(update={"neutral": ("hr_smoking",)})
    variant = model().spec.variants["early"].model_copy(update={"options": {**options, "neutral": turned}})
    spec = model().spec.model_copy(update={"variants": {**model().spec.variants, "early": variant}})
    structure = replace(model(), spec=spec).structure({"early": "neutral"})
    assert list(structure.contrasts) == ["poverty"]
    assert [r.parent for r in structure.hazard_ratios(spec.deaths)] == ["poverty"]


# ---- read another way


def test_a_total_is_read_between_the_worlds_that_an_option_names() -> None:
    contrasts = model().structure({"contrast": "poor"}).contrasts
    usual = model().structure().contrasts
    assert (contrasts["smoking"].set, contrasts["smoking"].from_, contrasts["smoking"].to) == (
        "poverty",
        "no",
        "yes",
    )
    # all else of it stays: what is counted, how it is compared, and what it solves
    assert (
        contrasts["smoking"].model_copy(update={"set": "smoking", "from_": "no", "to": "yes"})
        == usual["smoking"]
    )
    assert contrasts["poverty"] == usual["poverty"]


# ---- how many draws are solved


def test_structures_beside_the_default_are_solved_for_fewer_draws(tmp_path: Path) -> None:
    other = written(tmp_path / "orchard", within="")
    chosen = {label: structure for structure in structures(other) if (label := structure.label)}
    for label, wanted in (("default", 4), ("early=neutral", 2)):
        (path,) = solve_model(other, chosen=chosen[label])
        with h5netcdf.File(path, "r") as file:
            assert file.variables["draw"].shape == (1 + wanted,)  # the central draw stands first
