"""When two statements are the same, what must be confirmed, and what is not kept. Pure."""

import re

from pam_tools_memory.kinds import Kind

MOST_FACTS = 1000
CERTAIN = 0.8
"""From this confidence on a statement is taken as meant."""

_MATTERS = frozenset({Kind.HEALTH, Kind.MONEY})
_MEDICAL = re.compile(
    r"\b(allerg\w*|anaphyla\w*|diabet\w*|insulin|epilep\w*|asthma\w*|pacemaker|medic(?:ation|ine)s?|dos(?:e|age)"
    r"|prescri\w*|diagnos\w*|blood (?:type|pressure|thinners?)|pregnan\w*|seizures?|cancer|heart condition)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[$€£]\s?\d|\b(?:income|salary|pension|savings?|debts?|loan|mortgage|owes?)\b", re.IGNORECASE)
_CONTACT = re.compile(r"\S@\S+\.\w|(?:\+|\b)\d[\d ().-]{7,}\d\b|\b(?:phone|e-?mail|number)\b.*\bis\b", re.IGNORECASE)
_SECRET = re.compile(
    r"\b(?:password|passphrase|passcode|pin(?: code)?|cvv|ssn|social security)\b.*\d|\bpassword is\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d(?:[ -]?\d){12,18}")
_OWNED = re.compile(r"^(?:my|our|the|an?)\s+", re.IGNORECASE)


def tidy(text: str) -> str:
    """Return a text with single spaces. Raises ValueError for a blank one."""
    plain = " ".join(text.split())
    if not re.search(r"\w", plain):
        raise ValueError("it is blank; write it in the member's words")
    return plain


def plain_subject(text: str) -> str:
    """Return a subject as it is kept: lower case, without whose it is. Raises ValueError for a blank one."""
    return _OWNED.sub("", tidy(text)).casefold()


def plain_words(statement: str) -> str:
    """Return the words alone: equal for statements that say the same in the same words."""
    return " ".join(re.findall(r"\w+", statement.casefold()))


def needs_confirming(kind: Kind, statement: str, confidence: float) -> bool:
    """Whether the member is asked if it is right: it is unsure, or about health, money or how to reach somebody."""
    serious = any(pattern.search(statement) for pattern in (_MEDICAL, _MONEY, _CONTACT))
    return serious or kind in _MATTERS or confidence < CERTAIN


def is_secret(statement: str) -> bool:
    """Whether it holds a password, a PIN or a payment card's number, which nobody should have told."""
    return bool(_SECRET.search(statement)) or any(
        _is_card(re.sub(r"\D", "", found)) for found in _DIGITS.findall(statement)
    )


def _is_card(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (Luhn)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0  # noqa: PLR2004 - two digits' sum is 9 less
