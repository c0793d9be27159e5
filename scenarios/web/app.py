"""The page's server: what may be asked, and who answers it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from scenarios.question import Question
from scenarios.running import Tick
from scenarios.web.bodies import read_json, read_yaml_text
from scenarios.web.door import Door
from scenarios.web.downloads import TYPES, Checks, Downloads, no_checks
from scenarios.web.kept import Kept
from scenarios.web.refusals import Refused, answer_refused, as_json
from scenarios.web.rota import Rota, Stopped
from scenarios.web.runs import MOST_RUNS, MOST_SECONDS, Running, Runs, key_of
from scenarios.web.static_files import PAGE, StaticFile
from scenarios.web.turns import Turns
from scenarios.web.view import View
from scenarios.web.who import Names
from simcore.model import Model
from simcore.problems import DocumentError
from simcore.run import Settings

KEY = re.compile(r"[0-9a-f]{64}")
MOST_STATES = 6

T = TypeVar("T")


class Desk(Protocol):
    """Who answers: a model with its levers (:class:`scenarios.live.desk.Desk`)."""

    model: Model
    draws: int
    settings: Settings
    variant_draws: int

    def start(self) -> dict[str, Any]: ...

    def quick(self, state: object) -> dict[str, Any]: ...

    def question(self, states: Sequence[object]) -> Question: ...

    def full(self, states: Sequence[object], tick: Tick = ..., threads: int = ...) -> dict[str, Any]: ...

    def prepare(self, tick: Tick = ..., threads: int = ...) -> None: ...

    def yaml(self, state: object) -> str: ...

    def load(self, text: str) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Limits:
    """How much is done at a time.

    Attributes
    ----------
    quick
        Quick answers that are worked out side by side.
    threads
        Of a full answer that is alone; of several each has one.
    runs
        Full answers that may be on their way.
    seconds
        Of computing, that one full answer may take.
    """

    quick: int = 1
    threads: int = 1
    runs: int = MOST_RUNS
    seconds: float = MOST_SECONDS


LIMITS = Limits()


def make_app(
    desk: Desk,
    static: Mapping[str, StaticFile],
    *,
    hosts: Collection[str],
    names: Names,
    limits: Limits = LIMITS,
    checks: Checks = no_checks,
) -> Served:
    """The whole server.

    Parameters
    ----------
    static
        Files of the page by name (:func:`scenarios.web.static_files.read_static`).
    hosts
        What a request may call the server, port and all (:func:`scenarios.web.door.hosts_of`).
    names
        Who signs the cookies of those who ask, and knows the token where one is wanted.
    checks
        What a report says of the fit.
    """
    server = Server(desk, static, limits, Downloads(desk.model, checks))
    inner = Starlette(
        routes=[
            Route("/", server.page),
            Route("/static/{name}", server.static_file),
            Route("/api/start", server.start),
            Route("/api/quick", server.quick, methods=["POST"]),
            Route("/api/full", server.full, methods=["POST"]),
            Route("/api/load", server.load, methods=["POST"]),
            Route("/api/yaml", server.yaml, methods=["POST"]),
            Route("/answers/{key}/{name}", server.download),
        ],
        exception_handlers=dict.fromkeys((Refused, DocumentError, HTTPException, Exception), answer_refused),
    )
    inner.router.redirect_slashes = False
    return Served(Door(inner, hosts, names), server)


class Served(NamedTuple):
    """The application, and what stands behind it: ``server.close()`` stops whatever is on its way."""

    app: ASGIApp
    server: Server


class Server:
    """What the routes share."""

    def __init__(
        self, desk: Desk, static: Mapping[str, StaticFile], limits: Limits, downloads: Downloads
    ) -> None:
        self.desk, self.static, self.downloads = desk, static, downloads
        self.view = View(desk.model)
        self.kept = Kept()
        self.rota = Rota()
        self.turns = Turns(limits.quick, self.rota)
        # a report takes a second: no move waits behind one
        self.files = Turns(1, self.rota)
        self.runs = Runs(
            self.view,
            self.kept,
            self.rota,
            threads=limits.threads,
            most=limits.runs,
            most_seconds=limits.seconds,
        )
        self.started = desk.start()
        self._threads = max(limits.threads - 1, 1)
        self._closing = threading.Event()

    def prepare(self, tick: Tick = lambda what, done, of: None) -> None:
        """Make quick answers better in the background, in turns with those who ask; ``tick`` says how far it is."""

        def work() -> None:
            try:
                self.desk.prepare(between, self._threads)
            except Stopped:
                pass
            finally:
                self.rota.leave(work)

        def between(what: str, done: int, of: int) -> None:
            tick(what, done, of)
            self.rota.turn(work, self._closing.is_set)

        threading.Thread(target=work, name="prepare", daemon=True).start()

    def close(self) -> None:
        """Whatever is on its way is stopped."""
        self._closing.set()
        self.rota.look()
        self.runs.close()
        self.turns.close()
        self.files.close()

    async def page(self, request: Request) -> Response:
        return self.static[PAGE].answer(request, keep=False)

    async def static_file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.static or name == PAGE:
            raise Refused(404, "there is no such file")
        return self.static[name].answer(request)

    async def start(self, request: Request) -> Response:
        return as_json(self.started)

    async def quick(self, request: Request) -> Response:
        (state,) = _policies([(await _only(request, "state"))], 1)
        return as_json(
            await self.turns.do(request.state.who, lambda: self.view.shown(self.desk.quick(state)))
        )

    async def yaml(self, request: Request) -> Response:
        (state,) = _policies([(await _only(request, "state"))], 1)
        text = await self._file_turn(request, lambda: self.desk.yaml(state))
        return Response(text, media_type="text/yaml", headers=_saved_as("policy.yaml"))

    async def load(self, request: Request) -> Response:
        text = await read_yaml_text(request)
        return as_json(await self._file_turn(request, lambda: self.desk.load(text)))

    async def full(self, request: Request) -> Response:
        states = _policies(await _only(request, "states"), MOST_STATES)

        key = await self._file_turn(request, lambda: self._key(states))
        kept = self.kept.get(key)
        if kept is not None:
            return Response(b'{"answer": ' + kept.shown + b"}\n", media_type=NDJSON)
        return RunStream(self.runs.start(request.state.who, partial(self.desk.full, states), key))

    async def download(self, request: Request) -> Response:
        key, name = request.path_params["key"], request.path_params["name"]
        kept = self.kept.get(key) if KEY.fullmatch(key) and name in TYPES else None
        if kept is None:
            raise Refused(404, "this answer is no longer kept; ask for it again")
        data = await self._file_turn(request, lambda: self.downloads.made(name, kept.summary))
        return Response(data, media_type=TYPES[name], headers=_saved_as(name))

    async def _file_turn(self, request: Request, work: Callable[[], T]) -> T:
        """Of files a page may ask for several at once: each has a turn of its own."""
        return await self.files.do((request.state.who, request.url.path), work)

    def _key(self, states: Sequence[object]) -> str:
        desk = self.desk
        return key_of(desk.question(states), desk.draws, desk.settings, desk.variant_draws)


NDJSON = "application/x-ndjson"


class RunStream(StreamingResponse):
    """A run's events as they come; the run ends with the connection."""

    def __init__(self, running: Running) -> None:
        super().__init__(running.lines(), media_type=NDJSON)
        self.running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.running.stop()


async def _only(request: Request, name: str) -> Any:
    """What stands under the one key that the body has."""
    found = await read_json(request)
    if set(found) != {name}:
        raise Refused(400, f"an object with `{name}` alone is wanted here")
    return found[name]


def _policies(found: Any, most: int) -> list[dict[str, Any]]:
    """States of the page; what they say is the desk's to check."""
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        raise Refused(400, f"a list of one to {most} policies is wanted here")
    if not all(isinstance(at, dict) for at in found):
        raise Refused(400, "a policy is an object, as the page writes it")
    return found


def _saved_as(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
