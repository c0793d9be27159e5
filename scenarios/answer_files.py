"""The answer's files beside ``results.nc``: written whole, read again as they were."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scenarios.rows import summary_rows
from simcore.problems import DocumentError, Problem
from simcore.store import part_of, write_whole

SUMMARY, RUN, TABLE, COLUMNS = "summary.json", "run.json", "summary.csv", "summary.parquet"


def write_answer(folder: Path, summary: Mapping[str, Any]) -> list[str]:
    """Write the answer, its record, and its figures as a table; the names of what was written.

    Parquet is written where ``pyarrow`` is installed (the extra ``parquet``), CSV always.
    """
    write_whole(folder / SUMMARY, summary_text(summary))
    write_whole(folder / RUN, json.dumps(summary["run"], indent=1, allow_nan=False) + "\n")
    rows = summary_rows(summary)
    write_whole(folder / TABLE, _as_csv(rows))
    written = [SUMMARY, TABLE, RUN]
    if find_spec("pyarrow") is not None:
        _write_parquet(folder / COLUMNS, rows)
        written.append(COLUMNS)
    return written


def summary_text(summary: Mapping[str, Any]) -> str:
    """What ``summary.json`` holds."""
    return json.dumps(summary, indent=1, allow_nan=False) + "\n"


def csv_text(summary: Mapping[str, Any]) -> str:
    """What ``summary.csv`` holds: every figure as a row."""
    return _as_csv(summary_rows(summary))


def read_summary(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The answer of a finished run as it was written.

    Raises
    ------
    DocumentError
        If the folder holds none, or something else.
    """
    path = Path(folder) / SUMMARY
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        found = error.strerror if isinstance(error, OSError) else "it is no JSON"
        message = (
            f"cannot be read ({found}); name the folder of a finished run (`simcore compare --out FOLDER`)"
        )
        raise DocumentError(Problem(str(path), None, None, "", message)) from None
    if not isinstance(summary, dict) or not isinstance(summary.get("run"), dict):
        message = "holds no answer of a comparison; name the folder of a finished run"
        raise DocumentError(Problem(str(path), None, None, "run", message))
    return summary


def _as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same table with typed columns; an empty cell is a missing number."""
    import pandas as pd

    whole = pd.DataFrame([{key: None if cell == "" else cell for key, cell in row.items()} for row in rows])
    part = part_of(path)
    whole.to_parquet(part, engine="pyarrow", index=False)
    os.replace(part, path)
