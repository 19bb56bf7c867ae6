"""How well a sentence's words and letters fit each tool: a linear model of the example sentences. Pure.

``learned.bin`` holds it; ``make learn`` makes it anew from the files in ``asked`` (``tests/eval/learn.py``).
"""

import re
import zlib
from array import array
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from math import sqrt
from operator import itemgetter

import orjson

from pam_agent.rules.marks import marks_of

_SIZES = 2, 3, 4
"""Letters in a gram."""
_NUMBER = re.compile(r"\d+")


def features_of(text: str) -> frozenset[str]:
    """Return what the model looks at: a text's marks, and the runs of letters within its words, behind a ``~``."""
    words = (f" {word} " for word in _NUMBER.sub("0", text.lower()).split())
    return marks_of(text) | {f"~{gram}" for word in words for gram in _grams(word)}


def _grams(word: str) -> Iterable[str]:
    return (word[at : at + size] for size in _SIZES for at in range(max(1, len(word) - size + 1)))


@lru_cache(maxsize=256)
def fits(text: str) -> dict[str, float]:
    """Return how well a text fits each tool: above zero where it would be chosen, about -1 where it never would."""
    known = [_PLACES[feature] for feature in features_of(text) if feature in _PLACES]
    length = sqrt(sum(_RARITY[place] ** 2 for place in known)) or 1.0
    rows = (_WEIGHTS[place * _WIDTH : (place + 1) * _WIDTH] for place in known)
    sums = map(sum, zip(*rows, strict=True)) if known else [0] * _WIDTH
    return {tool: bias + total * _STEP / length for tool, bias, total in zip(_TOOLS, _BIAS, sums, strict=True)}


PATH = files("pam_agent.rules") / "learned.bin"
_HEAD, _, _BODY = zlib.decompress(PATH.read_bytes()).partition(b"\n")
_TOOLS, _BIAS, _STEP, _FEATURES, _RARITY, LEARNED_FROM = itemgetter(
    "tools", "bias", "step", "features", "rarity", "from"
)(orjson.loads(_HEAD))
_WEIGHTS = array("b", _BODY)
"""A row for each feature, in steps, each tool's weight times the feature's rarity."""
_PLACES = {feature: place for place, feature in enumerate(_FEATURES)}
_WIDTH = len(_TOOLS)
