"""Feeds of road works in the WZDx shape, versions 3 to 4.2, read into our own."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from pam_tools_trip.external.road_events import Impact, RoadEvent

_IMPACTS: dict[str, Impact] = {
    "all-lanes-open": "all_lanes_open",
    "all-lanes-closed": "all_lanes_closed",
    "some-lanes-closed": "some_lanes_closed",
    "some-lanes-closed-merge-left": "some_lanes_closed",
    "some-lanes-closed-merge-right": "some_lanes_closed",
    "some-lanes-closed-split": "some_lanes_closed",
    "alternating-one-way": "some_lanes_closed",
    "all-lanes-open-shift-left": "all_lanes_open",
    "all-lanes-open-shift-right": "all_lanes_open",
}


class _Core(BaseModel):
    event_type: str = "unknown"
    road_names: list[str] = Field([])
    direction: str | None = None
    description: str | None = None


class _Restriction(BaseModel):
    type: str
    value: float | None = None
    unit: str | None = None

    @property
    def words(self) -> str:
        return " ".join(str(part) for part in (self.type, self.value, self.unit) if part is not None)


class _Properties(BaseModel):
    core_details: _Core
    start_date: dt.datetime | None = None
    end_date: dt.datetime | None = None
    vehicle_impact: str = "unknown"
    restrictions: list[_Restriction] = Field([])


class _Geometry(BaseModel):
    type: str
    coordinates: list[Any]

    def first(self) -> tuple[float, float]:
        """Return the longitude and latitude where it begins, however deep they lie."""
        place: Any = self.coordinates
        while isinstance(place[0], list):
            place = place[0]
        return float(place[0]), float(place[1])


class _Feature(BaseModel):
    id: str | int = ""
    properties: _Properties
    geometry: _Geometry

    def event(self) -> RoadEvent:
        longitude, latitude = self.geometry.first()
        about = self.properties
        return RoadEvent(
            id=str(self.id),
            event_type=about.core_details.event_type,
            roads=about.core_details.road_names,
            direction=about.core_details.direction,
            description=about.core_details.description,
            impact=_IMPACTS.get(about.vehicle_impact, "unknown"),
            start=_zoned(about.start_date),
            end=_zoned(about.end_date),
            latitude=latitude,
            longitude=longitude,
            restrictions=[one.words for one in about.restrictions],
        )


class _Feed(BaseModel):
    """Its head is called ``feed_info`` or ``road_event_feed_info``: nothing we need is in it."""

    features: list[Any]


_FEED = TypeAdapter(_Feed)


def read_feed(content: bytes) -> list[RoadEvent]:
    """Return the events of a feed; single ones that are malformed are left out. Raises ValueError for no feed."""
    features = _FEED.validate_json(content).features
    events = list(_readable(features))
    if features and not events:
        raise ValueError("not one event of the feed can be read")
    return events


def _readable(features: list[Any]) -> Iterator[RoadEvent]:
    for feature in features:
        try:
            yield _Feature.model_validate(feature).event()
        except (ValidationError, ValueError, IndexError, TypeError):
            continue


def _zoned(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment and moment.tzinfo is None else moment
