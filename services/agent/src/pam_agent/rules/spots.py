"""How members ask tools-trip to keep a place for them."""

import re

from pam_agent.rules.numerals import measured
from pam_agent.rules.places import place_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import after, behind_colon

_WITHIN = re.compile(r"(?<=\w) (?:in|near|outside|by|at) (?P<place>[A-Z].*?)(?=, (?![A-Z])|$)")
_CALLED = re.compile(
    r"\b(?:called|named|(?:call|name) it) (?P<name>(?:the )?[A-Z][\w'&-]*(?: (?:of |the )*[A-Z][\w'&-]*)*)"
)


def _spot(slot: Slot) -> str | None:
    if called := _CALLED.search(slot.text):
        return called["name"]
    found = after(slot.text, r"\b(?:bookmark|save|add|remember|put|favou?rite|star|keep|mark|store|heart)\b") or ""
    name = re.split(
        r"\s+(?:as|to|in|for|among|on|with)\s+(?:an? |my |our |one of my )*(?:fav|saved|places|spots|later"
        r"|bookmark|me\b|\d)|,",
        found,
    )[0]
    vague = re.match(
        r"^(?:this|that|the|a|our|my)?\s*(?:spot|place|overlook|location|it|favou?rite|to|here|one|campsite)?\s*$",
        name,
        re.IGNORECASE,
    )
    is_introduced = re.match(r"[a-z' -]*:", found)
    if (vague or is_introduced) and (named := behind_colon(slot.text)):
        return named.split(",")[0].strip()
    is_pointed = vague and re.search(r"\bit\b", found)
    named = slot.reading.place if is_pointed else None
    bare = name.strip(" .!").removeprefix("the ")
    return (None if named == "here" else named) if vague else _WITHIN.sub("", bare)


def _address(slot: Slot) -> str | None:
    if (called := _CALLED.search(slot.text)) and (near := place_in(slot.text[called.end() :])):
        return near
    parts = [part.strip() for part in slot.text.split(",")[1:]]
    within = _WITHIN.search(slot.text)
    found = within["place"] if within else next((part for part in parts if re.match(r"^[A-Z]", part)), None)
    return re.sub(r"\s+(?:to|as|in|with|on|among|for)\s+.*$", "", found) if found else None


def _stars(slot: Slot) -> int | None:
    found = measured(slot.digits, "stars?")
    return int(found) if found else None


RULES = (
    Rule(
        "save_favorite_spot",
        "favorite | favorite add | favorite @place | favorite log",
        Stance.ASKED,
        {"location_name": _spot, "location_address": _address, "rating": _stars},
        unless="show",
        asks={"location_name": "What is the place called?", "location_address": "Where is it?"},
    ),
)
