"""An outside service behind the cache."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from pydantic import TypeAdapter

from pam_shared.cache import HOUR, MINUTE, Cache, Tier
from pam_tools_trip.external.client import Service
from pam_tools_trip.external.found import Found, Kept

T = TypeVar("T")
DAY = 24 * HOUR
WEATHER = Tier("weather", fresh_for=30 * MINUTE, stale_for=DAY)
ALERTS = Tier("alerts", fresh_for=5 * MINUTE, stale_for=DAY)
FUEL = Tier("fuel", fresh_for=HOUR, stale_for=DAY)
ROADS = Tier("roads", fresh_for=15 * MINUTE, stale_for=DAY)
ROUTES = Tier("routes", fresh_for=DAY, stale_for=2 * DAY)
PLACES = Tier("places", fresh_for=DAY, stale_for=2 * DAY)
GEOCODING = Tier("geocoding", fresh_for=7 * DAY, stale_for=8 * DAY)


@dataclass(frozen=True)
class Source:
    """Asks its service for what the cache does not have."""

    service: Service
    cache: Cache
    tier: Tier

    async def find(self, question: str, shape: TypeAdapter[Kept[T]], ask: Callable[[], Awaitable[Kept[T]]]) -> Found[T]:
        """Return the answer to a question, which has to say all that ``ask`` depends on.

        Raises as ``ask``, unless the cache has an old answer and the service is away. Partial answers are not kept.
        """

        async def marked() -> Kept[T]:
            answer = await ask()
            return answer.model_copy(update={"sample": answer.sample or self.service.sample})

        cached = await self.cache.fetch(self.tier, self._key(question), shape, marked, keep=_is_whole)
        kept = cached.value
        return Found(kept.value, self.service.profile.title, cached.as_of, cached.kind, kept.sample, kept.partial)

    def _key(self, question: str) -> str:
        """Samples and real answers never share a key; nor does the cache's keeper read where members go."""
        digest = blake2b(f"{self.service.url} {question}".encode(), digest_size=16)
        return f"{self.service.profile.name}:{digest.hexdigest()}"


def _is_whole(kept: Kept[T]) -> bool:
    return not kept.partial
