"""How strongly a text leans to each tool, also where the rules would not call it."""

from datetime import datetime

from pam_agent.rules.clauses import clauses_of
from pam_agent.rules.reading import Reading
from pam_agent.rules.routing import RULES
from pam_agent.rules.rule import NOTION, SLOT, Rule

_WHOLE = 3.0
"""What it counts that all the evidence of a way is there."""
_LENGTH = 0.5
"""What each point of evidence adds that a way asks for: a long way half gone is worth more than a short one."""


def leanings(text: str, now: datetime) -> dict[str, float]:
    """Return a weight for each tool some evidence speaks for, of the whole text or of one request in it."""
    found: dict[str, float] = {}
    for part in {text, *clauses_of(text)}:
        evidence = Reading(part, now).evidence
        for rule in RULES:
            if weight := _weight(rule, evidence):
                found[rule.tool] = max(found.get(rule.tool, 0.0), weight)
    return found


def _weight(rule: Rule, evidence: frozenset[str]) -> float:
    return max(_partly(all_of, evidence) for _, all_of, _ in rule.parsed)


def _partly(asked: frozenset[str], evidence: frozenset[str]) -> float:
    there = asked & evidence
    if not there:
        return 0.0
    whole = sum(map(_points, asked))
    return sum(map(_points, there)) / whole * (NOTION + whole * _LENGTH) + (_WHOLE if there == asked else 0.0)


def _points(word: str) -> int:
    return SLOT if word.startswith("@") else NOTION
