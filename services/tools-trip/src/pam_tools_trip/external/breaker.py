"""A circuit breaker: after five failures in a row a service is left alone for a minute, then tried once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pam_shared.errors import ExternalUnavailableError

FAILURES = 5
OPEN_FOR = 60.0


class FailedError(ExternalUnavailableError):
    """The service is away, slow, full or talks nonsense: what opens its circuit."""


class Breaker:
    """Counts failures of one service. ``opened`` hears of each change: True when the circuit opens."""

    def __init__(
        self,
        title: str,
        opened: Callable[[bool], None] = lambda _: None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title = title
        self._opened = opened
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._trying = False

    def check(self) -> None:
        """Raise ExternalUnavailableError, with the time to come back, while the circuit is open."""
        if self._open_until is None:
            return
        wait = self._open_until - self._clock()
        if wait > 0 or self._trying:
            raise ExternalUnavailableError(
                f"{self._title} has not been answering and is left alone for a moment.",
                code="circuit_open",
                retry_after=max(1.0, round(wait, 1)),
            )

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Make one request inside. A FailedError counts against the service, a cancellation says nothing about it."""
        self.check()
        self._trying = self._open_until is not None
        try:
            yield
        except FailedError:
            self._count()
            raise
        except Exception:
            self._close()
            raise
        else:
            self._close()
        finally:
            self._trying = False

    def _count(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._open_until = self._clock() + OPEN_FOR
            self._opened(True)

    def _close(self) -> None:
        self._failures = 0
        if self._open_until is not None:
            self._open_until = None
            self._opened(False)
