"""Things on the road that slow or stop a rig."""

import datetime as dt
from typing import Literal

from pydantic import Field

from pam_tools_trip.external.found import Fact
from pam_tools_trip.external.geography import Point

Impact = Literal["all_lanes_open", "some_lanes_closed", "all_lanes_closed", "unknown"]


class RoadEvent(Fact):
    """Something on a road that slows or stops a rig."""

    id: str
    event_type: str
    """``work-zone``, ``detour``, ``restriction`` …"""
    roads: list[str]
    direction: str | None
    description: str | None
    impact: Impact
    start: dt.datetime | None
    end: dt.datetime | None
    latitude: float
    longitude: float
    restrictions: list[str] = Field([])

    @property
    def point(self) -> Point:
        """Where it begins."""
        return Point(self.latitude, self.longitude)


class RoadReport(Fact):
    """What the states' feeds say. Without ``covered`` nobody here knows: closures and traffic are then unknown."""

    covered: bool
    events: list[RoadEvent]
    feeds: list[str]
    """Whose feeds were read."""
