"""Whether it is a day to drive."""

import datetime as dt
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import conditions, whereabouts
from pam_tools_trip.arguments import LOCATION, PlaceText
from pam_tools_trip.conditions import Factor, Rating
from pam_tools_trip.external import Place
from pam_tools_trip.external.weather import MAX_DAYS
from pam_tools_trip.inquiry import Inquiry, NothingFoundError, together

FAR_AHEAD_DAYS, FAR_AHEAD = 7, 0.6
WITHOUT_WARNINGS = 0.7


class Question(Arguments):
    """Where and when."""

    location: PlaceText = Field(examples=["Amarillo, TX"], description=LOCATION)
    date: dt.date | None = Field(None, description="Which day, at most 15 days ahead; today if not given.")


class Reason(BaseModel):
    """One thing that speaks against driving."""

    kind: str
    rating: Rating
    description: str


class Conditions(Result):
    """How good the day is for driving a rig, and why."""

    location: str | None = None
    date: dt.date | None = None
    travel_rating: Rating | None = None
    factors: list[Reason] = Field(default_factory=list)
    recommendation: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place, or no forecast of that day."""
        return self.travel_rating is None


@tool(effect="read", aliases=("openmeteo_weather_tool",))
async def check_travel_conditions(ctx: ToolContext, args: Question) -> Conditions:
    """Rate whether a day is safe to drive an RV at a place, from wind, snow, ice, heat and official warnings."""
    day = args.date or ctx.today
    ahead = (day - ctx.today).days
    if not 0 <= ahead < MAX_DAYS:
        raise InvalidRequestError(f"date: {day} is not within the next {MAX_DAYS} days, which is how far forecasts go.")
    inquiry = Inquiry(ctx)
    try:
        place = await whereabouts.find(inquiry, args.location)
    except NothingFoundError as error:
        return Conditions(message=str(error))
    factors = await _factors(inquiry, place, day)
    if factors is None:
        return Conditions(message=f"There is no forecast for {place.label} on {day}." + inquiry.closing())
    if ahead >= FAR_AHEAD_DAYS:
        inquiry.doubt(FAR_AHEAD)
    rating = conditions.rate(factors)
    return Conditions(
        message=_sentence(place, day, rating, factors) + inquiry.closing(),
        location=place.label,
        date=day,
        travel_rating=rating,
        factors=[Reason(kind=item.kind, rating=item.rating, description=item.sentence) for item in factors],
        recommendation=conditions.ADVICE[rating],
    )


async def _factors(inquiry: Inquiry, place: Place, day: dt.date) -> list[Factor] | None:
    """Return what speaks against driving, or None without a forecast of the day."""
    world, days = inquiry.world, (day - inquiry.ctx.today).days + 1
    weather_ahead = inquiry.need(world.weather.forecast(place.point, min(days + 1, MAX_DAYS)))
    warnings = inquiry.hear("official warnings", world.alerts.active(place.point, place.country_code))
    forecast, report = await together(weather_ahead, warnings)
    weather = next((item for item in forecast.days if item.date == day), None)
    if weather is None:
        return None
    if report is None or not report.covered:
        inquiry.doubt(WITHOUT_WARNINGS)
    alerts = report.alerts if report else []
    return conditions.factors_of(weather) + conditions.factors_of_alerts(alerts, day, ZoneInfo(forecast.timezone))


def _sentence(place: Place, day: dt.date, rating: Rating, factors: list[Factor]) -> str:
    worst = sorted(factors, key=lambda factor: -conditions.SEVERITY[factor.rating])
    why = f": {', '.join(factor.sentence for factor in worst)}" if worst else ""
    return (
        f"Driving a rig around {place.label} on {day:%A, %B} {day.day} looks {rating}{why}. {conditions.ADVICE[rating]}"
    )
