"""Holding conversations: members who say their lines as the gateway would pass them on, and what came of each."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from nats.aio.msg import Msg

from pam_agent.context.sources import SOURCES
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, live, subjects, topology
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    MessageReceived,
    ModelReplied,
    ToolReturned,
    ToolUseBlock,
    TurnFinished,
    accepted_id,
)
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import ToolReply
from tests.eval.grounding import ungrounded
from tests.eval.household import Household
from tests.eval.measure import manifests
from tests.eval.script import Call, Conversation, Turn

ZONE = ZoneInfo("America/Denver")
ANSWERED_WITHIN = 30.0
AT_ONCE = 2
"""Lines said at a time: with all of them an agent on a busy machine would wait in vain for what it knows of members."""
_RETURNED = re.compile(r"<(?P<tool>\w+) (?P<path>[\w.]+)>")
_DAY = re.compile(r"<today(?P<days>[+-]\d+)?>")


@dataclass(frozen=True)
class Told:
    """What came of one turn: the calls asked for, what the tools returned, how it ended, and what is known besides.

    ``context`` is what PAM knows of the member beside the conversation, where the answer names figures from elsewhere.
    """

    turn: Turn
    calls: list[ToolUseBlock]
    results: list[ToolReturned]
    finished: TurnFinished
    context: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the member reads."""
        return self.finished.text


