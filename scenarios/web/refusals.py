"""What is refused, and how: every answer that is no answer is a list of problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from simcore.problems import MAX_SHOWN, DocumentError, Problem

BY_STATUS = {
    404: "there is nothing here; start at /",
    405: "this cannot be done here; start at /",
    500: "something went wrong in the server; what it was stands in its terminal",
}


class Refused(Exception):
    """A request is not answered as it was asked: with which status, and why."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.headers, self.more = status, message, dict(headers or {}), more


def in_words(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as the page reads them; so many as a person would."""
    return [
        {"line": at.line, "column": at.column, "key": at.path, "message": at.message}
        for at in tuple(problems)[:MAX_SHOWN]
    ]


def told(message: str) -> list[dict[str, Any]]:
    """One problem that stands in no file."""
    return [{"line": None, "column": None, "key": "", "message": message}]


def as_json(what: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain data; every character beyond ASCII is escaped, so that nothing it holds can fail to be written."""
    return Response(json.dumps(what, allow_nan=False), status, headers=headers, media_type="application/json")


def refusal(error: Refused) -> Response:
    """A refusal as it is sent."""
    return as_json({"problems": told(error.message), **error.more}, error.status, error.headers)


def answer_refused(request: Request, error: Exception) -> Response:
    """For whatever a route raises; what nobody foresaw is told to the terminal alone."""
    if isinstance(error, Refused):
        return refusal(error)
    if isinstance(error, DocumentError):
        return as_json({"problems": in_words(error.problems)}, 400)
    if isinstance(error, HTTPException):
        message = BY_STATUS.get(error.status_code, "this is refused")
        return as_json({"problems": told(message)}, error.status_code, error.headers)
    return as_json({"problems": told(BY_STATUS[500])}, 500)
