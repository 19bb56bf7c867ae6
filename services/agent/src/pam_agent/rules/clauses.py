"""Where one message asks for several things. Pure."""

import re

from pam_agent.rules.amounts import amounts_in

_START = (
    r"(?:how|what|what's|when|where|who|which|is|are|any|do|does|can|could|tell|show|log|record|find|give|set"
    r"|add|check|then|also|track|plan|put|remind|send|i |we "
    r"|get|list|compare|export|predict|convert|analy[sz]e|message|post|search|cancel|delete|update|change|\$\d"
    r"|\d+ (?:dollars|bucks))"
)
_SPLIT = re.compile(
    rf"(?:[,;]\s*|\s+)(?:and|then|also|plus)(?: (?:then|also|please))?,?\s+(?={_START}|[\w ]+ there\b)"
    rf"|[.?!;]\s+(?=\w)|,\s+(?={_START})",
    re.IGNORECASE,
)

_CONDITION = re.compile(r"\W*(?:if|when|since|because|as|after|before|once|should)\b", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:,\s+(?:(?:and|plus|then)\s+)?|;\s*|\b(?:and|plus)\s+)", re.IGNORECASE)


def clauses_of(text: str) -> list[str]:
    """Return the requests a message may consist of, in order; whether each makes sense is for the rules to say."""
    if _CONDITION.match(text):
        return [text.strip()]
    return [part.strip() for part in _SPLIT.split(text) if part and part.strip()]


def entries_of(text: str) -> list[str]:
    """Return the entries of a list of amounts, each with what is said before its own amount and behind it."""
    entries: list[str] = []
    for part in _JOINT.split(text):
        if entries and not (amounts_in(entries[-1]) and amounts_in(part)):
            entries[-1] = f"{entries[-1]}, {part}"
        else:
            entries.append(part)
    return entries
