"""The defences that can be switched off, each as a patch of the service that holds it.

The product has no switches for this. A patch takes away one defence and nothing else.
"""

# Imports stand inside: each process loads only the service it is to be.

import asyncio
from contextvars import ContextVar
from typing import Any
from uuid import uuid4, uuid5

from tests.faults.patching import replace


def fence() -> None:
    """Append without the expected sequence, and without looking whose turn it is."""
    from pam_agent import ledger
    from pam_shared.contracts import headers

    publish = ledger.Bus.publish

    async def unfenced(self, stream, subject, body, values, *more):
        kept = {
            key: value
            for key, value in values.items()
            if key not in {headers.EXPECTED_SEQUENCE, headers.EXPECTED_SUBJECT}
        }
        return await publish(self, stream, subject, body, kept, *more)

    replace(ledger.Bus, "publish", unfenced)
    replace(ledger.Ledger, "_guard", lambda *_: None)


def deduplication() -> None:
    """Accept a message as often as it is sent: no ``Nats-Msg-Id`` from the gateway, a turn for every copy."""
    _no_message_id()
    _a_turn_for_every_copy()


def _no_message_id() -> None:
    try:
        from pam_gateway import acceptance
    except ImportError:
        return
    replace(acceptance, "accepted_id", lambda *_: uuid4().hex)


def _a_turn_for_every_copy() -> None:
    from pam_agent.conversation import Conversation

    fold = Conversation._fold_message

    def fold_every(self, message, sequence):
        if message.id in self.turns:
            message = message.model_copy(update={"id": uuid5(message.id, str(sequence))})
        fold(self, message, sequence)

    replace(Conversation, "_fold_message", fold_every)


def inbox() -> None:
    """Forget every call: a key that was used has its effect again."""
    from pam_shared.tools import queries

    claim = queries.claim_call

    async def forgetful(*arguments):
        await claim(*arguments)

    replace(queries, "claim_call", forgetful)


def resume() -> None:
    """Replay nothing: a client that comes back goes on with what happens next."""
    from pam_gateway.course import in_order, place_behind
    from pam_gateway.replay import Resumption
    from pam_gateway.sockets import channels

    replace(channels, "resume", lambda _, kept: Resumption(place_behind(in_order(kept)), [], recovered=True))


def redelivery() -> None:
    """Acknowledge a message when it comes, not when it is settled."""
    from pam_agent.ownership import Ownership

    own = Ownership._own
    acks: set[asyncio.Task[None]] = set()

    def acknowledged(self, delivery, sequence):
        acks.add(asyncio.create_task(delivery.ack()))
        own(self, delivery, sequence)

    replace(Ownership, "_own", acknowledged)


def ack_before_write() -> None:
    """Promise first, write then."""
    from pam_gateway.acceptance import Acceptance

    publish = Acceptance._publish
    writes: set[asyncio.Task[bool]] = set()

    async def promised(self, *arguments):
        writes.add(asyncio.create_task(publish(self, *arguments)))
        return False

    replace(Acceptance, "_publish", promised)


def order() -> None:
    """Run a turn as soon as its message is delivered, whatever waits before it."""
    from pam_agent.conversation import Conversation
    from pam_agent.ownership import Ownership

    mine: ContextVar[int] = ContextVar("mine")
    keep = Ownership._keep_in

    async def keep_in(self, view, hold):
        mine.set(hold.sequence)
        await keep(self, view, hold)

    replace(Ownership, "_keep_in", keep_in)
    replace(Conversation, "oldest_unsettled", lambda self: self.turn_at(mine.get()))


def fast_failure() -> None:
    """Take "nobody listens" for silence, and wait it out."""
    from pam_shared.bus.connection import Bus
    from pam_shared.errors import UnavailableError

    request = Bus.request

    async def patient(self, subject, body, headers=None, timeout=5.0):
        try:
            return await request(self, subject, body, headers, timeout)
        except UnavailableError as error:
            if error.problem.code == "no_responders":
                await asyncio.sleep(timeout)
            raise

    replace(Bus, "request", patient)


def recording_again() -> None:
    """Give a batch up when PostgreSQL is away."""
    from pam_persistence import recorder
    from pam_shared.errors import UnavailableError

    async def once(self, work):
        try:
            async with recorder.transaction(self._pool) as db:
                return await work(db)
        except UnavailableError:
            return None

    replace(recorder.Recorder, "_patiently", once)


def local_limits() -> None:
    """Refuse messages while nobody counts them."""
    from pam_gateway import limits
    from pam_shared.errors import OverloadedError

    def nobody(_storage: Any) -> Any:
        class Refusing:
            async def hit(self, *_: Any) -> bool:
                raise OverloadedError("Nobody counts.", retry_after=1)

        return Refusing()

    build = limits.Limits.__init__

    def without_own(self, *arguments, **more):
        build(self, *arguments, **more)
        self._alone = nobody(None)

    replace(limits.Limits, "__init__", without_own)


def drain() -> None:
    """Leave without a word."""
    from pam_gateway.sockets.registry import Registry

    async def silent(self):
        return

    replace(Registry, "drain", silent)


def whole_replies() -> None:
    """Take a stream that was cut for a whole reply."""
    from pam_agent.claude import Gathered

    build = Gathered.__init__

    def always_stopped(self):
        build(self)
        self.stop_reason = "end_turn"

    replace(Gathered, "__init__", always_stopped)


def bounded_queue() -> None:
    """Keep everything for a slow reader, for as long as it takes."""
    from pam_gateway.sockets.outbound import Outbound

    build = Outbound.__init__
    patience = {"queue_frames": 10**9, "queue_bytes": 10**12, "write_within": 10**6}

    def boundless(self, socket, settings):
        build(self, socket, settings.model_copy(update=patience))

    replace(Outbound, "__init__", boundless)


def pings() -> None:
    """Never ask a silent peer whether it is there."""
    from uvicorn import Config

    build = Config.__init__

    def without_pings(self, app, **settings):
        build(self, app, **settings | {"ws_ping_interval": None})

    replace(Config, "__init__", without_pings)


def hearing() -> None:
    """Do not hear that a member wants no more."""
    from pam_agent.turn import Turn

    async def deaf(self, steps):
        return

    replace(Turn, "_watch", deaf)


def isolation() -> None:
    """Answer every message in the agent's own process, whatever has died of it."""
    from pam_agent import main

    replace(main, "FRUITLESS_MAX", 10**9)


def recall() -> None:
    """Know nothing of what the log does not hold any more."""
    from pam_agent import asking

    async def nothing(*_: Any) -> list[Any]:
        return []

    replace(asking, "recall", nothing)


DEFENCES = {
    function.__name__: function
    for function in (
        fence,
        deduplication,
        inbox,
        resume,
        redelivery,
        ack_before_write,
        order,
        fast_failure,
        recording_again,
        local_limits,
        drain,
        whole_replies,
        bounded_queue,
        pings,
        recall,
        hearing,
        isolation,
    )
}
