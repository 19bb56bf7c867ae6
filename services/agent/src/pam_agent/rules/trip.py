"""How members ask for the tools of tools-trip."""

import re
from typing import Any

from pam_agent.rules.budget import amount
from pam_agent.rules.dates import day_in
from pam_agent.rules.durations import days_in
from pam_agent.rules.numerals import measured, number
from pam_agent.rules.places import is_no_place, road_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.spots import RULES as SPOT_RULES
from pam_agent.rules.stance import Stance
from pam_agent.rules.stays import RULES as STAY_RULES
from pam_agent.rules.stays import WHERE, around, miles, place
from pam_agent.rules.vehicle import RULES as VEHICLE_RULES
from pam_agent.rules.vehicle import fuel_type

_LONG = 20
"""No rig is so many feet high, and few are not as long."""
_A_GALLON = r"(?:per|to the|to a|a|the) gallon"
_PER_GALLON = re.compile(r"\$?(\d+\.\d+|\d+)\s*(?:dollars? )?(?:a|per|/)\s?gal", re.IGNORECASE)
_FUEL_IS = re.compile(
    r"\b(?:gas|diesel|fuel|price|unleaded|premium)(?:'s| is| at| costs?| of| being| runs| price is)?(?: at)?"
    r" \$?(\d+\.\d+)",
    re.IGNORECASE,
)
_NO_BREAKS = re.compile(
    r"\b(?:no|without|exclud\w+|skip\w*|not counting|don't count|ignor\w+|minus|leave out|leaving out) (?:any |the "
    r"|our |all )?"
    r"(?:\w+ )?(?:breaks?|rests?|stops|pauses?|stopping)\b|\bstraight through\b|\bnon-?stop\b|\bwithout stopping\b",
    re.IGNORECASE,
)
_WEEK = re.compile(
    r"\b(?:for|over|during|throughout) the (?:next|coming|whole|entire|rest of the)? ?week\b|\bweekly\b|\ball week\b",
    re.IGNORECASE,
)
_ORDERS = {"cost": r"cheap|save|cost|least", "time": r"quick|fast|short", "scenic": r"scen|beautiful|prett|nice|view"}


def _from(slot: Slot) -> str:
    """Return where a way begins that is looked along; else the place."""
    return str(slot.reading.way["origin"]) if _along(slot) else around(slot)


def _along(slot: Slot) -> list[str] | None:
    """Return where a way between two names leads through and to: "between now and Friday" is none."""
    way = slot.reading.way
    ends = [str(way.get(end, "")) for end in ("origin", "destination")]
    is_named = all(end[:1].isupper() and not is_no_place(end) for end in ends)
    return [*way.get("stops", []), ends[1]] if is_named else None


def _route_to(slot: Slot) -> str | None:
    along = _along(slot)
    return along[-1] if along else None


def _way(part: str) -> Any:
    return lambda slot: slot.reading.way.get(part)


def _start(slot: Slot) -> str | None:
    day = day_in(slot.text, slot.reading.now.date())
    return day.isoformat() if day else None


