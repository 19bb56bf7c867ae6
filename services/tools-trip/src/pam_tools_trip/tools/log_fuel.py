"""Record a fill-up and reckon consumption."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_trip import consumption, fuelling, vehicles
from pam_tools_trip.fuels import Fuel
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import fuel, stations
from pam_tools_trip.units import KM_PER_MILE, LITERS_PER_GALLON

THOUSANDTH, TENTH = Decimal("0.001"), Decimal("0.1")


class FillUp(Arguments):
    """What went into the tank."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        **Arguments.model_config, json_schema_extra={"examples": [{"gallons": 31, "cost": 118.4, "odometer": 64210}]}
    )

    gallons: Decimal | None = Field(None, ge=THOUSANDTH, le=528, allow_inf_nan=False, description="US; or liters.")
    liters: Decimal | None = Field(None, ge=THOUSANDTH * 4, le=2000, allow_inf_nan=False, description="Or gallons.")
    cost: Decimal = Field(gt=0, le=10_000, decimal_places=2, allow_inf_nan=False, description="What it cost in all.")
    odometer: Decimal = Field(ge=0, le=10_000_000, allow_inf_nan=False, description="What the odometer shows.")
    odometer_unit: Literal["miles", "km"] = "miles"
    fuel_type: Fuel | None = Field(None, description="What was filled; the vehicle's fuel if not given.")
    vehicle_id: Annotated[UUID | None, id_from("create_vehicle", "vehicle.id")] = Field(
        None, description="Which vehicle; the primary one if not given."
    )
    station_id: Annotated[UUID | None, id_from("manage_fuel_stations", "stations.0.id", shared=True)] = Field(
        None, description="The station, if it is one of ours."
    )
    location: str | None = Field(None, max_length=200, description="Where it was.")
    date: dt.date | None = Field(None, description="The day; today if not given.")
    full_tank: bool = Field(True, description="False if the tank was not filled to the top.")
    odometer_restarts: bool = Field(False, description="True if the odometer was replaced and counts anew from here.")

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if (self.gallons is None) == (self.liters is None):
            raise ValueError("give exactly one of gallons and liters")
        if fault := consumption.price_fault(self.cost, self.in_gallons):
            raise ValueError(f"cost: {fault}")
        return self

    @property
    def in_gallons(self) -> Decimal:
        """The volume in US gallons."""
        exact = self.gallons if self.gallons is not None else (self.liters or Decimal(0)) / LITERS_PER_GALLON
        return exact.quantize(THOUSANDTH, rounding=ROUND_HALF_UP)

    @property
    def in_miles(self) -> Decimal:
        """The odometer in miles."""
        miles = self.odometer / KM_PER_MILE if self.odometer_unit == "km" else self.odometer
        return miles.quantize(TENTH, rounding=ROUND_HALF_UP)


class Logged(Result):
    """The fill-up and what it tells of consumption; None where it tells nothing."""

    fuel_log: fuelling.LoggedFill
    consumption: fuelling.MeasuredConsumption | None
    rolling_average: fuelling.RollingAverage | None


@tool(effect="write", timeout=4, aliases=("pam_log_fuel",), records="your fuel log")
async def log_fuel(ctx: ToolContext, args: FillUp) -> Logged:
    """Record a fill-up of the member's vehicle, reckon consumption since the last full tank; it becomes an expense."""
    inquiry = Inquiry(ctx)
    new = await _new(inquiry, args)
    logged, measured = await fuelling.write_down(ctx, new)
    average = await fuelling.learn(ctx, new.vehicle_id)
    result = Logged(
        message=fuelling.sentence(logged, measured, average) + inquiry.closing(),
        fuel_log=logged,
        consumption=measured,
        rolling_average=average,
    )
    inputs, outputs = args.model_dump(mode="json"), result.model_dump(mode="json", exclude={"message"})
    await log_calculation(ctx, "log_fuel", inputs, outputs)
    return result


async def _new(inquiry: Inquiry, args: FillUp) -> fuel.NewFillUp:
    ctx, day = inquiry.ctx, args.date or inquiry.ctx.today
    if day > ctx.today + dt.timedelta(days=1):
        raise InvalidRequestError(f"date: {day} is in the future; a fill-up is recorded when it is paid.")
    if args.station_id and await stations.station(ctx.db, args.station_id) is None:
        raise NotFoundError(f"station_id: I know no station {args.station_id}; leave it out or name a location.")
    vehicle = await vehicles.vehicle_of(inquiry, args.vehicle_id)
    return fuel.NewFillUp(
        vehicle_id=vehicle.id,
        station_id=args.station_id,
        date=day,
        gallons=args.in_gallons,
        total=args.cost,
        odometer=args.in_miles,
        restarts=args.odometer_restarts,
        full=args.full_tank,
        fuel_type=args.fuel_type or vehicle.fuel,
        location=args.location,
    )
