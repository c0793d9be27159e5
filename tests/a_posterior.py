"""A posterior of an invented valley, made by the tests: the orchard with a trend, and years that draws move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from simcore.draws import CENTRAL, DrawBlock, sample_priors
from simcore.load import load_model
from simcore.model import Model
from simcore.posterior import Provenance, posterior_path
from simcore.posterior_writer import write_posterior
from simcore.solved import solved_path, write_solved
from tests.models import scenario_text
from tests.test_structures import written

STEM = "valley_2010_2011"
CHAINS, DRAWS = 4, 40
SOLVED = 24
MADE = Provenance(
    evidence_hash="0123456789abcdef",
    config=STEM,
    config_digest="fedcba9876543210",
    method="nuts",
    status="passed",
    gate={"rhat_max": 1.002, "ess_min": 812.0},
    created="2026-01-02T03:04:05+00:00",
    versions={"numpy": "2.4.0"},
    seed=1,
)


def valley(folder: Path) -> Model:
    """The orchard in a folder of its own, naming a posterior that is not there yet."""
    written(folder)
    path = folder / "model.yaml"
    path.write_text(path.read_text().replace("solve:\n", f"posterior: {STEM}\nsolve:\n", 1))
    return load_model(folder)


def block_of(model: Model, n: int, seed: int = 3, years: bool = True) -> DrawBlock:
    """Draws with everything that a fit gives; one hazard is always 0, one parameter does not vary."""
    rng, deaths = np.random.default_rng(seed), model.spec.deaths
    parameters = dict(sample_priors(model, n).parameters)
    parameters |= {"hr_smoking": rng.lognormal(0.4, 0.2, n), "hr_poverty": rng.lognormal(0.0, 1.0, n)}
    baseline = 0.002 * np.exp(rng.normal(0.0, 0.4, (n, *model.baseline.shape)))
    baseline[:, 0, 0, 1] = 0.0
    effects = np.exp(rng.normal(0.0, 0.2, (n, len(deaths.age_periods), len(model.years))))
    residual = np.exp(rng.normal(0.0, 0.1, (n, len(deaths.age_periods), 3)))
    return DrawBlock(np.arange(n), parameters, baseline, residual, effects if years else None)


def central_of(model: Model) -> DrawBlock:
    return replace(block_of(model, 1, seed=4), index=np.array([CENTRAL % 2**32]))


def add_posterior(model: Model, made: Provenance = MADE, seed: int = 3, **choices: str) -> Path:
    """Write the posterior that the model names, of one structure."""
    structure = model.structure(choices)
    path = posterior_path(model, structure)
    assert path is not None
    write_posterior(path, model, structure, block_of(model, DRAWS, seed), central_of(model), made, CHAINS)
    return path


def add_solved(model: Model, **choices: str) -> Path:
    """Solved draws of one structure, with numbers written down."""
    structure = model.structure(choices)
    block = block_of(model, SOLVED + 1, seed=9, years=False)
    path = solved_path(model, structure)
    write_solved(path, model, structure, replace(block, index=np.arange(-1, SOLVED)))
    return path


def scenarios(folder: Path) -> tuple[Path, Path]:
    """A comparator and a policy for the valley, as files."""
    paths = folder / "as_is.yaml", folder / "fewer.yaml"
    policy = "id: change, change: prevalence, of: smoking, multiply: 0.5, ASSUMED"
    paths[0].write_text(scenario_text("as_is", model="orchard"))
    paths[1].write_text(scenario_text("fewer", policy, model="orchard"))
    return paths
