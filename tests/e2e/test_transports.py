"""A conversation over a socket, server-sent events or long polls: the same events, the same guarantees."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from playwright.async_api import WebSocketRoute, expect
from uuid_utils.compat import uuid7

from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.live import TERMINAL
from tests.e2e.test_web_page import SLOW_ANSWER, Visiting, browser, visiting  # noqa: F401 - fixtures
from tests.harness.client import Person, connected, sign_up, talking
from tests.harness.stack import Stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack


class Events:
    """A stream of server-sent events, read one by one."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def take(self) -> dict[str, Any]:
        """Return the next event: its id, its name, its frame."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line and name:
                    fields[name] = value
                elif "data" in fields:
                    return {"id": fields.get("id"), "event": fields["event"], "frame": orjson.loads(fields["data"])}
        raise EOFError

    async def until(self, kind: str) -> dict[str, Any]:
        """Take events up to the first of a name."""
        while True:
            event = await self.take()
            if event["event"] == kind:
                return event


@asynccontextmanager
async def following(person: Person, conversation: str, after: str | None = None) -> AsyncIterator[Events]:
    """Follow a conversation by server-sent events."""
    resume = {"Last-Event-ID": after} if after else {}
    async with (
        httpx.AsyncClient(base_url=person.url, timeout=30) as http,
        http.stream("GET", f"/api/v1/conversations/{conversation}/events", headers=person.headers | resume) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Events(response)


async def said(person: Person, conversation: str, text: str, **more: Any) -> httpx.Response:
    body = {"id": str(uuid7()), "text": text} | more
    return await person.ask("POST", f"/api/v1/conversations/{conversation}/messages", json=body)


async def polled(person: Person, conversation: str, position: str | None, wait: float = 20) -> dict[str, Any]:
    asked = {"wait": wait} | ({"position": position} if position else {})
    answer = await person.ask("GET", f"/api/v1/conversations/{conversation}/events", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ended(frame: dict[str, Any]) -> bool:
    return frame["type"] == "event" and frame["event"]["type"] in TERMINAL


async def test_a_stream_and_a_poll_tell_what_a_socket_tells(scripted: Stack):
    """R-M4, G3: the same frames in the same order, whatever carries them."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation), following(person, conversation) as stream:
        assert (await stream.take())["event"] == "opened"
        polling = asyncio.create_task(_all_polled(person, conversation))
        await asyncio.sleep(0.3)
        await wire.say(conversation, "answer slowly")
        on_socket = await wire.turn()
        on_stream = []
        while not on_stream or not ended(on_stream[-1]):
            event = await stream.until("event")
            on_stream.append(event["frame"])
            assert event["id"] == f"{on_stream[-1]['epoch']}:{on_stream[-1]['sequence']}"
    assert on_stream == on_socket
    assert await polling == on_socket


async def _all_polled(person: Person, conversation: str) -> list[dict[str, Any]]:
    position, told = None, []
    while not told or not ended(told[-1]):
        answer = await polled(person, conversation, position)
        assert "snapshot" not in answer
        position = answer["position"]
        told += answer["events"]
    return told


async def test_a_stream_that_broke_goes_on_where_it_was(scripted: Stack):
    """G3, R-M4: with the id of the last event nothing is missing and nothing comes twice."""
    person, conversation = await sign_up(scripted.url), str(uuid4())
    told: list[dict[str, Any]] = []
    async with following(person, conversation) as stream:
        await stream.take()
        await said(person, conversation, "answer slowly")
        told += [await stream.until("event") for _ in range(9)]
    async with following(person, conversation, told[-1]["id"]) as stream:
        opened = await stream.take()
        assert opened["frame"]["recovered"] is True
        while not ended(told[-1]["frame"]):
            told.append(await stream.until("event"))
    assert [event["frame"]["sequence"] for event in told] == list(range(1, len(told) + 1))
    assert len({event["frame"]["epoch"] for event in told}) == 1


