"""How members ask tools-budget what a charge on their statement was for."""

import re

from pam_agent.rules.budget import amount
from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.texts import after, behind_colon


def _transaction(slot: Slot) -> str | None:
    found = (
        quoted_in(slot.text)
        or behind_colon(slot.text)
        or _in_capitals(slot.text)
        or _merchant(slot.text)
        or after(
            slot.text,
            r"\b(?:charge|transaction|classify|categori[sz]e|category (?:for|of)|sort)\b(?: (?:from|at|this|of))?",
        )
    )
    return re.sub(r",?\s*(?:for )?\$?\d+\.\d\d(?:$|\b(?! ?\w).*$)", "", found).strip() or None if found else None


def _in_capitals(text: str) -> str | None:
    """Return what a sentence has as banks write it: "FLYING J 0617"."""
    found = re.search(r"(?<![a-z] I )\b[A-Z][A-Z&'*.]{2,}(?: [A-Z\d#&'*.-]+)*(?=\W|$)", text)
    return found[0].strip() if found and not text.isupper() else None


def _merchant(text: str) -> str | None:
    """Return the name of whom money went to, where it stands behind a preposition: "a charge from Tractor Supply"."""
    found = re.search(
        r"\b(?:from|at|for|of|does|is|would|do|put) (?P<name>[A-Z][\w'&*.-]*(?: (?:[A-Z#&*][\w'&*#.-]*"
        r"|\d{2,5}\b(?!\.)))*)",
        text,
    )
    return found["name"].rstrip(".,") if found else None


RULES = (
    Rule(
        "categorize_transaction",
        "classify -over -period_by | classify charge | classify @quoted | classify spend -over -period_by "
        "| classify @question category_word -over",
        slots={
            "description": _transaction,
            "amount": lambda slot: amount(slot) if re.search(r"\d\.\d\d\b|\$", slot.text) else None,
        },
        asks={"description": "What does the charge say?"},
    ),
)
