"""What a conversation's log still owes an answer to."""

from dataclasses import dataclass, field
from uuid import UUID

import orjson

from pam_gateway.remembered import Remembered
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.contracts import subjects
from pam_shared.contracts.conversation import LOG_EVENT, LogEvent, MessageReceived, TurnFinished, TurnStatus

FIRST_LOOK_AFTER = 10


@dataclass
class Backlog:
    """The messages of a conversation's context and which of them have no answer.

    ``last`` is the log sequence of the newest entry, ``newest`` of the newest one that becomes a message on record.
    """

    last: int = 0
    newest: int | None = None
    messages: set[UUID] = field(default_factory=set)
    unanswered: set[UUID] = field(default_factory=set)

    def fold(self, entry: Entry) -> None:
        """Take one entry in; what is none we know changes nothing."""
        self.last = max(self.last, entry.sequence)
        event = event_of(entry)
        if isinstance(event, MessageReceived | TurnFinished):
            self.newest = entry.sequence
        if isinstance(event, MessageReceived) and event.id not in self.messages:
            self.messages.add(event.id)
            self.unanswered.add(event.id)
        elif isinstance(event, TurnFinished):
            self.unanswered.discard(event.turn)


def event_of(entry: Entry | None) -> LogEvent | None:
    """Return what an entry says; None for what is none we know."""
    try:
        return LOG_EVENT.validate_json(entry.body) if entry else None
    except ValueError:
        return None


async def read_backlog(log: LogReader, user: UUID, conversation: UUID) -> Backlog:
    """Read the log from where the conversation's context begins. Raises UnavailableError."""
    newest = await log.last(subjects.conversation_output(user, conversation))
    backlog = Backlog()
    for entry in await log.read(f"{subjects.conversation(user, conversation)}.*", _base(newest)):
        backlog.fold(entry)
    return backlog


class Backlogs:
    """Reads backlogs, and knows when one has to be read because it could be too long."""

    def __init__(self, log: LogReader, most: int) -> None:
        self._log = log
        self._most = most
        self._room: Remembered[tuple[UUID, UUID], int] = Remembered()

    async def read(self, user: UUID, conversation: UUID) -> Backlog:
        """Read a conversation's backlog. Raises UnavailableError."""
        return await read_backlog(self._log, user, conversation)

    async def all_answered(self, user: UUID, conversation: UUID) -> bool:
        """Whether no message waits, as far as the two newest entries tell. Raises UnavailableError.

        They do where one answers the other: messages are answered in order, but for those that are cancelled. Reading
        all that might wait costs the server a walk through its blocks.
        """
        said = event_of(await self._log.last(subjects.conversation_input(user, conversation)))
        written = event_of(await self._log.last(subjects.conversation_output(user, conversation)))
        if not isinstance(said, MessageReceived) or not isinstance(written, TurnFinished):
            return False
        if written.turn != said.id or written.status is TurnStatus.CANCELLED:
            return False
        self._room[user, conversation] = self._most - 1
        return True

    def may_be_full(self, user: UUID, conversation: UUID) -> bool:
        """Count one more message, and say whether the conversation might be full by now.

        Reading the log with each message would cost more than all the rest. What was accepted here since the last look
        is counted instead: a look is due when that many could fill it.
        """
        key = user, conversation
        left = self._room.get(key, FIRST_LOOK_AFTER) - 1
        self._room[key] = left
        return left < 0

    def is_full(self, user: UUID, conversation: UUID, backlog: Backlog) -> bool:
        """Whether there is no room for another message, and remember how much there is."""
        left = self._most - len(backlog.unanswered)
        self._room[user, conversation] = max(0, left - 1)
        return left <= 0


def _base(newest: Entry | None) -> int:
    """Return where the context begins, as each entry of an agent says."""
    entry = orjson.loads(newest.body) if newest is not None else {}
    base = entry.get("base") if isinstance(entry, dict) else None
    return base if isinstance(base, int) else 1
