"""Editors find the language in a file's first line, and the command line prints it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from calibration.schema import json_schema as calibration_schema
from scenarios.schema import json_schema
from simcore.cli.schema import SCHEMAS
from tests.conftest import Call

SHIPPED = {
    "scenario": ("scenarios", "library"),
    "calibration": ("calibration", "configs"),
    "sweep": ("calibration", "sweeps"),
}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_shipped_file_names_the_schema_of_its_kind_in_its_first_line(kind: str) -> None:
    package, folder = SHIPPED[kind]
    home = Path(str(files(package))) / folder
    shipped = sorted(home.glob("*.yaml"))
    assert shipped
    for path in shipped:
        first = path.read_text().splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        named = (path.parent / first.partition("=")[2]).resolve()
        assert named == (home.parent / SCHEMAS[kind][1]).resolve(), path


def test_the_command_prints_the_language_and_lists_what_there_is(simcore: Call) -> None:
    printed = simcore("schema", "scenario")
    assert printed.status == 0 and json.loads(printed.stdout) == json_schema()
    assert json.loads(simcore("schema", "calibration").stdout) == calibration_schema()
    listed = simcore("schema").stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(SCHEMAS)
    unknown = simcore("schema", "scenrio")
    assert unknown.status == 2 and "did you mean `scenario`?" in unknown.stderr
