"""An in-memory NATS server, as far as PAM uses it: core subscriptions, streams, one kind of consumer, direct reads.

It speaks the server's own protocol, headers and status messages included, so that the real bus package talks to it.
``test_contract.py`` holds it against the real server.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, Protocol

import orjson

from pam_shared.contracts import headers
from pam_shared.contracts.topology import ConsumerSpec, StreamSpec
from tests.simulation.clock import EPOCH
from tests.simulation.consumer import ACK, Consumer

WRONG_LAST_SEQUENCE = 10071
DIRECT_GET = "$JS.API.DIRECT.GET."
NEXT_MESSAGE = "$JS.API.CONSUMER.MSG.NEXT."


@lru_cache(maxsize=20_000)
def covers(pattern: str, subject: str) -> bool:
    """Whether a subscription to ``pattern`` hears ``subject``."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted.pop()
        given, rest = given[: len(wanted)], given[len(wanted) :]
        if not rest:
            return False
    return len(wanted) == len(given) and all(want in {"*", got} for want, got in zip(wanted, given, strict=True))


@dataclass(frozen=True)
class Message:
    """A message on its way, in either direction."""

    subject: str
    body: bytes = b""
    reply: str = ""
    headers: dict[str, str] | None = None

    def answered_at(self, reply: str) -> "Message":
        """Return the same message with another reply subject."""
        return Message(self.subject, self.body, reply, self.headers)


@dataclass(frozen=True)
class Stored:
    """An entry of a stream. ``time`` is virtual."""

    sequence: int
    time: float
    message: Message

    @property
    def id(self) -> str:
        """The ``Nats-Msg-Id`` it was published under."""
        return (self.message.headers or {}).get(headers.MESSAGE_ID, "")


class RefusedError(Exception):
    """A publish the stream does not take, as the server words it."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass
class Stream:
    """Entries in order, with the fence and with deduplication inside a window."""

    spec: StreamSpec
    window: float
    last: int = 0
    entries: list[Stored] = field(default_factory=list)
    _ids: dict[str, tuple[float, int]] = field(default_factory=dict)

    def publish(self, message: Message, now: float) -> tuple[int, bool]:
        """Store a message; return its sequence and whether it was stored before. Raises RefusedError."""
        values = message.headers or {}
        if headers.EXPECTED_SEQUENCE in values:
            self._expect(int(values[headers.EXPECTED_SEQUENCE]), values.get(headers.EXPECTED_SUBJECT, message.subject))
        message_id = values.get(headers.MESSAGE_ID, "")
        at, sequence = self._ids.get(message_id, (0.0, 0))
        if message_id and sequence and now - at < self.window:
            return sequence, True
        self.last += 1
        if message_id:
            self._ids[message_id] = (now, self.last)
        self.entries.append(Stored(self.last, now, message))
        return self.last, False

    def find(self, subject: str, start: int = 1, until: float = float("inf")) -> Iterator[Stored]:
        """Yield the entries of a subject filter from a sequence on that were stored until a time."""
        for entry in self.entries:
            if entry.sequence >= start and entry.time <= until and covers(subject, entry.message.subject):
                yield entry

    def last_of(self, subject: str, until: float = float("inf")) -> Stored | None:
        """Return the newest entry of a subject filter that was stored until a time."""
        for entry in reversed(self.entries):
            if entry.time <= until and covers(subject, entry.message.subject):
                return entry
        return None

    def _expect(self, expected: int, subject: str) -> None:
        newest = self.last_of(subject)
        found = newest.sequence if newest else 0
        if found != expected:
            raise RefusedError(WRONG_LAST_SEQUENCE, f"wrong last sequence: {found}")


class Connection(Protocol):
    """A client as the server knows it."""

    subscriptions: dict[str, "Subscribed"]

    def send(self, subscription: "Subscribed", messages: list[Message]) -> None:
        """Put messages on the way to one of the client's subscriptions."""
        ...


@dataclass(eq=False)
class Subscribed:
    """Somebody's interest in a subject."""

    connection: Connection
    subject: str
    queue: str
    hear: Callable[[Message], None]

    def __post_init__(self) -> None:
        self._beginning = self.subject.partition("*")[0].partition(">")[0]

    def hears(self, subject: str) -> bool:
        """Whether what is sent to a subject comes here."""
        return subject.startswith(self._beginning) and covers(self.subject, subject)


