"""A message that puts right or takes back what a turn before did."""

import re
from datetime import datetime
from typing import Any

from pam_agent.conversation import TurnRecord
from pam_agent.rules.fragments import WORDS_MAX, is_bare, is_fragment, is_number, named, new_in, read_in
from pam_agent.rules.places import place_in
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.records import on_its_day, pointed_at
from pam_agent.rules.request import Route, call_of
from pam_agent.rules.routing import route
from pam_agent.rules.texts import instead_in
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.tools import Effect, ToolManifest

_CORRECTS = re.compile(
    r"\W*(?:(?:no|nope|sorry|wait|actually|oops|correction|i mean|i meant|i said|and (?=(?:it|that) was\b)|it was"
    r"|that was|(?:it|that) should be|it's|make (?:it|that)"
    r"|(?:move|change|shift|push|bump|reschedule|switch|make) (?:it|that) (?:back |up |out )?(?:to|for|until))\b\W*)+",
    re.IGNORECASE,
)
_UNDOES = re.compile(
    r"\W*(?:(?:no|oh|oops|wait|sorry|please|ok|okay)\b\W*)*(?:undo|delete|remove|scratch|scrap|cancel|erase|take back)"
    r" (?:that|it|this|the last)(?: (?:one|entry|again|please))*\W*$",
    re.IGNORECASE,
)
"""What was just done is to be undone."""
_MORE = re.compile(r"\b(?:also|too|another|again|as well|second)\b", re.IGNORECASE)
"""What comes beside what was said, not in its place."""
_DELETES = re.compile(r"\b(?:delete|remove|erase|cancel)\b", re.IGNORECASE)
_HOUR = re.compile(r"\W*(?P<hour>\d{1,2})(?: o'?clock)?\W*")
_NOON = 12
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_RECENT = 3
"""How many turns back a correction may be about."""
_PLACES = "destination", "location", "origin"
_CHANGES = {"add_to_cart": "update_cart"}
"""What changes that of which there are several, where it is not told by its name."""
_REPLACES = "update_", "manage_"
"""Tools that put a new value in the place of the one before."""
DONE = "I'm sorry, I can't take that back. Tell me what it should be instead, and I will set it."
STANDS = (
    "I'm sorry, I can't change what is recorded. It says: {message} If you want another one beside it,"
    " tell me the whole of it."
)


