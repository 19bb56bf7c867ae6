"""What is worth keeping of a long conversation: names, places, amounts, promises. Pure, and without a model."""

import re
from collections.abc import Iterable

from pam_agent.conversation import TurnRecord

GIST_MAX = 6000
"""Characters of the sentences that are picked out."""
SENTENCE_MAX = 300

MEMBER, PAM = "Member", "PAM"

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SPEAKER = re.compile(rf"^(?:- )?({MEMBER}|{PAM}): ")
_PROMISE = re.compile(
    r"\b(?:I'll|I will|we'll|we will|will (?:ask|remind|tell|let)|remind|promise\w*|don't forget|going to|plan\w* to"
    r"|want to|need to|have to|tomorrow|next (?:week|month|year|time)|by (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:name|wife|husband|partner|son|daughter|dog|cat|rig|trailer|van|rv|birthday)\b"
    r"|\b(?:called|named|allerg\w+|vegetarian|vegan|prefer|hate|love|afraid)\b"
    r"|\b(?:I|we) (?:drive|tow|live|travel|come)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[$€£]?\d[\d,]*(?:\.\d+)?")
_NAME = re.compile(r"(?<=[a-z0-9,;:] )(?!I\b|I'|PAM\b)[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")


def told(turns: Iterable[TurnRecord]) -> str:
    """Return turns as they would be read aloud: who said what, and what the tools told."""
    return "\n".join(line for turn in turns for line in _lines(turn))


def gist(summary: str, turns: Iterable[TurnRecord]) -> str:
    """Return the sentences worth keeping, one on a line, in their order; where there are too many, the weightiest."""
    sentences = [line for line in summary.splitlines() if line.strip()]
    sentences += [one for turn in turns for line in _lines(turn) for one in _sentences(line)]
    worth = [one for one in dict.fromkeys(sentences) if _weight(one)]
    room, kept = GIST_MAX, set()
    for _, _, one in sorted(((_weight(one), place, one) for place, one in enumerate(worth)), reverse=True):
        room -= len(one) + 1
        if room < 0:
            break
        kept.add(one)
    return "\n".join(one for one in worth if one in kept)


def completed(written: str, summary: str, turns: Iterable[TurnRecord]) -> str:
    """Return a summary a model wrote, and behind it the sentences whose names and amounts it left out."""
    missing = [line for line in gist(summary, turns).splitlines() if left_out(_SPEAKER.sub("", line), written)]
    return "\n".join([written.strip(), *missing])


def left_out(sentence: str, written: str) -> set[str]:
    """Return the names and amounts of a sentence that a text does not have, however it writes its figures."""
    names = {name for name in _NAME.findall(sentence) if name not in written}
    return names | (_amounts(sentence) - _amounts(written))


def _amounts(text: str) -> set[str]:
    return {found.lstrip("$€£").replace(",", "").removesuffix(".00") for found in _AMOUNT.findall(text)}


def _lines(turn: TurnRecord) -> Iterable[str]:
    yield f"{MEMBER}: {turn.message.text}"
    for result in turn.results.values():
        if result.reply.message:
            yield f"{PAM}: {result.reply.message}"
    if turn.finished and turn.finished.text.strip():
        yield f"{PAM}: {turn.finished.text.strip()}"


def _sentences(line: str) -> list[str]:
    """Return the sentences of what one of them said, each with its speaker."""
    speaker, _, said = line.partition(": ")
    return [f"{speaker}: {one.strip()[:SENTENCE_MAX]}" for one in _SENTENCE.split(said) if one.strip()]


def _weight(sentence: str) -> int:
    """Return how much would be lost with a sentence; 0 where it names nothing."""
    said = _SPEAKER.sub("", sentence)
    member = sentence.startswith(MEMBER)
    weight = 4 * bool(_PROMISE.search(said)) + 3 * bool(_PERSONAL.search(said)) + 2 * bool(_AMOUNT.search(said))
    weight += bool(_NAME.search(said))
    return weight and weight + member
