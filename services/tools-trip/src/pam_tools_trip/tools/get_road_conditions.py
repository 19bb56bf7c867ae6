"""What happens on the roads around a place."""

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import conditions, roads, whereabouts
from pam_tools_trip.arguments import LOCATION, PlaceText
from pam_tools_trip.conditions import Factor
from pam_tools_trip.external import Alert, Place, RoadEvent
from pam_tools_trip.inquiry import Inquiry, NothingFoundError, together
from pam_tools_trip.roads import RoadAlert, Status

RADIUS_MILES = 50.0
SAID = 3


class Question(Arguments):
    """Where, and which road."""

    location: PlaceText = Field(examples=["Durango, CO"], description=LOCATION)
    route: str | None = Field(None, max_length=500, description="A road, such as US-550; all around if not given.")


class RoadConditions(BaseModel):
    """What is known. No open source tells the traffic, so ``traffic_level`` is always None."""

    overall_status: Status
    alerts: list[RoadAlert]
    weather_impacts: list[str]
    traffic_level: None = None


class Roads(Result):
    """The conditions, gravest first; None where there is no such place."""

    location: str | None = None
    conditions: RoadConditions | None = None
    alert_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place."""
        return self.conditions is None


@tool(effect="read")
async def get_road_conditions(ctx: ToolContext, args: Question) -> Roads:
    """Tell closures, work zones, official warnings and what the weather does to the roads around a place."""
    inquiry = Inquiry(ctx)
    try:
        place = await whereabouts.find(inquiry, args.location)
    except NothingFoundError as error:
        return Roads(message=str(error))
    events, alerts, weather = await _ask(inquiry, place)
    on_road = [event for event in events or [] if roads.concerns(event, args.route)]
    status = roads.status_of(on_road, alerts or [], weather, known=events is not None and alerts is not None)
    told = [*map(roads.of_event, on_road), *map(roads.of_warning, alerts or [])]
    return Roads(
        message=_sentence(place, args, status, told, weather) + inquiry.closing(),
        location=place.label,
        conditions=RoadConditions(
            overall_status=status, alerts=told, weather_impacts=[factor.sentence for factor in weather]
        ),
        alert_count=len(told),
    )


async def _ask(inquiry: Inquiry, place: Place) -> tuple[list[RoadEvent] | None, list[Alert] | None, list[Factor]]:
    """Return events and warnings, None where nobody here knows, and what the weather does."""
    world, states = inquiry.world, [place.state] if place.state else []
    works = inquiry.hear("road works and closures", world.roads.near(place.point, RADIUS_MILES, states))
    warnings = inquiry.hear("official warnings", world.alerts.active(place.point, place.country_code))
    weather = inquiry.hear("the weather", world.weather.forecast(place.point, 1))
    reported, report, forecast = await together(works, warnings, weather)
    if reported and not reported.covered:
        inquiry.ctx.partial = True
        inquiry.remark(f"No road authority around {place.label} publishes its work zones to me: closures are unknown.")
    events = sorted(reported.events, key=lambda event: event.impact != "all_lanes_closed") if reported else []
    return (
        events if reported and reported.covered else None,
        report.alerts if report and report.covered else None,
        conditions.factors_of(forecast.days[0]) if forecast and forecast.days else [],
    )


def _sentence(place: Place, args: Question, status: Status, told: list[RoadAlert], weather: list[Factor]) -> str:
    where = f"{args.route} around {place.label}" if args.route else f"The roads around {place.label}"
    said = "; ".join([alert.description for alert in told[:SAID]] + [factor.sentence for factor in weather])
    more = f"; and {len(told) - SAID} more" if len(told) > SAID else ""
    return f"{where}: {status}{f' - {said}{more}' if said else ''}. Nobody tells me the traffic."
