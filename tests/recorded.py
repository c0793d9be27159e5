"""Births and deaths for one seed, as they were recorded: a change that moves any number is seen.

`python -m tests.recorded` records them anew in `tests/recorded.json`, and says what moved: a line for *Numbers* in the
changelog.

Births by profile are integers that no machine changes. A death compares a logarithm with a hazard: another processor
may round one of them otherwise, once in very many runs, so one birth an arm may die otherwise than recorded.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks import w1
from benchmarks.workload import Workload
from scenarios.interventions import arms_of
from scenarios.read import read_scenarios
from simcore.kernels.deaths import count_deaths
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import count_profiles
from simcore.load import load_model
from simcore.program import compile_natural
from simcore.solved import OWN, read_central

FILE = Path(__file__).parent / "recorded.json"
SEED, DRAW, BIRTHS = 2**40 + 17, 3, 2_000_000
ONE_BIRTH = 2
"""One that dies otherwise is missing in one cell and too many in another."""
OF_ENGLAND = (
    "ethnic_group", "mother_age", "nssec", "child_poverty", "smoking_at_booking", "bmi", "smoking", "gestation"
)  # fmt: skip
"""Variables, in the model's order, whose combinations are counted: all of them would be more than there are births."""
Numbers = Mapping[str, list[int] | str]


def workloads() -> dict[str, Workload]:
    """W1, and two years of England."""
    model = load_model("england")
    draws = read_central(model, model.structure(), OWN)
    program = compile_natural(model, model.structure(), draws, [2025, 2034])
    scenarios = read_scenarios(["current_policy", "child_poverty_35", "smoking_halved"])
    england = Workload(program, tuple(arms_of(scenarios)(program, draws)), BIRTHS, OF_ENGLAND)
    return {"w1": w1.workload(2, BIRTHS), "england": england}


def numbers(load: Workload, packed: Packed | None = None) -> Numbers:
    """Births by each variable and a digest of all profiles; deaths by cause and band, and by decile; every arm."""
    packed = packed or load.packed
    network = load.program.network
    axes = {node.name: len(node.levels) for node in network.nodes if node.name in load.profile}
    axes |= {name: len(levels) for name, levels in network.strata.items()}
    births = count_profiles(packed, SEED, DRAW).reshape(packed.n_arms, *axes.values())
    deaths = count_deaths(packed, SEED, DRAW)
    found: dict[str, list[int] | str] = {}
    for arm, name in enumerate(arm.name for arm in load.arms):
        for axis, variable in enumerate(axes):
            others = tuple(other for other in range(len(axes)) if other != axis)
            found[f"{name}: births by {variable}"] = births[arm].sum(axis=others).tolist()
        found[f"{name}: births by profile, digest"] = digest(births[arm])
        found[f"{name}: deaths by cause and age band"] = deaths[arm].sum(axis=0).ravel().tolist()
        found[f"{name}: deaths by stratum and decile"] = deaths[arm].sum(axis=(1, 2)).tolist()
    return found


def digest(counts: np.ndarray) -> str:
    """Sixteen digits that any other counts would change."""
    return hashlib.sha256(np.ascontiguousarray(counts, "<i8").tobytes()).hexdigest()[:16]


def moved(recorded: Numbers, found: Numbers) -> list[str]:
    """What is not as it was recorded."""
    return [
        f"{name}: {recorded.get(name)} -> {found.get(name)}"
        for name in (*found, *(recorded.keys() - found.keys()))
        if not _same(name, recorded.get(name), found.get(name))
    ]


def _same(name: str, was: list[int] | str | None, now: list[int] | str | None) -> bool:
    if was == now or "deaths" not in name:
        return was == now
    if not (isinstance(was, list) and isinstance(now, list) and len(was) == len(now)):
        return False
    return sum(abs(a - b) for a, b in zip(was, now, strict=True)) <= ONE_BIRTH


def read() -> dict[str, Numbers]:
    """What was recorded, by workload."""
    found: dict[str, Numbers] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> None:
    before = read() if FILE.exists() else {}
    now = {name: numbers(load) for name, load in workloads().items()}
    for name, found in now.items():
        lines = moved(before.get(name, {}), found) or ["as it was"]
        sys.stdout.writelines(f"{name}: {line}\n" for line in lines)
    parts = [
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in found.items())
        + "\n}"
        for name, found in now.items()
    ]
    FILE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
