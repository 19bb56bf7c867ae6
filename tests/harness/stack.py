"""A whole PAM as its own processes, started the way people start it: ``pamctl up``."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

READY = "PAM is ready"
SKELETON = "gateway,agent,tools-budget,persistence"
"""What a turn with one tool needs; PAM_SERVICES= starts every service."""
NO_CEILINGS = {
    "PAM_CEILING_MEMBER_DAY": "1000000",
    "PAM_CEILING_DAY": "1000000",
    "PAM_CEILING_MONTH": "1000000",
    "PAM_UNASKED_ALLOWANCE": "1000000",
}
"""For who talks more in a minute than members in a month."""
START_WITHIN = 60
STOP_WITHIN = 60


class Stack:
    """A running PAM: its home folder, its port, the supervisor's process."""

    def __init__(self, home: Path, port: int, environment: dict[str, str]) -> None:
        self.home = home
        self.port = port
        self.environment = os.environ | environment | {"PAM_HOME": str(home), "PORT": str(port)}
        self.process: asyncio.subprocess.Process | None = None
        self.printed: list[str] = []

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start and wait for the ready line."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pamctl",
            "up",
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(START_WITHIN):
            while not self.printed or READY not in self.printed[-1]:
                line = await self.process.stdout.readline()
                assert line, "pamctl up ended:\n" + "".join(self.printed)
                self.printed.append(line.decode())
        self._reader = asyncio.create_task(self._read())

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop as an operator would, and return the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(STOP_WITHIN):
            code = await self.process.wait()
        await self._reader
        return code

    def processes(self) -> dict[str, dict[str, Any]]:
        """Return what ``pamctl ps`` knows, by name."""
        kept = json.loads((self.home / "processes.json").read_text())
        return {state["name"]: state for state in kept["processes"]}

    def kill(self, name: str) -> int:
        """Kill one process the hard way and return its pid."""
        pid = self.processes()[name]["pid"]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def pamctl(self, *arguments: str) -> tuple[int, str]:
        """Run a command of pamctl; return its exit code and stdout."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "pamctl",
            *arguments,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        return process.returncode, out.decode() + (err.decode() if process.returncode else "")

    def spans(self) -> list[dict[str, Any]]:
        """Return every span written so far, of all services."""
        files = (self.home / "traces").glob("*.jsonl")
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def log_lines(self, service: str) -> list[dict[str, Any]]:
        """Return the JSON lines a service has logged."""
        text = (self.home / "logs" / f"{service}.log").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def secret(self, server: str, user: str) -> str:
        """Return a password this home made up."""
        return json.loads((self.home / "secrets.json").read_text())[server][user]

    @property
    def identity_private_key(self) -> str:
        """The key tokens are signed with."""
        return json.loads((self.home / "secrets.json").read_text())["identity"]["private"]

    def metrics_port(self, service: str) -> int:
        """Return where a service serves its metrics."""
        pid = self.processes()[service]["pid"]
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        return int(next(item.partition("=")[2] for item in environment if item.startswith("PAM_METRICS_PORT=")))

    @property
    def nats_url(self) -> str:
        """The operator's NATS."""
        return f"nats://pamctl:{self.secret('nats', 'pamctl')}@127.0.0.1:{self.processes()['nats']['port']}"

    @property
    def postgres_url(self) -> str:
        """The administrator's PostgreSQL."""
        port = self.processes()["postgres"]["port"]
        return f"postgresql://postgres:{self.secret('postgres', 'postgres')}@127.0.0.1:{port}/postgres"

    async def _read(self) -> None:
        while line := await self.process.stdout.readline():
            self.printed.append(line.decode())


@asynccontextmanager
async def running_stack(home: Path, **environment: str) -> AsyncIterator[Stack]:
    """Run a PAM of its own for as long as the block."""
    clean = {"ANTHROPIC_API_KEY": "", "PAM_RATE_LIMITS": "off", "PAM_SERVICES": SKELETON} | environment
    stack = Stack(home, free_port(), clean)
    try:
        await stack.start()
        yield stack
    finally:
        if stack.process is not None and stack.process.returncode is None:
            await stack.stop()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