def _order(slot: Slot) -> str | None:
    return next((kind for kind, words in _ORDERS.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _days(slot: Slot) -> int | None:
    found = re.search(
        r"\b(?:of|for|the) (\d{1,2}) days?\b|\b(?P<ahead>\d{1,2}) days? (?:of|out|ahead)\b", slot.digits, re.IGNORECASE
    )
    return (
        days_in(slot.digits)
        or (7 if _WEEK.search(slot.text) else None)
        or (int(found[1] or found["ahead"]) if found else None)
    )


def _measures(slot: Slot) -> str | None:
    kinds = {"metric": r"celsius|centigrade|metric|°c", "imperial": r"fahrenheit|imperial|°f"}
    return next((kind for kind, words in kinds.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _breaks(slot: Slot) -> bool | None:
    """Return false where a drive is to be reckoned without breaks."""
    return False if _NO_BREAKS.search(slot.text) else None


def _gas_price(slot: Slot) -> int | float | None:
    found = _PER_GALLON.search(slot.digits) or _FUEL_IS.search(slot.digits)
    return number(found[1]) if found else None


def _feet(slot: Slot) -> list[float]:
    found = re.findall(
        r"\b(\d+(?:\.\d+)?)[\s-]*(?:feet|foot|ft|')\s*(\d{1,2})?(?:\s*(?:inch\w*|in\b|\"))?", slot.digits, re.IGNORECASE
    )
    return [round(number(feet) + int(inches or 0) / 12, 2) for feet, inches in found]


def _height(slot: Slot) -> float | None:
    return next((feet for feet in _feet(slot) if feet < _LONG), None)


def _length(slot: Slot) -> float | None:
    return next((feet for feet in _feet(slot) if feet >= _LONG), None)


def _weight(slot: Slot) -> int | float | None:
    pounds, tons = measured(slot.digits, "pounds?|lbs?"), measured(slot.digits, "tons?")
    return pounds or (tons * 2000 if tons else None)


_FROM_TO = {"origin": "Where do you start from?", "destination": "Where do you want to go?"}
_WAY: dict[str, Any] = {"origin": _way("origin"), "destination": _way("destination"), "stops": _way("stops")}

RULES = (
    *VEHICLE_RULES,
    *SPOT_RULES,
    *STAY_RULES,
    Rule(
        "check_route_restrictions",
        "restriction @way | restriction rig | restriction @to | restriction check | restriction road",
        slots={
            **{key: _WAY[key] for key in ("origin", "destination")},
            "vehicle_height_ft": _height,
            "vehicle_weight_lbs": _weight,
            "vehicle_length_ft": _length,
        },
        asks=_FROM_TO,
        unless="calendar",
    ),
    Rule(
        "optimize_route",
        "optimize route | optimize route @way | optimize @way | optimize trip | optimize drive",
        slots={**_WAY, "optimization_type": _order},
        asks=_FROM_TO,
        unless="fuel",
    ),
    Rule(
        "estimate_travel_time",
        "how_long @way | how_long drive | how_long @to | hours_word @way | how_long @to drive | drive hours_word @way",
        asks=_FROM_TO,
        slots={
            **_WAY,
            "distance_miles": lambda slot: measured(slot.digits, "miles?"),
            "include_breaks": _breaks,
        },
        unless="budget session hustle sights",
    ),
    Rule(
        "plan_trip",
        "plan trip | plan @way | heading @way | plan trip @way | plan heading @way | trip @way want "
        "| plan drive | trip @to want | heading @to plan",
        Stance.ASKED,
        {**_WAY, "budget": amount, "start_date": _start},
        unless="optimize event expense calendar show",
        asks=_FROM_TO,
    ),
    Rule(
        "find_cheap_gas",
        "cheap fuel | station @amount @place | cheap fuel @place | cheap fuel find | fuel find @place "
        "| cheap station | cheap fuel @way",
        slots={"location": _from, "radius_miles": miles, "fuel_type": fuel_type, "route_to": _route_to},
        unless="budget confirm saving stored optimize log",
        asks=WHERE,
    ),
    Rule(
        "calculate_gas_cost",
        "fuel drive_cost @miles | drive_cost @miles | fuel @miles | fuel drive_cost trip | fuel calculate "
        "| fuel drive_cost calculate | fuel how_much @miles",
        slots={
            "distance_miles": lambda slot: measured(slot.digits, rf"(?:miles?|mi)\b(?! {_A_GALLON})"),
            "distance_km": lambda slot: measured(slot.digits, r"km|kilomet\w+"),
            "mpg": lambda slot: measured(slot.digits, rf"mpg|miles {_A_GALLON}"),
            "gas_price": _gas_price,
        },
        needs=("distance_miles|distance_km",),
        asks={"distance_miles": "How many miles is it?"},
        unless="cheap nearby @gallons event budget report",
    ),
    Rule(
        "check_travel_conditions",
        "safe drive | safe @place -weather | safe drive @place | safe drive rig | safe rig",
        slots={"location": place, "date": _start},
        asks={"location": "Where will you be driving?"},
        unless="restriction post_verb @year",
    ),
    Rule(
        "get_road_conditions",
        "road closure | closure @road | closure @place road | road @place @question | closure @place | @road road",
        slots={
            "location": lambda slot: slot.reading.place or road_in(slot.text),
            "route": lambda slot: road_in(slot.text),
        },
        asks=WHERE,
        unless="restriction tell submit know_add sights event tip post_verb",
    ),
    Rule(
        "get_weather_forecast",
        "weather | weather @place | weather @day | weather @place show | weather @way",
        slots={"location": _from, "route": _along, "days": _days, "units": _measures},
        unless="endmonth spend post_verb log budget know_add",
        asks=WHERE,
    ),
)
