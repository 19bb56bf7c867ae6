"""From a sentence to calls: the rule with the strongest evidence, its arguments, and what has to be asked."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pam_agent.rules import (
    account,
    budget,
    calendar,
    charges,
    entries,
    income,
    insight,
    meetups,
    memory,
    operators,
    posts,
    profile,
    rigs,
    savings,
    shop,
    social,
    trip,
    units,
)
from pam_agent.rules.choice import Choice, chosen
from pam_agent.rules.clauses import JOINED, LISTED, clauses_of, entries_of
from pam_agent.rules.fillers import fluent
from pam_agent.rules.memory import LASTING, arguments_of
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.refusals import refusal_of
from pam_agent.rules.rule import Rule
from pam_agent.stated import facts_in
from pam_shared.contracts.tools import Effect, ToolManifest

RULES: tuple[Rule, ...] = tuple(
    rule
    for domain in (
        budget,
        entries,
        savings,
        charges,
        income,
        trip,
        units,
        social,
        posts,
        meetups,
        shop,
        account,
        profile,
        rigs,
        calendar,
        insight,
        operators,
        memory,
    )
    for rule in domain.RULES
)
_TO_PAM = re.compile(
    r"\band (?:then |also )?(?:(?:tell|show|give) me|check (?:if|whether)|find (?:me|us)|what's|how's|what is"
    r"|how is)\b",
    re.IGNORECASE,
)
"""Where a message that carries somebody's words turns to PAM again."""
_POSITION = {"latitude", "longitude"}
_SIZED = {rule for rule in RULES if rule.slots.keys() & {"vehicle_height_ft", "rig_length_ft"}}
"""What is asked with a rig's size, which is no vehicle to be added then."""
_AS_STRONG, _FAINT = 0.8, 0.5
"""What share of its strongest part's score makes a message one request; below which of the whole's a part is faint."""
_SURE = 0.6
"""A score that leaves no doubt."""


@dataclass(frozen=True)
class Call:
    """A tool to be called. ``confidence`` is between 0 and 1; ``rule`` says on what evidence."""

    tool: str
    arguments: dict[str, Any]
    confidence: float
    rule: str
    reads: bool = True


@dataclass(frozen=True)
class Route:
    """What a message comes to.

    While there is something to ``ask``, nothing is called: ``missing`` names the empty slots of the last call. ``away``
    names tools it asks for that nobody offers.
    """

    calls: list[Call] = field(default_factory=list)
    ask: str | None = None
    missing: list[str] = field(default_factory=list)
    refusal: str | None = None
    away: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether it calls something and nothing is in the way."""
        return bool(self.calls) and self.ask is None and not self.away

    @property
    def asks_which(self) -> bool:
        """Whether all it lacks is the record that is meant, or where the member is: what no words hold."""
        return bool(self.missing) and all(name.endswith("_id") or name in _POSITION for name in self.missing)

    def stages(self) -> list[list[Call]]:
        """Return the calls in rounds: a read that follows a write waits for it, all others go together."""
        rounds: list[list[Call]] = [[]]
        for call in self.calls:
            if call.reads and not all(before.reads for before in rounds[-1]):
                rounds.append([])
            rounds[-1].append(call)
        return rounds


def route(text: str, tools: list[ToolManifest], now: datetime, given: dict[str, Any] | None = None) -> Route:
    """Return what a message asks for. ``now`` is the member's; ``given`` holds slots told in answer to a question."""
    if refusal := refusal_of(text):
        return Route(refusal=refusal)
    offered = {tool.name: tool for tool in tools}
    reading = Reading(fluent(text), now)
    whole = chosen(reading, RULES, offered)
    is_one = whole and whole.rule.keeps_text and not _TO_PAM.search(reading.text)
    several = None if is_one else _several(reading, whole, offered)
    several = several or _rig_of_stranger(reading, whole, offered)
    one = several or _listed(reading, whole, offered) or _one(reading, offered, given or {}, whole)
    return _with_facts(one, reading, offered)


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
    routed = [_one(part, offered, {}, choice) for part, choice in zip(readings, choices, strict=True)]
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
    return _one(rigs_told[0][0], offered, {}, rigs_told[0][1]) if len(found) == len(rigs_told) == 1 else None


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
    calls = _one(reading, offered, {}, whole).calls
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


def _with_facts(found: Route, reading: Reading, offered: dict[str, ToolManifest]) -> Route:
    """Return a route that keeps each fact a member states where they say who they are or what they drive."""
    tools = {call.tool for call in found.calls}
    if found.ask or found.away or "remember" not in offered or not tools <= {"remember", "create_vehicle"}:
        return found
    facts = [fact for fact in facts_in(reading.text) if fact.kind in LASTING and not (tools and fact.kind == "rig")]
    kept = [Call("remember", arguments_of(fact), fact.confidence, "a fact stated", reads=False) for fact in facts]
    others = [call for call in found.calls if call.tool != "remember"]
    return Route([*others, *kept]) if kept else found


def _listed(reading: Reading, whole: Choice | None, offered: dict[str, ToolManifest]) -> Route | None:
    """Return a call for each amount of a list: "30 on gas and 12 on coffee"; None where there is no such list."""
    is_list = len(reading.amounts) > 1 or LISTED.search(reading.digits)
    if whole is None or "amount" not in whole.rule.slots or not is_list:
        return None
    routed = [_one(Reading(part, reading.now), offered, {}, whole) for part in entries_of(reading.digits)]
    is_whole = len(routed) > 1 and all(each.is_whole for each in routed)
    return Route(_once([call for each in routed for call in each.calls])) if is_whole else None


def _one(reading: Reading, offered: dict[str, ToolManifest], given: dict[str, Any], found: Choice | None) -> Route:
    if found is None:
        return Route()
    rule = found.rule
    tool = offered.get(rule.tool)
    if tool is None:
        return Route(away=[rule.tool])
    arguments = {
        name: value for name, read in rule.slots.items() if (value := read(Slot(reading, tool))) is not None
    } | given
    return call_of(rule, tool, arguments, round(min(1.0, found.score / _SURE + 0.4), 2), found.evidence)


def call_of(rule: Rule, tool: ToolManifest, arguments: dict[str, Any], confidence: float, evidence: str) -> Route:
    """Return the route to one call, with the question for its first empty slot."""
    call = Call(rule.tool, arguments, confidence, evidence, tool.effect is Effect.READ)
    missing = _missing(rule, tool, arguments)
    return Route([call], _question(rule, missing[0], arguments) if missing else None, missing)


def _missing(rule: Rule, tool: ToolManifest, arguments: dict[str, Any]) -> list[str]:
    """Return the empty slots: those the schema requires, in the order of the rule's questions, and one of each need."""
    required = [name for name in tool.input_schema.get("required", []) if name not in arguments]
    order = list(rule.asks)
    needs = [need.split("|")[0] for need in rule.needs if not set(need.split("|")) & set(arguments)]
    return sorted(needs + required, key=lambda name: order.index(name) if name in order else len(order))


def _question(rule: Rule, slot: str, arguments: dict[str, Any]) -> str:
    asked = rule.asks.get(slot, f"What is the {slot.removesuffix('_id').replace('_', ' ')}?")
    return re.sub(r"\{(\w+)\}", lambda name: str(arguments.get(name[1], "it")), asked)
