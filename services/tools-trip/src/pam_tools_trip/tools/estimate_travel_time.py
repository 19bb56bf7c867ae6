"""How long a drive takes."""

from decimal import Decimal

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import driving, rules, whereabouts
from pam_tools_trip.arguments import PlaceText, StopTexts
from pam_tools_trip.inquiry import Inquiry, NothingFoundError


class Journey(Arguments):
    """From where to where."""

    origin: PlaceText = Field(examples=["Des Moines, IA"], description='Where it begins; "here" is understood.')
    destination: PlaceText = Field(examples=["Omaha, NE"], description="Where it ends.")
    distance_miles: Decimal | None = Field(
        None,
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="If the member says how far it is; else it is looked up.",
    )
    include_breaks: bool = Field(True, description="Whether breaks and meals count.")
    stops: StopTexts = Field([], description="Places on the way, in order.")


class TravelTime(Result):
    """Hours on the road; None where no way is known."""

    distance_miles: float | None = None
    driving_hours: float | None = None
    break_hours: float | None = None
    meal_hours: float | None = None
    total_hours: float | None = None
    suggested_days: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place or way."""
        return self.driving_hours is None


@tool(effect="read")
async def estimate_travel_time(ctx: ToolContext, args: Journey) -> TravelTime:
    """Estimate how long a drive takes in a rig, with breaks and meals, and over how many days to spread it."""
    inquiry = Inquiry(ctx)
    try:
        miles, hours, way = await _way(inquiry, args)
    except NothingFoundError as error:
        return TravelTime(message=str(error))
    time = rules.timing(hours, with_breaks=args.include_breaks)
    return TravelTime(
        message=_sentence(way, miles, time) + inquiry.closing(),
        distance_miles=miles,
        driving_hours=time.driving,
        break_hours=time.breaks,
        meal_hours=time.meals,
        total_hours=time.total,
        suggested_days=time.days,
    )


async def _way(inquiry: Inquiry, args: Journey) -> tuple[float, float, str]:
    """Return miles, hours at a rig's pace, and from where to where."""
    if args.distance_miles:
        miles = float(args.distance_miles)
        return miles, miles / rules.OPEN_ROAD_MPH, f"{args.origin} to {args.destination}"
    texts = whereabouts.numbered(args.origin, args.stops, args.destination)
    places = await whereabouts.find_all(inquiry, texts)
    drive = await driving.drive(inquiry, places)
    return drive.distance_miles, drive.driving_hours, f"{places[0].label} to {places[-1].label}"


def _sentence(way: str, miles: float, time: rules.Timing) -> str:
    rest = time.total - time.driving
    pauses = f", {rules.spoken_hours(time.total)} with breaks and meals" if rest else ""
    days = f" I would take {time.days} days for it." if time.days > 1 else ""
    return f"{way} is {miles:,.0f} miles: {rules.spoken_hours(time.driving)} of driving at a rig's pace{pauses}.{days}"
