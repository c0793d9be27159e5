"""What a browser sends, read with a limit on everything: bytes, time, depth, kind."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from scenarios.web.refusals import Refused

MOST_JSON, MOST_YAML = 256_000, 1_000_000
DEEPEST = 20
SECONDS = 30.0
"""How long a body may take to arrive."""
YAML_TYPES = ("text/yaml", "application/yaml")


async def read_json(request: Request) -> dict[str, Any]:
    """A JSON object.

    Raises
    ------
    Refused
        With status 413, 415, 408 or 400.
    """
    data = await read_body(request, MOST_JSON, ("application/json",))
    try:
        found = json.loads(data, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Refused(400, "this is no JSON that can be read") from None
    if not isinstance(found, dict):
        raise Refused(400, "a JSON object is wanted here")
    _check(found)
    return found


async def read_yaml_text(request: Request) -> str:
    """The text of a scenario file."""
    data = await read_body(request, MOST_YAML, YAML_TYPES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(400, f"line {line} is not UTF-8 text; save the file as UTF-8") from None


async def read_body(request: Request, most: int, types: tuple[str, ...]) -> bytes:
    """The bytes, counted as they come: what is announced as their number is believed only where it is too large."""
    kind, _, charset = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() not in types or charset.strip().lower() not in ("", "charset=utf-8"):
        raise Refused(415, f"send this as {types[0]}")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused(415, "send this as it is, not packed")
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced[:20]) > most:
        raise _too_large(most)
    whole = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                whole += part
                if len(whole) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise Refused(408, "this took too long to arrive; send it again", {"connection": "close"}) from None
    except ClientDisconnect:
        raise Refused(400, "the connection was closed") from None
    return bytes(whole)


def _too_large(most: int) -> Refused:
    # the rest is not read: a connection that still carries it is of no further use
    return Refused(413, f"this is too large; at most {most:,} bytes are read", {"connection": "close"})


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _check(found: Any) -> None:
    """Depth is bounded, and all text is text: half a character could not be written again."""
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Refused(400, f"this is nested too deeply; at most {DEEPEST} levels are read")
        inner: list[Any] = []
        for at in level:
            if isinstance(at, dict):
                inner += [*at.keys(), *at.values()]
            elif isinstance(at, list):
                inner += at
            elif isinstance(at, str) and any("\ud800" <= letter <= "\udfff" for letter in at):
                raise Refused(400, "a text holds half a character; write it anew")
        level = inner
