"""Reading slots from a sentence: amounts, categories, periods, days. Pure, and rather empty-handed than wrong."""

import re
from decimal import Decimal
from typing import Any

from pam_shared.contracts.tools import ToolManifest

_DATE = re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b|\b\d{4}-\d{2}-\d{2}\b")
_NUMBER = re.compile(
    r"(?<![\w.#])(?P<sign>-\s?)?(?P<before>[$€£])?\s?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d{2}(?!\d)|\d*\.\d+|\d+)"
    r"(?P<thousand>k\b)?(?P<after>\s?(?:[$€£]|(?:dollars?|bucks|usd)\b))?",
    re.IGNORECASE,
)
_NOT_MONEY = re.compile(
    r"\s?(?:%|percent|nights?|days?|weeks?|months?|hours?|hrs?|miles?|mi|km|kilomet\w+|gallons?|gal|lit\w+|people|persons?"
    r"|amps?|feet|ft|foot|x|am|pm)\b|\s?%|\w",
    re.IGNORECASE,
)
_YEARS = range(1990, 2100)
_DAYS = re.compile(r"\b(?:last|past)\s+(?P<count>\d+|two|three|four|six)\s+(?P<unit>day|week|month)s?\b", re.IGNORECASE)
_WORDS = {"two": 2, "three": 3, "four": 4, "six": 6}
_DAYS_OF = {"day": 1, "week": 7, "month": 30}
_DAYS_MAX = 365
_PERIODS = (
    (re.compile(r"\b(today|daily|(a|per|each|every) day)\b", re.IGNORECASE), "daily"),
    (re.compile(r"\b(weekly|week)\b", re.IGNORECASE), "weekly"),
    (re.compile(r"\b(quarterly|quarter)\b", re.IGNORECASE), "quarterly"),
    (re.compile(r"\b(yearly|annual|annually|year)\b", re.IGNORECASE), "yearly"),
)


def amounts_in(text: str) -> list[str]:
    """Return the amounts a sentence names: those marked as money if any are, else numbers that measure nothing else."""
    sentence = _DATE.sub(" ", text)
    found = [match for match in _NUMBER.finditer(sentence) if match["number"].strip(".,")]
    marked = [match for match in found if match["before"] or match["after"]]
    plain = [match for match in found if not _NOT_MONEY.match(sentence, match.end())]
    no_years = [match for match in plain if not _is_year(match)]
    return [_amount(match) for match in marked or no_years or plain]


def days_in(text: str) -> int | None:
    """Return the length of a window such as "the last two weeks" in days."""
    found = _DAYS.search(text)
    if found is None:
        return None
    count = _WORDS.get(found["count"].lower()) or int(found["count"])
    return min(_DAYS_MAX, count * _DAYS_OF[found["unit"].lower()])


def period_in(text: str) -> str | None:
    """Return the budget period a sentence names; the month is what is meant by default."""
    return next((period for words, period in _PERIODS if words.search(text)), None)


def category_in(text: str, tool: ToolManifest) -> str | None:
    """Return the tool's category that a sentence names, through the words and synonyms of the tool's own schema."""
    words = _category_words(tool.input_schema)
    lowered = text.lower()
    for word in sorted(words, key=len, reverse=True):
        if re.search(rf"\b{re.escape(word)}(?:s|es)?\b", lowered):
            return words[word]
    return None


def _amount(match: re.Match[str]) -> str:
    number = match["number"]
    is_decimal_comma = re.fullmatch(r"\d+,\d{2}", number)
    value = Decimal(number.replace(",", "." if is_decimal_comma else ""))
    if match["thousand"]:
        value = (value * 1000).to_integral_value()
    return f"{'-' if match['sign'] else ''}{value:f}"


def _is_year(match: re.Match[str]) -> bool:
    return match["number"].isdigit() and int(match["number"]) in _YEARS


def _category_words(schema: dict[str, Any]) -> dict[str, str]:
    """Return every word for a category with the value it stands for."""
    parts = _resolved(schema.get("properties", {}).get("category", {}), schema)
    values: list[str] = next((part["enum"] for part in parts if "enum" in part), [])
    synonyms: dict[str, str] = next((part["x-synonyms"] for part in parts if "x-synonyms" in part), {})
    return {value.replace("_", " "): value for value in values if value != "other"} | synonyms


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a schema node and all it refers to."""
    found = [node, *node.get("anyOf", []), *node.get("allOf", [])]
    references = [part["$ref"].rpartition("/")[2] for part in found if "$ref" in part]
    return found + [schema.get("$defs", {}).get(name, {}) for name in references]
