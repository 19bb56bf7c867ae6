"""Where one message asks for several things. Pure."""

import re

from pam_agent.rules.amounts import amounts_in

_START = (
    r"(?:will|would|am i|have i|has(?! (?:an?|the|no|full|good|some)\b)|was|did"
    r"|why|whether|how(?! much (?:i|we)\b)|what(?! (?:i|we)\b)|what's|when"
    r"|where(?! (?:i|we)\b)|who|which|is|are|any|do"
    r"|does|can|could|tell|say me|let me know|show|log|record|find|give|set"
    r"|add|check|then|also|track|plan|put|remind|send|i |we "
    r"|get|list|compare|export|predict|convert|analy[sz]e|message(?! (?:me|us)\b)|post|search|cancel|share"
    r"|like|follow|save|text"
    r"|join|block|read|schedule|delete|update|change|stop|turn|switch|mute|hide|unfollow|calculate|estimate|create"
    r"|generate|run|book|where's|how's|pull up|spent|got paid|earned|saved (?=[$\d])|\$\d"
    r"|\d+ (?:dollars|bucks))"
)
_SPLIT = re.compile(
    rf"(?:[,;]\s*|\s+)(?:and|then|also|plus)(?: (?:then|also|please))?,?\s+(?={_START}|[\w ]+ there\b)"
    rf"|[.?!;]\s+(?=\w)|,\s+(?={_START})",
    re.IGNORECASE,
)

_CONDITION = re.compile(r"\W*(?:if|when|since|because|as|after|before|once|should)\b", re.IGNORECASE)
JOINED = re.compile(r"\b(?:and|then|also|plus)\b|[.?!;]\s+\w", re.IGNORECASE)
"""What tells two requests from one that goes on after a comma."""
_POINTING = re.compile(
    r"(?:please |kindly |(?:can|could|would|will) you (?:kindly |please )?|so |just )*"
    r"(?:put|add|log|count|mark|record|write|note|save|track|set"
    r"|register|enter|plan|post"
    r"|book|file|jot|change|fix|update|delete|remove|confirm|share|do|check|charge|throw|make) (?:it|that|this"
    r"|them|one)\b|(?:we|i|they)(?:'ll)? (?:call|named?|nicknamed?) (?:it|her|him)\b"
    r"|(?:we|i|it|she)(?:'m| am|'re| are|'s)? (?:do(?:es)?|gets?|getting|averag\w+) (?:about |around )?[\d.]+ (?:mpg"
    r"|miles)\b"
    r"|(?:we|i)(?:'ll| will|'re| are|'m| am)? (?:leav|depart|head|start|set off|set out)\w*\b",
    re.IGNORECASE,
)
"""What goes on with the request before it."""
_AMOUNT_ALONE = re.compile(
    r"\W*[$€£]?\d[\d.,]*(?: (?:dollars|bucks|total|even|usd))?(?: (?:a|per) (?:night|month|week|day|year))?"
    r"(?: (?:tops|max(?:imum)?|at (?:the )?most|or (?:less|under|below)|altogether|all told))?\W*",
    re.IGNORECASE,
)
_ASSENT = re.compile(
    r"\W*(?:yes|yep|yeah|yup|ok|okay|right|correct|sure|no|nope|thanks|hi|hey|hello|well|so|please"
    r"|(?:yes,? )?(?:that|this|it)(?:'s| is| was) (?:right|correct|true|it))\W*",
    re.IGNORECASE,
)
LISTED = re.compile(r"\b(?:and|plus) (?:another )?\d[\d.,]* (?:for|on) (?!\d)", re.IGNORECASE)
"""An amount that goes on a list without saying again that it is money."""
_JOINT = re.compile(r"\s*(?:,\s+(?:(?:and|plus|then)\s+)?|;\s*|\b(?:and|plus)\s+)", re.IGNORECASE)


def clauses_of(text: str) -> list[str]:
    """Return the requests a message may consist of, in order; whether each makes sense is for the rules to say."""
    if _CONDITION.match(text):
        return [text.strip()]
    parts: list[str] = []
    for part in (each.strip() for each in _SPLIT.split(text) if each and each.strip()):
        if parts and (_POINTING.match(part) or _AMOUNT_ALONE.fullmatch(part) or _ASSENT.fullmatch(parts[-1])):
            parts[-1] = f"{parts[-1]}, {part}"
        else:
            parts.append(part)
    return parts


def entries_of(text: str) -> list[str]:
    """Return the entries of a list of amounts, each with what is said before its own amount and behind it."""
    entries: list[str] = []
    for part in _JOINT.split(text):
        if entries and not (amounts_in(entries[-1]) and amounts_in(part)):
            entries[-1] = f"{entries[-1]}, {part}"
        else:
            entries.append(part)
    return entries
