"""Addresses and names as the stand-ins for Photon and Nominatim know them."""

import re
from dataclasses import dataclass

from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.place_text import plain, read_place
from pam_tools_trip.external.regions import region_named
from pam_tools_trip.samples.atlas import Entry, dice, entries, named, nearest

_NUMBERED = re.compile(r"(\d+[a-zA-Z]?)\s+([^,]+)")


@dataclass(frozen=True)
class Known:
    """A place, or an address in one."""

    entry: Entry
    point: Point
    housenumber: str | None = None
    street: str | None = None


def known(text: str) -> list[Known]:
    """Return what a text may mean: a place by its name, or a street beside a place's name."""
    street = _NUMBERED.match(text)
    if street is None:
        asked = read_place(text)
        found = [one for one in named(asked.name) if all(_lies_in(one, region) for region in asked.regions)]
        return [Known(entry, entry.point) for entry in found[:10]]
    parts = [part.strip() for part in text.split(",")][1:]
    towns = [entry for entry in entries() if entry.kind == "town" and any(plain(entry.name) == plain(p) for p in parts)]
    towns = [town for town in towns if all(_lies_in(town, part) for part in parts if plain(part) != plain(town.name))]
    return [_address(town, street[1], street[2].strip()) for town in towns]


def at(point: Point) -> Known:
    """Return the town that a point is in or near."""
    return Known(nearest(point), point)


def _address(town: Entry, number: str, street: str) -> Known:
    chance = dice("address", town.name, town.state, number, plain(street))
    offset = Point(
        town.point.latitude + chance.uniform(-0.02, 0.02), town.point.longitude + chance.uniform(-0.02, 0.02)
    )
    return Known(town, Point(round(offset.latitude, 5), round(offset.longitude, 5)), number, street)


def _lies_in(entry: Entry, region: str) -> bool:
    word = region_named(re.sub(r"\s*\d{5}$", "", region.strip()))
    return plain(word) in {plain(entry.state), plain(entry.country), plain(entry.country_code), ""}
