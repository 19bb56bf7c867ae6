"""What the fuel for a distance costs."""

from decimal import Decimal
from typing import ClassVar, Self

from pydantic import ConfigDict, Field, model_validator

from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import prices, rules, vehicles
from pam_tools_trip.consumption import MpgSource
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.units import KM_PER_MILE


class Distance(Arguments):
    """How far, and what is known of the rig and the price."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        **Arguments.model_config, json_schema_extra={"examples": [{"distance_miles": 820}]}
    )

    distance_miles: Decimal | None = Field(None, gt=0, le=10_000, allow_inf_nan=False, description="Or distance_km.")
    distance_km: Decimal | None = Field(None, gt=0, le=16_000, allow_inf_nan=False, description="Or distance_miles.")
    mpg: Decimal | None = Field(None, ge=1, le=50, allow_inf_nan=False, description="The vehicle's if not given.")
    gas_price: Decimal | None = Field(
        None, ge=Decimal("0.50"), le=20, allow_inf_nan=False, description="Dollars a gallon; the mean if not given."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.distance_miles is None) == (self.distance_km is None):
            raise ValueError("give exactly one of distance_miles and distance_km")
        return self

    @property
    def miles(self) -> Decimal:
        """The distance in miles."""
        return self.distance_miles if self.distance_miles is not None else (self.distance_km or 0) / KM_PER_MILE


class GasCost(Result):
    """The cost, and what it was reckoned from; None where no price is known."""

    distance_miles: Decimal
    mpg: Decimal
    mpg_source: str
    gas_price_per_gallon: Decimal | None
    price_source: str | None
    gallons_needed: Decimal
    total_cost: Total | None
    cost_per_mile: Decimal | None


@tool(effect="read")
async def calculate_gas_cost(ctx: ToolContext, args: Distance) -> GasCost:
    """Reckon what the fuel for a distance costs, with the member's own rig and today's prices if they don't say."""
    inquiry = Inquiry(ctx)
    vehicle = vehicles.Vehicle() if args.mpg and args.gas_price else await vehicles.vehicle_of(inquiry)
    consumed = await _consumption(inquiry, args, vehicle)
    price = await _price(inquiry, args, vehicle)
    needed = rules.fuel(args.miles, consumed.mpg, price.price if price else None)
    result = GasCost(
        message=_sentence(args, consumed, price, needed) + inquiry.closing(),
        distance_miles=args.miles.quantize(Decimal("0.1")),
        mpg=consumed.mpg,
        mpg_source=consumed.source,
        gas_price_per_gallon=price.price if price else None,
        price_source=f"{price.source}, {price.as_of}" if price else None,
        gallons_needed=needed.gallons,
        total_cost=needed.cost,
        cost_per_mile=needed.cost_per_mile,
    )
    inputs, outputs = args.model_dump(mode="json"), result.model_dump(mode="json", exclude={"message"})
    await log_calculation(ctx, "calculate_gas_cost", inputs, outputs)
    return result


async def _consumption(inquiry: Inquiry, args: Distance, vehicle: vehicles.Vehicle) -> vehicles.Consumption:
    if args.mpg:
        return vehicles.Consumption(args.mpg, MpgSource.MEMBER)
    return await vehicles.consumption_of(inquiry, vehicle)


async def _price(inquiry: Inquiry, args: Distance, vehicle: vehicles.Vehicle) -> prices.Price | None:
    if args.gas_price:
        return prices.Price(args.gas_price, "the price you gave", inquiry.ctx.today)
    return await prices.price_of(inquiry, vehicle.fuel)


def _sentence(args: Distance, consumed: vehicles.Consumption, price: prices.Price | None, needed: rules.Fuel) -> str:
    burnt = f"{args.miles:,.0f} miles take about {needed.gallons:,} gallons at {consumed.spoken}"
    if price is None or needed.cost is None:
        return f"{burnt}. Give me a price and I will tell you what that costs."
    return f"{burnt}: {spoken(needed.cost)} at {price.spoken}."
