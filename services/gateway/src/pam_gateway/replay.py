"""Where a client continues: what it missed, out of LIVE, or a snapshot when that is gone."""

from dataclasses import dataclass
from uuid import UUID

from pam_gateway.acceptance import Acceptance
from pam_gateway.backlog import event_of, read_backlog
from pam_gateway.course import START, UNNAMED, Place, contiguous, in_order, place_behind
from pam_gateway.kept import Kept
from pam_gateway.live_feed import Frame
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.conversation import MessageReceived, TurnFinished
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.live import SO_FAR, Position


@dataclass(frozen=True)
class Resumption:
    """How a client goes on: from ``place`` with ``frames``; where ``recovered`` is false, after a snapshot.

    ``waiting`` means that the running turn's events are not all there any more: nothing of it is sent from the middle,
    only from where its agent says it whole, or its end as another snapshot.
    """

    place: Place
    frames: list[Frame]
    recovered: bool
    waiting: bool = False

    @property
    def position(self) -> Position:
        """The position the client is told it has: ``0:0``, which no event has, where there is nothing to go on from."""
        return START.position if self.waiting else self.place.position


def resume(position: Position | None, kept: list[Frame]) -> Resumption:
    """Decide what a client at ``position`` is sent, given what is known of the conversation's events, oldest first.

    Without a position the client begins now: at the start of the turn that is running, or behind everything.
    """
    frames = in_order(kept)
    if position is None:
        return _from_now(frames, recovered=True)
    if position == START.position:
        return _on_from(START, frames)
    had = [frame for frame in frames if frame.position <= position]
    if not had or had[-1].position != position:
        return _from_now(frames, recovered=False)
    return _on_from(place_behind(had), frames)


def rejoin(place: Place, kept: list[Frame], *, waiting: bool) -> Resumption:
    """Decide how a client goes on that was at ``place`` when something did not reach it."""
    frames = in_order(kept)
    if waiting:
        return from_now(kept)
    return _on_from(START, frames) if place == START else resume(place.position, frames)


def from_now(kept: list[Frame]) -> Resumption:
    """Return how a client goes on after a snapshot."""
    return _from_now(in_order(kept), recovered=False)


def _on_from(place: Place, frames: list[Frame]) -> Resumption:
    missed = [frame for frame in frames if place.position < frame.position]
    if not contiguous(place, missed):
        return _from_now(frames, recovered=False)
    return Resumption(place, missed, recovered=True)


def _from_now(frames: list[Frame], *, recovered: bool) -> Resumption:
    """Begin behind everything, or, while a turn is running, where its attempt began or was said whole since."""
    top = place_behind(frames)
    if top.turn is None:
        return Resumption(top, [], recovered)
    attempt = [frame for frame in frames if frame.position.epoch == top.position.epoch]
    whole = [index for index, frame in enumerate(attempt) if frame.begins or frame.kind == SO_FAR]
    for index in (*whole[:1], *whole[-1:]):
        before = _before(attempt[index])
        if contiguous(before, attempt[index:]):
            return Resumption(before, attempt[index:], recovered)
    return Resumption(top, [], recovered=False, waiting=True)


def _before(frame: Frame) -> Place:
    position = Position(epoch=frame.position.epoch, sequence=frame.position.sequence - 1)
    return Place(position, UNNAMED)


class Replay:
    """Reads what is needed to resume."""

    def __init__(self, bus: Bus, live: LogReader, log: LogReader, acceptance: Acceptance) -> None:
        self._bus = bus
        self._kept = Kept(live)
        self._log = log
        self._acceptance = acceptance

    async def kept(self, user: UUID, conversation: UUID, position: Position | None) -> list[Frame]:
        """Return what LIVE holds of a conversation for one at a position. Raises UnavailableError."""
        return await self._kept.behind(user, conversation, position)

    async def began_at(self, user: UUID, conversation: UUID) -> int | None:
        """Return the epoch of the first attempt in the log; None when nobody has ever been answered there."""
        first = await self._log.first(subjects.conversation_output(user, conversation))
        return first.sequence if first else None

    async def ends_at(self, user: UUID, conversation: UUID, position: Position) -> bool:
        """Whether the newest thing an agent wrote is the end of a turn, told at this position."""
        newest = await self._log.last(subjects.conversation_output(user, conversation))
        event = event_of(newest)
        return isinstance(event, TurnFinished) and position == Position(epoch=event.epoch, sequence=event.sequence)

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
        said = await self._log.last(subjects.conversation_input(user, conversation))
        written = await self._log.last(subjects.conversation_output(user, conversation))
        newest = [entry for entry in (said, written) if entry is not None]
        if not all(_is_message(entry) for entry in newest):
            return (await read_backlog(self._log, user, conversation)).newest
        return max((entry.sequence for entry in newest), default=None)


def _is_message(entry: Entry) -> bool:
    return isinstance(event_of(entry), MessageReceived | TurnFinished)
