"""The command line: what cannot be used is refused with an address and a remedy, and nothing is written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simcore.cli import VERBS
from tests.conftest import LIBRARY, PATIENCE, Call, Done, command, environment

SMALL = ("--years", "2030", "--draws", "2", "--births", "1000", "--variant-draws", "2")
ENGLAND = LIBRARY.parents[1] / "simcore" / "models" / "england"
GOOD = (LIBRARY / "smoking_cessation.yaml").read_text()
HALVED = (LIBRARY / "smoking_halved.yaml").read_text()


def refused(done: Done, *said: str) -> None:
    """Exit status 2, a message with what is asked for, no traceback, nothing on standard output."""
    assert done.status == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    message = " ".join(done.stderr.split())
    for words in said:
        assert words in message


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def compiled_in_vain() -> bool:
    """In place of the compiler, where a command is to be refused without it."""
    raise AssertionError("kernels are compiled for a command that is refused")


# ---- scenario files

SPOILT = {
    "unknown key": (
        changed("title: Stop", "titel: Stop"),
        "mine.yaml:4:1: titel:",
        "did you mean `title`?",
    ),
    "misspelt variable": (
        changed("offer_to: {smoking_at_booking: yes}", "offer_to: {smoking_at_bookin: yes}"),
        "interventions.0.offer_to.smoking_at_bookin",
        "did you mean `smoking_at_booking`?",
    ),
    "probability over 1": (
        changed("low: 0.1, high: 0.5", "low: 0.1, high: 1.5"),
        "interventions.0.uptake.value",
        "a share lies between 0 and 1",
    ),
    "empty target": (
        changed("    coverage:", "    where: {imd_decile: []}\n    coverage:"),
        "interventions.0.where.imd_decile",
        "",
    ),
    "nobody left to offer to": (
        changed("    coverage:", "    where: {smoking_at_booking: no}\n    coverage:"),
        "interventions.0.where.smoking_at_booking",
        "nobody is left to offer to",
    ),
    "years of another time": (
        changed("    coverage:", "    years: {from: 2040}\n    coverage:"),
        "interventions.0.years",
        "",
    ),
    "a tag": (
        changed("title: Stop", "title: !!python/object/apply:os.system [exit] # Stop"),
        "mine.yaml:4:",
        "",
    ),
    "an alias": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "mine.yaml:1:",
        "",
    ),
    "a bomb": (
        "a0: &a0 [l, o, l]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
        "mine.yaml:1:",
        "",
    ),
    "deep nesting": ("a: " + "[" * 50_000 + "]" * 50_000, "mine.yaml:1:", ""),
    "a key twice": (changed("title: Stop", "name: again\ntitle: Stop"), "mine.yaml:4:", ""),
    "not YAML": ("scenario: 1\n  name: [", "mine.yaml:2:", ""),
    "an empty file": ("", "mine.yaml", ""),
    "a list": ("- scenario: 1\n", "mine.yaml:1:", ""),
    "another model": (changed("model: england", "model: scotland"), "model", "write `model: england`"),
    "a control character": (changed("title: Stop", "title: \x07Stop"), "mine.yaml:4:8", "remove it"),
    "two things by one id": (
        GOOD + GOOD[GOOD.index("  - id: cessation_offer") :],
        "interventions.1.id",
        "give each intervention its own",
    ),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_scenario_is_refused_at_its_address(
    fault: str, simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, address, remedy = SPOILT[fault]
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(text)
    done = simcore("compare", "mine.yaml", *SMALL, "--out", "run", "--json")
    refused(done, address, remedy)
    assert re.search(r"^mine\.yaml(:\d+:\d+)?: ", done.stderr, re.MULTILINE)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]
    if fault != "years of another time":
        refused(simcore("validate", "mine.yaml"), address, remedy)


def test_all_that_is_wrong_is_said_at_once(simcore: Call, tmp_path: Path) -> None:
    text = GOOD.replace("title: Stop", "titel: Stop").replace("low: 0.1, high: 0.5", "low: 0.1, high: 1.5")
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(HALVED.replace("multiply: 0.5", "multiply: -0.5"))
    done = simcore("compare", tmp_path, *SMALL)
    refused(done, "a.yaml:4:1: titel", "interventions.0.uptake.value", "b.yaml:", "multiply")
    assert len(done.stderr.splitlines()) >= 3


def test_a_file_of_100_megabytes_is_not_read(simcore: Call, tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(100_000_000)
    done = simcore("compare", tmp_path / "huge.yaml", *SMALL, "--out", tmp_path / "run")
    refused(done, "huge.yaml: has 100,000,000 bytes; at most 1,000,000 are read, make the file smaller")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "nowhere.yaml"], "nowhere.yaml: no such file"),
        (["compare", "child_povrty_35"], "did you mean `child_poverty_35`?"),
        (["compare", "smoking_halved", "smoking_halved"], "give each scenario its own name, once"),
        (["compare", "/dev/zero"], "/dev/zero: is not a regular file; name a file on disk"),
        (["compare", "."], "is a folder without .yaml files; name one that has some"),
        (["compare"], "Missing argument 'SCENARIOS...'"),
        (["compare", "current_policy"], "name at least one other scenario"),
        (["compare", "smoking_halved", "--baseline", "smoking_halved"], "name at least one other scenario"),
        (["compare", "smoking_halved", "--baseline", "curent_policy"], "did you mean `current_policy`?"),
        (["compare", "smoking_halved", "--baseline", str(LIBRARY)], "is a folder; name a file in it"),
        (["compare", "smoking_halved", "--years", "2030-2040"], "england has 2010 to 2035"),
        (["compare", "smoking_halved", "--years", "1066"], "england has 2010 to 2035"),
        (["compare", "smoking_halved", "--years", "2034-2025"], "ends before it begins; write 2025-2034"),
        (["compare", "smoking_halved", "--years", "soon"], "write 2025-2034 or 2025"),
        (["compare", "smoking_halved", "--years", ""], "write 2025-2034 or 2025"),
        (["compare", "smoking_halved", "--variant", "child_poverty"], "write NAME=VALUE, as in child_poverty=half"),
        (["compare", "smoking_halved", "--variant", "child_povert=half"], "did you mean `child_poverty`?"),
        (["compare", "smoking_halved", "--variant", "child_poverty=haf"], "choose from as-published, half, zero"),
        (
            ["compare", "smoking_halved", "--variant", "child_poverty=half", "--variant", "child_poverty=zero"],
            "is given twice; choose one option",
        ),
        (["compare", "smoking_halved", "--draws", "4001"], "holds 4,000 draws and 4,001 were asked for"),
        (["compare", "smoking_halved", "--draws", "1"], "1 is not in the range x>=2"),
        (["compare", "smoking_halved", "--draws", "many"], "'many' is not a valid integer"),
        (["compare", "smoking_halved", "--births", "10"], "10 is not in the range x>=1000"),
        (["compare", "smoking_halved", "--seed", "-1"], "-1 is not in the range"),
        (["compare", "smoking_halved", "--seed", str(2**64)], "is not in the range"),
        (["compare", "smoking_halved", "--threads", "0"], "0 is not in the range x>=1"),
        (["compare", "smoking_halved", "--estimator", "expcted"], "'expected', 'exact', 'realised'"),
        (["compare", "smoking_halved", "--precision", "1"], "`1` is no precision; write 1%"),
        (["compare", "smoking_halved", "--precision", "fine"], "`fine` is no precision; write 1%, or 0.01"),
        (["compare", "smoking_halved", "--precision", ""], "`` is no precision; write 1%, or 0.01"),
        (["compare", "smoking_halved", "--precision", "-1%"], "`-1%` is no precision; write 1%, or 0.01"),
        (["compare", "smoking_halved", "--precision", "nan"], "`nan` is no precision; write 1%, or 0.01"),
        (["compare", "smoking_halved", "--precision", "0%"], "it must lie between 0.0001% and 50%"),
        (["compare", "smoking_halved", "--precision", "80%"], "it must lie between 0.0001% and 50%"),
        (["compare", "smoking_halved", "--most-draws", "500"], "--most-draws is a limit of --precision; name"),
        (["compare", "smoking_halved", "--most-births", "5000"], "is a limit of --precision; name one as well"),
        (["compare", "smoking_halved", "--precision", "1%", "--most-draws", "50"], "50 is not in the range x>=100"),
        (["compare", "smoking_halved", "--precision", "1%", "--most-births", "50"], "50 is not in the range x>=1000"),
        (
            ["compare", "smoking_halved", "--precision", "1%", "--draws", "400", "--most-draws", "200"],
            "--draws 400 is more than --most-draws 200; raise the limit",
        ),
        (
            ["compare", "smoking_halved", "--precision", "1%", "--births", "4000", "--most-births", "2000"],
            "--births 4000 is more than --most-births 2000; raise the limit",
        ),
        (
            ["compare", "smoking_halved", "--precision", "1%", "--most-draws", "4001"],
            "holds 4,000 draws and 4,001 were asked for",
        ),
        (["compare", "smoking_halved", "--model", "engand"], "did you mean `england`?"),
        (["compare", "smoking_halved", "--model", "."], "model.yaml: no such file"),
        (["compare", "smoking_halved", "--out", "in_the_way"], "in_the_way is not a folder; choose another place"),
        (["compare", "smoking_halved", "--out", "in_the_way/run"], "in_the_way is not a folder"),
        (["compare", "smoking_halved", "--out", ""], "names no folder; write --out out/demo"),
        (["births", "--explain", "2030/11/0"], "no imd_decile `11` among the model's"),
        (["births", "--explain", "2030/1/0", "--draw", "4000"], "holds 4,000 draws and 4,001 were asked for"),
        (["compare", "smoking_halved", "--draw", "5"], "Did you mean one of: '--draws'"),
        (["compar", "smoking_halved"], "no verb `compar`; did you mean `compare`?"),
        (["simulate"], "choose from compare, validate, explain, diff, schema, groups, sources"),
        (["validate"], "Missing argument 'FILES...'"),
        (["validate", "smoking_halvd"], "did you mean `smoking_halved`?"),
        (["solve", "engand"], "did you mean `england`?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_cannot_be_used_is_refused_before_kernels_are_compiled(
    arguments: list[str], said: str, simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simcore.warm.warm", compiled_in_vain)
    Path("in_the_way").touch()
    numbers = (
        [f for i in range(0, len(SMALL), 2) if SMALL[i] not in arguments for f in SMALL[i : i + 2]]
        if arguments[0] == "compare"
        else []
    )
    out = ["--out", "run"] if arguments[0] == "compare" and "--out" not in arguments else []
    refused(simcore(*arguments, *numbers, *out), said)
    assert [path.name for path in tmp_path.iterdir()] == ["in_the_way"]
    assert Path("in_the_way").read_bytes() == b""


@pytest.mark.parametrize("what", ["a link to nowhere", "a folder in a file's place"])
def test_a_place_that_cannot_be_written_is_refused_before_kernels_are_compiled(
    what: str, simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simcore.warm.warm", compiled_in_vain)
    if what == "a link to nowhere":
        Path("run").symlink_to("nowhere")
        said = "run is not a folder; choose another place"
    else:
        Path("run/summary.json").mkdir(parents=True)
        said = "run/summary.json is a folder where a file is to be written; choose another place"
    before = sorted(tmp_path.rglob("*"))
    refused(simcore("compare", "smoking_halved", *SMALL, "--out", "run"), said)
    assert sorted(tmp_path.rglob("*")) == before


# ---- what is printed where


def test_json_is_alone_on_standard_output_and_the_table_takes_its_place_without_it(simcore: Call) -> None:
    machine, table = (simcore("compare", "smoking_halved", *SMALL, *more) for more in (["--json"], []))
    assert (machine.status, machine.stderr, table.status, table.stderr) == (0, "", 0, "")
    assert machine.stdout.count("\n") == 1
    assert set(json.loads(machine.stdout)) >= {"model", "years", "draws", "seed", "baseline", "arms", "run"}
    assert "Infant deaths averted against current_policy, 2030" in table.stdout


def test_good_files_are_named_one_by_one(simcore: Call) -> None:
    files = sorted(LIBRARY.glob("smoking*.yaml"))
    assert len(files) > 1
    done = simcore("validate", *files)
    assert done.status == 0
    lines = [line for line in done.stdout.splitlines() if ": note: " not in line]
    assert [line.split(": ")[0] for line in lines] == [str(file) for file in files]
    assert done.stderr.startswith(f"{len(files)} files without a problem")


def test_an_interruption_ends_with_130(simcore: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.compare.answer", interrupt)
    done = simcore("compare", "smoking_halved", *SMALL)
    assert (done.status, done.stdout, done.stderr.strip()) == (130, "", "interrupted")


@pytest.mark.parametrize(
    "asked",
    [("compare", "smoking_halved", *SMALL), ("validate", "smoking_halved", "smoking_cessation")],
    ids=lambda asked: asked[0],
)
def test_a_reader_that_has_gone_is_no_error(asked: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        command(*asked), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, error = process.communicate(timeout=PATIENCE)
    assert re.fullmatch(r"(\d+ files without a problem\n)?", error)
    assert process.returncode == 0


def test_bad_input_in_a_process_of_its_own(tmp_path: Path) -> None:
    """As a shell sees it: status, both streams, and the folder afterwards."""
    (tmp_path / "mine.yaml").write_text(SPOILT["misspelt variable"][0])
    asked = command("compare", "mine.yaml", "--out", "run")
    done = subprocess.run(asked, cwd=tmp_path, env=environment(), capture_output=True, text=True)
    refused(
        Done(done.returncode, done.stdout, done.stderr), "mine.yaml:", "did you mean `smoking_at_booking`?"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


# ---- help


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_help_has_a_first_sentence_and_loads_nothing_heavy(verb: str | None) -> None:
    asked = [verb, "--help"] if verb else ["--help"]
    lines = (
        "import sys; sys.argv = ['simcore', *sys.argv[1:]]\n"
        "from simcore.cli import main\n"
        "try: main()\n"
        "except SystemExit as e: print(e.code, sorted({'numba', 'numpy', 'xarray', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", lines, *asked], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: simcore")
    assert done.stdout.splitlines()[-1] == "0 []"
    assert "\\b" not in done.stdout
    assert done.stderr == ""


def test_help_names_every_verb_and_its_purpose(simcore: Call) -> None:
    said = " ".join(simcore("--help").stdout.split())
    assert all(f"{verb} {purpose}" in said for verb, purpose in VERBS.items())
    examples = [line.strip() for line in simcore("compare", "--help").stdout.splitlines()]
    assert "simcore compare child_poverty_35 smoking_cessation" in examples


def test_the_version_is_that_of_the_package(simcore: Call) -> None:
    import simcore as package

    assert simcore("--version").stdout == f"simcore, version {package.__version__}\n"


def test_the_sections_that_help_names_are_those_there_are() -> None:
    from scenarios.sections import PARTS, SECTIONS
    from simcore.cli.compare import SHOWN

    # deaths averted told apart are asked for by --by
    assert [*SHOWN] == ["structures", *(name for name in SECTIONS if name != "by"), PARTS]
