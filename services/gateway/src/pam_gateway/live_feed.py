"""What happens live, for everyone connected here: one subscription per member, shared by all of their sockets."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from pam_shared.bus.connection import Bus
from pam_shared.contracts import subjects
from pam_shared.contracts.live import FRAME_SEPARATOR, TERMINAL, Position
from pam_shared.telemetry.logs import log

_HEAD = re.compile(
    rb'\{"type":"event","conversation":"[^"]+","epoch":(\d+),"sequence":(\d+),"event":\{"type":"(\w+)"'
    rb'(?:,"name":"([^"]+)"(?:,"value":\{"turn":"([^"]+)")?|,"threadId":"[^"]+","runId":"([^"]+)")?'
)


@dataclass(frozen=True)
class Frame:
    """An ``event`` frame as it came, and the little that must be known of it to pass it on.

    ``kind`` is the event's type, or the name of one of PAM's own events; ``turn`` the turn that its head names.
    """

    conversation: UUID
    position: Position
    kind: str
    turn: str | None
    raw: bytes

    @property
    def begins(self) -> bool:
        """Whether an attempt begins with it."""
        return self.position.sequence == 1

    @property
    def terminal(self) -> bool:
        """Whether it ends its turn."""
        return self.kind in TERMINAL


def frames_of(subject: str, body: bytes) -> list[Frame]:
    """Return the frames of one message on a live subject. Raises ValueError for what is none."""
    conversation = UUID(subject.rpartition(".")[2])
    return [_frame(conversation, raw) for raw in body.split(FRAME_SEPARATOR)]


def _frame(conversation: UUID, raw: bytes) -> Frame:
    """Read a frame's head, without parsing the rest."""
    head = _HEAD.match(raw)
    if head is None:
        raise ValueError("not an event frame")
    epoch, sequence, kind, name, subject, run = head.groups()
    position = Position(epoch=int(epoch), sequence=int(sequence))
    turn = subject or run
    return Frame(conversation, position, (name or kind).decode(), turn.decode() if turn else None, raw)


class Listener(Protocol):
    """Who hears the events of a member. Neither method may wait."""

    def hear(self, frame: Frame) -> None:
        """Take the next event."""

    def interrupted(self) -> None:
        """Take note that events may not have come: the connection was gone for a while."""


@dataclass
class _Feed:
    subscription: Subscription
    listeners: set[Listener] = field(default_factory=set)


class LiveFeed:
    """Subscribes when the first listener of a member comes, unsubscribes when the last one goes."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._feeds: dict[UUID, _Feed] = {}
        bus.on_reconnect(self._interrupted)

    async def join(self, user: UUID, listener: Listener) -> None:
        """Hear everything live of a member from now on."""
        feed = self._feeds.get(user)
        if feed is None:
            subscription = await self._bus.nats.subscribe(subjects.live_of_member(user), cb=self._heard(user))
            feed = self._feeds.setdefault(user, _Feed(subscription))
            feed.listeners.add(listener)
            if feed.subscription is not subscription:
                await subscription.unsubscribe()
        feed.listeners.add(listener)
        # The server must know of the subscription before anything is replayed behind it.
        await self._bus.nats.flush()

    async def leave(self, user: UUID, listener: Listener) -> None:
        """Hear no more."""
        feed = self._feeds.get(user)
        if feed is None:
            return
        feed.listeners.discard(listener)
        if not feed.listeners:
            del self._feeds[user]
            await feed.subscription.unsubscribe()

    def _interrupted(self) -> None:
        for feed in self._feeds.values():
            for listener in tuple(feed.listeners):
                listener.interrupted()

    def _heard(self, user: UUID) -> Callable[[Msg], Awaitable[None]]:
        async def pass_on(message: Msg) -> None:
            try:
                frames = frames_of(message.subject, message.data)
            except ValueError:
                log.warning("something on a live subject is not an event")
                return
            feed = self._feeds.get(user)
            for listener in tuple(feed.listeners) if feed else ():
                for frame in frames:
                    listener.hear(frame)

        return pass_on
