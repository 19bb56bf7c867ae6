"""How long, and how often: windows of days, budget periods. Pure."""

import re

_WINDOW = re.compile(
    r"\b(?:last|past|previous|next|coming|upcoming|over(?: the)?|for(?: the)?|within"
    r"|in)\s+(?P<count>\d+)\s+(?P<unit>day|week|month)s?\b"
    r"|\b(?P<adjective>\d+)[\s-](?P<long>day|week)\b|\bpast (?P<one>week|month|year)\b"
    r"|(?<=[a-z] )(?P<plain>\d+) (?P<plain_unit>day|week)s?\W*$",
    re.IGNORECASE,
)
_DAYS_OF = {"day": 1, "week": 7, "month": 30, "year": 365}
_DAYS_MAX = 365
_PERIODS = (
    (re.compile(r"\b(today|daily|(a|per|each|every) day)\b", re.IGNORECASE), "daily"),
    (re.compile(r"\b(weekly|(?<!workamping )week|wk)\b", re.IGNORECASE), "weekly"),
    (re.compile(r"\b(quarterly|quarter)\b", re.IGNORECASE), "quarterly"),
    (re.compile(r"\b(yearly|annual|annually|year|yr)\b", re.IGNORECASE), "yearly"),
    (
        re.compile(r"\b(monthly|(?:a|per|each|every|this) month|month (?:to|by|over|after) month)\b", re.IGNORECASE),
        "monthly",
    ),
)


def days_in(text: str) -> int | None:
    """Return the length of a window such as "the last 2 weeks" or "a 10 day outlook" in days, a year at most."""
    found = _WINDOW.search(text)
    if found is None:
        return None
    if found["adjective"]:
        return min(_DAYS_MAX, int(found["adjective"]) * _DAYS_OF[found["long"].lower()])
    if found["one"]:
        return _DAYS_OF[found["one"].lower()]
    if found["plain"]:
        return min(_DAYS_MAX, int(found["plain"]) * _DAYS_OF[found["plain_unit"].lower()])
    return min(_DAYS_MAX, int(found["count"]) * _DAYS_OF[found["unit"].lower()])


def months_in(text: str) -> int | None:
    """Return the length of a window in months: "the next 6 months", "a year"."""
    found = re.search(r"\b(\d+)[\s-](month|year)s?\b", text, re.IGNORECASE)
    if found:
        return int(found[1]) * (12 if found[2].lower() == "year" else 1)
    if re.search(r"\bhalf(?: of)?(?: a| the)?(?: next| coming)? year\b|\bsix-month\b", text, re.IGNORECASE):
        return 6
    return 12 if re.search(r"\b(?:next|coming|this|a) year\b", text, re.IGNORECASE) else None


def period_in(text: str) -> str | None:
    """Return the budget period a sentence names."""
    return next((period for words, period in _PERIODS if words.search(text)), None)
