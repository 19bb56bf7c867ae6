"""Put right or add to what is known of a vehicle."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_account.events import VehicleChanged
from pam_tools_account.members import FuelType, Vehicle, VehicleType
from pam_tools_account.queries import vehicles
from pam_tools_account.rules import check_model_year
from pam_tools_account.sentences import sized, unsized


class VehicleChanges(Arguments):
    """Which vehicle, and what to change; what is not given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"height_ft": 12.67, "length_ft": 34}]})

    vehicle_id: Annotated[UUID | None, id_from("create_vehicle", "vehicle.id")] = Field(
        None, description="Which vehicle; the primary one if not given."
    )
    name: str | None = Field(None, min_length=1, max_length=100, description="What the member calls it.")
    make: str | None = Field(None, min_length=1, max_length=50, description="Who built it.")
    model: str | None = Field(None, min_length=1, max_length=50, description="Such as Vista 29V.")
    year: int | None = Field(None, ge=1900, description="The model year, at most next year's.")
    vehicle_type: VehicleType | None = None
    fuel_type: FuelType | None = None
    height_ft: float | None = Field(None, ge=2, le=20, description="Height in feet, with everything on the roof.")
    weight_lbs: int | None = Field(None, ge=100, le=100_000, description="Loaded weight in pounds.")
    length_ft: float | None = Field(None, ge=3, le=100, description="Length in feet, with what it tows.")
    set_as_primary: bool = Field(False, description="Whether plans are made for this one from now on.")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.changes or self.set_as_primary):
            raise ValueError("give what is to be changed, such as height_ft")
        return self

    @property
    def changes(self) -> dict[str, object]:
        """What is given beside which vehicle it is."""
        return self.model_dump(exclude_none=True, exclude={"vehicle_id", "set_as_primary"})


class ChangedVehicle(Result):
    """The vehicle as it is now."""

    vehicle: Vehicle


@tool(effect="write", timeout=4, records="your vehicles")
async def update_vehicle(ctx: ToolContext, args: VehicleChanges) -> ChangedVehicle:
    """Change what is known of the member's vehicle, such as its height, weight, length or name."""
    check_model_year("year", args.year, ctx.today)
    old = await vehicles.vehicle(ctx.db, ctx.user, args.vehicle_id)
    if old is None:
        which = "I know no such vehicle of yours" if args.vehicle_id else "You have told me of no vehicle yet"
        raise NotFoundError(f'vehicle_id: {which}. Tell me what you drive: "I drive a 2018 Tiffin called Goldie".')
    new = old.model_copy(update={**args.changes, "is_primary": old.is_primary or args.set_as_primary})
    await vehicles.change_vehicle(ctx.db, ctx.user, new)
    if new != old:
        ctx.emit(VehicleChanged(vehicle=new))
    return ChangedVehicle(message=_sentence(old, new), vehicle=new)


def _sentence(old: Vehicle, new: Vehicle) -> str:
    if new == old:
        return f"I had that of {new.name} already. {sized(new)}".strip()
    planned = f" I will plan for {new.name} from now on." if new.is_primary > old.is_primary else ""
    if new.sizes != old.sizes:
        return f"I have noted it. {sized(new)} I will choose roads and campsites by that.{unsized(new)}{planned}"
    built = f", your {new.built}" if new.built else ""
    burns = f" It runs on {new.fuel_type}." if new.fuel_type != old.fuel_type else ""
    return f"I have noted it: {new.name}{built}.{burns}{planned}"
