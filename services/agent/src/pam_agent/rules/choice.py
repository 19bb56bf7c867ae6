"""Which tool a sentence asks for: what its words are evidence of, and which sentences it is like. Pure."""

from dataclasses import dataclass

from pam_agent.rules.likeness import NONE, likeness
from pam_agent.rules.reading import Reading
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance, allows

_WEIGHT = 0.02
"""What a unit of evidence counts beside likeness."""
_LEAST, _LEAST_WRITTEN = 0.1, 0.12
"""With less that speaks for it a sentence is not understood; what is written needs more."""
_NEAR = 0.75
"""Where the first may not be done, a question is about one that has this share of its score."""


@dataclass(frozen=True)
class Choice:
    """A tool's rule, how much speaks for it, and what does."""

    rule: Rule
    score: float
    evidence: str


def chosen(reading: Reading, rules: tuple[Rule, ...]) -> Choice | None:
    """Return what a sentence asks for; None where it asks for nothing or too little speaks for anything."""
    like = likeness(reading.text)
    found = sorted((_choice(rule, reading, like) for rule in rules), key=lambda choice: -choice.score)
    first, none = found[0], like.get(NONE, (0.0, ""))[0]
    if not allows(first.rule.stance, reading.text):
        asked = (other for other in found if other.rule.stance is Stance.ANY and "@question" in reading.evidence)
        first = next((other for other in asked if other.score >= _NEAR * first.score), Choice(first.rule, 0.0, ""))
    least = _LEAST if first.rule.stance is Stance.ANY else _LEAST_WRITTEN
    return first if first.score >= max(least, none) else None


def _choice(rule: Rule, reading: Reading, like: dict[str, tuple[float, str]]) -> Choice:
    weight, evidence = rule.evidence(reading)
    alike, sentence = like.get(rule.tool, (0.0, ""))
    told = [evidence] if weight else []
    return Choice(rule, alike + weight * _WEIGHT, "; ".join([*told, f'as in "{sentence}"'] if alike else told))
