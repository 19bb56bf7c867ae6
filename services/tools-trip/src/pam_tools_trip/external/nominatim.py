"""Addresses and everything else with a name, by Nominatim, OpenStreetMap's own search."""

from pydantic import BaseModel, TypeAdapter

from pam_tools_trip.external.client import RefusedError
from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.place import Place
from pam_tools_trip.external.place_text import PlaceText
from pam_tools_trip.external.source import Source

COUNT = 10
_PLACES = TypeAdapter(Kept[list[Place]])
_PLACE = TypeAdapter(Kept[Place | None])


class _Address(BaseModel):
    city: str | None = None
    town: str | None = None
    village: str | None = None
    county: str | None = None
    state: str | None = None
    country: str | None = None
    country_code: str | None = None


class _Place(BaseModel):
    lat: float
    """Strings that hold numbers, from the service."""
    lon: float
    display_name: str
    name: str | None = None
    addresstype: str | None = None
    type: str | None = None
    address: _Address = _Address()

    def place(self) -> Place:
        about = self.address
        street = ", ".join(self.display_name.split(", ")[:2])
        return Place(
            name=self.name or street,
            latitude=self.lat,
            longitude=self.lon,
            state=about.state,
            county=about.county,
            country=about.country,
            country_code=about.country_code.upper() if about.country_code else None,
            kind=self.addresstype or self.type,
        )


class _Error(BaseModel):
    error: str


_ANSWER = TypeAdapter(list[_Place])
_REVERSE: TypeAdapter[_Place | _Error] = TypeAdapter(_Place | _Error)


class Nominatim:
    """OpenStreetMap's own search, exact and thrifty: one request per second."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def search(self, text: PlaceText, near: Point | None) -> Found[list[Place]]:
        """Return places of that name or address, those around ``near`` first. Raises ExternalUnavailableError."""
        asked: dict[str, str | int] = {"q": text.whole, "format": "jsonv2", "addressdetails": 1, "limit": COUNT}
        if near:
            west, east = round(near.longitude) - 3, round(near.longitude) + 3
            asked |= {"viewbox": f"{west},{round(near.latitude) + 2},{east},{round(near.latitude) - 2}", "bounded": 0}
        return await self._source.find(f"{asked}", _PLACES, lambda: self._ask(asked))

    async def reverse(self, point: Point) -> Found[Place | None]:
        """Return what is at a point. Raises ExternalUnavailableError."""
        asked: dict[str, float | str] = {
            "lat": round(point.latitude, 3),
            "lon": round(point.longitude, 3),
            "zoom": 14,
            "format": "jsonv2",
        }
        return await self._source.find(f"reverse {asked}", _PLACE, lambda: self._ask_reverse(asked))

    async def _ask(self, asked: dict[str, str | int]) -> Kept[list[Place]]:
        get = self._source.service.get
        return Kept(value=await get("/search", _ANSWER, lambda found: [place.place() for place in found], asked))

    async def _ask_reverse(self, asked: dict[str, float | str]) -> Kept[Place | None]:
        try:
            place = await self._source.service.get("/reverse", _REVERSE, _known, asked)
        except RefusedError as refused:
            if "error" not in refused.body:
                raise
            return Kept(value=None)
        return Kept(value=place)


def _known(answer: _Place | _Error) -> Place | None:
    return answer.place() if isinstance(answer, _Place) else None
