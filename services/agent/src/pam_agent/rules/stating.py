"""What members state without asking for anything: it is remembered, said to be, and confirmed by a plain yes."""

import re
from typing import Any

from pam_agent.mind import Prompt
from pam_agent.rules.request import Call, Route
from pam_agent.stated import facts_in

_REMEMBER, _SAVED = "remember", "track_savings"
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
    told = [(result.tool, result.reply.data or {}) for result in prompt.earlier[-1].results.values()]
    facts = [data["memory"]["id"] for tool, data in told if tool == _REMEMBER and data.get("ask_to_confirm")]
    saved = [data["savings_event"] for tool, data in told if tool == _SAVED and "savings_event" in data]
    return [_call("confirm_memory", {"memory_id": fact}, 1.0) for fact in facts] + [
        _call("confirm_savings", {"event_id": one["id"], "actual_savings": float(one["amount"])}, 1.0)
        for one in saved
        if not one["confirmed"]
    ]


def _call(tool: str, arguments: dict[str, Any], confidence: float) -> Call:
    return Call(tool, arguments, confidence, "a statement", reads=False)
