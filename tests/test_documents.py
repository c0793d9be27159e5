"""The door: whatever a file holds, it is read as meant or refused with its address."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from simcore.documents import parse_yaml, read_yaml
from simcore.problems import DocumentError, Problem
from simcore.strict import Strict, check
from simcore.tables import Column, Table, read_table

Reader = Callable[[str | Path], Any]


class Years(Strict):
    first: int
    last: int


class Levels(Strict):
    levels: Annotated[tuple[str, ...], Field(min_length=1)]


class Halve(Strict):
    change: Literal["halve"]
    of: str
    from_: Annotated[int, Field(alias="from")] = 2025


class Scale(Strict):
    change: Literal["scale"]
    of: str
    by: Annotated[float, Field(ge=0, le=10)] | Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class World(Strict):
    """An invented file kind with one of everything."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    dims: dict[str, Years | Levels] = Field(default_factory=dict)
    steps: tuple[Annotated[Halve | Scale, Field(discriminator="change")], ...] = ()
    path: dict[int, float] = Field(default_factory=dict)
    exact: bool = False
    size: Literal["small", "large"] = "small"


SEED = """\
name: invented
dims: {year: {first: 2010, last: 2035}, decile: {levels: [a, b]}}
steps:
  - {change: halve, of: smoking, from: 2026}
  - change: scale
    of: poverty
    by: 0.5
path: {2025: 0.9, 2026: 8e-1}
exact: true
size: large
"""


def problems(text: str, model: type[BaseModel] = World) -> list[str]:
    """What is said of a text, without the file's name; nothing when it is well."""
    try:
        check(parse_yaml(text, "w.yaml"), model)
    except DocumentError as error:
        return [line.removeprefix("w.yaml:") for line in str(error).splitlines()]
    return []


def test_a_good_file_becomes_a_frozen_world() -> None:
    world = check(parse_yaml(SEED, "w.yaml"), World)
    assert isinstance(world.steps[0], Halve)
    assert world.path == {2025: 0.9, 2026: 0.8} and world.steps[0].from_ == 2026 and world.exact is True
    with pytest.raises(Exception, match="frozen"):
        world.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("3.", 3.0),
        ("+12", 12),
        ("0", 0),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("012", "012"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2025-01-01", "2025-01-01"),
        ("=", "="),
        ("'1'", "1"),
    ],
)
def test_scalars_follow_yaml_1_2_as_editors_do(scalar: str, value: object) -> None:
    found = parse_yaml(f"x: {scalar}", "w.yaml").data["x"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\nname: b", "2:1: name: the key stands twice (first on line 1); keep one"),
        ("p: {2025: 1, '2025': 2}", "1:14: p.2025: the key stands twice (first on line 1); keep one"),
        ("a: &x 1", "1:4: anchors (&) and aliases (*) are not allowed"),
        ("a: *x", "1:4: anchors (&) and aliases (*) are not allowed"),
        ("a: !!python/name:os.system x", "1:4: tags are not allowed"),
        ("a: !x 1", "1:4: tags are not allowed; remove `!x`"),
        ("<<: {a: 1}", "1:1: merge keys (<<) are not allowed"),
        ("? [a, b]\n: 1", "1:3: a list or mapping stands as a key"),
        ("true: 1", "1:1: `true` cannot be a key"),
        ("%YAML 1.1\n---\na: 1", "1:1: directives are not allowed"),
        ("a: 1\n---\nb: 2", "2:1: a second document starts"),
        ("", "1:1: is empty"),
        ("# only words", "1:1: is empty"),
        ("- a", "1:1: must be a mapping at its top level"),
        ("a: [1, 2", "is not YAML here"),
        ("a: b: c", "1:5: is not YAML here"),
        ("a:\n\t- b", "2:1: is not YAML here"),
        ('a: "\\ud800"', "1:"),
        ("a: " + "9" * 30, "1:4: a whole number of 30 characters"),
        ("a: -1e999", "1:4: `-1e999` is too large a number"),
        ("a: " + "[" * 5000, "1:23: nested more than 20 deep"),
        ("a: [" + "1, " * 60_000 + "1]", "more than 50,000 keys and values"),
    ],
)
def test_what_yaml_allows_and_we_do_not_is_refused_where_it_stands(text: str, said: str) -> None:
    assert any(said in line for line in problems(text))


