"""What several tests of the command line share: one comparison of England, and a way to call the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.browser", "tests.served_page"]

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "scenarios" / "library"
DRAWS, BIRTHS, YEARS = 12, 2000, (2029, 2030)
NUMBERS = ("--draws", str(DRAWS), "--births", str(BIRTHS), "--years", "2029-2030")
PATIENCE = 300
"""Seconds that a process may take to begin or end: kernels may have to be compiled first."""
ARMS = ("smoking_cessation", "child_poverty_35", "smoking_halved")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture(scope="session", autouse=True)
def warmed() -> None:
    """Kernels are compiled before the first test, so that no test's standard error tells of it."""
    from simcore.warm import warm

    warm()


@pytest.fixture
def simcore(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line in this process, as the console script does."""
    from simcore.cli import main

    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["simcore", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return call


def command(*arguments: object) -> list[str]:
    """The command line for a process of its own."""
    return [sys.executable, "-m", "simcore.cli", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment of a child: this repository on the path, whatever folder it starts in."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@dataclass(frozen=True)
class Ran:
    """One comparison with everything it wrote."""

    summary: dict[str, Any]
    out: Path
    stderr: str


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Three arms of England, two years, few draws: asked from another folder, as JSON and as files."""
    folder = tmp_path_factory.mktemp("asked")
    asked = command("compare", *ARMS, *NUMBERS, "--json", "--out", "demo")
    done = subprocess.run(asked, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    return Ran(json.loads(done.stdout), folder / "demo", done.stderr)
