"""Cutting the bytes of a streamed reply into its events."""

import orjson
import pytest

from pam_agent.event_stream import EVENT_MAX, EventStream, UnreadableStreamError
from pam_agent.gathered import Gathered
from pam_shared.contracts.conversation import TextBlock, Usage
from pam_shared.errors import ExternalUnavailableError

pytestmark = pytest.mark.unit

BLOCK = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
END = {"type": "content_block_stop", "index": 0}


def delta(text):
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def written(*events, newline=b"\n") -> bytes:
    lines = (
        b"event: %s%sdata: %s%s%s" % (e["type"].encode(), newline, orjson.dumps(e), newline, newline) for e in events
    )
    return b"".join(lines)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_come_out_whole_wherever_the_network_cuts(size, newline):
    """R-A1: a character, a line or an event may arrive in pieces."""
    events = [BLOCK, delta("Grüße aus "), delta("Zürich \n\n data: 😀"), END]
    wire, stream = written(*events, newline=newline), EventStream()
    found = [event for at in range(0, len(wire), size) for event in stream.take(wire[at : at + size])]
    assert found == events


def test_an_event_comes_out_with_the_bytes_that_complete_it():
    """R-A1: nothing waits for the next event to come."""
    stream, wire = EventStream(), written(delta("now"))
    assert stream.take(wire[:-2]) == []
    assert stream.take(wire[-2:-1]) == [delta("now")]


@pytest.mark.parametrize("wire", [b"data: {half\n", b"data: [1]\n", b"data: " + b"x" * (EVENT_MAX + 1)])
def test_what_is_no_stream_of_events_is_refused(wire):
    """R-A1: a proxy's page or an endless line is not an answer."""
    with pytest.raises(UnreadableStreamError):
        EventStream().take(wire)


def test_comments_and_other_fields_are_passed_over():
    """R-A1: what a proxy adds to keep a connection open."""
    assert EventStream().take(b": ping\nid: 4\nretry: 10\n" + written(END)) == [END]


def test_a_block_begun_twice_counts_once():
    """R-A1: a repeated event adds nothing."""
    whole = Gathered()
    assert whole.take([BLOCK, delta("Hello"), BLOCK, END, END]) == "Hello"
    assert whole.reply("m").content == [TextBlock(text="Hello")]


def test_an_error_after_the_stream_began_is_the_api_being_away():
    """R-A1: once the stream began the API reports trouble as an event."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    with pytest.raises(ExternalUnavailableError) as away:
        Gathered().take([BLOCK, error])
    assert away.value.problem.code == "model_overloaded_error"


def test_unknown_events_and_missing_counts_change_nothing():
    """R-A1: the API may add events and leave counts out."""
    whole = Gathered()
    assert whole.take([{"type": "ping"}, {"type": "message_start", "message": {"usage": {}}}, delta("lost")]) == ""
    assert whole.reply("m").usage == Usage()
