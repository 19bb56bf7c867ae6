"""An answer to the question of the turn before: it fills the slot that was asked for. Pure."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from pam_agent.conversation import TurnRecord
from pam_agent.rules.correcting import put_right
from pam_agent.rules.numerals import in_digits, number
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.records import pointed_at, returned
from pam_agent.rules.request import Call, Route
from pam_agent.rules.routing import route
from pam_agent.rules.rule import Rule
from pam_agent.rules.rulebook import RULES
from pam_agent.rules.stance import is_question
from pam_shared.contracts.tools import ToolManifest

_DEPTH = 4
"""Questions in a row that are remembered."""
_WORDS_MAX = 12
_BARE = 2
"""So many words, "40 dollars", answer a question, unless they leave no doubt."""
_SURE = 0.9
_TOWARDS = re.compile(r"^\W*(?:to|from|in|at|near|around|towards?) (?=[A-Z])")
"""What stands before a name in an answer, and is no part of it."""
_CHOICE = re.compile(r"\W*(?:the|that|this|my) (?:[\w$.,'-]+ ){0,4}[\w$.,'-]+\W*$", re.IGNORECASE)


def answered(
    text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime, depth: int = _DEPTH
) -> Route | None:
    """Return the route of the turn before with its slot filled; None if it asked nothing or this is another wish."""
    if not earlier or not depth or (earlier[-1].finished is None):
        return None
    last, before = earlier[-1].message.text, earlier[:-1]
    alone = route(last, tools, now)
    asked = answered(last, before, tools, now, depth - 1) or alone
    if (
        not asked.ask
        or not asked.missing
        or not earlier[-1].finished.text.endswith(asked.ask)
        or (not _is_choice(asked, text, earlier) and _is_another_wish(text, asked.calls[-1].tool, tools, now))
    ):
        return None
    right = put_right(text)
    mended = _mended(asked, last if asked is alone else None, right, tools, now) if right else None
    return mended or _filled(asked, text, earlier, tools, now)


def _is_choice(asked: Route, text: str, earlier: list[TurnRecord]) -> bool:
    """Whether a message names one of the records that were shown: "the 45 dollar one"."""
    slot = asked.missing[0]
    is_said = bool(_CHOICE.match(text)) and slot.endswith("_id")
    return is_said and pointed_at(asked.calls[-1].tool, slot, text, returned(earlier)) is not None


def _is_another_wish(text: str, asked: str, tools: list[ToolManifest], now: datetime) -> bool:
    """Whether a message is a request of its own, or too long for an answer to what the ``asked`` tool lacks."""
    alone, words = route(text, tools, now), len(text.split())
    is_sure = bool(alone.calls) and alone.calls[0].tool != asked and alone.calls[0].confidence >= _SURE
    is_asked = is_sure and is_question(text)
    is_whole = alone.is_whole and (words > _BARE or (is_sure and words == _BARE))
    return bool(alone.refusal) or is_asked or is_whole or words > _WORDS_MAX


def _filled(
    asked: Route, text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime
) -> Route | None:
    call = asked.calls[-1]
    tool = next(tool for tool in tools if tool.name == call.tool)
    rule = next(rule for rule in RULES if rule.tool == call.tool)
    said = Slot(Reading(text, now), tool)
    slot = _meant(rule, said, asked.missing)
    record = pointed_at(call.tool, slot, text, returned(earlier)) if slot.endswith("_id") else None
    value = record["id"] if record else _value(rule, said, slot)
    if value is None:
        return None
    still = [name for name in asked.missing if name != slot]
    more = route_of(rule, call, call.arguments | {slot: value}, still)
    return Route([*asked.calls[:-1], more[0]], more[1], still)


def _mended(asked: Route, said: str | None, right: str, tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return the same question with what was told put right, a number where it was ``said``; None for an answer."""
    call = asked.calls[-1]
    tool = next(tool for tool in tools if tool.name == call.tool)
    rule = next(rule for rule in RULES if rule.tool == call.tool)
    told = Slot(Reading(right, now), tool)
    if any(name in rule.slots and rule.slots[name](told) is not None for name in asked.missing):
        return None
    read = {name: rule.slots[name](told) for name in rule.slots.keys() & call.arguments.keys()}
    new = {name: value for name, value in read.items() if value is not None and value != call.arguments[name]}
    for name, value in new.items():
        again = said and re.sub(
            rf"(?<![\d.]){re.escape(str(call.arguments[name]))}(?![\d.]*\d)", str(value), in_digits(said)
        )
        if again and again != said and (mended := route(again, tools, now)).missing == asked.missing:
            return mended
    return replace(asked, calls=[*asked.calls[:-1], replace(call, arguments=call.arguments | new)]) if new else None


def _meant(rule: Rule, said: Slot, missing: list[str]) -> str:
    """Return the empty slot an answer fills: the first that is read from it, else the one that was asked for."""
    reads = ((name, rule.slots[name]) for name in missing if name in rule.slots)
    return next((name for name, read in reads if read(said) is not None), missing[0])


def route_of(rule: Rule, call: Call, arguments: dict[str, Any], missing: list[str]) -> tuple[Call, str | None]:
    """Return the call with what is known now, and the next question if a slot is still empty."""
    question = rule.asks.get(missing[0], f"What is the {missing[0].replace('_', ' ')}?") if missing else None
    return Call(call.tool, arguments, call.confidence, f"{call.rule} and an answer", call.reads), question


def _value(rule: Rule, slot: Slot, name: str) -> Any:
    """Return what an answer says: as the rule reads it from a sentence, else a number or the words themselves."""
    read = rule.slots.get(name)
    value = read(slot) if read else None
    if value is not None:
        return value
    node = slot.tool.input_schema.get("properties", {}).get(name, {})
    kinds = {part.get("type") for part in (node, *node.get("anyOf", []))}
    if kinds & {"number", "integer"}:
        return number(slot.reading.amounts[0]) if slot.reading.amounts else None
    is_free = "string" in kinds and "format" not in node and "$ref" not in node
    return _TOWARDS.sub("", slot.text, count=1).strip(" .!") if is_free else None
