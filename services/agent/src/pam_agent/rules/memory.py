"""How members speak of what PAM remembers of them."""

import re

from pam_agent.rules.reading import PERSONAL, Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import keywords
from pam_agent.stated import Stated, facts_in

_ABOUT = re.compile(r"\babout (?P<it>.+?)[?.!]*$", re.IGNORECASE)
_FORGET = re.compile(
    r"\b(?:forget|stop remembering|memory (?:about|of)|what you(?:'ve)? (?:know|remember|stored?|kept|have|got"
    r"|saved) about) (?:about |that |what i (?:said"
    r"|told you) about )*(?P<it>.+?)[?.!]*$",
    re.IGNORECASE,
)
_OF_SELF = {
    "name": re.compile(r"\bwho (?:am i|i am)\b", re.IGNORECASE),
    "rig": re.compile(r"\b(?:i drive|i driving|my rig)\b", re.IGNORECASE),
}
_POINTED = re.compile(
    r"(?:that|it|this|about it|about that)(?: (?:one|again|please|fact|memory|thing))*", re.IGNORECASE
)
_ASKED = re.compile(
    r"^(?:(?:do|can|did|have) (?:you|i) (?:still |ever )?(?:remember|recall|know|tell you|told you|mention\w*)"
    r"|(?:remind me )?what(?:'s| is| was| are| did)?|when(?:'s| is| was)?|where(?:'s| is| does)?|who(?:'s| is"
    r"| am)?|you remember)"
    r"\b(?: what| where| when| who| how| that| if| it)*",
    re.IGNORECASE,
)


LASTING = PERSONAL | {"rig"}
"""Kinds of facts that are kept when they are only mentioned; what somebody likes or plans is kept when asked to."""


def arguments_of(fact: Stated) -> dict[str, str]:
    """Return a fact as the tool takes it."""
    return {"kind": fact.kind, "subject": fact.subject, "statement": fact.statement}


def _fact(slot: Slot) -> Stated | None:
    return next(iter(facts_in(slot.text)), None)


def _part(name: str) -> Read:
    return lambda slot: getattr(_fact(slot), name, None)


def _wanted(slot: Slot) -> str | None:
    """Return what is to be recalled: what follows "about", or is left of the question."""
    of_self = next((subject for subject, words in _OF_SELF.items() if words.search(slot.text)), None)
    return of_self or _named(_ABOUT, slot) or keywords(_ASKED.sub("", slot.text.strip(" ?.!")))


def _unwanted(slot: Slot) -> str | None:
    found = _named(_FORGET, slot)
    return None if found is None or _POINTED.fullmatch(found) else found


def _named(pattern: re.Pattern[str], slot: Slot) -> str | None:
    found = pattern.search(slot.text)
    return found["it"] if found else None


def _kinds(slot: Slot) -> list[str] | None:
    known = {"pet": r"\bpets?\b", "rig": r"\brig\b", "diet": r"\bdiet", "health": r"\bhealth", "plan": r"\bplans\b"}
    return [kind for kind, words in known.items() if re.search(words, slot.text, re.IGNORECASE)] or None


RULES = (
    Rule(
        "list_memories",
        "!knows_me | !remembers_about show -@question",
        slots={"kinds": _kinds},
        unless="delete forgets export",
    ),
    Rule(
        "recall_memories",
        "!remembers_about -knows_me -confirm",
        slots={"query": _wanted},
        asks={"query": "What do you want me to remember?"},
    ),
    Rule(
        "remember",
        "!remember_that | !@fact",
        Stance.REFUSED,
        slots={name: _part(name) for name in ("kind", "subject", "statement")},
        asks={"kind": "What shall I remember about you?"},
        keeps_text=True,
        unless="stops_remembering",
    ),
    Rule("confirm_memory", "!confirms_memory | !remembers_about confirm"),
    Rule("forget_all_memories", "!forgets_all", Stance.ASKED),
    Rule(
        "forget_memory",
        "!forgets -forgets_all -remember_that | !stops_remembering",
        Stance.ASKED,
        slots={"description": _unwanted},
        needs=("description",),
        asks={"description": "Which of it shall I forget?"},
    ),
)
