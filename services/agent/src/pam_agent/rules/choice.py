"""Which tool a sentence asks for: what its words are evidence of, and which sentences it is like. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pam_agent.rules.likeness import NONE, likeness
from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance, allows, forbids, is_imagined, looks_for
from pam_shared.contracts.tools import Effect, ToolManifest

_WEIGHT = 0.02
"""What a unit of evidence counts beside likeness."""
_LEAST, _LEAST_WRITTEN = 0.055, 0.065
"""With less that speaks for it a sentence is not understood; what is written needs more."""
_ALONE = 0.25
"""A part of a sentence that is so like others, or that a rule knows, is a request of its own."""
_SILENT = 0.9
"""What likeness to talk counts, for no evidence stands beside it."""
_NEAR, _READ = 0.75, 0.5
"""What has this share of the first one's score could be meant as well; a read where a question is asked needs less."""
_WORTH, _CANDIDATES = 0.4, 5
"""What share of the first one's score, and how many, are looked at more closely."""
_FRAME = 3
"""Words that say what is to be done with the words behind them."""
_EMPTY, _UNUSED, _FILLED = 0.15, 0.5, 0.015
"""What an empty slot for a number, and money nobody takes, take from the score; and what a filled one adds."""
_ENDS = {"origin", "destination", "route_to", "route"}
_MONEY = re.compile(r"[$€£]\s?\d|\d\s?(?:[$€£]|(?:dollars?|bucks|usd)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """A tool's rule, how much speaks for it, and what: evidence with its weight, and the nearest sentence."""

    rule: Rule
    score: float
    ways: str
    sentence: str
    weight: int

    @property
    def evidence(self) -> str:
        """What speaks for it, as it may be shown."""
        return "; ".join(filter(None, [self.ways, self.sentence and f'as in "{self.sentence}"']))

    @property
    def stands_alone(self) -> bool:
        """Whether a part of a sentence says enough to be a request of its own."""
        return self.weight > 0 or self.score >= _ALONE


def chosen(reading: Reading, rules: tuple[Rule, ...], tools: Mapping[str, ToolManifest]) -> Choice | None:
    """Return what a sentence asks for; None where it asks for nothing or too little speaks for anything."""
    like = likeness(reading.text)
    is_forbidden = forbids(reading.text)
    asked = (rule for rule in rules if rule.stance is not Stance.ANY or not is_forbidden)
    spoken_for = filter(None, (_choice(rule, reading, like) for rule in asked))
    found = sorted(spoken_for, key=lambda choice: -choice.score)
    if not found:
        return None
    near = [_fitted(choice, reading, tools) for choice in found if choice.score >= _WORTH * found[0].score]
    near = sorted(near[:_CANDIDATES], key=lambda choice: -choice.score)
    first, none = near[0], like.get(NONE, (0.0, ""))[0] * _SILENT
    if not allows(first.rule.stance, _frame(first.rule, reading.text)):
        others = (other for other in found if _may_stand_in(other, first, reading))
        first = next(others, replace(first, score=0.0))
    least = _LEAST if first.rule.stance is Stance.ANY else _LEAST_WRITTEN
    is_doubtful = _needs_more(tools.get(first.rule.tool), reading) and not first.stands_alone
    return first if first.score >= max(least, none) and not is_doubtful else None


def _needs_more(tool: ToolManifest | None, reading: Reading) -> bool:
    """Whether likeness to another sentence is too little: what destroys needs more, and so does what states a fact."""
    return "@fact" in reading.evidence or (tool is not None and tool.effect is Effect.DESTRUCTIVE)


def _may_stand_in(other: Choice, first: Choice, reading: Reading) -> bool:
    """Whether a choice is meant where the first may not be done: a read that is asked for, or a refusal as likely."""
    if other.rule.stance is Stance.ANY:
        is_only_imagined = first.rule.stance is Stance.TOLD and is_imagined(reading.text)
        is_wanted = "@question" in reading.evidence or looks_for(reading.text)
        return is_wanted and not is_only_imagined and other.score >= _READ * first.score
    is_refusal = other.rule.stance is Stance.REFUSED and other.score >= _NEAR * first.score
    return is_refusal and allows(Stance.REFUSED, reading.text)


def _frame(rule: Rule, text: str) -> str:
    """Return what is said to PAM: of a message that carries somebody's words the beginning alone."""
    return " ".join(re.split(r"[:\"\u201c]|\bthat\b|, ", text)[0].split()[:_FRAME]) if rule.keeps_text else text


def _choice(rule: Rule, reading: Reading, like: dict[str, tuple[float, str]]) -> Choice | None:
    weight, evidence = rule.evidence(reading)
    if not weight and rule.tool not in like:
        return None
    alike, sentence = like.get(rule.tool, (0.0, ""))
    return Choice(rule, alike + weight * _WEIGHT, evidence, sentence, weight)


def _fitted(choice: Choice, reading: Reading, tools: Mapping[str, ToolManifest]) -> Choice:
    """Return a choice with its score after a look at how many of the slots it reads the sentence fills."""
    tool = tools.get(choice.rule.tool)
    if tool is None:
        return choice
    numbers = {name: read for name, read in choice.rule.slots.items() if _is_number(tool, name)}
    filled = {name for name, read in numbers.items() if read(Slot(reading, tool)) is not None}
    empty = set(numbers) & set(tool.input_schema.get("required", [])) - filled
    is_unused = bool(_MONEY.search(reading.digits)) and not (filled or empty or choice.rule.keeps_text)
    share = (1 - _EMPTY * len(empty)) * (1 - _UNUSED * is_unused)
    ends = [
        name for name in _ENDS & choice.rule.slots.keys() if choice.rule.slots[name](Slot(reading, tool)) is not None
    ]
    return replace(choice, score=choice.score * share + _FILLED * (len(filled) + len(ends)))


def _is_number(tool: ToolManifest, argument: str) -> bool:
    node = tool.input_schema.get("properties", {}).get(argument, {})
    return any(part.get("type") in {"number", "integer"} for part in (node, *node.get("anyOf", [])))
