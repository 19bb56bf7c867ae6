"""Following a conversation over plain HTTP, where a WebSocket does not get through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from pam_gateway.http.desk import Desk, Member, TheDesk
from pam_gateway.http.event_stream import EventStream, Poll
from pam_gateway.protocols import abort_of
from pam_gateway.sockets.channels import Channels
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.live import Position
from pam_shared.errors import UnavailableError

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

PLACE = r"^\d{1,18}:\d{1,18}$"
WAIT_MAX = 25.0
UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Place = Annotated[str | None, Query(pattern=PLACE, description="Where to resume: ``<epoch>:<sequence>``.")]
LastEventId = Annotated[str | None, Header(pattern=PLACE)]


@router.get("/{conversation}/events", response_class=Response)
async def events(
    conversation: UUID,
    request: Request,
    who: Member,
    desk: TheDesk,
    wait: Annotated[float | None, Query(ge=0, le=WAIT_MAX, description="Seconds of a long poll.")] = None,
    position: Place = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Return what happens in a conversation, after a position or from now on, with the frames of the socket.

    Without ``wait`` as server-sent events whose ids are positions; the gateway's last one is ``close``, with the code
    of a socket. With ``wait`` as one answer ``{events, position, snapshot?}``, as soon as there is an event.
    """
    await desk.acceptance.check_access(who, conversation)
    place = last_event_id or position
    after = Position(epoch=int(place.split(":")[0]), sequence=int(place.split(":")[1])) if place else None
    if wait is None:
        return _Following(desk, who, conversation, after, request)
    poll = Poll(who, desk.verifier, after)
    async with _open(desk, who, conversation, after, poll):
        return Response(await poll.wait(wait), media_type="application/json", headers=UNBUFFERED)


class _Following(Response):
    """A stream that is opened when it is sent, and closed however that ends."""

    def __init__(self, desk: Desk, who: Identity, conversation: UUID, after: Position | None, request: Request) -> None:
        super().__init__()
        self._desk = desk
        self._opening = (who, conversation, after)
        self._abort = abort_of(request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who, conversation, after = self._opening
        stream = EventStream(who, self._desk.verifier, self._desk.settings, self._abort)
        async with _open(self._desk, who, conversation, after, stream):
            body = StreamingResponse(stream.chunks(), media_type="text/event-stream", headers=UNBUFFERED)
            await body(scope, receive, send)


@asynccontextmanager
async def _open(
    desk: Desk, who: Identity, conversation: UUID, after: Position | None, sink: EventStream | Poll
) -> AsyncIterator[None]:
    """Have a conversation open for as long as the block. Raises OverloadedError, UnavailableError."""
    if desk.registry.draining:
        raise UnavailableError("This gateway is going away. Please try again.", code="draining", retry_after=1)
    channels = Channels(who, desk.replay, sink, most=1)
    with desk.registry.attending(sink):
        desk.registry.admit(sink, who)
        await desk.feed.join(who.user, channels)
        try:
            await channels.open(conversation, after)
            yield
        finally:
            channels.leave()
            await desk.feed.leave(who.user, channels)
