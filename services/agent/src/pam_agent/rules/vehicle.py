"""How members ask for the tools of tools-trip that are about the rig: fuel, maintenance, stations."""

import re
from dataclasses import replace
from typing import Any

from pam_agent.rules.budget import amount, past_day
from pam_agent.rules.dates import day_in
from pam_agent.rules.durations import days_in
from pam_agent.rules.numerals import labelled, measured, number
from pam_agent.rules.places import place_in
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import behind_colon

_JOBS = {
    "oil change": r"oil",
    "tires": r"tires?",
    "brake service": r"brakes?",
    "battery": r"batter",
    "roof seal": r"roof",
    "transmission service": r"transmission",
    "filter": r"filter",
    "coolant": r"coolant|radiator",
    "belt": r"belts?",
    "alternator": r"alternator",
    "wipers": r"wiper",
    "generator service": r"generator",
    "wheel bearings": r"bearings?",
    "furnace": r"furnace",
    "water heater": r"water heater",
    "inspection": r"inspect",
    "tune up": r"tune ?up",
    "alignment": r"align",
    "water pump": r"water pump",
    "awning": r"awning",
    "axle": r"axle",
    "engine": r"engine",
    "spark plugs": r"spark",
    "shocks": r"shocks",
    "air conditioner": r"air condition\w*|a/?c\b",
    "refrigerator": r"fridge|refrigerator",
    "windshield": r"windshield",
    "starter": r"starter",
    "toilet": r"toilet",
    "leveling jacks": r"jacks?\b",
}
_PARTLY = re.compile(
    r"(?:\bnot|n't) (?:quite |completely |all the way )*(?:full|filled|fill\b.{0,12}\b(?:up|all|full|top))"
    r"|\bpartial\w*\b"
    r"|\bhalf (?:a |the |of the )?tank\b|\bpart of (?:a|the) tank\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"\b(?:for|costs?(?: me| us)?|paid|was|came to|ran(?: me| us)?|set (?:me|us) back)\s+\$?(\d[\d,]*(?:\.\d+)?)\b"
    r"(?! ?(?:miles?|mi|km|k|months?|years?|days?|weeks?)\b)",
    re.IGNORECASE,
)
_PROVIDER = re.compile(r"\b(?:at|by) (?P<name>[A-Z][\w' ]+?)(?=[,.]| for | on |$)")
_AGAIN = re.compile(r"\b(?:next|due|again)\b.*$", re.IGNORECASE)
_LEAST_A_GALLON = 1
"""Dollars that no gallon of fuel costs less than."""
_TEXT_MAX = 1000


def job(slot: Slot) -> str | None:
    """Return what was done to the rig, in the words of a workshop."""
    text = _PROVIDER.sub("", slot.text)
    known = next((name for name, words in _JOBS.items() if re.search(rf"\b(?:{words})", text, re.IGNORECASE)), None)
    return known or behind_colon(slot.text)


def _cost(slot: Slot) -> int | float | None:
    text = re.sub(
        r"\b(?:odometer|mileage)\W*(?:\w+\W+)?[\d,.]+|[\d,.]+\s*(?:miles?|mi|km|kilomet\w+|gal\w*|lit\w+|l)\b",
        " ",
        slot.digits,
        flags=re.IGNORECASE,
    )
    found = re.findall(
        r"\$\s?(\d[\d,]*(?:\.\d+)?)|(?<![\w.#-])(\d[\d,]*(?:\.\d+)?)(?= ?(?:dollars|bucks|usd|$|[,.;! ]))", text
    )
    return number(next(filter(None, found[0])).rstrip(",")) if found else None


def _paid(slot: Slot) -> int | float | None:
    """Return what was paid; of several numbers the one behind what says so: "replaced two tires for 380"."""
    found = _PAID.search(slot.digits)
    return amount(slot) or (number(found[1]) if found and slot.reading.amounts else None)


def _fuel_cost(slot: Slot) -> int | float | None:
    """Return what a fill-up cost in all; what would be next to nothing for it is the price of a gallon."""
    cost, gallons = _cost(slot), measured(slot.digits, "gallons?|gal")
    return round(cost * gallons, 2) if cost and gallons and cost / gallons < _LEAST_A_GALLON else cost


def _odometer(slot: Slot) -> int | float | None:
    return (
        labelled(slot.digits, r"odometer|odo|mileage|clock|(?<=, )reading")
        or measured(slot.digits, r"miles|mi|km|kilomet\w+|on (?:the|her|its) (?:clock|odometer)")
        or labelled(slot.digits, "miles|mi")
    )


