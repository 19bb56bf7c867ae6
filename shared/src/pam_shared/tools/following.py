"""Following other services' events: each applied once, in one transaction with whatever it causes."""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from pydantic import BaseModel, ValidationError

from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Consumer, Delivery
from pam_shared.bus.dead_letters import bury, retry_or_bury
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import DomainEvent, EventEnvelope
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import Connection, Pool, transaction
from pam_shared.telemetry.logs import bind, log
from pam_shared.tools import queries
from pam_shared.tools.messages import event_message
from pam_shared.tools.outbox import OutboxRelay

BATCH = 20
AGAIN_AFTER = 1.0
APPLIED = {"outcome": "ok"}


@dataclass
class EventContext:
    """One event: whose it is, the member's transaction it is applied in, and what it causes others to hear."""

    user: UUID
    id: UUID
    occurred_at: datetime
    db: Connection
    events: list[DomainEvent] = field(default_factory=list)

    def emit(self, event: DomainEvent) -> None:
        """Tell others, once this event is applied."""
        self.events.append(event)


Event = TypeVar("Event", bound=BaseModel)
FollowFunction = Callable[[EventContext, Event], Awaitable[None]]


@dataclass(frozen=True)
class Follower:
    """A function and the event it is applied to."""

    event: str
    model: type[BaseModel]
    run: FollowFunction[Any]

    @property
    def subject(self) -> str:
        """Where the event is published."""
        return subjects.event_named(self.event)


def follow(domain: str, name: str) -> Callable[[FollowFunction[Event]], Follower]:
    """Declare what is done at an event of another service, such as ``trip``, ``fuel_logged``.

    The function takes an EventContext and a model of its own of the fields it needs. Raises TypeError otherwise.
    """

    def declare(function: FollowFunction[Event]) -> Follower:
        hints = get_type_hints(function)
        models = [hint for hint in hints.values() if inspect.isclass(hint) and issubclass(hint, BaseModel)]
        if len(models) != 1:
            raise TypeError(f"{function.__name__} must take exactly one model besides its EventContext.")
        return Follower(f"{domain}.{name}", models[0], function)

    return declare


class MemberLeft(BaseModel):
    """All that is known of someone who left is who it was."""


@follow("member", "deleted")
async def forget_member(ctx: EventContext, _: MemberLeft) -> None:
    """Delete every row of a member who left."""
    await queries.forget_member(ctx.db)


def find_followers(tools: ModuleType) -> list[Follower]:
    """Return what the worker's package ``follows``, beside its ``tools``, declares; and forgetting, last."""
    parent = tools.__name__.rpartition(".")[0]
    try:
        package = importlib.import_module(f"{parent}.follows")
    except ModuleNotFoundError as error:
        if error.name != f"{parent}.follows":
            raise
        return [forget_member]
    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    found = {item.run: item for module in modules for item in vars(module).values() if isinstance(item, Follower)}
    return [*found.values(), forget_member]


class Following:
    """Applies events to a worker's followers, one after the other."""

    def __init__(self, bus: Bus, pool: Pool, relay: OutboxRelay, followers: Iterable[Follower]) -> None:
        self._bus = bus
        self._pool = pool
        self._relay = relay
        self._followers: dict[str, list[Follower]] = {}
        for follower in followers:
            self._followers.setdefault(follower.subject, []).append(follower)
        self._consumer = Consumer(bus, topology.EVENTS, bus.service, self._apply_all, batch=BATCH)

    async def start(self) -> None:
        """Begin to follow."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Stop following; what is not acknowledged comes again."""
        await self._consumer.stop()

    async def _apply_all(self, deliveries: list[Delivery]) -> None:
        for number, delivery in enumerate(deliveries):
            await self._apply(delivery, deliveries[number:])

    async def _apply(self, delivery: Delivery, held: list[Delivery]) -> None:
        """Apply one event; while the database is away it waits, so that events keep their order."""
        while True:
            try:
                await self._read_and_apply(delivery)
            except ValidationError as error:
                await bury(self._bus, delivery, error)
            except UnavailableError as error:
                log.warning("an event has to wait", subject=delivery.subject, reason=str(error))
                await asyncio.gather(*(waiting.in_progress() for waiting in held))
                await asyncio.sleep(AGAIN_AFTER)
                continue
            except Exception as error:
                log.exception("an event could not be applied", subject=delivery.subject)
                await retry_or_bury(self._bus, delivery, error)
            else:
                await delivery.ack()
            return

    async def _read_and_apply(self, delivery: Delivery) -> None:
        envelope = EventEnvelope.model_validate_json(delivery.data)
        followers = self._followers.get(delivery.subject, [])
        read = [(follower, follower.model.model_validate(envelope.data)) for follower in followers]
        with bind(member=str(envelope.user), event_id=str(envelope.id)):
            async with transaction(self._pool) as db:
                await apply(db, envelope, read)
        self._relay.wake()


async def apply(db: Connection, envelope: EventEnvelope, read: list[tuple[Follower, BaseModel]]) -> list[DomainEvent]:
    """Apply an event in this transaction unless it was applied before; return what it caused."""
    key = f"event:{envelope.id}"
    if await queries.claim_call(db, envelope.user, key, "event") is not None:
        return []
    ctx = EventContext(envelope.user, envelope.id, envelope.occurred_at, db)
    for follower, event in read:
        await follower.run(ctx, event)
    messages = [event_message(event, ctx.user, ctx.occurred_at) for event in ctx.events]
    await queries.finish_call(db, key, APPLIED, messages)
    return ctx.events
