"""A cache in two tiers: this process's memory, and Redis where one is set. Everything works without Redis."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID, uuid4

from prometheus_client import Counter, Histogram
from pydantic import TypeAdapter, ValidationError

from pam_shared.errors import AwayError, UnavailableError
from pam_shared.memory_tier import Entry, MemoryTier, unpacked
from pam_shared.single_flight import SingleFlight
from pam_shared.telemetry.logs import log

if TYPE_CHECKING:
    from pam_shared.redis_tier import RedisTier

T = TypeVar("T")
Outcome = Literal["memory", "redis", "loaded", "stale", "failed"]

LOOKUPS = Counter(
    "pam_cache_lookups_total", "Cache lookups, by tier of data and where the answer came from.", ["tier", "outcome"]
)
LOOKUP_SECONDS = Histogram(
    "pam_cache_seconds",
    "Time until the cache answered, loading included.",
    ["tier", "outcome"],
    buckets=(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10),
)
MEMORY = 32 * 1024 * 1024
"""Bytes of values one process keeps."""
MOST_SCOPES = 100_000
MINUTE = 60.0
HOUR = 60 * MINUTE


@dataclass(frozen=True)
class Tier:
    """How long a kind of data is good, in seconds: as it is, and when what it comes from is away."""

    name: str
    fresh_for: float
    stale_for: float = 0.0

    @property
    def kept_for(self) -> float:
        """How long it is kept at all."""
        return max(self.fresh_for, self.stale_for)


PROFILE = Tier("profile", 10 * MINUTE, HOUR)
FINANCES = Tier("finances", 5 * MINUTE, HOUR)
SOCIAL = Tier("social", 5 * MINUTE, HOUR)
TRAVEL = Tier("travel", 5 * MINUTE, HOUR)
MEMORIES = Tier("memories", 5 * MINUTE, HOUR)
USER_CONTEXT = Tier("user_context", 5 * MINUTE)
BUDGET_SUMMARY = Tier("budget_summary", 15 * MINUTE)
ANALYTICS = Tier("analytics", 30 * MINUTE)
CONVERSATION = Tier("conversation", HOUR)


@dataclass(frozen=True)
class Cached(Generic[T]):
    """A value, when it was loaded, and whether that was now, recently, or too long ago but all there is."""

    value: T
    as_of: datetime
    kind: Literal["live", "cached", "stale"]


class _Found(NamedTuple):
    """What is kept, and the generation a new entry would be of; None when none may be kept."""

    entry: Entry | None
    outcome: Outcome
    generation: str | None


@dataclass(frozen=True)
class _Named(Generic[T]):
    tier: Tier
    key: str
    shape: TypeAdapter[T]
    scope: str

    @property
    def name(self) -> str:
        return f"{self.scope or self.tier.name}:{self.key}"


@dataclass(frozen=True)
class _Wanted(_Named[T]):
    load: Callable[[], Awaitable[T]]
    keep: Callable[[T], bool]


class Cache:
    """Loads what it does not have, once however many ask, and remembers it.

    What belongs to a member is asked for with ``user``, and forgotten by ``invalidate``: in every process when Redis is
    set, else in this one. While Redis is away nobody can know what was invalidated, so members' data is loaded anew.
    """

    def __init__(
        self,
        redis_url: str = "",
        *,
        prefix: str = "pam:cache:",
        memory: int = MEMORY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis = _shared_tier(redis_url, prefix) if redis_url else None
        self._memory = MemoryTier(memory)
        self._generations: dict[str, str] = {}
        self._flights: SingleFlight[Entry] = SingleFlight()
        self._clock = clock

    async def fetch(
        self,
        tier: Tier,
        key: str,
        shape: TypeAdapter[T],
        load: Callable[[], Awaitable[T]],
        *,
        user: UUID | None = None,
        keep: Callable[[T], bool] = lambda _: True,
    ) -> Cached[T]:
        """Return the value kept under the key, else what ``load`` returns, which is kept if ``keep`` says so.

        When ``load`` raises an UnavailableError, a value no older than the tier's ``stale_for`` is returned instead.
        Raises whatever else ``load`` raises.
        """
        started = time.perf_counter()
        outcome: Outcome = "failed"
        wanted = _Wanted(tier, key, shape, _scope(tier, user), load, keep)
        try:
            cached, outcome = await self._look(wanted)
        finally:
            _note(tier, outcome, time.perf_counter() - started)
        return cached

    async def kept(self, tier: Tier, key: str, shape: TypeAdapter[T], *, user: UUID | None = None) -> Cached[T] | None:
        """Return the value kept under the key, however old up to the tier's ``stale_for``, without loading it."""
        named = _Named(tier, key, shape, _scope(tier, user))
        entry = (await self._find(named)).entry
        if entry is None or entry.stale_until <= self._clock():
            return None
        return _fitting(named, entry, "cached" if entry.fresh_until > self._clock() else "stale")

    async def invalidate(self, user: UUID, tier: Tier) -> None:
        """Forget a member's data of a tier: calls that begin from now on load it anew."""
        scope = _scope(tier, user)
        self._flights.part(lambda key: isinstance(key, tuple) and key[0] == scope)
        if self._redis:
            await self._redis.renew(scope)
            return
        if len(self._generations) >= MOST_SCOPES:
            self._generations.clear()
            self._memory.clear()
        self._generations[scope] = uuid4().hex

    async def stop(self) -> None:
        """End loads under way and close the connections."""
        await self._flights.stop()
        if self._redis:
            await self._redis.stop()

    async def _look(self, wanted: _Wanted[T]) -> tuple[Cached[T], Outcome]:
        found = await self._find(wanted)
        entry = found.entry
        if entry and entry.fresh_until > self._clock() and (fits := _fitting(wanted, entry, "cached")):
            return fits, found.outcome
        flight = (wanted.scope, wanted.name, found.generation)
        try:
            loaded = await self._flights.run(flight, lambda: self._load(wanted, found))
        except UnavailableError:
            if entry and entry.stale_until > self._clock() and (fits := _fitting(wanted, entry, "stale")):
                return fits, "stale"
            raise
        return Cached(wanted.shape.validate_json(loaded.body), loaded.as_of, "live"), "loaded"

    async def _find(self, wanted: _Named[T]) -> _Found:
        kept = self._memory.get(wanted.name)
        if not self._redis:
            generation = self._generations.get(wanted.scope, "")
            return _Found(kept if kept and kept.generation == generation else None, "memory", generation)
        if kept and not wanted.scope and kept.fresh_until > self._clock():
            return _Found(kept, "memory", "")
        try:
            return await self._find_shared(self._redis, wanted, kept)
        except AwayError:
            return _Found(None, "failed", None) if wanted.scope else _Found(kept, "memory", "")

    async def _find_shared(self, redis: "RedisTier", wanted: _Named[T], kept: Entry | None) -> _Found:
        if wanted.scope:
            packed, generation = await redis.read_scoped(wanted.name, wanted.scope)
        else:
            packed, generation = await redis.read(wanted.name), ""
        shared = unpacked(packed) if packed else None
        valid = [entry for entry in (shared, kept) if entry and entry.generation == generation]
        newest = max(valid, key=lambda entry: entry.loaded_at, default=None)
        if newest and newest is shared:
            self._memory.put(wanted.name, newest)
        return _Found(newest, "redis" if newest is shared else "memory", generation)

    async def _load(self, wanted: _Wanted[T], found: _Found) -> Entry:
        generation, kept = found.generation, self._memory.get(wanted.name)
        meanwhile = kept and kept is not found.entry and kept.generation == generation
        if kept and meanwhile and kept.fresh_until > self._clock():
            return kept
        now = self._clock()
        value = await wanted.load()
        tier, body = wanted.tier, wanted.shape.dump_json(value)
        entry = Entry(now, now + tier.fresh_for, now + tier.kept_for, generation or "", body)
        if generation is not None and wanted.keep(value):
            self._memory.put(wanted.name, entry)
            if self._redis:
                await self._redis.write(wanted.name, entry.packed(), tier.kept_for)
        return entry


def _scope(tier: Tier, user: UUID | None) -> str:
    return f"{tier.name}:{user}" if user else ""


def _fitting(wanted: _Named[T], entry: Entry, kind: Literal["cached", "stale"]) -> Cached[T] | None:
    """Return what is kept; None when an older version of the service wrote it in another shape."""
    try:
        return Cached(wanted.shape.validate_json(entry.body), entry.as_of, kind)
    except ValidationError:
        return None


def _note(tier: Tier, outcome: Outcome, seconds: float) -> None:
    lookups, took = _measures(tier.name, outcome)
    lookups.inc()
    took.observe(seconds)
    log.debug("cache", tier=tier.name, outcome=outcome, milliseconds=round(seconds * 1000, 2))


@cache
def _measures(tier: str, outcome: Outcome) -> tuple[Counter, Histogram]:
    return LOOKUPS.labels(tier, outcome), LOOKUP_SECONDS.labels(tier, outcome)


def _shared_tier(url: str, prefix: str) -> "RedisTier":
    """Open the tier that is shared: only a service that is given one needs the client for it."""
    from pam_shared.redis_tier import RedisTier  # noqa: PLC0415 - an image without Redis's client works too

    return RedisTier(url, prefix)