def test_a_bomb_ends_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    start = time.perf_counter()
    assert len(problems(bomb)) == 9 + 24
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: invented", "name: Two Words", ["1:7: name: found 'Two Words'; write lower-case letters"]),
        ("name: invented", "nmae: invented", ["1:1: nmae: unknown key; did you mean `name`?"]),
        ("name: invented\n", "", ["1:1: name: is missing; add `name: ...`"]),
        ("name: invented", "name: 3", ["1:7: name: found 3; write text"]),
        ("first: 2010", "frist: 2010", ["2:15: dims.year.frist: unknown key; did you mean `first`?"]),
        ("last: 2035", "last: 2035.0", ["2:34: dims.year.last: found 2035.0; write a whole number"]),
        ("levels: [a, b]", "levels: []", ["2:58: dims.decile.levels: has 0 items; give at least 1"]),
        ("levels: [a, b]", "levels: [a, 2]", ["2:62: dims.decile.levels.1: found 2; write text"]),
        ("levels: [a, b]", "levels: a", ["2:58: dims.decile.levels: found 'a'; write a list, [a]"]),
        ("change: scale", "change: scael", ["5:13: steps.1.change: found 'scael'; did you mean `scale`?"]),
        (
            "change: halve, ",
            "",
            ["4:5: steps.0.change: is missing; add `change: ...`; choose from halve, scale"],
        ),
        ("from: 2026", "form: 2026", ["4:34: steps.0.form: unknown key; did you mean `from`?"]),
        ("by: 0.5", "by: 11", ["7:9: steps.1.by: found 11; write a number at most 10"]),
        ("by: 0.5", "by: '0.5'", ["7:9: steps.1.by: found '0.5'; remove the quotes, or write lower-case"]),
        ("by: 0.5", "by: true", ["7:9: steps.1.by: found true; write a number, or text"]),
        ("by: 0.5", "by: [1]", ["7:9: steps.1.by: found a list; write a number, or text"]),
        ("2025: 0.9", "2025: 50%", ["8:14: path.2025: found '50%'; write 0.5"]),
        ("2025: 0.9", "soon: 0.9", ["8:8: path.soon: found 'soon'; write a whole number"]),
        ("2025: 0.9", "2025: '0.9'", ["8:14: path.2025: found '0.9'; remove the quotes"]),
        (
            "2025: 0.9",
            "2025: 1,5",
            ["8:17: path.5: found nothing after a comma; write decimals with a point"],
        ),
        ("exact: true", "exact: yes", ["9:8: exact: found 'yes'; write true or false"]),
        ("exact: true", "exact: 1", ["9:8: exact: found 1; write true or false"]),
        ("size: large", "size: larg", ["10:7: size: found 'larg'; did you mean `large`?"]),
        ("size: large", "size: huge", ["10:7: size: found 'huge'; choose from small, large"]),
        (
            "steps:",
            "steps: 3\nother:",
            ["3:8: steps: found 3; write a list", "4:1: other: unknown key; choose from"],
        ),
    ],
)
def test_every_error_has_its_address_and_its_remedy(old: str, new: str, said: list[str]) -> None:
    found = problems(SEED.replace(old, new, 1))
    assert len(found) == len(said), found
    for line, start in zip(found, said, strict=True):
        assert line.startswith(start)


def test_all_errors_of_a_file_come_together_in_order() -> None:
    text = SEED.replace("name", "nmae").replace("scale", "scael").replace("0.9", "x").replace("large", "larg")
    found = problems(text)
    assert [line.split(":")[0] for line in found] == ["1", "5", "8", "10"]


