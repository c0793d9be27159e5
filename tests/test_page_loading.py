"""A file that is loaded: mistakes stand at their lines, interventions among the controls, and its text is only text."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simcore.problems import DocumentError
from tests.browser import Seen
from tests.models import hazard, support
from tests.served_page import Harbour, lever, policy, read, save, stands

MARKUP = "<img src=x onerror=alert(1)></script><script>alert(1)</script>{{7*7}}"


def offer(name: str = "mine", title: str = "My own offer") -> str:
    return policy(
        name, title, support("smoking: yes", ("pregnancy_smoking", "quit"), 0.5, 0.4, 1.3, id="own")
    )


@pytest.fixture
def ready(page: Page, harbour: Harbour) -> Page:
    """The page with the part open where files are loaded; any dialog fails the test."""
    page.on("dialog", lambda dialog: pytest.fail("a script of a file ran"))
    read(page, harbour.address)
    page.get_by_text("Load a scenario file").click()
    return page


def test_a_file_is_loaded_its_interventions_are_on_and_can_be_moved(ready: Page, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(offer(), encoding="utf-8")
    # what the page held before was called something, which is no name for what a file brings
    ready.evaluate(
        """async () => {
            const { encode } = await import("/static/state.js");
            const state = { v: 1, years: [2004, 2005], variants: {}, policy: [], title: "Of other numbers" };
            location.hash = encode({ state, saved: [] });
        }"""
    )
    expect(ready.locator("#year-to")).to_have_value("2005")
    ready.get_by_label("A YAML file from this computer").set_input_files(path)
    expect(ready.locator("#loaded")).to_have_text("The file is read. Its interventions are switched on.")
    stands(ready, "quick")
    expect(ready.locator("#headline")).to_contain_text("“My own offer” would avert")
    controls = lever(ready, "My own offer")
    controls.get_by_label("Uptake: share of those reached who accept, as a number").fill("60")
    expect(ready.locator("#headline")).not_to_contain_text("“My own offer” would avert 1.0")


def test_mistakes_stand_at_their_lines_as_validate_tells_them(ready: Page, harbour: Harbour) -> None:
    wrong = offer().replace("why: a test", "whi: a test").replace("uptake:", "uptaken:")
    ready.get_by_label("Or drop one here, or paste its text").fill(wrong)
    ready.get_by_role("button", name="Read the text").click()
    heading = ready.locator("#faults h4")
    with pytest.raises(DocumentError) as told:
        harbour.desk.load(wrong)
    problems = told.value.problems
    assert len(problems) > 1
    expect(heading).to_have_text(f"The file was not read: {len(problems)} mistakes")
    expect(heading).to_be_focused()
    links = ready.locator("#faults a")
    for at, problem in enumerate(problems):
        expect(links.nth(at)).to_contain_text(f"Line {problem.line}")
        expect(links.nth(at)).to_contain_text(problem.message)
        line = ready.locator(f"#line-{problem.line}")
        expect(line.locator("code")).to_have_text(wrong.splitlines()[(problem.line or 0) - 1])
        expect(line).to_contain_text(problem.message)
    links.first.press("Enter")
    expect(ready.locator(f"#line-{problems[0].line}")).to_be_focused()
    # mended, it is read, and nothing is left of the mistakes
    ready.get_by_label("Or drop one here, or paste its text").fill(offer())
    ready.get_by_role("button", name="Read the text").click()
    expect(ready.locator("#loaded")).to_contain_text("The file is read.")
    expect(ready.locator("#faults")).to_be_empty()


@pytest.mark.parametrize("said", ["", "extends: /etc/passwd\nscenario: 1\nname: x", "\0", "a: &b [*b]"])
def test_what_is_no_scenario_is_told_in_words(ready: Page, said: str) -> None:
    ready.get_by_label("Or drop one here, or paste its text").fill(said)
    ready.get_by_role("button", name="Read the text").click()
    expect(ready.locator("#faults h4")).to_contain_text("The file was not read:")


def test_script_in_every_text_of_a_scenario_is_only_text(ready: Page, seen: Seen) -> None:
    service = hazard(0.9, "fever", "days_28_364")
    text = policy("hostile", f"'{MARKUP}'", service).replace(
        "why: a test", f"why: '{MARKUP}'\nis_not: ['{MARKUP}']"
    )
    text = text.replace("summary: invented", f"summary: '{MARKUP}'").replace(
        "note: invented", f"note: '{MARKUP}'"
    )
    ready.get_by_label("Or drop one here, or paste its text").fill(text)
    ready.get_by_role("button", name="Read the text").click()
    stands(ready, "quick")
    expect(ready.locator("#headline")).to_contain_text(MARKUP)
    ready.locator(".lever", has_text="onerror").locator("summary").evaluate_all(
        "all => all.forEach(one => one.click())"
    )
    save(ready, MARKUP)
    stands(ready, "full")
    expect(ready.locator("#charts svg").first).to_be_visible()
    assert ready.locator("img, main script").count() == 0
    assert ready.locator("main").inner_text().count("onerror=alert(1)") >= 6
    assert not seen.complaints
    assert {address.split("/")[2] for address in seen.requests} == {ready.url.split("/")[2]}
