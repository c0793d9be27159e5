"""What stands in the file of a posterior on the fit that it is of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simcore.posterior import read_header, refused

ATTRIBUTE = "check"


def read_check(path: Path) -> dict[str, Any]:
    """The verdict of the gate, and what was found target by target, as :func:`calibration.found.found_in` has it.

    Raises
    ------
    DocumentError
        If the file is missing, no posterior, or says nothing of its fit.
    """
    import h5py

    made = read_header(path).made
    with h5py.File(path, "r") as file:
        said = file.attrs.get(ATTRIBUTE)
    if said is None:
        raise refused(path, "says nothing of how it was fitted; write it anew with `simcore calibrate`")
    return {"calibration": made.config, "config_digest": made.config_digest, **made.gate, **json.loads(said)}
