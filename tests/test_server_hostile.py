"""What is thrown at the server by those who wish it ill: refused or harmless, and the next answer is as ever."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.live.desk import Desk
from scenarios.web.app import Served, make_app
from scenarios.web.bodies import DEEPEST, MOST_JSON, MOST_YAML
from scenarios.web.door import hosts_of
from scenarios.web.who import Names
from tests.models import prevalence, scenario_text
from tests.web_desk import (
    HOME,
    PORT,
    STATIC,
    InventedDesk,
    application,
    client,
    listening,
    play,
    state,
)

ASKED = {"state": state()}
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028{{7*7}}"


async def answered(browser: httpx.AsyncClient) -> str:
    answer = await browser.post("/api/quick", json=ASKED)
    assert answer.status_code == 200
    return answer.text


async def pushed(address: str, head: str, part: bytes, parts: int) -> tuple[int, bytes]:
    """Send parts until the server ends the connection: bytes that could be sent, and what it said."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    sent = 0
    try:
        writer.write(head.encode())
        for _ in range(parts):
            writer.write(part)
            await writer.drain()
            sent += len(part)
    except ConnectionError:
        pass
    try:
        said = await reader.read()
    except ConnectionError:
        said = b""
    writer.close()
    return sent, said


@pytest.mark.parametrize("announced", [True, False])
def test_an_upload_of_100_megabytes_is_ended_at_the_limit(announced: bool) -> None:
    block = b"a" * 65_536
    parts = 100_000_000 // len(block) + 1

    async def scene() -> None:
        with listening() as (address, _):
            async with httpx.AsyncClient(base_url=address, headers={"origin": address}) as browser:
                before = await answered(browser)
                host = address.removeprefix("http://")
                head = f"POST /api/load HTTP/1.1\r\nHost: {host}\r\nOrigin: {address}\r\nContent-Type: text/yaml\r\n"
                if announced:
                    head += f"Content-Length: {parts * len(block)}\r\n\r\n"
                    part = block
                else:
                    head += "Transfer-Encoding: chunked\r\n\r\n"
                    part = b"%x\r\n%b\r\n" % (len(block), block)
                sent, said = await pushed(address, head, part, parts)
                # whatever both ends of a connection hold between them may be on its way still
                assert sent < 20 * MOST_YAML
                assert said == b"" or said.startswith(b"HTTP/1.1 413 ")
                assert await answered(browser) == before

    play(scene())


@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [("/api/quick", "application/json", MOST_JSON), ("/api/load", "text/yaml", MOST_YAML)],
)
def test_a_body_is_counted_as_it_comes_whatever_length_it_announces(path: str, kind: str, most: int) -> None:
    taken = 0

    async def endless() -> Any:
        nonlocal taken
        while True:
            taken += 10_000
            yield b" " * 10_000

    async def scene() -> None:
        async with client(application()) as browser:
            ended = await browser.post(path, content=endless(), headers={"content-type": kind})
            assert ended.status_code == 413 and ended.headers["connection"] == "close"
            assert taken <= most + 20_000
            announced = {"content-type": kind, "content-length": str(most + 1)}
            assert (await browser.post(path, content=b"{}", headers=announced)).status_code == 413
            for wrong in ("-1", "1e3", "9" * 5000):
                wrongly = {"content-type": kind, "content-length": wrong}
                assert (await browser.post(path, content=b"{}", headers=wrongly)).status_code == 413

    play(scene())


def test_a_thousand_requests_at_once_leave_an_honest_user_answered_and_answers_as_they_were() -> None:
    async def scene() -> None:
        desk = InventedDesk()
        served = application(desk)
        async with client(served) as rapid, client(served) as honest:
            await rapid.get("/")
            await honest.get("/")
            before = await answered(honest)
            worked = len(desk.quick_asked)
            flood = [rapid.post("/api/quick", json={"state": state(n / 2000)}) for n in range(1000)]
            tasks = [asyncio.ensure_future(one) for one in flood]
            await asyncio.sleep(0)
            during = await answered(honest)
            codes = [(await task).status_code for task in tasks]
            assert during == before == await answered(honest)
            assert set(codes) <= {200, 429, 503} and codes[-1] == 200
            # one of theirs at a time is worked out: the rest cost the server next to nothing
            assert len(desk.quick_asked) - worked < 100

    play(scene())


def test_words_of_a_scenario_come_back_as_text_of_json() -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            answer = await browser.post("/api/quick", json={"state": state(title=MARKUP)})
            assert answer.headers["content-type"] == "application/json"
            assert answer.json()["summary"]["arms"][0]["title"] == MARKUP
            assert "\u2028" not in answer.text
            text = scenario_text("loaded", prevalence("smoking", 0.5))
            text = text.replace("title: loaded", f"title: {json.dumps(MARKUP)}")
            loaded = await browser.post("/api/load", content=text, headers={"content-type": "text/yaml"})
            assert (loaded.headers["content-type"], loaded.json()["title"]) == ("application/json", MARKUP)
            for wrong in (text.replace("why: a test", f"why: a test\n{MARKUP}: 1"), MARKUP, "a: &a [*a]"):
                refused = await browser.post(
                    "/api/load", content=wrong.encode(), headers={"content-type": "text/yaml"}
                )
                assert (refused.status_code, refused.headers["content-type"]) == (400, "application/json")
                assert refused.json()["problems"][0]["line"] >= 1

    play(scene())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"state"',
        b"{}",
        b'{"state": {}}',
        b'{"state": null}',
        b'{"state": [], "states": []}',
        b'{"state": {"v": 1, "multiply": NaN}}',
        b'{"state": {"v": 1, "multiply": 1e999}}',
        b'{"state": {"v": 1, "multiply": ' + b"9" * 5000 + b"}}",
        b'{"state": {"title": "\\ud800"}}',
        b'{"state": {"\\udfff": 1}}',
        b'{"state": "\xff"}',
        b'{"state": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
        b'{"state": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 40_000,
    ],
)
def test_what_is_no_policy_is_told_so(body: bytes) -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            for path in ("/api/quick", "/api/yaml", "/api/full"):
                refused = await browser.post(path, content=body)
                assert refused.status_code == 400 and refused.json()["problems"][0]["message"]

    play(scene())


