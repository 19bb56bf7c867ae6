"""The rules of which expense belongs to which trip. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pam_shared.money import spoken, to_cents
from pam_tools_insight.records import ZERO, Expense, FuelStop, Trip
from pam_tools_insight.rules import counted
from pam_tools_insight.spending import by_category

OVER = ("completed", "cancelled")


@dataclass(frozen=True)
class TripCosts:
    """A trip with what was spent on its days. ``gallons`` are of fill-ups; their price is among the expenses."""

    trip: Trip
    days: int
    expenses: list[Expense]
    total: Decimal
    cost_per_day: Decimal
    gallons: Decimal
    by_category: dict[str, Decimal]


def days_of(trip: Trip, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """Return a trip's first and last day so far; one without an end lasts until today; None before it begins."""
    if not trip.start_date or trip.start_date > today or trip.status == "cancelled":
        return None
    end = trip.end_date or (trip.start_date if trip.status in OVER else today)
    return trip.start_date, min(max(end, trip.start_date), today)


def correlate(
    trips: Sequence[Trip], expenses: Iterable[Expense], fuel: Sequence[FuelStop], today: dt.date
) -> list[TripCosts]:
    """Return each trip that has begun with its expenses, the newest first. An expense belongs to one trip at most."""
    begun = [trip for trip in trips if days_of(trip, today)]
    found: dict[str, list[Expense]] = {str(trip.id): [] for trip in begun}
    for expense in expenses:
        if owner := _owner(expense, begun, today):
            found[str(owner.id)].append(expense)
    costs = [_costs(trip, found[str(trip.id)], fuel, today) for trip in begun]
    return sorted(costs, key=lambda one: (one.trip.start_date or today, one.trip.id), reverse=True)


def insights(costs: Sequence[TripCosts]) -> list[str]:
    """Return what stands out."""
    told = [sentence for one in costs for sentence in _about(one)]
    paid = [one for one in costs if one.total]
    if len(paid) > 1:
        cheapest = min(paid, key=lambda one: one.cost_per_day)
        told.append(f"{cheapest.trip.title} was the cheapest by the day: {spoken(cheapest.cost_per_day)}.")
    return told


def _owner(expense: Expense, trips: Sequence[Trip], today: dt.date) -> Trip | None:
    """Return the trip of an expense's day; of several, the one whose place it names, else the one begun last."""
    matching = [trip for trip in trips if (days := days_of(trip, today)) and days[0] <= expense.date <= days[1]]
    return max(matching, key=lambda trip: (_names_place(expense, trip), trip.start_date, trip.id), default=None)


def _names_place(expense: Expense, trip: Trip) -> bool:
    place = (expense.location or "").lower()
    ends = [name.split(",")[0].strip().lower() for name in (trip.origin, trip.destination) if name]
    return any(end and end in place for end in ends)


def _costs(trip: Trip, expenses: list[Expense], fuel: Sequence[FuelStop], today: dt.date) -> TripCosts:
    start, end = days_of(trip, today) or (today, today)
    days = (end - start).days + 1
    total = sum((expense.amount for expense in expenses), ZERO)
    gallons = sum((stop.gallons or ZERO for stop in fuel if start <= stop.date <= end), ZERO)
    return TripCosts(trip, days, expenses, total, to_cents(total / days), gallons, by_category(expenses))


def _about(one: TripCosts) -> Iterable[str]:
    if not one.total:
        return
    dearest, cost = next(iter(one.by_category.items()))
    share = round(cost / one.total * 100)
    yield f"On {one.trip.title} most went on {dearest.replace('_', ' ')}: {spoken(cost)}, {share}% of it."
    if estimate := one.trip.estimated_total:
        gap = one.total - estimate
        which = "more" if gap > 0 else "less"
        yield f"{one.trip.title} cost {spoken(abs(gap))} {which} than its estimate of {spoken(estimate)}."
    if one.trip.distance_miles and one.trip.status == "completed":
        by_mile = spoken(to_cents(one.total / one.trip.distance_miles))
        yield f"{one.trip.title} came to {by_mile} a mile over {counted(round(one.trip.distance_miles), 'mile')}."