def fuel_type(slot: Slot) -> str | None:
    """Return the fuel a sentence names."""
    kinds = {"diesel": r"diesel", "premium": r"premium|\b9[1-4] octane", "regular": r"\bregular\b|unleaded|\b87\b"}
    return next((kind for kind, words in kinds.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _is_full(slot: Slot) -> bool | None:
    """Return false where the tank was not filled to the top."""
    return False if _PARTLY.search(slot.text) else None


def _filled_at(slot: Slot) -> str | None:
    found = place_in(slot.text)
    return None if found == "here" else found


def _serviced_at(slot: Slot) -> int | float | None:
    """Return the odometer at which something was done; what stands behind "next" or "due" is another one."""
    return _odometer(replace(slot, reading=Reading(_AGAIN.sub("", slot.text), slot.reading.now)))


def _due_at(slot: Slot) -> int | float | None:
    again = _AGAIN.search(slot.digits)
    return measured(again[0], r"miles|mi|k") or labelled(again[0], "at") if again else None


def _odometer_unit(slot: Slot) -> str | None:
    return "km" if re.search(r"\d\s*(?:km|kilomet)", slot.text, re.IGNORECASE) else None


def _next_due(slot: Slot) -> str | None:
    found = re.search(r"\b(?:due|next)\b(?P<rest>.*)$", slot.text, re.IGNORECASE)
    day = day_in(found["rest"], slot.reading.now.date()) if found else None
    return day.isoformat() if day else None


def _provider(slot: Slot) -> str | None:
    found = _PROVIDER.search(slot.text)
    return found["name"].strip() if found else None


def _action(slot: Slot) -> str:
    kinds = {
        "update_prices": r"price (?:to|at|is)|update .*price",
        "create": r"\b(?:add|create)\b",
        "update": r"\b(?:update|change)\b",
    }
    return next((kind for kind, words in kinds.items() if re.search(words, slot.text, re.IGNORECASE)), "search")


_FILLED: dict[str, Any] = {
    "gallons": lambda slot: measured(slot.digits, "gallons?|gal"),
    "liters": lambda slot: measured(slot.digits, r"lit(?:er|re)s?|l"),
    "cost": _fuel_cost,
    "fuel_type": fuel_type,
    "odometer": _odometer,
    "odometer_unit": _odometer_unit,
    "location": _filled_at,
    "full_tank": _is_full,
    "date": past_day,
}
_SERVICED: dict[str, Any] = {
    "maintenance_type": job,
    "description": lambda slot: slot.text[:_TEXT_MAX],
    "cost": _paid,
    "date": past_day,
    "mileage": _serviced_at,
    "service_provider": _provider,
    "next_due_date": _next_due,
    "next_due_mileage": _due_at,
}

RULES = (
    Rule(
        "log_fuel",
        "fillup @gallons | log fuel @gallons | fuel @gallons @amount | fillup log | fillup @amount @claim "
        "| fillup @gallons @amount fuel",
        Stance.TOLD,
        _FILLED,
        needs=("gallons|liters",),
        unless="convert hours_word cheap propane",
        asks={
            "gallons": "How many gallons did you fill?",
            "cost": "What did the fuel cost?",
            "odometer": "What does the odometer say?",
        },
    ),
    Rule(
        "log_maintenance",
        "service_done vehicle_part @amount | log vehicle_part job_done @amount | service_done vehicle_part "
        "| log maintenance "
        "| log vehicle_part maintenance | maintenance vehicle_part @amount"
        " | vehicle_part @amount service_done maintenance | service_done vehicle_part @amount spend "
        "| service_done vehicle_part maintenance @amount spend",
        Stance.TOLD,
        _SERVICED,
        unless="calendar remind budget shop cart show opens_move got_paid",
        asks={"maintenance_type": "What was done?", "cost": "What did it cost? Say 0 if nothing."},
    ),
    Rule(
        "get_maintenance_schedule",
        "maintenance due | vehicle_part due | due rig @question | maintenance due rig | maintenance show due "
        "| maintenance schedule | maintenance rig due schedule",
        slots={"upcoming_days": lambda slot: days_in(slot.digits)},
        unless="@amount money drive_cost calendar remind delete predict event",
    ),
    Rule(
        "manage_fuel_stations",
        "station stored | station stored fuel | station stored show | station stored find | station fuel show stored",
        Stance.ANY,
        {"action": _action, "location": lambda slot: place_in(slot.text)},
        unless="cheap",
    ),
    Rule(
        "update_vehicle_fuel_consumption",
        "economy rig | economy set | economy rig @claim | economy @claim",
        Stance.ASKED,
        {
            "mpg": lambda slot: (
                measured(slot.digits, "mpg|miles (?:per|to the|a) gallon") or labelled(slot.digits, r"mpg(?: \w+){0,3}")
            ),
            "l_per_100km": lambda slot: measured(slot.digits, r"l ?/ ?100 ?km|lit\w+ per 100 ?\w+"),
        },
        needs=("mpg|l_per_100km",),
        unless="convert drive_cost find calculate saving stats",
        asks={"mpg": "How many miles per gallon does it do?"},
    ),
)
