"""The conversations one client has open, and how each is brought from where the client was to now."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel

from pam_gateway.course import START, Place
from pam_gateway.live_feed import Frame
from pam_gateway.replay import Replay, Resumption, from_now, resume
from pam_gateway.sockets.channel import Channel, EventSink
from pam_shared.contracts import frames
from pam_shared.contracts.frames import CloseCode
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.live import Position
from pam_shared.errors import InvalidRequestError, PamError
from pam_shared.telemetry.logs import log

LIVE_BEHIND = (0.0, 0.004, 0.032, 0.256)
"""Seconds between looks into LIVE: what was just heard may not be stored yet."""


class Sink(EventSink, Protocol):
    """Where a client's frames go, whatever carries them. It calls ``on_room`` when what is missing may follow."""

    on_room: Callable[[], None]

    def put(self, frame: BaseModel) -> None:
        """Queue a frame of ours; must not wait."""

    def close(self, code: int, reason: str = "") -> None:
        """End the client's connection after what is queued."""


class Channels:
    """Opens, joins and, after a hole, joins again."""

    def __init__(self, who: Identity, replay: Replay, outbound: Sink, most: int) -> None:
        self._who = who
        self._replay = replay
        self._outbound = outbound
        self._most = most
        self._open: dict[UUID, Channel] = {}
        self._rejoining: set[asyncio.Task[None]] = set()
        outbound.on_room = self._flush

    @property
    def running(self) -> bool:
        """Whether a turn is running in any of them."""
        return any(channel.running for channel in self._open.values())

    def hear(self, frame: Frame) -> None:
        """Take a live frame of the member."""
        channel = self._open.get(frame.conversation)
        if channel is not None:
            channel.hear(frame)

    def interrupted(self) -> None:
        """Look whether events of any of them did not come."""
        for channel in tuple(self._open.values()):
            channel.interrupted()

    async def open(self, conversation: UUID, position: Position | None) -> None:
        """Open a conversation at a position. Raises InvalidRequestError, UnavailableError."""
        if conversation not in self._open and len(self._open) >= self._most:
            raise InvalidRequestError(
                f"At most {self._most} conversations can be open on a socket.", code="too_many_open"
            )
        channel = self._open[conversation] = Channel(conversation, self._outbound, self._on_hole)
        try:
            kept = await self._replay.kept(self._who.user, conversation, position)
            resumption = await self._confirmed(channel, position, resume(position, kept))
            await self._join(channel, resumption, quietly=False)
        except PamError:
            if self._open.get(conversation) is channel:
                del self._open[conversation]
            raise

    def close(self, conversation: UUID) -> None:
        """Close a conversation; one that is not open is no matter."""
        self._open.pop(conversation, None)

    @contextmanager
    def holding(self, conversation: UUID) -> Iterator[None]:
        """Hold a conversation's events back during the block: a message's events must not overtake its ack."""
        channel = self._open.get(conversation)
        if channel is None:
            yield
            return
        channel.hold()
        try:
            yield
        finally:
            channel.release()

    def leave(self) -> None:
        """Join nothing any more."""
        for task in tuple(self._rejoining):
            task.cancel()

    def _flush(self) -> None:
        for channel in tuple(self._open.values()):
            channel.flush()

    async def _join(self, channel: Channel, resumption: Resumption, *, quietly: bool) -> None:
        """Bring a channel to now: by what LIVE holds, else by a snapshot."""
        page = None if resumption.recovered else await self._replay.history(self._who, channel.conversation)
        if self._open.get(channel.conversation) is not channel:
            return  # closed, or opened anew, meanwhile
        if page is not None or not quietly:
            self._outbound.put(_opened(channel, resumption))
        if page is not None:
            self._outbound.put(
                frames.Snapshot(
                    conversation=channel.conversation,
                    position=resumption.position,
                    messages=page.messages,
                    next_cursor=page.next_cursor,
                )
            )
        channel.join(resumption)

    def _on_hole(self, channel: Channel) -> None:
        """Something between agent and here was lost: join again from the last position, by snapshot if need be."""
        task = asyncio.create_task(self._rejoin(channel))
        self._rejoining.add(task)
        task.add_done_callback(self._rejoining.discard)

    async def _rejoin(self, channel: Channel) -> None:
        try:
            resumption = await self._found(channel)
            await self._join(channel, await self._confirmed(channel, channel.position, resumption), quietly=True)
        except PamError as error:
            log.warning("a hole could not be filled", reason=str(error))
            self._outbound.close(CloseCode.POSITION_LOST, "Events were lost; reconnect and resume.")

    async def _found(self, channel: Channel) -> Resumption:
        """Look for what is missing."""
        log.warning("live events may be missing", conversation=str(channel.conversation))
        for pause in LIVE_BEHIND:
            await asyncio.sleep(pause)
            kept = await self._replay.kept(self._who.user, channel.conversation, channel.position)
            resumption = channel.rejoined(kept)
            if resumption.recovered:
                break
        return resumption

    async def _confirmed(self, channel: Channel, position: Position | None, resumption: Resumption) -> Resumption:
        """Where LIVE knows nothing of a position any more, the log may: the client has it all if a turn ended there."""
        if position == START.position and resumption.recovered:
            return await self._from_the_start(channel, resumption)
        if resumption.recovered or position is None:
            return resumption
        if not await self._replay.ends_at(self._who.user, channel.conversation, position):
            return resumption
        return Resumption(Place(position, None), [], recovered=True)

    async def _from_the_start(self, channel: Channel, resumption: Resumption) -> Resumption:
        """Who knows of nothing has missed nothing only if what LIVE holds begins with the first that ever was."""
        first = resumption.frames[0].position.epoch if resumption.frames else None
        if first == await self._replay.began_at(self._who.user, channel.conversation):
            return resumption
        return from_now(resumption.frames)


def _opened(channel: Channel, resumption: Resumption) -> frames.Opened:
    return frames.Opened(
        conversation=channel.conversation, position=resumption.position, recovered=resumption.recovered
    )
