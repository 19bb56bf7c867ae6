"""Where a member's context comes from: one tool that reads for each part, with how long its answer is good."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from pam_agent.context import parts
from pam_shared.cache import FINANCES, MEMORIES, PROFILE, SOCIAL, TRAVEL, Tier
from pam_shared.contracts import subjects

BEHIND, AHEAD = dt.timedelta(days=90), dt.timedelta(days=365)
LETTERS = 10


def _nothing(_today: dt.date) -> dict[str, Any]:
    return {}


def _months(today: dt.date) -> dict[str, Any]:
    return {"start_date": str(today - BEHIND), "end_date": str(today + AHEAD)}


@dataclass(frozen=True)
class Source:
    """One part of the context: which tool tells it, and what of the answer is read.

    ``by_day`` is whether the answer depends on the day it is where the member is.
    """

    name: str
    tier: Tier
    domain: str
    tool: str
    shape: TypeAdapter[Any]
    arguments: Callable[[dt.date], dict[str, Any]] = _nothing
    by_day: bool = False

    @property
    def subject(self) -> str:
        """Where it is asked."""
        return subjects.tool(self.domain, self.tool)


SOURCES = (
    Source("profile", PROFILE, "account", "get_user_context", TypeAdapter(parts.Person), lambda _: {"own_only": True}),
    Source("vehicles", PROFILE, "account", "get_vehicles", TypeAdapter(parts.Vehicles)),
    Source("finances", FINANCES, "budget", "get_money_context", TypeAdapter(parts.Finances), by_day=True),
    Source("travel", TRAVEL, "trip", "get_travel_records", TypeAdapter(parts.Travel), _months),
    Source("upkeep", TRAVEL, "trip", "get_maintenance_schedule", TypeAdapter(parts.Upkeep)),
    Source("community", SOCIAL, "social", "get_social_records", TypeAdapter(parts.Community)),
    Source("letters", SOCIAL, "social", "read_messages", TypeAdapter(parts.Letters), lambda _: {"limit": LETTERS}),
    Source("memory", MEMORIES, "memory", "get_memory_context", TypeAdapter(parts.Memory)),
)

OUTDATED: dict[str, tuple[Tier, ...]] = {
    "account": (PROFILE,),
    "budget": (FINANCES,),
    "savings": (FINANCES,),
    "trip": (TRAVEL, FINANCES),
    "social": (SOCIAL,),
    "memory": (MEMORIES,),
    "member": (PROFILE, FINANCES, TRAVEL, SOCIAL, MEMORIES),
}
"""Which tiers of a member an event of a domain makes old. A fill-up is an expense, too."""
