"""How members speak of what PAM remembers of them."""

import re

from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.stated import Stated, facts_in

_ABOUT = re.compile(r"\babout (?P<it>.+?)[?.!]*$", re.IGNORECASE)
_FORGET = re.compile(r"\bforget (?:about |that |what i (?:said|told you) about )*(?P<it>.+?)[?.!]*$", re.IGNORECASE)


def _fact(slot: Slot) -> Stated | None:
    return next(iter(facts_in(slot.text)), None)


def _named(pattern: re.Pattern[str], slot: Slot) -> str | None:
    found = pattern.search(slot.text)
    return found["it"] if found else None


RULES = (
    Rule("list_memories", "!knows_me", unless="delete forgets"),
    Rule(
        "recall_memories",
        "!remembers_about -knows_me",
        slots={"query": lambda slot: _named(_ABOUT, slot)},
        asks={"query": "What do you want me to remember?"},
    ),
    Rule(
        "remember",
        "!remember_that",
        Stance.REFUSED,
        slots={
            "kind": lambda slot: fact.kind if (fact := _fact(slot)) else None,
            "subject": lambda slot: fact.subject if (fact := _fact(slot)) else None,
            "statement": lambda slot: fact.statement if (fact := _fact(slot)) else None,
        },
        asks={"kind": "What shall I remember about you?"},
        keeps_text=True,
    ),
    Rule("confirm_memory", "!confirms_memory"),
    Rule("forget_all_memories", "!forgets_all", Stance.ASKED),
    Rule(
        "forget_memory",
        "!forgets -forgets_all -remember_that",
        Stance.ASKED,
        slots={"description": lambda slot: _named(_FORGET, slot)},
    ),
)
