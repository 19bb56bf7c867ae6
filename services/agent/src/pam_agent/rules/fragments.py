"""What a few words say that make sense only behind a turn before. Pure."""

import re
from datetime import datetime
from typing import Any

from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.rulebook import RULES
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.tools import ToolManifest

WORDS_MAX = 8
"""So many words may be a fragment."""
_FRAGMENT = re.compile(
    r"(?:(?i:in|near|at|around|for|from|to|on|over|under|below|within|with|without|via|nothing|only|just|no more|up to"
    r"|the (?:last|next|past)|this|last|next|today|tomorrow|yesterday)\b|[$€£]?\d|[A-Z])"
)
_OWN_VERB = re.compile(
    r"\b(?:i|i'm|i'd|we|you|he|she|they|it|is|are|was|were|do|does|did|can|could|will|have|has|show|find|tell|plan"
    r"|log|add|set|remind|give|send|put|what|what's|how|where|when|which|who|why|any|thanks?|great|fine|good)\b",
    re.IGNORECASE,
)
_WORDS_MAX = 8
_BARE_MAX = 2
_OWN_VERB = re.compile(
    r"\b(?:i|i'm|i'd|we|you|he|she|they|it|is|are|was|were|do|does|did|can|could|will|have|has|show|find|tell|plan"
    r"|log|add|set|remind|give|send|put|what|what's|how|where|when|which|who|why|any|thanks?|great|fine|good)\b",
    re.IGNORECASE,
)
_WORDS_MAX = 8
_BARE_MAX = 2
_BARE_MAX = 2
_WORDS = frozenset({"query", "title", "description", "message", "content", "notes"})
"""Arguments that any words would fill."""


def is_fragment(text: str) -> bool:
    """Whether it begins like a part of a sentence and says nothing by itself: "in Durango", "over $40"."""
    return bool(_FRAGMENT.match(text)) and not _OWN_VERB.search(text)


def is_bare(text: str) -> bool:
    """Whether it is a word or two for a thing: "food", "sewer hoses"."""
    return len(text.split()) <= _BARE_MAX and not _OWN_VERB.search(text)


def read_in(use: ToolUseBlock, rule: Rule, tool: ToolManifest, text: str, now: datetime) -> dict[str, Any]:
    """Return what a fragment fills; a bare name is a place where the call is about one, other words what is sought."""
    is_name = text[:1].isupper() and "location" in use.input
    if new := new_in(rule, Slot(Reading(f"in {text}" if is_name else text, now), tool)):
        return new
    is_sought = "query" in use.input and is_bare(text) and not _FRAGMENT.match(text)
    return {"query": text.strip(" ?.!")} if is_sought else {}


def new_in(rule: Rule, slot: Slot) -> dict[str, Any]:
    """Return what a text fills of a rule's slots, beyond what its amounts alone would."""
    bare = Slot(Reading(" ".join(slot.reading.amounts), slot.reading.now), slot.tool)
    found = {name: value for name, read in rule.slots.items() if (value := read(slot)) is not None}
    new = {name: found[name] for name in found if is_number(found[name]) or found[name] != rule.slots[name](bare)}
    return {name: value for name, value in new.items() if name not in _WORDS}


def is_number(value: Any) -> bool:
    """Whether a value is a number; a yes or no is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def named(name: str, tools: list[ToolManifest]) -> tuple[ToolManifest | None, Rule | None]:
    """Return a tool that is offered and the rule for it; None for what there is not."""
    tool = next((tool for tool in tools if tool.name == name), None)
    return tool, next((rule for rule in RULES if rule.tool == name), None)
