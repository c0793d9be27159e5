"""A real browser for tests: the system's Chromium, driven by Playwright, and a record of all that a page does.

A test takes ``page`` (a fresh one, with nothing kept from others) and ``seen`` (what that page asked for and complained
of). A file whose tests look at one page opens it once, in a fixture of its own, with ``opened``. Whatever takes
``browser``, directly or not, has the marker ``browser``.

Where there is no Chromium these tests are skipped, and the last lines say so; with ``SIMCORE_BROWSER=required`` in the
environment they fail.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

FIND = Path(__file__).parent.parent / "requirements" / "browser.sh"
MISSING = "NO BROWSER: no Chromium was found"
QUIET = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    # the last door: no name but that of this machine leads anywhere
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
"""Nothing that Chromium does of its own accord, and no other machine within reach."""
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400% zoom."""
_LOOP = pytest.StashKey[asyncio.AbstractEventLoop]()


@dataclass
class Seen:
    """What a page did, in order.

    Attributes
    ----------
    requests
        Address of everything that was asked for, the page itself included; what was refused, too.
    responses
        Status and address of what came back.
    failures
        Address and reason of what did not come.
    complaints
        Errors and warnings on the console (a breach of the content security policy is one), and uncaught errors.
    """

    requests: list[str] = field(default_factory=list)
    responses: list[tuple[int, str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        """Machines that were asked for anything; a file and what stands in the page itself (``data:``) have none."""
        return {urlsplit(address).netloc for address in self.requests} - {""}

    def watch(self, page: Page) -> None:
        """Note what this page does from now on."""
        page.on("request", lambda asked: self.requests.append(asked.url))
        page.on("response", lambda given: self.responses.append((given.status, given.url)))
        page.on("requestfailed", lambda lost: self.failures.append((lost.url, lost.failure or "")))
        page.on(
            "console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@contextmanager
def opened(browser: Browser, **context: Any) -> Iterator[tuple[Page, Seen]]:
    """A page of its own, with no cookie or file of another, and what it does; ``context`` as Playwright has it."""
    own = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **context})
    page, seen = own.new_page(), Seen()
    seen.watch(page)
    try:
        yield page, seen
    finally:
        _resume(browser)
        own.close()


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    path = find_chromium() or give_up()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=QUIET)
        request.config.stash[_LOOP] = asyncio.get_running_loop()
        yield browser
        _resume(browser)
        browser.close()


@pytest.fixture
def _tab(browser: Browser) -> Iterator[tuple[Page, Seen]]:
    with opened(browser) as tab:
        yield tab


@pytest.fixture
def page(_tab: tuple[Page, Seen]) -> Page:
    """An empty page with nothing kept from other tests."""
    return _tab[0]


@pytest.fixture
def seen(_tab: tuple[Page, Seen]) -> Seen:
    """What ``page`` asked for and complained of."""
    return _tab[1]


def find_chromium() -> str | None:
    """The path of the system's Chromium; None where there is none."""
    found = subprocess.run(["sh", FIND, "--find"], capture_output=True, text=True)
    return found.stdout.strip() or None


def give_up() -> NoReturn:
    """Without a browser: skip, or fail where one is required."""
    tell = pytest.fail if os.environ.get("SIMCORE_BROWSER") == "required" else pytest.skip
    tell(f"{MISSING}; `make browser` installs one")


def no_violations(page: Page, within: str | None = None) -> None:
    """Assert that axe finds nothing on the page (or within a selector) that shuts somebody out."""
    # what a stylesheet holds is in the page: nothing is to be fetched
    found = Axe().run(page, within, {"resultTypes": ["violations"], "preload": False})
    assert not found.violations_count, found.generate_report()


def scrolls_sideways(page: Page) -> bool:
    """Whether the page as a whole is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def without_colour(page: Page) -> None:
    """Show the page as who sees no colour sees it, or as a printer with black ink prints it."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})


def _resume(browser: Browser) -> None:
    """Playwright's loop is the running one again: it cannot be called otherwise."""
    asyncio._set_running_loop(browser._loop)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Playwright leaves its event loop marked as running: hidden from other tests, which may run loops of their own."""
    loop = item.config.stash.get(_LOOP, None)
    asyncio._set_running_loop(loop if _uses_browser(item) else None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(None)


def _uses_browser(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _uses_browser(item):
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.getreports("skipped")
    missed = [report for report in skipped if MISSING in str(report.longrepr)]
    if missed:
        terminalreporter.section("BROWSER TESTS WERE NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{MISSING}: {len(missed)} tests in {len({report.fspath for report in missed})} files say nothing of the "
            "report and the page as they are seen."
        )
        terminalreporter.line(
            "`make browser` installs it; SIMCORE_BROWSER=required makes its absence a failure."
        )
