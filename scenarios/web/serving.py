"""From a model to a page that can be opened: a place to listen at, then what is served there."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import uvicorn
from starlette.types import ASGIApp

from simcore.problems import DocumentError, Problem

MOST_CONNECTIONS = 400
MOST_HEADERS = 32_768
LINGER = 3
"""Seconds that answers on their way have when the server ends."""


@dataclass(frozen=True)
class Place:
    """Where the server listens, and under which names it may be asked.

    ``names`` are hosts as they stand in an address: ``localhost``, ``[::1]``.
    """

    listening: socket.socket
    names: tuple[str, ...]

    @property
    def port(self) -> int:
        """The port, chosen by the system where 0 was asked for."""
        return int(self.listening.getsockname()[1])

    def address(self, token: str | None = None) -> str:
        """What to open in a browser; with the token in it where one is wanted."""
        return f"http://{self.names[0]}:{self.port}/" + ("" if token is None else f"?token={quote(token)}")


def is_loopback(host: str) -> bool:
    """Whether this machine alone can reach a server that listens there.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def take_place(host: str, port: int, names: Sequence[str] = ()) -> Place:
    """Take a port. It answers nobody until it is served.

    Raises
    ------
    DocumentError
        If the port is taken, the host is not this machine's, or nobody says under which name it will be asked for.
    """
    shown = f"[{host}]" if ":" in host else host
    if is_loopback(host):
        usual = ("127.0.0.1", "localhost", "[::1]")
        names = (shown, *(name for name in usual if name != shown), *names)
    elif host not in ("0.0.0.0", "::"):
        names = (shown, *names)
    elif not names:
        message = "listens at every address of this machine; say by which name browsers will ask for it: --name NAME"
        raise DocumentError(Problem("--host", None, None, "", f"{host} {message}"))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        if os.name == "posix":
            # a port that was given back a moment ago can be taken again
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        # two that have the port bound would find out only when they listen
        listening.listen()
    except OSError as error:
        listening.close()
        message = (
            f"{host}:{port} cannot be listened at ({error.strerror}); choose another with --port or --host"
        )
        raise DocumentError(Problem("--port", None, None, "", message)) from None
    return Place(listening, tuple(names))


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(24)


class Serving:
    """Answers at a place.

    ``ready`` is called when the first request can be answered, ``ending`` when no further one will be.
    """

    def __init__(
        self, app: ASGIApp, place: Place, *, ready: Callable[[], None], ending: Callable[[], None]
    ) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            access_log=False,
            log_level="error",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=LINGER,
            h11_max_incomplete_event_size=MOST_HEADERS,
        )
        self._place = place
        self._server = _Server(config, ready, ending)

    def run(self) -> None:
        """Until somebody ends it: raises KeyboardInterrupt where that is Ctrl-C."""
        self._server.run(sockets=[self._place.listening])

    def end(self) -> None:
        """From another thread: end it."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], ending: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready, self.ending = ready, ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # runs end first: their connections are then closed by themselves
        self.ending()
        await super().shutdown(sockets)
