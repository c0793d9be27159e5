"""The address bar holds the view: a link shows it again, and whatever else stands there does nothing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Seen, opened
from tests.served_page import COVERED, LESS, OFFER, Harbour, headline, lever, read, save, stands, switch_on

NOTICE = "The address of this page could not be read: "
EMPTY: dict[str, Any] = {"v": 1, "years": [2004, 2006], "variants": {}, "policy": []}
SCRIPT = "<img src=x onerror=alert(1)><script>alert(1)</script>"


def link(state: object, saved: object = ()) -> str:
    """What the page writes behind the # for a view."""
    text = json.dumps({"state": state, "saved": saved}).encode()
    return "1." + urlsafe_b64encode(text).decode().rstrip("=")


def on(lever: object = "quit/offer", **moved: object) -> dict[str, Any]:
    """A state in which an intervention is on."""
    return {**EMPTY, "policy": [{"lever": lever, "set": moved}]}


HOSTILE = {
    "no base64": "1.%%%%",
    "no JSON": "1." + urlsafe_b64encode(b"{state: 1").decode(),
    "no UTF-8": "1." + urlsafe_b64encode(b'"\xff\xfe"').decode(),
    "another edition": "2" + link(EMPTY)[1:],
    "a place on a page": "answer",
    "markup": SCRIPT,
    "a very long one": "1." + "A" * 100_000,
    "longer than any": "1." + "A" * 400_000,
    "deep": "1." + urlsafe_b64encode(b"[" * 50_000).decode(),
    "null": "1." + urlsafe_b64encode(b"null").decode(),
    "another version": link({**EMPTY, "v": 2}),
    "a key too many": link({**EMPTY, "toString": 1}),
    "a prototype": "1." + urlsafe_b64encode(b'{"state": {"__proto__": {"v": 1}}}').decode(),
    "years that are none": link({**EMPTY, "years": [1e300, -1]}),
    "years of text": link({**EMPTY, "years": ["2004", SCRIPT]}),
    "years the model has not": link({**EMPTY, "years": [1066, 2006]}),
    "an unknown lever": link(on(SCRIPT)),
    "a lever of all objects": link(on("constructor")),
    "an unknown variant": link({**EMPTY, "variants": {"constructor": SCRIPT}}),
    "a share of text": link(on(coverage=SCRIPT)),
    "a lever twice": link({**EMPTY, "policy": on()["policy"] * 2}),
    "too many saved": link(EMPTY, [{"name": str(n), "state": EMPTY} for n in range(7)]),
    "saved markup": link(EMPTY, [{"name": {"a": SCRIPT}, "state": EMPTY}]),
    "a file that is none": link({**on("loaded/x"), "loaded": SCRIPT}),
}


@pytest.fixture(scope="module")
def a_page(browser: Browser, harbour: Harbour) -> Iterator[tuple[Page, Seen]]:
    with opened(browser) as (page, seen):
        page.on("dialog", lambda dialog: pytest.fail("a script of an address ran"))
        read(page, harbour.address)
        yield page, seen


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_address_that_nobody_here_wrote_is_told_and_harmless(a_page: tuple[Page, Seen], said: str) -> None:
    page, seen = a_page
    go(page, link(EMPTY))
    expect(page.locator("#notice")).to_be_empty()
    seen.complaints.clear()
    go(page, said)
    told_and_harmless(page, seen)


@pytest.mark.parametrize("name", ["no JSON", "markup", "a file that is none"])
def test_a_page_that_opens_with_such_an_address_starts_from_its_default(
    page: Page, seen: Seen, harbour: Harbour, name: str
) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a script of an address ran"))
    read(page, f"{harbour.address}/#{HOSTILE[name]}")
    told_and_harmless(page, seen)
    switch_on(page, OFFER)
    stands(page, "quick")


def go(page: Page, hash: str) -> None:
    """Another link is pasted into the address bar."""
    page.evaluate("hash => { location.hash = hash }", hash)


def told_and_harmless(page: Page, seen: Seen) -> None:
    expect(page.locator("#notice")).to_contain_text(NOTICE)
    expect(page.locator("#headline")).to_have_text(
        "Switch on an intervention to see how many deaths it would avert."
    )
    assert page.locator("main img, main script, #notice *:not(p, strong)").count() == 0
    # a file that cannot be read is refused by the server: the one complaint there may be
    assert all("400 (Bad Request)" in complaint for complaint in seen.complaints)


def test_a_state_that_the_page_can_read_and_the_model_cannot_use_is_told_in_words(
    page: Page, harbour: Harbour
) -> None:
    read(page, f"{harbour.address}/#{link(on(coverage=7, deciles=[SCRIPT]))}")
    expect(page.locator("#trouble")).to_contain_text("coverage")
    assert page.locator("main img, main script").count() == 0


def test_a_link_shows_the_same_view_in_a_fresh_browser(
    browser: Browser, page: Page, harbour: Harbour
) -> None:
    read(page, harbour.address)
    page.get_by_label("To", exact=True).select_option("2005")
    controls = switch_on(page, OFFER)
    controls.get_by_label(f"{COVERED}, as a number").fill("81")
    controls.get_by_label("First step in").select_option("2005")
    stands(page, "quick")
    save(page, "Wide “reach” <b>")
    switch_on(page, LESS)
    stands(page, "full")
    page.wait_for_function("location.hash.length > 400")
    with opened(browser) as (other, _):
        read(other, page.url)
        stands(other, "full")
        assert headline(other) == headline(page)
        again = lever(other, OFFER)
        expect(again.get_by_label(f"{COVERED}, as a number")).to_have_value("81")
        expect(again.get_by_label("First step in")).to_have_value("2005")
        expect(again.get_by_label("Whole in")).to_have_value("2005")
        expect(other.get_by_label("To", exact=True)).to_have_value("2005")
        expect(lever(other, LESS).get_by_role("checkbox", name=LESS)).to_be_checked()
        expect(other.locator("#saved-list strong")).to_have_text("Wide “reach” <b>")


def test_back_returns_to_what_a_restored_scenario_replaced_and_a_pasted_link_is_followed(
    page: Page, harbour: Harbour
) -> None:
    read(page, harbour.address)
    covered = switch_on(page, OFFER).get_by_label(f"{COVERED}, as a number")
    stands(page, "quick")
    save(page, "As published")
    covered.fill("33")
    page.get_by_role("button", name="Put into the controls As published").click()
    expect(covered).to_have_value("50")
    page.go_back()
    expect(covered).to_have_value("33")
    go(page, link(on(coverage=0.12)))
    expect(covered).to_have_value("12")
    expect(page.locator("#saved-list li")).to_have_count(0)
