"""The whole answer in a notebook: a table that can be read, and every figure as a data frame."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.answer_files import read_summary, write_answer
from scenarios.compare import VARIANT_DRAWS
from scenarios.compare import answer as run_answer
from scenarios.footnotes import footnotes
from scenarios.precision import Precision
from scenarios.printing import as_count, as_interval, capital
from scenarios.question import DEFAULT_BASELINE, DEFAULT_MODEL, Given, ask
from scenarios.ran import PLAIN_TERMS, Terms
from scenarios.rows import summary_rows
from scenarios.table import as_text
from simcore.run import Settings

if TYPE_CHECKING:
    import pandas as pd


class Answer:
    """What a comparison found: ``summary`` is all of it as plain data, as ``simcore compare --json`` prints it.

    Printed, it is the table of the command line; in a notebook, one of HTML.
    """

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self.summary = dict(summary)

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure: scenario, measure, level, value, low95, high95, errors, unit."""
        import pandas as pd

        return pd.DataFrame(summary_rows(self.summary)).replace({"": None})

    def __repr__(self) -> str:
        return as_text(self.summary)

    def _repr_html_(self) -> str:
        summary = self.summary
        words, arms = summary["words"], summary["arms"]
        heads = ("scenario", "averted", "95% interval", "% of deaths", "probability that it averts")
        rows = [
            (
                arm["title"],
                as_count(arm["deaths_averted"]["mean"]),
                as_interval(arm["deaths_averted"]),
                "-" if arm["percent"] is None else f"{arm['percent']:.2f}",
                f"{arm['p_positive']:.2f}",
            )
            for arm in arms
        ]
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            for name, *cells in rows
        )
        span = f"{summary['years'][0]} to {summary['years'][-1]}"
        title = f"{capital(words['deaths'])} averted against {summary['baseline']['title']}, {span}"
        return (
            f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{escape(footnotes(summary))}</p>"
        )


def answer(
    scenarios: Sequence[Given],
    *,
    model: Given = DEFAULT_MODEL,
    baseline: Given = DEFAULT_BASELINE,
    years: Sequence[int] | None = None,
    variants: Mapping[str, str] | None = None,
    draws: int | None = None,
    variant_draws: int = VARIANT_DRAWS,
    settings: Settings | None = None,
    precision: Precision | None = None,
    posterior: Given | None = None,
    terms: Terms = PLAIN_TERMS,
    part_draws: int = 0,
    out: str | os.PathLike[str] | None = None,
) -> Answer:
    """Compare scenario files, structural variants and all; what ``simcore compare`` prints.

    Parameters are those of :func:`scenarios.compare.compare`; ``terms`` say how the answer is put, and with ``out`` it
    is written there, to be gone on with where it was interrupted, and read again by :func:`read_answer`.

    Raises
    ------
    DocumentError
        If a file or a choice cannot be used.

    Examples
    --------
    >>> import simcore
    >>> found = simcore.answer(["smoking_halved"], draws=4, variant_draws=2, years=[2025])
    >>> found.summary["arms"][0]["name"]
    'smoking_halved'
    """
    question = ask(
        scenarios, model=model, baseline=baseline, years=years, variants=variants, posterior=posterior
    )
    chosen = settings or Settings(threads=os.cpu_count() or 1)
    folder = None if out is None else Path(out)
    summary = run_answer(
        question, draws, chosen, variant_draws=variant_draws, precision=precision, out=folder, terms=terms,
        part_draws=part_draws,
    )  # fmt: skip
    if folder is not None:
        write_answer(folder, summary)
    return Answer(summary)


def read_answer(folder: str | os.PathLike[str]) -> Answer:
    """The answer in the folder of a finished run.

    Raises
    ------
    DocumentError
        If there is none.
    """
    return Answer(read_summary(folder))
