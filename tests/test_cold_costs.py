"""What a new process pays: it loads what it needs and no more, and finds every kernel compiled once."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from simcore.kernels.fingerprint import source_hash
from tests.conftest import PATIENCE, command, environment

HEAVY = {"numba", "llvmlite", "scipy", "pandas", "xarray", "rich", "h5netcdf", "pyarrow", "numpy", "pydantic"}
LIGHT_ENOUGH = {"numpy", "pydantic"}
"""What reading a model and checking files against it takes."""
COMPUTES = LIGHT_ENOUGH | {"numba", "llvmlite", "scipy"}
"""What an answer takes beside: kernels (numba looks at scipy) and solved draws."""
ASKED = ("--draws", "4", "--births", "2000", "--years", "2025", "--variant-draws", "2")

STEPS = """
import json, sys
steps = json.loads(sys.argv[1])
for step in steps:
    sys.argv = ["simcore", *step]
    try:
        import simcore
        if step:
            from simcore.cli import main
            main()
    except SystemExit as ended:
        status = ended.code
    {after}
"""
"""One new process that runs several commands, one after the other."""
LOADED = STEPS.format(after="print('\\n' + json.dumps([name for name in sys.modules if '.' not in name]))")


def process_of(script: str, steps: Sequence[Sequence[str]]) -> list[str]:
    return [sys.executable, "-c", script, json.dumps(steps)]


def loaded_after(*steps: Sequence[str]) -> list[set[str]]:
    """Heavy modules in one new process after each command in turn; ``[]`` only imports the package."""
    done = subprocess.run(
        process_of(LOADED, steps), env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    lists = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return [HEAVY.intersection(names) for names in lists]


@pytest.mark.parametrize("imported", ["import simcore", "import numba, simcore"])
def test_kernels_are_kept_by_the_state_of_all_their_sources(imported: str, tmp_path: Path) -> None:
    """Beside their own source they would be loaded as they were, after an edit to another file that they call."""
    script = f"{imported}\nfrom simcore.kernels.rng import fill_words\nprint(fill_words._cache.cache_path)"
    told = environment(XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path))
    untold = {name: value for name, value in told.items() if name != "NUMBA_CACHE_DIR"}
    kept = subprocess.run(
        [sys.executable, "-c", script],
        env=untold,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    ).stdout.strip()
    assert Path(kept).is_relative_to(tmp_path)
    assert f"kernels-{source_hash()}" in Path(kept).parts


def test_help_loads_nothing_heavy() -> None:
    verbs = ("compare", "births", "validate", "solve", "warm")
    steps: list[Sequence[str]] = [[], ["--help"], ["--version"], *([verb, "--help"] for verb in verbs)]
    assert loaded_after(*steps) == [set()] * len(steps)


def test_files_are_refused_and_compared_without_the_compiler_and_looked_at_with_it() -> None:
    steps = (
        ["validate", "child_poverty_53"],
        ["diff", "child_poverty_35", "smoking_halved"],
        ["schema", "scenario"],
        ["compare", "child_poverty_53"],
        ["compare", "child_poverty_35", "--years", "1990"],
        ["births", "--explain", "2030/1/0", "child_poverty_53"],
    )
    looks = (["validate", "child_poverty_35", "smoking_halved"], ["explain", "smoking_halved"])
    light, heavier = [LIGHT_ENOUGH] * len(steps), [COMPUTES] * len(looks)
    assert loaded_after(*steps, *looks) == [*light, *heavier]


def test_an_answer_for_a_program_loads_no_tables_and_no_terminal() -> None:
    steps = (
        ["compare", "smoking_halved", *ASKED, "--json"],
        ["births", "--explain", "2030/1/0", "smoking_halved"],
    )
    assert loaded_after(*steps) == [COMPUTES] * len(steps)


FIRST = """
import sys
import numpy as np
from numba import njit
from simcore.kernels.profiles import count_profiles
from tests.worlds import random_world
count_profiles(random_world(0), 1, 0)
assert "scipy.linalg" not in sys.modules
print(njit(lambda a, b: a @ b)(np.eye(2), np.ones((2, 2))).sum(), "scipy.linalg" in sys.modules)
"""


def test_kernels_load_no_linear_algebra_and_compiled_code_that_wants_it_has_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST], env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.stdout.split(), done.stderr) == (["4.0", "True"], "")


# ---- kernels are compiled once

MISSES = """
import atexit, json, os, sys
from pathlib import Path

