"""Addresses and everything else with a name, by Photon on OpenStreetMap."""

from pydantic import BaseModel, TypeAdapter

from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.place import Place
from pam_tools_trip.external.place_text import PlaceText
from pam_tools_trip.external.source import Source

COUNT = 10
_PLACES = TypeAdapter(Kept[list[Place]])
_PLACE = TypeAdapter(Kept[Place | None])


class _Geometry(BaseModel):
    coordinates: tuple[float, float]
    """Longitude, latitude."""


class _Properties(BaseModel):
    name: str | None = None
    housenumber: str | None = None
    street: str | None = None
    city: str | None = None
    county: str | None = None
    state: str | None = None
    country: str | None = None
    countrycode: str | None = None
    osm_value: str | None = None

    @property
    def title(self) -> str:
        street = " ".join(part for part in (self.housenumber, self.street) if part)
        parts = (self.name or street, self.city if self.city != self.name else None)
        return ", ".join(part for part in parts if part) or self.state or self.country or "unnamed"


class _Feature(BaseModel):
    geometry: _Geometry
    properties: _Properties

    def place(self) -> Place:
        about, (longitude, latitude) = self.properties, self.geometry.coordinates
        return Place(
            name=about.name if about.osm_value in {"city", "town", "village"} and about.name else about.title,
            latitude=latitude,
            longitude=longitude,
            state=about.state,
            county=about.county,
            country=about.country,
            country_code=about.countrycode,
            kind=about.osm_value,
        )


class _Answer(BaseModel):
    features: list[_Feature]


_ANSWER = TypeAdapter(_Answer)


class Photon:
    """Everything with a name or an address on OpenStreetMap; forgiving about spelling."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def search(self, text: PlaceText, near: Point | None) -> Found[list[Place]]:
        """Return places of that name or address, close ones first. Raises ExternalUnavailableError."""
        asked: dict[str, str | int | float] = {"q": text.whole, "limit": COUNT, "lang": "en"}
        if near:
            asked |= {"lat": round(near.latitude, 1), "lon": round(near.longitude, 1)}
        return await self._source.find(f"{asked}", _PLACES, lambda: self._ask(asked))

    async def reverse(self, point: Point) -> Found[Place | None]:
        """Return what is at a point. Raises ExternalUnavailableError."""
        asked = {"lon": round(point.longitude, 3), "lat": round(point.latitude, 3)}
        return await self._source.find(f"reverse {asked}", _PLACE, lambda: self._ask_reverse(asked))

    async def _ask(self, asked: dict[str, str | int | float]) -> Kept[list[Place]]:
        return Kept(value=await self._source.service.get("/api", _ANSWER, _places, asked))

    async def _ask_reverse(self, asked: dict[str, float]) -> Kept[Place | None]:
        found = await self._source.service.get("/reverse", _ANSWER, _places, asked)
        return Kept(value=found[0] if found else None)


def _places(answer: _Answer) -> list[Place]:
    return [feature.place() for feature in answer.features]
