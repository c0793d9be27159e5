"""A calibration of the reduced England on the disk: model, a table of deaths made by chance, and a config."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.models.reduced import REFERENCE, YEARS, folder

CONFIG = """\
calibration: small_2016_2019
title: A reduced England, one year held out
model: reduced
years: {first: 2016, last: 2019}
parameters:
  effects: {prior: {distribution: lognormal, median: 1.4, ci95: [0.9, 2.1778]}}
  priors: {hr_poverty: {distribution: lognormal, median: 3.0, ci95: [1.5, 6.0]}}
  residual: {sd: 0.5}
  drift: {sd: 0.05}
  year_effects:
    step: {distribution: lognormal, median: 0.03, ci95: [0.02, 0.045]}
    level: {sd: 0.2}
  projection: {from: last}
targets:
  deaths_by_fifth:
    kind: counts
    file: observed.csv
    years: {column: year, first: 2016, last: 2019}
    strata: {column: level, as: imd_fifth}
    births: births
    deaths: {neonatal: neonatal, postneonatal: postneonatal}
  deaths_by_age:
    kind: shares
    file: observed_by_age.csv
    years: {column: year, first: 2019, last: 2019}
    strata: {column: level, as: mother_age}
    births: births
    deaths: {postneonatal: postneonatal}
  published:
    kind: contrasts
    of: [smoking_preterm, smoking_neonatal, smoking_postneonatal, child_poverty]
check: [deaths_by_age]
held_out:
  year_2020: {target: deaths_by_fifth, years: {first: 2020, last: 2020}}
sampler: {chains: 4, draws: 100, tune: 100, seed: 1}
quick: {draws: 1000, seed: 1}
"""


def write_calibration(where: Path) -> Path:
    """Write everything below a folder; the path of the config."""
    files = folder()
    for name, text in files.files.items():
        path = where / "reduced" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    model, rng = files.model, np.random.default_rng(1)
    births = model.births
    late = [YEARS.index(year) for year in REFERENCE]
    rate = model.targets["residual"].deaths / births[late].sum(axis=0)
    rows = ["year,level,births,neonatal,postneonatal"]
    for year in range(2016, 2021):
        born = births[YEARS.index(year)]
        for k, level in enumerate(model.levels("imd_fifth")):
            died = rng.poisson(rate[:, k] * born[k])
            rows.append(f"{year},{level},{born[k]:.0f},{died[0]},{died[1]}")
    (where / "observed.csv").write_text("\n".join(rows) + "\n")
    by_age = ["year,level,births,postneonatal", "2019,under_20,18000,45", "2019,from_20,600000,620"]
    (where / "observed_by_age.csv").write_text("\n".join(by_age) + "\n")
    path = where / "small.yaml"
    path.write_text(CONFIG)
    return path
