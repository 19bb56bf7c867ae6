"""What a tool is given besides its arguments."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pam_shared.clock import utc_now
from pam_shared.contracts.events import DomainEvent
from pam_shared.contracts.identity import Identity
from pam_shared.postgres.pool import Connection


@dataclass
class ToolContext:
    """One call: who asks, the transaction it runs in, and what others will hear of it.

    ``db`` shows only the member's rows; what is written there, ``events`` and the reply are committed together.
    """

    member: Identity
    db: Connection
    zone: ZoneInfo
    now: datetime = field(default_factory=utc_now)
    events: list[DomainEvent] = field(default_factory=list)

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
