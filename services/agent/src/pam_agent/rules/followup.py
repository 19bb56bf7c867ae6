"""An answer to the question of the turn before: it fills the slot that was asked for. Pure."""

from datetime import datetime
from typing import Any

from pam_agent.conversation import TurnRecord
from pam_agent.rules.numerals import number
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.routing import RULES, Call, Route, route
from pam_agent.rules.rule import Rule
from pam_shared.contracts.tools import ToolManifest

_DEPTH = 4
"""Questions in a row that are remembered."""
_WORDS_MAX = 12


def answered(
    text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime, depth: int = _DEPTH
) -> Route | None:
    """Return the route of the turn before with its slot filled; None if it asked nothing or this is another wish."""
    if not earlier or not depth or (earlier[-1].finished is None):
        return None
    last, before = earlier[-1].message.text, earlier[:-1]
    asked = answered(last, before, tools, now, depth - 1) or route(last, tools, now)
    if (
        not asked.ask
        or not asked.missing
        or not earlier[-1].finished.text.endswith(asked.ask)
        or _is_another_wish(text, tools, now)
    ):
        return None
    return _filled(asked, text, tools, now)


def _is_another_wish(text: str, tools: list[ToolManifest], now: datetime) -> bool:
    """Whether a message is a whole request of its own, or too long for an answer."""
    alone = route(text, tools, now)
    return bool(alone.refusal) or (alone.is_whole and len(text.split()) > 2) or len(text.split()) > _WORDS_MAX  # noqa: PLR2004 - "40 dollars"


def _filled(asked: Route, text: str, tools: list[ToolManifest], now: datetime) -> Route | None:
    call, slot = asked.calls[-1], asked.missing[0]
    tool = next(tool for tool in tools if tool.name == call.tool)
    rule = next(rule for rule in RULES if rule.tool == call.tool)
    value = _value(rule, Slot(Reading(text, now), tool), slot)
    if value is None:
        return None
    arguments = call.arguments | {slot: value}
    more = route_of(rule, call, arguments, asked.missing[1:])
    return Route([*asked.calls[:-1], more[0]], more[1], asked.missing[1:])


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
    return slot.text.strip(" .!") if is_free else None