@dataclass
class Talk:
    """One conversation as it is held; ``earlier`` holds the replies of tools called before it."""

    script: Conversation
    house: Household
    reader: LogReader
    user: UUID = field(default_factory=uuid4)
    id: UUID = field(default_factory=uuid4)
    earlier: list[tuple[str, ToolReply]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    async def prepare(self) -> None:
        """Let the other members, and this one, have done what they did before."""
        for name, calls in self.script.people.items():
            person = uuid4()
            for call in [Call(tool="update_profile", arguments={"username": name}), *calls]:
                await self._call(person, call)
        for call in self.script.before:
            await self._call(self.user, call)

    async def say(self, turn: Turn) -> None:
        """Say one line and wait until it is answered. Raises TimeoutError where it never is."""
        done = asyncio.Event()

        async def heard(message: Msg) -> None:
            frames = [live.LiveFrame.model_validate_json(part) for part in message.data.split(live.FRAME_SEPARATOR)]
            if any(frame.terminal for frame in frames):
                done.set()

        watching = await self.house.bus.nats.subscribe(subjects.live(self.user, self.id), cb=heard)
        await self.house.bus.nats.flush()
        message = await self._send(turn.say)
        try:
            await asyncio.wait_for(done.wait(), ANSWERED_WITHIN)
        except TimeoutError:
            raise TimeoutError(f"{self.script.name}: {turn.say!r} was not answered.") from None
        await watching.unsubscribe()
        self.told.append(await self._read(turn, message))
        if ungrounded(self.told[-1].text, self.words, self.data):
            self.told[-1].context.extend(await self._context())

    def until(self, number: int) -> "Talk":
        """Return the conversation as it was after so many turns."""
        return replace(self, told=self.told[:number])

    @property
    def replies(self) -> list[tuple[str, ToolReply]]:
        """What tools have returned so far, by their names, oldest first."""
        said = [(result.tool, result.reply) for told in self.told for result in told.results]
        return [*self.earlier, *said]

    @property
    def words(self) -> list[str]:
        """What the member has said so far."""
        return [told.turn.say for told in self.told]

    @property
    def data(self) -> list[Any]:
        """What the tools have returned so far, and what they were asked for."""
        asked = [call.input for told in self.told for call in told.calls]
        return [*asked, *(reply.model_dump(mode="json") for _, reply in self.replies)]

    async def _send(self, text: str) -> UUID:
        message, now = uuid4(), datetime.now(UTC)
        said = MessageReceived(id=message, text=text, context={"timezone": ZONE.key}, received_at=now)
        values = {
            headers.MESSAGE_ID: accepted_id(self.user, self.id, message),
            headers.IDENTITY: self.house.token(self.user, message),
        }
        if not self.told:
            values[headers.NEW_CONVERSATION] = "1"
        if self.script.at:
            latitude, longitude = self.script.at
            place = Fix(latitude=latitude, longitude=longitude, accuracy_m=10, at=now)
            values[headers.LOCATION] = place.model_dump_json()
        subject, body = subjects.conversation_input(self.user, self.id), said.model_dump_json().encode()
        await self.house.bus.publish(topology.CONVERSATIONS, subject, body, values)
        return message

    async def _read(self, turn: Turn, message: UUID) -> Told:
        entries = await self.reader.read(f"{subjects.conversation(self.user, self.id)}.*")
        events = [LOG_EVENT.validate_json(entry.body) for entry in entries]
        mine = [event for event in events if getattr(event, "turn", None) == message]
        replies = [event for event in mine if isinstance(event, ModelReplied)]
        return Told(
            turn,
            [block for reply in replies for block in reply.content if isinstance(block, ToolUseBlock)],
            [event for event in mine if isinstance(event, ToolReturned)],
            next(event for event in mine if isinstance(event, TurnFinished)),
        )

    async def _context(self) -> list[Any]:
        """Ask for all an agent knows of the member."""
        today = datetime.now(ZONE).date()
        asked = (self._asked(self.user, source.subject, source.arguments(today)) for source in SOURCES)
        return [reply.model_dump(mode="json") for reply in await asyncio.gather(*asked)]

    async def _call(self, user: UUID, call: Call) -> None:
        """Make a call that happened before. Raises ValueError where it fails: then the script is wrong."""
        tool = next(tool for tool in manifests() if tool.name == call.tool)
        reply = await self._asked(user, tool.subject, meant(call.arguments | call.also, self.earlier))
        if not reply.success:
            raise ValueError(f"{self.script.name}: {call.tool} before it: {reply.message}")
        self.earlier.append((call.tool, reply))

    async def _asked(self, user: UUID, subject: str, arguments: dict[str, Any]) -> ToolReply:
        values = {
            headers.IDENTITY: self.house.token(user),
            headers.IDEMPOTENCY_KEY: str(uuid4()),
            headers.TIME_ZONE: ZONE.key,
        }
        body = json.dumps({"arguments": arguments}).encode()
        return ToolReply.model_validate_json(await self.house.bus.request(subject, body, values, timeout=10))


async def hold(house: Household, scripts: Sequence[Conversation]) -> list[Talk]:
    """Hold conversations side by side, line by line; between two lines what was done has gone round the house."""
    reader = LogReader(house.bus, topology.CONVERSATIONS)
    await reader.start()
    talks = [Talk(script, house, reader) for script in scripts]
    await asyncio.gather(*(talk.prepare() for talk in talks))
    room = asyncio.Semaphore(AT_ONCE)

    async def say(talk: Talk, turn: Turn) -> None:
        async with room:
            await talk.say(turn)

    for number in range(max(len(script.turns) for script in scripts)):
        await house.quiet()
        lines = [(talk, talk.script.turns[number]) for talk in talks if number < len(talk.script.turns)]
        await asyncio.gather(*(say(talk, turn) for talk, turn in lines))
    await reader.stop()
    return talks


def meant(value: Any, results: Sequence[tuple[str, ToolReply]]) -> Any:
    """Return arguments with what stands for a day, or for what a tool returned last, replaced."""
    if isinstance(value, dict):
        return {name: meant(item, results) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    found = _RETURNED.fullmatch(value)
    if found is None:
        today = datetime.now(ZONE).date()
        return _DAY.sub(lambda day: str(today + timedelta(days=int(day["days"] or 0))), value)
    return _at(found["path"], next((reply.data for tool, reply in reversed(results) if tool == found["tool"]), None))


def _at(path: str, value: Any) -> Any:
    for key in path.split("."):
        value = dict(enumerate(value)).get(int(key)) if isinstance(value, list) else (value or {}).get(key)
    return value
