"""How members ask for single expenses that are on record: to see them, to put them right, to take them back."""

import re
from dataclasses import replace
from typing import Any

from pam_agent.rules.budget import amount, category, past_day
from pam_agent.rules.durations import days_in
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import instead_in

_RIGHT = re.compile(
    r".*\b(?:to|into|as|should(?:'ve| have)? be(?:en)?|was|were|is|it's|cost|came to)\b(?P<right>.+)$", re.IGNORECASE
)
"""What stands last in a correction is what is right."""
_NAMED = re.compile(r"\b(?:expenses?|purchases?|transactions?|charges?|entry|one)\b", re.IGNORECASE)


def _put_right(read: Read) -> Read:
    """Return a reading of what a correction puts in the place of what was wrong."""

    def of_the_right(slot: Slot) -> Any:
        said = instead_in(slot.text)
        right = _RIGHT.match(said)
        if right is None and _NAMED.search(said):
            return None
        text = right["right"] if right else said
        return read(replace(slot, reading=Reading(text, slot.reading.now)))

    return of_the_right


_WHICH = "Which expense do you mean?"

RULES = (
    Rule(
        "list_expenses",
        "itemised expense_noun | itemised spend | itemised show spend | itemised show expense_noun",
        slots={"category": category, "days": lambda slot: days_in(slot.digits)},
        unless="budget export classify delete correct compare trip saving",
    ),
    Rule(
        "update_expense",
        "correct expense_noun | opens_move expense_noun | correct expense_noun @amount "
        "| opens_move expense_noun @amount | correct log spend @amount",
        Stance.ASKED,
        {"amount": _put_right(amount), "category": _put_right(category), "date": _put_right(past_day)},
        unless="budget limit trip saving export appointment calendar delete",
        asks={"expense_id": _WHICH, "amount": "What should it be?"},
        needs=("amount|category|date",),
    ),
    Rule(
        "delete_expense",
        "!opens_delete expense_noun | delete expense_noun | delete expense_noun log",
        Stance.ASKED,
        unless="budget limit cart trip saving calendar appointment post",
        asks={"expense_id": _WHICH},
    ),
)
