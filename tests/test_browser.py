"""The browser that tests look through: it sees what a page does, and says when it is not there."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import PHONE, Seen, no_violations, scrolls_sideways
from tests.conftest import ROOT

LOOKS = "def test_it(page):\n    page.set_content('<p>here')\n"


def test_what_a_page_asks_for_elsewhere_is_seen_and_never_gets_there(page: Page, seen: Seen) -> None:
    page.set_content("<img src='http://example.org/a.png' alt=''>")
    page.wait_for_load_state()
    assert seen.hosts() == {"example.org"}
    assert seen.failures == [("http://example.org/a.png", "net::ERR_NAME_NOT_RESOLVED")]


def test_uncaught_errors_and_breaches_of_the_policy_are_complaints(page: Page, seen: Seen) -> None:
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; script-src 'nonce-a'\">"
    page.set_content(
        f"<head>{policy}</head><script nonce=a>throw Error('lost')</script><script>alert(1)</script>"
    )
    page.wait_for_function("true")
    refused, lost = sorted(seen.complaints)
    assert "Content Security Policy" in refused
    assert lost == "lost"


def test_what_shuts_somebody_out_is_found(page: Page) -> None:
    page.set_content("<title>a</title><html lang=en><main><h1>Title</h1><input></main>")
    with pytest.raises(AssertionError, match="label"):
        no_violations(page)


def test_a_page_wider_than_its_window_is_noticed(page: Page) -> None:
    page.set_content("<div style='width: 500px'>wide</div>")
    assert not scrolls_sideways(page)
    page.set_viewport_size(PHONE)
    assert scrolls_sideways(page)


def test_loops_of_other_tests_run_beside_the_browser() -> None:
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"


@pytest.mark.parametrize(
    ("asked", "status", "outcome"),
    [("", 0, "1 skipped"), ("required", 1, "1 error")],
    ids=["as it is", "required"],
)
def test_without_chromium_it_is_loud(tmp_path: Path, asked: str, status: int, outcome: str) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    (tmp_path / "test_it.py").write_text(LOOKS)
    without = {"PATH": str(tmp_path / "bin"), "SIMCORE_BROWSER": asked, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.browser",
        "-p",
        "no:cacheprovider",
        "--noconftest",
        tmp_path,
    ]
    done = subprocess.run(run, cwd=ROOT, env={**os.environ, **without}, capture_output=True, text=True)
    assert done.returncode == status, done.stdout
    assert outcome in done.stdout
    assert ("BROWSER TESTS WERE NOT RUN" in done.stdout) == (not asked)
    assert "make browser" in done.stdout
