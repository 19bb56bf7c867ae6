"""The circuits of all agents: what one has found broken the others need not find out again."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from pydantic import BaseModel, ValidationError

from pam_agent.breaker import Breaker, Change
from pam_shared.bus.connection import Bus
from pam_shared.contracts import subjects
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log


class CircuitChanged(BaseModel):
    """What an agent tells the others; ``agent`` names it."""

    agent: str
    tool: str
    is_open: bool
    workers: frozenset[str] = frozenset()


class Circuits:
    """This process's breaker, kept in step with those of the other agents while the bus is there."""

    def __init__(self, bus: Bus) -> None:
        self.breaker = Breaker(self._tell)
        self._bus = bus
        self._name = uuid4().hex
        self._telling: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Hear the others."""
        self._subscription = await self._bus.nats.subscribe(subjects.CIRCUIT_CHANGED, cb=self._on_change)

    async def stop(self) -> None:
        """Hear and tell nothing more."""
        if self._subscription:
            with suppress(NatsError):
                await self._subscription.unsubscribe()
        await end(self._telling)

    def _tell(self, change: Change) -> None:
        log.warning("a tool's circuit changed", tool=change.tool, is_open=change.is_open)
        told = CircuitChanged(agent=self._name, tool=change.tool, is_open=change.is_open, workers=change.workers)
        task = asyncio.create_task(self._publish(told))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _publish(self, told: CircuitChanged) -> None:
        with suppress(NatsError):
            await self._bus.nats.publish(subjects.CIRCUIT_CHANGED, told.model_dump_json().encode())

    async def _on_change(self, message: Msg) -> None:
        try:
            told = CircuitChanged.model_validate_json(message.data)
        except ValidationError:
            log.warning("what became of a circuit cannot be read")
            return
        if told.agent != self._name:
            self.breaker.hear(Change(told.tool, told.is_open, told.workers))
