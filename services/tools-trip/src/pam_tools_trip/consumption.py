"""What a rig consumes: from one full tank to the next, and whose figure is believed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from pam_shared.money import spoken

DEFAULT_MPG = Decimal(10)
"""Of a rig nothing is known of: about a mid-size motorhome's."""

MPG_MIN, MPG_MAX = Decimal(1), Decimal(100)
PRICE_MIN, PRICE_MAX = Decimal("0.50"), Decimal(20)
ROLLING = 5
"""Fill-ups a rolling average looks back on."""

OUTWEIGHS_MEMBER = 3
"""Measurements that outweigh what the member said before them."""


class MpgSource(StrEnum):
    """Where a consumption comes from."""

    MEMBER = "member"
    LOG = "log"
    DEFAULT = "default"


@dataclass(frozen=True)
class FillUp:
    """One fill-up of a vehicle: US gallons and miles. ``restarts``: the odometer counts anew from here."""

    id: UUID
    gallons: Decimal
    odometer: Decimal
    full: bool = True
    restarts: bool = False


def measured(chain: Sequence[FillUp]) -> dict[UUID, Decimal | None]:
    """Return the miles per gallon of each fill-up, in the order of time.

    Only a full tank tells what was burnt since the last full one; partial fills in between count towards it. None
    where nothing can be told, or what came out is no consumption (a fill-up was forgotten, a figure mistyped).
    """
    found: dict[UUID, Decimal | None] = {}
    since: Decimal | None = None
    burnt = Decimal(0)
    for fill in chain:
        if fill.restarts:
            since = None
        burnt += fill.gallons
        whole = fill.full and since is not None
        found[fill.id] = _mpg(fill.odometer - since, burnt) if whole and since is not None else None
        if fill.full:
            since, burnt = fill.odometer, Decimal(0)
    return found


def rolling_average(latest: Sequence[Decimal]) -> Decimal | None:
    """Return the mean of the last measurements, or None without any."""
    return _two_places(sum(latest, Decimal(0)) / len(latest)) if latest else None


def log_is_believed(*, stated: bool, measurements: int) -> bool:
    """Whether the log's average counts: at once, or after three measurements where the member has stated one."""
    return measurements >= (OUTWEIGHS_MEMBER if stated else 1)


def price_fault(cost: Decimal, gallons: Decimal) -> str | None:
    """Return what is wrong with the price of a gallon, or None."""
    price = cost / gallons
    if PRICE_MIN <= price <= PRICE_MAX:
        return None
    return (
        f"{spoken(cost)} for {gallons.normalize():f} gallons is {spoken(price)} a gallon; prices lie between"
        f" {spoken(PRICE_MIN)} and {spoken(PRICE_MAX)}: check the cost and the volume"
    )


def odometer_fault(reading: Decimal, before: Decimal | None, after: Decimal | None) -> str | None:
    """Return what is wrong with a reading between its neighbours in time, or None."""
    if before is not None and reading < before:
        return f"{reading:,} miles is below the last reading of {before:,}"
    if after is not None and reading > after:
        return f"{reading:,} miles is above the later reading of {after:,}"
    return None


def _mpg(miles: Decimal, gallons: Decimal) -> Decimal | None:
    mpg = _two_places(miles / gallons)
    return mpg if MPG_MIN <= mpg <= MPG_MAX else None


def _two_places(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
