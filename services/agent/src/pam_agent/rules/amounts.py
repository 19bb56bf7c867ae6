"""Amounts of money in a sentence. Pure, and rather empty-handed than wrong."""

import re
from decimal import Decimal

_DATE = re.compile(
    r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d\d (?=[A-Z])|\b[A-Z]+-[\dA-F]+\b"
)
_NUMBER = re.compile(
    r"(?<![\w.#])(?P<sign>-\s?)?(?P<before>[$€£])?\s?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d{2}(?!\d)|\d*\.\d+|\d+)"
    r"(?P<thousand>k\b)?(?P<after>\s?(?:[$€£]|(?:dollars?|bucks|usd)\b))?",
    re.IGNORECASE,
)
_NOT_MONEY = re.compile(
    r"[\s-]?(?:%|percent|nights?|days?|weeks?|months?|years?|hours?|hrs?|minutes?|miles?|mi|mpg|km|kilomet\w+"
    r"|gallons?|gal"
    r"|lit\w+|l|people|persons?|amps?|feet|ft|foot|stars?|x|am|pm|lbs?|pounds?|posts?|tacos)\b|\s?%|\w",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\s$", re.IGNORECASE
)
_NUMBERED = re.compile(r"\b(?:site|space|lot|exit|mile|highway|route|class)\s#?$", re.IGNORECASE)
_ODOMETER = re.compile(r"\b(?:at|odometer|odo)\s(?:about\s|around\s)?$", re.IGNORECASE)
_WHOLE = re.compile(r",? (?:in )?(?:total|altogether|all told|in all)\b", re.IGNORECASE)
"""Behind an amount that is the sum of those before it."""
_FAR = 10_000
"""From here on a bare number behind "at" is what the odometer showed."""
_MODEL = re.compile(r"(?<!^)\b(?!I\b)[A-Z][a-z]+\s$")
"""A name before a whole number: a Honda 2200."""
_BEFORE = 12
"""Letters before a number that may say what it is the number of."""
_YEARS = range(1990, 2100)


def amounts_in(text: str) -> list[str]:
    """Return the amounts a sentence names: those marked as money if any are, else numbers that measure nothing else."""
    sentence = _DATE.sub(" ", text)
    found = [match for match in _NUMBER.finditer(sentence) if match["number"].strip(".,")]
    marked = [match for match in found if match["before"] or match["after"]]
    plain = [match for match in found if not _measures(sentence, match)]
    no_years = [match for match in plain if not _is_year(match)]
    no_models = [match for match in no_years if not _is_model(sentence, match)]
    named = marked or no_models or no_years or plain
    whole = [match for match in named if _WHOLE.match(sentence, match.end())]
    return [_amount(match) for match in (whole if len(whole) == 1 else named)]


def _measures(sentence: str, match: re.Match[str]) -> bool:
    before = sentence[max(0, match.start() - _BEFORE) : match.start()]
    return bool(
        _NOT_MONEY.match(sentence, match.end())
        or _MONTH.search(before)
        or _NUMBERED.search(before)
        or (_ODOMETER.search(before) and Decimal(_amount(match)) >= _FAR)
    )


def _amount(match: re.Match[str]) -> str:
    number = match["number"]
    is_decimal_comma = re.fullmatch(r"\d+,\d{2}", number)
    value = Decimal(number.replace(",", "." if is_decimal_comma else ""))
    if match["thousand"]:
        value = (value * 1000).to_integral_value()
    return f"{'-' if match['sign'] else ''}{value:f}"


def _is_model(sentence: str, match: re.Match[str]) -> bool:
    before = sentence[max(0, match.start() - _BEFORE) : match.start()]
    return match["number"].isdigit() and bool(_MODEL.search(before))


def _is_year(match: re.Match[str]) -> bool:
    return match["number"].isdigit() and int(match["number"]) in _YEARS
