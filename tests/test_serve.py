"""`simcore serve`: who is let in is said in so many words, and what the page sharpens to is a comparison's answer."""

from __future__ import annotations

import asyncio
import json
import platform
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.live.desk import Desk
from scenarios.web import serving, who
from scenarios.web.app import make_app
from scenarios.web.door import hosts_of
from scenarios.web.memory import take_from_few_places
from scenarios.web.serving import take_place
from scenarios.web.who import Names
from simcore.cli import serve
from simcore.problems import DocumentError
from tests.conftest import Call
from tests.web_desk import PORT, STATIC, InventedDesk, client, play

DRAWS, BIRTHS, YEARS = 4, 1000, (2029, 2030)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "add --open-to-network"),
        (("--host", "192.0.2.1"), "add --open-to-network"),
        (("--open-to-network",), "this machine alone"),
        (("--token", "a token of many letters"), "go with --open-to-network"),
        (("--name", "office-pc"), "go with --open-to-network"),
        (("--host", "0.0.0.0", "--open-to-network", "--token", "short"), "16 at least"),
        (("--host", "0.0.0.0", "--open-to-network"), "--name"),
        (("--host", "nowhere", "--open-to-network"), "choose another"),
        (("--host", "192.0.2.1", "--open-to-network"), "choose another"),
        (("--port", "70000"), "65535"),
        (("--model", "no_such_model", "--port", "0"), "no_such_model"),
    ],
)
def test_what_cannot_be_served_is_refused_in_words(
    simcore: Call, arguments: tuple[str, ...], words: str
) -> None:
    done = simcore("serve", *arguments)
    assert (done.status, done.stdout) == (2, "") and words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told_of(simcore: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = simcore("serve", "--port", port)
        assert done.status == 2 and f"127.0.0.1:{port}" in done.stderr and "--port" in done.stderr


@pytest.mark.parametrize(
    ("missing", "extra"),
    [("uvicorn", "web"), ("starlette", "web"), ("vl_convert", "charts"), ("jinja2", "charts")],
)
def test_without_the_extra_it_says_which(
    simcore: Call, monkeypatch: pytest.MonkeyPatch, missing: str, extra: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("scenarios.web")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    done = simcore("serve", "--port", "0")
    assert done.status == 2 and f"pip install 'simcore[{extra}]'" in done.stderr


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """As soon as the page can be opened, somebody presses Ctrl-C; what was served with a desk that needs no minute."""

    class Prepared(InventedDesk):
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__()

        def prepare(self, tick: object, threads: int = 1) -> None:
            pass

    begin = serving._Server.startup

    async def startup(self: Any, sockets: Any = None) -> None:
        await begin(self, sockets)
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)

    monkeypatch.setattr("scenarios.live.desk.Desk", Prepared)
    monkeypatch.setattr("scenarios.report.vega.vega_bundle", lambda: "draw()")
    monkeypatch.setattr(serving._Server, "startup", startup)
    yield []


def test_it_prints_its_address_and_ctrl_c_ends_it(simcore: Call, interrupted: None) -> None:
    done = simcore("serve", "--port", "0")
    assert done.status == 130
    assert done.stdout.startswith("http://127.0.0.1:") and done.stdout.endswith("/\n")
    assert "Ctrl-C" in done.stderr and "Traceback" not in done.stderr


def test_open_to_the_network_it_prints_a_link_that_holds_a_token(simcore: Call, interrupted: None) -> None:
    opened = ("serve", "--port", "0", "--host", "0.0.0.0", "--open-to-network", "--name", "office-pc")
    made, again = (simcore(*opened).stdout.strip().partition("?token=") for _ in range(2))
    assert made[0].startswith("http://office-pc:") and len(made[2]) >= 16 and made[2] != again[2]
    given = simcore(*opened, "--token", "a token of many letters").stdout.strip()
    assert given.endswith("?token=a%20token%20of%20many%20letters")
    # behind a proxy on this machine
    behind = simcore("serve", "--port", "0", "--open-to-network", "--name", "example.org")
    assert behind.stdout.startswith("http://127.0.0.1:") and "?token=" in behind.stdout


def test_the_command_line_asks_for_the_token_that_the_server_asks_for() -> None:
    assert serve.SHORTEST_TOKEN == who.SHORTEST_TOKEN


def test_a_place_knows_its_names() -> None:
    place = take_place("127.0.0.1", 0)
    with place.listening:
        assert place.names == ("127.0.0.1", "localhost", "[::1]") and place.port > 0
        with pytest.raises(DocumentError, match="choose another"):
            take_place("127.0.0.1", place.port)


def test_what_the_page_sharpens_to_is_the_answer_of_a_comparison_of_its_file(
    simcore: Call, tmp_path: Path
) -> None:
    desk = Desk(policies=["smoking_cessation"], draws=DRAWS, births=BIRTHS, variant_draws=2)
    moved = {
        "lever": "smoking_cessation/cessation_offer",
        "set": {"coverage": 0.4, "deciles": ["1", "2", "3"]},
    }
    state = {"v": 1, "years": list(YEARS), "policy": [moved], "title": "Mine"}
    found: dict[str, Any] = {}

    async def scene() -> None:
        served = make_app(desk, STATIC, hosts=hosts_of(["127.0.0.1"], PORT), names=Names("simcore"))
        async with client(served) as browser:
            file = await browser.post("/api/yaml", json={"state": state})
            (tmp_path / "mine.yaml").write_bytes(file.content)
            streamed = await browser.post("/api/full", json={"states": [state]})
            found["shown"] = json.loads(streamed.text.splitlines()[-1])["answer"]
            whole = await browser.get(f"/answers/{found['shown']['key']}/summary.json")
            found["whole"] = whole.json()

    play(scene())
    sizes = ("--draws", DRAWS, "--births", BIRTHS, "--variant-draws", 2)
    asked = (*sizes, "--years", f"{YEARS[0]}-{YEARS[1]}", "--seed", 1)
    compared = json.loads(simcore("compare", tmp_path / "mine.yaml", *asked, "--json").stdout)
    records = [summary.pop("run") for summary in (found["whole"], compared)]
    assert found["whole"] == compared
    assert found["shown"]["summary"]["arms"] == compared["arms"]
    ran = [record["scenarios"]["mine"]["as_run"] for record in records]
    assert ran[0] == ran[1] and records[0]["asked"] == records[1]["asked"]


def test_the_c_library_is_asked_for_few_places_of_memory_where_it_knows_of_them() -> None:
    assert take_from_few_places() == (sys.platform == "linux" and platform.libc_ver()[0] == "glibc")
