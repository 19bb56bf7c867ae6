"""A prompt as a request to the Messages API: the summary before the exchange, and behind it what broke off."""

from typing import Any
from weakref import WeakKeyDictionary

import orjson

from pam_agent import prompt as words
from pam_agent.mind import Prompt

KEPT = "<earlier_conversation>\n{}\n</earlier_conversation>"
REMEMBERED = "I remember that."
GO_ON = "Your answer broke off here. Say its last sentence again from the beginning, then go on. Repeat nothing else."


def written(prompt: Prompt) -> bytes:
    """Return system, messages and tools as JSON.

    It is written once for each prompt: its size is looked at, and then it is sent.
    """
    if prompt not in _written:
        _written[prompt] = orjson.dumps(_request(prompt))
    return _written[prompt]


_written: WeakKeyDictionary[Prompt, bytes] = WeakKeyDictionary()


def _request(prompt: Prompt) -> dict[str, Any]:
    """Return system, messages and tools. The summary stands first and stays as it is, so it is cached."""
    asked = {"system": words.system(), "messages": [*_before(prompt), *words.messages(prompt), *_behind(prompt)]}
    return asked | ({"tools": words.tools(prompt.shown_tools)} if prompt.shown_tools else {})


def _before(prompt: Prompt) -> list[dict[str, Any]]:
    if not prompt.summary:
        return []
    return [
        {"role": "user", "content": KEPT.format(prompt.summary)},
        {"role": "assistant", "content": REMEMBERED},
    ]


def _behind(prompt: Prompt) -> list[dict[str, Any]]:
    """Return what was shown of this reply and the wish to go on: not every model takes a beginning put in its mouth."""
    if not prompt.shown.strip():
        return []
    return [
        {"role": "assistant", "content": prompt.shown.strip()},
        {"role": "user", "content": [{"type": "text", "text": GO_ON}]},
    ]
