"""What other workers tell of a member, read tolerantly: fields nobody needs here are left out."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

ZERO = Decimal(0)


class Expense(BaseModel):
    """Money that was spent."""

    id: UUID
    amount: Decimal
    category: str
    date: dt.date
    description: str | None = None
    location: str | None = None


class Income(BaseModel):
    """Money that came in."""

    amount: Decimal
    source: str | None = None
    date: dt.date


class Budget(BaseModel):
    """What may be spent on a category in a period."""

    category: str
    amount: Decimal
    period: str = "monthly"


class HustleAttempt(BaseModel):
    """A way to earn on the road that the member tried."""

    hustle_id: UUID
    title: str
    status: str | None = None
    earnings: Decimal | None = None
    hours_spent: Decimal | None = None
    start_date: dt.date | None = None


class Saving(BaseModel):
    """Money that was saved, or may have been."""

    amount: Decimal
    saved_date: dt.date
    confirmed: bool = True


class Money(BaseModel):
    """A member's money within a window; ``truncated`` when older expenses were left out."""

    expenses: list[Expense] = []
    income: list[Income] = []
    budgets: list[Budget] = []
    hustles: list[HustleAttempt] = []
    savings: list[Saving] = []
    truncated: bool = False


class Trip(BaseModel):
    """A trip, planned or made."""

    id: UUID
    title: str
    origin: str | None = None
    destination: str | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    status: str | None = None
    distance_miles: Decimal | None = None
    estimated_total: Decimal | None = None


class Maintenance(BaseModel):
    """Work that was done on the vehicle, and when it is due again."""

    id: UUID
    task: str
    date: dt.date
    cost: Decimal | None = None
    mileage: Decimal | None = None
    next_due_date: dt.date | None = None
    next_due_mileage: Decimal | None = None


class FuelStop(BaseModel):
    """A fill-up."""

    id: UUID
    date: dt.date
    gallons: Decimal | None = None
    total: Decimal | None = None
    odometer: Decimal | None = None
    mpg: Decimal | None = None
    location: str | None = None


class Travel(BaseModel):
    """A member's trips and their vehicle's life within a window; ``truncated`` when older records were left out."""

    trips: list[Trip] = []
    maintenance: list[Maintenance] = []
    fuel: list[FuelStop] = []
    favorites_count: int = 0
    truncated: bool = False


class Social(BaseModel):
    """A member among others, in numbers."""

    posts_count: int = 0
    followers_count: int = 0
    following_count: int = 0
    comments_count: int = 0
    groups_count: int = 0
    messages_sent: int = 0


class Vehicle(BaseModel):
    """A vehicle of the member's."""

    id: UUID
    name: str
    make: str | None = None
    model: str | None = None
    year: int | None = None
    vehicle_type: str | None = None
    fuel_type: str | None = None
    is_primary: bool = False


class Garage(BaseModel):
    """A member's vehicles, the primary one first."""

    vehicles: list[Vehicle] = []


class Entry(BaseModel):
    """An entry of the member's calendar."""

    title: str
    start_date: dt.datetime
    event_type: str | None = None


class Agenda(BaseModel):
    """What the calendar holds for the next thirty days."""

    events: list[Entry] = []
