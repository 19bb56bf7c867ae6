"""How members ask tools-trip to convert units."""

import re
from typing import Any

from pam_agent.rules.numerals import number
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule

_UNITS = {
    "gallon": r"gal(?:lon)?s?",
    "litre": r"lit(?:re|er)s?|l",
    "mile": r"miles?|mi",
    "kilometer": r"kilomet(?:er|re)s?|kms?",
    "celsius": r"celsius|centigrade|°?c",
    "fahrenheit": r"fahrenheit|°?f",
    "pound": r"pounds?|lbs?",
    "kilogram": r"kilograms?|kilos?|kgs?",
    "meter": r"met(?:er|re)s?|m",
    "foot": r"feet|foot|ft",
    "mph": r"mph|miles per hour",
    "km/h": r"km/h|kph|kilomet(?:er|re)s per hour",
    "inch": r"inch(?:es)?",
    "cm": r"cm|centimet(?:er|re)s?",
    "ounce": r"ounces?|oz",
    "gram": r"grams?|g",
    "quart": r"quarts?",
    "pint": r"pints?",
    "cup": r"cups?",
    "millilitre": r"millilit(?:er|re)s?|mls?",
    "yard": r"yards?|yds?",
    "ton": r"tons?",
    "tonne": r"tonnes?",
    "psi": r"psi",
    "bar": r"bars?",
    "kpa": r"kpa|kilopascals?",
    "mpg": r"mpg|miles per gallon",
    "l/100km": r"l/100 ?km|lit(?:re|er)s per 100 ?km",
}


_ALSO_SPELT = {"litre": "liter", "millilitre": "milliliter", "kilometer": "kilometre", "meter": "metre"}


def _value(slot: Slot) -> int | float | None:
    found = re.search(r"(?<![\w.])(?P<below>-|minus )?(?P<size>\d[\d,]*(?:\.\d+)?)", slot.digits, re.IGNORECASE)
    return number(found["size"]) * (-1 if found["below"] else 1) if found else None


def _units(slot: Slot) -> list[str]:
    """Return the units a sentence names, the one behind the number first; of two in one place the longer."""
    named = sorted(
        (match.start(), -match.end(), unit)
        for unit, words in _UNITS.items()
        for match in re.finditer(rf"(?<![a-z/])(?:{words})(?![a-z/])", slot.text, re.IGNORECASE)
    )
    apart = [unit for n, (start, _, unit) in enumerate(named) if all(-end <= start for _, end, _ in named[:n])]
    behind = re.search(r"\d[\d,.]*\s*(?P<rest>.*)", slot.digits)
    inline = next(
        (unit for unit in apart if behind and re.match(rf"(?:{_UNITS[unit]})\b", behind["rest"], re.IGNORECASE)), None
    )
    return sorted(dict.fromkeys(apart), key=lambda unit: unit != inline)


def _unit(index: int) -> Any:
    """Return a reader of the unit a sentence names first or second, spelt as the member spells it."""

    def read(slot: Slot) -> str | None:
        unit = next(iter(_units(slot)[index:]), None)
        other = _ALSO_SPELT.get(unit or "")
        return other if other and other in slot.text.lower() else unit

    return read


RULES = (
    Rule(
        "convert_units",
        "convert @two_measures | @two_measures @short | convert @two_measures @gallons "
        "| convert @two_measures @question | convert @two_measures @miles",
        slots={"value": _value, "from_unit": _unit(0), "to_unit": _unit(1)},
        unless="spend log",
        asks={"to_unit": "Into which unit?", "value": "How much of it?"},
    ),
)
