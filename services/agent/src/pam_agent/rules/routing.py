"""From a sentence to calls: the rule with the strongest evidence, its arguments, and what has to be asked."""

from datetime import datetime
from typing import Any

from pam_agent.rules.choice import chosen
from pam_agent.rules.fillers import fluent
from pam_agent.rules.memory import LASTING, arguments_of
from pam_agent.rules.reading import Reading
from pam_agent.rules.refusals import refusal_of
from pam_agent.rules.request import Call, Route, one_of
from pam_agent.rules.rulebook import RULES
from pam_agent.rules.several import several_in
from pam_agent.stated import facts_in
from pam_shared.contracts.tools import ToolManifest


def route(text: str, tools: list[ToolManifest], now: datetime, given: dict[str, Any] | None = None) -> Route:
    """Return what a message asks for. ``now`` is the member's; ``given`` holds slots told in answer to a question."""
    if refusal := refusal_of(text):
        return Route(refusal=refusal)
    offered = {tool.name: tool for tool in tools}
    reading = Reading(fluent(text), now)
    whole = chosen(reading, RULES, offered)
    found = several_in(reading, whole, offered) or one_of(reading, offered, given or {}, whole)
    return _with_facts(found, reading, offered)


def _with_facts(found: Route, reading: Reading, offered: dict[str, ToolManifest]) -> Route:
    """Return a route that keeps each fact a member states where they say who they are or what they drive."""
    tools = {call.tool for call in found.calls}
    if found.ask or found.away or "remember" not in offered or not tools <= {"remember", "create_vehicle"}:
        return found
    facts = [fact for fact in facts_in(reading.text) if fact.kind in LASTING and not (tools and fact.kind == "rig")]
    kept = [Call("remember", arguments_of(fact), fact.confidence, "a fact stated", reads=False) for fact in facts]
    others = [call for call in found.calls if call.tool != "remember"]
    return Route([*others, *kept]) if kept else found
