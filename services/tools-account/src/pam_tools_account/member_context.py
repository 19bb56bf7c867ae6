"""What PAM knows of a member when a conversation begins, by part; what is not known has its default."""

from datetime import date

from pydantic import BaseModel

from pam_shared.contracts.location import Fix
from pam_shared.money import Total
from pam_tools_account.members import Privacy, Profile, Settings, Vehicle
from pam_tools_account.other_workers import Budget, TravelRecords, Trip

TRIPS_AHEAD = 5


class Location(BaseModel):
    """Where the member is at home, and where their device says they are."""

    home: str | None
    position: Fix | None


class Finances(BaseModel):
    """Money of the current month; null where it is not known."""

    spent_this_month: Total | None = None
    earned_this_month: Total | None = None
    budgets: list[Budget] = []


class Travel(BaseModel):
    """Trips that are not over, the nearest first, and how many there are within a year either way."""

    trips_ahead: list[Trip] = []
    trips_count: int | None = None
    favorites_count: int | None = None

    @classmethod
    def of(cls, travel: TravelRecords | None, today: date) -> "Travel":
        """Return what these records tell, and the defaults where there are none."""
        if travel is None:
            return cls()
        ahead = travel.ahead(today)[:TRIPS_AHEAD]
        return cls(trips_ahead=ahead, trips_count=len(travel.trips), favorites_count=travel.favorites_count)


class Preferences(BaseModel):
    """How PAM should look, speak and remind, and who sees what."""

    settings: Settings
    privacy: Privacy


class Context(BaseModel):
    """All parts; what is not known has its default."""

    profile: Profile
    vehicle: Vehicle | None
    location: Location
    finances: Finances
    travel: Travel
    preferences: Preferences
