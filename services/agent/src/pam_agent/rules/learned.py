"""How well a sentence's words and letters fit each tool: a linear model of the example sentences. Pure.

``learned.bin`` holds it, and the marks of every example sentence, which take too long to find at each start; ``make
learn`` makes it anew from the files in ``asked`` (``tests/eval/learn.py``).
"""

import re
import sys
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
    rows = (_ROWS[place * _ROW : (place + 1) * _ROW] for place in known)
    # A row is added as one whole number: thrice as quick as lane by lane.
    lanes = array("I", sum(int.from_bytes(row, sys.byteorder) for row in rows).to_bytes(_ROW, sys.byteorder))
    raised, step = _ZERO * len(known), _STEP / length
    return {tool: bias + (lane - raised) * step for tool, bias, lane in zip(_TOOLS, _BIAS, lanes, strict=True)}


def _widened(weights: bytes) -> bytes:
    """Return weights of a byte as lanes of four, raised above zero so that no lane borrows from its neighbour."""
    lanes = bytearray(_LANE * len(weights))
    lanes[0 if sys.byteorder == "little" else _LANE - 1 :: _LANE] = weights.translate(_RAISED)
    return bytes(lanes)


PATH = files("pam_agent.rules") / "learned.bin"
_HEAD, _, _BODY = zlib.decompress(PATH.read_bytes()).partition(b"\n")
_TOOLS, _BIAS, _STEP, _FEATURES, _RARITY, MARKS, HOLDERS, LEARNED_FROM = itemgetter(
    "tools", "bias", "step", "features", "rarity", "marks", "holders", "from"
)(orjson.loads(_HEAD))
"""``MARKS`` are all marks of the example sentences, ``HOLDERS`` the numbers of the sentences that hold each."""
_LANE, _ZERO = 4, 128
"""Bytes of a lane, and what it holds for a weight of zero."""
_RAISED = bytes((weight + _ZERO) % 256 for weight in range(256))
_ROWS = _widened(_BODY)
"""A row of lanes for each feature: in steps, each tool's weight times the feature's rarity."""
_PLACES = {feature: place for place, feature in enumerate(_FEATURES)}
_ROW = _LANE * len(_TOOLS)
