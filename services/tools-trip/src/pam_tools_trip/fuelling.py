"""Writing a fill-up down, and learning from it what the vehicle consumes."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from pam_shared.errors import InvalidRequestError
from pam_shared.money import Total, spoken, to_cents
from pam_shared.tools.context import ToolContext
from pam_tools_trip import consumption
from pam_tools_trip.consumption import MpgSource
from pam_tools_trip.events import ConsumptionChanged, FuelLogged
from pam_tools_trip.fuels import FuelType
from pam_tools_trip.queries import fuel
from pam_tools_trip.units import l_per_100km


class LoggedFill(BaseModel):
    """A fill-up as written down; US gallons, dollars, miles."""

    id: UUID
    vehicle_id: UUID | None
    station_id: UUID | None
    date: date
    gallons: Decimal
    total: Total
    price_per_gallon: Total
    odometer: Decimal
    full_tank: bool
    fuel_type: FuelType
    location: str | None

    @property
    def told(self) -> str:
        """The fill-up as it is said."""
        at = f" at {self.odometer.normalize():,f} miles"
        return (
            f"Recorded {self.gallons.normalize():f} gallons of {self.fuel_type} for {spoken(self.total)}"
            f" ({spoken(self.price_per_gallon)} a gallon){at}."
        )


class MeasuredConsumption(BaseModel):
    """A consumption in both ways of saying it."""

    mpg: Decimal
    l_per_100km: Decimal

    @classmethod
    def of(cls, mpg: Decimal | None) -> "MeasuredConsumption | None":
        """Return a measurement, if there is one."""
        return cls(mpg=mpg, l_per_100km=l_per_100km(mpg)) if mpg is not None else None


class RollingAverage(MeasuredConsumption):
    """The mean of a vehicle's last measurements; ``used`` says whether trips are reckoned with it."""

    sample_size: int
    used: bool


async def write_down(ctx: ToolContext, fill: fuel.NewFillUp) -> tuple[LoggedFill, MeasuredConsumption | None]:
    """Write a fill-up down, tell others, and return it with the consumption it tells, if any.

    One that comes late changes what the next one tells. Raises InvalidRequestError for an impossible odometer.
    """
    await fuel.hold_vehicle(ctx.db, ctx.user, fill.vehicle_id)
    before, after = await fuel.neighbours(ctx.db, fill.vehicle_id, fill.date)
    fault = consumption.odometer_fault(fill.odometer, None if fill.restarts else before, after)
    if fault:
        raise InvalidRequestError(f"odometer: {fault}; if it was replaced and counts anew, set odometer_restarts.")
    fill_id = await fuel.insert_fill_up(ctx.db, ctx.user, fill)
    ctx.emit(_logged(fill_id, fill))
    chain = await fuel.chain_around(ctx.db, fill.vehicle_id, fill.date)
    measured = consumption.measured(chain)
    # The chain's first tells something only with what was before it, and that has been told.
    await fuel.put_measured(ctx.db, {link.id: measured[link.id] for link in chain[1:]})
    return _written(fill_id, fill), MeasuredConsumption.of(measured[fill_id])


async def learn(ctx: ToolContext, vehicle: UUID | None) -> RollingAverage | None:
    """Return the rolling average, and reckon with it from now on where it outweighs what the member said."""
    known = await fuel.consumption(ctx.db, vehicle)
    since = await fuel.latest_measured(ctx.db, vehicle, known.stated_at if known else None)
    stated = known is not None and known.source is MpgSource.MEMBER
    used = consumption.log_is_believed(stated=stated, measurements=len(since))
    sample = since if used else await fuel.latest_measured(ctx.db, vehicle)
    mpg = consumption.rolling_average(sample)
    if mpg is None:
        return None
    if used and (known is None or (known.mpg, known.sample_size) != (mpg, len(sample))):
        await fuel.put_consumption(ctx.db, ctx.user, vehicle, mpg, MpgSource.LOG, len(sample))
        ctx.emit(ConsumptionChanged(vehicle_id=vehicle, mpg=mpg, source=MpgSource.LOG))
    return RollingAverage(mpg=mpg, l_per_100km=l_per_100km(mpg), sample_size=len(sample), used=used)


def sentence(
    fill: LoggedFill,
    measured: MeasuredConsumption | None,
    average: RollingAverage | None,
) -> str:
    """Say what was written down and what it tells."""
    if not fill.full_tank:
        return f"{fill.told} It counts towards your consumption at the next full tank."
    if measured is None:
        return f"{fill.told} I took the tank to be full: the next full one will tell your consumption."
    since = f"That is {measured.mpg.normalize():f} mpg since your last full tank"
    if average and average.sample_size > 1:
        since += f", {average.mpg.normalize():f} over your last {average.sample_size} measurements"
    return f"{fill.told} {since}."


def _written(fill_id: UUID, fill: fuel.NewFillUp) -> LoggedFill:
    price = to_cents(fill.total / fill.gallons)
    return LoggedFill(id=fill_id, price_per_gallon=price, full_tank=fill.full, **vars(fill))


def _logged(fill_id: UUID, fill: fuel.NewFillUp) -> FuelLogged:
    return FuelLogged(
        fuel_log_id=fill_id,
        vehicle_id=fill.vehicle_id,
        date=fill.date,
        cost=fill.total,
        fuel_type=fill.fuel_type,
        gallons=fill.gallons,
        location=fill.location,
    )
