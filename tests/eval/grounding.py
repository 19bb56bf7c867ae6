"""Where the figures of an answer come from. Pure.

A figure is a number as it is written: ``$1,234.50`` and ``1234.5`` are the same, so are ``3rd`` and ``3``, and half
past three in the afternoon is ``15:30``. What stands in quotation marks is somebody's words or an example, no claim.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pam_agent.rules.numerals import in_digits

_QUOTED = re.compile(r"[\"\u201c][^\"\u201c\u201d]*[\"\u201d]")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_HOUR = re.compile(r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap])\.?m\b", re.IGNORECASE)
_NOON = 12


def figures(text: str) -> set[Decimal]:
    """Return every figure of a text, without signs and units; a time of day is its hour and minute of 24."""
    return {_value(number) for number in _NUMBER.findall(_HOUR.sub(_of_24, text))}


def claimed(answer: str) -> set[Decimal]:
    """Return the figures an answer claims."""
    return figures(_QUOTED.sub(" ", answer))


def ungrounded(answer: str, words: Iterable[str], data: Iterable[Any]) -> list[str]:
    """Return the figures of an answer that are neither in the member's words nor in data, in order of size."""
    told = [figures(in_digits(text)) | figures(text) for text in words]
    held = [figures(json.dumps(one, default=str)) for one in data]
    return [f"{figure.normalize():f}" for figure in sorted(claimed(answer).difference(*told, *held))]


def _value(written: str) -> Decimal:
    return Decimal(written.replace(",", ""))


def _of_24(time: re.Match[str]) -> str:
    hour = int(time["hour"]) % _NOON + (_NOON if time["half"].lower() == "p" else 0)
    return f"{hour} {time['minute'] or ''}"
