"""A durable pull consumer of the in-memory server, with explicit acknowledgement."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from pam_shared.contracts.topology import ConsumerSpec

if TYPE_CHECKING:
    from tests.simulation.log import Server, Stream

ACK = "$JS.ACK."
NANOSECONDS = 1e9


@dataclass
class Pending:
    """A delivery that nobody has answered yet."""

    delivered: int = 0
    deadline: float = 0.0
    queued: bool = False


@dataclass(eq=False)
class Asked:
    """A lingering pull request."""

    inbox: str
    wanted: int
    expires: float
    heartbeat: float


class Consumer:
    """What was delivered and not answered, who asks for more, and what comes again."""

    def __init__(self, server: "Server", stream: "Stream", spec: ConsumerSpec) -> None:
        self.spec = spec
        self.pending: dict[int, Pending] = {}
        self._server = server
        self._stream = stream
        self._ack_wait = spec.ack_wait.total_seconds()
        self._next = 1
        self._delivered = 0
        self._again: deque[int] = deque()
        self._asked: list[Asked] = []

    @property
    def idle(self) -> bool:
        """Whether everything was delivered and acknowledged."""
        return not self.pending and next(self._stream.find(self.spec.filter_subject, self._next), None) is None

    def ask(self, inbox: str, question: dict[str, Any]) -> None:
        """Take a pull request."""
        loop = self._server.loop
        expires = question["expires"] / NANOSECONDS
        asked = Asked(inbox, question["batch"], loop.time() + expires, question["idle_heartbeat"] / NANOSECONDS)
        self._asked.append(asked)
        loop.call_later(asked.heartbeat, self._beat, asked)
        self.deliver()

    def deliver(self) -> None:
        """Hand out what can be handed out."""
        while asked := self._taker():
            sequence = self._take()
            if sequence is None:
                return
            asked.wanted -= 1
            if not asked.wanted:
                self._asked.remove(asked)
            self._hand_out(sequence, asked.inbox)

    def answer(self, reply: str, body: bytes) -> None:
        """Take an answer to a delivery. It counts for the message, whichever of its deliveries it answers."""
        sequence = int(reply.split(".")[5])
        pending = self.pending.get(sequence)
        if pending is None:
            return
        verb, _, options = body.partition(b" ")
        if verb == b"+WPI":
            pending.deadline = self._server.loop.time() + self._ack_wait
        elif verb == b"-NAK":
            delay = orjson.loads(options)["delay"] / NANOSECONDS if options else 0.0
            pending.deadline = self._server.loop.time() + delay
            self._server.loop.call_at(pending.deadline, self._expire, sequence)
        else:
            del self.pending[sequence]
            if pending.queued:
                self._again.remove(sequence)

    def _taker(self) -> Asked | None:
        """Return the oldest request whose asker is still listening."""
        self._asked = [asked for asked in self._asked if self._server.listeners(asked.inbox)]
        return self._asked[0] if self._asked else None

    def _take(self) -> int | None:
        if self._again:
            return self._again.popleft()
        entry = next(self._stream.find(self.spec.filter_subject, self._next), None)
        if entry is None:
            return None
        self._next = entry.sequence + 1
        return entry.sequence

    def _hand_out(self, sequence: int, inbox: str) -> None:
        loop = self._server.loop
        pending = self.pending.setdefault(sequence, Pending())
        pending.delivered += 1
        pending.queued = False
        pending.deadline = loop.time() + self._ack_wait
        loop.call_at(pending.deadline, self._expire, sequence)
        self._delivered += 1
        message = next(self._stream.find(self.spec.filter_subject, sequence)).message
        place = f"{self._stream.spec.name}.{self.spec.name}.{pending.delivered}.{sequence}.{self._delivered}"
        stamp = int(loop.time() * NANOSECONDS)
        self._server.route(message.answered_at(f"{ACK}{place}.{stamp}.0"), inbox)

    def _expire(self, sequence: int) -> None:
        """Deliver again what was not answered in time."""
        pending = self.pending.get(sequence)
        if pending is None or pending.queued:
            return
        if pending.deadline > self._server.loop.time():
            self._server.loop.call_at(pending.deadline, self._expire, sequence)
            return
        pending.queued = True
        self._again.append(sequence)
        self.deliver()

    def _beat(self, asked: Asked) -> None:
        """Tell a waiting asker that its request stands, or that it has expired."""
        if asked not in self._asked:
            return
        over = self._server.loop.time() >= asked.expires
        if over:
            self._asked.remove(asked)
        else:
            self._server.loop.call_later(asked.heartbeat, self._beat, asked)
        self._server.tell(asked.inbox, "408" if over else "100")
