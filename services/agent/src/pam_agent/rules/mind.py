"""The mind that needs no model."""

from collections.abc import AsyncGenerator
from typing import Literal

from pam_agent.mind import RULES, Prompt, Reply
from pam_agent.rules.answers import told
from pam_agent.rules.correcting import corrected
from pam_agent.rules.explaining import explained
from pam_agent.rules.following import continued
from pam_agent.rules.followup import answered
from pam_agent.rules.lookup import identified, look_first
from pam_agent.rules.pointing import of_known_rig, placed, resolved
from pam_agent.rules.request import Route
from pam_agent.rules.routing import route
from pam_agent.rules.stating import stated_in
from pam_agent.rules.talk import AWAY, clock, hello, of_themselves, small_talk
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock
from pam_shared.contracts.tools import Outcome

MODEL = RULES


class Rules:
    """A mind of rules: the one with the strongest evidence answers."""

    mode: Literal["claude", "rules"] = "rules"

    async def reply(self, prompt: Prompt) -> AsyncGenerator[str | Reply, None]:
        """Ask for the next tools a message needs, or say what there is to say."""
        content = _content(prompt)
        for block in content:
            if isinstance(block, TextBlock):
                yield block.text
        yield Reply(content, MODEL)

    async def close(self) -> None:
        """Rules hold nothing."""


def understood(prompt: Prompt) -> Route:
    """Return what a message asks for, also where it goes on with the turn before or answers its question."""
    said = prompt.text, prompt.earlier, prompt.tools, prompt.now
    found = answered(*said) or corrected(*said) or continued(*said) or route(prompt.text, prompt.tools, prompt.now)
    found = found if found != Route() else stated_in(prompt)
    found = of_known_rig(resolved(found, prompt.text, prompt.earlier), prompt.member)
    return identified(placed(found, prompt.member), prompt)


def _content(prompt: Prompt) -> list[TextBlock | ToolUseBlock]:
    if prompt.steps and prompt.steps[0].reply.approved:
        # The member's yes asked for nothing but what was allowed by it.
        return [_results(prompt)]
    if why := explained(prompt):
        return [TextBlock(text=why)]
    found = understood(prompt)
    look = look_first(found, prompt)
    if (prompt.steps or not look) and (sentence := _said(found, prompt)):
        return [TextBlock(text=_among(prompt, sentence) if look else sentence)]
    rounds = [look, *found.stages()] if look else found.stages()
    if len(prompt.steps) >= len(rounds):
        return [_results(prompt, looked=len(look))]
    first = sum(len(calls) for calls in rounds[: len(prompt.steps)])
    # Ids count through the turn, so that whoever takes it over asks under the same keys.
    return [
        ToolUseBlock(id=f"call_{first + n}", name=call.tool, input=call.arguments)
        for n, call in enumerate(rounds[len(prompt.steps)])
    ]


def _results(prompt: Prompt, looked: int = 0) -> TextBlock:
    """Return what was done, without the look that went before it."""
    results = told([result.reply for step in prompt.steps[looked:] for result in step.results])
    return TextBlock(text=f"{hello(prompt.text)}{results}")


def _among(prompt: Prompt, question: str) -> str:
    """Return a question for one of the records that were looked up, behind them; without it where there is none."""
    results = [result for step in prompt.steps for result in step.results]
    is_found = any(result.reply.outcome is Outcome.OK for result in results)
    return f"{told([result.reply for result in results])} {question}" if is_found else _results(prompt).text


def _said(found: Route, prompt: Prompt) -> str | None:
    """Return what is said without any tool; None where tools are to be called."""
    if found.refusal:
        return found.refusal
    if known := of_themselves(prompt.text, prompt.member):
        return known
    if time := clock(prompt.text, prompt.now):
        return time
    if found.away:
        return AWAY
    return found.ask or (None if found.calls else small_talk(prompt.text, prompt.member))
