"""What the page on England says of hard points, traps and the trend is in the model, the code and tests it names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from simcore.distributions import Lognormal
from simcore.ledger import Ledger, read_ledger
from simcore.ledger.checks import orphans
from simcore.load import load_model
from simcore.models.england.build.deaths.hazard_trend import Slope, hazard_trend, log_linear
from simcore.models.england.build.evidence import MODEL
from tests.conftest import ROOT

ABOUT = ROOT / "docs" / "england_about.md"
PAGE = ROOT / "docs" / "england.md"


@cache
def england() -> Ledger:
    return read_ledger("england")


def part(page: Path, heading: str) -> str:
    """What stands under a heading, up to the next of its kind."""
    return page.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]


# ---- hard points


def test_the_page_answers_hard_points_1_to_18_each_by_something_that_is_there() -> None:
    points = re.findall(
        r"^(\d+)\. \*\*.+\*\* .+ \((.+)\)$", part(PAGE, "Hard points, and what answers them"), re.M
    )
    assert [int(number) for number, _ in points] == list(range(1, 19))
    log = set(england().assumption_ids)
    for number, answers in points:
        for answer in answers.split(", "):
            name = answer.strip("`")
            assert name in log or name in england().tables or _place(name), (number, answer)


def _place(name: str) -> bool:
    value: object = england().document.data
    for step in name.split("."):
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True


def test_an_assumption_that_answers_a_hard_point_is_named_there() -> None:
    """Both ways: what assumptions.csv says of a point is printed beside it."""
    text = part(PAGE, "Hard points, and what answers them")
    by_number = {line.partition(".")[0]: line for line in text.splitlines() if line[:1].isdigit()}
    log = england().assumptions
    assert log is not None
    named = [(str(row["id"]), n) for row in log.rows() for n in str(row["pitfall"] or "").split()]
    assert len(named) > 20
    for assumption, number in named:
        assert re.search(rf"\b{assumption}\b", by_number[number]), (assumption, number)


# ---- traps


def test_every_trap_names_code_and_tests_that_are_there() -> None:
    rows = [line for line in part(ABOUT, "Traps in the figures").splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 9
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    for row in rows:
        *_, where, test, _ = row.split(" | ") if row.endswith(" | ") else (*row.split(" | "), "")
        files = re.findall(r"`([\w/]+\.(?:py|yaml))`(?: `([\w.]+)`)?", where)
        assert files, row
        for file, inside in files:
            if file == "model.yaml":
                assert _place(inside), inside
                continue
            path = MODEL / "build" / file
            assert path.is_file(), file
            assert not inside or f"def {inside}(" in path.read_text(encoding="utf-8"), inside
        named = re.findall(r"`(test_\w+)`", test)
        assert named, row
        assert all(f"def {name}(" in tests for name in named), named


def test_every_assumption_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\bA\d{2,3}\b", PAGE.read_text(encoding="utf-8")))
    assert named <= set(england().assumption_ids)


# ---- the trend


def test_the_trend_of_the_model_is_the_slope_of_the_published_totals() -> None:
    (row,) = (row for row in hazard_trend() if row["deaths"] == "infant")
    ratio = load_model("england").spec.parameters["hr_per_year"].value
    assert isinstance(ratio, Lognormal)
    assert (ratio.median, *ratio.ci95) == tuple(
        round(float(str(row[c])), 4) for c in ("ratio_per_year", "low", "high")
    )
    said = next(row for row in england().rows if row.name == "hr_per_year")
    assert (said.rule, said.geography, said.period) == ("derived:hazard_trend", "England", "2010-2020")


def slopes(seed: int, extra: float, runs: int = 400) -> list[Slope]:
    """Counts about a fall of 1% a year, with ``extra`` times the variance of counts."""
    rng = np.random.default_rng(seed)
    years, births = np.arange(2010.0, 2021.0), np.full(11, 650_000.0)
    expected = births * 0.004 * 0.99 ** (years - 2010)
    deaths = rng.poisson(expected / extra, (runs, 11)) * extra
    return [log_linear(years, births, counts) for counts in deaths]


@pytest.mark.parametrize("extra", [1.0, 3.5])
def test_a_known_trend_is_found_and_its_interval_holds_it_as_often_as_it_says(extra: float) -> None:
    """With 9 degrees of freedom a normal interval holds 92% rather than 95%; 400 runs tell 92 from 85."""
    found = slopes(3, extra)
    assert np.mean([slope.ratio for slope in found]) == pytest.approx(0.99, abs=5e-4)
    assert np.mean([slope.dispersion for slope in found]) == pytest.approx(extra, rel=0.08)
    assert 0.88 < np.mean([slope.low <= 0.99 <= slope.high for slope in found]) < 0.97


def test_an_interval_of_counts_alone_would_be_too_narrow() -> None:
    """What the dispersion is for: without it a third of the runs miss a trend that years scatter about."""
    narrow = [
        slope.ratio / np.exp(np.log(slope.high / slope.ratio) / np.sqrt(slope.dispersion))
        <= 0.99
        <= slope.ratio * np.exp(np.log(slope.high / slope.ratio) / np.sqrt(slope.dispersion))
        for slope in slopes(3, 3.5)
    ]
    assert np.mean(narrow) < 0.8


# ---- the ledger as shipped


def test_every_row_of_evidence_leads_to_what_uses_it() -> None:
    assert not [row.name for row in england().rows if row.kind == "evidence" and not row.used]


def test_nothing_is_an_orphan_and_most_figures_are_published_or_counted() -> None:
    assert orphans(england()) == []
    grades = [row.grade for row in england().rows]
    assert len(grades) > 20_000
    assert {"A", "B", "C", "D"} == set(grades)
