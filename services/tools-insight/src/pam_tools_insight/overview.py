"""The sections of a look at everything: what each says of the records. Pure."""

import datetime as dt
from decimal import Decimal

from pydantic import BaseModel

from pam_shared.clock import spoken_day
from pam_shared.money import Total, spoken
from pam_tools_insight import hustles, spending
from pam_tools_insight.health import next_trip, spent_on
from pam_tools_insight.maintenance import upcoming
from pam_tools_insight.records import ZERO, Garage, Money, Travel
from pam_tools_insight.rules import Window, counted, yours

MOST_CATEGORIES = 5
MOST_DUE = 5


class FinancialView(BaseModel):
    """Money of the last thirty days."""

    spent: Total
    earned: Total
    saved: Total
    top_categories: dict[str, Total]
    budgets: int
    over_budget: list[str]

    def sentence(self) -> str:
        """Say it."""
        over = (
            f"; over budget: {', '.join(name.replace('_', ' ') for name in self.over_budget)}"
            if self.over_budget
            else ""
        )
        return f"In the last 30 days you spent {spoken(self.spent)} and earned {spoken(self.earned)}{over}."


class TravelView(BaseModel):
    """Trips of the last year and those ahead."""

    trips: int
    miles: Decimal
    next_trip: str | None
    next_trip_starts: dt.date | None
    favorite_places: int

    def sentence(self) -> str:
        """Say it."""
        starts = self.next_trip_starts
        ahead = f" Next is {self.next_trip} on {spoken_day(starts)}." if self.next_trip and starts else ""
        return f"You have {counted(self.trips, 'trip')} on record, {round(self.miles):,} miles in all.{ahead}"


class DueTask(BaseModel):
    """Maintenance that comes up."""

    task: str
    due_date: dt.date
    overdue: bool


class VehicleView(BaseModel):
    """The rig: what it is, what it uses, what it needs; what nobody could tell is null."""

    primary: str | None
    vehicles: int | None
    mpg: Decimal | None
    maintenance_cost: Total
    due: list[DueTask] | None

    def sentence(self) -> str:
        """Say it."""
        name = self.primary or "your vehicle"
        if self.due is None:
            return f"You travel with {name}."
        if not self.due:
            return f"Nothing is known to be due on {name}."
        first = self.due[0]
        return f"On {name}, {first.task} {'was' if first.overdue else 'is'} due on {spoken_day(first.due_date)}."


class HustleView(BaseModel):
    """What hustles brought."""

    hustles: int
    earnings: Total
    best: str | None
    best_hourly_rate: Total | None

    def sentence(self) -> str:
        """Say it."""
        top = f"; {self.best} pays best, {spoken(self.best_hourly_rate)} an hour" if self.best_hourly_rate else ""
        return f"{yours(self.hustles, 'hustle').capitalize()} brought {spoken(self.earnings)}{top}."


def financial(money: Money, window: Window) -> FinancialView | None:
    """Return the financial section; None without any money on record."""
    inside = [one for one in money.expenses if window.start <= one.date <= window.end]
    earned = [one.amount for one in money.income if window.start <= one.date <= window.end]
    saved = [one.amount for one in money.savings if one.confirmed and window.start <= one.saved_date <= window.end]
    if not (inside or earned or saved or money.budgets):
        return None
    totals = spending.by_category(inside)
    over = [one.category for one in money.budgets if spent_on(one, money.expenses, window.end) > one.amount]
    return FinancialView(
        spent=sum(totals.values(), ZERO),
        earned=sum(earned, ZERO),
        saved=sum(saved, ZERO),
        top_categories=dict(list(totals.items())[:MOST_CATEGORIES]),
        budgets=len(money.budgets),
        over_budget=over,
    )


def travel(found: Travel, today: dt.date) -> TravelView | None:
    """Return the travel section; None without trips and places."""
    if not (found.trips or found.favorites_count):
        return None
    ahead = next_trip(found, today)
    return TravelView(
        trips=len(found.trips),
        miles=round(sum((trip.distance_miles or ZERO for trip in found.trips), ZERO), 1),
        next_trip=ahead.title if ahead else None,
        next_trip_starts=ahead.start_date if ahead else None,
        favorite_places=found.favorites_count,
    )


def vehicle(found: Travel | None, garage: Garage | None, today: dt.date) -> VehicleView | None:
    """Return the vehicle section; None without a vehicle and its records."""
    records, fuel = (found.maintenance, found.fuel) if found else ([], [])
    vehicles = garage.vehicles if garage else []
    if not (records or fuel or vehicles):
        return None
    used = [stop.mpg for stop in sorted(fuel, key=lambda stop: stop.date) if stop.mpg]
    due = [DueTask(task=one.task, due_date=one.date, overdue=one.date < today) for one in upcoming(records, fuel)]
    return VehicleView(
        primary=vehicles[0].name if vehicles else None,
        vehicles=len(vehicles) if garage else None,
        mpg=used[-1] if used else None,
        maintenance_cost=sum((record.cost or ZERO for record in records), ZERO),
        due=due[:MOST_DUE] if found else None,
    )


def hustle(money: Money) -> HustleView | None:
    """Return the hustle section; None without attempts."""
    found = hustles.returns(money.hustles)
    if not found:
        return None
    top = hustles.best(found)
    return HustleView(
        hustles=len(found),
        earnings=sum((one.earnings for one in found), ZERO),
        best=top.title if top else None,
        best_hourly_rate=top.hourly_rate if top else None,
    )
