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

from tests.browser import FIND, PHONE, Seen, give_up, no_violations, scrolls_sideways
from tests.conftest import ROOT

LINK = shutil.which("ln")
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


def test_without_chromium_tests_are_skipped_and_the_last_lines_say_so(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    (tmp_path / "test_it.py").write_text(LOOKS)
    without = {"PATH": str(tmp_path / "bin"), "SIMCORE_BROWSER": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
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
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
    assert "BROWSER TESTS WERE NOT RUN" in done.stdout
    assert "`make browser` installs it" in done.stdout


def test_where_a_browser_is_required_its_absence_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMCORE_BROWSER", "required")
    with pytest.raises(pytest.fail.Exception, match="make browser"):
        give_up()


@pytest.mark.parametrize("given", ["apt-get", "dnf", "zypper", "pacman", "apk", "brew"])
def test_chromium_is_installed_with_the_manager_that_there_is(tmp_path: Path, given: str) -> None:
    browser = tmp_path / "chromium"
    program(tmp_path / given, f'echo "$@" >>{tmp_path}/asked; {LINK} -sf {LINK} {browser}')
    done = make_browser(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "chromium" in (tmp_path / "asked").read_text()
    assert f"Chromium is there: {browser}" in done.stderr
    (tmp_path / "asked").unlink()
    assert make_browser(tmp_path).returncode == 0
    assert not (tmp_path / "asked").exists()  # it was there


@pytest.mark.parametrize(
    ("manager", "said"),
    [
        ("none", "none of apt-get, dnf, zypper, pacman, apk, brew to install it with"),
        ("apt-get", "apt-get did not bring a Chromium"),
    ],
)
def test_where_chromium_cannot_be_installed_it_says_what_to_do(
    tmp_path: Path, manager: str, said: str
) -> None:
    program(tmp_path / manager, "exit 1")
    done = make_browser(tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "by hand" in " ".join(done.stderr.split())


def test_who_may_not_install_is_given_the_command_for_who_may(tmp_path: Path) -> None:
    program(tmp_path / "apt-get", "exit 0")
    program(tmp_path / "id", "echo 1000")
    done = make_browser(tmp_path)
    assert done.returncode == 2
    assert "    apt-get update -qq" in done.stderr


def program(path: Path, does: str) -> None:
    """A program that stands in for one of the system."""
    path.write_text(f"#!{shutil.which('sh')}\n{does}\n")
    path.chmod(0o755)


def make_browser(folder: Path) -> subprocess.CompletedProcess[str]:
    """What `make browser` runs, where the programs of a folder are all that there are."""
    if not (folder / "id").exists():
        program(folder / "id", "echo 0")
        program(folder / "env", 'shift; "$@"')
    sh = shutil.which("sh") or "/bin/sh"
    return subprocess.run(
        [sh, FIND], env={"PATH": str(folder)}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
