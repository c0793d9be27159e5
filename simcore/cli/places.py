"""Places that a command will write to: tried before anything is run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click


def free_folder(given: str, option: str, files: Sequence[str] = ()) -> Path:
    """A folder that can be written or made, with nothing in it where ``files`` are to be.

    Raises
    ------
    click.BadParameter
        If it cannot be; ``option`` is what the user gave it by.
    """
    if not given:
        raise click.BadParameter(f"names no folder; write {option} out/demo", param_hint=option)
    _writable(Path(given), option)
    for name in files:
        _not_a_folder(Path(given) / name, option)
    return Path(given)


def free_file(given: str, option: str) -> Path:
    """A file that can be written, and its folder made.

    Raises
    ------
    click.BadParameter
        If it cannot be; ``option`` is what the user gave it by.
    """
    if not given:
        raise click.BadParameter(f"names no file; write {option} report.html", param_hint=option)
    _not_a_folder(Path(given), option)
    _writable(Path(given).parent, option)
    return Path(given)


def _writable(folder: Path, option: str) -> None:
    nearest = folder
    # a link that leads nowhere is in the way, too
    while not os.path.lexists(nearest) and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        what = "a folder that can be written" if nearest.is_dir() else "a folder"
        raise click.BadParameter(f"{nearest} is not {what}; choose another place", param_hint=option)


def _not_a_folder(path: Path, option: str) -> None:
    if path.is_dir():
        message = f"{path} is a folder where a file is to be written; choose another place"
        raise click.BadParameter(message, param_hint=option)