def test_later_checks_find_the_place_of_what_they_doubt() -> None:
    document = parse_yaml(SEED, "w.yaml")
    assert document.where(("steps", 1, "of")) == (6, 9)
    assert document.where(("steps", 1, "of"), at="key") == (6, 5)
    assert document.where(("path", 2026)) == (8, 25)
    assert document.where(("steps", 1, "absent")) == (5, 5)
    problem = document.problem(("steps", 1, "of"), "no such variable; did you mean `bmi`?")
    assert str(problem) == "w.yaml:6:9: steps.1.of: no such variable; did you mean `bmi`?"
    assert DocumentError([problem, problem]).problems == (problem,)


def test_a_hundred_problems_are_enough_to_read() -> None:
    text = "name: a\n" + "".join(f"k{i}: 1\n" for i in range(250))
    found = problems(text)
    assert len(found) == 101 and found[-1] == "... and 150 more problems"


# files


def refusal(read: Reader, path: str | Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("read", [read_yaml, read_table])
def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    start = time.perf_counter()
    assert "has 100,000,000 bytes; at most" in refusal(read, path)
    assert time.perf_counter() - start < 0.5


def test_the_path_is_shown_as_the_user_gave_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "poverty.yaml").write_text("a: 1\n")
    (tmp_path / "povery.py").touch()  # nearer, and nothing that could be read
    assert refusal(read_yaml, "povery.yaml") == "povery.yaml: no such file; did you mean `poverty.yaml`?"
    assert refusal(read_yaml, "./zzz/q.yaml") == "./zzz/q.yaml: no such file; check the path"
    assert refusal(read_yaml, ".").startswith(".: is a folder")
    assert "cannot be read" in refusal(read_yaml, "a\0b")
    assert "cannot be read" in refusal(read_yaml, "poverty.yaml/x")


def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in refusal(read_yaml, tmp_path / "pipe")
    assert "is not a regular file" in refusal(read_yaml, "/dev/zero")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a: 1\nb: caf\xe9\n", ":2:7: is not UTF-8"),
        ("a: 1\n".encode("utf-16"), ":1:1: is not UTF-8"),
        (b"a: 1\r\nb: x\x00\n", ":2:5: control character U+0000"),
        (b"a: \x1b[31m", ":1:4: control character U+001B"),
        (b"", ":1:1: is empty"),
    ],
)
def test_bytes_that_are_not_plain_text_are_refused_where_they_stand(
    tmp_path: Path, raw: bytes, said: str
) -> None:
    path = tmp_path / "raw.yaml"
    path.write_bytes(raw)
    assert refusal(read_yaml, path).startswith(f"{path}{said}")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path).data == {"a": 1}


def test_an_error_and_a_table_are_light_to_import() -> None:
    code = "import simcore.problems, simcore.tables, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"yaml", "pydantic", "numpy", "pandas", "numba"} & set(loaded)


# tables

COLUMNS: dict[str, type[str] | type[int] | type[float] | Column] = {
    "year": int,
    "cause": Column(str, choices=("sudden", "infection")),
    "share": Column(float, at_least=0, at_most=1),
    "note": Column(may_be_empty=True, optional=True),
}


def table(tmp_path: Path, text: str, **options: bool) -> Table:
    path = tmp_path / "t.csv"
    path.write_text(text, newline="")
    return read_table(path, COLUMNS, key=("year", "cause"), **options)


def test_a_table_gives_columns_rows_and_lines(tmp_path: Path) -> None:
    text = 'year,cause,share,note\r\n2020,sudden,1e-1,"two\nlines"\r\n\r\n2021,sudden,.2,\r\n'
    found = table(tmp_path, text)
    assert (
        found["year"] == [2020, 2021]
        and found["share"] == [0.1, 0.2]
        and found["note"] == ["two\nlines", None]
    )
    assert len(found) == 2 and list(found.lines) == [2, 5]
    assert list(found.frame().columns) == ["year", "cause", "share", "note"]
    assert next(found.rows()) == {"year": 2020, "cause": "sudden", "share": 0.1, "note": "two\nlines"}
    assert str(found.problem(1, "share", "sums to 0.3")) == f"{tmp_path}/t.csv:5: share: sums to 0.3"


