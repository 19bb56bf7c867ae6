"""How much a sentence is like those members ask for each tool with. Pure.

A sentence is its stems, its pairs of neighbouring ones and its notions. What two sentences share counts the more the
rarer it is (tf-idf, cosine). A tool is as alike as its nearest sentences, each counting less than the one before, and
less so where other tools' sentences use its words more often (naive Bayes).
"""

import re
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt

from pam_agent.rules.lexicon import ASKED
from pam_agent.rules.words import notions_in, shapes_in

_LEAD = re.compile(
    r"^(?:\W*(?:ok|okay|hey|so|well|and|also|please|kindly|pam|(?:can|could|would|will) you(?: please)?"
    r"|tell me(?= (?:if|whether|what|how|which|where|who|when)\b))\b[,!]?\s+)+(?=\w)",
    re.IGNORECASE,
)
"""What is said before a wish and does not belong to it."""
NONE = "none"
"""What is said and asks for no tool."""
_NEAREST, _FAR = 8, 0.1
"""How many sentences of a tool count, and how near they have to be to the nearest of all."""
_FADING = [0.85**n for n in range(_NEAREST)]
_MANY = 150
"""How many sentences hold what says little by itself."""
_PRIOR = 0.3
"""How many sentences what all tools use of a mark counts for, beside those of the tool itself."""
_UNFIT = 0.01
"""What it takes from a tool that a mark is one e-th as probable there as where the text fits best."""


@lru_cache(maxsize=256)
def likeness(text: str) -> dict[str, tuple[float, str]]:
    """Return how alike a tool's sentences are, between 0 and 1, and the nearest; of tools that share something."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    marks = _marks(text)
    shared, lacks = _shared(marks), _lacks(marks)
    least = max((alike for alike, _ in shared), default=0.0) * _FAR
    for alike, number in shared:
        if alike >= least:
            tool, sentence = _SENTENCES[number]
            found[tool].append((alike, sentence))
    return {tool: _nearest(alike, lacks[tool] * _UNFIT) for tool, alike in found.items()}


def _nearest(alike: list[tuple[float, str]], lack: float) -> tuple[float, str]:
    best = sorted(alike, reverse=True)[:_NEAREST]
    whole = sum(each * fading for (each, _), fading in zip(best, _FADING, strict=False)) / sum(_FADING)
    return max(0.0, whole - lack), best[0][1]


def _lacks(marks: frozenset[str]) -> dict[str, float]:
    """Return how much less a text's marks fit each tool than the one they fit best: the mean of their logarithms."""
    known = [mark for mark in marks if mark in _HOLDERS]
    fits = {tool: -log(len(sentences) + _PRIOR) for tool, sentences in ASKED.items()}
    for mark in known:
        for tool, gain in _gains(mark):
            fits[tool] += gain / len(known)
    best = max(fits.values())
    return {tool: best - fit for tool, fit in fits.items()}


@lru_cache(maxsize=16384)
def _gains(mark: str) -> list[tuple[str, float]]:
    """Return each tool that uses a mark, and how much more probable its own sentences make it there."""
    counts = Counter(_SENTENCES[number][0] for number in _HOLDERS[mark])
    usual = _PRIOR * len(_HOLDERS[mark]) / len(_SENTENCES)
    return [(tool, log(1 + count / usual)) for tool, count in counts.items()]


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


def _marks(text: str) -> frozenset[str]:
    words = shapes_in(_LEAD.sub("", text) or text)
    pairs = {f"{one} {other}" for one, other in pairwise(["^", *words, "$"])}
    return frozenset({*words, *pairs, *(f"={notion}" for notion in notions_in(text))})


def _index() -> tuple[dict[str, set[int]], dict[str, float], list[float]]:
    """Return which sentences hold a mark, how rare each mark is, and each sentence's length."""
    marked = [_marks(sentence) for _, sentence in _SENTENCES]
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
