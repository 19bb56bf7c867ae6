"""A conversation's events over plain HTTP: as server-sent events, or one answer to a long poll."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from pydantic import BaseModel

from pam_gateway.course import START
from pam_gateway.live_feed import Frame
from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.outlet import LAGGING, Outlet
from pam_gateway.sockets.session import end_of
from pam_shared.contracts import frames
from pam_shared.contracts.frames import CloseCode
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.live import Position
from pam_shared.identity import Verifier

PING_EVERY = 15.0
PING = b": ping\n\n"
LAST_WORDS_WITHIN = 5.0
GOING = "This gateway is going away; reconnect and resume."
POLL_EVENTS_MAX = 256


def place_name(position: Position | None) -> str:
    """Return a position as it stands in ids and URLs: ``0:0``, which no event has, where there is none to name."""
    place = position or START.position
    return f"{place.epoch}:{place.sequence}"


class Closed(BaseModel):
    """The last event of a stream that the gateway ends: the code a socket would be closed with."""

    type: str = "close"
    code: int
    reason: str


class EventStream(Outlet):
    """The frames of a socket as server-sent events. An event's id is the position to resume from."""

    def __init__(self, who: Identity, verifier: Verifier, settings: GatewaySettings, abort: Callable[[], None]) -> None:
        super().__init__(settings)
        self._who = who
        self._verifier = verifier
        self._abort = abort
        self._closed_at = 0.0

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield what is to be sent, and a comment where for a while nothing is."""
        while self._frames or not self.closed:
            if self._frames:
                yield self._taken()
            try:
                async with asyncio.timeout(PING_EVERY):
                    await self.refilled()
            except TimeoutError:
                yield PING
        code, reason = self._close or (CloseCode.GOING_AWAY, GOING)
        yield _sse(Closed(code=code, reason=reason)).encode()

    def _taken(self) -> bytes:
        return "".join(iter(self.take, None)).encode()

    def put(self, frame: BaseModel) -> None:
        """Queue a frame of ours."""
        named = isinstance(frame, frames.Opened | frames.Snapshot)
        self.put_raw(_sse(frame, place_name(getattr(frame, "position", None)) if named else None))

    def put_event(self, frame: Frame) -> None:
        """Queue an event as it came."""
        self.put_raw(f"id: {place_name(frame.position)}\nevent: event\ndata: {frame.raw.decode()}\n\n")

    def lag_notice(self) -> str:
        """Return what a reader that is behind is told."""
        return _sse(LAGGING)

    def sweep(self, now: float) -> None:
        """End the stream when its time is over; abort it when its reader does not take the end."""
        if end := end_of(self._who, self._verifier):
            self.close(*end)
        if self.closed:
            self._closed_at = self._closed_at or now
            if now - self._closed_at > LAST_WORDS_WITHIN:
                self._abort()

    async def drain(self, after_ms: int) -> None:
        """Send the client elsewhere."""
        self.put(frames.Drain(after_ms=after_ms))
        self.close(CloseCode.DRAIN, GOING)


class Poll:
    """What one long poll collects."""

    has_room = True

    def __init__(self, who: Identity, verifier: Verifier, asked: Position | None) -> None:
        self._who = who
        self._verifier = verifier
        self.on_room: Callable[[], None] = _nothing
        self._asked = place_name(asked)
        self._position = self._asked
        self._events: list[bytes] = []
        self._snapshot: frames.Snapshot | None = None
        self._more = asyncio.Event()

    def put(self, frame: BaseModel) -> None:
        """Take a frame of ours: where the client stands, or the conversation as it stands."""
        if isinstance(frame, frames.Snapshot):
            self._snapshot = frame
            self._events.clear()
        if isinstance(frame, frames.Snapshot | frames.Opened):
            self._position = place_name(frame.position)
            # Where there is nothing to resume from, a snapshot says nothing that the one before did not.
            if self._snapshot and self._position != self._asked:
                self._more.set()

    def put_event(self, frame: Frame) -> None:
        """Take an event; what is too much for one answer comes with the next."""
        if len(self._events) < POLL_EVENTS_MAX:
            self._events.append(frame.raw)
            self._position = place_name(frame.position)
            self._more.set()

    def close(self, code: int, reason: str = "") -> None:  # noqa: ARG002 - whoever polls again is told
        """Wait no longer."""
        self._more.set()

    def sweep(self, now: float) -> None:  # noqa: ARG002 - a wait is short
        """Wait no longer when the member's time is over."""
        if end_of(self._who, self._verifier):
            self._more.set()

    async def drain(self, after_ms: int) -> None:  # noqa: ARG002 - the next poll goes elsewhere by itself
        """Wait no longer."""
        self._more.set()

    async def wait(self, seconds: float) -> bytes:
        """Wait for the first event, no longer than that, and return the answer as JSON."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._more.wait()
        snapshot = b',"snapshot":' + self._snapshot.model_dump_json().encode() if self._snapshot else b""
        return b'{"events":[%s],"position":"%s"%s}' % (b",".join(self._events), self._position.encode(), snapshot)


def _sse(frame: BaseModel, identifier: str | None = None) -> str:
    kind, text = getattr(frame, "type", "message"), frame.model_dump_json(exclude_none=True)
    place = f"id: {identifier}\n" if identifier else ""
    return f"{place}event: {kind}\ndata: {text}\n\n"


def _nothing() -> None:
    """Do nothing: a poll has room to its end."""
