"""How the roads are, from work zones, closures, warnings and the weather. Pure."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel

from pam_tools_trip import conditions, rules
from pam_tools_trip.conditions import Factor
from pam_tools_trip.external import Alert, RoadEvent


class Status(StrEnum):
    """How the roads are, from the worst."""

    CLOSED = "closed"
    HAZARDOUS = "hazardous"
    CAUTION = "caution"
    CLEAR = "clear"
    UNKNOWN = "unknown"


class RoadAlert(BaseModel):
    """A warning, a work zone or a closure; times are None where nobody gave them."""

    type: str
    severity: str
    description: str
    start_time: dt.datetime | None
    end_time: dt.datetime | None


def concerns(event: RoadEvent, road: str | None) -> bool:
    """Whether an event is on the road asked for; on any where none is."""
    return road is None or any(rules.same_road(road, its) for its in event.roads)


def status_of(
    events: Sequence[RoadEvent], alerts: Sequence[Alert], weather: Sequence[Factor], *, known: bool
) -> Status:
    """Return how the roads are: as bad as the worst that is known, and not clear where nobody knows."""
    if any(event.impact == "all_lanes_closed" for event in events):
        return Status.CLOSED
    grave = {conditions.Rating.POOR, conditions.Rating.DANGEROUS}
    if {factor.rating for factor in weather} & grave or {conditions.ALERTS[alert.severity] for alert in alerts} & grave:
        return Status.HAZARDOUS
    if events or alerts or weather:
        return Status.CAUTION
    return Status.CLEAR if known else Status.UNKNOWN


def of_event(event: RoadEvent) -> RoadAlert:
    """Return a work zone or closure as it is told."""
    where = f"{', '.join(event.roads)}{f' {event.direction}' if event.direction else ''}"
    what = event.description or event.event_type.replace("-", " ")
    return RoadAlert(
        type=event.event_type,
        severity=event.impact,
        description=f"{where}: {what}" if where else what,
        start_time=event.start,
        end_time=event.end,
    )


def of_warning(alert: Alert) -> RoadAlert:
    """Return an official warning as it is told."""
    return RoadAlert(
        type=alert.event,
        severity=alert.severity,
        description=alert.headline or alert.event,
        start_time=alert.onset,
        end_time=alert.ends,
    )
