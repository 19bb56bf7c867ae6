"""What each source tells, as far as a conversation needs it. Money in dollars, sizes in feet and pounds."""

import datetime as dt
from decimal import Decimal

from pydantic import BaseModel, Field

from pam_shared.money import Total

LISTED = 8
"""Entries of a kind that a conversation is told of."""
FACTS_MAX = 20


class Part(BaseModel):
    """What one source tells; every field has the default of not being known."""


class Profile(Part):
    """Who the member is. ``username`` is what they want to be called, ``location`` where they are at home."""

    username: str | None = None
    bio: str | None = None
    location: str | None = None
    rv_type: str | None = None
    rv_year: int | None = None


class Settings(BaseModel):
    """How PAM should speak."""

    language: str | None = None


class Preferences(BaseModel):
    """What the member prefers."""

    settings: Settings = Settings()


class Told(BaseModel):
    """The parts of the member's own record that are read here."""

    profile: Profile = Profile()
    preferences: Preferences = Preferences()


class Person(Part):
    """The member as the account knows them."""

    context: Told = Told()


class Vehicle(BaseModel):
    """What the member drives or tows."""

    name: str
    make: str | None = None
    model: str | None = None
    year: int | None = None
    vehicle_type: str | None = None
    fuel_type: str | None = None
    height_ft: float | None = None
    weight_lbs: int | None = None
    length_ft: float | None = None
    is_primary: bool = False


class Vehicles(Part):
    """The member's vehicles, the primary first."""

    vehicles: list[Vehicle] = []


class Budget(BaseModel):
    """A budget of this month; ``status`` is good, warning or over, ``left`` negative when it is over."""

    category: str
    budgeted: Total
    spent: Total
    left: Total
    status: str


class Finances(Part):
    """How the member's money stands: the last 30 days, this month's budgets, and what PAM saved against its promise.

    ``net`` is negative when more was spent than came in.
    """

    income: Total = Decimal(0)
    expenses: Total = Decimal(0)
    net: Total = Decimal(0)
    budgets: list[Budget] = []
    saved_this_month: Total = Decimal(0)
    savings_promised: Total = Decimal(0)


class Trip(BaseModel):
    """A trip, planned or under way."""

    title: str
    origin: str | None = None
    destination: str | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    status: str | None = None
    distance_miles: float | None = None

    def is_on(self, day: dt.date) -> bool:
        """Whether the member is on it that day."""
        return self.start_date is not None and self.start_date <= day <= (self.end_date or self.start_date)


class Travel(Part):
    """The member's trips of some months before and after today."""

    trips: list[Trip] = []


class Service(BaseModel):
    """Maintenance that is due."""

    task: str
    next_due_date: str | None = None
    miles_left: int | None = None


class Upkeep(Part):
    """What the member's vehicles are due for."""

    overdue: list[Service] = []
    upcoming: list[Service] = []


class Community(Part):
    """The member among others, in numbers."""

    posts_count: int = 0
    followers_count: int = 0
    following_count: int = 0
    groups_count: int = 0


class Correspondent(BaseModel):
    """Another member, by the name they chose."""

    user_id: str = ""
    username: str | None = None


class Letter(BaseModel):
    """That a message was written; its words are read only when the member asks for them."""

    other: Correspondent
    mine: bool
    created_at: dt.datetime


class Letters(Part):
    """The newest messages between the member and others, the newest first."""

    messages: list[Letter] = []

    @property
    def unanswered(self) -> list[Letter]:
        """The newest message of each person, where the member was not the last to write."""
        newest: dict[str, Letter] = {}
        for letter in self.messages:
            newest.setdefault(letter.other.user_id or letter.other.username or "", letter)
        return [letter for letter in newest.values() if not letter.mine]


class Fact(BaseModel):
    """What the member once said of themselves, in their words."""

    kind: str
    subject: str = ""
    statement: str
    said_at: dt.datetime | None = None
    confirmed: bool = False


class Memory(Part):
    """What the member wants remembered."""

    memories: list[Fact] = Field([], max_length=FACTS_MAX * 5)
