"""Run a finished comparison again from its record alone, and hold both answers against each other."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.answer_files import read_summary, write_answer
from scenarios.compare import answer
from scenarios.question import Question, ask
from scenarios.ran import Terms
from scenarios.running import Tick
from simcore.documents import as_text
from simcore.problems import DocumentError, Problem
from simcore.record import libraries_here, platform_here, run_hashes
from simcore.run import Settings
from simcore.store import open_results

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE = 1e-9
"""How far numbers may be apart, as a share, on another machine or with other libraries: `exp` may differ in its last
place there."""


@dataclass(frozen=True)
class Verdict:
    """What was found: ``differences`` in words, and in ``elsewhere`` what may excuse a last place."""

    differences: tuple[str, ...]
    elsewhere: tuple[str, ...]
    same_bits: bool

    @property
    def holds(self) -> bool:
        """Whether the run's answer is what its record gives."""
        return not self.differences


def verify(
    folder: str | os.PathLike[str], *, threads: int = 1, tick: Tick = lambda what, done, of: None
) -> Verdict:
    """Run what the record of ``folder`` says, and compare every number.

    On the machine type and with the libraries of the record the same bits are asked for; elsewhere numbers may be
    :data:`TOLERANCE` of themselves apart.

    Raises
    ------
    DocumentError
        If the folder holds no finished run, or its record cannot be read.
    """
    place = Path(folder)
    summary = read_summary(place)
    record = summary["run"]
    with tempfile.TemporaryDirectory() as scratch:
        question = _question(place, record, Path(scratch))
        changed = tuple(_changed(record, question))
        if changed:
            return Verdict(changed, (), same_bits=False)
        again = Path(scratch) / "run"
        asked = record["asked"]
        settings = Settings(
            seed=record["seed"],
            births=asked["births"],
            threads=threads,
            estimator=record["estimator"],
            by=tuple(record.get("by", ())),
        )
        terms = Terms(**{**asked["terms"], "life_year_values": tuple(asked["terms"]["life_year_values"])})
        found = answer(
            question, record["draws"], settings, variant_draws=asked["variant_draws"], out=again, terms=terms,
            part_draws=asked["part_draws"], tick=tick,
        )  # fmt: skip
        write_answer(again, found)
        elsewhere = tuple(_elsewhere(record))
        near = TOLERANCE if elsewhere else 0.0
        differences = [
            *_unlike_datasets(place, again, near),
            *_unlike("summary.json", _answer_alone(summary), _answer_alone(read_summary(again)), near),
        ]
        if not elsewhere and (place / "summary.csv").read_bytes() != (again / "summary.csv").read_bytes():
            differences.append("summary.csv is not the table of this answer")
        bits = not differences and not any(_unlike_datasets(place, again, 0.0))
    return Verdict(tuple(differences), elsewhere, same_bits=bits)


def _question(place: Path, record: Mapping[str, Any], scratch: Path) -> Question:
    """The question as it was put: each scenario as it was run, whatever became of its file."""
    try:
        paths = []
        for name in record["arms"]:
            paths.append(scratch / f"{name}.yaml")
            paths[-1].write_text(as_text(record["scenarios"][name]["as_run"]), encoding="utf-8")
        asked = record["asked"]
        baseline, *others = paths
        return ask(
            others,
            model=asked["model"],
            baseline=baseline,
            years=record["years"],
            variants=record["variants"],
            posterior=asked["posterior"],
        )
    except (KeyError, TypeError) as error:
        message = f"the record lacks {error}; it is not one of this edition, run the comparison again"
        raise DocumentError(Problem(str(place / "summary.json"), None, None, "run", message)) from None


def _changed(record: Mapping[str, Any], question: Question) -> Iterator[str]:
    """What the run stood on and is no longer the same."""
    here = run_hashes(question.model, question.structure, question.source)
    for what, digest in here.items():
        was = record[what] or {}
        known = was.get("hash", was.get("sha256"))
        if known != digest:
            yield f"{what.replace('_', ' ')}: {digest} here, {known} in the record"


def _elsewhere(record: Mapping[str, Any]) -> Iterator[str]:
    """What differs between the place of the run and this one, and can move a last digit."""
    if record["platform"] != platform_here():
        yield f"{record['platform']} in the record, {platform_here()} here"
    for name, version in libraries_here().items():
        was = record["libraries"].get(name)
        if was != version:
            yield f"{name} {was} in the record, {version} here"


def _answer_alone(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The answer but for its record, and for the road to a precision, which is not taken twice."""
    return {key: value for key, value in summary.items() if key not in {"run", "precision"}}


def _unlike_datasets(one: Path, other: Path, near: float) -> Iterator[str]:
    with open_results(one) as first, open_results(other) as second:
        for name in sorted({*map(str, first.variables), *map(str, second.variables)}):
            if name not in first.variables or name not in second.variables:
                yield f"results.nc: {name} stands in one alone"
            elif not _alike(first[name], second[name], near):
                yield f"results.nc: {name} differs"


def _alike(one: xr.DataArray, other: xr.DataArray, near: float) -> bool:
    first, second = one.values, other.values
    if one.dims != other.dims or first.shape != second.shape:
        return False
    if first.dtype.kind != "f" or near == 0.0:
        return bool(np.array_equal(first, second))
    return bool(np.allclose(first, second, rtol=near, atol=near * float(np.abs(first).max(initial=0.0))))


def _unlike(where: str, one: Any, other: Any, near: float) -> Iterator[str]:
    """Places at which two answers differ, each with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            if key not in one or key not in other:
                yield f"{where}.{key} stands in one alone"
            else:
                yield from _unlike(f"{where}.{key}", one[key], other[key], near)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _unlike(f"{where}.{i}", left, right, near)
    elif isinstance(one, float) and isinstance(other, float) and near:
        if abs(one - other) > near * max(abs(one), abs(other), 1.0):
            yield f"{where}: {one!r} in the folder, {other!r} again"
    elif one != other:
        yield f"{where}: {one!r} in the folder, {other!r} again"
