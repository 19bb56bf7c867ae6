"""What a sentence is taken for when it is compared with others: its stems, their pairs and its notions. Pure."""

import re
from itertools import pairwise

from pam_agent.rules.words import notions_in, shapes_in

_LEAD = re.compile(
    r"^(?:\W*(?:ok|okay|hey|so|well|and|also|please|kindly|pam|(?:can|could|would|will) you(?: please)?"
    r"|tell me(?= (?:if|whether|what|how|which|where|who|when)\b))\b[,!]?\s+)+(?=\w)",
    re.IGNORECASE,
)
"""What is said before a wish and does not belong to it."""


def marks_of(text: str) -> frozenset[str]:
    """Return a text's stems, pairs of neighbouring ones, and notions, behind a ``=``."""
    words = shapes_in(_LEAD.sub("", text) or text)
    pairs = {f"{one} {other}" for one, other in pairwise(["^", *words, "$"])}
    return frozenset({*words, *pairs, *(f"={notion}" for notion in notions_in(text))})
