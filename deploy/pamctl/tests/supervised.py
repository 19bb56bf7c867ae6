"""A supervisor over fake services, as a process of its own that tests may signal and kill."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nats
import psutil

from pam_shared.embedded.processes import choose_port
from pamctl.home import Home

TESTS = Path(__file__).parent
NOT_PASSED_ON = ("PAM_NATS_URL", "PAM_POSTGRES_URL", "PAM_REDIS_URL", "ANTHROPIC_API_KEY", "PORT")


@dataclass
class RunningPam:
    """A supervisor in a process of its own."""

    home: Home
    port: int
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def said(self, words: str, within: float = 20) -> str:
        async with asyncio.timeout(within):
            while True:
                line = (await self.process.stdout.readline()).decode()
                assert line, f"It ended, having said {self.lines}"
                self.lines.append(line.strip())
                if words in line:
                    return line.strip()

    def pid_of(self, name: str) -> int | None:
        return next(state.pid for state in self.home.read_processes() if state.name == name)

    async def ended(self, within: float = 20) -> int:
        rest, _ = await asyncio.wait_for(self.process.communicate(), within)
        self.lines += rest.decode().splitlines()
        return self.process.returncode

    async def ask(self, service: str) -> dict:
        connection = await nats.connect(self.home.nats_url().split(","))
        reply = await connection.request(f"$SRV.PING.{service}", timeout=2)
        await connection.close()
        return json.loads(reply.data)


def environment(home: Path, port: int | str, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return inherited | {"PAM_HOME": str(home), "PAM_PORT": str(port), "PYTHONPATH": str(TESTS)} | more


@asynccontextmanager
async def pam(folder: Path, **more: str) -> AsyncIterator[RunningPam]:
    port = choose_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        TESTS / "run_supervisor.py",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(folder, port, **more),
    )
    try:
        yield RunningPam(Home(folder), port, process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await until(lambda: not processes_of(folder))


def processes_of(folder: Path) -> list[str]:
    """Everything with this home in its environment, or at work inside it: servers overwrite their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("PAM_HOME") == str(folder) or process.cwd().startswith(str(folder))
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {process.name()}")
        except psutil.Error:
            continue
    return found


async def until(holds: Callable[[], bool], within: float = 15) -> None:
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - another process is awaited
            await asyncio.sleep(0.05)
