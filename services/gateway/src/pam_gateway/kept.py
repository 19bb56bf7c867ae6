"""What LIVE keeps of conversations, read from where their newest turns began as far as that is enough."""

from dataclasses import dataclass
from uuid import UUID

from pam_gateway.course import in_order
from pam_gateway.live_feed import Frame, frames_of
from pam_gateway.remembered import Remembered
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.contracts import subjects
from pam_shared.contracts.live import Position
from pam_shared.telemetry.logs import log


@dataclass(frozen=True)
class _Mark:
    """Where an attempt begins: the sequence in LIVE of what holds its first event, and that event's position."""

    sequence: int
    position: Position


class Kept:
    """Reads LIVE, and remembers where in it the newest attempt of each conversation begins.

    A client that comes back was there a moment ago: without the mark each return would read a quarter of an hour.
    """

    def __init__(self, live: LogReader) -> None:
        self._live = live
        self._marks: Remembered[UUID, _Mark] = Remembered()

    async def behind(self, user: UUID, conversation: UUID, position: Position | None) -> list[Frame]:
        """Return a conversation's events, oldest first: all that one at a position, or without any, is to be told.

        What stood before the attempt that position belongs to may be left out. Raises UnavailableError.
        """
        mark = self._marks.get(conversation)
        if mark is not None and (position is None or mark.position <= position):
            frames = await self._from(user, conversation, mark.sequence)
            if any(frame.position == mark.position for frame in frames):
                return frames
        return await self._from(user, conversation, 1)

    async def _from(self, user: UUID, conversation: UUID, start: int) -> list[Frame]:
        entries = await self._live.read(subjects.live(user, conversation), start)
        told = [(frame, entry.sequence) for entry in entries for frame in _readable(entry)]
        frames = [frame for frame, _ in told]
        begins = {frame.position: sequence for frame, sequence in reversed(told) if frame.begins}
        if newest := next((frame.position for frame in reversed(in_order(frames)) if frame.begins), None):
            self._marks[conversation] = _Mark(begins[newest], newest)
        return frames


def _readable(entry: Entry) -> list[Frame]:
    try:
        return frames_of(entry.subject, entry.body)
    except ValueError:
        log.warning("something in LIVE is not an event", sequence=entry.sequence)
        return []
