"""A posterior file by its path, or by the bare name of one that ships with a model."""

from __future__ import annotations

import os
from pathlib import Path

from simcore.load import find_model, shipped_models
from simcore.posterior import refused
from simcore.problems import near_match


def find_posterior(given: str | os.PathLike[str]) -> Path:
    """Where a posterior lies; ``england_2010_2020+child_poverty=half`` is that of another structure.

    Raises
    ------
    DocumentError
        For what is neither a file nor a name.
    """
    name, path = os.fspath(given), Path(given)
    shipped = posteriors()
    if name in shipped:
        return shipped[name]
    if path.is_file():
        return path
    match = near_match(name, shipped)
    known = ", ".join(shipped) or "none yet"
    remedy = (
        f"did you mean `{match}`?"
        if match
        else f"name a file that `simcore calibrate` wrote; shipped: {known}"
    )
    raise refused(path, f"no such file or shipped posterior; {remedy}")


def posteriors() -> dict[str, Path]:
    """The files that ship, by bare name."""
    found = (file for model in shipped_models() for file in (find_model(model) / "posterior").glob("*.nc"))
    return {file.name.removesuffix(".nc"): file for file in sorted(found)}