async def test_a_position_that_is_gone_is_a_snapshot_over_every_transport(scripted: Stack):
    """G3: told explicitly, with the conversation as it stands; from its position everybody goes on."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "hello")
        end = (await wire.turn())[-1]
        await wire.put(type="open", conversation=conversation, position={"epoch": 1, "sequence": 9})
        on_socket = await wire.until("snapshot")
    async with following(person, conversation, "1:9") as stream:
        on_stream = await stream.until("snapshot")
    answer = await polled(person, conversation, "1:9")
    place = f"{end['epoch']}:{end['sequence']}"
    assert (on_stream["id"], answer["position"]) == (place, place)
    assert on_stream["frame"]["messages"] == answer["snapshot"]["messages"] == on_socket["messages"]
    assert (await polled(person, conversation, place, wait=0)) == {"events": [], "position": place}


async def test_a_client_that_has_everything_needs_no_snapshot_though_live_is_empty(scripted: Stack):
    """G3: LIVE is memory; the log knows how the last turn ended, and where."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "hello")
        end = (await wire.turn())[-1]
    bus = Bus("pamctl", scripted.nats_url)
    await bus.connect()
    await bus.jetstream.purge_stream(topology.LIVE, subject=subjects.live(UUID(person.user), UUID(conversation)))
    await bus.close()
    async with connected(person) as wire:
        position = {"epoch": end["epoch"], "sequence": end["sequence"]}
        for place, recovered in ((position, True), (position | {"sequence": 1}, False)):
            await wire.put(type="open", conversation=conversation, position=place)
            assert (await wire.until("opened"))["recovered"] is recovered
        await wire.until("snapshot")
        await wire.say(conversation, "hello again")
        assert (await wire.turn())[0]["sequence"] == 1


