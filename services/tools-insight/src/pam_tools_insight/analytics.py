"""The rules of analytics: what an event's data tells, what numbers say, and when to warn. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from pam_tools_insight.rules import Window, counted, listed

ERROR_WARNING = 5.0
"""Percent of failures above which a warning is due."""
SLOW_MS = 5000
MOST_USED = 5
WEEK = 7


@dataclass(frozen=True)
class Totals:
    """Numbers of a span of time. ``judged`` events say whether they succeeded, ``timed`` ones how long they took."""

    events: int
    members: int
    judged: int
    errors: int
    timed: int
    mean_ms: Decimal | None
    p95_ms: Decimal | None


@dataclass(frozen=True)
class Used:
    """How often one thing was used, and how often it failed."""

    name: str
    events: int
    members: int
    judged: int
    errors: int


class Facts(BaseModel):
    """What is counted of an event's data; the rest is kept as it came."""

    feature: Annotated[str, Field(max_length=100)] | None = None
    success: bool | None = None
    response_time_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    error_type: Annotated[str, Field(max_length=100)] | None = None


class Metrics(BaseModel):
    """The numbers of a day or a range; an average or a rate nothing was measured for is null."""

    events: int
    unique_users: int
    mean_response_ms: Decimal | None = Field(None, description="Of the events that say how long they took.")
    p95_response_ms: Decimal | None = None
    error_rate_percent: float | None = Field(None, description="Of the events that say whether they succeeded.")
    popular_features: dict[str, int] = {}
    events_per_user: float | None = None
    by_hour: dict[int, int] = Field({}, description="Events by hour of the day, UTC.")


def facts(event_data: dict[str, Any]) -> Facts:
    """Return what is counted of an event's data; a field that is not what its name says counts as not given."""
    try:
        return Facts.model_validate(event_data)
    except ValidationError as error:
        wrong = {fault["loc"][0] for fault in error.errors()}
        return Facts.model_validate({name: value for name, value in event_data.items() if name not in wrong})


def error_rate(judged: int, errors: int) -> float | None:
    """Return the share of failures in percent with one place; None when no event said how it went."""
    return round(errors / judged * 100, 1) if judged else None


def metrics(totals: Totals, used: Sequence[Used], hours: dict[int, int]) -> Metrics:
    """Return what is kept of a day or a range."""
    return Metrics(
        events=totals.events,
        unique_users=totals.members,
        mean_response_ms=totals.mean_ms,
        p95_response_ms=totals.p95_ms,
        error_rate_percent=error_rate(totals.judged, totals.errors),
        popular_features={one.name: one.events for one in used},
        events_per_user=round(totals.events / totals.members, 1) if totals.members else None,
        by_hour=hours,
    )


def span(window: Window) -> tuple[dt.datetime, dt.datetime]:
    """Return a window of UTC days as moments, the end not included."""
    first, beyond = window.start, window.end + dt.timedelta(days=1)
    midnight = dt.time(tzinfo=dt.UTC)
    return dt.datetime.combine(first, midnight), dt.datetime.combine(beyond, midnight)


def warnings(totals: Totals, used: Sequence[Used]) -> list[str]:
    """Return a sentence for each error rate above five percent, the whole first."""
    rate = error_rate(totals.judged, totals.errors)
    told = [f"{rate}% of all calls failed, above the 5% that is tolerable."] if rate and rate > ERROR_WARNING else []
    for one in used:
        rate = error_rate(one.judged, one.errors)
        if rate and rate > ERROR_WARNING:
            told.append(f"{_said(one.name)} failed in {rate}% of its calls ({one.errors} of {one.judged}).")
    return told


def general(totals: Totals, used: Sequence[Used]) -> list[str]:
    """Return what happened, and what was used most."""
    told = [f"{counted(totals.events, 'event')} of {counted(totals.members, 'member')}."]
    if used:
        told.append(f"Used most: {listed([f'{_said(one.name)} ({one.events:,})' for one in used[:MOST_USED]])}.")
    return told


def performance(totals: Totals) -> list[str]:
    """Return how fast and how reliable it was."""
    told = []
    if totals.timed:
        slow = " That is slow." if (totals.p95_ms or 0) > SLOW_MS else ""
        told.append(f"Answers took {totals.mean_ms} ms on average; 95% came within {totals.p95_ms} ms.{slow}")
    if totals.judged:
        told.append(f"{error_rate(totals.judged, totals.errors)}% of {counted(totals.judged, 'call')} failed.")
    return told or ["No event says how long it took or whether it succeeded."]


def engagement(totals: Totals, hours: dict[int, int]) -> list[str]:
    """Return how members use PAM."""
    if not totals.members:
        return []
    busiest = max(hours, key=lambda hour: hours[hour])
    per_member = round(totals.events / totals.members, 1)
    return [f"{per_member} events a member.", f"The busiest hour is {busiest}:00 to {busiest + 1}:00."]


def trends(by_day: dict[dt.date, int], today: dt.date) -> list[str]:
    """Return how the last seven days compare with the seven before, today left out because it is not over."""
    last = sum(by_day.get(today - dt.timedelta(days=back), 0) for back in range(1, WEEK + 1))
    before = sum(by_day.get(today - dt.timedelta(days=back), 0) for back in range(WEEK + 1, 2 * WEEK + 1))
    if not before:
        return [f"{counted(last, 'event')} in the last seven days; there is no week before to compare with."]
    change = round((last - before) / before * 100)
    direction = "as many as" if not change else f"{abs(change)}% {'more' if change > 0 else 'fewer'} than"
    return [f"{counted(last, 'event')} in the last seven days, {direction} in the seven before ({before:,})."]


def as_json(found: Metrics) -> dict[str, Any]:
    """Return numbers as they are stored."""
    return found.model_dump(mode="json")


def _said(name: str) -> str:
    return name.replace("_", " ")
