"""One process, kept running: watched, started again when it ends, stopped in order."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from pam_shared.errors import PamError
from pamctl.home import ProcessState

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
ALIVE_AND_WELL = 30.0


class Running(Protocol):
    """What a keeper keeps."""

    port: int
    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """End it in order."""


@dataclass
class Keeper:
    """Keeps one process running.

    ``begin`` starts it, ``until_ready`` returns once it answers; ``say`` gets a line for people, and ``changed`` is
    called at each change of state. ``before_again`` makes sure, before another start, of what the process stands on.
    """

    name: str
    begin: Callable[[], Awaitable[Running]]
    until_ready: Callable[[], Awaitable[None]]
    say: Callable[[str], None]
    changed: Callable[[], None]
    before_again: Callable[[], Awaitable[None]] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: int = 0
    _state: str = "starting"
    _since: str = ""
    _running: Running | None = None
    _watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process and watch it from now on. Raises what ``begin`` raises."""
        self._mark("starting")
        self._running = await self.begin()
        self.changed()
        self._watch = asyncio.create_task(self._keep(self._running))

    async def stop(self) -> None:
        """Stop watching, then end the process in order."""
        if self._watch:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        if self._running:
            self._mark("stopping")
            await self._running.stop()
        self._mark("stopped")

    async def restart(self) -> None:
        """End the process in order and start it at once: another program is to run. Raises what ``begin`` raises."""
        await self.stop()
        self.ready.clear()
        await self.start()

    def kill(self) -> None:
        """Kill the process and all it has started, now."""
        if self._running:
            with suppress(ProcessLookupError):
                os.killpg(self._running.process.pid, signal.SIGKILL)

    def state(self) -> ProcessState:
        """Return the process as others may see it."""
        alive = self._running is not None and self._running.process.returncode is None
        pid = self._running.process.pid if self._running and alive else None
        port = self._running.port if self._running else None
        return ProcessState(self.name, pid, port, self._state, self.restarts, self._since)

    async def _keep(self, running: Running) -> None:
        delay, clock = FIRST_DELAY, asyncio.get_running_loop().time
        while True:
            began = clock()
            code = await self._watch_one(running)
            if clock() - began >= ALIVE_AND_WELL:
                delay = FIRST_DELAY
            self.say(f"{self.name} ended with code {code}; starting it again in {delay:g} s.")
            running, delay = await self._begin_again(delay)

    async def _watch_one(self, running: Running) -> int:
        announcing = asyncio.create_task(self._announce())
        try:
            return await running.process.wait()
        finally:
            announcing.cancel()

    async def _announce(self) -> None:
        await self.until_ready()
        self.ready.set()
        self._mark("running")

    async def _begin_again(self, delay: float) -> tuple[Running, float]:
        """Start the process again, however often it takes; return it and the next delay."""
        while True:
            self.restarts += 1
            self._mark("waiting")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            try:
                if self.before_again:
                    await self.before_again()
                self._running = await self.begin()
            except PamError as error:
                self.say(f"{self.name} does not start: {error} Trying again in {delay:g} s.")
            else:
                self._mark("starting")
                return self._running, delay

    def _mark(self, state: str) -> None:
        self._state, self._since = state, datetime.now(UTC).isoformat(timespec="milliseconds")
        self.changed()
