"""How much a sentence is like those members ask for each tool with. Pure.

A sentence is its stems, its pairs of neighbouring ones and its notions. What two sentences share counts the more the
rarer it is (tf-idf, cosine). A tool is as alike as its nearest sentences, each counting less than the one before; and
a model learned from all of them says which words part it from the others.
"""

from collections import Counter, defaultdict
from functools import lru_cache
from math import log, sqrt

from pam_agent.rules.learned import fits
from pam_agent.rules.lexicon import ASKED
from pam_agent.rules.marks import marks_of

NONE = "none"
"""What is said and asks for no tool."""
_NEAREST, _FAR = 8, 0.1
"""How many sentences of a tool count, and how near they have to be to the nearest of all."""
_FADING = [0.85**n for n in range(_NEAREST)]
_WHOLE = sum(_FADING)
_MANY = 100
"""How many sentences hold what says little by itself."""
_LEARNED, _DOUBTFUL = 0.25, 0.5
"""What the learned model's word counts beside nearness, and how far below zero it speaks against a tool."""


@lru_cache(maxsize=256)
def likeness(text: str) -> dict[str, tuple[float, str]]:
    """Return how alike a tool's sentences are, about 1 at most, and the nearest; of tools something speaks for."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    marks = marks_of(text)
    shared, fit = _shared(marks), fits(text)
    least = max(shared, default=(0.0, 0))[0] * _FAR
    for alike, number in sorted((each for each in shared if each[0] >= least), reverse=True):
        tool, sentence = _SENTENCES[number]
        if len(found[tool]) < _NEAREST:
            found[tool].append((alike, sentence))
    likes = {tool: _nearest(alike, fit[tool]) for tool, alike in found.items()}
    return {tool: like for tool, like in likes.items() if like[0] > 0}


def _nearest(best: list[tuple[float, str]], fit: float) -> tuple[float, str]:
    whole = sum(each * fading for (each, _), fading in zip(best, _FADING, strict=False)) / _WHOLE
    return whole + (fit + _DOUBTFUL) * _LEARNED, best[0][1]


def _shared(marks: frozenset[str]) -> list[tuple[float, int]]:
    """Return the sentences that share a mark by their numbers, each behind its cosine.

    What many sentences hold counts only beside something rarer, where there is any.
    """
    length = sqrt(sum(_RARITY.get(mark, _UNKNOWN) ** 2 for mark in marks))
    shared: dict[int, float] = {}
    for mark in sorted(marks & _HOLDERS.keys(), key=lambda mark: (-_RARITY[mark], mark)):
        square, holders = _RARITY[mark] ** 2, _HOLDERS[mark]
        for number in shared.keys() & holders if shared and len(holders) > _MANY else holders:
            shared[number] = shared.get(number, 0.0) + square
    return [(common / (length * _LENGTHS[number]), number) for number, common in shared.items()]


def _index() -> tuple[dict[str, set[int]], dict[str, float], list[float]]:
    """Return which sentences hold a mark, how rare each mark is, and each sentence's length."""
    marked = [marks_of(sentence) for _, sentence in _SENTENCES]
    counts = Counter(mark for marks in marked for mark in marks)
    rarity = {mark: log(1 + len(marked) / count) for mark, count in counts.items()}
    holders: dict[str, set[int]] = defaultdict(set)
    for number, marks in enumerate(marked):
        for mark in marks:
            holders[mark].add(number)
    return dict(holders), rarity, [sqrt(sum(rarity[mark] ** 2 for mark in marks)) for marks in marked]


_SENTENCES = [(tool, sentence) for tool, sentences in ASKED.items() for sentence in sentences]
_HOLDERS, _RARITY, _LENGTHS = _index()
_UNKNOWN = log(1 + len(_SENTENCES))
