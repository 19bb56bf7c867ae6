"""How much a sentence is like those members ask for each tool with. Pure.

A sentence is its stems, its pairs of neighbouring ones and its notions. What two sentences share counts the more the
rarer it is (tf-idf, cosine). A tool is as alike as its nearest sentences, each of them counting less than the one before.
"""

from collections import Counter, defaultdict
from functools import cache, lru_cache
from itertools import pairwise
from math import log, sqrt

from pam_agent.rules.lexicon import ASKED
from pam_agent.rules.words import notions_in, shapes_in

NONE = "none"
"""What is said and asks for no tool."""
_FADING, _NEAREST = 0.85, 8
_WHOLE = sum(_FADING**n for n in range(_NEAREST))


@lru_cache(maxsize=256)
def likeness(text: str) -> dict[str, tuple[float, str]]:
    """Return how alike each tool's sentences are, between 0 and 1, and which of them is nearest; none that share nothing."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for number, likeness_ in _shared(_marks(text)):
        tool, sentence = _sentences()[number]
        found[tool].append((likeness_, sentence))
    return {tool: _nearest(alike) for tool, alike in found.items()}


def _nearest(alike: list[tuple[float, str]]) -> tuple[float, str]:
    best = sorted(alike, reverse=True)[:_NEAREST]
    return sum(each * _FADING**n for n, (each, _) in enumerate(best)) / _WHOLE, best[0][1]


def _shared(marks: frozenset[str]) -> list[tuple[int, float]]:
    """Return the numbers of the sentences that share a mark, with the cosine of each."""
    holders, rarity, lengths = _index()
    unknown = log(1 + len(lengths))
    length = sqrt(sum(rarity.get(mark, unknown) ** 2 for mark in marks))
    shared: dict[int, float] = defaultdict(float)
    for mark in marks:
        for number in holders.get(mark, ()):
            shared[number] += rarity[mark] ** 2
    return [(number, common / (length * lengths[number])) for number, common in shared.items()]


def _marks(text: str) -> frozenset[str]:
    words = shapes_in(text)
    pairs = {f"{one} {other}" for one, other in pairwise(["^", *words, "$"])}
    return frozenset({*words, *pairs, *(f"={notion}" for notion in notions_in(text))})


@cache
def _sentences() -> list[tuple[str, str]]:
    return [(tool, sentence) for tool, sentences in ASKED.items() for sentence in sentences]


@cache
def _index() -> tuple[dict[str, list[int]], dict[str, float], list[float]]:
    """Return which sentences hold a mark, how rare each mark is, and each sentence's length."""
    marked = [_marks(sentence) for _, sentence in _sentences()]
    counts = Counter(mark for marks in marked for mark in marks)
    rarity = {mark: log(1 + len(marked) / count) for mark, count in counts.items()}
    holders: dict[str, list[int]] = defaultdict(list)
    for number, marks in enumerate(marked):
        for mark in marks:
            holders[mark].append(number)
    return dict(holders), rarity, [sqrt(sum(rarity[mark] ** 2 for mark in marks)) for marks in marked]
