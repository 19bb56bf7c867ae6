"""What members write when they mean a place: coordinates, "Moab, UT", an address. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from pam_shared.errors import InvalidRequestError
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.regions import PROVINCES, US_STATES, region_named

_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_COORDINATES = re.compile(rf"\s*({_NUMBER})\s*°?\s*[,;]\s*({_NUMBER})\s*°?\s*")
_ZIP = re.compile(r"(?<=\w)\s+\d{5}(-\d{4})?\s*$")
NORTHERNMOST, EASTERNMOST = 90.0, 180.0
SHORTEST = 2


@dataclass(frozen=True)
class PlaceText:
    """A place as it was written: ``whole``, and its ``name`` without the ``regions`` it is said to lie in, in full."""

    whole: str
    name: str
    regions: tuple[str, ...] = ()

    @property
    def is_address(self) -> bool:
        """Whether it has a number in it, as streets and highways have."""
        return any(letter.isdigit() for letter in self.name)


def coordinates(text: str) -> Point | None:
    """Return the point that ``lat,lon`` means, None for other text. Raises InvalidRequestError when out of range."""
    match = _COORDINATES.fullmatch(text)
    if match is None:
        return None
    point = Point(float(match[1]), float(match[2]))
    if abs(point.latitude) > NORTHERNMOST or abs(point.longitude) > EASTERNMOST:
        raise InvalidRequestError(
            f"{text.strip()} is not on the earth: first the latitude (-90 to 90), then the longitude (-180 to 180)."
        )
    return point


def read_place(text: str) -> PlaceText:
    """Split "Moab, UT, USA" and "Moab UT" into a name and its regions. Raises InvalidRequestError for no name."""
    whole = " ".join(text.split())
    parts = [_ZIP.sub("", part).strip() for part in whole.split(",") if part.strip()]
    if not parts or len(parts[0]) < SHORTEST:
        raise InvalidRequestError(f"{text!r} is no place: name a town and its state, an address or coordinates.")
    name, regions = parts[0], parts[1:]
    if regions and any(letter.isdigit() for letter in name):  # "120 Main St, Moab, UT": its name is all of it
        return PlaceText(whole, whole, tuple(region_named(region) for region in regions[1:]))
    words = name.split()
    if not regions and len(words) > 1 and words[-1].upper() in US_STATES | PROVINCES:
        name, regions = " ".join(words[:-1]), words[-1:]
    return PlaceText(whole, name, tuple(region_named(region) for region in regions))


def plain(name: str) -> str:
    """Return a name without capitals and accents, to compare: "Québec" is "quebec"."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
