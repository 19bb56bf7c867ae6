"""The weather ahead."""

import datetime as dt
from collections.abc import Sequence

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import whereabouts
from pam_tools_trip.arguments import LOCATION, PlaceText
from pam_tools_trip.external import Alert, AlertReport, Current, Day, Forecast, Place, Units
from pam_tools_trip.inquiry import Inquiry, NothingFoundError, together

SAID = 3
"""Days a sentence tells where the member named no number; the rest is in the data."""


class Question(Arguments):
    """Where, for how long, in which units."""

    location: PlaceText = Field(examples=["Gatlinburg, TN"], description=LOCATION)
    days: int = Field(7, ge=1, le=14, description="How many days from today.")
    units: Units = Field("imperial", description="°F, mph and inches, or °C, km/h and millimeters.")
    route: list[PlaceText] = Field([], max_length=9, description="Further places, to see the weather along a route.")

    @property
    def said(self) -> int:
        """How many days the sentence tells."""
        return self.days if "days" in self.model_fields_set else SAID


class Warned(BaseModel):
    """An official warning."""

    event: str
    severity: str
    headline: str | None
    ends: dt.datetime | None


class PlaceAhead(BaseModel):
    """The weather at one place."""

    location: str
    forecast: list[Day]


class Weather(Result):
    """The weather at the place, and along the route where one is given. ``alerts`` is None where nobody knows."""

    location: str | None = None
    current: Current | None = None
    forecast: list[Day] = Field(default_factory=list)
    alerts: list[Warned] | None = None
    along_route: list[PlaceAhead] = Field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place."""
        return self.location is None


@tool(effect="read")
async def get_weather_forecast(ctx: ToolContext, args: Question) -> Weather:
    """Tell the weather at a place or along a route: now, day by day, with official warnings."""
    inquiry = Inquiry(ctx)
    texts = {"location": args.location, **{f"route.{index}": text for index, text in enumerate(args.route)}}
    try:
        places = await whereabouts.find_all(inquiry, texts)
    except NothingFoundError as error:
        return Weather(message=str(error))
    forecasts, report = await _ask(inquiry, places, args)
    here, label = forecasts[0], places[0].label
    alerts = [_warned(alert) for alert in report.alerts] if report and report.covered else None
    return Weather(
        message=_sentence(label, here, alerts, args) + inquiry.closing(),
        location=label,
        current=here.current,
        forecast=here.days,
        alerts=alerts,
        along_route=[
            PlaceAhead(location=place.label, forecast=forecast.days)
            for place, forecast in zip(places[1:], forecasts[1:], strict=True)
        ],
    )


async def _ask(inquiry: Inquiry, places: Sequence[Place], args: Question) -> tuple[list[Forecast], AlertReport | None]:
    world, points = inquiry.world, [place.point for place in places]
    forecasts = inquiry.need(world.weather.forecasts(points, args.days, args.units))
    warnings = inquiry.hear("official warnings", world.alerts.active(points[0], places[0].country_code))
    return await together(forecasts, warnings)


def _warned(alert: Alert) -> Warned:
    return Warned(event=alert.event, severity=alert.severity, headline=alert.headline, ends=alert.ends)


def _sentence(label: str, forecast: Forecast, alerts: list[Warned] | None, args: Question) -> str:
    degrees = "°F" if args.units == "imperial" else "°C"
    now = forecast.current
    temperature = f", {now.temperature:.0f} {degrees}" if now and now.temperature is not None else ""
    head = f"{label}: now {now.condition.lower()}{temperature}." if now else f"{label}:"
    days = "; ".join(_day(day, degrees) for day in forecast.days[: args.said])
    warnings = f" Warnings: {', '.join(alert.event for alert in alerts)}." if alerts else ""
    return f"{head} {days}.{warnings}"


def _day(day: Day, degrees: str) -> str:
    span = f", {day.low:.0f} to {day.high:.0f} {degrees}" if day.low is not None and day.high is not None else ""
    rain = f", {day.precipitation_probability:.0f}% chance of rain or snow" if day.precipitation_probability else ""
    return f"{day.date:%A} {day.condition.lower()}{span}{rain}"
