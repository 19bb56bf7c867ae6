"""The conversations open on one socket, and how each is brought from where the client was to now."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from pam_gateway.live_feed import Frame
from pam_gateway.replay import Replay, Resumption, resume
from pam_gateway.sockets.channel import Channel
from pam_gateway.sockets.outbound import Outbound
from pam_shared.contracts import frames
from pam_shared.contracts.frames import CloseCode
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.live import Position
from pam_shared.errors import InvalidRequestError, PamError
from pam_shared.telemetry.logs import log


class Channels:
    """Opens, joins and, after a hole, joins again."""

    def __init__(self, who: Identity, replay: Replay, outbound: Outbound, most: int) -> None:
        self._who = who
        self._replay = replay
        self._outbound = outbound
        self._most = most
        self._open: dict[UUID, Channel] = {}
        self._rejoining: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> bool:
        """Whether a turn is running in any of them."""
        return any(channel.running for channel in self._open.values())

    def hear(self, frame: Frame) -> None:
        """Take a live frame of the member."""
        channel = self._open.get(frame.conversation)
        if channel is not None:
            channel.hear(frame)

    async def open(self, conversation: UUID, position: Position | None) -> None:
        """Open a conversation at a position. Raises InvalidRequestError, UnavailableError."""
        if conversation not in self._open and len(self._open) >= self._most:
            raise InvalidRequestError(
                f"At most {self._most} conversations can be open on a socket.", code="too_many_open"
            )
        channel = self._open[conversation] = Channel(conversation, self._outbound, self._on_hole)
        channel.position = position
        try:
            await self._join(channel, quietly=False)
        except PamError:
            self._open.pop(conversation, None)
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

    async def _join(self, channel: Channel, *, quietly: bool) -> None:
        """Bring a channel from its position to now: by what LIVE holds, else by a snapshot."""
        kept = await self._replay.kept(self._who.user, channel.conversation)
        resumption = resume(channel.position, kept)
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
        log.warning("a hole in the live events", conversation=str(channel.conversation))
        task = asyncio.create_task(self._rejoin(channel))
        self._rejoining.add(task)
        task.add_done_callback(self._rejoining.discard)

    async def _rejoin(self, channel: Channel) -> None:
        try:
            await self._join(channel, quietly=True)
        except PamError as error:
            log.warning("a hole could not be filled", reason=str(error))
            self._outbound.close(CloseCode.POSITION_LOST, "Events were lost; reconnect and resume.")


def _opened(channel: Channel, resumption: Resumption) -> frames.Opened:
    return frames.Opened(
        conversation=channel.conversation, position=resumption.position, recovered=resumption.recovered
    )
