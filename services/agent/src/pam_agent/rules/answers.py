"""What the tools returned, said by a companion. Each result carries its own sentence; this makes them one answer."""

import re
from itertools import groupby, takewhile

from pam_shared.contracts.tools import ToolReply

_FAILED = "One thing did not work, though:", "The rest did not work, though:"
_ONE_SENTENCE = re.compile(r"[^.!?]*(?:[.!?](?=\S)[^.!?]*)*\.")
_ADDED = re.compile(r"(?:Your|You|There|The|It|That)\b")


def told(replies: list[ToolReply]) -> str:
    """Return what was done or found, then honestly what was not; every figure is from a result."""
    good = list(dict.fromkeys(reply.message for reply in replies if reply.success and reply.message))
    bad = list(dict.fromkeys(reply.message for reply in replies if not reply.success and reply.message))
    if good and bad:
        return " ".join([_together(good), _FAILED[len(bad) > 1], *bad])
    return _together(good or bad) or "That is done."


def _together(messages: list[str]) -> str:
    """Return messages as one text: those that begin alike as one sentence, the last of several as an addition."""
    said = [_listed(list(alike)) for _, alike in groupby(messages, key=lambda message: message.split(maxsplit=1)[0])]
    if len(said) > 1 and _ADDED.match(said[-1]):
        said[-1] = f"And {said[-1][0].lower()}{said[-1][1:]}"
    return " ".join(said)


def _listed(alike: list[str]) -> str:
    """Return messages that begin with the same words as a list behind those words, where each is a single sentence."""
    if len(alike) == 1 or not all(_ONE_SENTENCE.fullmatch(message) for message in alike):
        return " ".join(alike)
    columns = zip(*(message.split() for message in alike), strict=False)
    shared = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
    rest = [" ".join(message.split()[len(shared) :]).rstrip(".") for message in alike]
    return f"{' '.join([*shared, ', '.join(rest[:-1])])} and {rest[-1]}." if all(rest) else " ".join(alike)
