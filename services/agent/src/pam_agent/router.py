"""The rules: answering without a model. Ordered, deterministic, and honest about what they cannot do.

A rule knows how members ask for a tool; what the tool takes it reads from the manifest.
"""

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pam_agent.mind import Prompt, Reply, Step
from pam_agent.slots import amounts_in, category_in, days_in, period_in
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock
from pam_shared.contracts.tools import ToolManifest

MODEL = "rules"

GREETING = "Hello! I'm PAM. Tell me what you spent, ask what you have spent, or set a budget."
THANKS = "You're welcome. Safe travels!"
GOODBYE = "Goodbye, and safe travels!"
CAPABLE = (
    "I can write down what you spend, tell you what you have spent, set a budget, and compare the two."
    ' Try "I spent $45 on gas" or "How much did I spend this month?"'
)
UNSURE = f"I'm not sure what you mean. {CAPABLE}"


class Question(Exception):  # noqa: N818 - not an error: the rule has to ask back
    """A slot is missing: what to ask the member."""


Build = Callable[[str, ToolManifest], dict[str, Any]]


@dataclass(frozen=True)
class ToolRule:
    """Words that ask for a tool, and how its arguments are read from the sentence."""

    tool: str
    words: re.Pattern[str]
    build: Build
    writes: bool = False

    def fits(self, text: str) -> bool:
        """Whether the sentence asks for this; what writes needs a statement or a request, not just its words."""
        told = POLITE.sub("", text, count=1)
        polite = told != text
        if self.writes and NOT_TOLD.search(told.rstrip("? ") if polite else told):
            return False
        return self.words.search(text) is not None


@dataclass(frozen=True)
class Phrase:
    """Words that need no tool, and what is said to them."""

    words: re.Pattern[str]
    answer: str


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _expense(text: str, tool: ToolManifest) -> dict[str, Any]:
    amounts = amounts_in(text)
    if not amounts:
        raise Question("How much was it?")
    if len(amounts) > 1:
        raise Question("I can write down one expense at a time. Which one first?")
    category = category_in(text, tool)
    arguments: dict[str, Any] = {"amount": amounts[0], "category": category or "other"}
    return arguments if category else arguments | {"description": text[:500]}


def _budget(text: str, tool: ToolManifest) -> dict[str, Any]:
    amounts, category, period = amounts_in(text), category_in(text, tool), period_in(text)
    if category is None:
        raise Question("Which category is the budget for?")
    if CHANGE_BY.search(text):
        raise Question(f"What should the {category} budget be then, in all?")
    if len(amounts) != 1:
        raise Question(f"How much may you spend on {category} a month?")
    arguments = {"category": category, "amount": amounts[0]}
    return arguments | {"period": period} if period else arguments


def _comparison(text: str, tool: ToolManifest) -> dict[str, Any]:
    category = category_in(text, tool)
    return {"category": category} if category else {}


def _summary(text: str, tool: ToolManifest) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if days := days_in(text):
        arguments["days"] = days
    elif period := period_in(text):
        arguments["period"] = period
    if category := category_in(text, tool):
        arguments["category"] = category
    return arguments


POLITE = _words(r"^\W*(?:please|(?:can|could|would|will) you(?: please)?)\b")
NOT_TOLD = _words(
    r"\?\s*$|^\W*(?:did|do|does|can|should|is|are|am|was|what|how|why|when|where|who|if)\b"
    r"|n't\b|\b(?:not|never|without)\b|\b(?:will|would|going to|gonna|tomorrow|if)\b"
    r"|\b(?:delete|remove|undo|cancel|refund\w*|earned|made|got paid|saved|savings?|cheaper)\b"
)
"""A question, a negation, a plan, an undoing, an income: whatever it is, it is not money that was spent."""

CHANGE_BY = _words(r"\bby\s+[$€£]?\s?\d")

TOOL_RULES = (
    ToolRule(
        "compare_vs_budget",
        _words(
            r"\b(against|versus|vs\.?|compared?)\b.*\bbudget|\bbudgets?\b.*(\bdoing\b|\bleft\b|\bon track\b)"
            r"|\bhow (close|am i doing)\b.*|\bleft\b.*\bbudget|\bover budget\b|\bmy limits\b"
        ),
        _comparison,
    ),
    ToolRule(
        "update_budget",
        _words(
            r"\b(set|change|raise|lower|increase|make|update|create|cap|bump|limit)\b.*\b(budget|limit)\b"
            r"|\bcap\b.*\d|\bbudget\b.*\b(to|of|be|at)\b.*\d|\bbudget\s+\$?\d"
        ),
        _budget,
        writes=True,
    ),
    ToolRule(
        "get_spending_summary",
        _words(
            r"\b(how much|what)\b.*\b(spen[dt]|spending|gone out|cost me|went on)\b|\b(total|sum)\b.*\b(up|spent)\b"
            r"|\bspending\b|\bwhere\b.*\bmoney\b|\bmy expenses\b"
        ),
        _summary,
    ),
    ToolRule(
        "create_expense",
        _words(
            r"\b(spent|paid|bought|put down|jot|record|log|expense|cost)\b"
            r"|^\W*\w+(?: \w+)?\s*[:,-]?\s*[$€£]\s?\d[\d.,]*\W*$"
        ),
        _expense,
        writes=True,
    ),
)

PHRASES = (
    Phrase(_words(r"^\W*(hi|hello|hey|howdy|good (morning|afternoon|evening)|morning)\b"), GREETING),
    Phrase(_words(r"\b(thanks?|thank you|cheers)\b"), THANKS),
    Phrase(_words(r"^\W*(bye|goodbye|good ?night|see you)\b"), GOODBYE),
    Phrase(_words(r"\b(help|what can you do|who are you)\b"), CAPABLE),
)


class Rules:
    """A mind of ordered rules: the first that fits, answers."""

    mode: Literal["claude", "rules"] = "rules"

    async def reply(self, prompt: Prompt) -> AsyncGenerator[str | Reply, None]:
        """Ask for the tool a rule names, or say what there is to say."""
        content = _told(prompt.steps[-1]) if prompt.steps else _decide(prompt)
        for block in content:
            if isinstance(block, TextBlock):
                yield block.text
        yield Reply(content, MODEL)

    async def close(self) -> None:
        """Rules hold nothing."""


def _told(step: Step) -> list[TextBlock | ToolUseBlock]:
    """Say what the tools answered: each result carries its own sentence."""
    return [TextBlock(text=" ".join(result.reply.message for result in step.results))]


def _decide(prompt: Prompt) -> list[TextBlock | ToolUseBlock]:
    offered = {tool.name: tool for tool in prompt.tools}
    for rule in TOOL_RULES:
        if not rule.fits(prompt.text):
            continue
        tool = offered.get(rule.tool)
        if tool is None:
            return [TextBlock(text="I can't reach my records right now. Please try again in a moment.")]
        try:
            return [ToolUseBlock(id="call_0", name=rule.tool, input=rule.build(prompt.text, tool))]
        except Question as question:
            return [TextBlock(text=str(question))]
    answer = next((phrase.answer for phrase in PHRASES if phrase.words.search(prompt.text)), UNSURE)
    return [TextBlock(text=answer)]
