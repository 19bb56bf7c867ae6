"""Where to stay."""

from collections.abc import Iterable
from decimal import Decimal

from pydantic import BaseModel, Field

from pam_shared.money import Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import campgrounds, vehicles, whereabouts
from pam_tools_trip.arguments import LOCATION, PlaceText
from pam_tools_trip.campgrounds import Site
from pam_tools_trip.external import Amenity, Place
from pam_tools_trip.inquiry import Inquiry, NothingFoundError

LISTED, SAID = 10, 3


class Question(Arguments):
    """Where, and what the site must have."""

    location: PlaceText = Field(examples=["Bend, OR"], description=LOCATION)
    radius_miles: int = Field(50, ge=1, le=500, description="How far around, in miles.")
    amenities: list[Amenity] = Field([], description="What it must have; 50 amp is electric.")
    max_price: Decimal | None = Field(None, ge=0, le=1000, description="Dollars a night at most; 0 for free ones.")
    rig_length_ft: float | None = Field(None, gt=0, le=100, description="The rig's length; the vehicle's if not given.")


class Park(BaseModel):
    """A park. None and ``amenities_unknown`` are what nobody wrote down, which is not "no"."""

    name: str
    address: str | None
    distance_miles: float
    price_per_night: Total | None
    amenities: list[Amenity]
    amenities_unknown: list[Amenity]
    max_rig_length_ft: float | None
    rating: float | None
    phone: str | None
    website: str | None
    source: str


class Parks(Result):
    """The best ten: those known to have all that was asked for first, then the nearest."""

    parks: list[Park] = Field(default_factory=list)
    parks_found: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self.parks


@tool(effect="read")
async def find_rv_parks(ctx: ToolContext, args: Question) -> Parks:
    """Find RV parks and campgrounds near a place that have what the member asks for and room for their rig."""
    inquiry = Inquiry(ctx)
    try:
        place = await whereabouts.find(inquiry, args.location)
    except NothingFoundError as error:
        return Parks(message=str(error))
    length = args.rig_length_ft or (await vehicles.vehicle_of(inquiry)).length_ft
    sites = await campgrounds.around(inquiry, place.point, args.radius_miles)
    fitting = campgrounds.fitting(sites, args.amenities, args.max_price, length)
    return Parks(
        message=_sentence(place, args, fitting, length) + inquiry.closing(),
        parks=[_park(site, args.amenities) for site in fitting[:LISTED]],
        parks_found=len(fitting),
    )


def _park(site: Site, asked: Iterable[Amenity]) -> Park:
    return Park(
        **site.model_dump(include={"name", "address", "rating", "phone", "website", "source", "price_per_night"}),
        distance_miles=round(site.distance_miles, 1),
        max_rig_length_ft=site.max_length_ft,
        amenities=sorted(name for name, has in site.amenities.items() if has),
        amenities_unknown=[name for name in asked if name not in site.amenities],
    )


def _sentence(place: Place, args: Question, fitting: list[Site], length: float | None) -> str:
    for_rig = f" for {length:g} feet" if length else ""
    if not fitting:
        return (
            f"I found no RV park or campground{for_rig} like that within {args.radius_miles} miles of {place.label}."
            " Try a wider radius, or fewer wishes."
        )
    names = "; ".join(_said(site, args.amenities) for site in fitting[:SAID])
    plural = "s" if len(fitting) > 1 else ""
    return f"{len(fitting)} place{plural} to stay{for_rig} within {args.radius_miles} miles of {place.label}: {names}."


def _said(site: Site, asked: Iterable[Amenity]) -> str:
    price = f", {spoken(site.price_per_night)} a night" if site.price_per_night is not None else ", price unknown"
    unknown = [name.replace("_", " ") for name in asked if name not in site.amenities]
    check = f", ask about {' and '.join(unknown)}" if unknown else ""
    return f"{site.name} ({site.distance_miles:.0f} miles{price}{check})"
