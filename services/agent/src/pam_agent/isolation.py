"""An attempt in a process of its own, for a message that seems to kill whoever answers it."""

import asyncio
import sys
from contextlib import suppress

from pam_agent.errand import Errand
from pam_agent.ledger import FencedError
from pam_shared.bus.connection import Bus
from pam_shared.contracts.problems import Category
from pam_shared.errors import PamError, UnavailableError
from pam_shared.telemetry.logs import log

FRUITLESS_MAX = 2
"""Attempts that began and added no step before the next one is isolated."""
LONGER = 15.0
"""Seconds a process may take beyond the turn's own time, to start and to end."""
AT_ONCE = 2
"""Processes. A crash makes suspects of all that ran beside it, and each process is as large as an agent."""
OWNED_BY_ANOTHER = 3
COULD_NOT_TRY = 1
"""Python's own code for whoever ends with an error: NATS was away, say. That is nobody's death."""


class MessageFatalError(PamError):
    """A developer must act: answering the message kills the process that does."""

    category = Category.SYSTEM
    default_code = "message_fatal"

    def __init__(self) -> None:
        super().__init__("I cannot answer this message: it breaks something on our side. It has been noted.")


class Isolation:
    """Gives attempts processes of their own, a few at once; the others wait their turn."""

    def __init__(self, bus: Bus, turn_within: float) -> None:
        self._bus = bus
        self._within = turn_within + LONGER
        self._room = asyncio.Semaphore(AT_ONCE)

    async def survived(self, errand: Errand) -> bool:
        """Run the attempt and return whether its process ended by itself. It ends with this one.

        Counting attempts alone would blame the innocent, for a crash takes its neighbours along; only a process seen
        dying over this one message convicts it. Raises FencedError when the turn belongs to another agent,
        UnavailableError when the process could not try, or when it took too long while NATS was away.
        """
        async with self._room:
            code = await self._run(errand)
        if code == OWNED_BY_ANOTHER:
            raise FencedError
        if code == COULD_NOT_TRY or (code is None and not self._bus.nats.is_connected):
            raise UnavailableError("A message could not be answered in a process of its own.")
        return code == 0

    async def _run(self, errand: Errand) -> int | None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pam_agent.attempt", stdin=asyncio.subprocess.PIPE
        )
        log.warning("a message is answered in a process of its own", pid=process.pid)
        try:
            return await _ended(process, errand, self._within)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _ended(process: asyncio.subprocess.Process, errand: Errand, within: float) -> int | None:
    """Hand the errand over and wait; the open pipe tells the process that we are alive. None when it took too long."""
    assert process.stdin is not None  # noqa: S101 - asked for above
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(within):
            process.stdin.write(errand.model_dump_json().encode() + b"\n")
            await process.stdin.drain()
            return await process.wait()
    return process.returncode
