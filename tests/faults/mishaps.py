"""What befalls a process at one exact point: its death between two steps, or a reply that comes too late."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path

from tests.faults.model import POISON
from tests.faults.patching import replace

DEADLY = Path(__file__).parent / "deadly"

LATE = 5.0
"""Seconds; longer than a caller of ``create_expense`` waits."""


def die_after_effect() -> None:
    """The worker dies when its first write is committed and before it says so."""
    from pam_shared.tools.receiver import Receiver

    write = Receiver._write

    async def last_words(self, *arguments):
        await write(self, *arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    replace(Receiver, "_write", last_words)


def reply_late() -> None:
    """The worker answers each first call of a key when its caller has stopped waiting."""
    from pam_shared.tools.receiver import Receiver

    answer = Receiver.__call__
    answered: set[str] = set()

    async def slowly(self, request):
        key = request.headers.get("Pam-Idempotency-Key", "")
        reply = await answer(self, request)
        if key not in answered:
            answered.add(key)
            await asyncio.sleep(LATE)
        return reply

    replace(Receiver, "__call__", slowly)


def die_after_commit() -> None:
    """Persistence dies when its first batch of messages is committed and before it is acknowledged."""
    from pam_persistence import recorder

    transaction, store = recorder.transaction, recorder.Recorder._store
    stream: ContextVar[str] = ContextVar("stream")

    async def of_stream(self, readable):
        stream.set(self.stream)
        await store(self, readable)

    @asynccontextmanager
    async def last_transaction(pool):
        async with transaction(pool) as db:
            yield db
        if stream.get("") == "CONVERSATIONS":
            os.kill(os.getpid(), signal.SIGKILL)

    replace(recorder.Recorder, "_store", of_stream)
    replace(recorder, "transaction", last_transaction)


def die_of_poison() -> None:
    """An agent dies when it asks the model about poison, and so do its children."""
    from pam_agent.claude import Claude

    reply = Claude.reply

    async def deadly(self, prompt):
        if f"mode={POISON}" in prompt.text:
            os.kill(os.getpid(), signal.SIGKILL)
        async for part in reply(self, prompt):
            yield part

    replace(Claude, "reply", deadly)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(DEADLY), os.environ.get("PYTHONPATH", "")])


MISHAPS = {function.__name__: function for function in (die_after_effect, reply_late, die_after_commit, die_of_poison)}
