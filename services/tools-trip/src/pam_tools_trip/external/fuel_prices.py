"""Mean prices of fuel, by week: from FRED without a key, by region from EIA with one."""

import csv
import datetime as dt
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import BaseModel, Field, TypeAdapter

from pam_shared.clock import utc_now
from pam_shared.errors import ExternalUnavailableError
from pam_tools_trip.external.found import Fact, Found, Kept
from pam_tools_trip.external.regions import AREAS
from pam_tools_trip.external.source import Source

FuelType = Literal["regular", "midgrade", "premium", "diesel"]
SERIES: dict[FuelType, str] = {
    "regular": "GASREGW",
    "midgrade": "GASMIDW",
    "premium": "GASPRMW",
    "diesel": "GASDESW",
}
PRODUCTS: dict[FuelType, str] = {"regular": "EPMR", "midgrade": "EPMM", "premium": "EPMP", "diesel": "EPD2D"}
LOOK_BACK = 60
"""Days: prices come weekly, and sometimes late."""
MISSING = {"", "."}
CHEAPEST, DEAREST = Decimal("0.50"), Decimal(20)


class FuelPrice(Fact):
    """A mean price: US dollars per US gallon, of the week that began on ``as_of``."""

    fuel_type: FuelType
    price: Decimal
    region: str
    """``United States``, or a region or state in full."""
    as_of: dt.date


class FuelPrices:
    """No open source knows prices of single stations in the US: these are means. Fresh for an hour."""

    def __init__(self, national: Source, regional: Source | None = None, key: str = "") -> None:
        self._national = national
        self._regional = regional
        self._key = key

    async def average(self, fuel_type: FuelType = "regular", state: str | None = None) -> Found[FuelPrice]:
        """Return the newest mean price, of the state's region where an EIA key is set. ``state`` in full.

        Raises ExternalUnavailableError.
        """
        if self._regional and state in AREAS:
            with suppress(ExternalUnavailableError):  # the nation's mean is better than none
                return await self._of_area(self._regional, fuel_type, AREAS[state])
        found = await self._national.find("weekly", _PRICES, self._ask_national)
        return found.map(lambda prices: prices[fuel_type])

    async def _of_area(self, source: Source, fuel_type: FuelType, area: str) -> Found[FuelPrice]:
        return await source.find(f"{area} {fuel_type}", _PRICE, lambda: self._ask_area(source, fuel_type, area))

    async def _ask_national(self) -> Kept[dict[FuelType, FuelPrice]]:
        since = utc_now().date() - dt.timedelta(days=LOOK_BACK)
        asked = {"id": ",".join(SERIES.values()), "cosd": since.isoformat()}
        service = self._national.service
        return Kept(
            value=await service.ask("/graph/fredgraph.csv", lambda answer: _newest(answer.content), params=asked)
        )

    async def _ask_area(self, source: Source, fuel_type: FuelType, area: str) -> Kept[FuelPrice]:
        asked = {
            "api_key": self._key,
            "frequency": "weekly",
            "data[0]": "value",
            "facets[duoarea][]": area,
            "facets[product][]": PRODUCTS[fuel_type],
            "sort[0][column]": "period",
            "sort[0][direction]": "desc",
            "length": 1,
        }
        path = "/v2/petroleum/pri/gnd/data/"
        return Kept(
            value=await source.service.get(
                path, _AREA_ANSWER, lambda found: found.response.data[0].price(fuel_type), asked
            )
        )


def _newest(table: bytes) -> dict[FuelType, FuelPrice]:
    """Return the newest price of each series of a CSV table. Raises ValueError when it is none or lacks one."""
    rows = list(csv.reader(table.decode().splitlines()))
    if not rows or rows[0][0] not in {"observation_date", "DATE"}:
        raise ValueError("not a table of observations")
    columns = {series: rows[0].index(series) for series in SERIES.values()}
    return {kind: _last(kind, rows[1:], columns[series]) for kind, series in SERIES.items()}


def _last(fuel_type: FuelType, rows: list[list[str]], column: int) -> FuelPrice:
    date, price = max((row[0], row[column]) for row in rows if row[column] not in MISSING)
    return FuelPrice(
        fuel_type=fuel_type, price=_dollars(price), region="United States", as_of=dt.date.fromisoformat(date)
    )


def _dollars(value: str | float) -> Decimal:
    """Raise ValueError for what is not a price."""
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a price") from None
    if not CHEAPEST <= price <= DEAREST:
        raise ValueError(f"{value!r} is no price of a gallon")
    return price


class _AreaRow(BaseModel):
    period: dt.date
    area_name: str = Field(alias="area-name")
    value: float | str

    def price(self, fuel_type: FuelType) -> FuelPrice:
        region = self.area_name.title().replace("U.S.", "United States")
        return FuelPrice(fuel_type=fuel_type, price=_dollars(self.value), region=region, as_of=self.period)


class _AreaRows(BaseModel):
    data: list[_AreaRow]


class _AreaAnswer(BaseModel):
    response: _AreaRows


_AREA_ANSWER = TypeAdapter(_AreaAnswer)
_PRICES = TypeAdapter(Kept[dict[FuelType, FuelPrice]])
_PRICE = TypeAdapter(Kept[FuelPrice])
