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
ALONE_FOR = 5.0
"""Seconds between two uses that ask a Redis which does not answer; all others are counted here without waiting."""

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
        self._silent = False
        self._ask_again_at = 0.0

    def frame_budget(self, rate: float, burst: int) -> "FrameBudget":
        """Return the budget of one socket's frames; without limits it is never spent."""
        return FrameBudget(rate, burst) if self._on else FrameBudget(math.inf, burst)

    async def count(self, bucket: Bucket, key: str) -> None:
        """Count one use. Raises OverloadedError with ``retry_after`` in seconds when it is one too many."""
        if not self._on:
            return
        use, counting = (TABLE[bucket], bucket, key), self._counting()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                wait = await _counted(counting, *use)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("rate limits are counted here alone", error=repr(error))
            self._silent, self._ask_again_at = True, time.monotonic() + ALONE_FOR
            wait = await _counted(self._alone, *use)
        else:
            self._silent = self._silent and counting is self._alone
        if wait:
            raise OverloadedError(f"That was too often. Please wait {wait:.0f} seconds.", retry_after=wait)

    def _counting(self) -> SlidingWindowCounterRateLimiter:
        """Return who counts the next use: Redis, but while it is silent only one use now and then asks it."""
        now = time.monotonic()
        if self._shared is None or (self._silent and now < self._ask_again_at):
            return self._alone
        self._ask_again_at = now + ALONE_FOR
        return self._shared


async def _counted(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, bucket: str, key: str) -> float:
    """Count one use and return 0, or the seconds until one is allowed again."""
    if await limiter.hit(limit, bucket, key):
        return 0.0
    window = await limiter.get_window_stats(limit, bucket, key)
    return round(max(1.0, window.reset_time - time.time()), 1)


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
