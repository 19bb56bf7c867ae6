"""Add a vehicle."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.events import VehicleAdded
from pam_tools_account.members import FuelType, Vehicle, VehicleFacts, VehicleType
from pam_tools_account.queries import vehicles
from pam_tools_account.rules import check_model_year
from pam_tools_account.sentences import unsized


class NewVehicle(Arguments):
    """The vehicle. Its size decides which roads and campsites it is led to."""

    name: str = Field(min_length=1, max_length=100, description="What the member calls it.", examples=["Bessie"])
    make: str | None = Field(None, max_length=50, description="Who built it, such as Winnebago.")
    model: str | None = Field(None, max_length=50, description="Such as Vista 29V.")
    year: int | None = Field(None, ge=1900, description="The model year, at most next year's.")
    vehicle_type: VehicleType = VehicleType.RV
    fuel_type: FuelType = FuelType.GASOLINE
    height_ft: float | None = Field(None, ge=2, le=20, description="Height in feet, with everything on the roof.")
    weight_lbs: int | None = Field(None, ge=100, le=100_000, description="Loaded weight in pounds.")
    length_ft: float | None = Field(None, ge=3, le=100, description="Length in feet, with what it tows.")
    set_as_primary: bool = Field(True, description="Whether plans are made for this one from now on.")


class AddedVehicle(Result):
    """The vehicle as written down."""

    vehicle: Vehicle


@tool(effect="write", timeout=4, records="your vehicles")
async def create_vehicle(ctx: ToolContext, args: NewVehicle) -> AddedVehicle:
    """Add a vehicle of the member's, with its size where they know it: routes and campsites are chosen by it."""
    check_model_year("year", args.year, ctx.today)
    facts = VehicleFacts(**args.model_dump(exclude={"set_as_primary"}))
    vehicle = await vehicles.add_vehicle(ctx.db, ctx.user, facts, primary=args.set_as_primary)
    ctx.emit(VehicleAdded(vehicle=vehicle))
    return AddedVehicle(message=_sentence(vehicle), vehicle=vehicle)


def _sentence(vehicle: Vehicle) -> str:
    named = f"{vehicle.name}, your {vehicle.built}," if vehicle.built else vehicle.name
    planned = " I will plan for it from now on." if vehicle.is_primary else ""
    return f"I have added {named} to your vehicles.{planned}{unsized(vehicle)}"
