"""Does a rig fit: signs on a way against its size. Pure; feet and pounds."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from pam_shared.measures import spoken_feet
from pam_tools_trip.external import Restriction, Rig
from pam_tools_trip.external.places import RestrictionType

TIGHT = 0.04
"""Less room than this part of the limit is tight: half a foot at a bridge of twelve and a half."""

DETOUR_MILES = 1.0
"""A rig's way so much longer than the car's goes around something."""


class Severity(StrEnum):
    """What a sign means for the rig, from the gravest."""

    BLOCKS = "blocks"
    TIGHT = "tight"
    NOTE = "note"
    """For goods vehicles: most rigs are none."""


class Obstacle(BaseModel):
    """A sign that concerns the rig; ``limit`` in feet or pounds, None where no trucks may go at all."""

    type: RestrictionType
    limit: float | None
    location: str
    severity: Severity

    @property
    def spoken(self) -> str:
        """The sign as it is said."""
        if self.limit is None:
            return f"no trucks at {self.location}"
        limit = f"{self.limit:,.0f} pounds" if self.type == "weight" else spoken_feet(self.limit)
        return f"a {self.type} limit of {limit} at {self.location}"


@dataclass(frozen=True)
class Verdict:
    """Whether the shortest way fits, and whether there is one that does."""

    safe: bool
    way_around: bool


def obstacles(signs: Iterable[Restriction], rig: Rig) -> list[Obstacle]:
    """Return the signs that concern the rig, the gravest first, otherwise in the order of the way."""
    found = [
        Obstacle(type=sign.type, limit=sign.limit, location=_where(sign), severity=severity)
        for sign in signs
        if (severity := _severity(sign, rig))
    ]
    return sorted(found, key=lambda obstacle: list(Severity).index(obstacle.severity))


def verdict(found: Iterable[Obstacle], detour_miles: float | None) -> Verdict:
    """Return whether a rig may take the shortest way; ``detour_miles`` of its own one, None when there is none."""
    blocked = any(obstacle.severity is Severity.BLOCKS for obstacle in found)
    around = detour_miles is not None and detour_miles > 0
    return Verdict(safe=not blocked and detour_miles is not None and detour_miles <= DETOUR_MILES, way_around=around)


def _severity(sign: Restriction, rig: Rig) -> Severity | None:
    size = {"height": rig.height_ft, "weight": rig.weight_lbs, "length": rig.length_ft}.get(sign.type)
    if sign.limit is None or sign.type == "no_trucks":
        return Severity.NOTE
    if size is None:
        return None
    if size > sign.limit:
        return Severity.BLOCKS
    return Severity.TIGHT if sign.type == "height" and size > sign.limit * (1 - TIGHT) else None


def _where(sign: Restriction) -> str:
    return f"{f'{sign.road}, ' if sign.road else ''}{sign.point.text}"
