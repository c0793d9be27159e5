"""The files of a fit: all that it was made of, as ArviZ groups it, and what a run needs in the small one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import xarray as xr

from calibration import artefact
from calibration.artefact import artefact_name, provenance, write_artefact, write_run_file
from calibration.assemble import Assembled
from calibration.calibrate import Calibrated, calibrate
from calibration.forecast import named_normals
from calibration.forecast_file import read_forecast
from calibration.found import found_in
from calibration.observed_file import read_counts
from calibration.read_check import read_check
from simcore.packing import PER_SPREAD
from simcore.posterior import read_posterior
from simcore.problems import DocumentError
from tests.a_calibration import write_calibration
from tests.a_posterior import add_posterior, valley

SAMPLED = {"unconstrained", "sample_stats", "prior", "log_likelihood", "posterior_predictive", "diagnostics"}
TARGETS = {"deaths_by_fifth", "published_effects"}


@dataclass(frozen=True)
class Kept:
    """A fit and its two files."""

    fitted: Calibrated
    draws: Assembled
    full: Path
    small: Path


@cache
def kept() -> Kept:
    folder = Path(mkdtemp())
    fitted = calibrate(write_calibration(folder))
    draws = fitted.assembled()
    found, made = found_in(fitted, draws), provenance(fitted)
    name = artefact_name(fitted)
    one = Kept(fitted, draws, folder / "full" / name, folder / "small" / name)
    write_artefact(one.full, fitted, draws, found, made)
    write_run_file(one.small, fitted, draws, found, made)
    return one


def group(path: Path, name: str) -> xr.Dataset:
    with xr.open_dataset(path, group=name, engine="h5netcdf") as found:
        return found.load()


def likelihood_left_over(weight: float = 1.0) -> np.ndarray:
    """The log density of every draw, less its prior and what each target says: nothing but a constant."""
    likely = group(kept().full, "log_likelihood")
    z = group(kept().full, "unconstrained")["z"].values
    of = {name: likely[name].values.reshape(*z.shape[:2], -1).sum(axis=-1) for name in TARGETS}
    density = group(kept().full, "sample_stats")["lp"].values
    return density + 0.5 * (z**2).sum(axis=-1) - weight * of["deaths_by_fifth"] - of["published_effects"]


def test_the_full_file_has_every_group_with_chain_and_draw_first() -> None:
    for name in ("posterior", *SAMPLED - {"diagnostics"}):
        found = group(kept().full, name)
        assert all(variable.dims[:2] == ("chain", "draw") for variable in found.data_vars.values()), name
        assert (found.sizes["chain"], found.sizes["draw"]) == (4, 250)
    assert set(group(kept().full, "log_likelihood").data_vars) == TARGETS
    observed, predicted = (group(kept().full, name) for name in ("observed_data", "posterior_predictive"))
    for name in TARGETS:
        assert predicted[name].dims[2:] == observed[name].dims
    assert group(kept().full, "diagnostics").sizes["coordinate"] == len(kept().fitted.fit.names)


def test_the_log_likelihood_of_every_number_adds_up_to_the_density_that_was_fitted() -> None:
    """To rounding; a likelihood of counts that was off by one part in a thousand would be seen in every draw."""
    assert likelihood_left_over().std() < 1e-8
    assert likelihood_left_over(1.001).std() > 1e-4


def test_predicted_counts_are_about_what_the_forecast_expects() -> None:
    """Within five standard errors of a thousand draws; rates off by a twentieth are seen in every large count."""
    fitted, draws = kept().fitted, kept().draws
    target = fitted.observed.counts[0]
    normal = named_normals(fitted.model.name, draws.block.size)
    expected = draws.forecast.expected(target.years, target.births, normal)
    made = group(kept().full, "posterior_predictive")[target.name].values.reshape(-1, *target.deaths.shape)
    error = made.std(axis=0) / np.sqrt(len(made))
    assert (np.abs(made.mean(axis=0) - expected.mean(axis=0)) < 5 * error).all()
    large = expected.mean(axis=0) > 200
    off = np.abs(made.mean(axis=0) - 1.05 * expected.mean(axis=0))
    assert large.any() and (off > 5 * error)[large].all()


def test_the_small_file_has_what_runs_need_and_the_same_draws_as_the_full_one() -> None:
    model, structure = kept().fitted.model, kept().fitted.structure
    import h5netcdf

    with h5netcdf.File(kept().small, "r") as file:
        assert SAMPLED.isdisjoint(file.groups)
    one, other = (read_posterior(path, model, structure, 1000) for path in (kept().small, kept().full))
    for name, values in one.parameters.items():
        assert np.array_equal(values, other.parameters[name])
    for mine, others in (
        (one.baseline, other.baseline),
        (one.residual, other.residual),
        (one.year_effects, other.year_effects),
    ):
        assert mine is not None and others is not None and np.array_equal(mine, others)
    assert kept().small.stat().st_size < kept().full.stat().st_size / 3


def test_a_forecast_comes_back_to_what_packing_may_round() -> None:
    written, found = kept().draws.forecast, read_forecast(kept().small)
    for name in ("periods", "strata", "years", "centre", "drift_sd", "held_at", "dispersion", "chains"):
        assert getattr(found, name) == getattr(written, name), name
    for name in ("outside", "log_rate", "path", "slope", "step"):
        one, other = getattr(found, name), getattr(written, name)
        spread = 0.0 if name == "outside" else other.std(axis=0)
        assert (np.abs(one - other) <= 0.5001 * np.maximum(0.002, spread / PER_SPREAD)).all(), name


def test_what_was_counted_comes_back_with_whether_the_fit_saw_it() -> None:
    seen, held_out = read_counts(kept().small)
    observed = kept().fitted.observed
    assert [one.name for one in held_out] == ["year_2020"]
    for one, other in ((seen[0], observed.counts[0]), (held_out[0], observed.held_out[0].target)):
        assert (one.years, one.periods, one.levels, one.by) == (
            other.years,
            other.periods,
            other.levels,
            other.by,
        )
        assert np.array_equal(one.deaths, other.deaths) and np.array_equal(one.births, other.births)


def test_a_check_reads_the_same_from_either_file() -> None:
    said = read_check(kept().small)
    assert said == read_check(kept().full)
    assert said["status"] == "passed" and said["rhat_max"] == kept().fitted.gate.rhat_max
    assert {one["target"]: one["fitted"] for one in said["targets"]}["deaths_by_age"] is False
    assert said["held_out"]["year_2020"]["rivals"].keys() >= {"last_value"}
    assert len(said["parameters"]) == len(kept().fitted.fit.names)


def test_a_fit_that_failed_is_written_in_full_and_read_by_no_run(tmp_path: Path) -> None:
    fitted = replace(kept().fitted, gate=replace(kept().fitted.gate, status="failed", reasons=("a reason",)))
    made, path = provenance(fitted), tmp_path / "fit.nc"
    with pytest.raises(ValueError, match="failed its gate"):
        write_run_file(path, fitted, kept().draws, {}, made)
    assert not list(tmp_path.iterdir())
    write_artefact(path, fitted, kept().draws, {}, made)
    with pytest.raises(DocumentError, match="did not pass its gate"):
        read_posterior(path, fitted.model, fitted.structure, 10)
    assert read_check(path)["reasons"] == ["a reason"]


def test_a_file_that_is_too_large_to_ship_leaves_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fit.nc"
    path.write_bytes(b"before")
    monkeypatch.setattr(artefact, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="too many"):
        write_run_file(path, kept().fitted, kept().draws, {}, provenance(kept().fitted))
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("fit.nc", b"before")]


def test_a_posterior_without_a_forecast_or_a_check_is_refused_with_its_address(tmp_path: Path) -> None:
    path = add_posterior(valley(tmp_path / "orchard"))
    for read in (read_forecast, read_check):
        with pytest.raises(DocumentError, match=path.name):
            read(path)
    with pytest.raises(DocumentError, match="no such file"):
        read_forecast(tmp_path / "absent.nc")
