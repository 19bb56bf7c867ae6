"""Where a client continues: what it missed, out of LIVE, or a snapshot when that is gone."""

from dataclasses import dataclass
from uuid import UUID

from pam_gateway.acceptance import Acceptance
from pam_gateway.live_feed import Frame, frames_of
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.conversation import LOG_EVENT, MessageReceived, TurnFinished
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.live import Position
from pam_shared.telemetry.logs import log


@dataclass(frozen=True)
class Resumption:
    """How a client goes on: from ``position`` with ``frames``; where ``recovered`` is false, after a snapshot."""

    position: Position | None
    frames: list[Frame]
    recovered: bool


def resume(position: Position | None, kept: list[Frame]) -> Resumption:
    """Decide what a client at ``position`` is sent, given what LIVE still holds of the conversation, oldest first.

    Without a position the client begins now: at the start of the turn that is running, or behind everything.
    """
    frames = in_order(kept)
    if position is None:
        return _from_now(frames, recovered=True)
    if not any(frame.position == position for frame in frames):
        return _from_now(frames, recovered=False)
    missed = [frame for frame in frames if position < frame.position]
    if not contiguous(position, missed):
        return _from_now(frames, recovered=False)
    return Resumption(position, missed, recovered=True)


def in_order(kept: list[Frame]) -> list[Frame]:
    """Return frames by position, each once; what a superseded attempt said after its successor began is left out."""
    frames: list[Frame] = []
    for frame in kept:
        if not frames or frames[-1].position < frame.position:
            frames.append(frame)
    return frames


def contiguous(position: Position, frames: list[Frame]) -> bool:
    """Whether the frames follow the position and each other without a hole."""
    for frame in frames:
        if not position.precedes(frame.position):
            return False
        position = frame.position
    return True


def _from_now(frames: list[Frame], *, recovered: bool) -> Resumption:
    if not frames:
        return Resumption(None, [], recovered)
    top = frames[-1]
    if top.terminal:
        return Resumption(top.position, [], recovered)
    begin = Position(epoch=top.position.epoch, sequence=0)
    running = [frame for frame in frames if begin < frame.position]
    if not contiguous(begin, running):
        return Resumption(top.position, [], recovered)
    return Resumption(begin, running, recovered)


class Replay:
    """Reads what is needed to resume."""

    def __init__(self, bus: Bus, live: LogReader, log: LogReader, acceptance: Acceptance) -> None:
        self._bus = bus
        self._live = live
        self._log = log
        self._acceptance = acceptance

    async def kept(self, user: UUID, conversation: UUID) -> list[Frame]:
        """Return what LIVE holds of a conversation. Raises UnavailableError."""
        entries = await self._live.read(subjects.live(user, conversation))
        return [frame for entry in entries for frame in _readable(entry)]

    async def history(self, who: Identity, conversation: UUID, page: asked.Page | None = None) -> asked.MessagesPage:
        """Return a page of a conversation's messages, by default the newest: none of those the log has is left out.

        Raises UnavailableError, RemoteError.
        """
        page = page or asked.Page(limit=asked.PAGE_DEFAULT)
        newest = None if page.cursor else await self._newest(who.user, conversation)
        question = asked.MessagesQuery(conversation=conversation, recorded=newest, **page.model_dump())
        values = {headers.IDENTITY: self._acceptance.call_token(who)}
        return await ask(self._bus, subjects.query(asked.MESSAGES), question, asked.MessagesPage, values)

    async def _newest(self, user: UUID, conversation: UUID) -> int | None:
        """Return the log sequence of the newest entry that becomes a message."""
        newest = [
            await self._log.last(subjects.conversation_input(user, conversation)),
            await self._log.last(subjects.conversation_output(user, conversation)),
        ]
        return max((entry.sequence for entry in newest if entry and _is_message(entry)), default=None)


def _readable(entry: Entry) -> list[Frame]:
    try:
        return frames_of(entry.subject, entry.body)
    except ValueError:
        log.warning("something in LIVE is not an event", sequence=entry.sequence)
        return []


def _is_message(entry: Entry) -> bool:
    try:
        return isinstance(LOG_EVENT.validate_json(entry.body), MessageReceived | TurnFinished)
    except ValueError:
        return False
