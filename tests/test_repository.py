"""The repository keeps its own rules: nothing of one machine, complete locks, short modules, data in the wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simcore", "scenarios", "calibration")
LONGEST_MODULE = 500
LONGEST_LINE = 120
PAGES = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"),
    *(f"docs/{page}.md" for page in ("design", "engine", "models", "performance", "scenarios")),
)
"""Written by hand, line by line; docs/england.md and docs/validation.md are tables and what a program writes."""

# Spelt in pieces, so that this file may be checked as well.
REGISTRIES = re.compile(
    "|".join(re.escape(".".join(host)) for host in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("deb", "debian", "org"),
        ("conda", "anaconda", "org"),
    ))
)  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w./$}-])/(?:home|root|Users|work|tmp|opt|mnt|media|var)/[\w.]")


def tracked() -> list[Path]:
    """Files under version control, or every file of an unpacked archive."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            yield path.relative_to(ROOT), content.decode("utf-8")


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def requirements(name: str) -> dict[str, str]:
    """Each requirement of a lock file with its marker, mapped to the text up to the next one."""
    lines = [
        line
        for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("#")
    ]
    blocks: dict[str, str] = {}
    for line in lines:
        if line and not line[0].isspace():
            current = line.rstrip(" \\")
            assert current not in blocks
            blocks[current] = ""
        else:
            blocks[current] += line
    return blocks


def test_no_file_names_a_package_registry() -> None:
    assert found(REGISTRIES) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert found(MACHINE_PATHS) == []


@pytest.mark.parametrize(
    "text", ["see ROOT/home/anna/x", "'ROOT/tmp/x'", "=ROOT/work/main", "(ROOT/root/.cache)"]
)
def test_a_path_of_one_machine_would_be_seen(text: str) -> None:
    assert MACHINE_PATHS.search(text.replace("ROOT", ""))


@pytest.mark.parametrize("text", ["https://www.gov.uk/work/a", "shared/tmp/x", "a/work/b", "$HOME/tmp/x"])
def test_other_paths_are_left_alone(text: str) -> None:
    assert not MACHINE_PATHS.search(text)


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "mutants.txt"])
def test_every_locked_requirement_is_pinned_and_hashed(name: str) -> None:
    locked = requirements(name)
    assert len(locked) > 10
    assert [line for line in locked if not re.match(r"[a-z0-9._\[\]-]+==[\w.!+]+( ; |$)", line)] == []
    assert [line for line, hashes in locked.items() if "--hash=sha256:" not in hashes] == []


def test_run_time_versions_are_among_those_of_the_full_set() -> None:
    assert set(requirements("run.txt")) <= set(requirements("dev.txt")) <= set(requirements("mutants.txt"))


def test_lock_files_cover_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def names(declared: list[str]) -> set[str]:
        return {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in declared}

    def locked(name: str) -> set[str]:
        return {line.split("==")[0] for line in requirements(name)}

    run = names(project["project"]["dependencies"])
    extras = [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    assert run <= locked("run.txt")
    # one extra may take in another, by the name of the project itself
    optional = names(extras) - {project["project"]["name"]}
    assert run | optional | names(project["dependency-groups"]["dev"]) <= locked("dev.txt")
    assert names(project["dependency-groups"]["mutants"]) <= locked("mutants.txt")


def test_the_python_bounds_are_said_once() -> None:
    """The shell script that looks for an interpreter and the metadata name the same versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    script = (ROOT / "requirements" / "install.sh").read_text(encoding="utf-8")
    oldest, newest = (
        int(re.search(rf'{word}="3, (\d+)"', script)[1])  # type: ignore[index]
        for word in ("oldest", "newest")
    )
    assert project["requires-python"] == f">=3.{oldest},<3.{newest + 1}"
    assert [line for line in project["classifiers"] if re.search(r":: 3\.\d", line)] == [
        f"Programming Language :: Python :: 3.{minor}" for minor in range(oldest, newest + 1)
    ]


def test_modules_are_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def prose(page: str) -> Iterator[tuple[int, str]]:
    """Numbered lines that can be broken: none of a table, a fenced block or indented code."""
    fenced = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    ") and not line.lstrip().startswith("|"):
            yield number, line


def test_lines_of_prose_are_short() -> None:
    long = {
        f"{page}:{number}": len(line)
        for page in PAGES
        for number, line in prose((ROOT / page).read_text(encoding="utf-8"))
        # what cannot be broken, as a link, may stand alone
        if len(line) > LONGEST_LINE and len(line.split()) > 1
    }
    assert long == {}


def test_a_long_line_is_seen_in_prose_alone() -> None:
    words = "word " * 30
    page = f"{words}\n- {words}\n| {words} |\n    {words}\n```\n{words}\n```\n{words}\n"
    assert [number for number, line in prose(page) if len(line) > LONGEST_LINE] == [1, 2, 8]


def test_no_compiled_or_cached_file_is_tracked() -> None:
    assert [
        path for path in tracked() if path.suffix in {".pyc", ".nbc", ".nbi"} or "__pycache__" in path.parts
    ] == []


def test_the_changelog_names_the_version_and_opens_with_numbers() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(
        r"^(#{2,3}) (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    names = [text for level, text in headings if level == "##"]
    assert names
    assert names[0] == "[Unreleased]" or names[0].startswith(f"[{version}]")
    after = {text: headings[i + 1][1] for i, (level, text) in enumerate(headings[:-1]) if level == "##"}
    assert {text: first for text, first in after.items() if first != "Numbers"} == {}


def test_the_citation_names_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_wheel_holds_every_tracked_file_of_the_packages_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, env=os.environ | {"PIP_NO_INDEX": "1"},
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    paths = [path.relative_to(ROOT) for path in tracked()]
    shipped = {path.as_posix() for path in paths if path.parts[0] in PACKAGES}
    assert shipped <= names
    assert {
        name for name in names if name.split("/")[0] not in PACKAGES or name.endswith((".pyc", ".nbc"))
    } == set()
    assert {"simcore/models/england/births.csv", "simcore/py.typed"} <= names
