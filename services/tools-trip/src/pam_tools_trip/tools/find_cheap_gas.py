"""Where to fill up."""

import datetime as dt
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.clock import spoken_day
from pam_shared.money import spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import filling_stations, prices, vehicles, whereabouts
from pam_tools_trip.arguments import LOCATION, PlaceText
from pam_tools_trip.external import FuelPrice, Place
from pam_tools_trip.filling_stations import Pump
from pam_tools_trip.fuels import Fuel, FuelType
from pam_tools_trip.inquiry import Inquiry, NothingFoundError, together

NOTE = (
    "Nobody publishes the prices of single US stations for all to use: prices here are what members paid or what PAM"
    " was told, with their day; the mean is an official one."
)
LISTED, SAID = 20, 3


class Question(Arguments):
    """Where, and which fuel."""

    location: PlaceText = Field(examples=["Cheyenne, WY"], description=LOCATION)
    radius_miles: int = Field(25, ge=1, le=100, description="How far around, in miles.")
    fuel_type: Fuel | None = Field(None, description="The vehicle's fuel if not given.")
    route_to: PlaceText | None = Field(None, description="A destination: looks along the way there instead.")


class Station(BaseModel):
    """A station; a price has its source and day, None is unknown."""

    station_id: UUID | None
    name: str
    address: str | None
    price: Decimal | None
    price_source: str | None
    price_as_of: dt.date | None
    distance_miles: float
    has_diesel: bool | None
    lat: float
    lng: float


class Stations(Result):
    """Stations with a known price first, the cheapest first; then the nearest."""

    stations: list[Station] = Field(default_factory=list)
    fuel_type: FuelType | None = None
    cheapest_price: Decimal | None = None
    regional_average: Decimal | None = None
    region: str | None = None
    average_as_of: dt.date | None = None
    currency: Literal["USD"] = "USD"
    unit: Literal["gallon"] = "gallon"
    note: str = NOTE
    looked: bool = Field(True, description="False when the map could not be asked: no station is not none then.")

    @property
    def is_empty(self) -> bool:
        """Whether there is no station, as far as it could be looked for."""
        return self.looked and not self.stations


@tool(effect="read")
async def find_cheap_gas(ctx: ToolContext, args: Question) -> Stations:
    """Find fuel stations near a place or along a route, with prices where anybody knows them, and the regional mean."""
    inquiry = Inquiry(ctx)
    texts = {"location": args.location} | ({"route_to": args.route_to} if args.route_to else {})
    try:
        places = await whereabouts.find_all(inquiry, texts)
        fuel = args.fuel_type or (await vehicles.vehicle_of(inquiry)).fuel
        average = inquiry.hear("the mean price", inquiry.world.fuel_prices.average(fuel.value, places[0].state))
        stations_found = filling_stations.near_or_along(inquiry, places, args.radius_miles, fuel)
        pumps, mean = await together(stations_found, average)
    except NothingFoundError as error:
        return Stations(message=str(error))
    looked = filling_stations.FROM_MAP not in inquiry.missing
    if not (looked or pumps or mean):
        inquiry.give_up()
    return Stations(
        message=_sentence(places, fuel, pumps, mean, looked=looked) + inquiry.closing(),
        looked=looked,
        stations=[Station(**vars(pump)) for pump in pumps[:LISTED]],
        fuel_type=fuel,
        cheapest_price=min((pump.price for pump in pumps if pump.price is not None), default=None),
        regional_average=mean.price if mean else None,
        region=mean.region if mean else None,
        average_as_of=mean.as_of if mean else None,
    )


def _average(mean: FuelPrice | None) -> str:
    if mean is None:
        return ""
    return f" The mean of {prices.spoken_region(mean.region)} is {spoken(mean.price)} ({spoken_day(mean.as_of)})."


def _sentence(places: list[Place], fuel: FuelType, pumps: list[Pump], mean: FuelPrice | None, *, looked: bool) -> str:
    where = f"on the way from {places[0].label} to {places[1].label}" if places[1:] else f"around {places[0].label}"
    average = _average(mean)
    if not (pumps or looked):
        return f"I could not look for stations {where}.{average}"
    if not pumps:
        return f"I found no station with {fuel} {where}.{average} Try a wider radius."
    priced = [pump for pump in pumps if pump.price is not None]
    if not priced:
        names = "; ".join(f"{pump.name} ({pump.distance_miles:.0f} miles)" for pump in pumps[:SAID])
        return f"{len(pumps)} stations {where}, the nearest: {names}. Nobody told me their prices.{average}"
    names = "; ".join(
        f"{pump.name} {spoken(pump.price or Decimal(0))} ({pump.price_source}, {pump.price_as_of})"
        for pump in priced[:SAID]
    )
    return f"The cheapest {fuel} {where} that I know of: {names}.{average}"
