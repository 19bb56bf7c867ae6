"""The rules of a report: which sections it has and what each says. Pure."""

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel

from pam_shared.clock import spoken_day
from pam_shared.money import spoken, to_cents
from pam_tools_insight import maintenance, overview, spending
from pam_tools_insight.records import ZERO, Money, Travel
from pam_tools_insight.rules import Window, counted
from pam_tools_insight.trips import days_of


class ReportType(StrEnum):
    """What a report is about."""

    FINANCIAL = "financial"
    TRAVEL = "travel"
    VEHICLE = "vehicle"
    COMPREHENSIVE = "comprehensive"


class TimePeriod(StrEnum):
    """The days a report is about, today included."""

    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"

    @property
    def days(self) -> int:
        """How many days that is."""
        return int(self.value.split("_")[1])


class ReportSection(BaseModel):
    """A part of a report: sentences, and the figures they stand on."""

    name: str
    sentences: list[str]
    figures: dict[str, str | int | None]


def wants(kind: ReportType, section: ReportType) -> bool:
    """Return whether a report has a section."""
    return kind in {section, ReportType.COMPREHENSIVE}


def sections(kind: ReportType, money: Money | None, travel: Travel | None, window: Window) -> list[ReportSection]:
    """Return the sections there is something to say in."""
    found = []
    if money and wants(kind, ReportType.FINANCIAL):
        found.append(_financial(money, window))
    if travel and wants(kind, ReportType.TRAVEL):
        found.append(_travel(travel, window))
    if travel and wants(kind, ReportType.VEHICLE):
        found.append(_vehicle(travel, window))
    return [section for section in found if section]


def _financial(money: Money, window: Window) -> ReportSection | None:
    view = overview.financial(money, window)
    if not view:
        return None
    daily = to_cents(view.spent / window.days)
    told = [f"You spent {spoken(view.spent)}, {spoken(daily)} a day, and earned {spoken(view.earned)}."]
    if view.top_categories:
        name, cost = next(iter(view.top_categories.items()))
        told.append(f"Most went on {name.replace('_', ' ')}: {spoken(cost)}.")
    told += [f"Your {name.replace('_', ' ')} budget is overspent." for name in view.over_budget]
    inside = [one for one in money.expenses if window.start <= one.date <= window.end]
    odd = [one for one in spending.outliers(money.expenses) if one.expense in inside]
    told += [f"Unusual: {spoken(one.expense.amount)} for {one.expense.category.replace('_', ' ')}." for one in odd[:3]]
    figures = {
        "spent": str(to_cents(view.spent)),
        "earned": str(to_cents(view.earned)),
        "saved": str(to_cents(view.saved)),
        "expenses": len(inside),
    }
    return ReportSection(name="financial", sentences=told, figures=figures)


def _travel(travel: Travel, window: Window) -> ReportSection | None:
    spans = [(trip, days_of(trip, window.end)) for trip in travel.trips]
    made = [trip for trip, days in spans if days and days[1] >= window.start]
    if not made:
        return None
    miles = round(sum((trip.distance_miles or ZERO for trip in made), ZERO))
    told = [f"You were on {counted(len(made), 'trip')}: {', '.join(trip.title for trip in made)}."]
    told += [f"They are {counted(miles, 'mile')} long in all."] if miles else []
    return ReportSection(name="travel", sentences=told, figures={"trips": len(made), "miles": miles})


def _due(task: str, day: dt.date, window: Window) -> str:
    return f"{task.capitalize()} {'was' if day < window.end else 'is'} due on {spoken_day(day)}."


def _vehicle(travel: Travel, window: Window) -> ReportSection | None:
    done = [one for one in travel.maintenance if window.start <= one.date <= window.end]
    filled = [one for one in travel.fuel if window.start <= one.date <= window.end]
    due = [
        one
        for one in maintenance.upcoming(travel.maintenance, travel.fuel)
        if one.date <= window.end + maintenance.SOON
    ]
    if not (done or filled or due):
        return None
    cost = sum((one.cost or ZERO for one in done), ZERO)
    fuel = sum((one.total or ZERO for one in filled), ZERO)
    told = [f"{counted(len(done), 'maintenance job').capitalize()} cost {spoken(cost)}."] if done else []
    told += [f"{counted(len(filled), 'fill-up').capitalize()} cost {spoken(fuel)}."] if filled else []
    told += [_due(one.task, one.date, window) for one in due]
    figures = {
        "jobs": len(done),
        "maintenance_cost": str(to_cents(cost)),
        "fill_ups": len(filled),
        "fuel_cost": str(to_cents(fuel)),
        "due": len(due),
    }
    return ReportSection(name="vehicle", sentences=told, figures=figures)
