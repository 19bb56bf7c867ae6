"""The fuel stations PAM keeps."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pam_shared.contracts.identity import Role
from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError, NotPermittedError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_trip import whereabouts
from pam_tools_trip.arguments import PlaceText
from pam_tools_trip.inquiry import Inquiry, NothingFoundError
from pam_tools_trip.kept_stations import LISTED, StationData, StationShown, facts, search
from pam_tools_trip.queries import stations
from pam_tools_trip.queries.stations import Station

SAID = 5


class Wish(Arguments):
    """What to do."""

    action: Literal["create", "update", "search", "update_prices"] = Field(
        examples=["search"], description="search is for everybody, the others for administrators."
    )
    station_id: Annotated[UUID | None, id_from("manage_fuel_stations", "stations.0.id", shared=True)] = Field(
        None, description="Which station; to change it."
    )
    data: StationData = Field(
        StationData(), description="The station's facts, or what a search wants: rv_friendly, brand."
    )
    location: PlaceText | None = Field(
        None, description='Where to search, or a new station\'s place; "here" is understood.'
    )
    radius_miles: int = Field(25, ge=1, le=500, description="How far around to search, in miles.")


class Stations(Result):
    """The station written, or those found."""

    station: StationShown | None = None
    stations: list[StationShown] = Field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return self.station is None and not self.stations


@tool(effect="write", aliases=("pam_manage_fuel_stations",))
async def manage_fuel_stations(ctx: ToolContext, args: Wish) -> Stations:
    """Search the fuel stations PAM keeps; administrators also create and change them and their prices."""
    inquiry = Inquiry(ctx)
    try:
        if args.action == "search":
            found, where = await search(inquiry, args.location, args.radius_miles, args.data)
            return _told(found, where, inquiry)
        if Role.ADMIN not in ctx.member.roles:
            raise NotPermittedError("Only administrators change the stations PAM keeps; searching is for everybody.")
        written = await (_create(inquiry, args) if args.action == "create" else _update(ctx, args))
    except NothingFoundError as error:
        return Stations(message=str(error))
    return Stations(
        message=f"{written.station_name} is written down.{inquiry.closing()}", station=StationShown.of(written)
    )


async def _create(inquiry: Inquiry, args: Wish) -> Station:
    data = args.data
    if data.station_name is None:
        raise InvalidRequestError("data.station_name: a new station needs a name.")
    point = data.point
    if point is None:
        if not (args.location or data.address):
            raise InvalidRequestError("data: a new station needs latitude and longitude, or a location.")
        point = (await whereabouts.find(inquiry, args.location or data.address or "")).point
    created = await stations.insert_station(inquiry.ctx.db, facts(inquiry.ctx, data, point))
    if created is None:
        raise ConflictError(f"There is a station {data.station_name} at that place already: update it instead.")
    return created


async def _update(ctx: ToolContext, args: Wish) -> Station:
    if args.station_id is None:
        raise InvalidRequestError("station_id: say which station; search finds it.")
    if args.action == "update_prices" and not args.data.prices:
        raise InvalidRequestError("data: give at least one of regular_price, premium_price and diesel_price.")
    if await stations.station(ctx.db, args.station_id) is None:
        raise NotFoundError(f"station_id: there is no station {args.station_id}.")
    data = args.data
    if args.action == "update_prices":
        data = StationData(**data.model_dump(include={"regular_price", "premium_price", "diesel_price"}))
    written = await stations.update_station(ctx.db, args.station_id, facts(ctx, data))
    if written is None:
        raise ConflictError("Another station of that name is at that place already.")
    return written


def _told(found: list[StationShown], where: str, inquiry: Inquiry) -> Stations:
    if not found:
        return Stations(message=f"PAM keeps no such fuel station{where}. find_cheap_gas looks on the map.")
    names = ", ".join(item.station_name for item in found[:SAID])
    message = f"{len(found)} fuel station{'s' if found[1:] else ''}{where}: {names}.{inquiry.closing()}"
    return Stations(message=message, stations=found[:LISTED])
