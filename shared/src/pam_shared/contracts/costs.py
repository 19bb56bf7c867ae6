"""What model calls cost, in dollars: asked of persistence on ``pam.query.*``, told on ``pam.event.costs.*``."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.events import DomainEvent

RESERVE = "costs_reserve"
SETTLE = "costs_settle"
OF_MEMBER = "costs_of_member"
TOTALS = "costs"

MICRODOLLAR = Decimal("0.000001")
RESERVED_AT_ONCE = 100
SETTLED_AT_ONCE = 100

Dollars = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=6)]


class Ceiling(StrEnum):
    """What is limited: a member's day in their zone, or everybody's day or month in UTC."""

    MEMBER_DAY = "member_day"
    DAY = "day"
    MONTH = "month"


class ModelCall(BaseModel):
    """One call to a model, and what it may cost at most or did cost.

    ``id`` is the call's own: repeats of a question carry the same. ``zone`` is the member's, an IANA name or empty for
    UTC. At ``expires_at`` the turn is over: what is not settled by then stays counted as it is.
    """

    id: UUID
    turn: UUID
    step: int
    attempt: int
    model: str
    zone: str = ""
    at: AwareDatetime
    expires_at: AwareDatetime
    trace_id: str = ""
    cost: Dollars


class Refusal(BaseModel):
    """The ceiling that a call would pass, and when its period ends."""

    ceiling: Ceiling
    until: datetime


class WantedCall(BaseModel):
    """A call that is to be reserved. ``identity`` is the token of the message it is made for."""

    call: ModelCall
    identity: str


class ReserveCosts(BaseModel):
    """Count calls at what they may cost at most, one after the other."""

    calls: list[WantedCall] = Field(min_length=1, max_length=RESERVED_AT_ONCE)


class Reserved(BaseModel):
    """The answer, call by call: each is reserved, unless there is a refusal.

    ``ample`` tells of each whether less than four fifths of its ceilings are gone: then what is left over of it may
    wait for another turn.
    """

    refusals: list[Refusal | None]
    ample: list[bool] = []


class SettledCall(BaseModel):
    """What a call used in the end. ``identity`` is the token of the message it was made for.

    ``pot`` is the id of the reservation it was paid out of, if that was another call's. One that was not ``made`` gives
    back what was reserved.
    """

    call: ModelCall
    usage: Usage
    identity: str
    pot: UUID | None = None
    made: bool = True


class SettleCosts(BaseModel):
    """Write down what calls cost; a call that is settled already stays as it is."""

    calls: list[SettledCall] = Field(min_length=1, max_length=SETTLED_AT_ONCE)


class Settled(BaseModel):
    """They are written down."""


class CostsQuery(BaseModel):
    """Ask what the calls of a calendar month cost; ``month`` is any day of it."""

    month: date


class ModelCosts(BaseModel):
    """What the calls of one model cost, those under way at their estimates."""

    model: str
    calls: int
    cost: Dollars
    usage: Usage


class Costs(BaseModel):
    """What model calls cost in a month, by model."""

    cost: Dollars
    models: list[ModelCosts]


class Taken(BaseModel):
    """How much of a ceiling is spent and reserved, in dollars."""

    ceiling: Ceiling
    dollars: Dollars
    most: Dollars


class Totals(BaseModel):
    """What everybody's calls cost in a month, and how far the ceilings of today are away."""

    costs: Costs
    taken: list[Taken]


class ThresholdReached(DomainEvent):
    """Four fifths of a ceiling are spent or reserved; told once per ceiling and period.

    The event's member is who the ceiling is for, the zero id for everybody's. ``period`` is its first day.
    """

    domain: ClassVar[str] = "costs"
    name: ClassVar[str] = "threshold_reached"

    ceiling: Ceiling
    period: date
    dollars: Dollars