@pytest.fixture(scope="module")
def england() -> Served:
    """The page's own desk, of few draws and one policy."""
    desk = Desk(policies=["smoking_cessation"], draws=4, births=1000)
    hosts = hosts_of(["127.0.0.1"], PORT)
    return make_app(desk, STATIC, hosts=hosts, names=Names("simcore"))


SOUND = {
    "v": 1,
    "years": [2029, 2030],
    "variants": {"child_poverty": "half"},
    "policy": [
        {
            "lever": "smoking_cessation/cessation_offer",
            "set": {"coverage": 0.9, "deciles": ["1", "2"], "from": 2029, "to": 2030},
        }
    ],
    "title": "Mine",
}
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def nearly(draw: st.DrawFn) -> Any:
    """A sound state, one thing in it replaced, taken out or added."""
    whole = json.loads(json.dumps(SOUND))
    at: Any = whole
    while True:
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        inner = at[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            break
        at = inner
    match draw(st.sampled_from(["replaced", "taken out", "added"])):
        case "replaced":
            at[key] = draw(ANYTHING)
        case "taken out":
            del at[key]
        case _ if isinstance(at, dict):
            at[draw(st.text(max_size=8))] = draw(ANYTHING)
        case _:
            at.append(draw(ANYTHING))
    return whole


@settings(max_examples=30, derandomize=True, database=None, deadline=None)
@given(said=ANYTHING | nearly())
def test_whatever_a_state_holds_it_is_answered_or_refused_with_words(england: Served, said: Any) -> None:
    async def scene() -> None:
        async with client(england) as browser:
            for path, body in (("/api/yaml", {"state": said}), ("/api/quick", {"state": said})):
                answer = await browser.post(path, json=body)
                assert answer.status_code == 200 or (answer.status_code == 400 and answer.json()["problems"])

    play(scene())


@settings(max_examples=30, derandomize=True, database=None, deadline=None)
@given(text=st.text(max_size=200) | ANYTHING.map(json.dumps))
def test_whatever_a_file_holds_it_is_read_or_refused_with_words(england: Served, text: str) -> None:
    async def scene() -> None:
        async with client(england) as browser:
            yaml = {"content-type": "text/yaml"}
            answer = await browser.post("/api/load", content=text.encode("utf-8", "replace"), headers=yaml)
            assert answer.status_code == 200 or (answer.status_code == 400 and answer.json()["problems"])

    play(scene())


def test_no_file_of_this_machine_can_be_asked_for(england: Served) -> None:
    text = "scenario: 1\nname: mine\ntitle: Mine\nwhy: a test\nmodel: england\nextends: {}\n"

    async def scene() -> None:
        async with client(england) as browser:
            for place in ("/etc/passwd", "../../secret.yaml", "./mine.yaml", "file:///etc/passwd"):
                said = text.format(json.dumps(place))
                refused = await browser.post("/api/load", content=said, headers={"content-type": "text/yaml"})
                assert refused.status_code == 400
                (problem,) = refused.json()["problems"]
                assert problem["line"] == 6 and "root:" not in problem["message"]
                within = await browser.post("/api/quick", json={"state": {**SOUND, "loaded": said}})
                assert within.status_code == 400

    play(scene())


def test_a_fault_of_the_server_is_told_to_its_terminal_alone() -> None:
    def fails(state: Any) -> None:
        raise RuntimeError("secret words")

    async def scene() -> None:
        async with client(application(InventedDesk(fails))) as browser:
            failed = await browser.post("/api/quick", json=ASKED)
            assert failed.status_code == 500 and failed.headers["x-content-type-options"] == "nosniff"
            assert "secret" not in failed.text and "Traceback" not in failed.text
            assert (await browser.get("/api/start")).status_code == 200

    play(scene())


def test_what_is_no_http_is_turned_away_and_the_server_goes_on() -> None:
    async def scene() -> None:
        with listening() as (address, _):
            for head in (
                "\0\1\2",
                "GET / HTTP/1.1\r\n" + "x: y\r\n" * 20_000,
                "GET /../../etc/passwd HTTP/1.1\r\n\r\n",
            ):
                _, said = await pushed(address, head, b"\r\n\r\n", 1)
                assert said == b"" or said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))
            async with httpx.AsyncClient(base_url=address, headers={"origin": address}) as browser:
                await answered(browser)

    play(scene())


def test_a_state_in_the_address_of_the_page_is_the_pages_to_read() -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            for query in ("?state=%00%ff", "?" + "a" * 5000, f"?state={MARKUP}"):
                page = await browser.get(f"{HOME}/{query}")
                assert (page.status_code, page.text) == (200, "<!doctype html>")

    play(scene())
