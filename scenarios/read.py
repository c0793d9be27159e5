"""File -> checked scenario. A bare name is a shipped file, a folder means every file in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from scenarios.extend import with_parents
from scenarios.schema import Scenario
from simcore.documents import Document, parse_yaml, read_yaml
from simcore.load import is_model
from simcore.problems import DocumentError, Problem
from simcore.shipped import find_shipped, shipped_names
from simcore.strict import check


def read_scenario(name_or_path: str | os.PathLike[str]) -> Scenario:
    """Read one file, or a shipped one by its bare name (``child_poverty_35``).

    Raises DocumentError with every problem of the file. A folder is refused; see :func:`read_scenarios`.
    """
    return _checked(read_yaml(_find(name_or_path)))


def parse_scenario(text: str, name: str) -> Scenario:
    """Like :func:`read_scenario` for text at hand; ``name`` stands where the file's path would."""
    return _checked(parse_yaml(text, name))


def read_scenarios(names_or_paths: Iterable[str | os.PathLike[str]]) -> tuple[Scenario, ...]:
    """Read files, bare names and folders, in the order given; a folder's files by name.

    Raises DocumentError with the problems of all files together, among them two files of one ``name:``.
    """
    read, problems = gather_scenarios(names_or_paths)
    if problems:
        raise DocumentError(problems)
    return tuple(read)


def gather_scenarios(
    names_or_paths: Iterable[str | os.PathLike[str]],
) -> tuple[list[Scenario], list[Problem]]:
    """What :func:`read_scenarios` reads of the files that can be read, and the problems of the others.

    For whoever has more to check: a slip in one file does not keep the others from being looked at.
    """
    problems: list[Problem] = []
    read: list[Scenario] = []
    for given in names_or_paths:
        try:
            paths = _in_folder(given) if _is_folder(given) else [_find(given)]
        except DocumentError as error:
            problems += error.problems
            continue
        for path in paths:
            try:
                read.append(_checked(read_yaml(path)))
            except DocumentError as error:
                problems += error.problems
    return read, problems + _same_names(read)


def library() -> tuple[str, ...]:
    """The bare names of the shipped scenarios."""
    return shipped_names("scenarios", "library")


def _checked(alone: Document) -> Scenario:
    document = with_parents(alone)
    scenario = check(document, Scenario)
    scenario._document = document
    seen: dict[str, int] = {}
    problems = []
    for i, intervention in enumerate(scenario.interventions):
        first = seen.setdefault(intervention.id, i)
        if first != i:
            at = ("interventions", first, "id")
            line, file = document.where(at)[0], document.file_of(at)
            of = "" if file == document.file_of(("interventions", i, "id")) else f" of {file}"
            message = (
                f"the id `{intervention.id}` stands on line {line}{of} too; give each intervention its own"
            )
            problems.append(document.problem(("interventions", i, "id"), message))
    if problems:
        raise DocumentError(problems)
    return scenario


def _is_folder(given: str | os.PathLike[str]) -> bool:
    name = os.fspath(given)
    try:
        return name not in library() and Path(name).is_dir()
    except ValueError:
        return False


def _find(given: str | os.PathLike[str]) -> str:
    """The path of a file, or of the shipped file of that bare name (which wins over a path of that name)."""
    name = os.fspath(given)
    _refuse_model(name)
    return find_shipped(given, "scenarios", "library", "shipped scenario")


def _refuse_model(name: str) -> None:
    """A model in a scenario's place would be told of key by key."""
    if name not in library() and is_model(name):
        message = "is a model; name scenario files here, and the model with --model"
        raise DocumentError(Problem(name, None, None, "", message))


def _in_folder(given: str | os.PathLike[str]) -> list[str]:
    folder = os.fspath(given)
    _refuse_model(folder)
    try:
        names = sorted(
            entry.name for entry in Path(folder).iterdir() if entry.name.endswith((".yaml", ".yml"))
        )
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check the path and its permissions"
        raise DocumentError(Problem(folder, None, None, "", message)) from None
    if not names:
        raise DocumentError(
            Problem(folder, None, None, "", "is a folder without .yaml files; name one that has some")
        )
    # the folder as it was given, `./` and all
    return [f"{folder}{'' if folder.endswith('/') else '/'}{name}" for name in names]


def _same_names(scenarios: Sequence[Scenario]) -> list[Problem]:
    first: dict[str, Scenario] = {}
    problems = []
    for scenario in scenarios:
        other = first.setdefault(scenario.name, scenario)
        if other is not scenario:
            where = (
                "given twice"
                if other.document.path == scenario.document.path
                else f"also in {other.document.path}"
            )
            message = f"the name `{scenario.name}` is {where}; give each scenario its own name, once"
            problems.append(scenario.problem(("name",), message))
    return problems
