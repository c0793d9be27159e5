"""A copy of a model with a few changes, read and checked as any model is."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simcore.dims import YEAR
from simcore.documents import read_yaml
from simcore.load import load_model
from simcore.model import Model
from simcore.sensitivity.file import Change
from simcore.sensitivity.places import NoPlace, put
from simcore.sensitivity.rows import changed
from simcore.tables import read_table

AXES = ("cause", "age_band", "age_period", "period")


def changed_model(model: Model, change: Change) -> Model:
    """The model with the change made; nothing of it stays on disk.

    Raises
    ------
    NoPlace
        If the change is of a parameter, a place or rows that the model does not have.
    DocumentError
        If the model with the change is not sound.
    """
    data = copy.deepcopy(read_yaml(model.folder / "model.yaml").data)
    for name, value in change.parameters.items():
        if name not in data.get("parameters", {}):
            raise NoPlace(f"no parameter {name}")
        data["parameters"][name]["value"] = value
    for place, new in change.set.items():
        put(data, place, copy.deepcopy(new))
    with TemporaryDirectory(prefix="simcore-") as folder:
        there = Path(folder) / model.name
        there.mkdir()
        for path in model.folder.glob("*.csv"):
            (there / path.name).write_bytes(path.read_bytes())
        for table in change.tables:
            _rewrite(there / table.table, model, change.tables.index(table), change)
        # what is said in YAML can be said in JSON, which is YAML as well
        (there / "model.yaml").write_text(json.dumps(data), encoding="utf-8")
        return load_model(there)


def _rewrite(path: Path, model: Model, place: int, change: Change) -> None:
    table = change.tables[place]
    if not path.is_file():
        raise NoPlace(f"no table {table.table}")
    read = read_table(path)
    rows: list[dict[str, str]] = [
        {k: "" if v is None else str(v) for k, v in row.items()} for row in read.rows()
    ]
    axes = (*model.strata, *model.spec.variables, *AXES)
    weights = {} if table.tilt is None else _births(model, table.tilt.over)
    rows = changed(rows, table, axes, weights)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer: Any = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _births(model: Model, dim: str) -> dict[str, float]:
    """Births of the reference years by level of a stratum dimension."""
    if dim not in model.strata:
        raise NoPlace(f"{dim} is no stratum; a tilt goes over one")
    years = tuple(str(year) for year in model.spec.reference_years)
    strata = {name: years if name == YEAR and years else levels for name, levels in model.strata.items()}
    births = model.births_in(strata)
    other = tuple(i for i, name in enumerate(strata) if name != dim)
    return dict(zip(model.strata[dim], births.sum(axis=other).tolist(), strict=True))
