"""Which tool a sentence asks for: what its words are evidence of, and which sentences it is like. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pam_agent.rules.likeness import NONE, likeness
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance, allows
from pam_shared.contracts.tools import ToolManifest

_WEIGHT = 0.02
"""What a unit of evidence counts beside likeness."""
_LEAST, _LEAST_WRITTEN = 0.1, 0.12
"""With less that speaks for it a sentence is not understood; what is written needs more."""
_ALONE = 0.2
"""A part of a sentence that is so like others, or that a rule knows, is a request of its own."""
_NEAR = 0.75
"""What has this share of the first one's score could be meant as well."""
_FRAME = 4
"""Words that say what is to be done with the words behind them."""
_EMPTY, _FILLED = 0.15, 0.015
"""What an empty slot for a number takes from the score, as a share of it, and what a filled one adds."""


@dataclass(frozen=True)
class Choice:
    """A tool's rule, how much speaks for it, what does, and the weight of the rule's own evidence in that."""

    rule: Rule
    score: float
    evidence: str
    weight: int = 0

    @property
    def stands_alone(self) -> bool:
        """Whether a part of a sentence says enough to be a request of its own."""
        return self.weight > 0 or self.score >= _ALONE


def chosen(reading: Reading, rules: tuple[Rule, ...], tools: Mapping[str, ToolManifest]) -> Choice | None:
    """Return what a sentence asks for; None where it asks for nothing or too little speaks for anything."""
    like = likeness(reading.text)
    found = sorted((_choice(rule, reading, like) for rule in rules), key=lambda choice: -choice.score)
    near = [_fitted(choice, reading, tools) for choice in found if choice.score >= _NEAR * found[0].score][:5]
    near.sort(key=lambda choice: -choice.score)
    first, none = near[0], like.get(NONE, (0.0, ""))[0]
    if not allows(first.rule.stance, _frame(first.rule, reading.text)):
        asked = (other for other in near if other.rule.stance is Stance.ANY and "@question" in reading.evidence)
        first = next(asked, Choice(first.rule, 0.0, ""))
    least = _LEAST if first.rule.stance is Stance.ANY else _LEAST_WRITTEN
    return first if first.score >= max(least, none) else None


def _frame(rule: Rule, text: str) -> str:
    """Return what is said to PAM: of a message that carries somebody's words the beginning alone."""
    return " ".join(re.split(r"[:\"\u201c]|\bthat\b|, ", text)[0].split()[:_FRAME]) if rule.keeps_text else text


def _choice(rule: Rule, reading: Reading, like: dict[str, tuple[float, str]]) -> Choice:
    weight, evidence = rule.evidence(reading)
    alike, sentence = like.get(rule.tool, (0.0, ""))
    told = [evidence] if weight else []
    evidence = "; ".join([*told, f'as in "{sentence}"'] if alike else told)
    return Choice(rule, alike + weight * _WEIGHT, evidence, weight)


def _fitted(choice: Choice, reading: Reading, tools: Mapping[str, ToolManifest]) -> Choice:
    """Return a choice with its score after a look at how many of the slots it reads the sentence fills."""
    tool = tools.get(choice.rule.tool)
    if tool is None:
        return choice
    numbers = {name: read for name, read in choice.rule.slots.items() if _is_number(tool, name)}
    filled = {name for name, read in numbers.items() if read(Slot(reading, tool)) is not None}
    empty = set(numbers) & set(tool.input_schema.get("required", [])) - filled
    return replace(choice, score=choice.score * (1 - _EMPTY * len(empty)) + _FILLED * len(filled))


def _is_number(tool: ToolManifest, argument: str) -> bool:
    node = tool.input_schema.get("properties", {}).get(argument, {})
    return any(part.get("type") in {"number", "integer"} for part in (node, *node.get("anyOf", [])))
