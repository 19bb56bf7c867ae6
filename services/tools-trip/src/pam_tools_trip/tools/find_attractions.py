"""What to see."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import sights, whereabouts
from pam_tools_trip.arguments import LOCATION, PlaceText
from pam_tools_trip.external import Place
from pam_tools_trip.inquiry import Inquiry, NothingFoundError
from pam_tools_trip.sights import Attraction

SAID = 5


class Question(Arguments):
    """Where, and of what kind."""

    location: PlaceText = Field(examples=["Santa Fe, NM"], description=LOCATION)
    radius_miles: int = Field(50, ge=1, le=200, description="How far around, in miles.")
    categories: list[PlaceText] = Field(
        [], max_length=10, description="Such as museum, viewpoint, hiking, event, offroad."
    )
    limit: int = Field(20, ge=1, le=100, description="How many at most.")


class Attractions(Result):
    """What there is, the nearest first."""

    attractions: list[Attraction] = Field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not self.attractions


@tool(effect="read")
async def find_attractions(ctx: ToolContext, args: Question) -> Attractions:
    """Find sights near a place: museums, viewpoints, parks, historic places, local events and off-road routes."""
    inquiry = Inquiry(ctx)
    try:
        place = await whereabouts.find(inquiry, args.location)
    except NothingFoundError as error:
        return Attractions(message=str(error))
    found = await sights.around(inquiry, place.point, args.radius_miles, args.categories)
    return Attractions(message=_sentence(place, args, found) + inquiry.closing(), attractions=found[: args.limit])


def _sentence(place: Place, args: Question, found: list[Attraction]) -> str:
    what = f"no {' or '.join(args.categories)}" if args.categories else "nothing to see"
    if not found:
        return f"I found {what} within {args.radius_miles} miles of {place.label}. Try a wider radius or another kind."
    names = "; ".join(
        f"{item.name} ({item.category.replace('_', ' ')}, {item.distance_miles:.0f} miles)" for item in found[:SAID]
    )
    return f"Around {place.label}: {names}."
