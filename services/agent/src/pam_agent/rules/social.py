"""How members ask for the tools of tools-social."""

import re

from pam_agent.rules.categories import enum_of
from pam_agent.rules.numerals import measured
from pam_agent.rules.people import anybody_in, person_in, said_in
from pam_agent.rules.places import place_in
from pam_agent.rules.posts import said
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance, is_polite
from pam_agent.rules.stays import miles
from pam_agent.rules.texts import after, behind_colon, topic_in

_TIPS = {
    "camping": r"camp|sites?\b|dump|rv park|overnight",
    "boondocking": r"boondock|dispers|blm",
    "route": r"road|rout|bridge|pass\b",
    "fuel": r"fuel|gas|diesel|propane|love's|pilot|fill",
    "maintenance": r"repair|maint|tire|mechanic",
    "safety": r"safe|theft|thie[fv]|stol|danger|bears?\b",
    "internet": r"internet|wi-?fi|signal|starlink",
    "pets": r"pets?\b|dog|cats?\b",
    "budget": r"cheap|save|budget|free\b",
}


def _message(slot: Slot) -> str | None:
    """Return what somebody is to be told; the question mark of a polite wish is none of it."""
    found = said_in(slot.text)
    return found.rstrip("? ") if found and is_polite(slot.text) else found


def _hours(slot: Slot) -> int | None:
    found = measured(slot.digits, "hours?|hrs?")
    days = measured(slot.digits, "days?")
    if found or days:
        return int(found or (days or 0) * 24)
    spans = {"an hour": 1, "a day": 24, "the day": 24, "next day": 24, "a week": 168, "weekend": 48}
    return next((hours for words, hours in spans.items() if re.search(rf"\b{words}\b", slot.text)), None)


def _alone(slot: Slot) -> str | None:
    return person_in(slot.text)


def _with(slot: Slot) -> str | None:
    if _alone(slot):
        return None
    circles = {"public": r"public|everyone|everybody", "friends": r"friends?", "followers": r"followers"}
    return next((circle for circle, words in circles.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _tip(slot: Slot) -> str | None:
    found = behind_colon(slot.text) or after(slot.text, r"\btip\b(?: for others)?(?: that|,|-)")
    return found if found and len(found.split()) > 2 else None  # noqa: PLR2004 - two words are no tip


def _tip_kind(slot: Slot) -> str | None:
    known = enum_of(slot.tool, "category")
    kinds = [(kind, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for kind, words in _TIPS.items() if kind in known]
    label = slot.text.partition(":")[0]
    fits = (kind for text in (label, slot.text) for kind, words in kinds if words.search(text))
    return next(fits, "other" if _tip(slot) else None)


def _spot(slot: Slot) -> str:
    """Return the place a member shows others; whom they show it to is none."""
    found = place_in(re.sub(r"\bwith (?:[A-Z]\w+|my \w+)", "", slot.text))
    return "My spot" if found in {None, "here"} else str(found)


_POSITION = {
    "latitude": "Where are you? Your app can share your position with me.",
    "longitude": "Where are you? Your app can share your position with me.",
}

RULES = (
    Rule(
        "stop_sharing_location",
        "hide where_i | stop where_i | stop share where_i | stop let where_i | stop show where_i",
        Stance.REFUSED,
        unless="sharing_setting",
    ),
    Rule(
        "share_location",
        "share where_i | pin | pin @place | share pin @place | let where_i | share @place where_i "
        "| share public @place | let friends where_i | share where_i friends | let share where_i friends",
        Stance.ASKED,
        {
            "location_name": _spot,
            "share_duration_hours": _hours,
            "share_with": _with,
            "recipient": _alone,
            "is_public": said(r"\bpublic(?:ly)?\b"),
        },
        unless="stop",
        asks=_POSITION,
    ),
    Rule(
        "submit_community_tip",
        "submit tip | tip submit community | add tip | !label_tip | !label_advic | !label_hint",
        Stance.ASKED,
        {
            "title": lambda slot: (_tip(slot) or "")[:80] or None,
            "content": _tip,
            "category": _tip_kind,
            "location_name": lambda slot: place_in(_tip(slot) or ""),
        },
        asks={"content": "What is your tip?"},
        keeps_text=True,
        unless="cut @question teaches",
    ),
    Rule(
        "search_community_tips",
        "tip community | tip find | tip about community | tip community find | tip about | tip people "
        "| tip community @place | tip @place | tip community submit @question | suggest people about @question",
        slots={"query": lambda slot: topic_in(slot.text), "location": lambda slot: place_in(slot.text)},
        unless="submit cut knowledge",
    ),
    Rule(
        "block_member",
        "!opens_block | !block @handle | block @person | block @handle",
        Stance.REFUSED,
        {
            "target": lambda slot: anybody_in(slot.text),
            "unblock": said(
                r"\bunblock|(?:lift|remove|undo|take off) the block|off my block|\bun-block|no longer block"
            ),
        },
        asks={"target": "Whom do you mean?"},
    ),
    Rule(
        "message_friend",
        "!opens_tell | !opens_tell @person | tell @handle @person",
        Stance.ASKED,
        {"recipient": lambda slot: person_in(slot.text), "message": _message},
        unless="allowed_message",
        asks={"recipient": "To whom?", "message": "What shall I write?"},
        keeps_text=True,
    ),
    Rule(
        "read_messages",
        "messages read | messages show | messages read @person",
        slots={
            "person": lambda slot: anybody_in(slot.text),
            "limit": lambda slot: measured(slot.digits, "messages|dms"),
        },
        unless="privacy allowed_message export database",
    ),
    Rule(
        "follow_user",
        "follow | unfollow | follow want | unfollow follow | follow start",
        Stance.ASKED,
        {
            "target": lambda slot: anybody_in(slot.text),
            "unfollow": said(
                r"\bunfollow|want to follow \S+ any|\b(?:stop|quit|no longer(?: want to)?|done|drop|remove"
                r"|not) \w*\s?follow"
                r"|\b(?:drop|remove)\b"
            ),
        },
        unless="feed post_noun show",
        asks={"target": "Whom do you mean?"},
    ),
    Rule(
        "find_nearby_rvers",
        "people nearby camping_people | people nearby | people nearby @miles | people camping_people @miles "
        "| people find nearby camping_people",
        asks=_POSITION,
        slots={"radius_miles": miles},
        unless="event tip cheap sights post_verb @amount",
    ),
)
