"""The streams, durable consumers and buckets, as data. ``pamctl provision`` makes them; services declare nothing."""

from dataclasses import dataclass, field
from datetime import timedelta

from pam_shared.contracts import subjects

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MEBIBYTE = 1 << 20

CONVERSATIONS = "CONVERSATIONS"
LIVE = "LIVE"
EVENTS = "EVENTS"
AUDIT = "AUDIT"
DEAD_LETTERS = "DEAD_LETTERS"

RECORDER = "persistence"

REVOKED_SESSIONS = "revoked_sessions"
"""Key-value bucket: a key per revoked session id. It outlives the longest token."""


@dataclass(frozen=True)
class ConsumerSpec:
    """A durable pull consumer. ``ack_wait`` is how long a silent owner keeps a delivery.

    Five seconds: at two, stalls of an event loop become needless takeovers; at four, none did; more would keep what a
    killed process held away from its successor.

    None has a ``max_deliver``. JetStream counts every delivery, also of what a crash took along, then stops with an
    advisory that is lost when nobody listens. The consumer itself decides when to give up, and on what evidence.
    """

    name: str
    filter_subject: str = ""
    ack_wait: timedelta = timedelta(seconds=5)
    max_ack_pending: int = 10_000
    filter_subjects: tuple[str, ...] = ()
    """Instead of ``filter_subject``, where it takes several."""


@dataclass(frozen=True)
class StreamSpec:
    """A stream and its consumers. Age, size in bytes and duplicate window as JetStream means them.

    A file stream refuses what finds no room; dropping the oldest instead would lose acknowledged messages that nobody
    has answered yet. One in memory drops the oldest, which whoever misses it can get elsewhere.
    """

    name: str
    subjects: tuple[str, ...]
    max_age: timedelta
    memory: bool = False
    max_bytes: int | None = None
    duplicate_window: timedelta = 2 * MINUTE
    consumers: tuple[ConsumerSpec, ...] = field(default=())


@dataclass(frozen=True)
class BucketSpec:
    """A key-value bucket and how long a key lives."""

    name: str
    ttl: timedelta


# Many deliveries are parked behind their predecessors: a small bound would starve other conversations.
AGENT = ConsumerSpec("agent", subjects.ALL_CONVERSATION_INPUT, max_ack_pending=50_000)

STREAMS = (
    StreamSpec(
        CONVERSATIONS,
        ("pam.conversation.*.*.*",),
        max_age=7 * DAY,
        consumers=(AGENT, ConsumerSpec(RECORDER, subjects.ALL_CONVERSATIONS)),
    ),
    StreamSpec(LIVE, (subjects.ALL_LIVE,), max_age=15 * MINUTE, memory=True, max_bytes=128 * MEBIBYTE),
    StreamSpec(EVENTS, (subjects.ALL_EVENTS,), max_age=30 * DAY),
    StreamSpec(AUDIT, (subjects.ALL_AUDIT,), max_age=30 * DAY, consumers=(ConsumerSpec(RECORDER, subjects.ALL_AUDIT),)),
    StreamSpec(
        DEAD_LETTERS,
        (subjects.ALL_DEAD_LETTERS,),
        max_age=30 * DAY,
        consumers=(ConsumerSpec(RECORDER, subjects.ALL_DEAD_LETTERS),),
    ),
)

BUCKETS = (BucketSpec(REVOKED_SESSIONS, ttl=2 * DAY),)
