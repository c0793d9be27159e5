"""Broken files end with an address; a changed meaning is never silent; nothing ends in a traceback."""

import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from scenarios.check import Vocabulary, check_against, vocabulary_of
from scenarios.diff import differences
from scenarios.extend import with_parents
from scenarios.meaning import means_the_same
from scenarios.read import parse_scenario
from scenarios.schema import Scenario
from simcore.documents import parse_yaml
from simcore.load import load_model
from simcore.problems import DocumentError
from tests.conftest import Call
from tests.mutations import SMALL, Fate, Mutation, good_files, mutations

FILES = good_files()


@cache
def england() -> Vocabulary:
    return vocabulary_of(load_model("england"))


def read(text: str, name: str = "s.yaml") -> Scenario:
    scenario = parse_scenario(text, name)
    check_against(scenario, england())
    return scenario


@cache
def good(name: str) -> Scenario:
    return read(FILES[name], name)


def data_of(name: str, text: str) -> Any:
    """What a file says before any of it is checked: numbers as numbers, and what is no pair of bounds in any order."""
    whole = with_parents(parse_yaml(text, name)).data
    return _plain({key: value for key, value in whole.items() if key != "extends"})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        items = [_plain(inner) for inner in value]
        # the order of a pair of bounds says something, that of levels, costs and interventions nothing
        return items if all(isinstance(item, float) for item in items) else sorted(items, key=repr)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value


def outcome(name: str, mutation: Mutation) -> str:
    """What is wrong with what came of a mutation; nothing if it is as it must be."""
    try:
        scenario = read(mutation.text, name)
    except DocumentError as error:
        told = str(error)
        if mutation.fate in ("same", "shown"):
            return f"refused: {told}"
        if any(problem.line is None or problem.column is None for problem in error.problems):
            return f"without an address: {told}"
        return "" if mutation.says in told else f"says nothing of `{mutation.says}`: {told}"
    found = differences(good(name), scenario)
    same = not found.found
    if mutation.fate == "refused":
        return f"read, with {[d.key for d in found.found]} other"
    if mutation.fate == "same":
        alike = means_the_same(good(name), scenario) and found.same_meaning
        return "" if same and alike else f"another meaning: {[d.key for d in found.found]}"
    if mutation.fate == "shown":
        return "" if not found.same_meaning else "not shown"
    said_the_same = data_of(name, mutation.text) == data_of(name, FILES[name])
    return "silent" if same and not said_the_same else ""


def broken() -> dict[str, list[Mutation]]:
    """Every way to break the small files, and some ways to break each shipped one."""
    rng = random.Random(20261125)
    found = {}
    for name, text in FILES.items():
        found[name] = list(mutations(text, rng, 6 if name == "every.yaml" else 1))
        if name not in SMALL:
            found[name] = rng.sample(found[name], 12)
    return found


BROKEN = broken()


def test_the_good_files_are_good() -> None:
    for name in FILES:
        assert not differences(good(name), good(name)).found


def test_there_are_hundreds_of_broken_files_of_every_kind() -> None:
    assert {m.fate for name in SMALL for m in BROKEN[name]} == set(get_args(Fate))
    fates = Counter(mutation.fate for found in BROKEN.values() for mutation in found)
    assert sum(len({m.text for m in found}) for found in BROKEN.values()) >= 300
    assert fates["refused"] >= 200 and min(fates.values()) >= 15


@pytest.mark.parametrize("name", FILES)
def test_what_is_broken_is_refused_with_an_address_and_no_changed_meaning_is_silent(name: str) -> None:
    wrong = {m.what: said for m in BROKEN[name] if (said := outcome(name, m))}
    assert not wrong


def test_damage_that_would_be_silent_is_noticed() -> None:
    """The claim can fail: a reader that drops what it does not know, or takes a number for another, is caught."""
    name, text = "every.yaml", FILES["every.yaml"]
    dropped = Mutation("a key dropped", text.replace("multiply: 0.9\n", "multiply: 0.9 \n"), "refused")
    assert outcome(name, dropped) == "read, with [] other"
    other = Mutation("another number", text.replace("multiply: 0.9\n", "multiply: 0.8\n"), "same")
    assert outcome(name, other) == "another meaning: ['multiply']"
    assert outcome(name, Mutation("as it was", text, "shown")) == "not shown"


@pytest.mark.parametrize("name", ["every.yaml", "smoking_cessation.yaml"])
def test_the_command_line_ends_with_status_2_and_an_address_in_the_file(
    simcore: Call, tmp_path: Path, name: str
) -> None:
    for place, mutation in enumerate([m for m in BROKEN[name] if m.fate == "refused"][::25][:4]):
        path = tmp_path / f"broken_{place}.yaml"
        path.write_bytes(mutation.text.encode("utf-8"))
        for verb in ("validate", "explain"):
            done = simcore(verb, path)
            assert done.status == 2, mutation.what
            assert done.stderr.startswith(f"{path}:") and "Traceback" not in done.stderr
            assert done.stderr[len(f"{path}:")].isdigit() and done.stdout == ""
    out = tmp_path / "out"
    assert simcore("compare", path, "--out", out).status == 2 and not out.exists()
