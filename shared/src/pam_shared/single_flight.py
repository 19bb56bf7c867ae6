"""Many want the same at once: it is done once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pam_shared.errors import UnavailableError
from pam_shared.tasks import end

T = TypeVar("T")


@dataclass(eq=False)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SingleFlight(Generic[T]):
    """Runs at most one piece of work per key; whoever asks meanwhile shares its result or its error.

    The work belongs to all who wait: it goes on when one of them is cancelled, and ends when the last is.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}
        self._tasks: set[asyncio.Task[T]] = set()

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what ``work`` returns, or what a call under way for this key does. Raises as ``work`` does."""
        flight = self._flights.get(key) or self._begin(key, work)
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        except asyncio.CancelledError:
            if flight.task.cancelled() and not _is_cancelled():
                raise UnavailableError("This is being stopped.") from None
            raise
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()

    def part(self, chosen: Callable[[Hashable], bool]) -> None:
        """Let nobody join the chosen keys' work any more; those who wait still get its result."""
        for key in [key for key in self._flights if chosen(key)]:
            del self._flights[key]

    async def stop(self) -> None:
        """End all work; those who wait are told UnavailableError."""
        await end(self._tasks)

    def _begin(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> _Flight[T]:
        flight = self._flights[key] = _Flight(asyncio.create_task(work()))
        self._tasks.add(flight.task)
        flight.task.add_done_callback(lambda task: self._ended(key, flight, task))
        return flight

    def _ended(self, key: Hashable, flight: _Flight[T], task: asyncio.Task[T]) -> None:
        self._forget(key, flight)
        self._tasks.discard(task)

    def _forget(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


def _is_cancelled() -> bool:
    current = asyncio.current_task()
    return bool(current and current.cancelling())
