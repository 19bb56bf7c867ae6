"""A message that goes on with the turn before: the same call with what is new in it."""

import re
from datetime import datetime
from typing import Any

from pam_agent.conversation import TurnRecord
from pam_agent.rules.correcting import put_right
from pam_agent.rules.dates import day_in
from pam_agent.rules.fragments import WORDS_MAX, is_bare, is_fragment, is_number, named, read_in
from pam_agent.rules.reading import Reading
from pam_agent.rules.request import Route, call_of
from pam_agent.rules.stance import Stance
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.tools import Effect, ToolManifest

_ADDS = re.compile(r"\W*(?:(?:ok|okay|and|or|also|plus|what about|how about|make (?:it|that))\b\W*)+", re.IGNORECASE)
_TOO = re.compile(r",? (?:too|as well|also)\W*$", re.IGNORECASE)
_NARROWS = re.compile(
    r"\W*(?:nothing|only|just|no more than|at most|up to|over|under|below|within|with)\b", re.IGNORECASE
)
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
UNPRICED = "I know no prices of these, so I can't tell what is cheaper. Tell me what it may cost at most."


def continued(text: str, earlier: list[TurnRecord], tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return what a message asks for that makes sense only behind the turn before; None where it stands by itself."""
    if not earlier or len(text.split()) > WORDS_MAX or not earlier[-1].uses or put_right(text):
        return None
    if _CHEAPER.fullmatch(text):
        return _cheaper(earlier[-1], tools)
    lead = _ADDS.match(text)
    tail = None if lead else _TOO.search(text)
    lead, rest = lead or tail, text[lead.end() :] if lead else _TOO.sub("", text)
    is_asked_on = is_fragment(rest) and (lead or _NARROWS.match(rest) or text.rstrip().endswith("?"))
    if not is_asked_on and not (lead and is_bare(rest)):
        return None
    found = (_again(use, rest, tools, now) for use in reversed(earlier[-1].uses))
    return next((each for each in found if each), None)


def _again(use: ToolUseBlock, text: str, tools: list[ToolManifest], now: datetime) -> Route | None:
    """Return a call once more with the slots that a fragment fills: a read with any, a write with all that makes it."""
    tool, rule = named(use.name, tools)
    if tool is None or rule is None:
        return None
    new = read_in(use, rule, tool, text, now)
    required = set(tool.input_schema.get("required", []))
    if tool.effect is not Effect.READ and not (required & set(new) and rule.stance is not Stance.TOLD):
        return None
    if not (new or _is_other_day(tool, text, now)) or _is_money_left(new, Reading(text, now)):
        return None
    stays = use.input if tool.effect is Effect.READ else {n: v for n, v in use.input.items() if n not in required}
    return call_of(rule, tool, stays | new, 1.0, "as in the turn before")


def _cheaper(last: TurnRecord, tools: list[ToolManifest]) -> Route | None:
    """Return the search of the turn before for less than the cheapest it named; None where it knew no prices."""
    use = last.uses[-1]
    tool, rule = named(use.name, tools)
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


def _is_other_day(tool: ToolManifest, text: str, now: datetime) -> bool:
    """Whether a fragment is another day of what is told for several days at once."""
    is_told_by_days = tool.effect is Effect.READ and "days" in tool.input_schema.get("properties", {})
    return is_told_by_days and day_in(text, now.date()) is not None


def _is_money_left(new: dict[str, Any], reading: Reading) -> bool:
    """Whether a text names money that no slot took: then it is about something else."""
    return bool(reading.amounts) and not any(is_number(value) for value in new.values())
