"""What a gallon costs: the mean of the region, else what the member last paid; never a guess."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pam_shared.clock import spoken_day
from pam_shared.contracts.tools import SourceKind
from pam_tools_trip.fuels import FuelType
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import fuel

STILL_TRUE = timedelta(days=60)
"""What was paid longer ago says nothing of today's price."""


@dataclass(frozen=True)
class Price:
    """Dollars for a US gallon, whose figure it is, and of which day."""

    price: Decimal
    source: str
    as_of: date

    @property
    def spoken(self) -> str:
        """The price as it is said."""
        return f"${self.price:.2f} a gallon ({self.source}, {spoken_day(self.as_of)})"


async def price_of(inquiry: Inquiry, kind: FuelType, state: str | None = None) -> Price | None:
    """Return what a gallon costs where the member is going, or None where neither the mean nor a receipt tells."""
    mean = await inquiry.hear(f"the price of {kind}", inquiry.world.fuel_prices.average(kind.value, state))
    if mean:
        return Price(mean.price, f"mean of {spoken_region(mean.region)}", mean.as_of)
    return await last_paid(inquiry, kind)


async def last_paid(inquiry: Inquiry, kind: FuelType) -> Price | None:
    """Return what the member last paid, if that is not too long ago."""
    paid = await fuel.last_paid(inquiry.ctx.db, kind, inquiry.ctx.today - STILL_TRUE)
    if paid is None:
        return None
    inquiry.ctx.cite("your fuel log", inquiry.ctx.now, kind=SourceKind.RECORDS)
    return Price(paid.price, "what you last paid", paid.on)


def spoken_region(region: str) -> str:
    """Return a region as it is said."""
    return "the United States" if region == "United States" else region
