"""A file that extends another takes what it does not write, and every problem is told where it stands."""

import json
from functools import cache
from pathlib import Path

import pytest

from scenarios.check import Vocabulary, check_against, vocabulary_of
from scenarios.extend import MOST_PARENTS
from scenarios.read import parse_scenario, read_scenario
from scenarios.schema import Prevalence, Scenario
from simcore.distributions import fixed
from simcore.load import load_model
from simcore.problems import DocumentError
from tests.conftest import Call
from tests.models import FOLDER

HEAD = "scenario: 1\nname: {name}\nextends: {parent}\n"
BASE = """\
scenario: 1
name: base
title: Less poverty, fewer smokers
why: a test
is_not: [a forecast]
model: england
interventions:
  - id: poverty
    change: prevalence
    of: child_poverty
    multiply: 0.8
    where: {imd_decile: [1, 2]}
    source: assumption
    note: round
  - {id: smokers, change: prevalence, of: smoking_at_booking, multiply: 0.5, source: assumption, note: round}
"""


def child(folder: Path, text: str, *, parent: str = "base.yaml", name: str = "mine") -> Path:
    (folder / "base.yaml").write_text(BASE)
    path = folder / f"{name}.yaml"
    path.write_text(HEAD.format(name=name, parent=parent) + text)
    return path


@cache
def england() -> Vocabulary:
    return vocabulary_of(load_model("england"))


def refusal(path: Path) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        check_against(read_scenario(path), england())
    return str(caught.value).splitlines()


def whole(text: str) -> Scenario:
    return parse_scenario(text, "whole.yaml")


def test_what_a_child_does_not_write_is_its_parents_and_what_it_writes_stands_in_its_place(
    tmp_path: Path,
) -> None:
    mine = read_scenario(child(tmp_path, "why: another\ninterventions:\n  - {id: poverty, multiply: 0.7}\n"))
    same = BASE.replace("name: base", "name: mine").replace("a test", "another").replace("0.8", "0.7")
    assert mine == whole(same)


def test_an_intervention_is_taken_out_or_added_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    new = "{id: sleep, change: prevalence, of: unsafe_sleep, multiply: 0.9, source: assumption, note: round}"
    mine = read_scenario(child(tmp_path, f"interventions:\n  - {new}\n  - {{id: poverty, remove: true}}\n"))
    assert [i.id for i in mine.interventions] == ["smokers", "sleep"]
    assert mine.interventions[0] == whole(BASE).interventions[1]


def test_a_key_left_empty_takes_the_parents_out(tmp_path: Path) -> None:
    mine = read_scenario(child(tmp_path, "is_not:\ninterventions:\n  - {id: poverty, where: }\n"))
    assert mine.is_not == () and mine.interventions[0].where == {}
    assert refusal(child(tmp_path, "interventions:\n  - {id: poverty, source: }\n")) == [
        f"{tmp_path}/mine.yaml:5:5: interventions.0.source: is missing; add `source: ...`"
    ]


