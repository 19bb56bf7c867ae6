"""The member's context for each turn: the five phases in a row, begun when the turn begins, kept fresh by events."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from pydantic import ValidationError

from pam_agent.context.phases import generate, highlight, integrate, transfer
from pam_agent.context.retrieval import Asker, Reach, Retrieval
from pam_agent.context.snapshot import MemberContext
from pam_agent.context.sources import OUTDATED, SOURCES
from pam_agent.errand import Errand
from pam_shared.bus.connection import Bus
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.events import EventEnvelope, MemberSignedIn
from pam_shared.contracts.location import Fix
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log
from pam_shared.tools.caller import OnBehalfOf

WARMING_MAX = 32
"""Members warmed at once; others find their context at their first message."""
ALSO_CONCERNED = ("recipient_id", "following_id")
"""Where an event names another member whose things it changes."""
UNDATED = tuple(source for source in SOURCES if not source.by_day)
"""What is the same wherever the member is: at sign-in nobody knows their zone."""


class Contexts:
    """The contexts of one process's turns."""

    def __init__(self, bus: Bus, reach: Reach, clock: Callable[[], datetime] = utc_now) -> None:
        """``reach`` tells whom to ask, ``clock`` how old what is kept is."""
        self._bus = bus
        self._retrieval = Retrieval(bus, reach, clock)
        self._running: set[asyncio.Task[MemberContext]] = set()
        self._warming: set[asyncio.Task[object]] = set()
        self._subscriptions: list[Subscription] = []
        bus.on_reconnect(self._retrieval.forget_all)

    async def start(self) -> None:
        """Hear what makes contexts old, and who signs in. Every agent hears all of it."""
        for subject, heard in ((subjects.ALL_EVENTS, self._on_event), (subjects.MEMBER_SIGNED_IN, self._on_sign_in)):
            self._subscriptions.append(await self._bus.nats.subscribe(subject, cb=heard))

    async def stop(self) -> None:
        """End what is under way."""
        for subscription in self._subscriptions:
            with suppress(NatsError):
                await subscription.unsubscribe()
        await end([*self._running, *self._warming])
        await self._retrieval.stop()

    def begin(self, errand: Errand, turn: UUID, now: datetime) -> asyncio.Task[MemberContext]:
        """Begin to take a turn's snapshot; ``now`` is in the member's zone.

        The task ends within the sources' deadline, and never with an error.
        """
        task = asyncio.create_task(self._take(errand, turn, now))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _take(self, errand: Errand, turn: UUID, now: datetime) -> MemberContext:
        started = time.perf_counter()
        try:
            known = await self._phases(errand, turn, now)
        except Exception:
            # Whatever it was: an answer without context is better than none.
            log.exception("a context could not be made")
            known = integrate({}, turn, None, now)
        log.info(
            "context", version=known.version, missing=known.missing, stale=known.stale, milliseconds=_since(started)
        )
        return known

    async def _phases(self, errand: Errand, turn: UUID, now: datetime) -> MemberContext:
        who = OnBehalfOf(
            token=errand.headers.get(headers.IDENTITY, ""),
            key="",
            zone=str(now.tzinfo),
            request_id=errand.headers.get(headers.REQUEST_ID, ""),
        )
        found = await self._retrieval.retrieve(Asker(errand.user, who), SOURCES)
        known = integrate(found, turn, _place(errand), now)
        return transfer(highlight(generate(known)))

    async def _on_event(self, message: Msg) -> None:
        tiers = OUTDATED.get(message.subject.split(".")[2], ())
        try:
            event = EventEnvelope.model_validate_json(message.data)
            concerned = {event.user, *(UUID(event.data[name]) for name in ALSO_CONCERNED if event.data.get(name))}
        except ValueError:
            log.warning("an event cannot be read", subject=message.subject)
            return
        for user in concerned:
            await self._retrieval.forget(user, tiers)

    async def _on_sign_in(self, message: Msg) -> None:
        """Ask the sources for somebody who will soon speak."""
        token = (message.headers or {}).get(headers.IDENTITY, "")
        try:
            arrived = MemberSignedIn.model_validate_json(message.data)
        except ValidationError:
            log.warning("a sign-in cannot be read")
            return
        if len(self._warming) < WARMING_MAX:
            asker = Asker(arrived.user, OnBehalfOf(token, key=""))
            task: asyncio.Task[object] = asyncio.create_task(self._retrieval.retrieve(asker, UNDATED))
            self._warming.add(task)
            task.add_done_callback(self._warming.discard)


def _place(errand: Errand) -> Fix | None:
    told = errand.headers.get(headers.LOCATION)
    try:
        return Fix.model_validate_json(told) if told else None
    except ValidationError:
        return None


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