def corrected(text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return what puts right or takes back what was just done; None where a message does not."""
    if not earlier or len(text.split()) > WORDS_MAX:
        return None
    if _UNDOES.match(text):
        return _undone(text, earlier[-1], tools) or (Route(ask=DONE) if _has_written(earlier[-1], tools) else None)
    said = put_right(text)
    return _corrected(said, earlier, tools, now) if said else None


def put_right(text: str) -> str | None:
    """Return what a correction puts in the place of what was said; None where a message corrects nothing."""
    lead = _CORRECTS.match(text)
    return instead_in(text[lead.end() :]) or None if lead else None


def _corrected(text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return the last call with a slot put right, or the whole wish there is instead of it.

    Where its record cannot be put right, that is said and nothing is recorded a second time.
    """
    alone = route(text, tools, now)
    last, use = _meant(earlier, alone)
    if use is None or _MORE.search(text):
        return None
    tool, rule = named(use.name, tools)
    if tool is None or rule is None:
        return None
    new = read_in(use, rule, tool, text, now) or _place(use, last, text)
    is_short = is_fragment(text) or is_bare(text)
    is_about_it = bool(new) and (is_short or use.name in {call.tool for call in alone.calls})
    is_same = use.input.get("category") in {call.arguments.get("category") for call in alone.calls} - {None}
    if (is_short or (is_about_it and is_same)) and (moved := _moved(use, last, text, tools, now)):
        return moved
    if is_about_it and (stands := _stands(use, tool, last)):
        return Route(ask=STANDS.format(message=stands))
    if is_about_it and is_short and (tool.effect is Effect.READ or any(map(is_number, new.values()))):
        return call_of(rule, tool, use.input | new, 1.0, "the turn before, put right")
    return alone if alone.is_whole else None


def _meant(earlier: list[TurnRecord], alone: Route) -> tuple[TurnRecord, ToolUseBlock | None]:
    """Return the call a correction is about, and its turn: a late one for the same thing, else one just made."""
    same_thing = {(call.tool, call.arguments["category"]) for call in alone.calls if "category" in call.arguments}
    recent = ((turn, use) for turn in reversed(earlier[-_RECENT:]) for use in reversed(turn.uses))
    same = (found for found in recent if (found[1].name, found[1].input.get("category")) in same_thing)
    return next(same, (earlier[-1], next(reversed(earlier[-1].uses), None)))


def _stands(use: ToolUseBlock, tool: ToolManifest, last: TurnRecord) -> str | None:
    """Return what was said of a record that the same call would not replace but repeat."""
    result = last.results.get(use.id)
    is_kept = tool.effect is not Effect.READ and not use.name.startswith(_REPLACES)
    return _SENTENCE.split(result.reply.message)[0] if result and result.reply.success and is_kept else None


def _moved(use: ToolUseBlock, last: TurnRecord, text: str, tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return the change of what the turn before created, where there is a tool that changes it."""
    tool, rule = named(_CHANGES.get(use.name) or use.name.replace("create_", "update_"), tools)
    made = _made(use, tool, last)
    if tool is None or rule is None or made is None:
        return None
    argument, record = made
    text = _at_hour(text, record)
    new = new_in(rule, Slot(Reading(text, now), tool))
    arguments = {argument: record["id"], **on_its_day(record, new, text, now)}
    return call_of(rule, tool, arguments, 1.0, "what was made, put right") if new else None


def _has_written(last: TurnRecord, tools: list[ToolManifest]) -> bool:
    used = [named(use.name, tools)[0] for use in last.uses]
    return any(tool and tool.effect is not Effect.READ for tool in used)


def _at_hour(text: str, record: dict[str, Any]) -> str:
    """Return a bare hour as one of the half of the day the entry begins in: "7" of what begins at 18:00 is 7 pm."""
    bare, starts = _HOUR.fullmatch(text), record.get("start_date")
    if bare is None or not starts:
        return text
    return f"at {bare['hour']} {'pm' if datetime.fromisoformat(starts).hour >= _NOON else 'am'}"


def _undone(text: str, last: TurnRecord, tools: list[ToolManifest]) -> Route | None:
    """Return the deletion of what the turn before created, where there is a tool for it."""
    if not last.uses:
        return None
    use = last.uses[-1]
    tool, rule = named(_reverse_of(use.name, text), tools)
    made = _made(use, tool, last)
    if tool is None or rule is None or made is None:
        return None
    none = {"quantity": 0} if use.name in _CHANGES else {}
    return call_of(rule, tool, {made[0]: made[1]["id"], **none}, 1.0, "what was made, taken back")


def _reverse_of(name: str, text: str) -> str:
    """Return the tool that takes back what another did, or "".

    What was only changed is deleted where just that is said: "undo that" behind a correction is not.
    """
    verb, _, kind = name.partition("_")
    is_deleted = verb == "create" or (verb == "update" and _DELETES.search(text))
    return _CHANGES.get(name) or (f"delete_{kind}" if is_deleted else "")


def _made(use: ToolUseBlock, other: ToolManifest | None, last: TurnRecord) -> tuple[str, dict[str, Any]] | None:
    """Return what the turn before made or changed, beside the argument by which a tool is told of it."""
    required = other.input_schema.get("required", []) if other else []
    argument = next((name for name in required if name.endswith("_id")), None)
    if other is None or argument is None:
        return None
    if use.input.get(argument):
        return argument, {"id": use.input[argument]}
    result = last.results.get(use.id)
    record = pointed_at(other.name, argument, "it", [result]) if result else None
    return (argument, record) if record else None


def _place(use: ToolUseBlock, last: TurnRecord, text: str) -> dict[str, Any]:
    """Return a bare name as the place of a call: in place of the one its result says is wrong, else of its end."""
    told = [name for name in _PLACES if name in use.input]
    place = place_in(f"in {text}")
    if not told or not place or place == "here":
        return {}
    result = last.results.get(use.id)
    wrong = (name for name in told if result and not result.reply.success and use.input[name] in result.reply.message)
    return {next(wrong, told[0]): place}
