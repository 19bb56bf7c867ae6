"""What a tool is given besides its arguments."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pam_shared.clock import utc_now
from pam_shared.contracts.events import DomainEvent
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import Source, SourceKind, ToolReply
from pam_shared.postgres.pool import Connection, MemberRecords
from pam_shared.tools.colleagues import Colleagues, Tables


@dataclass
class ToolContext:
    """One call: who asks, the transaction it runs in, and what others will hear of it.

    ``db`` shows only the member's rows; what is written there, ``events`` and the reply are committed together.
    A tool that only reads holds a connection from its first statement on, and none while it asks others (``release``).
    ``location`` is where the member's device says they are; ``resources`` is what the worker opened at its start.
    ``sources``, ``partial`` and ``confidence`` (0 to 1) become part of the reply. ``proposal`` is what is about to be
    done, as the member is asked about it before: ``Send “Hi” to Ann``.
    """

    member: Identity
    db: Connection
    zone: ZoneInfo
    colleagues: Colleagues
    now: datetime = field(default_factory=utc_now)
    location: Fix | None = None
    resources: Any = None
    events: list[DomainEvent] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    partial: bool = False
    confidence: float | None = None
    proposal: str = ""

    @property
    def user(self) -> UUID:
        """The member's id, for the rows a tool inserts."""
        return self.member.user

    @property
    def today(self) -> date:
        """The date where the member is."""
        return self.now.astimezone(self.zone).date()

    def emit(self, event: DomainEvent) -> None:
        """Tell others, once the call is committed."""
        self.events.append(event)

    def cite(self, name: str, as_of: datetime, kind: str = SourceKind.RECORDS, *, sample: bool = False) -> None:
        """Say where something in the answer comes from; ``kind`` is a SourceKind, a stale one marks the reply stale."""
        self.sources.append(Source(name=name, as_of=as_of, kind=SourceKind(kind), sample=sample))

    async def release(self) -> None:
        """Give the connection back before a wait for the world outside; the next statement takes another.

        A tool that writes keeps its own: what it does is one transaction.
        """
        if isinstance(self.db, MemberRecords):
            await self.db.release()

    async def ask(self, domain: str, tool: str, arguments: dict[str, Any], within: float = 2.0) -> ToolReply:
        """Call a tool that reads of another worker, on the member's behalf.

        ``within`` is in seconds. Never raises: look at the reply's ``success``, and answer without it if need be.
        """
        await self.release()
        return await self.colleagues.call(domain, tool, arguments, within)

    async def export(self, domains: list[str]) -> dict[str, Tables | None]:
        """Return all that workers hold of the member, rows by table by domain; None for one that does not answer."""
        await self.release()
        found = await asyncio.gather(*(self.colleagues.records(domain) for domain in domains))
        return dict(zip(domains, found, strict=True))
