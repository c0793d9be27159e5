"""The England tables: derived as said, with a source for every row, and true to the published figures."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from simcore.load import ASSUMPTION
from simcore.models.england.build import births, exposures, gestation, numbers, tables
from simcore.models.england.build.__main__ import main
from simcore.models.england.build.evidence import DECILES, EVIDENCE, MODEL

Row = dict[str, str]
DOCUMENTATION = Path(__file__).resolve().parent.parent / "docs" / "england.md"
OTHER = ("sources", "assumptions")


def rows(name: str) -> list[Row]:
    with open(MODEL / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def unresolved(table: list[Row], keys: set[str]) -> list[str]:
    """Rows without a source, or with a source key that nobody wrote down."""
    return [
        f"row {i}: {key or 'no source'}"
        for i, row in enumerate(table, start=2)
        for key in row["source_key"].split(";")
        if key not in keys
    ]


def source_keys() -> set[str]:
    """What a row may name: a source that is written down, or that it is an assumption."""
    return {row["key"] for row in rows("sources")} | {ASSUMPTION}


def by_decile(table: list[Row], column: str = "share", **where: str) -> np.ndarray:
    found = {r["imd_decile"]: float(r[column]) for r in table if all(r[k] == v for k, v in where.items())}
    return np.array([found[d] for d in DECILES])


def test_shipped_tables_are_what_the_evidence_gives() -> None:
    assert tables.differences() == []


def test_a_changed_figure_is_found(tmp_path: Path) -> None:
    tables.write(tmp_path)
    path = tmp_path / "births.csv"
    path.write_text(path.read_text().replace("78017", "78018", 1))
    assert tables.differences(tmp_path) == ["births.csv:102: births: shipped 78018, derived 78017"]


@pytest.mark.parametrize("name", list(tables.TABLES))
def test_every_row_has_a_source_and_a_rule(name: str) -> None:
    table = rows(name)
    assert unresolved(table, source_keys()) == []
    explained = set(re.findall(r"\*\*`(\w+)`\*\*", DOCUMENTATION.read_text(encoding="utf-8")))
    unexplained = {r["rule"] for r in table} - {"published"} - {f"derived:{rule}" for rule in explained}
    assert unexplained == set()


@pytest.mark.parametrize("path", sorted(EVIDENCE.glob("*.csv")), ids=lambda p: p.stem)
def test_every_copied_figure_has_a_source(path: Path) -> None:
    with open(path, newline="", encoding="utf-8") as file:
        assert unresolved(list(csv.DictReader(file)), source_keys()) == []


def test_a_row_without_a_source_is_reported() -> None:
    assert unresolved([{"source_key": "ons_cim2022;nobody"}, {"source_key": ""}], source_keys()) == [
        "row 2: nobody",
        "row 3: no source",
    ]


def test_sources_and_assumptions_are_complete_and_unique() -> None:
    for name in OTHER:
        table = rows(name)
        first = next(iter(table[0]))
        assert len({r[first] for r in table}) == len(table)
    assert all(r["title"] and r["licence"] and r["what_was_read"] for r in rows("sources"))
    log = rows("assumptions")
    assert all(all(cell for name, cell in r.items() if name != "pitfall") for r in log)
    assert {r["risk"] for r in log} <= {"low", "medium", "high"}


def test_no_death_after_2020_is_in_the_evidence() -> None:
    for path in EVIDENCE.glob("*.csv"):
        with open(path, newline="", encoding="utf-8") as file:
            table = list(csv.DictReader(file))
        if any("deaths" in column for column in table[0]):
            years = {
                int(y) for r in table for y in re.findall(r"\d{4}", r.get("year", r.get("period", "2020")))
            }
            assert max(years, default=2020) <= 2020, path.name


def test_births_are_the_published_totals() -> None:
    total: dict[str, int] = defaultdict(int)
    for row in rows("births"):
        total[row["year"]] += int(row["births"])
    assert (total["2018"], total["2019"], total["2020"]) == (625651, 610505, 585195)
    assert (total["2021"], total["2022"], total["2023"]) == (595948, 577046, 563561)
    assert {total[str(y)] for y in range(2024, 2036)} == {563561}
    assert len(rows("births")) == 26 * 10


@pytest.mark.parametrize("name", ["mother_age", "bmi", "gestation", "plurality"])
def test_levels_sum_to_one(name: str) -> None:
    total: dict[str, float] = defaultdict(float)
    for row in rows(name):
        total[row.get("imd_decile", "all")] += float(row["share"])
    assert max(abs(t - 1.0) for t in total.values()) < 1e-12


def test_poverty_meets_the_england_figure_of_every_year() -> None:
    table, w = rows("child_poverty"), exposures.children() / exposures.children().sum()
    england = {"2015": 0.1545, "2018": 0.18178, "2020": 0.19313}
    for year, share in england.items():
        assert w @ by_decile(table, year=year) == pytest.approx(share, abs=1e-7)
    # the later series was derived to these, printed to one decimal
    for year, share in {"2021": 0.185, "2022": 0.199, "2023": 0.192}.items():
        assert w @ by_decile(table, year=year) == pytest.approx(share, abs=5e-4)
    assert (by_decile(table, year="2035") == by_decile(table, year="2023")).all()


@pytest.mark.parametrize("column", ["share_low", "share_high"])
@pytest.mark.parametrize("year", [2010, 2016, 2019, 2021, 2023, 2035])
def test_smoking_meets_the_england_figure_of_every_year(year: int, column: str) -> None:
    w = births.weights(year)
    at_booking = by_decile(rows("smoking_at_booking"), column, year=str(year))
    at_delivery = float(w @ at_booking / w.sum()) * (1.0 - exposures.natural_quit())
    assert at_delivery == pytest.approx(exposures.delivery_rate(year)[0], abs=1e-7)
    assert (np.diff(at_booking) < 0).all()


def test_smoking_gradients_are_the_stated_bounds_in_2023() -> None:
    table = rows("smoking_at_booking")
    low, high = (0.81 * by_decile(table, c, year="2023") for c in ("share_low", "share_high"))
    assert (low[[0, 9]] == pytest.approx([0.110, 0.047], abs=5e-4)) and (
        high[[0, 9]] == pytest.approx([0.142, 0.018], abs=2e-3)
    )


def test_obesity_meets_england_with_the_borrowed_gradient() -> None:
    obese, w = by_decile(rows("bmi"), level="30_plus"), births.weights(2018, 2019, 2020)
    assert w @ obese / w.sum() == pytest.approx(22 / 99, abs=1e-8)
    step = np.diff(np.asarray(numbers.logit(obese)))
    ends = np.asarray(numbers.logit([0.228, 0.157]))
    assert step == pytest.approx(np.full(9, (ends[1] - ends[0]) / 8), abs=1e-6)


def test_gestation_meets_the_national_total_of_every_band() -> None:
    table, w = rows("gestation"), births.weights(2018, 2019, 2020)
    for band, national in zip(gestation.BANDS, gestation.national_births(), strict=True):
        assert w @ by_decile(table, level=band) == pytest.approx(national, rel=1e-5)


def test_deprived_areas_have_more_preterm_births_and_steeper_before_24_weeks() -> None:
    table = rows("gestation")
    share = {band: by_decile(table, level=band) for band in gestation.BANDS}
    early, all_preterm = share["under_22"] + share["22_23"], 1.0 - share["37_plus"]
    assert early[0] / early[9] == pytest.approx(3.16, abs=0.01)
    assert all_preterm[0] / all_preterm[9] == pytest.approx(1.52, abs=0.01)
    w = births.weights(2018, 2019, 2020)
    fifths = [float(w[i] @ all_preterm[i] / w[i].sum()) for i in (slice(0, 2), slice(8, 10))]
    assert fifths[0] / fifths[1] == pytest.approx(7.2 / 4.9, rel=0.02)  # published, singletons


def test_fitting_refuses_margins_that_disagree() -> None:
    with pytest.raises(ValueError, match="largest miss"):
        numbers.fit(np.ones((2, 2)), [((0,), np.array([1.0, 2.0])), ((1,), np.array([2.0, 2.0]))])


def test_relevelling_keeps_odds_ratios_and_meets_the_total() -> None:
    rng = np.random.default_rng(1)
    for total in (0.001, 0.1, 0.5, 0.97):
        shape, w = rng.normal(size=10), rng.uniform(0.1, 2.0, 10)
        share = numbers.relevel(shape, w, total)
        assert w @ share / w.sum() == pytest.approx(total, rel=1e-10)
        assert np.diff(np.asarray(numbers.logit(share))) == pytest.approx(np.diff(shape), rel=1e-8)


def test_rounded_shares_sum_to_one_exactly_in_their_last_place() -> None:
    rng = np.random.default_rng(2)
    for size in (2, 3, 6, 11):
        shares = numbers.round_shares(rng.dirichlet(np.ones(size)), places=4)
        assert sum(round(s * 10_000) for s in shares) == 10_000


def test_the_command_checks_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert main(["--report"]) == 0
    printed = capsys.readouterr().out
    assert "tables agree with the evidence" in printed
    assert "unlinked infant deaths" in printed and "585,195" in printed
