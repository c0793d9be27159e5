"""Whatever a scenario file holds, it is read or refused in words: a few hundred files here, 100,000 by `make fuzz`."""

from __future__ import annotations

import copy
import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.check import check_against
from scenarios.diff import differences, told
from scenarios.lint import lint, lint_together
from scenarios.meaning import means_the_same
from scenarios.read import parse_scenario, read_scenario
from scenarios.schema import Scenario, json_schema
from simcore.documents import as_text, parse_yaml
from simcore.load import load_model
from simcore.model import Model
from simcore.problems import DocumentError
from tests.mutations import WAYS
from tests.test_mutations import FILES, england
from tests.test_random_models import budget

NAMES = list(FILES)
TREES = {name: parse_yaml(text, name).data for name, text in FILES.items()}


@cache
def model() -> Model:
    return load_model("england")


def refused_in_words(error: DocumentError) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.file and problem.message.strip() and "\n" not in str(problem)
        assert problem.line is None or (problem.line >= 1 and (problem.column or 0) >= 1)


def only_read_or_refused(text: str) -> Scenario | None:
    """The one thing that holds of every text; and what is read can be looked at, compared and written down again."""
    try:
        scenario = parse_scenario(text, "fuzzed.yaml")
    except DocumentError as error:
        refused_in_words(error)
        assert all(problem.line is not None for problem in error.problems)
        return None
    assert isinstance(scenario, Scenario)
    try:
        check_against(scenario, england())
    except DocumentError as error:
        refused_in_words(error)
    else:
        for note in lint(scenario, model(), None):
            assert note.line is not None
    again = as_text(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"extends"}))
    read = parse_scenario(again, "again.yaml")
    assert means_the_same(read, scenario) and not differences(read, scenario).found
    assert told(differences(scenario, read)) and len(list(lint_together([scenario, read]))) >= 1
    return scenario


CHARACTERS = st.one_of(
    st.sampled_from("\n :-{}[],'\"#&*!|>%@`?~0123456789.eE+_abcxyz\t\r"),
    st.characters(codec="utf-8"),
)
WORDS = sorted(
    {
        *("extends", "remove", "distribution", "lognormal", "ci95", "ramp", "step", "table", "from", "to"),
        *(key for kind in json_schema()["$defs"].values() for key in kind.get("properties", {})),
        *json_schema()["properties"],
    }
)


@given(
    name=st.sampled_from(NAMES),
    at=st.integers(0, 10_000),
    taken=st.integers(0, 200),
    put=st.one_of(
        st.text(CHARACTERS, max_size=12), st.lists(st.sampled_from(WORDS), max_size=4).map(": ".join)
    ),
)
@budget(100)
def test_text_put_into_a_good_file_is_read_or_refused(name: str, at: int, taken: int, put: str) -> None:
    text = FILES[name]
    at %= len(text)
    only_read_or_refused(text[:at] + put + text[at + taken % 7 * (taken % 30) :])


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e308, 5e-324, 2**53, -0.0]),
    st.sampled_from(WORDS),
    st.sampled_from(["assumption", "england", "smoking", "child_poverty", "quit", "yes", "imd_decile", "10"]),
    st.text(CHARACTERS, max_size=6),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(tree: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a tree but its root."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [place for key, value in inner for place in ((*at, key), *places(value, (*at, key)))]


def edited(tree: Any, way: str, place: int, other: int, value: Any, word: str) -> Any:
    """A tree in which one thing is taken out, put in, renamed, replaced or copied."""
    tree = copy.deepcopy(tree)
    found = places(tree)
    if not found:
        return tree
    *path, last = found[place % len(found)]
    home: Any = tree
    for part in path:
        home = home[part]
    if way == "take out":
        del home[last]
    elif way == "replace":
        home[last] = value
    elif way == "put in" and isinstance(home, dict):
        home[word] = value
    elif way == "rename" and isinstance(home, dict):
        home[word] = home.pop(last)
    elif way == "wrap":
        home[last] = {word: home[last]}
    elif way == "list":
        home[last] = [home[last], value]
    else:
        source: Any = tree
        for part in found[other % len(found)]:
            source = source[part]
        home[last] = copy.deepcopy(source)
    return tree


EDITS = st.tuples(
    st.sampled_from(["take out", "replace", "put in", "rename", "wrap", "list", "copy"]),
    st.integers(0, 500),
    st.integers(0, 500),
    VALUES,
    st.sampled_from(WORDS),
)


@given(name=st.sampled_from(NAMES), edits=st.lists(EDITS, min_size=1, max_size=3))
@budget(100)
def test_a_file_whose_parts_are_moved_about_is_read_or_refused(name: str, edits: list[Any]) -> None:
    tree = TREES[name]
    for edit in edits:
        tree = edited(tree, *edit)
    if isinstance(tree, dict) and tree:
        only_read_or_refused(as_text(tree))


@given(name=st.sampled_from(NAMES), seed=st.integers(0, 2**32 - 1), times=st.integers(1, 4))
@budget(100)
def test_a_file_broken_in_several_ways_is_read_or_refused(name: str, seed: int, times: int) -> None:
    rng, text = random.Random(seed), FILES[name]
    for _ in range(times):
        found = list(rng.choice(WAYS)(text, rng)) if len(text) > 1_000 else []
        text = rng.choice(found).text if found else text
    only_read_or_refused(text)


@given(raw=st.one_of(st.binary(max_size=300), st.text(CHARACTERS, max_size=300).map(str.encode)))
@budget(50)
def test_a_file_of_any_bytes_is_read_or_refused(raw: bytes) -> None:
    path = Path(_scratch()) / "any.yaml"
    path.write_bytes(raw)
    try:
        read_scenario(path)
    except DocumentError as error:
        refused_in_words(error)


@cache
def _scratch() -> str:
    import atexit
    import shutil
    import tempfile

    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def test_a_reader_that_fails_otherwise_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a check that a word without a near match makes fail."""
    module = sys.modules["simcore.strict"]

    def broken(*_: object) -> str:
        raise KeyError("planted")

    monkeypatch.setattr(module, "hint", broken)
    with pytest.raises(KeyError, match="planted"):
        only_read_or_refused(FILES["every.yaml"].replace("title:", "tilte:"))


@pytest.mark.parametrize("title", ["\U0001f476", "a \\ud83d\\udc76 b", "\u2028\x85é", '"\\"'])
def test_what_a_record_writes_down_is_read_back_whatever_its_characters(title: str) -> None:
    """JSON writes some characters in two halves, which is no YAML."""
    assert parse_yaml(as_text({"title": title}), "again.yaml").data == {"title": title}
