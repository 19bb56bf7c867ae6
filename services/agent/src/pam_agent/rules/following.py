"""A message that goes on with the turn before: the same call with what is new in it, or with what was wrong in it."""

import re
from datetime import datetime
from typing import Any

from pam_agent.conversation import TurnRecord
from pam_agent.rules.dates import day_in
from pam_agent.rules.places import place_in
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.records import on_its_day, pointed_at, returned
from pam_agent.rules.routing import RULES, Route, call_of, route
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.tools import Effect, ToolManifest

_ADDS = re.compile(r"\W*(?:(?:ok|okay|and|or|also|plus|what about|how about|make (?:it|that))\b\W*)+", re.IGNORECASE)
_TOO = re.compile(r",? (?:too|as well|also)\W*$", re.IGNORECASE)
_CORRECTS = re.compile(
    r"\W*(?:(?:no|nope|sorry|wait|actually|oops|correction|i mean|i meant|i said|and (?=(?:it|that) was\b)|it was"
    r"|that was|(?:it|that) should be|it's|make (?:it|that))\b\W*)+",
    re.IGNORECASE,
)
_NARROWS = re.compile(
    r"\W*(?:nothing|only|just|no more than|at most|up to|over|under|below|within|with)\b", re.IGNORECASE
)
_INSTEAD = re.compile(r"\W+(?:and )?(?:not|instead of|rather than)\b.*$", re.IGNORECASE)
"""What a correction says was wrong."""
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
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_CHEAPER = re.compile(
    r"\W*(?:(?:ok|okay|and|do you have|have you got|got|are there|is there|find me|show me|any|anything|something|some"
    r"|a|other|ones?|options?)\b\W*)*(?:cheaper|less expensive)\b(?:\W+(?:ones?|options?|places?|than (?:that|those)"
    r"|please|nearby|there|around))*\W*",
    re.IGNORECASE,
)
_PRICES = "price", "price_per_night"
_CENT = 0.01
_SAID = 3
"""How many of what was found an answer names."""
_UNDOES = re.compile(
    r"\W*(?:(?:no|oh|oops|wait|sorry|please|ok|okay)\b\W*)*(?:undo|delete|remove|scratch|scrap|cancel|erase|take back)"
    r" (?:that|it|this|the last)(?: (?:one|entry|again|please))*\W*$",
    re.IGNORECASE,
)
"""What was just done is to be undone."""
_PLACES = "destination", "location", "origin"
_WORDS = frozenset({"query", "title", "description", "message", "content", "notes"})
"""Arguments that any words would fill."""
_REPLACES = "update_", "manage_"
"""Tools that put a new value in the place of the one before."""
UNPRICED = "I know no prices of these, so I can't tell what is cheaper. Tell me what it may cost at most."
STANDS = (
    "I'm sorry, I can't change what is recorded. It says: {message} If you want another one beside it,"
    " tell me the whole of it."
)


