"""A report as a reader has it: opened from a file in a real browser, by keyboard, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scenarios.report.blocks import Picture, Report, Section
from scenarios.report.page import as_html
from tests.a_report import FITTED, a_chart, a_report
from tests.browser import PHONE, ZOOMED, Seen, no_violations, opened, scrolls_sideways
from tests.test_report_page import HOSTILE

PAPER = {"width": 680, "height": 900}
"""A4 between its margins."""
NAMES = ("comparison", "by_decile")
TITLES = tuple(f"The offer averts 958 deaths ({name})" for name in NAMES)


def put(folder: Path, html: str) -> str:
    """The address of a page as a file."""
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


def read(page: Page, address: str, pictures: int = len(NAMES)) -> None:
    """Open it, and wait until its pictures are drawn."""
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-drawn", str(pictures))


def keeps_to_itself(seen: Seen, address: str) -> None:
    """Nothing was asked for but the file, and nothing in it was refused or went wrong."""
    assert not seen.complaints, "\n".join(seen.complaints)
    assert seen.requests == [address]


def open_all(page: Page) -> None:
    """Open everything that can be opened."""
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return put(tmp_path_factory.mktemp("report"), as_html(a_report()))


@pytest.fixture(scope="module")
def at_a_desk(browser: Browser, address: str) -> Iterator[tuple[Page, Seen]]:
    """The report, opened once for tests that only look at it."""
    with opened(browser) as (page, seen):
        read(page, address)
        open_all(page)
        yield page, seen


@pytest.fixture
def report(page: Page, address: str) -> Page:
    """The report, for a test that does something to it."""
    read(page, address)
    return page


def test_nothing_is_asked_for_but_the_file_itself(at_a_desk: tuple[Page, Seen], address: str) -> None:
    page, seen = at_a_desk
    mark = page.locator(".drawing svg .mark-symbol path").first
    mark.hover()
    expect(page.locator("#vg-tooltip-element")).to_be_visible()
    keeps_to_itself(seen, address)


@pytest.mark.parametrize(
    "planted",
    [
        "<img src='http://example.org/seen.png' alt='a picture'>",
        "<p onclick='alert(1)'>here</p>",
        "<script>document.title = 'another'</script><p>here</p>",
        "<p style='color: red'>here</p>",
        "<iframe title='elsewhere' src='http://example.org'></iframe>",
    ],
)
def test_what_does_not_belong_there_is_refused_and_noticed(
    page: Page, seen: Seen, tmp_path: Path, planted: str
) -> None:
    address = put(tmp_path, as_html(a_report()).replace("</main>", f"{planted}</main>"))
    read(page, address)
    # a handler is refused when it is called
    page.locator("main > :last-child").click()
    assert {reason for _, reason in seen.failures} <= {"csp"}
    with pytest.raises(AssertionError, match="Content Security Policy"):
        keeps_to_itself(seen, address)


def test_every_picture_is_drawn_and_says_what_it_shows(at_a_desk: tuple[Page, Seen]) -> None:
    page, _ = at_a_desk
    for name, title in zip(NAMES, TITLES, strict=True):
        picture = page.get_by_role("img", name=title)
        expect(picture).to_have_count(1)
        expect(picture).to_have_accessible_description(f"Dots with bars: 958, 285 to 1,642 ({name}).")
        expect(picture.locator("svg .mark-symbol path")).to_have_count(2)


@pytest.mark.parametrize("window", [None, PHONE, ZOOMED], ids=["desk", "phone", "400%"])
def test_nobody_is_shut_out_and_no_line_is_wider_than_the_window(
    report: Page, window: dict[str, int] | None
) -> None:
    if window is not None:
        report.set_viewport_size(window)
    open_all(report)
    no_violations(report)
    assert not scrolls_sideways(report)


def test_what_a_table_is_of_stays_in_sight_while_it_is_scrolled(report: Page) -> None:
    report.set_viewport_size(PHONE)
    open_all(report)
    table = report.get_by_role("group", name="Under every structure").first
    table.evaluate("group => group.scrollLeft = group.scrollWidth")
    seen = table.locator("caption").bounding_box()
    assert seen is not None
    assert 0 <= seen["x"] < seen["x"] + seen["width"] <= PHONE["width"]


def test_all_that_can_be_scrolled_or_opened_is_reached_by_keyboard(report: Page) -> None:
    report.set_viewport_size(PHONE)
    open_all(report)
    expect(report.locator(".chart > .scroll[tabindex='0']")).to_have_count(1)
    wanted = "summary, a, .scroll:has(table), .scroll[tabindex]"
    reached = set()
    for _ in range(40):
        report.keyboard.press("Tab")
        reached.add(
            report.evaluate(f"[...document.querySelectorAll('{wanted}')].indexOf(document.activeElement)")
        )
    assert reached - {-1} == set(range(report.locator(wanted).count()))


def test_the_first_key_skips_to_the_content(report: Page) -> None:
    report.keyboard.press("Tab")
    expect(report.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    report.keyboard.press("Enter")
    expect(report.locator("main")).to_be_focused()


def test_figures_of_a_picture_open_by_keyboard(report: Page) -> None:
    table = report.get_by_role("table", name=f"Figures: {TITLES[0]}")
    expect(table).to_be_hidden()
    report.locator("summary").first.focus()
    report.keyboard.press("Enter")
    expect(table).to_be_visible()
    expect(table.get_by_role("rowheader")).to_have_text(["Cessation offer", "Small offer"])


def test_a_picture_folded_away_has_its_width_once_it_is_opened(report: Page) -> None:
    report.get_by_text("More", exact=True).click()
    drawn = report.get_by_role("img", name=TITLES[1]).locator("svg")
    report.wait_for_function("drawn => drawn.clientWidth > 600", arg=drawn.element_handle())


def test_on_paper_everything_is_open_and_afterwards_as_it_was(report: Page) -> None:
    report.evaluate("""window.addEventListener("beforeprint", () => {
        window.openOnPaper = document.querySelectorAll("details[open]").length;
    })""")
    assert report.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert report.evaluate("window.openOnPaper") == report.locator("details").count() == 4
    expect(report.locator("details[open]")).to_have_count(0)


def test_a_picture_higher_than_the_paper_is_cut_between_its_lines(page: Page, tmp_path: Path) -> None:
    rows = tuple({"title": f"Scenario {n}", "mean": n, "low": n - 1, "high": n + 1} for n in range(100))
    high = {"height": {"step": 24}, "autosize": {"type": "pad"}}
    tall = replace(a_chart("tall", width=FITTED | high), rows=rows)
    report = Report("Many", "All of them.", (Section("all", "All", (Picture(tall),)),))
    read(page, put(tmp_path, as_html(report)), pictures=1)
    whole = page.locator(".drawing > svg").evaluate("svg => svg.clientHeight")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    pieces = page.locator(".pieces svg")
    expect(pieces).to_have_count(3)
    shown = pieces.evaluate_all(
        "all => all.map(one => one.viewBox.baseVal).map(box => [box.y, box.y + box.height])"
    )
    assert [begin for begin, _ in shown] == [0, *(end for _, end in shown[:-1])]
    assert shown[-1][1] == pytest.approx(whole, abs=1)
    assert max(end - begin for begin, end in shown) <= 840
    broken = page.locator(".pieces svg").first.evaluate(
        """(svg, edges) => {
        const top = svg.getBoundingClientRect().top;
        const lines = [...svg.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
        return lines.filter((at) => edges.some((edge) => at.top - top < edge && edge < at.bottom - top)).length;
    }""",
        [end for _, end in shown[:-1]],
    )
    assert broken == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".pieces")).to_have_count(0)


def test_no_table_is_wider_than_the_paper_and_no_number_is_broken(report: Page) -> None:
    report.emulate_media(media="print")
    report.set_viewport_size(PAPER)
    open_all(report)
    assert not scrolls_sideways(report)
    breaks = report.locator("td.number").evaluate_all(
        "cells => cells.filter(cell => getComputedStyle(cell).overflowWrap !== 'normal').length"
    )
    assert breaks == 0


def test_without_scripts_words_and_figures_stand_and_on_paper_they_are_open(
    browser: Browser, address: str
) -> None:
    with opened(browser, java_script_enabled=False) as (page, seen):
        page.goto(address)
        expect(page.get_by_text("This picture is not drawn here").first).to_be_visible()
        expect(page.get_by_role("heading", name=TITLES[0])).to_be_visible()
        page.locator("summary").first.click()
        expect(page.get_by_role("table", name=f"Figures: {TITLES[0]}")).to_be_visible()
        page.emulate_media(media="print")
        for table in page.locator("table").all():
            expect(table).to_be_visible()
        assert page.locator("table").count() == 4
        assert seen.requests == [address]


def test_a_picture_that_cannot_be_drawn_says_so_and_shows_its_figures(
    page: Page, seen: Seen, tmp_path: Path
) -> None:
    broken = as_html(a_report()).replace('"mark":"rule"', '"mark":"no such mark"', 1)
    read(page, put(tmp_path, broken), pictures=1)
    expect(page.get_by_text("This picture is not drawn here")).to_have_count(1)
    expect(page.get_by_text("This picture is not drawn here")).to_be_visible()
    expect(page.get_by_role("table", name=f"Figures: {TITLES[0]}")).to_be_visible()
    assert seen.complaints != []


def test_scripts_in_every_text_are_text(page: Page, seen: Seen, tmp_path: Path) -> None:
    text = " ".join(HOSTILE)
    dialogs: list[str] = []
    page.on("dialog", lambda shown: (dialogs.append(shown.message), shown.dismiss()))
    address = put(tmp_path, as_html(a_report(lambda words: f"{words} {text}")))
    read(page, address)
    open_all(page)
    assert page.locator("h1").text_content() == f"Would an offer save lives? {text}"
    assert dialogs == []
    keeps_to_itself(seen, address)
