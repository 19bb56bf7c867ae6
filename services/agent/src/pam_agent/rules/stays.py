"""How members ask tools-trip for places to stay and to see."""

import re

from pam_agent.rules.categories import all_in
from pam_agent.rules.numerals import measured, number
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule

_AMENITIES = {
    "electric": r"\b(?:\d+ ?amps?|electric\w*|power)\b",
    "pet_friendly": (
        r"\b(?:pet|dog|cat)s?[ -](?:friendly|ok|okay|allowed|welcome)|\b(?:allow(?:s|ing)?|takes?|taking|welcomes?"
        r"|accepts?"
        r"|fine with|with) (?:\w+ )?(?:pets|dogs|cats)|\bbring (?:my|our|the|a) (?:\w+ )?(?:pet|dog|cat)"
    ),
    "wifi": r"\bwi-?fi|internet",
    "full_hookup": r"\bfull[ -]hook-?ups?",
    "shower": r"\bshowers?",
    "laundry": r"\blaundry|laundromat|washing machine|\bwashers?\b",
    "pool": r"\bpools?\b|swimming",
    "water": r"\bwater\b(?! ?(?:front|view|side))",
    "sewer": r"\bsewer|dump",
}
_SIGHTS = {
    "museum": r"museums?|galler",
    "hiking": r"hik|(?<!off-road )(?<!off road )(?<!4x4 )(?<!jeep )trails?",
    "viewpoint": r"viewpoint|overlook|lookout|vista",
    "waterfall": r"waterfall",
    "historic": r"histor|ruins?",
    "beach": r"beach",
    "park": r"national park|state park",
    "offroad": r"off-?road|4x4|jeep",
    "event": r"festival|fair\b|concert",
}


def place(slot: Slot) -> str | None:
    """Return the place a sentence is about."""
    return slot.reading.place


def around(slot: Slot) -> str:
    """Return the place a sentence is about, else where the member is."""
    return slot.reading.place or "here"


def miles(slot: Slot) -> int | None:
    """Return a radius in miles."""
    found = re.search(
        r"\b(?:within|inside|radius of|in a|up to|(?:less|no more|no further|not more) than|under)\s+(?:a )?(\d+)[ -]?"
        r"(mi|km|kilom)",
        slot.digits,
        re.IGNORECASE,
    )
    if not found:
        return None
    return int(found[1]) if found[2].lower() == "mi" else round(int(found[1]) * 0.621371)


_AT_MOST = (
    r"\$?\b(\d+(?:\.\d+)?)(?: (?:dollars|bucks))?(?: (?:a|per) night)? "
    r"(?:tops|max(?:imum)?|or (?:less|under|below)|at (?:the )?most)\b"
)
_FREE = re.compile(
    r"\b(?:for free|free (?:\w+ )?(?:camp\w*|sites?|spots?|places?|parking|overnight)|free to (?:camp|boondock|park"
    r"|stay|overnight)|free of charge|costs? nothing)\b",
    re.IGNORECASE,
)


def price_limit(slot: Slot) -> int | float | None:
    """Return the price something may have at most, nothing for what is to be free."""
    if _FREE.search(slot.text):
        return 0
    marked = re.search(
        r"\b(?:under|below|over|than|max(?:imum)?|up to|at most)\s+\$?\s?(\d+(?:\.\d+)?)(?![\d.]* ?(?:mi|km|f))",
        slot.digits,
        re.IGNORECASE,
    )
    at_most = marked or re.search(_AT_MOST, slot.digits, re.IGNORECASE)
    return number(at_most[1]) if at_most else None


def _amenities(slot: Slot) -> list[str] | None:
    return all_in(slot.text, slot.tool, "amenities", _AMENITIES) or None


def _rig_length(slot: Slot) -> int | float | None:
    footer = re.search(r"\b(\d{2})(?:[ -]?footer\b|')", slot.digits, re.IGNORECASE)
    is_of_rig = re.search(
        r"\brig|long|trailer|motor ?home|wheel|coach|camper|\brv\b|class [abc]", slot.text, re.IGNORECASE
    )
    return number(footer[1]) if footer else measured(slot.digits, "feet|foot|ft") if is_of_rig else None


def _how_many(slot: Slot) -> int | None:
    found = re.search(
        r"\btop (\d+)\b|\b(\d+) (?:best |good |great |nice |fun )?(?:sights|attractions|things to (?:do|see)"
        r"|places to (?:see|visit)|museums|hikes|viewpoints)\b",
        slot.digits,
        re.IGNORECASE,
    )
    return int(found[1] or found[2]) if found else None


def _sights(slot: Slot) -> list[str] | None:
    return [kind for kind, words in _SIGHTS.items() if re.search(words, slot.text, re.IGNORECASE)] or None


WHERE = {"location": "Where should I look?"}

RULES = (
    Rule(
        "find_rv_parks",
        "park find | park nearby | park @place | overnight find | overnight park find | park amenity "
        "| park amenity find | overnight @place | amenity @place",
        slots={
            "location": around,
            "radius_miles": miles,
            "amenities": _amenities,
            "max_price": price_limit,
            "rig_length_ft": _rig_length,
        },
        unless=(
            "spend people tip sights friends weather group log know_add knowledge feed stored budget share "
            "calendar event income"
        ),
        asks=WHERE,
    ),
    Rule(
        "find_attractions",
        "sights @place | sights find | sights nearby | sights @question | sights nearby @question | sights find @place",
        slots={"location": around, "radius_miles": miles, "categories": _sights, "limit": _how_many},
        unless="event host budget calendar remind log group favorite",
        asks=WHERE,
    ),
)
