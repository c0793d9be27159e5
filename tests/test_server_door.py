"""Who is let in, and what every answer carries: each rule beside a request that passes but for it."""

from __future__ import annotations

import pytest

from scenarios.web.door import HEADERS
from tests.web_desk import HOME, PORT, application, client, play, state

TOKEN = "sixteen letters!"
ASKED = {"state": state()}


def test_the_page_is_given_with_a_name_for_who_asks_and_its_files_are_a_fixed_few() -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            page = await browser.get("/")
            assert (page.status_code, page.text) == (200, "<!doctype html>")
            cookie = page.headers["set-cookie"]
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Domain" not in cookie
            again = await browser.get("/")
            assert "set-cookie" not in again.headers
            script = await browser.get("/static/app.js")
            assert script.headers["content-type"] == "text/javascript; charset=utf-8"
            same = await browser.get("/static/app.js", headers={"if-none-match": script.headers["etag"]})
            assert (same.status_code, same.content) == (304, b"")
            for path in (
                "/static/index.html",
                "/static/..%2fapp.py",
                "/static/../app.py",
                "/static/",
                "/x",
            ):
                gone = await browser.get(path)
                assert gone.status_code == 404 and gone.json()["problems"][0]["message"]

    play(scene())


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "", f"localhost.:{PORT}"]
)
def test_a_name_that_is_not_the_servers_own_is_refused(host: str) -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            for path in ("/", "/api/start", "/static/app.js"):
                refused = await browser.get(path, headers={"host": host})
                assert refused.status_code == 403
                assert "set-cookie" not in refused.headers

    play(scene())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_let_in_with_the_port(host: str) -> None:
    async def scene() -> None:
        address = f"http://{host}:{PORT}"
        async with client(application(), address) as browser:
            assert (await browser.get("/api/start")).json()["model"] == "harbour"
            answered = await browser.post("/api/quick", json=ASKED, headers={"origin": address.lower()})
            assert answered.status_code == 200

    play(scene())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": HOME}, 200),
        ({"origin": HOME, "sec-fetch-site": "same-origin"}, 200),
        ({"origin": None, "sec-fetch-site": "same-origin"}, 200),
        ({"origin": None}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:8766"}, 403),
        ({"origin": f"http://localhost:{PORT}"}, 403),
        ({"origin": HOME, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": None, "sec-fetch-site": "same-site"}, 403),
        ({"origin": HOME, "content-type": "text/plain"}, 415),
        ({"origin": HOME, "content-type": "application/json; charset=utf-16"}, 415),
        ({"origin": HOME, "content-encoding": "gzip"}, 415),
    ],
)
def test_what_is_posted_comes_from_the_servers_own_page_as_what_it_is(
    headers: dict[str, str | None], status: int
) -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            asked = browser.build_request("POST", "/api/quick", json=ASKED)
            for name, value in headers.items():
                asked.headers.pop(name, None)
                if value is not None:
                    asked.headers[name] = value
            assert (await browser.send(asked)).status_code == status

    play(scene())


def test_every_answer_carries_what_keeps_a_page_to_itself() -> None:
    async def scene() -> None:
        served = application()
        async with client(served) as browser:
            answers = [
                await browser.get("/"),
                await browser.get("/static/vega.js"),
                await browser.get("/api/start"),
                await browser.post("/api/quick", json=ASKED),
                await browser.post("/api/quick", content=b"{"),
                await browser.post("/api/full", json={"states": [state()]}),
                await browser.get("/nowhere"),
                await browser.get("/api/quick"),
                await browser.post("/api/quick", json=ASKED, headers={"origin": "http://evil.example"}),
                await browser.get("/", headers={"host": "evil.example"}),
            ]
        assert [a.status_code for a in answers] == [200, 200, 200, 200, 400, 200, 404, 405, 403, 403]
        for answer in answers:
            assert all(answer.headers[name] == value for name, value in HEADERS.items())
            assert answer.headers["cache-control"] in ("no-store", "no-cache")
            assert "access-control-allow-origin" not in answer.headers
        policy = HEADERS["content-security-policy"]
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy.split("; "))

    play(scene())


def test_another_page_is_not_told_that_it_may_post() -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
            assert (await browser.options("/api/quick", headers=asked)).status_code == 403
            assert (await browser.options("/api/quick")).status_code == 405

    play(scene())


def test_with_a_token_nothing_is_shown_without_it() -> None:
    async def scene() -> None:
        served = application(token=TOKEN)
        pages = ("/", "/?token=", "/?token=sixteen%20letters?")
        paths = (*pages, "/api/start", "/static/app.js", f"/api/start?token={TOKEN}")
        async with client(served) as stranger:
            for path in paths:
                closed = await stranger.get(path)
                assert closed.status_code == 401 and "set-cookie" not in closed.headers
                assert ("<h1>A token is wanted" in closed.text) == (path in pages)
            bearer = {"authorization": "Bearer wrong wrong wrong"}
            assert (await stranger.post("/api/quick", json=ASKED, headers=bearer)).status_code == 401
            stranger.cookies.set("simcore", "made.up")
            assert (await stranger.get("/")).status_code == 401

    play(scene())


def test_a_token_is_handed_over_once_and_leaves_the_address() -> None:
    async def scene() -> None:
        served = application(token=TOKEN)
        async with client(served) as browser:
            first = await browser.get("/", params={"token": TOKEN, "view": "a b"})
            assert (first.status_code, first.headers["location"]) == (303, "/?view=a+b")
            assert TOKEN not in first.headers["set-cookie"] and "HttpOnly" in first.headers["set-cookie"]
            assert (await browser.get("/")).status_code == 200
            assert (await browser.post("/api/quick", json=ASKED)).status_code == 200
        async with client(served) as program:
            bearer = {"authorization": f"Bearer {TOKEN}"}
            assert (await program.get("/api/start", headers=bearer)).status_code == 200
        # a cookie of another server, or of the same one before it was started anew, opens nothing
        async with client(application(token=TOKEN)) as other:
            other.cookies = browser.cookies
            assert (await other.get("/")).status_code == 401

    play(scene())


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        application(token="short")
