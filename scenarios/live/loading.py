"""A file that somebody loads into the page: read as any scenario file, but for what would look at this machine."""

from __future__ import annotations

from scenarios.check import Vocabulary, check_against
from scenarios.read import library, parse_scenario
from scenarios.schema import Scenario
from simcore.documents import parse_yaml
from simcore.problems import DocumentError, hint

NAME = "your file"


def read_loaded(text: str, vocabulary: Vocabulary) -> Scenario:
    """The scenario that a text holds. It may extend a shipped scenario, and no other file.

    Raises
    ------
    DocumentError
        With every problem, as ``simcore validate`` tells them, each at its line.
    """
    document = parse_yaml(text, NAME)
    extends = document.data.get("extends")
    if extends is not None and extends not in library():
        message = f"no shipped scenario `{extends}`; a file that is loaded here may extend these alone: "
        raise DocumentError(document.problem(("extends",), f"{message}{hint(extends, library())}"))
    scenario = parse_scenario(text, NAME)
    check_against(scenario, vocabulary)
    return scenario
