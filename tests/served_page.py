"""The page as it is served, for tests in a real browser: of an invented model, which answers in a moment.

One server stands for all tests of a process. A test takes ``harbour`` (where it is, and what stands behind it) and
opens its address in a ``page``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from scenarios.live.desk import Desk
from scenarios.report.vega import vega_bundle
from scenarios.running import Tick
from scenarios.web.app import Served
from scenarios.web.static_files import StaticFile, read_static
from tests.listening import served_at_a_port
from tests.models import FOLDER, hazard, prevalence, scenario_text, support

BIRTHS, DRAWS, VARIANT_DRAWS = 1000, 40, 2
FIRST, LAST = 2004, 2006
OFFER, LESS, WARD = "Support to stop smoking", "Half as many poor children", "A better ward"
COVERED = "Coverage: share of those eligible who are reached"


class HeldDesk(Desk):
    """A desk whose full answers wait while somebody holds them, and which says how many wait."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.free = Event()
        self.free.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No full answer is given until this ends."""
        self.free.clear()
        try:
            yield
        finally:
            self.free.set()

    def full(
        self, states: Sequence[object], tick: Tick = lambda what, done, of: None, *more: Any
    ) -> dict[str, Any]:
        while not self.free.wait(0.01):
            tick("draws", 10, self.draws)
        return super().full(states, tick, *more)


@dataclass(frozen=True)
class Harbour:
    """Where the page is, and what stands behind it."""

    address: str
    desk: HeldDesk
    served: Served
    folder: Path

    @property
    def running(self) -> int:
        """Full answers on their way."""
        return self.served.server.runs.active


@pytest.fixture(scope="session")
def static() -> dict[str, StaticFile]:
    """The files of the page."""
    return read_static(vega_bundle())


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory, static: dict[str, StaticFile]) -> Iterator[Harbour]:
    """The page of the invented model, served."""
    folder = tmp_path_factory.mktemp("policies")
    half = "{distribution: uniform, low: 0.4, high: 0.6}"
    texts = {
        "base": policy("base", "Nothing changes", ""),
        "less": policy("less", LESS, prevalence("child_poverty", half, id="poor"), "D", "what_if"),
        "quit": policy(
            "quit", OFFER, support("smoking: yes", ("pregnancy_smoking", "quit"), half, half, 1.5)
        ),
        "ward": policy("ward", WARD, hazard(1, "fever", "days_28_364"), "A", "null"),
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    desk = HeldDesk(
        FOLDER / "harbour",
        baseline=folder / "base.yaml",
        policies=[folder / f"{name}.yaml" for name in ("less", "quit", "ward")],
        draws=DRAWS,
        births=BIRTHS,
        variant_draws=VARIANT_DRAWS,
    )
    with served_at_a_port(desk, static) as (address, served):
        yield Harbour(address, desk, served, folder)


def policy(name: str, title: str, change: str, grade: str = "B", status: str = "effective") -> str:
    """A scenario file of the invented model."""
    text = scenario_text(name, *([change] if change else [])).replace(f"title: {name}", f"title: {title}")
    return f"{text}\nevidence: {{grade: {grade}, status: {status}, summary: invented}}\n"


def read(page: Page, address: str) -> None:
    """Open the page, and wait until it can be used."""
    page.goto(address)
    expect(page.locator("body")).to_have_attribute("data-ready", "yes")


def lever(page: Page, title: str) -> Locator:
    """The controls of an intervention, its group opened."""
    found = page.locator(".lever").filter(
        has=page.locator("legend", has_text=re.compile(f"^{re.escape(title)}$"))
    )
    group = page.locator("details.group").filter(has=found)
    if group.get_attribute("open") is None:
        group.locator("summary").first.click()
    return found


def switch_on(page: Page, title: str) -> Locator:
    """Switch an intervention on; its controls."""
    found = lever(page, title)
    found.get_by_role("checkbox", name=title).check()
    return found


def stands(page: Page, how: str) -> None:
    """Wait until the answer is ``quick``, ``full`` or ``stale``."""
    expect(page.locator("#badge")).to_have_attribute("data-standing", how, timeout=20_000)


def headline(page: Page) -> str:
    """The answer in one sentence."""
    return page.locator("#headline").inner_text()


def save(page: Page, name: str) -> None:
    """Save what the controls hold."""
    page.get_by_label("Save, to compare, as").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#saved-list")).to_contain_text(name)
