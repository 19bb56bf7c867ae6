"""Rate limits, from one table. Redis counts for all gateways; without it each counts for itself."""

import asyncio
import math
import time
from typing import Literal

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from pam_shared.errors import OverloadedError
from pam_shared.telemetry.logs import log

ANSWER_WITHIN = 0.5

Bucket = Literal["messages", "rest", "sign_in", "sign_in_address", "export"]

TABLE: dict[Bucket, RateLimitItem] = {
    "messages": parse("100/minute"),
    "rest": parse("120/minute"),
    "sign_in": parse("5/5 minutes"),
    "sign_in_address": parse("30/5 minutes"),
    "export": parse("5/hour"),
}


class Limits:
    """Counts, and refuses with the time to come back."""

    def __init__(self, redis_url: str, *, on: bool) -> None:
        self._on = on
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(_redis(redis_url)) if redis_url and on else None

    def frame_budget(self, rate: float, burst: int) -> "FrameBudget":
        """Return the budget of one socket's frames; without limits it is never spent."""
        return FrameBudget(rate, burst) if self._on else FrameBudget(math.inf, burst)

    async def count(self, bucket: Bucket, key: str) -> None:
        """Count one use. Raises OverloadedError with ``retry_after`` in seconds when it is one too many."""
        if not self._on:
            return
        limit = TABLE[bucket]
        limiter = self._shared or self._alone
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                allowed = await limiter.hit(limit, bucket, key)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("rate limits are counted here alone", error=repr(error))
            limiter = self._alone
            allowed = await limiter.hit(limit, bucket, key)
        if not allowed:
            window = await limiter.get_window_stats(limit, bucket, key)
            wait = round(max(1.0, window.reset_time - time.time()), 1)
            raise OverloadedError(f"That was too often. Please wait {wait:.0f} seconds.", retry_after=wait)


def _redis(url: str) -> Storage:
    return RedisStorage(f"async+{url}", implementation="redispy")


class FrameBudget:
    """A token bucket for one socket's frames."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._left = float(burst)
        self._at = time.monotonic()

    def take(self) -> float:
        """Spend one frame; return 0, or the seconds to wait when nothing is left."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / self._rate
        self._left -= 1
        return 0.0
