"""Which tools a model is shown: those that fit what is being said, and one to find others.

The rules' evidence, their example sentences and a search over all that the manifests say (BM25) rank them. What a
conversation was shown stays the same while it fits: its requests begin alike and are read from the model's cache.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pam_agent.rules.leaning import leanings
from pam_agent.rules.likeness import likeness
from pam_agent.rules.words import stem
from pam_shared.contracts.tools import ToolManifest

CHOSEN = 11
USED = 3
"""How many tools are chosen by the message, and how many that the conversation used lately come with them."""
SURE = 3
"""The right tool is among so many of the first: while those are shown, nothing changes."""
ENOUGH = CHOSEN + USED
"""Where no more are there than this, all are shown."""
BEFORE_COUNTS = 0.5
SHORT = 5
"""Words up to which a message is read together with the one before it."""

_SATURATION, _LENGTH = 1.2, 0.5
_NAME_COUNTS = 4
"""A word of a tool's name counts as much as so many of its description."""
_ALIKE = 4.0
_FOUND, _FADES = 2.5, 0.3
"""What the first that is found counts beside the rules' evidence, and how fast those behind it count less."""
_WORD = re.compile(r"[a-z0-9]+")
_SAYS_NOTHING = re.compile(
    r"a|an|and|any|are|as|at|be|been|by|can|could|did|do|does|for|from|get|got|had|has|have|how|i|if|in|is"
    r"|it|its|let|me|my|of|on|one|or|our|please|should|so|some|than|that|the|their|them|then|there|these"
    r"|they|this|those|to|up|us|was|we|were|what|when|where|which|who|will|with|would|you|your"
)


class Selection:
    """The tools there are, ready to be chosen from."""

    def __init__(self, tools: list[ToolManifest]) -> None:
        """``tools`` by name."""
        self.tools = tools
        self._by_name = {tool.name: tool for tool in tools}
        self._index = _index(tools)

    def choose(self, texts: Sequence[str], shown: Iterable[str] = (), used: Iterable[str] = ()) -> list[ToolManifest]:
        """Return the tools for a turn, by name.

        ``texts`` are the member's messages, the newest last; ``shown`` the tools of the turn before, ``used`` those the
        conversation called, the latest last.
        """
        if len(self.tools) <= ENOUGH:
            return list(self.tools)
        kept = {name for name in shown if name in self._by_name}
        ranked = self.ranked(texts)
        if not kept.issuperset(ranked[:SURE]):
            lately = [name for name in dict.fromkeys(reversed(list(used))) if name in self._by_name][:USED]
            kept = {*ranked[:CHOSEN], *lately}
        return [self._by_name[name] for name in sorted(kept)]

    def ranked(self, texts: Sequence[str]) -> list[str]:
        """Return the names of the tools that have to do with the newest text, the best first."""
        *before, text = texts
        scores = self._scores(text)
        if before and len(text.split()) <= SHORT:
            for name, score in self._scores(before[-1]).items():
                scores[name] += BEFORE_COUNTS * score
        return sorted(scores, key=lambda name: (-scores[name], name))

    def find(self, text: str) -> list[ToolManifest]:
        """Return the tools that share a word with a text, the best first; of equals the first by name."""
        scores: dict[str, float] = defaultdict(float)
        for word in set(_stems(text)):
            for name, weight in self._index.get(word, ()):
                scores[name] += weight
        return [self._by_name[name] for name in sorted(scores, key=lambda name: (-scores[name], name))]

    def _scores(self, text: str) -> dict[str, float]:
        leant = leanings(text)
        scores = defaultdict(float, {name: weight for name, weight in leant.items() if name in self._by_name})
        near = {name: alike for name, (alike, _) in likeness(text).items() if name in self._by_name}
        for name, alike in near.items():
            scores[name] += _ALIKE * alike / max(near.values())
        for rank, tool in enumerate(self.find(text)):
            scores[tool.name] += _FOUND / (1 + _FADES * rank)
        return scores


def _index(tools: Sequence[ToolManifest]) -> dict[str, list[tuple[str, float]]]:
    """Return, for each word, the tools it stands for and how much it says of each."""
    documents = {tool.name: _words_of(tool) for tool in tools}
    holders = Counter(word for words in documents.values() for word in words)
    mean = sum(words.total() for words in documents.values()) / max(1, len(documents))
    index: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for name, words in documents.items():
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * words.total() / mean)
        for word, count in words.items():
            rarity = math.log(1 + (len(documents) - holders[word] + 0.5) / (holders[word] + 0.5))
            index[word].append((name, rarity * count * (_SATURATION + 1) / (count + norm)))
    return dict(index)


def _words_of(tool: ToolManifest) -> Counter[str]:
    named = " ".join([tool.name, *tool.aliases, tool.title])
    words = Counter({word: count * _NAME_COUNTS for word, count in Counter(_stems(named)).items()})
    words.update(_stems(" ".join([tool.description, tool.domain, *_told(tool.input_schema)])))
    return words


def _stems(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower().replace("'", "").replace("_", " "))
    return (stem(word) for word in words if not _SAYS_NOTHING.fullmatch(word))


def _told(schema: Any) -> Iterator[str]:
    """Yield the names, descriptions and choices of a schema's fields."""
    if isinstance(schema, list):
        for item in schema:
            yield from _told(item)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from map(str, schema.get("enum", []))
        yield str(schema.get("description", ""))
        for value in schema.values():
            yield from _told(value)