def report():
    from simcore.warm import dispatchers
    missed = {kernel.py_func.__qualname__: sum(kernel.stats.cache_misses.values()) for kernel in dispatchers()}
    hits = sum(sum(kernel.stats.cache_hits.values()) for kernel in dispatchers())
    kinds = max(len(kernel.signatures) for kernel in dispatchers())
    Path(os.environ["MISSES_TO"]).write_text(json.dumps([hits, {k: n for k, n in missed.items() if n}, kinds]))

if "MISSES_TO" in os.environ:
    atexit.register(report)
"""


@pytest.fixture
def cold(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine on which nothing was ever compiled, whose processes report what they compile."""
    (tmp_path / "sitecustomize.py").write_text(MISSES)
    found = environment(NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    return found | {"PYTHONPATH": os.pathsep.join([str(tmp_path), found["PYTHONPATH"]])}


LEFT = ("_multiply", "_solve", "_apart")
"""Kernels that Python calls, and that are compiled in a second each."""


def bring_kernels(warmed: Path, to: Path, but: Sequence[str]) -> None:
    """Bring compiled kernels from the cache of this process, all but those named, to one where some are.

    Of each, what was compiled first comes along, as warming up leaves it: tests call some with other arguments, too.
    """
    # a cache has a folder for each place where the package lies
    (mine,) = (folder.name for folder in to.glob("kernels_*"))
    firsts = [code for code in (warmed / mine).glob("*.1.nbc") if not (to / mine / code.name).exists()]
    for code in firsts:
        if code.name.split("-")[0].partition(".")[2] in but:
            continue
        index = code.with_name(code.name.replace(".1.nbc", ".nbi"))
        version, stamped = pickle_of(index)
        stamp, overloads = pickle.loads(stamped)
        first = {key: name for key, name in overloads.items() if name == code.name}
        shutil.copy(code, to / mine)
        (to / mine / index.name).write_bytes(pickle.dumps(version) + pickle.dumps((stamp, first)))


def pickle_of(index: Path) -> tuple[object, bytes]:
    """Numba's version, and what follows it in an index of its cache."""
    with index.open("rb") as file:
        return pickle.load(file), file.read()


@pytest.mark.slow
def test_what_is_compiled_once_serves_every_command(cold: dict[str, str], tmp_path: Path) -> None:
    """A comparison on a cold cache counts kernels first; interrupted, it keeps them; then nobody compiles again."""
    compare = ("compare", "smoking_cessation", *ASKED)
    first = subprocess.Popen(
        command(*compare), env=cold, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stderr is not None
    line = first.stderr.readline()
    assert line.startswith("compiling kernels 0/")
    assert first.stderr.readline().startswith("compiling kernels ")
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=PATIENCE)
    assert (first.returncode, said.splitlines()[-1]) == (130, "interrupted")
    cache = tmp_path / "cache"
    assert any(cache.rglob("*.nbi"))
    bring_kernels(Path(os.environ["NUMBA_CACHE_DIR"]), cache, but=LEFT)
    kept = len(list(cache.rglob("*.nbi")))
    two = [
        subprocess.Popen(
            command("warm"), env=cold | {"MISSES_TO": str(tmp_path / f"{n}.json")}, stderr=subprocess.PIPE
        )
        for n in (0, 1)
    ]
    for process in two:
        process.communicate(timeout=PATIENCE)
    # one of two at a time compiles what was left, the other one waits for it
    told = [json.loads((tmp_path / f"{n}.json").read_text()) for n in (0, 1)]
    missed = [compiled for _, compiled, _ in told]
    assert sorted(map(bool, missed)) == [False, True]
    # a kernel is called with one kind of arguments only
    assert max(kinds for _, _, kinds in told) == 1
    left = int(line.split("/")[1].split(",")[0]) - kept
    # the one that the signal met may have been written in part
    assert left <= sum(map(len, missed)) <= left + 1
    steps = (
        *(("warm",), ("validate", "smoking_cessation")),
        # exact sums call the kernels of expected ones, and take England's variants ten seconds
        *((*compare, "--threads", "2", "--estimator", kind) for kind in ("expected", "realised")),
        ("births", "--n", "50", "--to", str(tmp_path / "births.csv"), "--explain", "2030/1/0"),
        ("validate", "england"),
        ("solve", "england", "--show", "--variant", "child_poverty=zero", "--draws", "2"),
    )
    report = tmp_path / "report.json"
    every = process_of(STEPS.format(after="assert not status, step"), steps)
    subprocess.run(
        every, env=cold | {"MISSES_TO": str(report)}, check=True, capture_output=True, timeout=PATIENCE
    )
    hits, compiled, _ = json.loads(report.read_text())
    assert hits > 0
    assert compiled == {}
