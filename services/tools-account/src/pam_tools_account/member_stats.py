"""Numbers about a member, by part."""

from pydantic import BaseModel

from pam_shared.money import Total
from pam_tools_account.members import Membership
from pam_tools_account.other_workers import MoneyRecords, SocialRecords, TravelRecords


class BudgetNumbers(BaseModel):
    """Money of the period; ``truncated`` where only the newest expenses were counted."""

    spent: Total
    expenses_count: int
    earned: Total
    saved: Total
    budgets_count: int
    truncated: bool

    @classmethod
    def of(cls, money: MoneyRecords) -> "BudgetNumbers":
        """Return the numbers of these records."""
        return cls(
            spent=money.spent,
            expenses_count=len(money.expenses),
            earned=money.earned,
            saved=money.saved,
            budgets_count=len(money.budgets),
            truncated=money.truncated,
        )


class TripNumbers(BaseModel):
    """Travel of the period; favourites are all there are."""

    trips_count: int
    distance_miles: float
    fuel_gallons: float
    favorites_count: int

    @classmethod
    def of(cls, travel: TravelRecords) -> "TripNumbers":
        """Return the numbers of these records; what was not written down counts as nothing."""
        return cls(
            trips_count=len(travel.trips),
            distance_miles=round(sum(trip.distance_miles or 0 for trip in travel.trips), 1),
            fuel_gallons=round(sum(filling.gallons or 0 for filling in travel.fuel), 1),
            favorites_count=travel.favorites_count,
        )


class AccountNumbers(Membership):
    """The membership, all vehicles, and orders of the period."""

    vehicles_count: int
    orders_count: int


class Stats(BaseModel):
    """Numbers by part; null where the part did not answer. ``social`` is always of all time."""

    budget: BudgetNumbers | None
    trips: TripNumbers | None
    social: SocialRecords | None
    account: AccountNumbers
