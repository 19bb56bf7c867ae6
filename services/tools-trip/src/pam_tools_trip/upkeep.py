"""What a rig is due for, by the calendar and by its odometer. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pam_shared.clock import spoken_day

SOON_MILES = 500
"""Due by the odometer within so many miles counts as upcoming."""

DAYS_IN_MONTH = 30


class Due(StrEnum):
    """How a service stands."""

    OVERDUE = "overdue"
    UPCOMING = "upcoming"
    LATER = "later"


@dataclass(frozen=True)
class Service:
    """The latest record of one task on one vehicle."""

    id: UUID
    vehicle_id: UUID | None
    task: str
    date: dt.date
    cost: Decimal
    mileage: int | None
    next_due_date: dt.date | None
    next_due_mileage: int | None

    def miles_left(self, odometer: Decimal | None) -> Decimal | None:
        """Return the miles until it is due, less than none when overdue; None where either is unknown."""
        return self.next_due_mileage - odometer if self.next_due_mileage is not None and odometer is not None else None

    def days_left(self, today: dt.date) -> int | None:
        """Return the days until it is due, less than none when overdue; None where no date is known."""
        return (self.next_due_date - today).days if self.next_due_date else None


@dataclass(frozen=True)
class Usual:
    """How often a task is usual on a rig, for members who named no next date: the words it is known by."""

    words: tuple[str, ...]
    months: int
    miles: int | None = None


USUAL = (
    Usual(("oil",), 6, 5_000),
    Usual(("tire rotation", "rotate"), 12, 6_000),
    Usual(("brake",), 12, 12_000),
    Usual(("bearing",), 12, 12_000),
    Usual(("coolant",), 24, 30_000),
    Usual(("roof", "seal", "caulk"), 6),
    Usual(("propane", "lp gas", "leak"), 12),
    Usual(("generator",), 12),
    Usual(("battery", "batteries"), 6),
)
"""Common practice, not a manual: recommendations say so."""


def standing(service: Service, today: dt.date, days: int, odometer: Decimal | None) -> Due:
    """Return how a service stands: by whichever of date and odometer comes first."""
    left = [(service.days_left(today), days), (service.miles_left(odometer), SOON_MILES)]
    if any(rest is not None and rest < 0 for rest, _ in left):
        return Due.OVERDUE
    return Due.UPCOMING if any(rest is not None and rest <= soon for rest, soon in left) else Due.LATER


def recommendation(service: Service, today: dt.date, odometer: Decimal | None) -> str | None:
    """Say what common practice would do about a service no next date or mileage is known of, or None."""
    usual = _usual(service.task)
    if service.next_due_date or service.next_due_mileage or usual is None:
        return None
    driven = odometer - service.mileage if odometer is not None and service.mileage is not None else None
    late = today - service.date > dt.timedelta(days=usual.months * DAYS_IN_MONTH)
    far = usual.miles is not None and driven is not None and driven > usual.miles
    if not (late or far):
        return None
    every = f"every {usual.months} months" + (f" or {usual.miles:,} miles" if usual.miles else "")
    return f"{service.task}: last done {spoken_day(service.date)}; {every} is common, your manual knows better."


def recommendations(services: Sequence[Service], today: dt.date, odometers: Mapping[UUID | None, Decimal]) -> list[str]:
    """Say what common practice would do, and which odometer is to be read."""
    usual = [recommendation(service, today, odometers.get(service.vehicle_id)) for service in services]
    blind = [item.task for item in services if item.next_due_mileage is not None and item.vehicle_id not in odometers]
    ask = [f"Tell me the odometer: {', '.join(blind)} goes by mileage and I have no reading."] if blind else []
    return [sentence for sentence in usual if sentence] + ask


def estimated_cost(services: Iterable[Service]) -> Decimal:
    """Return what the services would cost, at what each cost the last time."""
    return sum((service.cost for service in services), Decimal(0))


def spoken_due(service: Service, today: dt.date, odometer: Decimal | None) -> str:
    """Say when a service is due."""
    parts: list[str] = []
    days, miles = service.days_left(today), service.miles_left(odometer)
    if service.next_due_date and days is not None:
        parts.append(f"on {spoken_day(service.next_due_date)} ({_in_days(days)})")
    if service.next_due_mileage is not None:
        left = "" if miles is None else f" ({abs(miles):,.0f} miles {'ago' if miles < 0 else 'left'})"
        parts.append(f"at {service.next_due_mileage:,} miles{left}")
    return f"{service.task}, due {' or '.join(parts)}"


def _in_days(days: int) -> str:
    if days == 0:
        return "today"
    plural = "" if abs(days) == 1 else "s"
    return f"in {days} day{plural}" if days > 0 else f"{-days} day{plural} ago"


def _usual(task: str) -> Usual | None:
    words = task.lower()
    return next((usual for usual in USUAL if any(word in words for word in usual.words)), None)
