"""Invented places for the map, of the kinds that OpenStreetMap has, tagged as sparsely as there."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from pam_tools_trip.external.geography import Point
from pam_tools_trip.samples.atlas import Entry, dice

Tags = dict[str, str]
ADJECTIVES = ("Whispering", "Sunny", "Lazy", "Eagle", "Cedar", "Silver", "Red Rock", "Lone", "Happy", "Blue")
NOUNS = ("Pines", "Mesa", "Creek", "Ridge", "Canyon", "Meadows", "River", "Acres", "Trails", "Springs")
BRANDS = ("Maverik", "Shell", "Chevron", "Love's", "Pilot", "Sinclair", "Conoco", "Flying J", "Exxon", "Circle K")
STREETS = ("Main Street", "US Highway 6", "Center Street", "River Road", "State Route 12", "Old Mill Road")


@dataclass(frozen=True)
class Kind:
    """A kind of place: the tag it has, how many at most are in a cell, and the rest of its tags."""

    name: str
    key: str
    value: str
    most: int
    describe: Callable[[Random, Entry], Tags]

    def passes(self, filters: str) -> bool:
        """Whether such a place passes a filter such as ``[tourism~"^(camp_site)$"][name]``."""
        for exact in re.finditer(r"\[(\w+)=(\w+)\]", filters):
            return (exact[1], exact[2]) == (self.key, self.value)
        pattern = re.search(r'\[(\w+)~"([^"]+)"\]', filters)
        return bool(pattern and pattern[1] == self.key and re.search(pattern[2], self.value))

    def tags(self, chance: Random, town: Entry) -> Tags:
        """Return the tags of one of them, near that town."""
        return {self.key: self.value, **self.describe(chance, town)}


def _address(chance: Random, town: Entry) -> Tags:
    if chance.random() < 0.3:  # noqa: PLR2004 - many are not written down
        return {}
    return {
        "addr:housenumber": str(chance.randint(10, 2900)),
        "addr:street": chance.choice(STREETS),
        "addr:city": town.name,
        "addr:state": town.state,
    }


def _camp(suffix: str) -> Callable[[Random, Entry], Tags]:
    def describe(chance: Random, town: Entry) -> Tags:
        name = f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)} {suffix}"
        maybe = {
            "power_supply": chance.choice(("yes", "no")),
            "drinking_water": chance.choice(("yes", "yes", "no")),
            "sanitary_dump_station": chance.choice(("yes", "no")),
            "internet_access": chance.choice(("wlan", "no")),
            "shower": chance.choice(("yes", "no")),
            "washing_machine": "yes",
            "swimming_pool": "yes",
            "dog": chance.choice(("yes", "leashed", "no")),
            "fee": "yes",
            "charge": f"{chance.randrange(15, 75)} USD",
            "maxlength": str(chance.choice((10, 12, 14))),
            "phone": f"+1 555 01{chance.randint(10, 99)}",
            "website": "https://www.example.com/camp",
        }
        written = {key: value for key, value in maybe.items() if chance.random() < 0.6}  # noqa: PLR2004 - sparse
        return {"name": name, **written, **_address(chance, town)}

    return describe


def _fuel(chance: Random, town: Entry) -> Tags:
    maybe = {"fuel:diesel": "yes", "fuel:octane_87": "yes", "fuel:octane_91": "yes", "fuel:lpg": "yes", "hgv": "yes"}
    written = {key: value for key, value in maybe.items() if chance.random() < 0.7}  # noqa: PLR2004 - sparse
    brand = chance.choice(BRANDS)
    return {"name": brand, "brand": brand, **written, **_address(chance, town)}


def _named(*names: str) -> Callable[[Random, Entry], Tags]:
    def describe(chance: Random, town: Entry) -> Tags:
        return {"name": f"{town.name} {chance.choice(names)}", **_address(chance, town)}

    return describe


def _scenic(*names: str) -> Callable[[Random, Entry], Tags]:
    def describe(chance: Random, _: Entry) -> Tags:
        return {"name": f"{chance.choice(ADJECTIVES)} {chance.choice(names)}"}

    return describe


FEATURES = (
    Kind("rv_park", "tourism", "caravan_site", 2, _camp("RV Park")),
    Kind("campground", "tourism", "camp_site", 3, _camp("Campground")),
    Kind("dump", "amenity", "sanitary_dump_station", 1, _scenic("Dump Station")),
    Kind("fuel", "amenity", "fuel", 5, _fuel),
    Kind("museum", "tourism", "museum", 1, _named("Historical Museum", "Railroad Museum", "Art Museum")),
    Kind("viewpoint", "tourism", "viewpoint", 2, _scenic("Overlook", "Point", "Vista")),
    Kind("attraction", "tourism", "attraction", 1, _scenic("Arch", "Rock Garden", "Ghost Town", "Caverns")),
    Kind("zoo", "tourism", "zoo", 1, _named("Zoo", "Wildlife Park")),
    Kind("theme_park", "tourism", "theme_park", 1, _named("Fun Park")),
    Kind("park", "leisure", "park", 2, _named("City Park", "Riverside Park")),
    Kind("nature", "leisure", "nature_reserve", 1, _scenic("Nature Reserve", "Wildlife Refuge")),
    Kind("historic", "historic", "monument", 1, _named("Pioneer Monument")),
    Kind("ruins", "historic", "ruins", 1, _scenic("Mission Ruins", "Mill Ruins")),
    Kind("trailhead", "highway", "trailhead", 2, _scenic("Trailhead")),
    Kind("beach", "natural", "beach", 1, _scenic("Beach")),
    Kind("waterfall", "waterway", "waterfall", 1, _scenic("Falls")),
    Kind("hot_spring", "natural", "hot_spring", 1, _scenic("Hot Spring")),
    Kind("winery", "craft", "brewery", 1, _named("Brewing Company")),
)


def signs(corner: Point) -> Iterator[Tags]:
    """Yield the signs on the roads at a corner of a way: few, most of them well above a rig."""
    chance = dice("signs", f"{corner.latitude:.2f},{corner.longitude:.2f}")
    if chance.random() < 0.25:  # noqa: PLR2004 - one corner in four
        height = f"{chance.randint(11, 16)}'{chance.randrange(0, 12)}\""
        yield {"highway": "primary", "maxheight": height, "name": f"{chance.choice(NOUNS)} Road"}
    if chance.random() < 0.1:  # noqa: PLR2004 - one in ten
        yield {
            "highway": "secondary",
            "maxweight": f"{chance.choice((5, 10, 15))} st",
            "ref": f"CR {chance.randint(1, 99)}",
        }
