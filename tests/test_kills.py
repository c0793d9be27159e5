"""Runs that are killed at random moments resume to the same bits; 200 of them are killed by ``make kills``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import PATIENCE, ROOT
from tests.kills import differences, question_of, run


def test_runs_killed_at_random_moments_resume_to_the_same_bits() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.kills", "--model", "harbour", "--runs", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 runs killed" in done.stdout
    assert done.stdout.endswith("0 differences after resuming\n")


def test_one_bit_that_differs_would_be_seen(tmp_path: Path) -> None:
    question = question_of("harbour")
    one, other = tmp_path / "one", tmp_path / "other"
    for out in (one, other):
        run(question, out)
    assert differences(one, other) == []
    table = other / "summary.csv"
    table.write_bytes(table.read_bytes()[:-2] + b"x\n")
    (other / "results.nc.1.part").touch()
    assert differences(one, other)[1:] == ["summary.csv"]
    assert "results.nc.1.part" in differences(one, other)[0]
