"""What members state without asking for anything: it is remembered, said to be, and confirmed by a plain yes."""

import re
from typing import Any

from pam_agent.mind import Prompt
from pam_agent.rules.routing import Call, Route
from pam_agent.stated import facts_in

_REMEMBER, _CONFIRM = "remember", "confirm_memory"
_ASSENT = r"(?:yes|yep|yeah|yup|sure|ok|okay|right|correct|exactly|indeed|it is|that(?:'s| is) (?:right|correct|true))"
_RIGHT = re.compile(rf"\W*{_ASSENT}(?:\W+(?:{_ASSENT}|thanks|thank you|please|pam))*\W*", re.IGNORECASE)


def stated_in(prompt: Prompt) -> Route:
    """Return the route that keeps what a message states, or confirms what the turn before asked about.

    An empty one where it does neither, or where nobody keeps anything.
    """
    calls = _confirmed(prompt) or _kept(prompt)
    offered = {tool.name for tool in prompt.tools}
    return Route([call for call in calls if call.tool in offered])


def _kept(prompt: Prompt) -> list[Call]:
    return [_call(_REMEMBER, vars(fact), fact.confidence) for fact in facts_in(prompt.text)]


def _confirmed(prompt: Prompt) -> list[Call]:
    if not prompt.earlier or not _RIGHT.fullmatch(prompt.text):
        return []
    told = (result.reply.data or {} for result in prompt.earlier[-1].results.values() if result.tool == _REMEMBER)
    asked = (data["memory"]["id"] for data in told if data.get("ask_to_confirm"))
    return [_call(_CONFIRM, {"memory_id": memory}, 1.0) for memory in asked]


def _call(tool: str, arguments: dict[str, Any], confidence: float) -> Call:
    return Call(tool, arguments, confidence, "a statement", reads=False)
