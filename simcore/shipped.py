"""Files that ship with a package, found by their bare names."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

from simcore.problems import DocumentError, Problem, near_match

_BARE = re.compile(r"[A-Za-z0-9_\-]+")


def shipped_names(package: str, folder: str) -> tuple[str, ...]:
    """The bare names of the YAML files in a folder of a package."""
    found = (files(package) / folder).iterdir()
    return tuple(sorted(f.name.removesuffix(".yaml") for f in found if f.name.endswith(".yaml")))


def find_shipped(given: str | os.PathLike[str], package: str, folder: str, what: str) -> str:
    """The path of a file, or of the shipped file of that bare name (which wins over a path of that name).

    Raises DocumentError for a bare name that is neither; ``what`` says what ships, as ``shipped scenario``. A path is
    not looked up here.
    """
    name = os.fspath(given)
    if not isinstance(given, str) or not _BARE.fullmatch(name):
        return name
    shipped = shipped_names(package, folder)
    if name in shipped:
        return _as_seen_from_here(str(files(package) / folder / f"{name}.yaml"))
    if Path(name).exists():
        return name
    known = {name: name for name in shipped} | {path.stem: path.name for path in Path().glob("*.yaml")}
    match = near_match(name, known)
    remedy = f"did you mean `{known[match]}`?" if match else f"shipped are {', '.join(shipped)}"
    raise DocumentError(Problem(name, None, None, "", f"no such file or {what}; {remedy}"))


def _as_seen_from_here(path: str) -> str:
    """Short where the file lies under the current folder."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