def test_every_bad_cell_of_a_table_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "year,cause,share\n2020,sudden,0.5\n2020.0,suden,NaN\n2020,sudden,0.6\n"
        "2021,sudden\n2022,infection,1.2\n2023,infection,\n2024,infection,1_0\n2025,infection,inf\n"
    )
    with pytest.raises(DocumentError) as caught:
        table(tmp_path, text)
    assert [line.removeprefix(f"{tmp_path}/t.csv:") for line in str(caught.value).splitlines()] == [
        "3: year: found `2020.0`; write a whole number in digits, with a point for decimals",
        "3: cause: found `suden`; did you mean `sudden`?",
        "3: share: found `NaN`; write a number in digits, with a point for decimals",
        "4: year, cause: year 2020, cause sudden stands on line 2 too; keep one",
        "5: has 2 cells, the header has 3; add what is missing",
        "6: share: found 1.2; write a number at least 0 and at most 1",
        "7: share: is empty; give a value",
        "8: share: found `1_0`; write a number in digits, with a point for decimals",
        "9: share: found `inf`; write a number in digits, with a point for decimals",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("year,cuase,share\n1,x,1\n", ":1: unknown column `cuase`; did you mean `cause`?"),
        ("year,cuase,share\n1,x,1\n", ":1: column `cause` is missing; add it"),
        ("year,cause,share,share\n", ":1: column `share` stands twice"),
        ("year,cause,,share\n", ":1: column 3 has no name"),
        ("", ":1: is empty"),
        ("year,cause,share\n", ":1: has a header and no rows"),
        ('year,cause,share\n1,"x,1\n', ":2: is not CSV here"),
    ],
)
def test_a_table_without_the_right_header_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        table(tmp_path, text)
    assert said in str(caught.value)


# fuzz: nothing but DocumentError comes out, whatever goes in

PIECES = st.sampled_from(
    [
        "\n",
        "  ",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a",
        "*a",
        "!t",
        "!!int ",
        "<<",
        "'",
        '"',
        "|\n",
        ">",
        "#",
        "%",
        "---",
        "...",
        "?",
        "=",
        "~",
        "1e9",
        "0x1",
        "name",
        "steps",
        "true",
        "\t",
        "\x00",
        "\u2028",
        "\ud83d",
        "é",
        "😀",
        "\\",
    ]
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The seed file with pieces cut out, doubled, and foreign pieces put in."""
    text = SEED
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(PIECES | st.text(max_size=4) | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations() | st.lists(PIECES).map("".join) | st.text())
def test_any_text_is_read_or_refused_with_an_address(text: str) -> None:
    for line in problems(text):
        assert line[0].isdigit() or line.startswith("..."), line


def test_a_word_that_would_end_a_line_is_told_on_one() -> None:
    """Found by chance: a line separator within a key."""
    told = str(Problem("a.yaml", 3, 5, "o\u2028f", "unknown key\n\x1b[0m"))
    assert told == "a.yaml:3:5: o\\u2028f: unknown key\\n\\x1b[0m"
    found = problems(SEED.replace("{change: halve, of:", "{change: halve, o\u2028 "))
    assert found and all(line[0].isdigit() or line.startswith("...") for line in found)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=mutations().map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(), data=st.data())
def test_any_bytes_on_disk_are_read_or_refused(tmp_path: Path, raw: bytes, data: st.DataObject) -> None:
    path = tmp_path / "any"
    path.write_bytes(raw)
    for read in (read_yaml, read_table, lambda p: read_table(p, COLUMNS, key=("year",))):
        try:
            read(path)
        except DocumentError as error:
            assert str(error).startswith(str(path))
