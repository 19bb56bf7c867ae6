"""Where one message asks for several things. Pure."""

import re

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


def clauses_of(text: str) -> list[str]:
    """Return the requests a message may consist of, in order; whether each makes sense is for the rules to say."""
    return [part.strip() for part in _SPLIT.split(text) if part and part.strip()]
