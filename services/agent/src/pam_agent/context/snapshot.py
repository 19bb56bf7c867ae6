"""What is known of a member at one moment, as every turn is told it."""

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pam_agent.context import parts
from pam_shared.contracts.location import Fix


class Found(BaseModel):
    """What one source told: when, and whether that was now, lately, or longer ago than it is good for."""

    part: Any
    as_of: dt.datetime
    kind: Literal["live", "cached", "stale"]


class Outlook(BaseModel, frozen=True):
    """What follows from the parts on the day it is."""

    trip: parts.Trip | None = None
    next_trip: parts.Trip | None = None
    days_until: int | None = None
    tight_budgets: list[parts.Budget] = []


class MemberContext(BaseModel):
    """A snapshot of the member, taken for one turn; a part that is ``missing`` has its default.

    ``versions`` name what each source told, ``version`` what all of them did: equal versions, equal knowledge.
    ``age`` is since when each part is known, ``stale`` which are older than they should be. ``changed`` are the parts
    this conversation spoke of that are others now. ``told`` are the lines for the mind, one list for each block.
    """

    model_config = ConfigDict(frozen=True)

    shape: Literal[1] = 1
    turn: UUID
    taken_at: dt.datetime
    version: str = ""
    versions: dict[str, str] = {}
    profile: parts.Profile = parts.Profile()
    language: str | None = None
    vehicles: list[parts.Vehicle] = []
    finances: parts.Finances | None = None
    trips: list[parts.Trip] = []
    upkeep: parts.Upkeep = parts.Upkeep()
    community: parts.Community = parts.Community()
    unanswered: list[parts.Letter] = []
    memory: list[parts.Fact] = []
    place: Fix | None = None
    age: dict[str, dt.datetime] = {}
    stale: list[str] = []
    missing: list[str] = []
    outlook: Outlook = Outlook()
    highlights: list[str] = []
    changed: list[str] = []
    told: dict[str, list[str]] = {}

    @property
    def name(self) -> str:
        """What the member is called; empty where they have not said."""
        return self.profile.username or ""
