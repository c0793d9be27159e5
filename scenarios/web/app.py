"""The page's server: what may be asked, and who answers it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from scenarios.question import Question
from scenarios.web.bodies import read_json, read_yaml_text
from scenarios.web.door import Door
from scenarios.web.downloads import DOWNLOADS, made
from scenarios.web.kept import Kept
from scenarios.web.refusals import Refused, answer_refused, as_json
from scenarios.web.rota import Rota
from scenarios.web.runs import Running, Runs, Sizes, key_of
from scenarios.web.static_files import PAGE, StaticFile
from scenarios.web.turns import Turns
from scenarios.web.view import shown
from scenarios.web.who import Names

KEY = re.compile(r"[0-9a-f]{64}")
MOST_STATES = 6


class Desk(Protocol):
    """Who answers: a model with its levers (:class:`scenarios.live.desk.Desk`)."""

    def start(self) -> dict[str, Any]: ...

    def quick(self, state: Mapping[str, Any]) -> dict[str, Any]: ...

    def question(self, states: Sequence[Mapping[str, Any]]) -> Question: ...

    def yaml(self, state: Mapping[str, Any]) -> str: ...

    def load(self, text: str) -> dict[str, Any]: ...

    def took(self, state: Mapping[str, Any], summary: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class Limits:
    """How much is done at a time."""

    quick: int = 1
    runs: int = 32
    seconds: float = 300.0


def make_app(
    desk: Desk,
    sizes: Sizes,
    static: Mapping[str, StaticFile],
    *,
    hosts: Collection[str],
    names: Names,
    limits: Limits = Limits(),
) -> ASGIApp:
    """The whole server as one ASGI application.

    Parameters
    ----------
    static
        Files of the page by name (:func:`scenarios.web.static_files.read_static`).
    hosts
        What a request may call the server, port and all (:func:`scenarios.web.door.hosts_of`).
    names
        Who signs the cookies of those who ask, and knows the token where one is wanted.
    """
    server = Server(desk, sizes, static, limits)
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
        exception_handlers={Exception: answer_refused, Refused: answer_refused, ValueError: answer_refused},
        lifespan=server.lifespan,
    )
    return Door(inner, hosts, names)


class Server:
    """What the routes share."""

    def __init__(
        self, desk: Desk, sizes: Sizes, static: Mapping[str, StaticFile], limits: Limits
    ) -> None:
        self.desk, self.sizes, self.static = desk, sizes, static
        self.kept = Kept()
        self.rota = Rota()
        self.turns = Turns(limits.quick, self.rota)
        self.runs = Runs(sizes, self.kept, self.rota, most=limits.runs, most_seconds=limits.seconds)
        self.started = desk.start()

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        yield
        self.close()

    def close(self) -> None:
        """Whatever is on its way is stopped."""
        self.runs.close()
        self.turns.close()

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
        state = (await _fields(request, "state"))["state"]
        return as_json(await self._turn(request, "quick", lambda: shown(self.desk.quick(state))))

    async def yaml(self, request: Request) -> Response:
        state = (await _fields(request, "state"))["state"]
        text = await self._turn(request, "file", lambda: self.desk.yaml(state))
        return Response(text, media_type="text/yaml", headers=_saved_as("policy.yaml"))

    async def load(self, request: Request) -> Response:
        text = await read_yaml_text(request)
        return as_json(await self._turn(request, "file", lambda: self.desk.load(text)))

    async def full(self, request: Request) -> Response:
        states = (await _fields(request, "states"))["states"]
        if not isinstance(states, list) or not 1 <= len(states) <= MOST_STATES:
            raise Refused(400, f"`states` is a list of one to {MOST_STATES} policies")

        def ask() -> tuple[Question, str]:
            question = self.desk.question(states)
            return question, key_of(question, self.sizes)

        question, key = await self._turn(request, "full", ask)
        kept = self.kept.get(key)
        if kept is not None:
            return Response(b'{"answer": ' + kept.shown + b"}\n", media_type=NDJSON)
        took = partial(self._took, states)
        return RunStream(self.runs.start(request.state.who, question, key, took))

    async def download(self, request: Request) -> Response:
        key, name = request.path_params["key"], request.path_params["name"]
        kept = self.kept.get(key) if KEY.fullmatch(key) and name in DOWNLOADS else None
        if kept is None:
            raise Refused(404, "this answer is no longer kept; ask for it again")
        data = await self._turn(request, "file", lambda: made(name, kept.summary))
        return Response(data, media_type=DOWNLOADS[name].media_type, headers=_saved_as(name))

    async def _turn(self, request: Request, kind: str, work: Any) -> Any:
        return await self.turns.do((request.state.who, kind), work)

    def _took(self, states: Sequence[Mapping[str, Any]], summary: dict[str, Any]) -> None:
        if len(states) == 1:
            self.desk.took(states[0], summary)


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


async def _fields(request: Request, *names: str) -> dict[str, Any]:
    """The body, which has these keys and no other."""
    found = await read_json(request)
    if set(found) != set(names):
        wanted = " and ".join(f"`{name}`" for name in names)
        raise Refused(400, f"an object with {wanted} alone is wanted here")
    return found


def _saved_as(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
