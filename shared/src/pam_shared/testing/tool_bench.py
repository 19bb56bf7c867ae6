"""A worker's tools without a bus: real arguments, real transactions, a member of the test's choice."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from pam_shared.clock import utc_now
from pam_shared.contracts.events import DomainEvent, EventEnvelope
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import Effect, Outcome, ToolReply
from pam_shared.errors import NotPermittedError, UnavailableError
from pam_shared.postgres.pool import Connection, MemberRecords, Pool, member_transaction, transaction
from pam_shared.tools.colleagues import Tables
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import In, Out, Tool
from pam_shared.tools.following import Follower, apply
from pam_shared.tools.receiver import reply_of
from pam_shared.tools.validation import validated

Told: TypeAlias = ToolReply | dict[str, Any] | Callable[[dict[str, Any]], ToolReply | dict[str, Any]]
"""What another worker answers: a reply, its ``data``, or a function from arguments to either."""


@dataclass(frozen=True)
class Answers:
    """Colleagues who say what the test told them; whoever was told nothing is away."""

    asked: Mapping[tuple[str, str], Told] = field(default_factory=dict)
    exported: Mapping[str, Tables] = field(default_factory=dict)

    async def call(self, domain: str, tool: str, arguments: dict[str, Any], within: float) -> ToolReply:
        """Return what was told, or that the worker is away."""
        told = self.asked.get((domain, tool))
        if told is None:
            away = UnavailableError(f"{domain} did not answer within {within} s.")
            return ToolReply.failure(away.problem)
        given = told(arguments) if callable(told) else told
        return given if isinstance(given, ToolReply) else ToolReply(outcome=Outcome.OK, data=given)

    async def records(self, domain: str) -> Tables | None:
        """Return the records told, or None for a worker that is away."""
        return self.exported.get(domain)


@dataclass
class ToolBench:
    """One member at a moment and in a zone; ``events`` collects what their calls told others.

    ``await bench.run(create_expense, amount=45, category="gas")`` is the tool's Result.
    """

    pool: Pool
    identity: Identity
    now: datetime | None = None
    zone: str = "UTC"
    location: Fix | None = None
    resources: Any = None
    asked: Mapping[tuple[str, str], Told] = field(default_factory=dict)
    exported: Mapping[str, Tables] = field(default_factory=dict)
    events: list[DomainEvent] = field(default_factory=list)

    def at(self, now: datetime, zone: str = "UTC") -> "ToolBench":
        """Return the same member at another moment, elsewhere."""
        return replace(self, now=now, zone=zone, events=[])

    def as_(self, identity: Identity) -> "ToolBench":
        """Return the same bench for another member."""
        return replace(self, identity=identity, events=[])

    @asynccontextmanager
    async def context(self, effect: Effect = Effect.WRITE) -> AsyncIterator[ToolContext]:
        """Open a member's transaction, for a tool of this effect; its events are kept when it commits."""
        reads = effect is Effect.READ
        user = self.identity.user
        async with MemberRecords(self.pool, user) if reads else member_transaction(self.pool, user) as db:
            ctx = ToolContext(
                member=self.identity,
                db=cast("Connection", db),
                zone=ZoneInfo(self.zone),
                colleagues=Answers(self.asked, self.exported),
                now=self.now or utc_now(),
                location=self.location,
                resources=self.resources,
            )
            yield ctx
        self.events += ctx.events

    async def run(self, tool: Tool[In, Out], **arguments: Any) -> Out:
        """Call a tool as its worker does and return its result. Raises the tool's errors."""
        return (await self._run(tool, arguments))[0]

    async def reply(self, tool: Tool[In, Out], **arguments: Any) -> ToolReply:
        """Call a tool as its worker does and return its reply, with its sources. Raises the tool's errors."""
        result, ctx = await self._run(tool, arguments)
        return reply_of(result, ctx)

    async def follow(self, follower: Follower, event: BaseModel | dict[str, Any]) -> list[DomainEvent]:
        """Apply an event of the member's; return what it caused others to hear."""
        data = event if isinstance(event, dict) else event.model_dump(mode="json")
        envelope = EventEnvelope(id=uuid4(), user=self.identity.user, occurred_at=self.now or utc_now(), data=data)
        async with transaction(self.pool) as db:
            return await apply(db, envelope, [(follower, follower.model.model_validate(data))])

    async def _run(self, tool: Tool[In, Out], arguments: dict[str, Any]) -> tuple[Out, ToolContext]:
        if not self.identity.roles & tool.roles:
            raise NotPermittedError(f"You are not allowed to use {tool.name}.")
        args = validated(tool.input_model, arguments)
        async with self.context(tool.effect) as ctx:
            return await tool(ctx, args), ctx
