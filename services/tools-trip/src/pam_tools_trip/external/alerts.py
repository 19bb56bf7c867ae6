"""Official warnings, from the US National Weather Service."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from pam_shared.clock import utc_now
from pam_tools_trip.external.client import RefusedError
from pam_tools_trip.external.found import Fact, Found, Kept
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.source import Source

Severity = Literal["extreme", "severe", "moderate", "minor", "unknown"]
COVERED = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
NOT_FOUND = 404
_GRAVITY: dict[str, int] = {"extreme": 0, "severe": 1, "moderate": 2, "minor": 3, "unknown": 4}


class Alert(Fact):
    """A warning in force."""

    id: str
    event: str
    """Such as ``High Wind Warning``."""
    severity: Severity
    headline: str | None
    description: str | None
    instruction: str | None
    area: str | None
    onset: dt.datetime | None
    ends: dt.datetime | None


class AlertReport(Fact):
    """The warnings at a point, the gravest first. Not ``covered``: nobody here knows, which is not "none"."""

    covered: bool
    alerts: list[Alert]


_NOT_COVERED = AlertReport(covered=False, alerts=[])


class Alerts:
    """The US and its territories. Fresh for 5 minutes."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def active(self, point: Point, country_code: str | None = None) -> Found[AlertReport]:
        """Return the warnings in force. ``country_code`` of the place, if known, spares asking about other countries.

        Raises ExternalUnavailableError.
        """
        if country_code and country_code not in COVERED:
            return Found(_NOT_COVERED, self._source.service.profile.title, utc_now())
        near = f"{point.latitude:.3f},{point.longitude:.3f}"
        return await self._source.find(near, _SHAPE, lambda: self._ask(near))

    async def _ask(self, near: str) -> Kept[AlertReport]:
        try:
            report = await self._source.service.get("/alerts/active", _ANSWER, _report, {"point": near})
        except RefusedError as refused:
            if refused.status != NOT_FOUND:
                raise
            return Kept(value=_NOT_COVERED)
        return Kept(value=report)


class _Properties(BaseModel):
    id: str
    status: str = "Actual"
    event: str
    severity: str = "Unknown"
    areaDesc: str | None = None  # noqa: N815 - the service's name
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    onset: dt.datetime | None = None
    effective: dt.datetime | None = None
    expires: dt.datetime | None = None
    ends: dt.datetime | None = None

    def alert(self) -> Alert:
        severity = self.severity.lower()
        return Alert(
            id=self.id,
            event=self.event,
            severity=severity if severity in _GRAVITY else "unknown",
            headline=self.headline,
            description=self.description,
            instruction=self.instruction,
            area=self.areaDesc,
            onset=self.onset or self.effective,
            ends=self.ends or self.expires,
        )


class _Feature(BaseModel):
    properties: _Properties


class _Answer(BaseModel):
    features: list[_Feature]


def _report(answer: _Answer) -> AlertReport:
    """Leave out what is only an exercise."""
    alerts = [feature.properties.alert() for feature in answer.features if feature.properties.status == "Actual"]
    return AlertReport(covered=True, alerts=sorted(alerts, key=lambda alert: _GRAVITY[alert.severity]))


_ANSWER = TypeAdapter(_Answer)
_SHAPE = TypeAdapter(Kept[AlertReport])
