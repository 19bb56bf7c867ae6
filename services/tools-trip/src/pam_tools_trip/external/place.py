"""A named place, and which of several was meant."""

from pydantic import Field

from pam_tools_trip.external.found import Fact
from pam_tools_trip.external.geography import Point


class Place(Fact):
    """A place with a name."""

    name: str
    latitude: float
    longitude: float
    state: str | None = None
    """State or province in full: ``Utah``."""
    county: str | None = None
    country: str | None = None
    country_code: str | None = None
    """Two capital letters: ``US``."""
    kind: str | None = None
    """What it is, in the service's word: ``town``, ``park``, ``house`` …"""
    population: int | None = None

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)

    @property
    def label(self) -> str:
        """The place as it is said: ``Moab, Utah``; abroad with its country."""
        abroad = self.country if self.country_code not in {"US", None} else None
        return ", ".join(part for part in (self.name, self.state, abroad) if part)


class Match(Fact):
    """The place that was most likely meant, and ``others`` of that name that may have been meant instead."""

    place: Place
    others: list[Place] = Field([])

    @property
    def ambiguous(self) -> bool:
        """Whether the member should hear which one was taken."""
        return bool(self.others)
