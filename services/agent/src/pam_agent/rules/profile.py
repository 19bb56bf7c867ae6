"""How members say who they are in their profile."""

import re
from typing import Any

from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import after, behind_colon


def _behind(lead: str) -> Read:
    def read(slot: Slot) -> str | None:
        found = after(slot.text, lead)
        return found.rstrip(". !?").strip("'\"") if found else None

    return read


_handle = _behind(
    r"\b(?:user ?name|handle|display name)\b(?: (?:be (?:changed|set|switched)|now|over|to|is|should be|ought to be"
    r"|has to be|becomes?|as"
    r"|please))*:?"
)


def _username(slot: Slot) -> str | None:
    found = _handle(slot)
    return found.split()[0].strip("@,.'\"") or None if found else None


def _called(slot: Slot) -> str | None:
    found = re.search(
        r"\b(?:call me|be called|rename (?:me|my (?:account|profile))(?: to)?"
        r"|known as) @?(?P<name>\w{3,30})\b",
        slot.text,
        re.IGNORECASE,
    )
    return found["name"] if found else None


_town = _behind(r"\b(?:home (?:location|base|town)|hometown|my location)\b(?: (?:to|is now|is|as|should be))")


def _home(slot: Slot) -> str | None:
    found = _town(slot)
    return re.split(r",? (?:please|now|so)\b|, (?=[a-z])", found)[0] if found else None


_bio = _behind(r"\b(?:bio|about me)\b(?: (?:to read|to say|to|should (?:say|read|be)|reads?|says?|is|as|for|with))?")
_YEAR = (
    r"\b(?:model year|rv year|year of (?:my|our|the) (?:rv|rig|motor ?home|coach|trailer|van))\b\D*"
    r"(?P<year>(?:19|20)\d\d)\b"
)


_NO_BIO = r"\b(?:remove|delete|clear|erase|empty|blank out|take down|wipe)\b (?:out )?(?:my |the )?(?:whole )?bio\b"
_kind = _behind(r"\b(?:rv|rig|coach) type\b(?: (?:to|is|as|should be))(?: an?\b)?")


def _rv_type(slot: Slot) -> str | None:
    found = _kind(slot)
    return re.split(r",|\.|;| and (?:the |my )?(?:model )?year\b", found)[0].strip() if found else None


def _quoted_bio(slot: Slot) -> str | None:
    """Return what stands in quotes, or behind a colon after the word."""
    named = re.search(r"\bbio\b(?P<rest>.*)", slot.text, re.IGNORECASE)
    return quoted_in(slot.text) or behind_colon(named["rest"]) if named else None


def _driven(slot: Slot) -> str | None:
    """Return the kind of rig a sentence about the profile names."""
    found = re.search(
        r"\b(?:class [abc](?: motor ?home)?|fifth[ -]?wheel|travel trailer|toy hauler|camper ?van|truck camper"
        r"|skoolie)\b",
        slot.text,
        re.IGNORECASE,
    )
    return found[0] if found and not re.search(r"\bbio\b|user ?name|handle", slot.text, re.IGNORECASE) else None


def _rv_year(slot: Slot) -> int | None:
    found = re.search(_YEAR, slot.text, re.IGNORECASE)
    return int(found["year"]) if found else None


_AT_HOME = r"\b(?:home|hometown|settled|moved|we live|i live|based|live in|from)\b"
_PROFILE: dict[str, Any] = {
    "username": lambda slot: _called(slot) or _username(slot),
    "bio": lambda slot: "" if re.search(_NO_BIO, slot.text, re.IGNORECASE) else _quoted_bio(slot) or _bio(slot),
    "location": lambda slot: (
        _home(slot) or (slot.reading.place if re.search(_AT_HOME, slot.text, re.IGNORECASE) else None)
    ),
    "rv_type": lambda slot: _rv_type(slot) or _driven(slot),
    "rv_year": _rv_year,
    "avatar_url": lambda slot: found[0] if (found := re.search(r"https?://\S+\w", slot.text)) else None,
}

RULES = (
    Rule(
        "update_profile",
        "profile set | profile @handle | profile set want | !label_bio | !label_usernam",
        Stance.ASKED,
        _PROFILE,
        unless="privacy show @question",
        needs=("|".join(_PROFILE),),
        asks={"username": "What shall I change in your profile?"},
    ),
)
