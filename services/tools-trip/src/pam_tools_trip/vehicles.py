"""The member's rig: theirs to say, kept by the account worker; what it consumes is kept here."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ValidationError

from pam_shared.errors import NotFoundError, UnavailableError
from pam_tools_trip.consumption import DEFAULT_MPG, MpgSource
from pam_tools_trip.external import Rig
from pam_tools_trip.fuels import FuelType, fuel_of
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import fuel

HEIGHT_FT, WEIGHT_LBS = 12.0, 20_000.0
"""Of a rig whose size nobody said."""


class Vehicle(BaseModel):
    """As much of a vehicle as a trip depends on."""

    id: UUID | None = None
    name: str | None = None
    fuel_type: str | None = None
    height_ft: float | None = None
    weight_lbs: float | None = None
    length_ft: float | None = None

    @property
    def called(self) -> str:
        """The vehicle as it is said."""
        return self.name or "your rig"

    @property
    def fuel(self) -> FuelType:
        """What it burns; regular where nobody said."""
        return fuel_of(self.fuel_type) or FuelType.REGULAR


@dataclass(frozen=True)
class Size:
    """A rig's size, and which of it nobody told (the arguments' names)."""

    rig: Rig
    assumed: list[str]

    @property
    def spoken(self) -> str:
        """Say what was assumed, beginning with a blank where anything was."""
        sizes = {
            "vehicle_height_ft": f"{self.rig.height_ft:g} feet high",
            "vehicle_weight_lbs": f"of {self.rig.weight_lbs:,.0f} pounds",
        }
        told = " and ".join(sizes[name] for name in self.assumed)
        return f" I assumed it is {told}; tell me its size." if told else ""


class _Vehicles(BaseModel):
    vehicles: list[Vehicle]


@dataclass(frozen=True)
class Consumption:
    """What a vehicle consumes, and how that is known."""

    mpg: Decimal
    source: MpgSource
    sample_size: int = 0

    @property
    def spoken(self) -> str:
        """The figure as it is said."""
        how = {
            MpgSource.MEMBER: "as you told me",
            MpgSource.LOG: f"measured {self.sample_size} time{'s' if self.sample_size > 1 else ''}",
            MpgSource.DEFAULT: "my assumption, tell me yours",
        }
        return f"{self.mpg.normalize():f} mpg ({how[self.source]})"


async def vehicle_of(inquiry: Inquiry, wanted: UUID | None = None) -> Vehicle:
    """Return the vehicle asked for, else the primary one, else a rig nothing is known of.

    While the account worker is away, a vehicle this worker has records of stands in, without its size. Raises
    NotFoundError for one that is not the member's, UnavailableError for one that cannot be checked.
    """
    vehicles = await _owned(inquiry)
    if vehicles is None:
        return await _from_records(inquiry, wanted)
    if wanted is None:
        return next(iter(vehicles), Vehicle())
    owned = next((vehicle for vehicle in vehicles if vehicle.id == wanted), None)
    if owned is None:
        raise NotFoundError(f"vehicle_id: you have no vehicle {wanted}; leave it out for your primary one.")
    return owned


async def size_of(inquiry: Inquiry, height_ft: float | None, weight_lbs: float | None, length_ft: float | None) -> Size:
    """Return a rig's size: as told, else as its owner wrote it down, else assumed."""
    told = height_ft and weight_lbs and length_ft
    vehicle = Vehicle() if told else await vehicle_of(inquiry)
    height, weight = height_ft or vehicle.height_ft, weight_lbs or vehicle.weight_lbs
    assumed = [name for name, size in (("vehicle_height_ft", height), ("vehicle_weight_lbs", weight)) if not size]
    return Size(Rig(height or HEIGHT_FT, weight or WEIGHT_LBS, length_ft or vehicle.length_ft), assumed)


async def consumption_of(inquiry: Inquiry, vehicle: Vehicle) -> Consumption:
    """Return what a vehicle consumes: as stated, as measured, else the default."""
    known = await fuel.consumption(inquiry.ctx.db, vehicle.id)
    if known is None:
        return Consumption(DEFAULT_MPG, MpgSource.DEFAULT)
    return Consumption(known.mpg, known.source, known.sample_size)


async def _owned(inquiry: Inquiry) -> list[Vehicle] | None:
    """Return the member's vehicles, the primary first, or None when the account worker does not say."""
    reply = await inquiry.ctx.ask("account", "get_vehicles", {})
    try:
        return _Vehicles.model_validate(reply.data).vehicles if reply.success else None
    except ValidationError:
        return None


async def _from_records(inquiry: Inquiry, wanted: UUID | None) -> Vehicle:
    inquiry.miss("your vehicles' details")
    if wanted and not await fuel.knows_vehicle(inquiry.ctx.db, wanted):
        raise UnavailableError("vehicle_id: I can't look at your vehicles right now. Please try again in a moment.")
    return Vehicle(id=wanted or await fuel.vehicle_last_filled(inquiry.ctx.db))
