"""How members ask tools-budget for what they saved and where they could save."""

import re

from pam_agent.rules.budget import amount
from pam_agent.rules.categories import all_named, named_in
from pam_agent.rules.dates import month_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance

_SAVED_ON = {
    "gas": r"gas|fuel|diesel|station|truck stop|fill|pump",
    "campground": r"camp|boondock|site|overnight|park\b|\bkoa\b|resort|\bblm\b",
    "route": r"rout|detour|way\b|toll|road",
}
_AT_LEAST = (
    r"\b(?:at least|no less than|minimum(?: of)?|more than|over|above|upwards of) [$€£]?\d"
    r"|\d\S*(?: \w+)? or (?:more|up|better)\b"
)


def _least(slot: Slot) -> int | float | None:
    return amount(slot) if re.search(_AT_LEAST, slot.digits, re.IGNORECASE) else None


def _saved_on(slot: Slot) -> str:
    text = slot.text.lower()
    return next((kind for kind, words in _SAVED_ON.items() if re.search(words, text)), "other")


def _month(slot: Slot) -> str | None:
    """Return the calendar month a sentence is about, when it is not the present one."""
    first = month_in(slot.text, slot.reading.now.date())
    return f"{first:%Y-%m}" if first else None


RULES = (
    Rule(
        "find_savings_opportunities",
        "cut | cut idea | cut tip | cut expense | cut money | save money suggest | cut expense find",
        slots={
            "min_savings": _least,
            "categories": lambda slot: all_named(slot.reading.mended, slot.tool, "categories"),
        },
        unless="@amount fuel budget @place",
    ),
    Rule(
        "track_savings",
        "saving @amount | log saving | log saving @amount | saving @amount stored | saving @amount add",
        Stance.TOLD,
        {
            "amount_saved": amount,
            "category": lambda slot: named_in(slot.text) or _saved_on(slot),
            "event_type": _saved_on,
        },
        unless="confirm budget",
        asks={"amount_saved": "How much did you save?"},
    ),
    Rule(
        "confirm_savings",
        "confirm saving | confirm saving @amount | confirm saving @amount fuel",
        Stance.TOLD,
        {"actual_savings": amount},
        asks={"event_id": "Which saving do you mean?", "actual_savings": "How much was it really?"},
    ),
    Rule(
        "get_savings_status",
        "how_much saved_me | saved_me @question -@amount | worth_it | guarantee | saving status | guarantee saving",
        slots={"month": _month},
        unless="@amount cut hustle",
    ),
)