def test_chains_are_followed_and_a_shipped_file_is_extended_by_its_bare_name(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    child(tmp_path, "title: Second\n")
    third = child(
        tmp_path / "deeper", "interventions: [{id: smokers, remove: true}]", parent="../mine.yaml", name="c"
    )
    read = read_scenario(third)
    assert (read.name, read.title, [i.id for i in read.interventions]) == ("c", "Second", ["poverty"])
    shipped = read_scenario(
        child(tmp_path, "interventions: [{id: fewer_smokers, multiply: 0.9}]", parent="smoking_halved")
    )
    (change,) = shipped.interventions
    assert (
        isinstance(change, Prevalence) and change.amount == fixed(0.9) and change.of == "smoking_at_booking"
    )


def test_a_problem_is_told_in_the_file_where_the_value_stands(tmp_path: Path) -> None:
    """Of form and of meaning alike: a key that there is not, and a variable that there is not."""
    mine = child(tmp_path, "interventions:\n  - {id: poverty, where: {imd_decil: 1}}\n")
    text = BASE.replace("smoking_at_booking", "smoking_at_boking")
    (tmp_path / "base.yaml").write_text(text)
    line = 1 + text[: text.index("smoking_at_boking")].count("\n")
    said = refusal(mine)
    assert said[0].startswith(
        f"{tmp_path}/base.yaml:{line}:43: interventions.1.of: no variable `smoking_at_boking`"
    )
    assert said[1].startswith(f"{tmp_path}/mine.yaml:5:27: interventions.0.where.imd_decil: no variable or")
    (tmp_path / "base.yaml").write_text(BASE.replace("note: round\n  -", "nite: round\n  -"))
    assert refusal(child(tmp_path / ".", "interventions: [{id: poverty, multiply: lots}]")) == [
        f"{tmp_path}/mine.yaml:4:41: interventions.0.multiply: found 'lots'; write a number, or "
        "{distribution: lognormal, median: ..., ci95: [..., ...]}"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: englnd", "4:8: model: found `englnd`, and {base} is for `england`; did you mean `england`?"),
        ("model: peru", "4:8: model: found `peru`, and {base} is for `england`; extend a file of the same model"),
        (
            "interventions: [{id: povery, remove: true}]",
            "4:22: interventions.0.id: {base} has no intervention `povery`; did you mean `poverty`?",
        ),
        (
            "interventions: [{id: povery, multiply: 0.7}]",
            "4:22: interventions.0.id: {base} has no intervention `povery`, and a new one has a `change`; did you "
            "mean `poverty`?",
        ),
        (
            "interventions: [{id: poverty, remove: yes}]",
            "4:39: interventions.0.remove: write `remove: true`, or take the line out",
        ),
        (
            "interventions: [{id: poverty, remove: true, multiply: 1}]",
            "4:55: interventions.0.multiply: stands beside `remove: true`, which takes the whole intervention out; "
            "keep one of the two",
        ),
        (
            "interventions: [{id: poverty, multiply: 1}, {id: poverty, multiply: 2}]",
            "4:50: interventions.1.id: the id `poverty` stands on line 4 too; write it once",
        ),
        (
            "interventions: [{id: poverty, change: support}]",
            "4:39: interventions.0.change: found `support`, and in {base} it is `prevalence`; take that one out "
            "(`remove: true`) and give this one another id",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_merged_is_refused_where_the_child_asks_for_it(
    tmp_path: Path, text: str, said: str
) -> None:
    path = child(tmp_path, text)
    assert refusal(path) == [f"{path}:{said.format(base=tmp_path / 'base.yaml')}"]


@pytest.mark.parametrize(
    ("parent", "said"),
    [
        ("bsae", "no shipped scenario `bsae`; did you mean `base.yaml`?"),
        ("smoking_halvd", "no shipped scenario `smoking_halvd`; did you mean `smoking_halved`?"),
        ("bsae.yaml", "{folder}/bsae.yaml: no such file; did you mean `base.yaml`?"),
        ("mine.yaml", "is this very file; name another file, or take the line out"),
        ("./", "{folder}/./: is a folder; name a file in it"),
        ("/base.yaml", "found `/base.yaml`; write the path as seen from this file's folder"),
        ('"a\\0b"', "{folder}/a\\x00b: cannot be read (embedded null byte); check the path and its permissions"),
        ("[base.yaml]", "found a list; write the bare name of a shipped scenario, or one path"),
        ("", "found nothing; write the bare name of a shipped scenario, or one path"),
        ("1", "found `1`; write the bare name of a shipped scenario, or one path"),
    ],
)  # fmt: skip
def test_a_parent_that_cannot_be_had_is_told_where_it_is_named(
    tmp_path: Path, parent: str, said: str
) -> None:
    path = child(tmp_path, "", parent=parent)
    (line,) = refusal(path)
    assert line.startswith(f"{path}:3:") and line.endswith(f" extends: {said.format(folder=tmp_path)}")


def test_files_that_extend_one_another_in_a_circle_are_refused_with_the_circle(tmp_path: Path) -> None:
    for name, parent in (("a", "b.yaml"), ("b", "c.yaml"), ("c", "b.yaml")):
        child(tmp_path, "", name=name, parent=parent)
    a, b, c = (f"{tmp_path}/{name}.yaml" for name in "abc")
    assert refusal(Path(a)) == [
        f"{c}:3:10: extends: goes in a circle, {b} -> {c} -> {b}; name another file, or take the line out"
    ]


def test_a_chain_has_an_end(tmp_path: Path) -> None:
    """As many parents as are allowed are followed, and one more is refused."""
    for place in range(MOST_PARENTS + 1):
        parent = "base.yaml" if place == 0 else f"m{place - 1}.yaml"
        child(tmp_path, "", name=f"m{place}", parent=parent)
    assert read_scenario(tmp_path / f"m{MOST_PARENTS - 1}.yaml").title == "Less poverty, fewer smokers"
    (said,) = refusal(tmp_path / f"m{MOST_PARENTS}.yaml")
    assert "more than 8 files stand behind one another" in said


def test_what_is_wrong_within_the_parent_is_told_in_the_parent(tmp_path: Path) -> None:
    path = child(tmp_path, "")
    (tmp_path / "base.yaml").write_text("name: [")
    assert refusal(path)[0].startswith(f"{tmp_path}/base.yaml:2:1: is not YAML here")
    (tmp_path / "base.yaml").write_text(BASE.replace("interventions:\n", "interventions: none\nx:\n"))
    path.write_text(path.read_text() + "interventions: [{id: poverty, multiply: 0.7}]")
    assert any(line.startswith(f"{tmp_path}/base.yaml:7:16: interventions: found") for line in refusal(path))


def test_a_child_has_a_name_of_its_own(tmp_path: Path) -> None:
    path = child(tmp_path, "")
    path.write_text("scenario: 1\nextends: base.yaml\n")
    assert refusal(path) == [f"{path}:1:1: name: is missing; add `name: ...`"]


def test_the_digest_covers_the_bytes_of_every_file_behind(tmp_path: Path) -> None:
    path = child(tmp_path, "")
    first = read_scenario(path).document
    (tmp_path / "base.yaml").write_text(BASE + "# one byte more\n")
    second = read_scenario(path).document
    assert first.digest != second.digest and first.path == second.path
    assert [name for name, _ in second.parents] == [f"{tmp_path}/base.yaml"]
    assert second.parents[0][1] == read_scenario(tmp_path / "base.yaml").document.digest


def test_a_run_is_recorded_with_every_file_it_was_asked_with(simcore: Call, tmp_path: Path) -> None:
    base = "scenario: 1\nname: base\ntitle: Base\nwhy: a test\nmodel: harbour\ninterventions: []\n"
    change = "{id: a, change: prevalence, of: smoking, multiply: 0.5, source: assumption, note: invented}"
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "mine.yaml").write_text(
        HEAD.format(name="mine", parent="base.yaml") + f"interventions: [{change}]"
    )
    numbers = ("--years", 2001, "--draws", 2, "--births", 1000, "--json")
    files = (tmp_path / "mine.yaml", "--baseline", tmp_path / "base.yaml", "--model", FOLDER / "harbour")
    answered = simcore("compare", *files, *numbers)
    recorded = json.loads(answered.stdout)["run"]["scenarios"]
    assert recorded["mine"]["extends"] == [{key: recorded["base"][key] for key in ("file", "sha256")}]
    assert "extends" not in recorded["mine"]["as_run"] and recorded["mine"]["as_run"]["title"] == "Base"
    assert recorded["mine"]["sha256"] != recorded["base"]["sha256"]
