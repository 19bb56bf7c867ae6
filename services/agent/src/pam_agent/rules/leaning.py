"""How strongly a text leans to each tool, also where the rules would not call it."""

from collections import Counter, defaultdict
from functools import lru_cache

from pam_agent.rules.clauses import clauses_of
from pam_agent.rules.reading import Reading
from pam_agent.rules.rule import NOTION, SLOT
from pam_agent.rules.rulebook import RULES
from pam_shared.clock import utc_now

_WHOLE = 3.0
"""What it counts that all the evidence of a way is there."""
_LENGTH = 0.5
"""What each point of evidence adds that a way asks for: a long way half gone is worth more than a short one."""


@lru_cache(maxsize=512)
def leanings(text: str) -> dict[str, float]:
    """Return a weight for each tool some evidence speaks for, of the whole text or of one request in it."""
    now = utc_now()  # that a day is named counts, not which
    found: dict[str, float] = {}
    for part in {text, *clauses_of(text)}:
        for tool, weight in _weights(Reading(part, now).evidence):
            found[tool] = max(found.get(tool, 0.0), weight)
    return found


def _weights(evidence: frozenset[str]) -> list[tuple[str, float]]:
    there: Counter[int] = Counter()
    for word in evidence:
        for way in _ASKING.get(word, ()):
            there[way] += _points(word)
    return [(_WAYS[way][0], _partly(points, _WAYS[way][1])) for way, points in there.items()]


def _partly(points: int, whole: int) -> float:
    return points / whole * (NOTION + whole * _LENGTH) + (_WHOLE if points == whole else 0.0)


def _points(word: str) -> int:
    return SLOT if word.startswith("@") else NOTION


def _ways() -> tuple[list[tuple[str, int]], dict[str, list[int]]]:
    """Return each way to ask for a tool with its points, and for each piece of evidence the ways that ask for it."""
    ways: list[tuple[str, int]] = []
    asking: dict[str, list[int]] = defaultdict(list)
    for rule in RULES:
        for _, _, all_of, _ in rule.parsed:
            for word in all_of:
                asking[word].append(len(ways))
            ways.append((rule.tool, sum(map(_points, all_of))))
    return ways, dict(asking)


_WAYS, _ASKING = _ways()
