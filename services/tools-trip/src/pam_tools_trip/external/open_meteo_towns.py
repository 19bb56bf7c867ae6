"""Names of towns, by Open-Meteo's geocoding on GeoNames."""

from pydantic import BaseModel, Field, TypeAdapter

from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.place import Place
from pam_tools_trip.external.place_text import PlaceText
from pam_tools_trip.external.source import Source

COUNT = 10
MORE = 50
"""With a state to filter by: namesakes of small towns are many."""
_KINDS = {
    "PPL": "town",
    "PRK": "park",
    "RESN": "park",
    "LK": "lake",
    "MT": "mountain",
    "ADM": "region",
    "AIR": "airport",
}
_PLACES = TypeAdapter(Kept[list[Place]])


class _Town(BaseModel):
    name: str
    latitude: float
    longitude: float
    feature_code: str = ""
    country_code: str | None = None
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    population: int | None = None

    def place(self) -> Place:
        kind = next((kind for code, kind in _KINDS.items() if self.feature_code.startswith(code)), None)
        return Place(
            name=self.name,
            latitude=self.latitude,
            longitude=self.longitude,
            state=self.admin1,
            county=self.admin2,
            country=self.country,
            country_code=self.country_code,
            kind=kind,
            population=self.population,
        )


class _Towns(BaseModel):
    """``results`` is absent when nothing matches."""

    results: list[_Town] = Field([])


_TOWNS = TypeAdapter(_Towns)


class OpenMeteoTowns:
    """Towns, parks and mountains of the world by name. It does not understand a state behind a comma."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def search(self, text: PlaceText, near: Point | None) -> Found[list[Place]]:  # noqa: ARG002 - it knows no nearness
        """Return places of that name, wherever they are. Raises ExternalUnavailableError."""
        asked: dict[str, str | int] = {
            "name": text.name,
            "count": MORE if text.regions else COUNT,
            "language": "en",
            "format": "json",
        }
        return await self._source.find(f"{asked}", _PLACES, lambda: self._ask(asked))

    async def _ask(self, asked: dict[str, str | int]) -> Kept[list[Place]]:
        get = self._source.service.get
        return Kept(
            value=await get("/v1/search", _TOWNS, lambda found: [town.place() for town in found.results], asked)
        )
