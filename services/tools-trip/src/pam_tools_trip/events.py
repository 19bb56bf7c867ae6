"""What this worker tells others."""

import datetime as dt
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pam_shared.contracts.events import DomainEvent
from pam_shared.money import Total
from pam_tools_trip.consumption import MpgSource
from pam_tools_trip.fuels import FuelType


class FuelLogged(DomainEvent):
    """A member filled up."""

    domain: ClassVar[str] = "trip"
    name: ClassVar[str] = "fuel_logged"

    fuel_log_id: UUID
    vehicle_id: UUID | None
    date: dt.date
    cost: Total
    fuel_type: FuelType
    gallons: Decimal
    location: str | None


class MaintenanceLogged(DomainEvent):
    """A member had something serviced; the reminder is for others to make, under the id given."""

    domain: ClassVar[str] = "trip"
    name: ClassVar[str] = "maintenance_logged"

    maintenance_id: UUID
    vehicle_id: UUID | None
    maintenance_type: str
    description: str
    cost: Total
    date: dt.date
    next_due_date: dt.date | None
    next_due_mileage: int | None
    reminder_event_id: UUID | None


class ConsumptionChanged(DomainEvent):
    """What a vehicle is believed to consume has changed."""

    domain: ClassVar[str] = "trip"
    name: ClassVar[str] = "consumption_changed"

    vehicle_id: UUID | None
    mpg: Decimal
    source: MpgSource


class TripPlanned(DomainEvent):
    """A member has a new trip."""

    domain: ClassVar[str] = "trip"
    name: ClassVar[str] = "trip_planned"

    trip_id: UUID
    title: str
    origin: str
    destination: str
    start_date: dt.date | None
    end_date: dt.date | None
    total: Total | None


class FavoriteSaved(DomainEvent):
    """A member saved a place, or changed what they think of it."""

    domain: ClassVar[str] = "trip"
    name: ClassVar[str] = "favorite_saved"

    favorite_id: UUID
    location_name: str
    location_address: str
