"""Where no rule fits whole: the read whose words a question shares most. Never a write."""

from collections import Counter
from functools import lru_cache
from math import log

from pam_agent.rules.reading import Reading
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance

_LEAST = 4.5
_LEAD = 1.25
_TOGETHER = 3
"""How much evidence is enough, by how much it must lead the second, and of how many notions."""
_ASKING = frozenset({"@question", "show", "find"})


def nearest(reading: Reading, rules: tuple[Rule, ...]) -> tuple[Rule, int, str] | None:
    """Return the reading tool's rule that shares the rarest notions with a question; None when none stands out."""
    found = reading.evidence
    if not _ASKING & found:
        return None
    rarity = _rarity(rules)
    scored = sorted(
        ((_shared(rule, found, rarity), n) for n, rule in enumerate(rules) if rule.stance is Stance.ANY), reverse=True
    )
    (best, n), (second, _) = scored[:2]
    if best < _LEAST or best < second * _LEAD:
        return None
    return rules[n], 0, f"nearest: {' '.join(sorted(_notions(rules[n]) & found))}"


def _shared(rule: Rule, found: frozenset[str], rarity: dict[str, float]) -> float:
    never = frozenset.intersection(*(none_of for _, _, none_of in rule.parsed))
    shared = _notions(rule) & found
    return 0.0 if never & found or len(shared) < _TOGETHER else sum(rarity[notion] for notion in shared)


def _notions(rule: Rule) -> frozenset[str]:
    return frozenset(word for _, all_of, _ in rule.parsed for word in all_of if word[0] != "@")


@lru_cache(maxsize=1)
def _rarity(rules: tuple[Rule, ...]) -> dict[str, float]:
    """Return how much a notion tells: the logarithm of how few rules know it."""
    known = Counter(word for rule in rules for word in _notions(rule))
    return {word: log(len(rules) / count) for word, count in known.items()}
