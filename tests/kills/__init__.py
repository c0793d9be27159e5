"""Runs killed at random moments all resume to the same bits: ``make kills`` (200 of them), a few in the suite.

A run is a process of its own, forked from one that has loaded everything, so that most of its life is the run itself.
It is sent SIGKILL at a moment drawn evenly over the length of a whole run (and may be killed several times on its
way), then asked for again until it ends, and everything in its folder is held against a run that was left alone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import scenarios.running
from scenarios.answer_files import write_answer
from scenarios.compare import answer
from scenarios.question import Question, ask
from simcore.run import Settings
from simcore.store import open_results
from tests.models import FOLDER, prevalence, scenario_text

DRAWS, STORED, BLOCK = 120, 20, 20
SETTINGS = Settings(births=2000, block=BLOCK)
CHANGING = {"made"}


def question_of(model: str) -> Question:
    """England, one year, with a counted cascade; or an invented model, of which a run takes less than a second."""
    if model == "england":
        return ask(["smoking_cessation", "child_poverty_35"], years=[2030])
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.yaml" for name in ("base", "less")]
        for path, changes in zip(files, ((), (prevalence("child_poverty", 0.5),)), strict=True):
            path.write_text(scenario_text(path.stem, *changes, model=model), encoding="utf-8")
        return ask(files[1:], model=FOLDER / model, baseline=files[0], years=[2002, 2003])


def run(question: Question, out: Path) -> None:
    """The whole comparison with its files, stored in small blocks."""
    with patch.object(scenarios.running, "STORED", STORED):
        write_answer(out, answer(question, DRAWS, SETTINGS, variant_draws=2, out=out))


def start(question: Question, out: Path) -> int:
    """The run in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        run(question, out)
        status = 0
    finally:
        os._exit(status)


def whole(question: Question, out: Path) -> float:
    """A run that is left alone, and the seconds it took."""
    begin = time.monotonic()
    _, status = os.waitpid(start(question, out), 0)
    if status:
        raise RuntimeError(f"a run that was left alone ended with status {status}")
    return time.monotonic() - begin


def killed(question: Question, out: Path, after: float) -> bool:
    """A run sent SIGKILL after so many seconds; whether it was still going."""
    child = start(question, out)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def stage_reached(out: Path) -> str:
    """How far a killed run had come, in words."""
    if (out / "summary.json").exists():
        return "while files were written"
    if (out / "results.nc").exists():
        return "after the merge"
    blocks = sorted(out.glob("blocks-*/*.nc"))
    if list(out.glob("*.part")) or list(out.glob("blocks-*/*.part")):
        return "within a write"
    return f"with {len(blocks)} of {DRAWS // STORED} blocks"


def differences(one: Path, other: Path) -> list[str]:
    """What is not the same in two folders of finished runs."""
    found = []
    names = [sorted(path.name for path in folder.iterdir()) for folder in (one, other)]
    if names[0] != names[1]:
        found.append(f"files {names[1]}, not {names[0]}")
    with open_results(one) as first, open_results(other) as second:
        variables = {*first.variables, *second.variables}
        found += [
            f"results.nc: {name}"
            for name in map(str, variables)
            if first[name].values.tobytes() != second[name].values.tobytes()
        ]
    for name in ("summary.csv", "summary.parquet"):
        if (one / name).exists() and (one / name).read_bytes() != (other / name).read_bytes():
            found.append(name)
    if timeless(one) != timeless(other):
        found.append("summary.json")
    return found


def timeless(folder: Path) -> dict[str, object]:
    """The answer without the moment at which it was made."""
    summary: dict[str, object] = json.loads((folder / "summary.json").read_text())
    record = summary["run"]
    assert isinstance(record, dict)
    return {**summary, "run": {key: value for key, value in record.items() if key not in CHANGING}}


def kill_and_resume(question: Question, runs: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Kill so many runs, each once or several times, and resume them: where they were killed, and what went wrong."""
    moments = random.Random(seed)
    stages: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        alone = Path(scratch) / "alone"
        # here, so that every process forked from this one has its kernels at hand
        run(question, alone)
        length = min(whole(question, Path(scratch) / f"timed-{i}") for i in range(3))
        for number in range(runs):
            out = Path(scratch) / f"run-{number}"
            if not killed(question, out, moments.uniform(0.0, length)):
                stages["after its end"] += 1
            elif out.exists():
                stages[stage_reached(out)] += 1
            else:
                stages["before its folder was made"] += 1
            while moments.random() < 1 / 3:
                killed(question, out, moments.uniform(0.0, length / 2))
            whole(question, out)
            wrong += [f"run {number}: {what}" for what in differences(alone, out)]
    return stages, wrong
