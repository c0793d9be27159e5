"""The page by keyboard, for screen readers, on a phone, at 400%, and in print."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, ZOOMED, Seen, no_violations, opened, scrolls_sideways
from tests.served_page import COVERED, OFFER, Harbour, headline, lever, read, save, stands, switch_on


def open_all(page: Page) -> None:
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


@pytest.mark.parametrize("size", [DESKTOP, PHONE, ZOOMED], ids=["desktop", "phone", "400%"])
def test_nobody_is_shut_out_of_any_state_of_the_page(browser: Browser, harbour: Harbour, size: Any) -> None:
    with opened(browser, viewport=size, reduced_motion="reduce") as (page, seen):
        read(page, harbour.address)
        open_all(page)
        no_violations(page)
        page.get_by_label("Or drop one here, or paste its text").fill("scenario: 1\nnome: x\n")
        page.get_by_role("button", name="Read the text").click()
        expect(page.locator("#faults h4")).to_be_focused()
        switch_on(page, OFFER)
        stands(page, "quick")
        save(page, "One")
        lever(page, OFFER).get_by_label(f"{COVERED}, as a number").fill("20")
        stands(page, "full")
        save(page, "Two")
        open_all(page)
        expect(page.locator("#charts svg").first).to_be_visible()
        no_violations(page)
        assert not scrolls_sideways(page)
        assert not page.locator(".drawing").evaluate_all(
            "all => all.some(at => at.scrollWidth > at.clientWidth)"
        )
        assert all("400 (Bad Request)" in complaint for complaint in seen.complaints)
        assert seen.hosts() == {harbour.address.removeprefix("http://")}


def tab_to(page: Page, what: str) -> None:
    """Press Tab until what has the focus is called this."""
    named = """name => {
        const at = document.activeElement;
        const said = [at.ariaLabel, at.textContent, ...[...(at.labels ?? [])].map(label => label.textContent)];
        return said.some(text => text?.trim().startsWith(name));
    }"""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(named, what):
            return
    raise AssertionError(f"no {what} can be reached")


def test_everything_can_be_done_by_keyboard_alone(page: Page, harbour: Harbour, seen: Seen) -> None:
    read(page, harbour.address)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the policy")
    page.keyboard.press("Enter")
    expect(page.locator("#policy-heading")).to_be_focused()
    tab_to(page, "From")
    page.keyboard.type("2005")
    expect(page.get_by_label("From", exact=True)).to_have_value("2005")
    tab_to(page, "Smoking")
    page.keyboard.press("Enter")
    tab_to(page, OFFER)
    page.keyboard.press("Space")
    stands(page, "quick")
    before = headline(page)
    tab_to(page, COVERED)
    page.keyboard.press("End")
    expect(page.locator("#headline")).not_to_have_text(before)
    tab_to(page, f"{COVERED}, as a number")
    page.keyboard.press("Control+A")
    page.keyboard.type("35")
    expect(page.get_by_role("slider", name=COVERED, exact=True)).to_have_value("35")
    tab_to(page, "Back to published")
    page.keyboard.press("Enter")
    expect(page.get_by_role("slider", name=COVERED, exact=True)).to_be_focused()
    tab_to(page, "First step in")
    page.keyboard.type("2006")
    tab_to(page, "Why, and what it is not")
    page.keyboard.press("Enter")
    expect(lever(page, OFFER).get_by_text("a test", exact=True)).to_be_visible()
    tab_to(page, "Load a scenario file")
    page.keyboard.press("Enter")
    tab_to(page, "A YAML file")
    tab_to(page, "Or drop one")
    page.keyboard.type("nothing")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#faults h4")).to_be_focused()
    tab_to(page, "Save, to compare, as")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.locator("#saved-list")).to_contain_text("By keyboard")
    tab_to(page, "The picture in words")
    page.keyboard.press("Enter")
    expect(page.locator("#charts table").first).to_be_visible()
    tab_to(page, "Scenario (YAML)")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename.endswith(".yaml")
    tab_to(page, "Rename")
    page.keyboard.press("Enter")
    page.keyboard.type("Again")
    page.keyboard.press("Enter")
    expect(page.locator("#saved-list")).to_contain_text("Again")
    tab_to(page, "Remove")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Save, to compare, as")).to_be_focused()
    assert all("400 (Bad Request)" in complaint for complaint in seen.complaints)


def test_a_skip_link_moves_the_focus_and_leaves_the_address(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    page.get_by_text("Skip to the answer").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#answer-heading")).to_be_focused()
    assert "#answer" not in page.url


def test_on_a_phone_the_number_stays_in_sight_of_the_controls(browser: Browser, harbour: Harbour) -> None:
    with opened(browser, viewport=PHONE) as (page, _):
        read(page, harbour.address)
        switch_on(page, OFFER)
        stands(page, "quick")
        expect(page.locator("#bar-short")).to_be_in_viewport()
        expect(page.locator("#short")).to_contain_text("averted")
        page.locator("#bar-short a").click()
        expect(page.locator("#headline")).to_be_in_viewport()


def test_paper_shows_the_answer_and_no_controls(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    switch_on(page, OFFER).get_by_label(f"{COVERED}, as a number").fill("20")
    stands(page, "quick")
    page.emulate_media(media="print")
    expect(page.locator("#headline")).to_be_visible()
    expect(page.locator("#policy")).to_be_hidden()
    expect(page.locator("#chosen")).to_have_text(
        f"Births of 2004 to 2006{OFFER}: coverage 20%; the rest as published"
    )
