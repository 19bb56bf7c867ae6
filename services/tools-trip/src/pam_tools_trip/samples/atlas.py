"""North America from memory: towns, parks and roads where they are, and chance that always falls the same way."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import floor
from pathlib import Path
from random import Random

from pam_tools_trip.external.geography import MILES_PER_DEGREE, Point, miles_between
from pam_tools_trip.external.place_text import plain
from pam_tools_trip.external.regions import PROVINCES, US_STATES

FILE = Path(__file__).parent / "places.csv"
CELL = 0.25
"""Degrees: what there is in a cell is the same whoever asks, from wherever."""


@dataclass(frozen=True)
class Entry:
    """A real place. ``kind`` is ``town``, ``park`` or ``road``."""

    id: int
    name: str
    state: str
    point: Point
    kind: str
    population: int | None

    @property
    def country(self) -> str:
        """Its country in full."""
        return {"US": "United States", "CA": "Canada", "MX": "Mexico"}[self.country_code]

    @property
    def country_code(self) -> str:
        """Its country in two capital letters."""
        if self.state in US_STATES.values():
            return "US"
        return "CA" if self.state in PROVINCES.values() else "MX"


@cache
def entries() -> tuple[Entry, ...]:
    """Return all places."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return tuple(_entry(number, row) for number, row in enumerate(csv.DictReader(file), 1))


def named(text: str) -> list[Entry]:
    """Return the places whose name is, or begins with, the text; the largest first."""
    wanted = plain(text.strip())
    found = [entry for entry in entries() if plain(entry.name).startswith(wanted)]
    return sorted(found, key=lambda entry: (plain(entry.name) != wanted, -(entry.population or 0)))


def nearest(point: Point, kind: str = "town") -> Entry:
    """Return the place of that kind closest to a point."""
    return min((one for one in entries() if one.kind == kind), key=lambda one: miles_between(one.point, point))


@lru_cache(maxsize=100_000)
def town_of(cell: Point) -> Entry:
    """Return the town closest to the middle of a cell."""
    return nearest(Point(cell.latitude + CELL / 2, cell.longitude + CELL / 2))


def within(point: Point, miles: float) -> list[Entry]:
    """Return all places so near, the nearest first."""
    found = [(miles_between(entry.point, point), entry) for entry in entries()]
    return [entry for distance, entry in sorted(found, key=lambda one: one[0]) if distance <= miles]


def dice(*what: object) -> Random:
    """Return chance that falls the same way each time the same is asked."""
    return Random(":".join(str(one) for one in what))  # noqa: S311 - plausible figures, no secret


def cells(middle: Point, miles: float) -> Iterator[Point]:
    """Yield the south-western corners of all cells that a circle may touch."""
    reach = miles / MILES_PER_DEGREE / CELL
    south, west = floor(middle.latitude / CELL), floor(middle.longitude / CELL)
    steps = range(-int(reach * 2) - 1, int(reach * 2) + 2)
    for north in (step for step in steps if abs(step) <= reach + 1):
        for east in steps:
            yield Point((south + north) * CELL, (west + east) * CELL)


def _entry(number: int, row: dict[str, str]) -> Entry:
    point = Point(float(row["latitude"]), float(row["longitude"]))
    population = int(row["population"]) if row["population"] else None
    return Entry(number, row["name"], row["state"], point, row["kind"], population)
