"""What members state without asking for anything: it is remembered, and said to be."""

from pam_agent.mind import Prompt
from pam_agent.rules.routing import Call, Route
from pam_agent.stated import facts_in

_REMEMBER = "remember"


def stated_in(prompt: Prompt) -> Route:
    """Return the route that keeps what a message states; an empty one where it states nothing, or nobody keeps it."""
    if all(tool.name != _REMEMBER for tool in prompt.tools):
        return Route()
    facts = facts_in(prompt.text)
    return Route([Call(_REMEMBER, vars(fact), fact.confidence, "a statement", reads=False) for fact in facts])
