"""Questions to Overpass: which tags stand for what members look for. Pure."""

from collections.abc import Sequence

from pam_shared.errors import InvalidRequestError
from pam_tools_trip.external.geography import Point

WITHIN = 4
"""Seconds it may look: it then sends what it has, while we still listen."""
MOST_CORNERS = 60

RV_PARKS = ('nwr[tourism~"^(caravan_site|camp_site)$"]',)
DUMP_STATIONS = ("nwr[amenity=sanitary_dump_station]",)
FUEL = ("nwr[amenity=fuel]",)
LIMITS = ("way[highway][maxheight]", "way[highway][maxweight]", "way[highway][maxlength]", "way[highway][hgv=no]")
SIGHTS = {
    "attraction": ("nwr[tourism=attraction][name]",),
    "museum": ('nwr[tourism~"^(museum|gallery)$"][name]',),
    "viewpoint": ("nwr[tourism=viewpoint][name]",),
    "zoo": ('nwr[tourism~"^(zoo|aquarium)$"][name]',),
    "theme_park": ("nwr[tourism=theme_park][name]",),
    "park": ("nwr[leisure=park][name]",),
    "nature": ("nwr[leisure=nature_reserve][name]",),
    "national_park": ("nwr[boundary=national_park][name]",),
    "historic": ('nwr[historic~"^(monument|memorial|castle|ruins|fort|archaeological_site|mine)$"][name]',),
    "hiking": ("nwr[highway=trailhead][name]",),
    "beach": ("nwr[natural=beach][name]",),
    "waterfall": ("nwr[waterway=waterfall][name]",),
    "hot_spring": ("nwr[natural=hot_spring][name]",),
    "winery": ('nwr[craft~"^(winery|brewery|distillery)$"][name]',),
}
BY_DEFAULT = ("attraction", "museum", "viewpoint", "zoo", "theme_park", "national_park", "historic")
SYNONYMS = {
    "museums": "museum", "art": "museum", "gallery": "museum", "culture": "museum", "attractions": "attraction",
    "sights": "attraction", "sightseeing": "attraction", "viewpoints": "viewpoint", "scenic": "viewpoint",
    "views": "viewpoint", "zoos": "zoo", "aquarium": "zoo", "animals": "zoo", "family": "theme_park",
    "kids": "theme_park", "amusement park": "theme_park", "parks": "park", "outdoors": "nature",
    "outdoor": "nature", "nature reserve": "nature", "wildlife": "nature", "national parks": "national_park",
    "history": "historic", "historical": "historic", "historic sites": "historic", "monument": "historic",
    "monuments": "historic", "hike": "hiking", "hikes": "hiking", "trails": "hiking", "trail": "hiking",
    "beaches": "beach", "waterfalls": "waterfall", "hot springs": "hot_spring", "wineries": "winery",
    "wine": "winery", "brewery": "winery", "breweries": "winery",
}  # fmt: skip


def question(filters: Sequence[str], where: str, most: int) -> str:
    """Return a query for everything that passes one of the filters there."""
    parts = "".join(f"{one}{where};" for one in filters)
    return f"[out:json][timeout:{WITHIN}];({parts});out center tags {most};"


def around(line: Sequence[Point], metres: float) -> str:
    """Return the part of a query that looks around a point or along a line."""
    corners = ",".join(f"{point.latitude:.5f},{point.longitude:.5f}" for point in line)
    return f"(around:{metres:.0f},{corners})"


def sights(categories: Sequence[str]) -> list[str]:
    """Return the filters of these kinds of sights. Raises InvalidRequestError for a word nobody knows."""
    chosen = [_sight(word) for word in categories] or list(BY_DEFAULT)
    return [part for name in dict.fromkeys(chosen) for part in SIGHTS[name]]


def _sight(word: str) -> str:
    plain = word.strip().casefold().replace("_", " ")
    name = SYNONYMS.get(plain, plain).replace(" ", "_")
    if name not in SIGHTS:
        raise InvalidRequestError(f"categories: {word!r} is none we look for; choose among {', '.join(SIGHTS)}.")
    return name
