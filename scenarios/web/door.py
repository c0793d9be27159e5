"""The door: who is let in, and what every answer carries. Nothing behind it asks where a request came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenarios.web.refusals import Refused, refusal
from scenarios.web.who import NOBODY, Names

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
CLOSED = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>simcore: a token is wanted</title>
<h1>A token is wanted</h1>
<p>This page is open to those who have its token. Open it by the link that holds the token, as the terminal in which
<code>simcore serve</code> runs shows it.</p>
</html>
"""


def hosts_of(names: Iterable[str], port: int) -> frozenset[str]:
    """What a request may call the server: each name with the port, and alone where the port is the usual one.

    >>> sorted(hosts_of(["localhost"], 8765)), sorted(hosts_of(["example.org"], 80))
    (['localhost:8765'], ['example.org', 'example.org:80'])
    """
    alone = {name.lower() for name in names}
    return frozenset({f"{name}:{port}" for name in alone} | (alone if port in (80, 443) else set()))


class Door:
    """Middleware around everything else: host, origin, token, name of who asks, headers of every answer."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], names: Names) -> None:
        self.app, self.hosts, self.names = app, frozenset(hosts), names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = Headers(scope=scope)
        who = self.names.who("; ".join(headers.getlist("cookie")))
        given: list[str] = []

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                mine = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    mine[name] = value
                mine.setdefault("cache-control", "no-store")
                for cookie in given:
                    mine.append("set-cookie", cookie)
            await send(message)

        try:
            self._check_source(scope["method"], headers)
            let_in = who != NOBODY or self.names.token is None or self._has_token(scope, headers)
            if let_in and who == NOBODY:
                given.append(self.names.cookie())
            if not let_in:
                raise Refused(401, "a token is wanted; open the page by the link that holds it")
        except Refused as error:
            page = error.status == 401 and scope["path"] == "/"
            shown: Response = HTMLResponse(CLOSED, 401) if page else refusal(error)
            # what it sends is not read, so the connection cannot be used for anything else
            shown.headers["connection"] = "close"
            await shown(scope, receive, with_headers)
            return
        if scope["path"] == "/" and "token" in dict(_asked(scope)):
            # out of the address bar, and out of whatever is copied from it
            rest = urlencode([pair for pair in _asked(scope) if pair[0] != "token"])
            away = RedirectResponse(f"/?{rest}" if rest else "/", 303)
            await away(scope, receive, with_headers)
            return
        scope.setdefault("state", {})["who"] = who
        await self.app(scope, receive, with_headers)

    def _check_source(self, method: str, headers: Headers) -> None:
        """Called by a name that is the server's own, and from its own page wherever anything is asked to be done."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            raise Refused(403, "this server does not go by that name; open the address that it printed")
        site = headers.get("sec-fetch-site")
        if method in ("GET", "HEAD"):
            return
        origins = headers.getlist("origin")
        own = {f"{scheme}://{hosts[0].lower()}" for scheme in ("http", "https")}
        from_here = len(origins) == 1 and origins[0].lower() in own
        if not (from_here or (not origins and site == "same-origin")) or site not in (None, "same-origin"):
            raise Refused(403, "this can be asked from the server's own page alone")

    def _has_token(self, scope: Scope, headers: Headers) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.names.is_token(bearer.strip())
        return scope["path"] == "/" and any(
            name == "token" and self.names.is_token(value) for name, value in _asked(scope)
        )


def _asked(scope: Scope) -> list[tuple[str, str]]:
    """What stands behind the question mark of the address."""
    query: bytes = scope.get("query_string", b"")
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True)
