"""Prepared answers on disk, in the user's cache, where anything may be deleted and is made again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from scenarios.live.averted import Deaths
from scenarios.margins import Array
from simcore.cache import user_cache
from simcore.store import part_of


def kept_in(digest: str) -> Path:
    """Where answers of this digest are kept."""
    return user_cache() / "answers" / f"{digest}.npz"


def write_kept(path: Path, deaths: Mapping[str, Deaths]) -> None:
    """Keep deaths by name; a cache that cannot be written is done without."""
    arrays = {f"{name}|{part}": values for name, of in deaths.items() for part, values in of.parts.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(path)
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(part, path)
    except OSError:
        return


def read_kept(path: Path) -> dict[str, Deaths] | None:
    """What :func:`write_kept` kept, or None where there is nothing that can be read."""
    arrays: dict[str, dict[str, Array]] = {}
    try:
        # opened here, for NumPy leaves a file that is no archive open
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            for key in file.files:
                name, _, part = key.rpartition("|")
                arrays.setdefault(name, {})[part] = file[key]
    except (OSError, ValueError, BadZipFile, EOFError):
        return None
    return {name: Deaths(parts) for name, parts in arrays.items()}
