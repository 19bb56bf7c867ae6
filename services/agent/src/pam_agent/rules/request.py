"""One request: the call it comes to, and what has to be asked for it."""

import re
from dataclasses import dataclass, field
from typing import Any

from pam_agent.rules.choice import Choice
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.rule import Rule
from pam_shared.contracts.tools import Effect, ToolManifest

_POSITION = {"latitude", "longitude"}
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


def one_of(reading: Reading, offered: dict[str, ToolManifest], given: dict[str, Any], found: Choice | None) -> Route:
    """Return the route to the call a choice stands for; ``given`` holds slots told in answer to a question."""
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
