"""Members as the gateway carries them: they send, send again until acknowledged, repeat, and change their minds."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from nats.errors import Error as NatsError

from pam_shared.contracts import headers, subjects
from pam_shared.contracts.conversation import CancelRequested, MessageReceived, WhenBusy, accepted_id, cancel_id
from tests.simulation.mind import Script

if TYPE_CHECKING:
    from tests.simulation.world import World

ACK_WITHIN = 2.0
AGAIN_AFTER = (0.01, 1.0)
CANCELS = 0.25
INTERRUPTS = 0.1
SLOW = 0.1
DEADLY = 0.03
STATES = 0.2
REPEAT_AFTER = (0.05, 5.0)
CHANGES_MIND_AFTER = (0.0, 0.01, 0.1, 1.0, 4.0)


@dataclass
class Member:
    """One member with a few conversations. ``accepted`` are the messages whose PubAck came, with their conversation."""

    world: "World"
    accepted: dict[UUID, UUID] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        self.client = self.world.connect("gateway")
        self.user = self.world.new_id()

    def conversations(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Return what the member does in each conversation."""
        for _ in range(self.world.random.choice((1, 1, 2, 3))):
            yield self._converse(self.world.new_id())

    async def _converse(self, conversation: UUID) -> None:
        draw = self.world.random
        await self.world.viewer.open(conversation)
        for _ in range(draw.choice((1, 2, 3, 4))):
            await asyncio.sleep(draw.choice((0.0, 0.001, draw.uniform(0, 2.0))))
            message = self._message()
            await self._send(conversation, message)
            await self._think_again(conversation, message)

    def _message(self) -> MessageReceived:
        draw = self.world.random
        self._count += 1
        steps = tuple(draw.choice((1, 1, 2)) for _ in range(draw.choice((0, 1, 1, 2))))
        deadly = self.world.troubled and draw.random() < DEADLY
        slow, states = draw.random() < SLOW, draw.random() < STATES
        script = Script(f"m{self._count}", steps, draw.choice((1, 3, 6)), slow, deadly, states)
        return MessageReceived(
            id=self.world.new_id(),
            text=script.text(),
            when_busy=WhenBusy.INTERRUPT if draw.random() < INTERRUPTS else WhenBusy.ENQUEUE,
            received_at=self.world.loop.utc_now(),
        )

    async def _send(self, conversation: UUID, message: MessageReceived) -> None:
        """Send until it is acknowledged; with luck once."""
        body = message.model_dump_json().encode()
        await self._insist(conversation, body, accepted_id(self.user, conversation, message.id))
        self.accepted[message.id] = conversation

    async def _think_again(self, conversation: UUID, message: MessageReceived) -> None:
        """Now and then cancel, at any moment; now and then send again what the server has forgotten."""
        draw = self.world.random
        if draw.random() < CANCELS:
            await asyncio.sleep(draw.choice(CHANGES_MIND_AFTER) * draw.random())
            for _ in range(draw.choice((1, 1, 2))):
                await self._cancel(conversation, message.id)
        if self.world.troubled and draw.random() < 0.2:
            await asyncio.sleep(draw.uniform(*REPEAT_AFTER))
            await self._send(conversation, message)

    async def _cancel(self, conversation: UUID, message: UUID) -> None:
        request = CancelRequested(turn=message, requested_at=self.world.loop.utc_now())
        body = request.model_dump_json().encode()
        await self._insist(conversation, body, cancel_id(self.user, conversation, message))

    async def _insist(self, conversation: UUID, body: bytes, message_id: str) -> None:
        while True:
            if await self._publish(conversation, body, message_id):
                return
            await asyncio.sleep(self.world.random.uniform(*AGAIN_AFTER))

    async def _publish(self, conversation: UUID, body: bytes, message_id: str) -> bool:
        subject = subjects.conversation_input(self.user, conversation)
        try:
            reply = await self.client.request(subject, body, ACK_WITHIN, {headers.MESSAGE_ID: message_id})
        except (NatsError, TimeoutError):
            return False
        return "error" not in orjson.loads(reply.data)
