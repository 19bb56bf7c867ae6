"""Events over plain HTTP: how a stream and a long poll carry what a socket would."""

import asyncio
import time
from types import SimpleNamespace

import orjson
import pytest

from pam_gateway.http.event_stream import EventStream, Poll, place_name
from pam_gateway.settings import GatewaySettings
from pam_shared.contracts import frames
from pam_shared.contracts.frames import CloseCode
from services.gateway.tests.live_events import CONVERSATION, at, frame, turn

pytestmark = pytest.mark.unit


def stream(person, aborted=None, revoked=(), lives=600.0, **bounds) -> EventStream:
    verifier = SimpleNamespace(revoked=revoked)
    settings = GatewaySettings.model_construct(**bounds)
    return EventStream(person.identity(lives=lives), verifier, settings, lambda: aborted.append(True))


@pytest.fixture
def poll(person):
    """Ask, as a member whose token is good."""
    return lambda asked, revoked=(): Poll(person.identity(), SimpleNamespace(revoked=revoked), asked)


def opened(position=None, *, recovered=True) -> frames.Opened:
    return frames.Opened(conversation=CONVERSATION, position=position, recovered=recovered)


def snapshot(position=None) -> frames.Snapshot:
    return frames.Snapshot(conversation=CONVERSATION, position=position, messages=[])


async def said(stream: EventStream) -> list[dict[str, str]]:
    """Return a stream's events to its end, by their fields."""
    text = b"".join([chunk async for chunk in stream.chunks()]).decode()
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


async def test_an_event_is_named_by_its_position(person):
    """R-M4: the id is what a client sends back to go on from there; also where nothing has been said yet."""
    told = stream(person)
    told.put(opened(at(3, 4)))
    told.put_event(frame(3, 5))
    told.put(snapshot())
    told.close(CloseCode.DRAIN, "elsewhere")
    events = await said(told)
    assert [(event.get("id"), event["event"]) for event in events] == [
        ("3:4", "opened"),
        ("3:5", "event"),
        ("0:0", "snapshot"),
        (None, "close"),
    ]
    assert orjson.loads(events[1]["data"]) == orjson.loads(frame(3, 5).raw)
    assert orjson.loads(events[3]["data"])["code"] == CloseCode.DRAIN


async def test_a_quiet_stream_is_kept_alive(person, monkeypatch):
    """R-M3: a comment now and then, so that nothing in between takes it for dead."""
    monkeypatch.setattr("pam_gateway.http.event_stream.PING_EVERY", 0.05)
    chunks = stream(person).chunks()
    assert [await anext(chunks), await anext(chunks)] == [b": ping\n\n"] * 2


async def test_a_reader_of_a_stream_that_is_a_full_queue_behind_is_let_go(person):
    """R-M5: told at half, ended at full, cut off when it takes not even that."""
    aborted = []
    told = stream(person, aborted, queue_frames=10)
    for item in turn(1, 7):
        told.put_event(item)
    told.sweep(now := time.monotonic())
    for item in turn(2, 5):
        told.put_event(item)
    assert told.closed
    told.sweep(now)
    assert aborted == []
    told.sweep(now + 10)
    assert aborted == [True]
    assert [orjson.loads(event["data"])["code"] for event in await said(told)] == [CloseCode.SLOW]


async def test_a_stream_is_told_that_it_lags(person):
    """R-M5: before it is ended."""
    told = stream(person, queue_frames=10)
    for item in turn(1, 7):
        told.put_event(item)
    told.close(CloseCode.DRAIN)
    events = await said(told)
    assert (events[0]["event"], orjson.loads(events[0]["data"])["code"]) == ("error", "lagging")


@pytest.mark.parametrize(("about", "code"), [("revoked", CloseCode.FORBIDDEN), ("expired", CloseCode.TOKEN_EXPIRED)])
async def test_a_stream_ends_with_its_members_right_to_it(person, about, code):
    """R-S1: revoked or expired, it is over within a second, like a socket."""
    told = stream(person, [], {person.session} if about == "revoked" else (), -1 if about == "expired" else 600)
    told.sweep(time.monotonic())
    assert [orjson.loads(event["data"])["code"] for event in await said(told)] == [code]


async def polled(asking: Poll, seconds: float = 0.0) -> dict:
    return orjson.loads(await asking.wait(seconds))


async def test_a_poll_answers_with_the_first_events(poll):
    """R-M4: at once, with the place of the last one."""
    asking = poll(None)
    asking.put(opened(at(3, 0)))
    waiting = asyncio.create_task(polled(asking, 5))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    for item in turn(3, 2):
        asking.put_event(item)
    answer = await asyncio.wait_for(waiting, 1)
    assert [event["sequence"] for event in answer["events"]] == [1, 2]
    assert answer["position"] == "3:2"


async def test_a_poll_in_which_nothing_happens_answers_where_it_stands(poll):
    """R-M4: the next one goes on from there."""
    asking = poll(at(3, 4))
    asking.put(opened(at(3, 4)))
    assert await polled(asking, 0.01) == {"events": [], "position": "3:4"}


async def test_a_poll_whose_position_is_gone_answers_with_a_snapshot_at_once(poll):
    """G3: told explicitly; where there is no place to name, the next poll waits until there is one."""
    asking = poll(at(3, 4))
    asking.put(opened(None, recovered=False))
    asking.put(snapshot())
    answer = await asyncio.wait_for(polled(asking, 5), 1)
    assert (answer["events"], answer["position"], answer["snapshot"]["messages"]) == ([], "0:0", [])
    again = poll(at(0, 0))
    again.put(opened(None, recovered=False))
    again.put(snapshot())
    waiting = asyncio.create_task(polled(again, 5))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    again.put(snapshot(at(4, 7)))
    assert (await asyncio.wait_for(waiting, 1))["position"] == "4:7"


async def test_what_is_too_much_for_one_answer_comes_with_the_next(poll):
    """G3: bounded, and the place is that of the last event that is in it."""
    asking = poll(None)
    for item in turn(1, 300):
        asking.put_event(item)
    answer = await polled(asking)
    assert (len(answer["events"]), answer["position"]) == (256, "1:256")


async def test_a_poll_ends_with_its_members_right_to_it(poll, person):
    """R-S1: revoked, nothing more is told."""
    asking = poll(at(3, 4), {person.session})
    asking.put(opened(at(3, 4)))
    asking.sweep(time.monotonic())
    assert (await asyncio.wait_for(polled(asking, 5), 1))["events"] == []


def test_a_place_is_written_as_it_is_read():
    """R-M4: ids and URLs."""
    assert [place_name(at(3, 4)), place_name(None)] == ["3:4", "0:0"]
