"""A posterior file: what is read is what was written, to a stated rounding; others read it too; others are refused."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from simcore import posterior_writer
from simcore.draws import DrawBlock
from simcore.load import load_model
from simcore.model import Model
from simcore.packing import FACTOR_STEP, LOG_STEP, PER_SPREAD, STEPS
from simcore.posterior import posterior_path, read_header, read_posterior, read_posterior_central
from simcore.posterior_writer import write_posterior
from simcore.problems import DocumentError
from tests.a_posterior import CHAINS, DRAWS, MADE, STEM, add_posterior, block_of, central_of, valley


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return valley(tmp_path_factory.mktemp("valley") / "orchard")


@pytest.fixture(scope="module")
def path(model: Model) -> Path:
    return add_posterior(model)


# ---- what is read is what was written


def test_draws_come_back_within_half_a_step_and_inside_the_values_written(model: Model, path: Path) -> None:
    written, found = block_of(model, DRAWS), read_posterior(path, model, model.structure(), DRAWS)
    assert np.array_equal(found.index, np.arange(DRAWS))
    assert found.parameters.keys() == written.parameters.keys()
    assert found["or_poverty_smoking"].tolist() == [1.7] * DRAWS  # what does not vary is exact
    for name, values in written.parameters.items():
        span = values.max() - values.min()
        assert _within(found[name], values, span / STEPS), name
        assert values.min() <= found[name].min() and found[name].max() <= values.max(), name
        if values.min() > 0.0:
            # a ratio near 0 keeps its meaning, however far up others lie
            assert _within(found[name], values, 0.01 * values.min()), name
    some = written.baseline > 0.0
    assert (found.baseline[~some] == 0.0).all() and (~some).sum() == DRAWS
    with np.errstate(divide="ignore"):
        logs = [np.log(hazards).reshape(DRAWS, -1) for hazards in (found.baseline, written.baseline)]
    for mine, other in zip(logs[0].T, logs[1].T, strict=True):
        assert (np.isinf(mine) & np.isinf(other)).all() or _within(mine, other, LOG_STEP)
    for mine, other in ((found.residual, written.residual), (found.year_effects, written.year_effects)):
        for one, two in zip(mine.reshape(DRAWS, -1).T, other.reshape(DRAWS, -1).T, strict=True):
            assert _within(one, two, FACTOR_STEP)


def _within(found: np.ndarray, written: np.ndarray, step: float) -> bool:
    """Half a step, or half of what the spread over draws bears."""
    return bool(np.abs(found - written).max() <= 0.5001 * max(step, written.std() / PER_SPREAD))


def test_the_first_draws_are_from_all_chains_in_turn(model: Model, path: Path) -> None:
    with xr.open_dataset(path, group="posterior", engine="h5netcdf") as kept:
        by_chain = kept["hr_smoking"].values
    assert by_chain.shape == (CHAINS, DRAWS // CHAINS)
    few, every = (read_posterior(path, model, model.structure(), n) for n in (6, DRAWS))
    wanted = [by_chain[i % CHAINS, i // CHAINS] for i in range(6)]
    assert few["hr_smoking"].tolist() == wanted
    for mine, other in (
        (few.baseline, every.baseline), (few.residual, every.residual), (few.year_effects, every.year_effects)
    ):  # fmt: skip
        assert np.array_equal(mine, other[:6])


def test_the_central_draw_is_exact_and_its_births_have_the_luck_of_every_central_draw(
    model: Model, path: Path
) -> None:
    written, found = central_of(model), read_posterior_central(path, model, model.structure())
    assert found.index.tolist() == [2**32 - 1]
    assert {name: values.tolist() for name, values in found.parameters.items()} == {
        name: values.tolist() for name, values in written.parameters.items()
    }
    assert found.baseline == pytest.approx(written.baseline, rel=1e-14)
    assert np.array_equal(found.residual, written.residual)
    assert np.array_equal(found.year_effects, written.year_effects)


def test_a_wider_step_of_log_hazards_is_that_of_the_file(model: Model, tmp_path: Path) -> None:
    block, path = block_of(model, DRAWS), tmp_path / "coarse.nc"
    write_posterior(path, model, model.structure(), block, central_of(model), MADE, CHAINS, log_step=0.05)
    found = read_posterior(path, model, model.structure(), DRAWS)
    some = block.baseline > 0.0
    error = np.abs(np.log(found.baseline[some] / block.baseline[some])).max()
    assert 0.01 < error <= 0.02501


def test_a_file_that_is_replaced_is_read_anew_and_what_is_kept_of_it_cannot_be_written_to(
    model: Model, tmp_path: Path
) -> None:
    path, structure = tmp_path / "p.nc", model.structure()
    first, second = block_of(model, DRAWS), block_of(model, DRAWS)
    second.parameters["hr_smoking"] = second.parameters["hr_smoking"] + 1.0
    write_posterior(path, model, structure, first, central_of(model), MADE, CHAINS)
    one, again = (read_posterior(path, model, structure, DRAWS)["hr_smoking"] for _ in range(2))
    assert again is one
    with pytest.raises(ValueError, match="read-only"):
        one[0] = 0.0
    write_posterior(path, model, structure, second, central_of(model), MADE, CHAINS)
    assert read_posterior(path, model, structure, DRAWS)["hr_smoking"] == pytest.approx(one + 1.0, abs=1e-3)


def test_a_posterior_without_effects_of_years_has_none(model: Model, tmp_path: Path) -> None:
    block, middle = block_of(model, 8, years=False), replace(central_of(model), year_effects=None)
    write_posterior(tmp_path / "p.nc", model, model.structure(), block, middle, MADE)
    found = read_posterior(tmp_path / "p.nc", model, model.structure(), 8)
    assert found.year_effects is None and not read_header(tmp_path / "p.nc").year_effects
    assert read_posterior_central(tmp_path / "p.nc", model, model.structure()).year_effects is None


def test_a_file_says_how_it_was_made(model: Model, path: Path) -> None:
    header = read_header(path)
    assert (header.model, header.model_hash, header.structure) == ("orchard", model.hash, "default")
    assert (header.chains, header.draws, header.size, header.year_effects) == (CHAINS, 10, DRAWS, True)
    assert header.made == MADE


# ---- read by others


def test_xarray_unpacks_what_simcore_reads(model: Model, path: Path) -> None:
    found = read_posterior(path, model, model.structure(), DRAWS)
    with xr.open_dataset(path, group="posterior") as kept:
        assert kept["log_baseline"].dims == ("chain", "draw", "gestation", "cause", "age_band")
        assert kept["residual"].dims == ("chain", "draw", "age_period", "area")
        assert kept["year_effect"].dims == ("chain", "draw", "age_period", "year")
        assert kept["cause"].values.tolist() == ["lungs", "other"]
        assert kept["year"].values.tolist() == list(model.years)
        assert "or_poverty_smoking" not in kept

        def in_turn(name: str) -> np.ndarray:
            values = kept[name].values
            return values.swapaxes(0, 1).reshape(DRAWS, *values.shape[2:])

        assert in_turn("hr_poverty") == pytest.approx(found["hr_poverty"], rel=1e-12)
        assert np.nan_to_num(np.exp(in_turn("log_baseline"))) == pytest.approx(found.baseline, rel=1e-12)
        assert in_turn("year_effect") == pytest.approx(found.year_effects, rel=1e-12)
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        assert set(tree.children) == {"posterior", "fixed", "central"}
        assert float(tree["fixed"]["or_poverty_smoking"]) == 1.7
        assert json.loads(tree.attrs["gate"]) == MADE.gate
        assert tree.attrs["evidence_hash"] == MADE.evidence_hash


def test_arviz_finds_chains_and_draws(path: Path) -> None:
    with warnings.catch_warnings():
        # what it says of itself on being loaded is its own affair
        warnings.simplefilter("ignore")
        import arviz

        found = arviz.from_netcdf(path)
    posterior = found["posterior"]
    assert posterior["hr_smoking"].dims == ("chain", "draw")
    assert (posterior.sizes["chain"], posterior.sizes["draw"]) == (CHAINS, DRAWS // CHAINS)
    assert posterior["log_baseline"].isnull().sum() == DRAWS


def test_4000_draws_of_england_take_less_than_two_megabytes(tmp_path: Path) -> None:
    """Noise of the size that a fit leaves: log hazards by 0.05 to 0.4, ratios by 5% to 50%, eight of them unknown."""
    england = load_model("england")
    n, rng = 4000, np.random.default_rng(0)
    shape = england.baseline.shape
    hazard = np.exp(rng.uniform(-14.0, -6.0, shape))
    hazard.ravel()[rng.choice(hazard.size, hazard.size - 266, replace=False)] = 0.0
    contrasts = england.spec.solve.contrasts.values()
    names = [*england.spec.parameters, *(contrast.solves for contrast in contrasts)]
    spread = np.where(np.arange(len(names)) % 7 == 0, 1.17, rng.uniform(0.05, 0.5, len(names)))
    block = DrawBlock(
        np.arange(n),
        {name: rng.lognormal(0.0, sd, n) for name, sd in zip(names, spread, strict=True)},
        hazard * np.exp(rng.uniform(0.05, 0.4, shape) * rng.standard_normal((n, *shape))),
        np.exp(0.15 * rng.standard_normal((n, 2, 10))),
        np.exp(np.cumsum(0.03 * rng.standard_normal((n, 2, len(england.years))), axis=2)),
    )
    path = tmp_path / "england.nc"
    write_posterior(path, england, england.structure(), block, block.rows(slice(0, 1)), MADE, 4)
    assert (block.baseline[0] > 0).sum() == 266 and len(names) >= 55
    assert path.stat().st_size < 2_000_000


# ---- whole or not at all


def test_a_write_that_fails_leaves_the_file_that_was_there(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, block = tmp_path / "p.nc", block_of(model, 8)
    write_posterior(path, model, model.structure(), block, central_of(model), MADE)
    before = path.read_bytes()

    def fails(part: Path, *_: object) -> None:
        part.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(posterior_writer, "write_groups", fails)
    with pytest.raises(OSError, match="disk full"):
        write_posterior(path, model, model.structure(), block_of(model, 8, seed=5), central_of(model), MADE)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["p.nc"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b: {"parameters": {**b.parameters, "hr_smoking": b["hr_smoking"] * np.nan}}, "hr_smoking"),
        (lambda b: {"parameters": {**b.parameters, "residual": b["hr_smoking"]}}, "same parameters"),
        (lambda b: {"baseline": -b.baseline}, "negative"),
        (lambda b: {"residual": b.residual[:, :, :2]}, "the shape"),
        (lambda b: {"year_effects": b.year_effects[:, :, 1:]}, "the shape"),
        (lambda b: {"year_effects": b.year_effects / 0.0}, "no finite number"),
    ],
)
def test_what_cannot_be_a_posterior_is_not_written(
    model: Model, tmp_path: Path, change: object, said: str
) -> None:
    block = block_of(model, 8)
    with np.errstate(divide="ignore"):
        spoilt = replace(block, **change(block))  # type: ignore[operator]
    with pytest.raises(ValueError, match=said):
        write_posterior(tmp_path / "p.nc", model, model.structure(), spoilt, central_of(model), MADE)
    with pytest.raises(ValueError, match="8 draws of 3 chains"):
        write_posterior(tmp_path / "p.nc", model, model.structure(), block, central_of(model), MADE, 3)
    alike = DrawBlock(np.arange(2), {"hr_smoking": np.ones(2)})
    with pytest.raises(ValueError, match="nothing varies"):
        write_posterior(tmp_path / "p.nc", model, model.structure(), alike, alike.rows(slice(0, 1)), MADE)
    assert not list(tmp_path.iterdir())


def test_a_parameter_with_the_name_of_something_else_is_not_written(model: Model, tmp_path: Path) -> None:
    block, middle = (
        replace(b, parameters={**b.parameters, "chain": b["hr_smoking"]})
        for b in (block_of(model, 8), central_of(model))
    )
    with pytest.raises(ValueError, match="no parameter may be called chain"):
        write_posterior(tmp_path / "p.nc", model, model.structure(), block, middle, MADE)


# ---- refused


def told(path: Path, model: Model, n: int = DRAWS, **choices: str) -> str:
    said = set()
    for read in (
        lambda: read_posterior(path, model, model.structure(choices), n),
        lambda: read_posterior_central(path, model, model.structure(choices)),
    ):
        with pytest.raises(DocumentError) as error:
            read()
        said.add(str(error.value))
    assert len(said) == 1
    return said.pop()


def test_a_posterior_of_another_model_or_structure_or_one_that_failed_is_refused(
    model: Model, path: Path, tmp_path: Path
) -> None:
    other = replace(model, births=model.births * 1.5)
    said = told(path, other)
    assert said.startswith(f"{path}: was fitted to another model (`orchard` {model.hash}, this one is")
    assert f"run `simcore calibrate` on {STEM} again, or write `--posterior solved`" in said
    said = told(path, model, early="neutral")
    assert "is of the structure `default`, and this one is `early=neutral`" in said and "--variant" in said
    # a trend after the years that were fitted is served by the same draws
    assert read_posterior(path, model, model.structure({"trend": "trend"}), 4).size == 4
    failed, made = tmp_path / "failed.nc", replace(MADE, status="failed")
    write_posterior(failed, model, model.structure(), block_of(model, 8), central_of(model), made)
    assert "did not pass its gate (status `failed`); mend the fit" in told(failed, model, 8)
    provisional, made = tmp_path / "provisional.nc", replace(MADE, status="provisional")
    write_posterior(provisional, model, model.structure(), block_of(model, 8), central_of(model), made)
    assert read_posterior(provisional, model, model.structure(), 8).size == 8


def test_a_file_that_is_missing_spoilt_or_no_posterior_is_refused(
    model: Model, path: Path, tmp_path: Path
) -> None:
    assert told(tmp_path / "none.nc", model).startswith(
        f"{tmp_path / 'none.nc'}: no such file; name a posterior"
    )
    (tmp_path / "words.nc").write_text("no NetCDF")
    assert "cannot be read" in told(tmp_path / "words.nc", model)
    (tmp_path / "half.nc").write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cannot be read" in told(tmp_path / "half.nc", model)
    xr.Dataset({"x": 1.0}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    assert "is no posterior of simcore: it has no config, config_digest" in told(tmp_path / "other.nc", model)


def test_more_draws_than_there_are_and_parameters_that_are_lacking_are_refused(
    model: Model, path: Path, tmp_path: Path
) -> None:
    with pytest.raises(DocumentError, match="holds 40 draws and 41 were asked for; ask for fewer"):
        read_posterior(path, model, model.structure(), DRAWS + 1)
    block, middle = (
        replace(b, parameters={n: v for n, v in b.parameters.items() if n != "hr_poverty"}, residual=None)
        for b in (block_of(model, 8), central_of(model))
    )
    write_posterior(tmp_path / "p.nc", model, model.structure(), block, middle, MADE)
    assert "has no hr_poverty, residual, and the model needs it" in told(tmp_path / "p.nc", model, 8)


# ---- named by a model file


def test_naming_a_posterior_moves_no_hash_and_gives_each_structure_a_file(model: Model) -> None:
    spec = model.spec.model_copy(update={"posterior": None})
    assert replace(model, spec=spec).hash == model.hash
    folder = model.folder / "posterior"
    assert posterior_path(model, model.structure()) == folder / f"{STEM}.nc"
    assert posterior_path(model, model.structure({"trend": "trend"})) == folder / f"{STEM}.nc"
    both = model.structure({"trend": "trend", "early": "neutral"})
    assert posterior_path(model, both) == folder / f"{STEM}+early=neutral.nc"
    assert posterior_path(replace(model, spec=spec), model.structure()) is None


def test_a_name_that_is_a_path_is_refused_at_its_place(model: Model, tmp_path: Path) -> None:
    other = valley(tmp_path / "orchard").folder / "model.yaml"
    other.write_text(other.read_text().replace(f"posterior: {STEM}", "posterior: ../elsewhere.nc"))
    line = next(i for i, text in enumerate(other.read_text().splitlines(), 1) if "elsewhere" in text)
    with pytest.raises(DocumentError) as error:
        load_model(other.parent)
    assert f"{other}:{line}:" in str(error.value) and "posterior" in str(error.value)
