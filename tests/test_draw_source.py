"""Which draws a run takes: the posterior that a model names, the solved ones, or a file; and how it says so."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simcore as public
from scenarios.compare import answer, record_of, usual_draws
from scenarios.groups import ask_groups, count_groups
from scenarios.question import Question, ask
from scenarios.running import settled
from simcore.draw_source import DrawSource
from simcore.draws import central, sample_priors
from simcore.load import load_model
from simcore.model import Model
from simcore.posterior import posterior_path, read_posterior
from simcore.posterior_writer import write_posterior
from simcore.problems import DocumentError
from simcore.run import Settings
from simcore.solved import draw_file, read_central, read_draws, shipped_draws, up_to_shipped
from simcore.store import fingerprint, open_results
from tests.a_posterior import (
    DRAWS,
    MADE,
    SOLVED,
    STEM,
    add_posterior,
    add_solved,
    scenarios,
    valley,
)
from tests.conftest import Call
from tests.models import FOLDER, scenario
from tests.models import answer as simulated
from tests.test_cli import refused

PROVISIONAL = replace(MADE, method="quick", status="provisional")
FEW = Settings(births=2_000, estimator="exact")
YEARS = (2012, 2014)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = valley(tmp_path_factory.mktemp("made") / "orchard")
    add_posterior(model)
    add_posterior(model, PROVISIONAL, seed=5, early="neutral")
    add_solved(model)
    add_solved(model, early="neutral")
    return model.folder


@pytest.fixture
def model(made: Path, tmp_path: Path) -> Model:
    """The valley with its posterior and solved draws, both of the default structure and of `early=neutral`."""
    return load_model(shutil.copytree(made, tmp_path / "valley" / "orchard"))


def asked(model: Model, posterior: str | Path | None = None, **choices: str) -> Question:
    comparator, policy = scenarios(model.folder.parent)
    return ask(
        [policy], model=model.folder, baseline=comparator, years=YEARS, variants=choices, posterior=posterior
    )


def same(mine: object, other: object) -> bool:
    return np.array_equal(mine.baseline, other.baseline)  # type: ignore[attr-defined]


# ---- which draws


def test_a_structure_takes_its_posterior_if_it_is_there_and_the_solved_draws_if_it_is_not(
    model: Model,
) -> None:
    default, early, trend = (
        model.structure(c) for c in ({}, {"early": "neutral"}, {"trend": "trend", "poverty": "half"})
    )
    folder = model.folder / "posterior"
    assert draw_file(model, default) == ("posterior", folder / f"{STEM}.nc")
    assert draw_file(model, early) == ("posterior", folder / f"{STEM}+early=neutral.nc")
    assert draw_file(model, model.structure({"trend": "trend"})).path == folder / f"{STEM}.nc"
    assert draw_file(model, trend) == ("solved", model.folder / "draws" / "poverty=half.nc")
    of_file = read_posterior(folder / f"{STEM}.nc", model, default, 6)
    assert (
        same(read_draws(model, default, 6), of_file)
        and read_draws(model, default, 6).year_effects is not None
    )
    assert (shipped_draws(model, default), up_to_shipped(model, default, 1000)) == (DRAWS, DRAWS)
    assert read_central(model, default).year_effects is not None
    # without the file, and without the name
    (folder / f"{STEM}.nc").unlink()
    assert draw_file(model, default).kind == "solved" and shipped_draws(model, default) == SOLVED
    assert read_draws(model, default, 6).year_effects is None
    assert read_central(model, default).year_effects is None
    unnamed = replace(model, spec=model.spec.model_copy(update={"posterior": None}))
    assert draw_file(unnamed, early).kind == "solved"


def test_a_source_may_be_the_solved_draws_or_a_file(model: Model, tmp_path: Path) -> None:
    default, file = model.structure(), tmp_path / "own.nc"
    file.write_bytes((model.folder / "posterior" / f"{STEM}.nc").read_bytes())
    assert shipped_draws(model, default, DrawSource.of("solved")) == SOLVED
    assert shipped_draws(model, default, DrawSource.of(str(file))) == DRAWS
    unnamed = replace(model, spec=model.spec.model_copy(update={"posterior": None}))
    assert draw_file(unnamed, default, DrawSource.of(file)) == ("posterior", file)
    with pytest.raises(DocumentError, match="--posterior: names no file"):
        DrawSource.of("")


def test_a_file_chosen_for_one_structure_brings_its_neighbours_for_those_beside_it(model: Model) -> None:
    default, early = model.structure(), model.structure({"early": "neutral"})
    trend = model.structure({"trend": "trend"})
    source = DrawSource.of("fits/mine.nc")
    assert source.beside(default, default) is source and source.beside(default, trend) is source
    assert source.beside(default, early) == DrawSource(Path("fits/mine+early=neutral.nc"))
    back = DrawSource.of("fits/mine+early=neutral.nc").beside(early, default)
    assert back == DrawSource(Path("fits/mine.nc"))
    assert DrawSource.of("solved").beside(default, early) == DrawSource(solved=True)


def test_a_model_with_nothing_to_solve_takes_a_posterior_too_and_its_priors_otherwise(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER / "harbour", tmp_path / "harbour")
    file = folder / "model.yaml"
    file.write_text(f"{file.read_text()}posterior: tide\n")
    model = load_model(folder)
    assert draw_file(model, model.structure()) == ("priors", None)
    assert draw_file(model, model.structure(), DrawSource.of("solved")) == ("priors", None)
    assert shipped_draws(model, model.structure()) is None
    priors = sample_priors(model, 8)
    doubled = replace(priors, parameters={name: 2.0 * values for name, values in priors.parameters.items()})
    path = posterior_path(model, model.structure())
    write_posterior(path, model, model.structure(), doubled, central(model), MADE)
    assert shipped_draws(model, model.structure()) == 8
    found = read_draws(model, model.structure(), 8)
    assert found.baseline is None and found.residual is None and found.year_effects is None
    for name, values in doubled.parameters.items():
        # rounded to a tenth of the spread over draws
        assert np.abs(found[name] - values).max() <= max(0.006 * values.max(), 0.051 * values.std())


# ---- what a comparison makes of them


def test_a_comparison_draws_from_the_posterior_and_its_years_move_as_fitted(model: Model) -> None:
    question = asked(model)
    assert usual_draws(question) == DRAWS
    summary = answer(question, 12, FEW)
    policy = scenario(
        "fewer", "id: change, change: prevalence, of: smoking, multiply: 0.5, ASSUMED", model="orchard"
    )
    direct = simulated(
        model, model.structure(), read_draws(model, model.structure(), 12),
        [scenario("as_is", model="orchard"), policy], YEARS, estimator="exact",
    ).deaths  # fmt: skip
    by_arm = direct.sum(axis=(2, 3, 4, 5)).mean(axis=1)
    assert summary["baseline"]["deaths"]["mean"] == pytest.approx(by_arm[0], rel=1e-12)
    assert summary["arms"][0]["deaths_averted"]["mean"] == pytest.approx(by_arm[0] - by_arm[1], rel=1e-9)
    solved = answer(asked(model, "solved"), 12, FEW)
    assert abs(solved["baseline"]["deaths"]["mean"] / by_arm[0] - 1.0) > 0.01
    # what a posterior says moves deaths, even where every number of the file is plain
    assert settled(question) == (False, False)


def test_the_record_names_the_file_its_digest_how_it_was_made_and_what_its_gate_said(model: Model) -> None:
    question = asked(model, early="neutral")
    record = record_of(question, 12, FEW)
    assert record["solved_draws"] is None
    said = record["posterior"]
    assert said.pop("sha256") and said == {
        "file": f"{STEM}+early=neutral.nc", "config": STEM, "config_digest": MADE.config_digest,
        "evidence_hash": MADE.evidence_hash, "method": "quick", "status": "provisional", "draws": DRAWS,
        "year_effects": True,
    }  # fmt: skip
    solved = record_of(asked(model, "solved", early="neutral"), 12, FEW)
    assert solved["posterior"] is None and solved["solved_draws"]["file"] == "early=neutral.nc"


def test_runs_of_other_draws_are_other_runs(model: Model) -> None:
    prints = [fingerprint(record_of(asked(model, source), 12, FEW)) for source in (None, None, "solved")]
    assert prints[0] == prints[1] != prints[2]
    # a posterior that was fitted again under the same name
    add_posterior(model, seed=77)
    assert fingerprint(record_of(asked(model), 12, FEW)) not in prints


def test_structures_beside_the_one_chosen_have_draws_of_the_same_kind_or_are_named_as_not_shown(
    model: Model,
) -> None:
    summary = answer(asked(model), 12, FEW)
    shown = {"poverty=whole", "poverty_to_smoking=apart", "trend=hold", "trend=trend", "early=proven", "early=neutral",
             "contrast=smokers"}  # fmt: skip
    assert set(summary["arms"][0]["variants"]) == shown
    assert {"poverty=half", "poverty=zero", "contrast=poor"} <= set(summary["not_solved"])
    assert summary["posterior"]["named"] == STEM
    beside = summary["posterior"]["beside"]
    assert list(beside) == ["early=neutral"] and beside["early=neutral"]["status"] == "provisional"
    # solved draws of a structure are no draws of its posterior: the difference would be more than the structure's
    add_solved(model, poverty="half")
    again = answer(asked(model), 12, FEW)
    assert set(again["arms"][0]["variants"]) == shown
    # where the one chosen has no posterior, the others are shown as they were solved
    half = answer(asked(model, poverty="half"), 12, FEW)
    assert half["run"]["posterior"] is None and half["posterior"]["beside"] == {}
    others = half["arms"][0]["variants"]
    assert {"poverty=whole", "poverty=half"} <= set(others) and "poverty=zero" not in others
    whole = answer(asked(model, "solved"), 12, FEW)["arms"][0]["deaths_averted"]
    assert others["poverty=whole"]["mean"] == pytest.approx(whole["mean"], rel=1e-12)
    assert "poverty=half" in answer(asked(model, "solved"), 12, FEW)["arms"][0]["variants"]


def test_the_public_comparison_takes_a_posterior(model: Model) -> None:
    comparator, policy = scenarios(model.folder.parent)
    given = {"model": model.folder, "baseline": comparator, "years": [2012], "draws": 6, "settings": FEW}
    mine, solved = (public.compare([policy], **given, posterior=p) for p in (None, "solved"))
    assert json.loads(mine.attrs["run"])["posterior"]["file"] == f"{STEM}.nc"
    assert json.loads(solved.attrs["run"])["posterior"] is None
    assert not np.allclose(mine["deaths"], solved["deaths"])


def test_groups_are_counted_over_the_draws_of_a_source(model: Model) -> None:
    mine, solved = (
        count_groups(ask_groups(model.folder, factors=["smoking"], posterior=p), 6) for p in (None, "solved")
    )
    assert mine.deaths.shape == (6,) and not np.allclose(mine.deaths, solved.deaths)


# ---- at the command line


def run(simcore: Call, model: Model, *more: object, verb: str = "compare"):  # type: ignore[no-untyped-def]
    comparator, policy = scenarios(model.folder.parent)
    sizes = ("--years", "2012-2013", "--baseline", comparator, "--model", model.folder)
    draws = ("--draws", 12, "--births", 2000, "--variant-draws", 6) if verb == "compare" else ()
    return simcore(verb, policy, *sizes, *draws, *more)


def words(text: str) -> str:
    return " ".join(text.split())


def test_under_the_table_it_stands_which_draws_were_used(simcore: Call, model: Model) -> None:
    usual = words(run(simcore, model).stdout)
    assert (
        f"hazards move from year to year as fitted. Parameters are draws of the posterior {STEM}.nc (NUTS)."
        in usual
    )
    assert "Of other structures these are of a provisional posterior: early=neutral." in usual
    assert "Not shown, for there is no posterior of them beside this structure: poverty=half" in usual
    trend = words(run(simcore, model, "--variant", "trend=trend").stdout)
    assert "hazards move from year to year as fitted, and follow a trend after 2011." in trend
    early = words(run(simcore, model, "--variant", "early=neutral").stdout)
    assert f"posterior {STEM}+early=neutral.nc (quick fit). It is provisional: its fit did not pass" in early
    solved = words(run(simcore, model, "--posterior", "solved").stdout)
    assert "hazards are the same in every year" in solved
    assert f"Parameters are the solved draws default.nc, not of the posterior {STEM}." in solved


def test_an_interrupted_run_goes_on_from_the_draws_of_the_same_source(
    simcore: Call, model: Model, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    for source in ((), ("--posterior", "solved")):
        whole = run(simcore, model, *source, "--json")
        stored = run(simcore, model, *source, "--json", "--out", out)
        mine, other = (json.loads(done.stdout) for done in (whole, stored))
        assert mine["arms"] == other["arms"] and mine["baseline"] == other["baseline"]
        with open_results(out) as results:
            assert (json.loads(results.attrs["run"])["posterior"] is None) == bool(source)


def test_a_file_that_does_not_fit_the_question_is_refused_before_anything_is_written(
    simcore: Call, model: Model, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shipped, other = model.folder / "posterior" / f"{STEM}.nc", tmp_path / "other" / "orchard"
    refused(
        run(simcore, model, "--posterior", shipped, "--variant", "poverty=half", "--out", out),
        f"{shipped}: is of the structure `default`, and this one is `poverty=half`; choose that structure",
    )
    refused(
        run(simcore, model, "--posterior", tmp_path / "no.nc", "--out", out),
        f"{tmp_path / 'no.nc'}: no such file",
    )
    refused(run(simcore, model, "--posterior", "", "--out", out), "--posterior: names no file")
    refused(
        run(simcore, model, "--draws", 41, "--out", out), f"{shipped}: holds 40 draws and 41 were asked for"
    )
    moved = valley(other)
    births = (other / "births.csv").read_text().splitlines()
    births[-1] = births[-1].rpartition(",")[0] + ",77"
    (other / "births.csv").write_text("\n".join([*births, ""]))
    refused(
        run(simcore, moved, "--posterior", shipped, "--out", out),
        f"{shipped}: was fitted to another model", f"run `simcore calibrate` on {STEM} again",
    )  # fmt: skip
    add_posterior(model, replace(MADE, status="failed"))
    for verb in ("compare", "births"):
        more = ("--explain", "2012/hill/0") if verb == "births" else ("--out", out)
        refused(run(simcore, model, *more, verb=verb), f"{shipped}: is of a fit that did not pass its gate")
    refused(simcore("groups", model.folder), f"{shipped}: is of a fit that did not pass its gate")
    assert not out.exists()


def test_a_model_without_either_is_refused_and_both_places_are_named(simcore: Call, tmp_path: Path) -> None:
    model = valley(tmp_path / "orchard")
    refused(
        run(simcore, model),
        f"{model.folder / 'draws' / 'default.nc'}: no such file, nor "
        f"{model.folder / 'posterior' / f'{STEM}.nc'} that the model names; run `simcore solve",
    )


def test_a_check_of_a_model_looks_at_the_draws_that_a_run_would_take(simcore: Call, tmp_path: Path) -> None:
    model = valley(tmp_path / "orchard")
    before = simcore("validate", model.folder).stdout
    add_posterior(model)
    after = simcore("validate", model.folder).stdout
    assert "not solved yet" in before and "not solved yet" not in after
    assert "and over 20 draws of what is uncertain" in after


def test_groups_and_births_say_which_draws_they_are_of(simcore: Call, model: Model, tmp_path: Path) -> None:
    said = f"Parameters are draws of the posterior {STEM}.nc (NUTS)."
    groups = simcore("groups", model.folder, "--factor", "smoking", "--draws", "4")
    assert groups.status == 0 and said in words(groups.stdout)
    solved = simcore("groups", model.folder, "--factor", "smoking", "--draws", "4", "--posterior", "solved")
    assert f"solved draws default.nc, not of the posterior {STEM}." in words(solved.stdout)
    table = tmp_path / "births.csv"
    births = run(simcore, model, "--n", "30", "--to", table, "--draw", "3", verb="births")
    assert births.status == 0 and f"draw 3, seed 1. {said}" in words(births.stderr)
    told = run(simcore, model, "--explain", "2012/hill/0", verb="births")
    assert told.status == 0 and told.stdout.rstrip().endswith(said)
