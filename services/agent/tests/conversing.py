"""Talking to agents: someone who writes messages as the gateway does, reads the log, and watches what is live."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pam_agent.main import serve
from pam_agent.settings import AgentSettings
from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, live, subjects, topology
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    CancelRequested,
    MessageReceived,
    TurnFinished,
    accepted_id,
    cancel_id,
)
from tests.harness.waiting import eventually


@asynccontextmanager
async def running_agent(nats, model=None, **settings):
    given = {"ANTHROPIC_API_KEY": "key" if model else None, "ANTHROPIC_BASE_URL": model and model.url}
    bus = Bus("agent", nats)
    await bus.connect()
    try:
        async with serve(bus, AgentSettings(nats_url=nats, **given, **settings)):
            yield bus
    finally:
        await bus.close()


class Member:
    """Someone who writes messages as the gateway does, reads the log, and watches what is live."""

    def __init__(self, bus, reader, person):
        self.bus, self.reader, self.person = bus, reader, person
        self.frames: list[live.LiveFrame] = []

    async def watch(self):
        async def on(message):
            parts = message.data.split(live.FRAME_SEPARATOR)
            self.frames += [live.LiveFrame.model_validate_json(part) for part in parts]

        await self.bus.nats.subscribe(subjects.live_of_member(self.person.user), cb=on)

    async def say(self, conversation, text, message=None, message_id=None, extra=None, **more) -> UUID:
        message = message or uuid4()
        said = MessageReceived(id=message, text=text, received_at=datetime.now(UTC), **more)
        body = said.model_dump_json().encode()
        values = {
            headers.MESSAGE_ID: message_id or accepted_id(self.person.user, conversation, message),
            headers.IDENTITY: self.person.token(turn=message),
            **(extra or {}),
        }
        await self.bus.publish(topology.CONVERSATIONS, self.subject(conversation), body, values)
        return message

    async def cancel(self, conversation, message) -> None:
        body = CancelRequested(turn=message, requested_at=datetime.now(UTC)).model_dump_json().encode()
        values = {headers.MESSAGE_ID: cancel_id(self.person.user, conversation, message)}
        await self.bus.publish(topology.CONVERSATIONS, self.subject(conversation), body, values)

    async def write(self, conversation, event, message_id) -> None:
        """Append to the log as some agent would."""
        subject = subjects.conversation_output(self.person.user, conversation)
        body = event.model_dump_json(exclude_none=True).encode()
        await self.bus.publish(topology.CONVERSATIONS, subject, body, {headers.MESSAGE_ID: message_id})

    def subject(self, conversation) -> str:
        return subjects.conversation_input(self.person.user, conversation)

    async def log(self, conversation) -> list:
        entries = await self.reader.read(f"{subjects.conversation(self.person.user, conversation)}.*")
        return [LOG_EVENT.validate_json(entry.body) for entry in entries if entry.body.startswith(b"{")]

    async def ends(self, conversation) -> list[TurnFinished]:
        return [event for event in await self.log(conversation) if isinstance(event, TurnFinished)]

    async def answered(self, conversation, count=1, within=15.0) -> list[TurnFinished]:
        async def there():
            found = await self.ends(conversation)
            return found if len(found) >= count else None

        return await eventually(there, within)

    def kinds(self, conversation) -> list[str]:
        mine = [frame.event for frame in self.frames if frame.conversation == conversation]
        return [event.get("name") or event["type"] for event in mine]

    def course(self, conversation) -> list[tuple[str, UUID]]:
        """Which turns started and ended, in the order it was heard."""
        mine = [frame.event for frame in self.frames if frame.conversation == conversation and "runId" in frame.event]
        return [(event["type"], UUID(event["runId"])) for event in mine]

    def terminals(self, conversation) -> set[live.Position]:
        return {frame.position for frame in self.frames if frame.conversation == conversation and frame.terminal}

    async def heard_ends(self, conversation, count) -> set[live.Position]:
        """Wait for what is live: it comes after the log."""
        await eventually(lambda: len(self.terminals(conversation)) >= count)
        return self.terminals(conversation)


async def settled(bus) -> bool:
    info = await bus.jetstream.consumer_info(topology.CONVERSATIONS, topology.AGENT.name)
    return info.num_pending == 0 and info.num_ack_pending == 0
