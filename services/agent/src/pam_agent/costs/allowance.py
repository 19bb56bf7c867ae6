"""What one process may spend on its own while nobody can be asked."""

import time
from collections.abc import Callable
from decimal import Decimal

HOUR = 3600.0


class Allowance:
    """A sum of dollars for each period of some seconds; what is left of one is not carried over."""

    def __init__(self, most: Decimal, period: float = HOUR, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._period = period
        self._clock = clock
        self._began = clock()
        self._taken = Decimal(0)

    def take(self, dollars: Decimal) -> bool:
        """Take a sum, if there is as much left."""
        if self._clock() - self._began >= self._period:
            self._began, self._taken = self._clock(), Decimal(0)
        if self._taken + dollars > self._most:
            return False
        self._taken += dollars
        return True

    def give_back(self, dollars: Decimal) -> None:
        """Return what was taken too much."""
        self._taken = max(Decimal(0), self._taken - dollars)

    @property
    def renewed_in(self) -> float:
        """Seconds until the whole sum is there again."""
        return max(0.0, self._began + self._period - self._clock())
