"""How much a sentence is like those members ask for each tool with. Pure.

A sentence is its stems, its pairs of neighbouring ones and its notions. What two sentences share counts the more the
rarer it is (tf-idf, cosine). A tool is as alike as its nearest sentences, each counting less than the one before; and
a model learned from all of them says which words part it from the others.
"""

from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache
from math import log, sqrt

from pam_agent.rules.learned import HOLDERS, MARKS, fits
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


def _index() -> tuple[dict[str, Collection[int]], dict[str, float], list[float]]:
    """Return which sentences hold a mark, how rare each mark is, and each sentence's length."""
    rarity = [log(1 + len(_SENTENCES) / len(numbers)) for numbers in HOLDERS]
    squares = [0.0] * len(_SENTENCES)
    for rare, numbers in zip(rarity, HOLDERS, strict=True):
        for number in numbers:
            squares[number] += rare**2
    holders = [set(numbers) if len(numbers) > _MANY else numbers for numbers in HOLDERS]
    return dict(zip(MARKS, holders, strict=True)), dict(zip(MARKS, rarity, strict=True)), [*map(sqrt, squares)]


_SENTENCES = [(tool, sentence) for tool, sentences in ASKED.items() for sentence in sentences]
_HOLDERS, _RARITY, _LENGTHS = _index()
_UNKNOWN = log(1 + len(_SENTENCES))
