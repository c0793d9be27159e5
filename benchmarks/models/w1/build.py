"""From the parameters of W1 to the tables beside `model.yaml`, the same on every run.

``python -m benchmarks.models.w1.build`` writes them; ``--check`` writes nothing and ends with status 3 when a
table, a hazard ratio or the scenario is not what the parameters say.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.read import read_scenario
from scenarios.schema import Prevalence
from simcore.documents import read_yaml
from simcore.spec import ModelFile
from simcore.strict import check

FOLDER = Path(__file__).parent
BIRTHS = 1_000_000

Cells = tuple[object, ...]


def parameters() -> dict[str, Any]:
    """W1's parameters, as published with the workload."""
    return dict(json.loads((FOLDER / "w1_params.json").read_text(encoding="utf-8")))


def smoking_shares(w: dict[str, Any]) -> np.ndarray:
    """Share who smoke, ``float64[decile, age, poverty]``."""
    s = w["smoking"]
    decile, age, poverty = np.ix_(s["decile"], s["age"], [0.0, s["poverty"]])
    return np.asarray(1.0 / (1.0 + np.exp(-(s["intercept"] + decile + age + poverty))))


def gestation_shares(w: dict[str, Any]) -> np.ndarray:
    """Shares of gestation, ``float64[age, poverty, smoking, obesity, gestation]``."""
    g = w["gestation"]
    age, obesity = np.array(g["age"]), np.array(g["obesity"])
    poverty, smoking = (np.array([np.zeros(5), g[name]]) for name in ("poverty", "smoking"))
    score = (
        np.array(g["intercept"])
        + age[:, None, None, None]
        + poverty[:, None, None]
        + smoking[:, None]
        + obesity
    )
    odds = np.exp(score)
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def tables(spec: ModelFile, w: dict[str, Any]) -> dict[str, list[Cells]]:
    """Every table by the name of its file, the header first."""
    levels = {name: variable.levels for name, variable in spec.variables.items()}
    causes, bands = tuple(spec.deaths.causes), tuple(spec.deaths.age_bands)
    hazard = np.array(w["death_base"]).transpose(2, 0, 1)
    shares: dict[str, np.ndarray] = {
        "decile": np.array(w["decile_p"]),
        "age": np.array(w["age_p"]),
        "obesity": np.array(w["obesity_p"]),
        "poverty": np.array(w["poverty_p"]),
        "smoking": smoking_shares(w),
        "gestation": gestation_shares(w),
    }
    made: dict[str, list[Cells]] = {"births.csv": [("year", "births"), (2020, BIRTHS)]}
    for name, values in shares.items():
        by = spec.variables[name].shares.by
        if values.ndim == len(by):  # of two levels the first has the rest
            values, own = values[..., None], levels[name][1:]
        else:
            own = levels[name]
        axes = [*(levels[parent] for parent in by), own]
        made[f"{name}.csv"] = [(*by, "level", "share"), *_rows(axes, values)]
    header = ("gestation", "cause", "age_band", "hazard")
    made["hazards.csv"] = [header, *_rows([levels["gestation"], causes, bands], hazard)]
    return made


def _rows(axes: Sequence[Sequence[str]], values: np.ndarray) -> Iterator[Cells]:
    for labels, value in zip(product(*axes), values.ravel().tolist(), strict=True):
        yield (*labels, repr(value))


def hazard_ratios(spec: ModelFile, w: dict[str, Any]) -> dict[tuple[str, str, str], float]:
    """The ratio of each (parent, level, cause); those of 1 are left out."""
    ratios = {}
    for c, cause in enumerate(spec.deaths.causes):
        for parent in ("decile", "age", "obesity", "poverty", "smoking"):
            own = w[f"rr_{parent}"][c]
            of_level = own if isinstance(own, list) else [1.0, own]
            for level, ratio in zip(spec.variables[parent].levels, of_level, strict=True):
                ratios[parent, level, cause] = ratio
    return {key: ratio for key, ratio in ratios.items() if ratio != 1.0}


def as_csv(rows: list[Cells]) -> str:
    """Rows as CSV text with plain line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def differences(folder: Path = FOLDER) -> list[str]:
    """What is not as the parameters say, one line each; empty when all is."""
    spec, w = check(read_yaml(folder / "model.yaml"), ModelFile), parameters()
    found = []
    for name, rows in tables(spec, w).items():
        path = folder / name
        if not path.exists() or not _same(path.read_text(encoding="utf-8"), as_csv(rows)):
            found.append(f"{name}: differs from the parameters; run python -m benchmarks.models.w1.build")
    written: dict[tuple[str, str, str], float | str] = {
        (ratio.parent, level, cause): value
        for ratio in spec.deaths.hazard_ratios
        for level, value in ratio.ratios.items()
        for cause in ratio.causes or ()
        if value != 1.0
    }
    wanted = hazard_ratios(spec, w)
    for key in sorted({*written, *wanted}):
        if written.get(key, 1.0) != wanted.get(key, 1.0):
            says = f"{written.get(key, 1.0)}, not {wanted.get(key, 1.0)}"
            found.append(f"model.yaml: hazard ratio of {key[0]} {key[1]} on {key[2]} is {says}")
    changes = read_scenario(folder / "scenario.yaml").interventions
    multiplied = {c.of: c.multiply.central for c in changes if isinstance(c, Prevalence)}
    asked = {of: w["scenario"][f"{of}_multiplier"] for of in ("poverty", "smoking")}
    if multiplied != asked:
        found.append(f"scenario.yaml: multiplies {multiplied}, not {asked}")
    return found


def _same(shipped: str, made: str) -> bool:
    """Equal cell by cell; of numbers the last digits may differ, as `exp` does between processors."""
    a, b = (list(csv.reader(io.StringIO(text))) for text in (shipped, made))
    if [row[:-1] for row in a] != [row[:-1] for row in b] or a[0] != b[0]:
        return False
    return bool(np.allclose([float(r[-1]) for r in a[1:]], [float(r[-1]) for r in b[1:]], rtol=1e-14, atol=0))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models.w1.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    if parser.parse_args(arguments).check:
        found = differences()
        print("\n".join(found) or "the files follow from the parameters")
        return 3 if found else 0
    spec = check(read_yaml(FOLDER / "model.yaml"), ModelFile)
    for name, rows in tables(spec, parameters()).items():
        (FOLDER / name).write_text(as_csv(rows), encoding="utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
