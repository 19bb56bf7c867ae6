"""The record a call is about: found among what was shown, else looked for before the call is made."""

import re
from dataclasses import replace

from pam_agent.mind import Prompt
from pam_agent.rules.records import on_its_day, pointed_at, returned
from pam_agent.rules.request import Call, Route

_LISTS = {
    "update_calendar_event": "get_calendar_events",
    "delete_calendar_event": "get_calendar_events",
    "update_expense": "list_expenses",
    "delete_expense": "list_expenses",
    "update_cart": "get_cart",
    "add_to_cart": "search_products",
    "log_hustle_attempt": "list_hustle_ideas",
}
"""What lists the records of a tool that changes one."""
_INTO_CART = re.compile(
    r"\b(?:add|put|throw|toss|place|stick|drop|get|want|need)\b "
    r"(?!(?:the )?(?:it|that|this|one|them|first|second|third|fourth|fifth|last|top)\b)"
    r"(?:an? |the |some |another )?(?P<query>.{3,80}?)"
    r" (?:in|into|to|on) (?:my |the |our )?(?:shopping )?(?:cart|basket)\b",
    re.IGNORECASE,
)


def identified(found: Route, prompt: Prompt) -> Route:
    """Return a route with the id of the record its last call is about, where results so far hold it."""
    ids = [name for name in found.missing if name.endswith("_id")]
    # What the call itself changed since is not what the message spoke of.
    looked = (result for step in prompt.steps for result in step.results if result.tool != found.calls[-1].tool)
    results = [*returned(prompt.earlier), *looked] if found.calls else []
    record = pointed_at(found.calls[-1].tool, ids[0], prompt.text, results) if ids else None
    if record is None:
        return found
    call = found.calls[-1]
    given = {ids[0]: record["id"], **on_its_day(record, call.arguments, prompt.text, prompt.now)}
    still = [name for name in found.missing if name != ids[0]]
    calls = [*found.calls[:-1], replace(call, arguments=given)]
    return replace(found, calls=calls, missing=still, ask=found.ask if still else None)


def look_first(found: Route, prompt: Prompt) -> list[Call]:
    """Return the call that lists what the last call of a route is about; none where it is known without, or alone."""
    tool = _LISTS.get(found.calls[-1].tool) if len(found.calls) == 1 else None
    if tool is None or tool not in {offered.name for offered in prompt.tools}:
        return []
    if prompt.steps:
        is_needed = tool in {result.tool for result in prompt.steps[0].results}
    else:
        is_needed = any(name.endswith("_id") for name in found.missing)
    if tool != "search_products":
        return [Call(tool, {}, 1.0, "to find what is meant")] if is_needed else []
    sought = _INTO_CART.search(prompt.text)
    return [Call(tool, {"query": sought["query"]}, 1.0, "to find what is meant")] if is_needed and sought else []
