"""Several requests in one message: how to tell that they are, and the calls they come to."""

import re

from pam_agent.rules.choice import Choice, chosen
from pam_agent.rules.clauses import JOINED, LISTED, clauses_of, entries_of
from pam_agent.rules.reading import Reading
from pam_agent.rules.request import Call, Route, one_of
from pam_agent.rules.rulebook import RULES
from pam_agent.stated import facts_in
from pam_shared.contracts.tools import ToolManifest

_TO_PAM = re.compile(
    r"\band (?:then |also )?(?:(?:tell|show|give) me|check (?:if|whether)|find (?:me|us)|what's|how's|what is"
    r"|how is)\b",
    re.IGNORECASE,
)
"""Where a message that carries somebody's words turns to PAM again."""
_SIZED = {rule for rule in RULES if rule.slots.keys() & {"vehicle_height_ft", "rig_length_ft"}}
"""What is asked with a rig's size, which is no vehicle to be added then."""
_AS_STRONG, _FAINT = 0.8, 0.5
"""What share of its strongest part's score makes a message one request; below which of the whole's a part is faint."""


def several_in(reading: Reading, whole: Choice | None, offered: dict[str, ToolManifest]) -> Route | None:
    """Return the calls of a message that is more than the one request it would be as a whole; None where it is not."""
    is_one = whole and whole.rule.keeps_text and not _TO_PAM.search(reading.text)
    several = None if is_one else _several(reading, whole, offered)
    return several or _rig_of_stranger(reading, whole, offered) or _listed(reading, whole, offered)


def _several(reading: Reading, whole: Choice | None, offered: dict[str, ToolManifest]) -> Route | None:
    """Return the calls of a message that consists of several requests; None where it does not."""
    parts = clauses_of(reading.text)
    readings = [Reading(part, reading.now, parts[n - 1] if n else "") for n, part in enumerate(parts)]
    found = [chosen(part, RULES, offered) for part in readings] if len(parts) > 1 else []
    choices = [choice for choice in found if choice and choice.stands_alone and choice.sentence]
    if not choices or len(choices) < len(parts) or (whole and _outweighs(whole, choices)):
        return None
    if whole and whole.rule in _SIZED and choices[0].rule.tool == "create_vehicle":
        return None
    routed = [one_of(part, offered, {}, choice) for part, choice in zip(readings, choices, strict=True)]
    calls, last = _once([call for each in routed for call in each.calls]), routed[-1]
    reads = [call.tool for call in calls if call.reads]
    goes_on = whole and whole.rule is choices[0].rule and len(reads) == len(calls) and not JOINED.search(reading.text)
    is_last_told = last.is_whole or (choices[-1].weight > 0 and last.asks_which)
    are_whole = is_last_told and all(each.is_whole for each in routed[:-1]) and len(reads) == len(set(reads))
    is_one = goes_on or not are_whole or _is_in_parts(calls, whole) or _says_more(reading, whole, offered, calls)
    return None if is_one else Route(calls, last.ask, last.missing)


def _rig_of_stranger(reading: Reading, whole: Choice | None, offered: dict[str, ToolManifest]) -> Route | None:
    """Return the call that adds what somebody drives who says in the same breath who they are; None of others."""
    parts = clauses_of(reading.text)
    if whole is None or whole.rule.tool != "remember" or len(parts) == 1:
        return None
    readings = [Reading(part, reading.now) for part in parts if not facts_in(part)]
    found = [(part, choice) for part in readings if (choice := chosen(part, RULES, offered))]
    rigs_told = [(part, choice) for part, choice in found if choice.rule.tool == "create_vehicle"]
    return one_of(rigs_told[0][0], offered, {}, rigs_told[0][1]) if len(found) == len(rigs_told) == 1 else None


def _listed(reading: Reading, whole: Choice | None, offered: dict[str, ToolManifest]) -> Route | None:
    """Return a call for each amount of a list: "30 on gas and 12 on coffee"; None where there is no such list."""
    is_list = len(reading.amounts) > 1 or LISTED.search(reading.digits)
    if whole is None or "amount" not in whole.rule.slots or not is_list:
        return None
    routed = [one_of(Reading(part, reading.now), offered, {}, whole) for part in entries_of(reading.digits)]
    is_whole = len(routed) > 1 and all(each.is_whole for each in routed)
    return Route(_once([call for each in routed for call in each.calls])) if is_whole else None


def _outweighs(whole: Choice, parts: list[Choice]) -> bool:
    """Whether a message speaks for one request as strongly as its parts do, and they for another only by likeness.

    "Show money in, money out and what's left" is one: of two requests each stands out when it is alone.
    """
    others = [part for part in parts if part.rule is not whole.rule]
    is_strong = whole.score >= _AS_STRONG * max(part.score for part in parts)
    return (
        is_strong
        and 0 < len(others) < len(parts)
        and all(part.weight == 0 or part.score < _FAINT * whole.score for part in others)
    )


def _says_more(reading: Reading, whole: Choice | None, offered: dict[str, ToolManifest], parts: list[Call]) -> bool:
    """Whether what stands before a question belongs to it: "gas is 3.50, we get 9 mpg, what do 400 miles cost"."""
    *before, last = parts
    is_joined = JOINED.search(reading.text) and any(call.reads for call in before)
    if whole is None or whole.rule.tool != last.tool or is_joined:
        return False
    calls = one_of(reading, offered, {}, whole).calls
    more = {name: told for name, told in calls[0].arguments.items() if name not in last.arguments} if calls else {}
    return last.reads and bool(more) and all(isinstance(told, int | float) for told in more.values())


def _is_in_parts(calls: list[Call], whole: Choice | None) -> bool:
    """Whether the parts say different things of one call: "dark mode on and emails off"."""
    told = [name for call in calls for name in call.arguments]
    is_same = whole is not None and {call.tool for call in calls} == {whole.rule.tool}
    return is_same and len(told) == len(set(told))


def _once(calls: list[Call]) -> list[Call]:
    """Return calls without those that say again what one before them does."""
    said = [(call.tool, call.arguments) for call in calls]
    return [call for n, call in enumerate(calls) if said[n] not in said[:n]]
