"""What a message points at in the turns before it: the way of a trip, a thing told. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import TurnRecord
from pam_agent.rules.request import Call, Route
from pam_agent.rules.rigs import BUILT, KIND, SIZE
from pam_shared.contracts.conversation import ToolUseBlock, answer_id

_ON_THE_WAY = re.compile(r"\b(?:on|along) (?:the|our|my|that) (?:way|route|road|drive|trip)\b", re.IGNORECASE)
_THERE = re.compile(r"\b(?:there|that place)\b", re.IGNORECASE)
_THAT = re.compile(r"\b(?:that|it|there|the same)\b", re.IGNORECASE)
_DRIVE = "origin", "destination"
_TURNS = 6
"""How many turns back something may lie."""


def resolved(found: Route, text: str, earlier: list[TurnRecord]) -> Route:
    """Return a route with what its words point at filled in; unchanged where they point at nothing that was said."""
    calls = [_resolved(call, found.missing if call is found.calls[-1] else [], text, earlier) for call in found.calls]
    still = [name for name in found.missing if name not in (calls[-1].arguments if calls else {})]
    return replace(found, calls=calls, missing=still, ask=found.ask if still or not found.missing else None)


def _resolved(call: Call, missing: list[str], text: str, earlier: list[TurnRecord]) -> Call:
    return replace(call, arguments=call.arguments | _spoken_of(call, missing, text, earlier))


def _spoken_of(call: Call, missing: list[str], text: str, earlier: list[TurnRecord]) -> dict[str, Any]:
    """Return the arguments of a call that lie in the turns before."""
    given = call.arguments
    if given.get("location") == "here" and (_ON_THE_WAY.search(text) or _THERE.search(text)):
        return _way(call, text, earlier)
    if call.reads and set(_DRIVE) <= set(missing):
        return _drive(earlier)
    is_unnamed = (call.tool, given.get("category")) in {("create_expense", "other"), ("update_budget", None)}
    if is_unnamed and _THAT.search(text):
        return _category(earlier)
    if call.tool == "forget_memory" and "description" not in given:
        told = (use.input["subject"] for use in _uses(earlier[-1:]) if use.name == "remember")
        return {"description": subject} if (subject := next(told, None)) else {}
    if call.tool == "record_user_feedback" and earlier and "message_id" not in given:
        return {"message_id": str(answer_id(earlier[-1].message.id))}
    return {}


def placed(found: Route, member: MemberContext | None) -> Route:
    """Return a route with the position of the member's device where a call needs one, or begins somewhere."""
    if member is None or member.place is None:
        return found
    where: dict[str, Any] = {"latitude": member.place.latitude, "longitude": member.place.longitude, "origin": "here"}
    calls = [
        replace(call, arguments=call.arguments | {name: where[name] for name in _needed(where, found.missing)})
        if call is found.calls[-1]
        else call
        for call in found.calls
    ]
    still = [name for name in found.missing if name not in where]
    return replace(found, calls=calls, missing=still, ask=found.ask if still or not found.missing else None)


def of_known_rig(found: Route, member: MemberContext | None) -> Route:
    """Return a route that tells more of the vehicle the member has, where it would add one by its size alone."""
    call = found.calls[-1] if found.calls else None
    if call is None or call.tool != "create_vehicle" or call.arguments.keys() & BUILT.keys():
        return found
    name, kind = call.arguments.get("name"), call.arguments.get("vehicle_type")
    is_known = member is not None and any(kind in {None, vehicle.vehicle_type} for vehicle in member.vehicles[:1])
    size = {argument: value for argument, value in call.arguments.items() if argument in SIZE}
    if not (size and is_known) or (name and not KIND.fullmatch(name)):
        return found
    more = replace(call, tool="update_vehicle", arguments=size)
    return replace(found, calls=[*found.calls[:-1], more], missing=[], ask=None)


def _needed(where: dict[str, Any], missing: list[str]) -> list[str]:
    """Return the arguments a position is told by: a latitude says nothing without its longitude."""
    is_place = bool({"latitude", "longitude"} & set(missing))
    return [name for name in where if name in missing or (is_place and name != "origin")]


def _way(call: Call, text: str, earlier: list[TurnRecord]) -> dict[str, Any]:
    """Return the place or the way that was spoken of last, as the arguments of a call about a place."""
    for use in _uses(earlier):
        end = use.input.get("destination") or use.input.get("location")
        if end and end != "here":
            through = [use.input.get("origin"), *use.input.get("stops", [])]
            is_along = call.tool == "get_weather_forecast" and _ON_THE_WAY.search(text)
            return {"location": end} | ({"route": through} if is_along and all(through) else {})
    return {}


def _drive(earlier: list[TurnRecord]) -> dict[str, Any]:
    """Return the ends of the newest way that was spoken of."""
    ways = (use.input for use in _uses(earlier) if set(_DRIVE) <= set(use.input))
    way = next(ways, {})
    return {name: way[name] for name in _DRIVE if name in way}


def _category(earlier: list[TurnRecord]) -> dict[str, Any]:
    """Return the category that the turn before found, or else was about."""
    told = [result.reply.data or {} for result in earlier[-1].results.values()] if earlier else []
    asked = [use.input for use in _uses(earlier[-1:])]
    named = [data["category"] for data in [*asked, *told] if isinstance(data.get("category"), str)]
    return {"category": named[-1]} if named else {}


def _uses(earlier: list[TurnRecord]) -> Iterator[ToolUseBlock]:
    """Yield the calls of the turns before, the newest first."""
    for record in reversed(earlier[-_TURNS:]):
        for _, reply in sorted(record.replies.items(), reverse=True):
            yield from (block for block in reversed(reply.content) if isinstance(block, ToolUseBlock))
