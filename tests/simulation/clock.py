"""An event loop whose time is virtual: it jumps to the next timer as soon as nothing else is left to do.

Every callback belongs to the simulated process in whose context it was scheduled. A frozen process's callbacks wait,
as under SIGSTOP; a dead one's are never run, so that not even its ``finally`` blocks are, as under SIGKILL.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
CALLBACKS_MAX = 300_000
T = TypeVar("T")


class StuckError(Exception):
    """Nothing is left that could ever happen, or things happen without end."""


@dataclass(eq=False)
class Process:
    """A simulated process: who its callbacks belong to, and whether they run."""

    name: str
    alive: bool = True
    frozen: bool = False
    parked: list["Callback"] = field(default_factory=list)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    on_death: list[Callable[[], None]] = field(default_factory=list)

    def kill(self) -> None:
        """SIGKILL: nothing of it runs any more."""
        if self.alive:
            self.alive = False
            for tell in self.on_death:
                tell()

    @property
    def unfinished(self) -> list[asyncio.Task[Any]]:
        """Its tasks that have not ended."""
        return [task for task in self.tasks if not task.done()]

    def context(self) -> Context:
        """Return a context whose callbacks and tasks belong to this process."""
        context = copy_context()
        context.run(PROCESS.set, self)
        return context


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


def running() -> str:
    """Return the name of the process whose callback is running."""
    process = PROCESS.get()
    return process.name if process else "world"


class Callback:
    """A scheduled call, as asyncio's handles are: it can be cancelled until it runs."""

    __slots__ = ("_when", "args", "context", "function", "process")

    def __init__(
        self, function: Callable[..., object] | None, args: tuple[Any, ...], context: Context | None, when: float
    ) -> None:
        self.function = function
        self.args = args
        self.context = context if context is not None else copy_context()
        self.process = self.context.get(PROCESS)
        self._when = when

    def cancel(self) -> None:
        """Never run it."""
        self.function = None
        self.args = ()

    def cancelled(self) -> bool:
        """Whether it will never run."""
        return self.function is None

    def when(self) -> float:
        """The virtual time it is due at."""
        return self._when


class Loop(asyncio.AbstractEventLoop):
    """The event loop. ``errors`` holds what asyncio reports of tasks and callbacks that failed unseen."""

    def __init__(self) -> None:
        self.errors: list[dict[str, Any]] = []
        self._now = 0.0
        self._ready: deque[Callback] = deque()
        self._timers: list[tuple[float, int, Callback]] = []
        self._count = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self._over = False

    def time(self) -> float:
        """Return virtual seconds since the beginning."""
        return self._now

    def utc_now(self) -> datetime:
        """Return the virtual moment."""
        return EPOCH + timedelta(seconds=self._now)

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Any:
        handle = Callback(callback, args, context, self._now)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Any:
        handle = Callback(callback, args, context, when)
        self._count += 1
        heapq.heappush(self._timers, (max(when, self._now), self._count, handle))
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: Context | None = None, **_given: Any
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name, context=context)
        process = context.get(PROCESS) if context is not None else PROCESS.get()
        (process.tasks if process is not None else self._tasks).append(task)
        return task

    def thaw(self, process: Process) -> None:
        """Let a frozen process go on with all that has become due meanwhile."""
        process.frozen = False
        self._ready.extend(process.parked)
        process.parked.clear()

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run until ``main`` has ended. Raises StuckError when it never will."""
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(main)
            for _ in range(CALLBACKS_MAX):
                if task.done():
                    return task.result()
                self._step()
            raise StuckError(f"{CALLBACKS_MAX} callbacks without an end, at {self._now:.3f} s")
        finally:
            asyncio._set_running_loop(None)

    def bury(self, processes: list[Process]) -> None:
        """End what is left of tasks that will never run again, so that nobody reports them as forgotten."""
        self._over = True
        for task in [*self._tasks, *(task for process in processes for task in process.tasks)]:
            if not task.done():
                task._log_destroy_pending = False
                with suppress(RuntimeError, Exception, asyncio.CancelledError):
                    task.get_coro().close()

    def _step(self) -> None:
        if not self._ready:
            self._advance()
        handle = self._ready.popleft()
        process = handle.process
        if process is not None:
            if not process.alive:
                return
            if process.frozen:
                process.parked.append(handle)
                return
        if handle.function is None:
            return
        try:
            handle.context.run(handle.function, *handle.args)
        except Exception as error:
            self.call_exception_handler({"message": "a callback failed", "exception": error})

    def _advance(self) -> None:
        """Jump to the next timer, and make ready all that are due then."""
        if not self._timers:
            raise StuckError(f"nothing is left to happen, at {self._now:.3f} s")
        self._now = max(self._now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(self._timers)[2])

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self._over:
            self.errors.append(context)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self._over

    def is_closed(self) -> bool:
        return False
