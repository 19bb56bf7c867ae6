"""What is on record about some conversations: the log, LIVE, PostgreSQL's messages, and the tools' effects."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    LogEvent,
    MessageReceived,
    ToolReturned,
    TurnFinished,
    TurnStarted,
)
from pam_shared.contracts.live import FRAME_SEPARATOR, LiveFrame, Position
from tests.faults import effects
from tests.faults.diary import digest


@dataclass(frozen=True)
class Line:
    """One log entry: its sequence, what it says, and the nonce of the attempt that wrote it ("" for the gateway's)."""

    sequence: int
    event: LogEvent
    nonce: str


@dataclass
class Logged:
    """What the log says of one turn."""

    sequence: int
    copies: int = 0
    starts: list[TurnStarted] = field(default_factory=list)
    finished: list[tuple[int, TurnFinished]] = field(default_factory=list)
    results: list[ToolReturned] = field(default_factory=list)
    late: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A message in PostgreSQL."""

    id: UUID
    role: str
    content: str
    log_sequence: int


@dataclass
class Record:
    """All there is about one conversation. ``live`` holds positions in the order clients may see, with their hashes."""

    turns: dict[UUID, Logged] = field(default_factory=dict)
    live: dict[Position, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)


Key = tuple[UUID, UUID]
"""The member's id and the conversation's."""


async def gather(bus: Bus, database: asyncpg.Connection, keys: list[Key]) -> dict[Key, Record]:
    """Read everything about the conversations. Raises UnavailableError, asyncpg's errors."""
    records = {key: Record() for key in keys}
    log, live = LogReader(bus, topology.CONVERSATIONS), LogReader(bus, topology.LIVE)
    await log.start()
    await live.start()
    try:
        for (user, conversation), record in records.items():
            record.turns = turns_of(await log.read(f"{subjects.conversation(user, conversation)}.*"))
            record.live = seen_in(await live.read(subjects.live(user, conversation)))
    finally:
        await log.stop()
        await live.stop()
    counted = await effects.count(database, [user for user, _ in keys])
    rows = await _rows(database, [conversation for _, conversation in keys])
    for (user, conversation), record in records.items():
        record.effects = counted[user]
        record.rows = rows[conversation]
    return records


def turns_of(entries: list[Entry]) -> dict[UUID, Logged]:
    """Fold the log the plain way: nothing is left out, so that what should not be there shows."""
    turns: dict[UUID, Logged] = {}
    for entry in entries:
        line = Line(entry.sequence, LOG_EVENT.validate_json(entry.body), _nonce(entry.message_id))
        if isinstance(line.event, MessageReceived):
            turns.setdefault(line.event.id, Logged(entry.sequence)).copies += 1
        elif not entry.subject.endswith(subjects.INBOX):
            _write_down(turns.setdefault(line.event.turn, Logged(0)), line)
    return turns


def _write_down(turn: Logged, line: Line) -> None:
    newest = turn.starts[-1].nonce if turn.starts else line.nonce
    if turn.finished or (line.nonce != newest and not isinstance(line.event, TurnStarted)):
        turn.late.append(line)
    match line.event:
        case TurnStarted():
            turn.starts.append(line.event)
        case ToolReturned():
            turn.results.append(line.event)
        case TurnFinished():
            turn.finished.append((line.sequence, line.event))


def _nonce(message_id: str) -> str:
    parts = message_id.split(":")
    return parts[2] if len(parts) > 3 else ""


def seen_in(entries: list[Entry]) -> dict[Position, str]:
    """Return what LIVE holds, by position; what a superseded attempt said after its successor began is left out."""
    seen: dict[Position, str] = {}
    top: Position | None = None
    for raw in (raw for entry in entries for raw in entry.body.split(FRAME_SEPARATOR)):
        position = LiveFrame.model_validate_json(raw).position
        if top is None or top < position:
            seen[position] = digest(raw)
            top = position
    return seen


async def _rows(database: asyncpg.Connection, conversations: list[UUID]) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await database.fetch(
        "select conversation_id, id, role, content, log_sequence from persistence.pam_messages"
        " where conversation_id = any($1) order by created_at, log_sequence",
        conversations,
    ):
        found[row["conversation_id"]].append(Row(row["id"], row["role"], row["content"], row["log_sequence"]))
    return found
