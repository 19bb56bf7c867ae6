"""Names of places to coordinates: Open-Meteo for towns, Photon and Nominatim for addresses and everything else."""

from collections.abc import Sequence
from typing import Protocol

from pam_shared.clock import utc_now
from pam_shared.errors import ExternalUnavailableError, NotFoundError
from pam_tools_trip.external.found import Found
from pam_tools_trip.external.geography import Point, miles_between
from pam_tools_trip.external.place import Match, Place
from pam_tools_trip.external.place_text import PlaceText, coordinates, plain, read_place
from pam_tools_trip.external.regions import HOME_COUNTRIES

__all__ = ["Geocoder", "Match", "Place"]

MOST = 10
RIVALS = 4
COMPARABLE = 10
"""A namesake a tenth as large may have been meant."""
SAME_PLACE_MILES = 15.0
GIVEN = "The coordinates given"


class Gazetteer(Protocol):
    """A service that knows places by their names."""

    async def search(self, text: PlaceText, near: Point | None) -> Found[list[Place]]:
        """Return places of that name, the likeliest first. Raises ExternalUnavailableError."""


class Atlas(Gazetteer, Protocol):
    """A service that also knows what is at a point."""

    async def reverse(self, point: Point) -> Found[Place | None]:
        """Return what is at a point. Raises ExternalUnavailableError."""


class Geocoder:
    """Finds places. ``lat,lon`` is understood without asking anybody. Fresh for seven days."""

    def __init__(self, towns: Gazetteer, addresses: Sequence[Atlas]) -> None:
        self._towns = towns
        self._addresses = addresses

    async def locate(self, text: str, near: Point | None = None) -> Found[Match]:
        """Return the place a member means by "Moab, UT", an address, a park or "38.57,-109.55".

        ``near`` prefers places close by. Raises NotFoundError with a sentence that says how to be clearer,
        InvalidRequestError for coordinates out of range, ExternalUnavailableError.
        """
        found = await self.candidates(text, near)
        if not found.value:
            raise NotFoundError(
                f"I know no place called {text!r}: add its state or country, or give coordinates such as 38.57,-109.55."
            )
        return found.map(lambda places: Match(place=places[0], others=_rivals(places)))

    async def candidates(self, text: str, near: Point | None = None) -> Found[list[Place]]:
        """Return up to ten places of that name, the likeliest first; none is an answer. Raises as ``locate``."""
        if point := coordinates(text):
            place = Place(name=point.text, latitude=point.latitude, longitude=point.longitude, kind="coordinates")
            return Found([place], GIVEN, utc_now())
        asked = read_place(text)
        found = await self._first_to_know(asked, near)
        return found.map(lambda places: _likeliest(places, asked, near)[:MOST])

    async def name_of(self, point: Point) -> Found[Place | None]:
        """Return what is at a point: its town, state and country. Raises ExternalUnavailableError."""
        first, *others = self._addresses
        try:
            return await first.reverse(point)
        except ExternalUnavailableError:
            if not others:
                raise
            return await others[0].reverse(point)

    async def _first_to_know(self, asked: PlaceText, near: Point | None) -> Found[list[Place]]:
        """Ask one after another. That nobody knows it is an answer only when everybody could be asked."""
        away: ExternalUnavailableError | None = None
        found: Found[list[Place]] | None = None
        for gazetteer in self._addresses if asked.is_address else (self._towns, *self._addresses):
            try:
                answer = await gazetteer.search(asked, near)
            except ExternalUnavailableError as error:
                away = error
                continue
            found = answer.map(lambda places: [place for place in places if lies_in(place, asked.regions)])
            if found.value:
                return found
        if away or not found:
            raise away or ExternalUnavailableError("Nobody can be asked about places.")
        return found


def lies_in(place: Place, regions: Sequence[str]) -> bool:
    """Whether a place lies in all these states and countries; counties may lack their ``County``."""
    known = {plain(part) for part in (place.state, place.country, place.country_code) if part}
    county = plain(place.county or "")
    return all(plain(region) in known or county.startswith(plain(region)) for region in regions)


def _likeliest(places: list[Place], asked: PlaceText, near: Point | None) -> list[Place]:
    """Sort by name, then at home before abroad, then nearest if a place to be near is given, else by size."""

    def rank(place: Place) -> tuple[bool, bool, float]:
        same = plain(place.name) == plain(asked.name)
        size = miles_between(near, place.point) if near else -float(place.population or 0)
        return not same, place.country_code not in HOME_COUNTRIES, size

    return places if asked.is_address else sorted(places, key=rank)


def _rivals(places: list[Place]) -> list[Place]:
    """Return the namesakes that may have been meant as well: elsewhere, and not much smaller."""
    first, *others = places
    return [
        place
        for place in others
        if plain(place.name) == plain(first.name)
        and (place.population or 0) * COMPARABLE >= (first.population or 0)
        and miles_between(place.point, first.point) > SAME_PLACE_MILES
    ][:RIVALS]
