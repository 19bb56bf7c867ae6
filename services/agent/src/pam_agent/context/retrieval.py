"""Retrieving: every source at once, each with its deadline, on the member's behalf; answers are kept for a while."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from pam_agent.breaker import Breaker
from pam_agent.context.snapshot import Found
from pam_agent.context.sources import Source
from pam_shared.bus.connection import Bus
from pam_shared.bus.requests import with_deadline
from pam_shared.cache import Cache, Cached, Tier
from pam_shared.contracts.tools import ToolCall, ToolReply
from pam_shared.errors import UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import inject
from pam_shared.tools.caller import OnBehalfOf

WITHIN = 0.3
"""Seconds a turn waits for its sources."""
LOAD_WITHIN = 4.0
"""Seconds a source may take in all: what comes too late for this turn is there for the next one."""
LOADS_MAX = 2000
MEMORY = 8 * 1024 * 1024
"""Bytes kept of members: some eight thousand answers, and no more for the garbage collector to look at."""


@dataclass(frozen=True)
class Asker:
    """Whose context it is, their token, and the time where they are."""

    user: UUID
    who: OnBehalfOf


@dataclass(frozen=True)
class Reach:
    """Who can be asked: ``offering`` are the instances that offer a tool, ``breaker`` keeps off those that fail."""

    offering: Callable[[str], frozenset[str]]
    breaker: Breaker


class Retrieval:
    """What the sources told of members, kept in this process; events say what to forget."""

    def __init__(self, bus: Bus, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._bus = bus
        self._reach = reach
        self._clock = clock
        self._cache = Cache(memory=MEMORY, clock=lambda: clock().timestamp())
        self._loads: dict[asyncio.Task[Cached[object]], None] = {}
        self._late: set[tuple[UUID, str]] = set()
        self._era = 0

    async def retrieve(self, asker: Asker, sources: tuple[Source, ...]) -> dict[str, Found]:
        """Return what the sources tell, by name; those that are late, and of which nothing is kept, tell nothing.

        One that is late is not waited for again until it has come, or failed.
        """
        asked = [source for source in sources if self._reach.offering(source.tool)]
        loads = {source: self._load(source, asker) for source in asked if len(self._loads) < LOADS_MAX}
        awaited = [load for source, load in loads.items() if (asker.user, source.name) not in self._late]
        if awaited:
            await asyncio.wait(awaited, timeout=WITHIN)
        for source, load in loads.items():
            if not load.done():
                self._note_late(load, (asker.user, source.name))
        found = {source.name: await self._told(source, asker, loads.get(source)) for source in sources}
        return {name: one for name, one in found.items() if one is not None}

    async def forget(self, user: UUID, tiers: tuple[Tier, ...]) -> None:
        """Ask anew for what an event made old."""
        for tier in tiers:
            await self._cache.invalidate(user, tier)

    def forget_all(self) -> None:
        """Ask anew for everything: events may have been missed."""
        self._era += 1

    async def stop(self) -> None:
        """End what is under way."""
        await end(self._loads)
        await self._cache.stop()

    def _load(self, source: Source, asker: Asker) -> asyncio.Task[Cached[object]]:
        """Fetch in a task of its own: a turn that cannot wait leaves it to fill the cache."""
        load = asyncio.create_task(
            self._cache.fetch(
                source.tier, self._key(source, asker), source.shape, lambda: self._ask(source, asker), user=asker.user
            )
        )
        self._loads[load] = None
        load.add_done_callback(self._loaded)
        return load

    def _note_late(self, load: asyncio.Task[Cached[object]], key: tuple[UUID, str]) -> None:
        self._late.add(key)
        load.add_done_callback(lambda _: self._late.discard(key))

    def _loaded(self, load: asyncio.Task[Cached[object]]) -> None:
        del self._loads[load]
        error = None if load.cancelled() else load.exception()
        if error is not None and not isinstance(error, UnavailableError):
            log.error("a source of the context broke", error=repr(error))

    async def _told(self, source: Source, asker: Asker, load: asyncio.Task[Cached[object]] | None) -> Found | None:
        if load and load.done():
            cached = None if load.cancelled() or load.exception() else load.result()
        else:
            key = self._key(source, asker)
            cached = await self._cache.kept(source.tier, key, source.shape, user=asker.user)
        return Found(part=cached.value, as_of=cached.as_of, kind=cached.kind) if cached else None

    def _key(self, source: Source, asker: Asker) -> str:
        return f"{self._era}:{source.name}:{asker.who.zone if source.by_day else ''}"

    async def _ask(self, source: Source, asker: Asker) -> object:
        """Ask once, if there is somebody to ask. Raises UnavailableError where there is no answer that can be read."""
        workers, breaker = self._reach.offering(source.tool), self._reach.breaker
        if not workers or not breaker.allows(source.tool, workers):
            raise UnavailableError(f"{source.tool} cannot be asked now.", code="not_offered")
        try:
            reply = await self._reply(source, asker)
        except UnavailableError:
            breaker.failed(source.tool, workers)
            raise
        except BaseException:
            breaker.gave_up(source.tool)
            raise
        breaker.note(source.tool, workers, reply)
        return _read(source, reply)

    async def _reply(self, source: Source, asker: Asker) -> ToolReply:
        call = ToolCall(arguments=source.arguments(self._clock().date()))
        values = with_deadline(asker.who.headers(), LOAD_WITHIN)
        inject(values)
        body = await self._bus.request(source.subject, call.model_dump_json().encode(), values, LOAD_WITHIN)
        try:
            return ToolReply.model_validate_json(body)
        except ValidationError as error:
            raise _unreadable(source, error) from error


def _read(source: Source, reply: ToolReply) -> object:
    if not reply.success:
        raise UnavailableError(f"{source.tool} did not answer.", code="no_answer")
    try:
        return source.shape.validate_python(reply.data or {})
    except ValidationError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: Source, error: ValidationError) -> UnavailableError:
    log.warning("a source of the context answers nonsense", source=source.name, faults=error.error_count())
    return UnavailableError("This answer cannot be read.", code="unreadable")
