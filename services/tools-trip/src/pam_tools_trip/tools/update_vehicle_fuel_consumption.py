"""Set what a vehicle consumes."""

from decimal import Decimal
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_trip import vehicles
from pam_tools_trip.consumption import MpgSource
from pam_tools_trip.events import ConsumptionChanged
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import fuel
from pam_tools_trip.units import l_per_100km


class Statement(Arguments):
    """What the member says their rig consumes."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        **Arguments.model_config, json_schema_extra={"examples": [{"mpg": 9.5}]}
    )

    mpg: Decimal | None = Field(
        None, ge=1, le=100, allow_inf_nan=False, description="Miles per US gallon; or the next."
    )
    l_per_100km: Decimal | None = Field(None, ge=1, le=100, allow_inf_nan=False, description="Liters per 100 km.")
    vehicle_id: Annotated[UUID | None, id_from("create_vehicle", "vehicle.id")] = Field(
        None, description="Which vehicle; the primary one if not given."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.mpg is None) == (self.l_per_100km is None):
            raise ValueError("give exactly one of mpg and l_per_100km")
        return self

    @property
    def in_mpg(self) -> Decimal:
        """The consumption in miles per US gallon."""
        return self.mpg if self.mpg is not None else l_per_100km(self.l_per_100km or Decimal(1))


class VehicleConsumption(BaseModel):
    """A vehicle's consumption as it is now kept."""

    id: UUID | None
    name: str
    fuel_consumption_mpg: Decimal
    fuel_consumption_l_per_100km: Decimal
    fuel_consumption_source: MpgSource


class Updated(Result):
    """The vehicle."""

    vehicle: VehicleConsumption


@tool(effect="write", timeout=4, records="your fuel log")
async def update_vehicle_fuel_consumption(ctx: ToolContext, args: Statement) -> Updated:
    """Set how much fuel the member's vehicle burns, as they state it; trips and costs are reckoned with it."""
    inquiry = Inquiry(ctx)
    vehicle = await vehicles.vehicle_of(inquiry, args.vehicle_id)
    mpg = args.in_mpg.quantize(Decimal("0.01"))
    await fuel.put_consumption(ctx.db, ctx.user, vehicle.id, mpg, MpgSource.MEMBER)
    ctx.emit(ConsumptionChanged(vehicle_id=vehicle.id, mpg=mpg, source=MpgSource.MEMBER))
    liters = args.l_per_100km if args.l_per_100km is not None else l_per_100km(mpg)
    return Updated(
        message=f"I'll reckon with {mpg.normalize():f} mpg ({liters.normalize():f} l/100 km) for {vehicle.called}."
        + inquiry.closing(),
        vehicle=VehicleConsumption(
            id=vehicle.id,
            name=vehicle.called,
            fuel_consumption_mpg=mpg,
            fuel_consumption_l_per_100km=liters,
            fuel_consumption_source=MpgSource.MEMBER,
        ),
    )
