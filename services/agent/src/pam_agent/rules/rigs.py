"""How members say what they drive."""

import re

from pam_agent.rules.account import one_of
from pam_agent.rules.numerals import measured, number
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance

_MAKES = (
    r"Winnebago|Ford|Airstream|Thor|Forest River|Jayco|Mercedes|Ram|Dodge|Chevrolet|Chevy|Tiffin|Newmar|Coachmen"
    r"|Keystone|Grand Design|Heartland|Toyota|GMC|Freightliner"
)
_FEET = r"(\d+(?:\.\d+)?)[\s-]*(?:feet|foot|ft\.?|')[\s-]*(?:(\d{1,2})\s*(?:inch\w*|in\b|\")?)?"
_HIGH = rf"{_FEET}\W*(?:high|tall|in height|clearance)"
_HEIGHT = rf"\bheight\b\D{{0,25}}{_FEET}"
KIND = re.compile(
    r"\b(?:class [abc]|diesel pusher|fifth[ -]?wheel|travel trailer|toy hauler|pop-?up|motor ?home|camper ?van"
    r"|truck camper|skoolie"
    r"|motor coach|camper|trailer|coach|\bvan|\brv)\b",
    re.IGNORECASE,
)
_MINE = re.compile(r"\b(?:drive|driving|tow|towing|own|live in|in an?|my|our|have an?|got an?)\b", re.IGNORECASE)
RIGS: dict[str, str] = {
    "fifth_wheel": r"fifth[ -]?wheel",
    "travel_trailer": r"travel trailer|\btrailer",
    "motorhome": r"motor ?home|class [abc]",
    "van": r"\bvan\b|campervan",
    "truck": r"\btruck|\bpickup",
    "rv": r"\brv\b",
    "car": r"\bcar\b",
    "boat": r"\bboat",
    "motorcycle": r"\bmotor(?:cycle|bike)|\bscooter",
}

_CALLED = re.compile(
    r"(?<!dog )(?<!cat )(?<!wife )(?<!son )(?<!group )\b(?:called|named|nickname|names?(?:'s| is| it)?|nicknamed"
    r"|call|dubbed"
    r"|goes by|(?:garage|vehicles|fleet|rigs|profile|account|list) as)"
    r" (?:her |him |it |them )?(?P<name>[A-Z]\w*(?: [A-Z]\w*)*)"
)


def _named(slot: Slot) -> str | None:
    found = _CALLED.search(slot.text)
    model = re.search(r"\b(?:19|20)\d\d (?P<name>[A-Z][\w-]*(?: [A-Z0-9][\w-]*)*)", slot.text)
    return found["name"] if found else model["name"] if model else _make(slot) or _kind(slot)


def _kind(slot: Slot) -> str | None:
    """Return the kind of a rig whose size is told, as its name: nobody who says what they drive is asked for more."""
    kind = KIND.search(slot.text)
    is_told = kind and _MINE.search(slot.text) and re.search(_FEET, slot.digits)
    return kind[0] if kind and is_told else None


def _height(slot: Slot) -> float | None:
    return _size(slot, _HIGH, _HEIGHT)


def _length(slot: Slot) -> float | None:
    return None if _size(slot, _HEIGHT) else _size(slot, rf"{_FEET}(?!\W*(?:\d|high|tall|in height|clearance|wide))")


def _size(slot: Slot, *ways: str) -> float | None:
    found = next(filter(None, (re.search(way, slot.digits, re.IGNORECASE) for way in ways)), None)
    return _feet(found) if found else None


def _feet(found: re.Match[str]) -> float:
    return round(number(found[1]) + int(found[2] or 0) / 12, 2)


def _make(slot: Slot) -> str | None:
    found = re.search(rf"\b(?:{_MAKES})\b", slot.text) or re.search(
        r"(?<=\b20\d\d )[A-Z]\w+|(?<=\b19\d\d )[A-Z]\w+", slot.text
    )
    return found[0] if found else None


def _model(slot: Slot) -> str | None:
    make = _make(slot)
    found = (
        re.search(rf"\b{re.escape(make)} (?P<model>[A-Z0-9][\w-]*(?: [A-Z0-9][\w-]*)*)", slot.text) if make else None
    )
    return found["model"] if found else None


def _year(slot: Slot) -> int | None:
    found = re.search(r"(?<!since )(?<!in )\b(?:19|20)\d\d\b", slot.text)
    return int(found[0]) if found else None


def _weight(slot: Slot) -> int | None:
    found = measured(slot.digits, "pounds?|lbs?")
    return int(found) if found else None


_RUNS_ON = {"diesel": r"diesel", "electric": r"\belectric\b|\bev\b", "hybrid": r"hybrid", "propane": r"propane"}

SIZE: dict[str, Read] = {"height_ft": _height, "length_ft": _length, "weight_lbs": _weight}
"""Feet and pounds."""
BUILT: dict[str, Read] = {"make": _make, "model": _model, "year": _year}
"""What tells one vehicle from another."""
_RENAMED = re.compile(
    r"\b(?:rename|renamed|name|call)\b.*?\b(?:to|as|her|him|it)? ?(?P<name>[A-Z]\w*(?: [A-Z]\w*)*)\W*$"
)


def _new_name(slot: Slot) -> str | None:
    found = _RENAMED.search(slot.text)
    return found["name"] if found else None


RULES = (
    Rule(
        "create_vehicle",
        "add rig @year | @year rig | add rig | @year drive | @year add | @year rig drive | own @year",
        Stance.ASKED,
        {
            "name": _named,
            **BUILT,
            "vehicle_type": one_of("vehicle_type", RIGS),
            **SIZE,
            "fuel_type": one_of("fuel_type", _RUNS_ON),
        },
        unless="@amount maintenance vehicle_part tip calendar order cart economy",
        asks={"name": "What do you call it?"},
    ),
    Rule(
        "update_vehicle",
        "set rig_size | set rig_size rig | correct rig_size | correct rig_size rig | rename rig | rig runs_on",
        Stance.ASKED,
        {"name": _new_name, **SIZE, "fuel_type": one_of("fuel_type", _RUNS_ON)},
        unless="@way @road convert budget shop",
        needs=("height_ft|length_ft|weight_lbs|name|fuel_type",),
        asks={"height_ft": "What shall I change: its height, length, weight, name or fuel?"},
    ),
    Rule(
        "get_vehicles",
        "rig have @question | rig show | rig_size rig @question",
        slots={},
        unless="@way @road maintenance vehicle_part park fuel weather @amount calendar trip shop soon",
    ),
)
