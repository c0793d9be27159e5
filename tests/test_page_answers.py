"""Moves and answers: quick ones follow at once and are marked, full ones replace them, scenarios stand side by side."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, Route, expect

from scenarios.printing import as_count
from tests.browser import Seen, opened
from tests.served_page import (
    COVERED,
    LESS,
    OFFER,
    WARD,
    Harbour,
    headline,
    lever,
    read,
    save,
    stands,
    switch_on,
)

NUMBERS = [
    0,
    0.04,
    0.05,
    0.25,
    0.35,
    2.5,
    8.25,
    9.95,
    9.96,
    10,
    10.5,
    11.5,
    99.5,
    1234.5,
    1_234_567,
    -0.06,
    -12.5,
]


def test_a_quick_answer_is_marked_until_full_draws_replace_it(
    page: Page, harbour: Harbour, seen: Seen
) -> None:
    read(page, harbour.address)
    expect(page.locator("#headline")).to_have_text(
        "Switch on an intervention to see how many deaths it would avert."
    )
    with harbour.desk.held():
        covered = switch_on(page, OFFER).get_by_label(f"{COVERED}, as a number")
        covered.fill("61")
        stands(page, "quick")
        expect(page.locator("#headline")).to_contain_text(f"“{OFFER}, changed” would avert")
        expect(page.locator("#badge")).to_have_text("Quick")
        quick = headline(page)
        assert "95% interval" in quick
        expect(page.get_by_label("Running full draws: 10 of 40")).to_be_visible()
        expect(page.get_by_role("button", name="Report (HTML)")).to_have_attribute("aria-disabled", "true")
        expect(page.locator("#take-why")).to_contain_text("when full draws are done")
        expect(page.locator("#live")).to_have_text(f"Quick answer: {quick}")
    stands(page, "full")
    expect(page.locator("#about-answer")).to_have_text(
        re.compile(
            r"^Full answer, over 40 draws\. The quick answer was (the same as|[\d.]+% off) full draws\.$"
        )
    )
    expect(page.locator("#full-progress")).to_be_hidden()
    expect(page.get_by_role("button", name="Report (HTML)")).to_have_attribute("aria-disabled", "false")
    expect(page.locator("#live")).to_have_text(f"Full answer: {headline(page)}")
    covered.fill("62")
    stands(page, "quick")
    expect(page.locator("#about-answer")).to_contain_text("The last time it was")
    assert not seen.complaints


def test_a_slider_and_its_box_say_the_same_and_go_back_to_what_is_published(
    page: Page, harbour: Harbour
) -> None:
    read(page, harbour.address)
    controls = switch_on(page, OFFER)
    slider = controls.get_by_role("slider", name=COVERED, exact=True)
    box = controls.get_by_label(f"{COVERED}, as a number")
    back = controls.get_by_role("button", name="Back to published for Coverage")
    expect(box).to_have_value("50")
    expect(controls).to_contain_text(
        "Published: 50% (as a share: 0.4 to 0.6 (uniform)). Source: an assumption."
    )
    expect(back).to_be_hidden()
    stands(page, "quick")
    before = headline(page)
    box.fill("80")
    expect(slider).to_have_value("80")
    expect(page.locator("#headline")).not_to_have_text(before)
    slider.fill("20")
    expect(box).to_have_value("20")
    box.fill("130")
    expect(controls.get_by_role("alert").filter(has_text="Enter a number from 0 to 100.")).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    box.blur()
    expect(box).to_have_value("20")
    back.click()
    expect(slider).to_be_focused()
    expect(box).to_have_value("50")
    expect(page.locator("#headline")).to_have_text(before)


def test_what_is_a_what_if_or_null_is_called_so_at_the_control_and_in_the_answer(
    page: Page, harbour: Harbour
) -> None:
    read(page, harbour.address)
    expect(lever(page, LESS)).to_contain_text("What-if: no policy is known to do this")
    expect(lever(page, WARD)).to_contain_text("Null evidence: no effect was shown (grade A)")
    switch_on(page, LESS)
    expect(page.locator("#what-if")).to_contain_text(f"{LESS}: no study shows that a policy does this")
    lever(page, LESS).get_by_role("checkbox", name=LESS).uncheck()
    expect(page.locator("#what-if")).to_be_hidden()
    controls = switch_on(page, OFFER)
    stands(page, "quick")
    expect(page.locator("#what-if")).to_be_hidden()
    moved = controls.get_by_text("What-if: the effect is not the published one")
    expect(moved).to_be_hidden()
    controls.get_by_label(re.compile("^Effect: .*, as a number")).fill("2.5")
    expect(moved).to_be_visible()
    expect(page.locator("#what-if")).to_contain_text(f"{OFFER}: the effect is not the published one")


def test_a_picture_that_stands_is_given_new_rows_and_not_drawn_anew(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    controls = switch_on(page, OFFER)
    drawn = page.locator("#charts figure").first.locator("svg")
    expect(drawn).to_be_visible()
    drawn.evaluate("svg => svg.dataset.mine = 'yes'")
    table = page.locator("#charts figure").first.locator("table")
    before = table.text_content()
    controls.get_by_label(f"{COVERED}, as a number").fill("90")
    expect(table).not_to_have_text(before or "")
    expect(drawn).to_have_attribute("data-mine", "yes")


def test_a_new_move_and_a_closed_tab_end_the_run(harbour: Harbour, browser: Browser) -> None:
    with harbour.desk.held():
        with opened(browser) as (page, _):
            read(page, harbour.address)
            controls = switch_on(page, OFFER)
            controls.get_by_label(f"{COVERED}, as a number").fill("71")
            expect(page.get_by_label("Running full draws")).to_be_visible()
            until(page, harbour, 1)
            controls.get_by_label(f"{COVERED}, as a number").fill("72")
            until(page, harbour, 0)
            expect(page.get_by_label("Running full draws")).to_be_visible()
            until(page, harbour, 1)
            page.get_by_role("button", name="Stop").click()
            until(page, harbour, 0)
            expect(page.locator("#live")).to_contain_text("The full run was stopped.")
            page.get_by_role("button", name="Run full draws").click()
            until(page, harbour, 1)
        with opened(browser) as (page, _):
            until(page, harbour, 0)


def until(page: Page, harbour: Harbour, running: int) -> None:
    """Wait until so many full answers are on their way."""
    for _ in range(1000):
        if harbour.running == running:
            return
        page.evaluate("new Promise(requestAnimationFrame)")
    raise AssertionError(f"{harbour.running} runs, not {running}")


def test_trouble_is_told_in_words_and_nothing_is_lost(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    controls = switch_on(page, OFFER)
    stands(page, "full")
    before = headline(page)
    page.route("**/api/quick", lambda route: route.abort())
    controls.get_by_label(f"{COVERED}, as a number").fill("90")
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("The server does not answer.")
    stands(page, "stale")
    assert headline(page) == before
    expect(controls.get_by_label(f"{COVERED}, as a number")).to_have_value("90")
    page.unroute("**/api/quick")
    page.get_by_role("button", name="Run full draws").click()
    stands(page, "full")
    expect(trouble).to_be_empty()
    assert headline(page) != before


def test_whoever_has_to_wait_for_a_turn_is_asked_again_without_a_word(page: Page, harbour: Harbour) -> None:
    refused = []

    def first_busy(route: Route) -> None:
        if refused:
            return route.continue_()
        refused.append(route.request.url)
        route.fulfill(status=503, headers={"retry-after": "0.01"}, json={"problems": [{"message": "busy"}]})

    page.route("**/api/quick", first_busy)
    read(page, harbour.address)
    switch_on(page, OFFER)
    stands(page, "quick")
    assert refused
    expect(page.locator("#trouble")).to_be_empty()


def test_numbers_are_rounded_on_the_page_as_everywhere(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    rounding = "async values => values.map((await import('/static/numbers.js')).asCount)"
    assert page.evaluate(rounding, NUMBERS) == [as_count(value) for value in NUMBERS]


def test_up_to_six_are_saved_renamed_removed_restored_and_compared(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    controls = switch_on(page, OFFER)
    stands(page, "quick")
    save(page, "Half")
    controls.get_by_label(f"{COVERED}, as a number").fill("100")
    stands(page, "quick")
    save(page, "All")
    page.get_by_label("Save, to compare, as").fill("All")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#save-wrong")).to_have_text("There is one of this name. Choose another.")
    rows = page.locator("#compare-table tbody tr")
    expect(rows).to_have_count(2)
    # a number and its interval: a list of names claims no more
    expect(page.locator("#saved-list li").last).to_contain_text(re.compile(r"averted [\d.]+ \(95% interval "))
    page.get_by_role("button", name="Compare with full draws").click()
    expect(page.locator("#compare-charts svg").first).to_be_visible()
    expect(rows.first.locator("td").last).to_have_text("full")
    expect(rows.last.locator("td").last).to_have_text("full")
    expect(page.locator("#compare-charts")).to_contain_text("All")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Report of the comparison (HTML)").click()
    report = taken.value.path().read_text(encoding="utf-8")
    assert "“All” would avert" in report and "Half" in report
    page.get_by_role("button", name="Rename Half").click()
    page.get_by_label("New name").fill("All")
    page.keyboard.press("Enter")
    expect(page.locator("#saved-list")).to_contain_text("There is one of this name. Choose another.")
    page.get_by_label("New name").fill("One in two")
    page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("One in two")
    page.get_by_role("button", name="Put into the controls One in two").click()
    expect(controls.get_by_label(f"{COVERED}, as a number")).to_have_value("50")
    page.get_by_role("button", name="Remove All").click()
    expect(page.locator("#saved-heading")).to_be_focused()
    expect(page.locator("#comparison")).to_be_hidden()
    for name in "bcdef":
        save(page, name)
    page.get_by_label("Save, to compare, as").fill("g")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#save-wrong")).to_have_text("6 are saved already. Remove one first.")


def test_scenarios_of_other_years_are_not_compared_and_it_says_which(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    switch_on(page, OFFER)
    stands(page, "quick")
    save(page, "Long")
    page.get_by_label("From", exact=True).select_option("2006")
    stands(page, "quick")
    save(page, "Short")
    page.get_by_role("button", name="Compare with full draws").click()
    expect(page.locator("#compare-trouble")).to_contain_text("than Long: Short.")


def test_one_question_is_on_its_way_at_most_and_the_latest_is_next(page: Page, harbour: Harbour) -> None:
    read(page, harbour.address)
    asked = page.evaluate(
        """async () => {
            const { asking } = await import("/static/asking.js");
            const asked = [], shown = [], answers = [], nothing = () => {};
            const desk = asking({
                quick: (state) => { asked.push(state); return new Promise((give) => answers.push(give)); },
                full: nothing, onQuick: (state) => shown.push(state),
                onSettled: nothing, onFull: nothing, onStopped: nothing, onTrouble: nothing, rest: 1e9,
            });
            const turn = () => new Promise((next) => setTimeout(next));
            for (const state of ["first", "second", "third"]) desk.moved(state);
            answers[0]({});
            await turn();
            desk.rest();
            answers[1]({});
            await turn();
            return [asked, shown];
        }"""
    )
    assert asked == [["first", "third"], ["first"]]  # and what nobody wants any more is not shown
