"""Full answers: the numbers of a comparison, one for each who asks, stopped when nobody waits for them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest

from scenarios.answer_files import write_answer
from scenarios.compare import answer
from scenarios.web.app import Limits
from scenarios.web.runs import key_of
from tests.web_desk import (
    DRAWS,
    LONG,
    SETTINGS,
    VARIANT_DRAWS,
    InventedDesk,
    application,
    client,
    listening,
    play,
    policy,
    question_of,
    state,
)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.005)


def test_the_stream_tells_how_far_it_is_and_ends_with_the_answer_of_a_comparison() -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            await browser.get("/")
            streamed = await browser.post("/api/full", json={"states": [state(0.5)]})
            assert streamed.headers["content-type"] == "application/x-ndjson"
            *progress, last = lines(streamed.text)
            assert {tuple(line["progress"]) for line in progress} == {("what", "done", "of")}
            assert progress[1]["progress"] == {"what": "draws", "done": 0, "of": DRAWS}
            asked = question_of([policy(state(0.5), "policy_1")])
            expected = answer(asked, DRAWS, SETTINGS, variant_draws=VARIANT_DRAWS)
            found = last["answer"]
            assert found["summary"]["arms"] == json.loads(json.dumps(expected["arms"]))

            # asked again, it is there at once
            again = lines((await browser.post("/api/full", json={"states": [state(0.5)]})).text)
            assert again == [last]
            other = lines((await browser.post("/api/full", json={"states": [state(0.4)]})).text)
            assert other[-1]["answer"]["key"] != found["key"]

    play(scene())


def test_downloads_are_the_files_that_a_comparison_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenarios.report.page.vega_bundle", lambda: "draw()")

    async def scene() -> None:
        async with client(application()) as browser:
            streamed = await browser.post("/api/full", json={"states": [state(0.5), state(0.7)]})
            shown = lines(streamed.text)[-1]["answer"]
            key = shown["key"]
            whole = await browser.get(f"/answers/{key}/summary.json")
            write_answer(tmp_path, whole.json())
            for name in ("summary.json", "summary.csv"):
                file = await browser.get(f"/answers/{key}/{name}")
                assert file.content == (tmp_path / name).read_bytes()
                assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
            report = await browser.get(f"/answers/{key}/report.html")
            assert report.headers["content-type"] == "text/html; charset=utf-8"
            assert escape(shown["words"]["headline"], quote=False) in report.text
            rows = list(csv.DictReader(io.StringIO(file.text)))
            assert {row["scenario"] for row in rows} >= {"policy_1", "policy_2"}
            for path in (
                "0" * 64 + "/summary.csv",
                f"{key}/run.json",
                f"{key[:-1]}/summary.csv",
                f"{key}/..%2f",
            ):
                assert (await browser.get(f"/answers/{path}")).status_code == 404

    play(scene())


def test_the_key_of_an_answer_is_what_was_asked_and_no_more() -> None:
    one, other = (question_of([policy(state(share))]) for share in (0.5, 0.6))
    sizes = (DRAWS, SETTINGS, VARIANT_DRAWS)
    same = question_of([policy(state(0.5))])
    assert key_of(one, *sizes) == key_of(same, DRAWS, replace(SETTINGS, threads=2), VARIANT_DRAWS)
    different = [
        (one, *sizes),
        (other, *sizes),
        (one, 5, SETTINGS, VARIANT_DRAWS),
        (one, DRAWS, replace(SETTINGS, seed=5), VARIANT_DRAWS),
        (one, DRAWS, replace(SETTINGS, births=2000), VARIANT_DRAWS),
        (one, *sizes[:2], 5),
    ]
    assert len({key_of(*asked) for asked in different}) == len(different)


def test_a_closed_connection_stops_its_run_and_frees_its_place() -> None:
    async def scene() -> None:
        with listening(InventedDesk(draws=LONG), limits=Limits(runs=1)) as (address, served):
            runs = served.server.runs
            async with httpx.AsyncClient(base_url=address, headers={"origin": address}) as browser:
                async with browser.stream("POST", "/api/full", json={"states": [state()]}) as stream:
                    await anext(stream.aiter_lines())
                    assert runs.active == 1
                await until(lambda: runs.active == 0)

    play(scene())


def test_a_newer_run_of_the_same_who_asks_takes_the_place_of_the_former() -> None:
    async def scene() -> None:
        with listening(InventedDesk(draws=LONG)) as (address, served):
            async with httpx.AsyncClient(base_url=address, headers={"origin": address}) as browser:
                await browser.get("/")
                async with browser.stream("POST", "/api/full", json={"states": [state()]}) as former:
                    told = former.aiter_lines()
                    await anext(told)
                    async with browser.stream("POST", "/api/full", json={"states": [state(0.4)]}) as newer:
                        rest = [json.loads(line) async for line in told]
                        assert (
                            rest[-1]["superseded"] is True and "newer" in rest[-1]["problems"][0]["message"]
                        )
                        await until(lambda: served.server.runs.active == 1)
                        assert "progress" in await anext(newer.aiter_lines())

    play(scene())


def test_a_run_that_is_alone_has_every_processor_and_one_of_several_has_one() -> None:
    async def scene() -> None:
        desk = InventedDesk(draws=LONG)
        with listening(desk, limits=Limits(threads=2)) as (address, _):
            async with (
                httpx.AsyncClient(base_url=address, headers={"origin": address}) as one,
                httpx.AsyncClient(base_url=address, headers={"origin": address}) as other,
            ):
                await one.get("/")
                async with one.stream("POST", "/api/full", json={"states": [state()]}):
                    await until(lambda: desk.threads == [2])
                    async with other.stream("POST", "/api/full", json={"states": [state()]}):
                        await until(lambda: desk.threads == [2, 1])

    play(scene())


def test_beside_one_who_asks_without_end_anothers_move_waits_for_two_answers_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = state(0.25)

    async def scene() -> None:
        desk = InventedDesk(draws=LONG)
        served = application(desk)
        do, before = served.server.turns.do, []

        async def noted(who: str, work: Callable[[], Any]) -> Any:
            before.append((who, len(desk.quick_asked)))
            return await do(who, work)

        monkeypatch.setattr(served.server.turns, "do", noted)
        async with client(served) as greedy, client(served) as patient:
            await greedy.get("/")
            await patient.get("/")
            run = asyncio.ensure_future(greedy.post("/api/full", json={"states": [state()]}))
            await until(lambda: served.server.runs.active == 1)
            flood = [
                asyncio.ensure_future(greedy.post("/api/quick", json={"state": state(0.9)}))
                for _ in range(60)
            ]
            assert (await patient.post("/api/quick", json={"state": mine})).status_code == 200
            waited = desk.quick_asked.index(mine) - next(n for who, n in before if who != before[0][0])
            assert waited <= 2
            await asyncio.gather(*flood)
            run.cancel()
            await until(lambda: served.server.runs.active == 0)

    play(scene())


def test_when_too_many_run_the_next_is_told_to_come_again() -> None:
    async def scene() -> None:
        with listening(InventedDesk(draws=LONG), limits=Limits(runs=1)) as (address, _):
            async with (
                httpx.AsyncClient(base_url=address, headers={"origin": address}) as one,
                httpx.AsyncClient(base_url=address, headers={"origin": address}) as other,
            ):
                await one.get("/")
                await other.get("/")
                async with one.stream("POST", "/api/full", json={"states": [state()]}):
                    refused = await other.post("/api/full", json={"states": [state()]})
                    assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
                    # a quick answer is given all the same
                    assert (await other.post("/api/quick", json={"state": state()})).status_code == 200

    play(scene())


def test_a_run_that_takes_too_long_is_ended_with_words() -> None:
    async def scene() -> None:
        async with client(application(InventedDesk(draws=LONG), limits=Limits(seconds=0.0))) as browser:
            streamed = await browser.post("/api/full", json={"states": [state()]})
            assert "longer than" in lines(streamed.text)[-1]["problems"][0]["message"]

    play(scene())


def test_a_server_that_ends_ends_its_runs() -> None:
    async def scene() -> None:
        with listening(InventedDesk(draws=LONG)) as (address, served):
            browser = httpx.AsyncClient(base_url=address, headers={"origin": address})
            stream = await browser.send(
                browser.build_request("POST", "/api/full", json={"states": [state()]}), stream=True
            )
            await anext(stream.aiter_lines())
        await until(lambda: not any(not run.stopped() for run in served.server.runs._active))
        await stream.aclose()
        await browser.aclose()

    play(scene())


@pytest.mark.parametrize("states", [[], [state()] * 7, "all", [1], [{}], [state(), {"v": 2}], None, {}])
def test_what_is_no_list_of_one_to_six_policies_is_refused(states: Any) -> None:
    async def scene() -> None:
        async with client(application()) as browser:
            refused = await browser.post("/api/full", json={"states": states})
            assert refused.status_code == 400 and refused.json()["problems"]

    play(scene())


def test_preparing_takes_turns_with_runs_and_ends_with_the_server() -> None:
    """It would go on for very long: a run that is asked for meanwhile is answered all the same."""

    async def scene() -> None:
        served = application()
        done: list[int] = []
        served.server.prepare(lambda what, at, of: done.append(at))
        await until(lambda: done)
        async with client(served) as browser:
            await browser.get("/")
            streamed = await browser.post("/api/full", json={"states": [state(0.5)]})
            assert "answer" in lines(streamed.text)[-1]
        (thread,) = [t for t in threading.enumerate() if t.name == "prepare"]
        assert thread.is_alive()
        served.server.close()
        thread.join(timeout=60)
        assert not thread.is_alive()

    play(scene())
