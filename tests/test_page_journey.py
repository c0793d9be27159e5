"""A policy user's way from an empty page to a report in hand, in England; its numbers are those of the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scenarios.live.desk import Desk
from scenarios.web.static_files import StaticFile
from tests.browser import Seen, no_violations
from tests.conftest import Call
from tests.listening import served_at_a_port
from tests.served_page import COVERED, headline, read, save, stands, switch_on

DRAWS, BIRTHS, VARIANT_DRAWS = 10, 1000, 2
OFFER = "Stop smoking support offered to every smoker at booking"
WHAT_IF = "What if a tenth fewer mothers were obese when they became pregnant"


@pytest.fixture(scope="module")
def england(static: dict[str, StaticFile]) -> Iterator[str]:
    """The page of England, with few draws."""
    desk = Desk(draws=DRAWS, births=BIRTHS, variant_draws=VARIANT_DRAWS)
    with served_at_a_port(desk, static) as (address, _):
        yield address


def taken(page: Page, button: str, folder: Path) -> Path:
    """Download a file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_from_an_empty_page_to_a_report_in_hand(
    page: Page, seen: Seen, england: str, tmp_path: Path, simcore: Call
) -> None:
    read(page, england)
    expect(page.get_by_role("heading", level=1)).to_have_text("How many infant deaths would a policy avert?")
    page.get_by_label("To", exact=True).select_option("2027")
    controls = switch_on(page, OFFER)
    controls.get_by_role("slider", name=COVERED, exact=True).fill("90")
    controls.get_by_role("button", name="Most deprived fifth").click()
    expect(controls.get_by_role("checkbox", name="2", exact=True)).to_be_checked()
    expect(controls.get_by_role("checkbox", name="3", exact=True)).not_to_be_checked()
    page.get_by_text("How disputed evidence is read").click()
    page.get_by_label(re.compile("^how much of the published association", re.I)).select_option("half")
    stands(page, "quick")
    stands(page, "full")
    save(page, "Most deprived fifth")

    scenario = taken(page, "Scenario (YAML)", tmp_path)
    asked = ("--draws", DRAWS, "--births", BIRTHS, "--variant-draws", VARIANT_DRAWS, "--years", "2025-2027")
    done = simcore("compare", scenario, *asked, "--variant", "child_poverty=half", "--json")
    assert done.status == 0, done.stderr
    by_command = json.loads(done.stdout)
    by_page = json.loads(taken(page, "Data (JSON)", tmp_path).read_text(encoding="utf-8"))
    assert by_page["arms"] == by_command["arms"]
    assert by_page["sections"] == by_command["sections"]
    averted = by_command["arms"][0]["deaths_averted"]
    said = f"would avert {as_words(averted['mean'])} infant deaths"
    assert said in headline(page) and between(averted) in headline(page)

    rows = list(csv.DictReader(io.StringIO(taken(page, "Table (CSV)", tmp_path).read_text(encoding="utf-8"))))
    assert any(row["measure"] == "deaths_averted" and float(row["value"]) == averted["mean"] for row in rows)

    switch_on(page, WHAT_IF)
    expect(page.locator("#what-if")).to_contain_text(WHAT_IF)
    stands(page, "full")
    save(page, "With less obesity")
    page.get_by_role("button", name="Compare with full draws").click()
    expect(page.locator("#compare-charts svg").first).to_be_visible(timeout=20_000)
    expect(page.locator("#compare-table tbody tr").first).to_contain_text(as_words(averted["mean"]))
    no_violations(page)

    page.get_by_role("button", name="Put into the controls Most deprived fifth").click()
    stands(page, "full")
    at_last = headline(page)
    report = taken(page, "Report (HTML)", tmp_path)
    asked_before = len(seen.requests)
    page.goto(report.as_uri())
    expect(page.locator("body")).to_contain_text(said)
    assert said in at_last
    assert set(seen.requests[asked_before:]) == {report.as_uri()}
    assert seen.hosts() == {england.removeprefix("http://")}
    assert not seen.complaints


def as_words(mean: float) -> str:
    return f"{mean:,.0f}" if mean >= 10 else f"{mean:.1f}"


def between(at: dict[str, Any]) -> str:
    low, high = at["interval95"]
    return f"95% interval {as_words(low)} to {as_words(high)}"
