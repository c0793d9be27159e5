"""Files of the page, read once: what is not among them cannot be asked for, whatever an address says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PAGE, STYLE, VEGA = "index.html", "style.css", "vega.js"
"""The page itself; the style that it shares with the report; what draws its pictures."""


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent. ``tag`` says whether a browser still has the same."""

    data: bytes
    media_type: str
    tag: str

    @classmethod
    def of(cls, name: str, data: bytes) -> StaticFile:
        """A file by the ending of its name."""
        return cls(data, TYPES["." + name.rpartition(".")[2]], f'"{hashlib.sha256(data).hexdigest()[:32]}"')

    def answer(self, request: Request, *, keep: bool = True) -> Response:
        """The file, or that the browser's own is the same."""
        headers = {"etag": self.tag, "cache-control": "no-cache"} if keep else {}
        if keep and request.headers.get("if-none-match") == self.tag:
            return Response(status_code=304, headers=headers)
        return Response(self.data, headers=headers, media_type=self.media_type)


def read_static(vega: str) -> dict[str, StaticFile]:
    """Every file of the page by its name, with the style of the report and what draws pictures."""
    here = [at for at in (files("scenarios.web") / "static").iterdir() if at.name.endswith(tuple(TYPES))]
    shared = files("scenarios.report") / STYLE
    found = {at.name: at.read_bytes() for at in (*here, shared)} | {VEGA: vega.encode()}
    return {name: StaticFile.of(name, data) for name, data in found.items()}