class Server:
    """The server: routes messages between connections, streams and consumers.

    ``stored`` is called after each append, when ``publisher`` is who made it. ``stale`` is asked at each direct read
    how many seconds the copy that answers lags behind.
    """

    def __init__(self, loop: Any, streams: Iterable[StreamSpec], window: float | None = None) -> None:
        self.loop = loop
        self.connections: list[Any] = []
        self.streams: dict[str, Stream] = {}
        self.consumers: dict[tuple[str, str], Consumer] = {}
        self.stored: Callable[[str, Stored], None] = lambda _stream, _entry: None
        self.stale: Callable[[str], float] = lambda _stream: 0.0
        self.fenced = True
        self.publisher = ""
        for spec in streams:
            stream = Stream(spec, spec.duplicate_window.total_seconds() if window is None else window)
            self.streams[spec.name] = stream

    def consume(self, stream: str, spec: ConsumerSpec) -> Consumer:
        """Provision a consumer."""
        consumer = self.consumers[stream, spec.name] = Consumer(self, self.streams[stream], spec)
        return consumer

    def receive(self, message: Message, publisher: str) -> None:
        """Take what a client published."""
        self.publisher = publisher
        if message.subject.startswith(ACK):
            _, _, stream, name, _ = message.subject.split(".", 4)
            self.consumers[stream, name].answer(message.subject, message.body)
        elif message.subject.startswith(NEXT_MESSAGE):
            stream, name = message.subject.removeprefix(NEXT_MESSAGE).split(".")
            self.consumers[stream, name].ask(message.reply, orjson.loads(message.body))
        elif message.subject.startswith(DIRECT_GET):
            self._read(self.streams[message.subject.removeprefix(DIRECT_GET)], message)
        else:
            self._publish(message)

    def listeners(self, subject: str) -> list[Subscribed]:
        """Return the subscriptions that hear a subject, one of each queue group."""
        found: list[Subscribed] = []
        groups: set[str] = set()
        for connection in self.connections:
            for subscription in connection.subscriptions.values():
                if subscription.hears(subject) and subscription.queue not in groups:
                    found.append(subscription)
                    groups |= {subscription.queue} - {""}
        return found

    def route(self, message: Message, subject: str = "") -> bool:
        """Send a message to whoever listens (on another subject, if given); return whether anybody does."""
        return self._route_all([message], subject or message.subject)

    def tell(self, subject: str, status: str) -> None:
        """Send a status."""
        self.route(Message(subject, headers={"Status": status}))

    def _route_all(self, messages: list[Message], subject: str) -> bool:
        listeners = self.listeners(subject)
        for subscription in listeners:
            subscription.connection.send(subscription, messages)
        return bool(listeners)

    def _publish(self, message: Message) -> None:
        stream = next((one for one in self.streams.values() if _takes(one.spec, message.subject)), None)
        if stream is not None:
            self._store(stream, message)
        # Core subscribers hear a publish whether or not the stream takes it.
        heard = self.route(message)
        if not heard and stream is None and message.reply:
            self.tell(message.reply, "503")

    def _store(self, stream: Stream, message: Message) -> None:
        before = stream.last
        try:
            sequence, duplicate = stream.publish(message if self.fenced else _unfenced(message), self.loop.time())
            ack = {"stream": stream.spec.name, "seq": sequence} | ({"duplicate": True} if duplicate else {})
        except RefusedError as error:
            problem = {"code": 400, "err_code": error.code, "description": str(error)}
            ack = {"stream": stream.spec.name, "seq": 0, "error": problem}
        if message.reply:
            self.route(Message(message.reply, orjson.dumps(ack)))
        if stream.last > before:
            self.stored(stream.spec.name, stream.entries[-1])
            for (name, _), consumer in self.consumers.items():
                if name == stream.spec.name:
                    consumer.deliver()

    def _read(self, stream: Stream, message: Message) -> None:
        question = orjson.loads(message.body)
        until = self.loop.time() - self.stale(stream.spec.name)
        if subject := question.get("last_by_subj"):
            newest = stream.last_of(subject, until)
            answers = [_direct(newest, message.reply)] if newest else []
        else:
            found = list(stream.find(question["next_by_subj"], question["seq"], until))
            answers = [_direct(entry, message.reply) for entry in found[: question.get("batch", 1)]]
            if answers and "batch" in question:
                left = {"Status": "204", "Nats-Num-Pending": str(len(found) - len(answers))}
                answers.append(Message(message.reply, headers=left))
        self._route_all(answers or [Message(message.reply, headers={"Status": "404"})], message.reply)


def _direct(entry: Stored, reply: str) -> Message:
    """Return an entry as a direct read answers it."""
    moment = (EPOCH + timedelta(seconds=entry.time)).isoformat()
    place = {
        "Nats-Sequence": str(entry.sequence),
        "Nats-Subject": entry.message.subject,
        "Nats-Time-Stamp": moment.replace("+00:00", "Z"),
    }
    return Message(reply, entry.message.body, headers={**(entry.message.headers or {}), **place})


def _takes(spec: StreamSpec, subject: str) -> bool:
    return any(covers(pattern, subject) for pattern in spec.subjects)


def _unfenced(message: Message) -> Message:
    left = {name: value for name, value in (message.headers or {}).items() if name != headers.EXPECTED_SEQUENCE}
    return Message(message.subject, message.body, message.reply, left)
