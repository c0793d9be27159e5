"""A desk for tests of the server: an invented model of six years, one lever, and a say in when an answer is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import httpx

from scenarios.compare import answer
from scenarios.question import Question
from scenarios.read import parse_scenario
from scenarios.running import Tick
from scenarios.schema import Scenario
from scenarios.web.app import LIMITS, Limits, Served, make_app
from scenarios.web.door import hosts_of
from scenarios.web.static_files import StaticFile
from scenarios.web.who import Names
from simcore.problems import DocumentError, Problem
from simcore.run import Settings
from tests.listening import served_at_a_port
from tests.models import invented, prevalence, scenario_text

DRAWS, VARIANT_DRAWS = 4, 2
LONG = 20_000
"""Draws of a run far longer than any test waits."""
SETTINGS = Settings(births=1000)
STATIC = {
    name: StaticFile.of(name, text)
    for name, text in {"index.html": b"<!doctype html>", "app.js": b"start()", "vega.js": b"draw()"}.items()
}
PORT = 8765
HOME = f"http://127.0.0.1:{PORT}"
FROM_HERE = {"origin": HOME, "content-type": "application/json"}


class InventedDesk:
    """Stands in for :class:`scenarios.live.desk.Desk`. A state says by how much it multiplies smoking.

    ``before`` is called on the thread that works out a quick answer, with its state.
    """

    def __init__(self, before: Callable[[Any], None] = lambda state: None, draws: int = DRAWS) -> None:
        self.before = before
        self.model = invented("harbour")
        self.draws, self.variant_draws, self.settings = draws, VARIANT_DRAWS, SETTINGS
        self.quick_asked: list[Mapping[str, Any]] = []
        self.threads: list[int] = []

    def start(self) -> dict[str, Any]:
        return {"model": "harbour", "levers": []}

    def quick(self, state: Mapping[str, Any]) -> dict[str, Any]:
        checked = policy(state)
        self.before(state)
        self.quick_asked.append(state)
        summary = small_answer()
        arm = {**summary["arms"][0], "name": checked.name, "title": checked.title}
        return {**summary, "arms": [arm], "quick": {"error": None, "interval": False, "notes": []}}

    def question(self, states: Sequence[Mapping[str, Any]]) -> Question:
        return question_of([policy(state, f"policy_{n}") for n, state in enumerate(states, start=1)])

    def prepare(self, tick: Tick = lambda what, done, of: None, threads: int = 1) -> None:
        """Without end: whoever prepares has to be stopped."""
        while True:
            tick("preparing", 0, LONG)

    def yaml(self, state: Mapping[str, Any]) -> str:
        return policy(state).document.path + "\n"

    def load(self, text: str) -> dict[str, Any]:
        return {"levers": [], "title": parse_scenario(text, "loaded").title}

    def full(
        self, states: Sequence[Any], tick: Tick = lambda what, done, of: None, threads: int = 1
    ) -> dict[str, Any]:
        self.threads.append(threads)
        summary = answer(self.question(states), self.draws, SETTINGS, variant_draws=VARIANT_DRAWS, tick=tick)
        return {**summary, "quick": {"errors": {}}}


def policy(state: Mapping[str, Any], name: str = "policy") -> Scenario:
    """A state as a scenario."""
    multiply = state.get("multiply")
    known = {"v", "multiply", "title"} >= set(state) and state.get("v") == 1
    if not known or not isinstance(multiply, float) or not isinstance(state.get("title", ""), str):
        raise DocumentError(Problem("state", None, None, "policy", "is not understood; load the page again"))
    text = scenario_text(name, prevalence("smoking", multiply))
    read = parse_scenario(text, f"{name}.yaml")
    return read.model_copy(update={"title": state.get("title", "My policy")}) if "title" in state else read


def question_of(policies: Sequence[Scenario]) -> Question:
    """Policies beside a comparator in which nothing changes."""
    model = invented("harbour")
    base = parse_scenario(scenario_text("base"), "base.yaml")
    return Question(model, model.structure(None), (base, *policies), (2004, 2005))


@cache
def small_answer() -> dict[str, Any]:
    """A full answer of very few draws."""
    question = question_of([policy({"v": 1, "multiply": 0.5})])
    return answer(question, DRAWS, SETTINGS, variant_draws=VARIANT_DRAWS)


def state(multiply: float = 0.5, **more: Any) -> dict[str, Any]:
    """A state of the page."""
    return {"v": 1, "multiply": multiply, **more}


def application(
    desk: InventedDesk | None = None,
    *,
    token: str | None = None,
    limits: Limits = LIMITS,
) -> Served:
    """The server at its usual place."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return make_app(
        desk or InventedDesk(),
        STATIC,
        hosts=hosts_of(names, PORT),
        names=Names("simcore", token),
        limits=limits,
    )


def client(served: Served, address: str = HOME, **more: Any) -> httpx.AsyncClient:
    """A browser of its own, without a connection: it keeps its cookies, and says where it comes from."""
    transport = httpx.ASGITransport(served.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=address, headers=FROM_HERE, **more)


def play(what: Coroutine[Any, Any, None]) -> None:
    """Run a scene to its end."""
    asyncio.run(what)


def listening(
    desk: InventedDesk | None = None, limits: Limits = LIMITS
) -> AbstractContextManager[tuple[str, Served]]:
    """A real server on a free port of this machine; its address."""
    return served_at_a_port(desk or InventedDesk(), STATIC, limits)
