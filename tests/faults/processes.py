"""Handles on real processes: killed, stopped, continued, asked to end, started again on the same port and data."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from pam_shared.embedded.processes import EmbeddedServer, answers_ok, size, spawn, tail

READY_WITHIN = 40.0
READY = '"event":"ready"'
POLL = 0.05


class StartError(Exception):
    """A process did not come up; the sentence holds the end of its log."""


class Killable:
    """Something that runs as one process."""

    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, or is stopped."""
        return self.process.returncode is None

    async def kill(self) -> None:
        """``kill -9``, and wait until it is gone."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def pause(self) -> None:
        """SIGSTOP."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)

    async def terminate(self, within: float) -> tuple[int, float]:
        """SIGTERM; return the exit code and the seconds it took. Raises TimeoutError."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within):
            code = await self.process.wait()
        return code, time.monotonic() - began

    async def ended(self, within: float) -> int:
        """Wait until it ends by itself and return the exit code. Raises TimeoutError."""
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def end(self) -> None:
        """Kill it with all it has started, stopped or not."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.process.wait()


class Server(Killable):
    """NATS, PostgreSQL or Valkey."""

    def __init__(self, name: str, begin: Callable[[], Awaitable[EmbeddedServer]]) -> None:
        self.name = name
        self._begin = begin

    async def start(self) -> None:
        """Start it, on the port and with the data it had before; return when it answers."""
        self.process = (await self._begin()).process


class Service(Killable):
    """One instance of a service. ``port`` is the gateway's own, 0 for others; ``altered`` names what is patched."""

    def __init__(
        self,
        name: str,
        module: str,
        environment: dict[str, str],
        log: Path,
        *,
        altered: Sequence[str] = (),
        port: int = 0,
    ) -> None:
        self.name = name
        self.environment = environment
        self.log = log
        self.altered = altered
        self.port = port
        self._module = module
        self._log_start = 0

    async def start(self) -> None:
        """Start it and return when it is ready. Raises StartError with the end of its log."""
        self._log_start = size(self.log)
        command = [sys.executable, "-m", "tests.faults.launch", self._module, *self.altered]
        self.process = await spawn(command, log=self.log, env=self.environment)
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await self._ready():
                    self._refuse_if_ended()
                    await asyncio.sleep(POLL)
        except TimeoutError:
            raise StartError(f"{self.name} is not ready:\n{tail(self.log, self._log_start)}") from None

    def _refuse_if_ended(self) -> None:
        if not self.alive:
            raise StartError(f"{self.name} ended:\n{tail(self.log, self._log_start)}")

    async def start_without(self, mishap: str) -> None:
        """Start it again, and spare it the mishap that ended it."""
        self.altered = [name for name in self.altered if name != mishap]
        await self.start()

    def said(self, mark: str) -> int:
        """Return in how many lines of its log a text stands since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().count(mark.encode())

    async def metric(self, name: str) -> float:
        """Return the value of a metric without labels; 0 where it is not told."""
        async with httpx.AsyncClient(timeout=5) as http:
            told = await http.get(f"http://127.0.0.1:{self.environment['PAM_METRICS_PORT']}/metrics")
        found = (line.split()[-1] for line in told.text.splitlines() if line.startswith(f"{name} "))
        return float(next(found, 0.0))

    async def _ready(self) -> bool:
        if not self.said(READY):
            return False
        with suppress(OSError):
            return not self.port or await answers_ok(self.port, "/api/v1/health/ready")
        return False
