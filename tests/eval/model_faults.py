"""What a member sees when the model fails, measured: ``python -m tests.eval.model_faults`` prints the table.

A real agent on a real NATS server; the Messages API is scripted to fail.
"""

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import structlog
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg

from pam_agent.main import serve
from pam_agent.settings import AgentSettings
from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, live, subjects, topology
from pam_shared.contracts.conversation import MessageReceived, TurnFinished, TurnStarted, TurnStatus, accepted_id
from pam_shared.embedded.nats import start_nats
from pam_shared.service import installed_services
from pam_shared.testing.messages_api import messages_api
from pamctl.provisioning import provision_nats
from tests.eval.troubles import QUESTION, TROUBLES, Trouble

SEEN_WITHIN = 60.0


@dataclass
class Seen:
    """What one member was shown after the message at ``asked`` in the log.

    Seconds to the first text and to the end, the banners, the text, and how it ended.
    """

    asked: int = 0
    began: float = 0.0
    first_text: float | None = None
    ended: float | None = None
    banners: list[str] = field(default_factory=list)
    text: str = ""
    ends: list[str] = field(default_factory=list)
    finished: TurnFinished | None = None

    def show(self, frame: live.LiveFrame) -> None:
        """Take one event in, as a client does; the end of an earlier turn may be said again."""
        if frame.epoch < self.asked:
            return
        event = frame.event
        match event:
            case {"type": "TEXT_MESSAGE_CONTENT", "delta": delta}:
                self.first_text = self.first_text or time.monotonic() - self.began
                self.text += delta
            case {"type": "CUSTOM", "name": live.BANNER, "value": {"message": message}}:
                self.banners.append(message)
            case {"type": "RUN_FINISHED" | "RUN_ERROR" as end}:
                self.ended = time.monotonic() - self.began
                self.ends.append(event.get("message") or end)

    @property
    def mode(self) -> str:
        """Who had the last word."""
        return self.finished.model if self.finished else "nobody"


@dataclass
class Visitor:
    """A member with one conversation, in which nothing needs a tool."""

    bus: Bus
    user: UUID = field(default_factory=uuid4)
    conversation: UUID = field(default_factory=uuid4)

    async def remember(self, turns: int, text: str) -> None:
        """Have so many earlier turns in the log, as an agent would have written them."""
        for _ in range(turns):
            await self._lived_through(text)

    async def ask(self) -> Seen:
        """Say one message and watch until it is answered."""
        seen, done = Seen(), asyncio.Event()

        async def on_live(message: Msg) -> None:
            for part in message.data.split(live.FRAME_SEPARATOR):
                seen.show(live.LiveFrame.model_validate_json(part))
            if seen.ends:
                done.set()

        watching = await self.bus.nats.subscribe(subjects.live(self.user, self.conversation), cb=on_live)
        await self.bus.nats.flush()
        seen.began = time.monotonic()
        _, seen.asked = await self._say(QUESTION)
        async with asyncio.timeout(SEEN_WITHIN):
            await done.wait()
        await watching.unsubscribe()
        newest = await self.bus.jetstream.get_last_msg(topology.CONVERSATIONS, self._output)
        seen.finished = TurnFinished.model_validate_json(newest.data or b"")
        return seen

    @property
    def _output(self) -> str:
        return subjects.conversation_output(self.user, self.conversation)

    async def _say(self, text: str) -> tuple[UUID, int]:
        said = MessageReceived(id=uuid4(), text=text, received_at=datetime.now(UTC))
        values = {headers.MESSAGE_ID: accepted_id(self.user, self.conversation, said.id), headers.NEW_CONVERSATION: "1"}
        subject, body = subjects.conversation_input(self.user, self.conversation), said.model_dump_json().encode()
        sequence, _ = await self.bus.publish(topology.CONVERSATIONS, subject, body, values)
        return said.id, sequence

    async def _lived_through(self, text: str) -> None:
        turn, base = await self._say(text)
        started = TurnStarted(turn=turn, attempt=1, nonce="earlier", delivered=99, base=base)
        finished = TurnFinished(turn=turn, status=TurnStatus.SUCCESS, text="I see.", epoch=base, sequence=1, base=1)
        for number, event in enumerate((started, finished)):
            values = {headers.MESSAGE_ID: f"{turn}:earlier:{number}"}
            await self.bus.publish(topology.CONVERSATIONS, self._output, event.model_dump_json().encode(), values)


async def seen_in(trouble: Trouble, nats: str, **settings: float) -> Seen:
    """Return what a member sees who speaks to an agent whose model has this trouble."""
    async with messages_api(trouble.scenes()) as api, _connected("visitor", nats) as bus:
        visitor = Visitor(bus)
        await visitor.remember(trouble.earlier_turns, trouble.earlier_text)
        given = {"nats_url": nats, "ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": api.url, "unasked_allowance": 1000}
        async with _connected("agent", nats) as own, serve(own, AgentSettings(**given, **settings)):
            return await visitor.ask()


@asynccontextmanager
async def _connected(service: str, nats: str) -> AsyncIterator[Bus]:
    bus = Bus(service, nats)
    await bus.connect()
    try:
        yield bus
    finally:
        await bus.close()


def row(trouble: Trouble, seen: Seen) -> str:
    """Return a line of the table."""
    text = " ".join(seen.text.split())
    shown = text if len(text) < 150 else f"{text[:70]} […] {text[-70:]}"
    first = "-" if seen.first_text is None else f"{seen.first_text:.2f}"
    ended = "-" if seen.ended is None else f"{seen.ended:.2f}"
    banners = " ".join(seen.banners) or "-"
    return f"| {trouble.name} | {first} | {ended} | {seen.mode} | {banners} | {shown} |"


async def main() -> None:
    """Go through all troubles with the settings an agent has, and print what was seen."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        server = await start_nats(Path(folder))
        try:
            connection = Client()
            await connection.connect(server.url)
            await provision_nats(connection, services=installed_services())
            await connection.close()
            print("| the model | first text, s | end, s | last word by | banner | what the member reads |")
            print("|---|---|---|---|---|---|")
            for trouble in TROUBLES:
                print(row(trouble, await seen_in(trouble, server.url)), flush=True)
        finally:
            await server.stop()


if __name__ == "__main__":
    uvloop.run(main())
