"""The Messages API's server-sent events, read as plain JSON: a typed model for each token costs more than the token."""

from typing import Any

import orjson

EVENT_MAX = 1024 * 1024


class UnreadableStreamError(Exception):
    """What came is not a stream of events."""


class EventStream:
    """Cuts the bytes of a response into events. The API writes each event's JSON on one ``data:`` line."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, chunk: bytes) -> list[dict[str, Any]]:
        """Return the events that this chunk completes. Raises UnreadableStreamError."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > EVENT_MAX:
            raise UnreadableStreamError
        return [_event(line) for line in lines if line.startswith(b"data:")]


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(line.removeprefix(b"data:"))
    except orjson.JSONDecodeError as error:
        raise UnreadableStreamError from error
    if not isinstance(event, dict):
        raise UnreadableStreamError
    return event
