"""The writing side of a socket, with clients that read slowly, late or never."""

import asyncio

import orjson
import pytest

from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.outbound import Outbound
from pam_shared.contracts.frames import CloseCode, Pong
from services.gateway.tests.slow_reader import SlowReader
from tests.harness.waiting import eventually

pytestmark = pytest.mark.unit


def settings(**values) -> GatewaySettings:
    return GatewaySettings.model_construct(**values)


async def test_frames_reach_the_client_in_order():
    """G3: one order."""
    reader = SlowReader()
    outbound = Outbound(reader, settings())
    for number in range(100):
        outbound.put_raw(str(number))
    outbound.put(Pong())
    await eventually(lambda: len(reader.taken) == 101)
    assert reader.taken == [*(str(number) for number in range(100)), '{"type":"pong"}']
    await outbound.finish()


@pytest.mark.parametrize(
    ("bounds", "text"),
    [({"queue_frames": 10}, "a"), ({"queue_bytes": 1000}, "a" * 100), ({"queue_bytes": 1000}, "\N{MINIBUS}" * 25)],
    ids=["too many frames", "too many bytes", "too many bytes of emoji"],
)
async def test_a_client_that_is_a_full_queue_behind_is_let_go_to_resume(bounds, text):
    """R-M5: bounded by frames and by bytes; then the slow client is closed with 4608, and nothing follows."""
    reader = SlowReader(reading=False)
    outbound = Outbound(reader, settings(**bounds))
    await asyncio.sleep(0)
    for _ in range(9):
        outbound.put_raw(text)
        await asyncio.sleep(0)
    assert not outbound.closed
    for _ in range(3):
        outbound.put_raw(text)
    assert outbound.closed
    outbound.put_raw("too late")
    reader.reading.set()
    await eventually(lambda: outbound.done, within=2)
    assert reader.closed[0] == CloseCode.SLOW
    assert len(reader.taken) <= 1
    assert reader.after_close == 0


async def test_a_client_that_reads_on_is_never_let_go():
    """R-M5: the bound is on what waits, not on what was sent."""
    reader = SlowReader()
    outbound = Outbound(reader, settings(queue_frames=5, queue_bytes=50))
    for number in range(100):
        outbound.put_raw(f"{number:05}")
        await asyncio.sleep(0)
    await eventually(lambda: len(reader.taken) == 100)
    assert not outbound.closed
    await outbound.finish()


async def test_one_frame_may_be_larger_than_the_queue():
    """G3: a snapshot of long messages is not a slow client's fault, and would not be smaller the next time."""
    reader = SlowReader()
    outbound = Outbound(reader, settings(queue_bytes=100))
    outbound.put_raw("opened")
    outbound.put_raw("x" * 1000)
    assert not outbound.closed
    await eventually(lambda: "x" * 1000 in reader.taken)
    await outbound.finish()


async def test_putting_never_waits_for_the_client():
    """R-M5: the bus reader never waits for a socket."""
    reader = SlowReader(reading=False)
    outbound = Outbound(reader, settings())
    assert outbound.put_raw("a frame") is None
    assert not asyncio.iscoroutinefunction(outbound.put)
    reader.reading.set()
    await outbound.finish()
    assert reader.taken == ["a frame"]


async def test_what_was_queued_is_written_before_the_close():
    """R-O8: a drain reaches the client before its socket closes; what comes behind it does not."""
    reader = SlowReader()
    outbound = Outbound(reader, settings())
    outbound.put_raw("first")
    outbound.put_raw("drain")
    outbound.close(CloseCode.DRAIN, "elsewhere")
    outbound.close(CloseCode.IDLE, "never said")
    outbound.put_raw("too late")
    await eventually(lambda: outbound.done)
    assert reader.taken == ["first", "drain"]
    assert reader.closed == (CloseCode.DRAIN, "elsewhere")


async def test_a_client_that_takes_no_frame_at_all_is_let_go_after_a_while():
    """R-M3: a reader that hangs is found, also when its queue never fills."""
    reader = SlowReader(reading=False)
    outbound = Outbound(reader, settings(write_within=0.1))
    outbound.put_raw("a frame")
    await eventually(lambda: outbound.done, within=2)
    assert reader.closed[0] == CloseCode.SLOW
    assert outbound.closed


async def test_a_client_that_is_gone_ends_the_writing():
    """R-M8: a connection that broke leaves no task behind."""
    reader = SlowReader()
    reader.gone = True
    outbound = Outbound(reader, settings())
    outbound.put_raw("a frame")
    await eventually(lambda: outbound.done, within=2)
    assert outbound.closed
    await outbound.finish()


async def test_a_client_half_a_queue_behind_is_told_first_and_once():
    """R-M5: the notice comes ahead of what is queued, and again only after the client had caught up."""
    reader = SlowReader(reading=False)
    outbound = Outbound(reader, settings(queue_frames=10))
    for _ in range(2):
        await asyncio.sleep(0)
        reader.taken.clear()
        for number in range(8):
            outbound.put_raw(str(number))
            await asyncio.sleep(0)
        reader.reading.set()
        await eventually(lambda: len(reader.taken) == 9, within=2)
        notice = orjson.loads(reader.taken[1])
        assert (notice["type"], notice["code"], notice["temporary"]) == ("error", "lagging", True)
        assert [text for text in reader.taken if text != reader.taken[1]] == [str(number) for number in range(8)]
        reader.reading.clear()
    reader.reading.set()
    await outbound.finish()
    assert reader.closed[0] == CloseCode.GOING_AWAY


async def test_a_peer_that_does_not_even_take_the_close_is_cut_off(monkeypatch):
    """R-M3: nothing of it stays behind, though its connection still stands."""
    monkeypatch.setattr("pam_gateway.sockets.outbound.CLOSE_WITHIN", 0.1)
    reader, never = SlowReader(reading=False), asyncio.Event()
    monkeypatch.setattr(reader, "close", lambda _code, _reason: never.wait())
    outbound = Outbound(reader, settings(write_within=0.1))
    outbound.put_raw("a frame")
    await eventually(lambda: outbound.done, within=2)
    assert reader.aborted
