"""The answer in Python and in a notebook is the answer of the command line."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import simcore
from scenarios.answered import Answer
from tests.conftest import Ran


@pytest.fixture
def answer(compared: Ran) -> Answer:
    return simcore.read_answer(compared.out)


def test_a_finished_run_is_read_as_it_was_written(answer: Answer, compared: Ran) -> None:
    assert json.dumps(answer.summary) == json.dumps(compared.summary)


def test_its_figures_are_the_rows_of_the_csv_file(answer: Answer, compared: Ran) -> None:
    kept = pd.read_csv(compared.out / "summary.csv")
    found = answer.figures
    assert found.columns.tolist() == kept.columns.tolist()
    assert (found["value"].astype(float) == kept["value"]).all()
    assert (found["measure"] == kept["measure"]).all()


def test_the_columnar_file_holds_the_same_table(compared: Ran) -> None:
    pytest.importorskip("pyarrow", reason="summary.parquet is written where pyarrow is installed")
    rows = pd.read_parquet(compared.out / "summary.parquet")
    kept = pd.read_csv(compared.out / "summary.csv")
    assert rows.columns.tolist() == kept.columns.tolist()
    for name in ("value", "low95", "high95"):
        assert rows[name].astype(float).equals(kept[name].astype(float))


def test_in_a_notebook_it_is_a_table_of_headlines(answer: Answer) -> None:
    html = answer._repr_html_()
    assert html.count("<tr>") == 1 + len(answer.summary["arms"])
    for arm in answer.summary["arms"]:
        assert f'<th scope="row">{arm["title"]}</th>' in html


def test_what_a_file_says_of_itself_is_no_markup_there(answer: Answer) -> None:
    answer.summary["arms"] = [{**answer.summary["arms"][0], "title": "<script>alert(1)</script>"}]
    assert "<script>" not in answer._repr_html_()


def test_printed_it_is_the_table_of_the_command_line_without_colour(answer: Answer) -> None:
    text = repr(answer)
    assert "\x1b" not in text
    assert all(arm["name"] in text for arm in answer.summary["arms"])