@pytest.mark.parametrize("after", ["", "7", "a:b", "1:-1"])
async def test_a_position_that_is_none_is_refused(scripted: Stack, after: str):
    """R-S2: in the words of the interface."""
    person = await sign_up(scripted.url)
    refused = await person.ask("GET", f"/api/v1/conversations/{uuid4()}/events", params={"position": after, "wait": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


async def test_nobody_follows_or_cancels_what_is_somebody_elses(scripted: Stack):
    """G6: not by a stream, not by a poll, not by a cancel; and nobody without a token."""
    owner, other = await sign_up(scripted.url), await sign_up(scripted.url)
    async with talking(owner) as (wire, conversation):
        message = await wire.say(conversation, "hello, this is private")
        await wire.turn()
        path = f"/api/v1/conversations/{conversation}"
        await eventually(lambda: _has_messages(owner, path))
    for method, end, more in (
        ("GET", "events", {}),
        ("GET", "events?wait=1", {}),
        ("POST", "cancel", {"json": {"id": message}}),
    ):
        refused = await other.ask(method, f"{path}/{end}", **more)
        assert (refused.status_code, refused.json()["code"]) == (404, "conversation_not_found")
    async with connected(other) as wire:
        await wire.put(type="cancel", conversation=conversation, id=message)
        error = await wire.until("error")
        assert (error["id"], error["code"]) == (message, "conversation_not_found")
    stranger = await owner.ask("GET", f"{path}/events", headers={"Authorization": ""})
    assert stranger.status_code == 401


async def _has_messages(person: Person, path: str) -> bool:
    return bool((await person.ask("GET", f"{path}/messages")).json()["messages"])


async def test_a_message_that_is_not_to_wait_is_refused_while_a_turn_runs(scripted: Stack):
    """Queueing: 409 with a time to come back; afterwards it is welcome, and under its own id a duplicate."""
    person, conversation = await sign_up(scripted.url), str(uuid4())
    async with talking(person, conversation) as (wire, _):
        await wire.say(conversation, "answer slowly")
        await wire.until("event")
        busy = await said(person, conversation, "hello", when_busy="reject")
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (409, "conversation_busy", "1")
        await wire.turn()
        message = {"id": str(uuid7()), "when_busy": "reject"}
        answers = [await said(person, conversation, "hello", **message) for _ in range(2)]
        assert [answer.json()["duplicate"] for answer in answers] == [False, True]
        await wire.turn()


async def test_only_the_first_message_of_a_conversation_begins_it(scripted: Stack):
    """G1: an agent that finds an empty log looks for a record unless it is told that there is none."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        for _ in range(2):
            await wire.say(conversation, "hello", id=str(uuid7()))
            await wire.turn()
    bus = Bus("pamctl", scripted.nats_url)
    await bus.connect()
    log = LogReader(bus, topology.CONVERSATIONS)
    await log.start()
    entries = await log.read(subjects.conversation_input(UUID(person.user), UUID(conversation)))
    await bus.close()
    assert [headers.NEW_CONVERSATION in entry.headers for entry in entries] == [True, False]


async def test_a_gateway_that_goes_answers_what_it_was_sent_and_sends_everybody_elsewhere(scripted: Stack):
    """R-O8, G1: on SIGTERM each message sent before the close is acked, each client told, and nothing breaks off."""
    person, conversation = await sign_up(scripted.url), str(uuid4())
    async with connected(person) as wire, following(person, conversation) as stream:
        await stream.take()
        poll = asyncio.create_task(polled(person, str(uuid4()), None))
        asking = asyncio.create_task(person.ask("POST", "/api/v1/pam/chat", json={"message": "answer slowly"}))
        await asyncio.sleep(0.5)
        messages = [await wire.say(conversation, "hello", id=str(uuid7())) for _ in range(15)]
        pid = scripted.processes()["gateway"]["pid"]
        os.kill(pid, signal.SIGTERM)
        messages += [await wire.say(conversation, "hello", id=str(uuid7())) for _ in range(4)]
        assert await wire.close_code() == 4601
        assert [frame["id"] for frame in wire.frames if frame["type"] == "ack"] == messages
        assert "drain" in {frame["type"] for frame in wire.frames}
        assert (await stream.until("close"))["frame"]["code"] == 4601
        assert (await poll)["events"] == []
        assert (await asking).status_code == 202
    await eventually(lambda: scripted.processes()["gateway"]["pid"] != pid, within=30)
    await eventually(lambda: scripted.processes()["gateway"]["state"] == "running", within=30)


@pytest.mark.browser
async def test_a_page_without_sockets_talks_over_plain_http_and_comes_back(scripted: Stack, visiting: Visiting):  # noqa: F811
    """R-M4: after three failures events are streamed, messages posted; when sockets work again one is used."""
    visit = await visiting(scripted)
    away = True

    async def road(socket: WebSocketRoute) -> None:
        if away:
            await socket.close()
        else:
            socket.connect_to_server()

    await visit.page.route_web_socket("**/ws/chat/*", road)
    await visit.page.clock.install()
    await visit.sign_up()
    await expect(visit.part("connection")).to_be_visible()
    await visit.page.clock.resume()
    await expect(visit.part("connection")).to_be_hidden(timeout=20_000)
    await visit.say("answer slowly, please")
    await expect(visit.part("stop")).to_be_visible()
    await expect(visit.messages("assistant")).to_have_text(SLOW_ANSWER, timeout=30_000)
    await expect(visit.part("tool-card")).to_have_attribute("data-state", "done")
    assert visit.sent == []
    away = False
    await visit.page.clock.fast_forward(31_000)
    await visit.say("hello")
    await expect(visit.messages("assistant")).to_have_count(2)
    await visit.say("hello again")
    await expect(visit.messages("assistant")).to_have_count(3)
    assert [message["text"] for message in visit.sent][-1:] == ["hello again"]


@pytest.mark.browser
async def test_an_answer_can_be_stopped(scripted: Stack, visiting: Visiting):  # noqa: F811
    """F1, G5: the button is there while a turn runs, and the page says what was done all the same."""
    visit = await visiting(scripted)
    await visit.sign_up()
    await expect(visit.part("stop")).to_be_hidden()
    await visit.say("answer slowly, please")
    await expect(visit.messages("assistant")).to_contain_text("slow answer")
    await visit.part("stop").click()
    await expect(visit.page.get_by_role("alert").filter(has_text="Stopped.")).to_have_text(
        re.compile("Done: Create expense")
    )
    await expect(visit.part("stop")).to_be_hidden()
    await visit.say("hello")
    await expect(visit.messages("assistant").last).to_have_text("Hello from the script.")