def continued(text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return what a message asks for that makes sense only behind the turn before; None where it stands by itself."""
    if not earlier or len(text.split()) > _WORDS_MAX or not earlier[-1].uses:
        return None
    if _UNDOES.match(text):
        return _undone(earlier[-1], tools)
    if _CHEAPER.fullmatch(text):
        return _cheaper(earlier[-1], tools)
    if said := put_right(text):
        return _corrected(said, earlier[-1], tools, now)
    lead = _ADDS.match(text)
    tail = None if lead else _TOO.search(text)
    lead, rest = lead or tail, text[lead.end() :] if lead else _TOO.sub("", text)
    is_asked_on = _is_fragment(rest) and (lead or _NARROWS.match(rest) or text.rstrip().endswith("?"))
    if not is_asked_on and not (lead and _is_bare(rest)):
        return None
    found = (_again(use, rest, tools, now) for use in reversed(earlier[-1].uses))
    return next((each for each in found if each), None)


def put_right(text: str) -> str | None:
    """Return what a correction puts in the place of what was said; None where a message corrects nothing."""
    lead = _CORRECTS.match(text)
    return _INSTEAD.sub("", text[lead.end() :]) or None if lead else None


def _is_fragment(text: str) -> bool:
    return bool(_FRAGMENT.match(text)) and not _OWN_VERB.search(text)


def _is_bare(text: str) -> bool:
    """Whether it is a word or two for a thing: "food", "sewer hoses"."""
    return len(text.split()) <= _BARE_MAX and not _OWN_VERB.search(text)


def _again(use: ToolUseBlock, text: str, tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return a call once more with the slots that a fragment fills: a read with any, a write with all that makes it."""
    tool, rule = _named(use.name, tools)
    if tool is None or rule is None:
        return None
    new = _read(use, rule, tool, text, now)
    required = set(tool.input_schema.get("required", []))
    if tool.effect is not Effect.READ and not (required & set(new) and rule.stance is not Stance.TOLD):
        return None
    if not (new or _is_other_day(tool, text, now)) or _is_money_left(new, Reading(text, now)):
        return None
    stays = use.input if tool.effect is Effect.READ else {n: v for n, v in use.input.items() if n not in required}
    return call_of(rule, tool, stays | new, 1.0, "as in the turn before")


def _corrected(text: str, last: TurnRecord, tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return the last call with a slot put right, or the whole wish there is instead of it.

    Where its record cannot be put right, that is said and nothing is recorded a second time.
    """
    use, alone, right = last.uses[-1], route(text, tools, now), _INSTEAD.sub("", text)
    tool, rule = _named(use.name, tools)
    if tool is None or rule is None:
        return None
    new = _read(use, rule, tool, right, now) or _place(use, last, right)
    is_bare = _is_fragment(right) or _is_bare(right)
    is_about_it = bool(new) and (is_bare or use.name in {call.tool for call in alone.calls})
    if is_bare and (moved := _moved(use, last, right, tools, now)):
        return moved
    if is_about_it and (stands := _stands(use, tool, last)):
        return Route(ask=STANDS.format(message=stands))
    if is_about_it and is_bare and (tool.effect is Effect.READ or any(map(_is_number, new.values()))):
        return call_of(rule, tool, use.input | new, 1.0, "the turn before, put right")
    return alone if alone.is_whole else None


def _stands(use: ToolUseBlock, tool: ToolManifest, last: TurnRecord) -> str | None:
    """Return what was said of a record that the same call would not replace but repeat."""
    result = last.results.get(use.id)
    is_kept = tool.effect is not Effect.READ and not use.name.startswith(_REPLACES)
    return _SENTENCE.split(result.reply.message)[0] if result and result.reply.success and is_kept else None


def _moved(use: ToolUseBlock, last: TurnRecord, text: str, tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return the change of what the turn before created, where there is a tool that changes it."""
    tool, rule = _named(use.name.replace("create_", "update_"), tools)
    named = _made(use, tool, last)
    if tool is None or rule is None or named is None:
        return None
    argument, record = named
    new = _new(rule, Slot(Reading(text, now), tool))
    arguments = {argument: record["id"], **on_its_day(record, new, text, now)}
    return call_of(rule, tool, arguments, 1.0, "what was made, put right") if new else None


def _cheaper(last: TurnRecord, tools: list[ToolManifest]) -> Route | None:
    """Return the search of the turn before for less than the cheapest it named; None where it knew no prices."""
    use = last.uses[-1]
    tool, rule = _named(use.name, tools)
    result = last.results.get(use.id)
    lists = [value for value in ((result and result.reply.data) or {}).values() if isinstance(value, list)]
    records = [record for found in lists for record in found if isinstance(record, dict)]
    prices = [float(record[name]) for record in records[:_SAID] for name in _PRICES if record.get(name)]
    if tool is None or rule is None or "max_price" not in tool.input_schema.get("properties", {}):
        return None
    if not prices:
        return Route(ask=UNPRICED)
    less = round(min(prices) - _CENT, 2)
    return call_of(rule, tool, use.input | {"max_price": less}, 1.0, "cheaper than what was found")


def _undone(last: TurnRecord, tools: list[ToolManifest]) -> Route | None:
    """Return the deletion of what the turn before created, where there is a tool that deletes it."""
    use = last.uses[-1]
    tool, rule = _named(re.sub("^(?:create|update)_", "delete_", use.name), tools)
    named = _made(use, tool, last)
    if tool is None or rule is None or named is None:
        return None
    return call_of(rule, tool, {named[0]: named[1]["id"]}, 1.0, "what was made, taken back")


def _made(use: ToolUseBlock, other: ToolManifest | None, last: TurnRecord) -> tuple[str, dict[str, Any]] | None:
    """Return what the turn before made or changed, beside the argument by which a tool is told of it."""
    required = other.input_schema.get("required", []) if other else []
    argument = next((name for name in required if name.endswith("_id")), None)
    if other is None or argument is None:
        return None
    if argument in use.input:
        return argument, {"id": use.input[argument]}
    record = pointed_at(other.name, argument, "it", returned([last]))
    return (argument, record) if record else None


def _place(use: ToolUseBlock, last: TurnRecord, text: str) -> dict[str, Any]:
    """Return a bare name as the place of a call: in place of the one its result says is wrong, else of its end."""
    named = [name for name in _PLACES if name in use.input]
    place = place_in(f"in {text}")
    if not named or not place or place == "here":
        return {}
    result = last.results.get(use.id)
    wrong = (name for name in named if result and not result.reply.success and use.input[name] in result.reply.message)
    return {next(wrong, named[0]): place}


def _read(use: ToolUseBlock, rule: Rule, tool: ToolManifest, text: str, now: datetime) -> dict[str, Any]:
    """Return what a fragment fills; a bare name is a place where the call is about one, other words what is sought."""
    is_name = text[:1].isupper() and "location" in use.input
    if new := _new(rule, Slot(Reading(f"in {text}" if is_name else text, now), tool)):
        return new
    is_sought = "query" in use.input and _is_bare(text) and not _FRAGMENT.match(text)
    return {"query": text.strip(" ?.!")} if is_sought else {}


def _is_other_day(tool: ToolManifest, text: str, now: datetime) -> bool:
    """Whether a fragment is another day of what is told for several days at once."""
    is_told_by_days = tool.effect is Effect.READ and "days" in tool.input_schema.get("properties", {})
    return is_told_by_days and day_in(text, now.date()) is not None


def _new(rule: Rule, slot: Slot) -> dict[str, Any]:
    """Return what a text fills of a rule's slots, beyond what its amounts alone would."""
    bare = Slot(Reading(" ".join(slot.reading.amounts), slot.reading.now), slot.tool)
    found = {name: value for name, read in rule.slots.items() if (value := read(slot)) is not None}
    new = {name: found[name] for name in found if _is_number(found[name]) or found[name] != rule.slots[name](bare)}
    return {name: value for name, value in new.items() if name not in _WORDS}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_money_left(new: dict[str, Any], reading: Reading) -> bool:
    """Whether a text names money that no slot took: then it is about something else."""
    return bool(reading.amounts) and not any(_is_number(value) for value in new.values())


def _named(name: str, tools: list[ToolManifest]) -> tuple[ToolManifest | None, Rule | None]:
    tool = next((tool for tool in tools if tool.name == name), None)
    return tool, next((rule for rule in RULES if rule.tool == name), None)
