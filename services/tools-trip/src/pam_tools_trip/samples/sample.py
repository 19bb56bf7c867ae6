"""What one stood-in service is: how it answers, in each of its moods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

JSON = "application/json"


class Mood(StrEnum):
    """How a service behaves, until it is told otherwise."""

    SUCCESS = "success"
    EMPTY = "empty"
    """It knows nothing that fits."""
    BAD_REQUEST = "bad_request"
    """It refuses, in its own words."""
    THROTTLED = "throttled"
    """429, saying when to come back."""
    THROTTLED_SILENTLY = "throttled_silently"
    """429, not saying when."""
    SLOW = "slow"
    """It answers after everybody has gone."""
    CUT = "cut"
    """The connection ends in the middle of the answer."""
    MALFORMED = "malformed"
    """A page for people, with status 200."""
    MISTYPED = "mistyped"
    """Text where numbers are due."""
    PARTIAL = "partial"
    """Less than there is, in the way this service has of saying so."""
    DOWN = "down"
    """503."""


@dataclass(frozen=True)
class Request:
    """A question to one service. ``path`` begins after the service's own prefix, ``origin`` is the URL before it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True)
class Response:
    """An answer."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


Answering = Callable[[Request], Response]


@dataclass(frozen=True)
class Sample:
    """One service. ``partial`` defaults to the whole answer: not every service has a way to give half of one."""

    answer: Answering
    empty: Answering
    refusal: Response
    partial: Answering | None = None


def told(body: Any, status: int = 200, content_type: str = JSON) -> Response:
    """Return an answer in JSON."""
    return Response(orjson.dumps(body), status, content_type)


def mistyped(response: Response) -> Response:
    """Return an answer with text wherever a number was."""
    if "json" not in response.content_type:
        return Response(b"observation_date,GASREGW\n2026-01-05,much\n", content_type=response.content_type)
    return told(_without_numbers(orjson.loads(response.body)), response.status)


def _without_numbers(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_numbers(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_numbers(item) for item in node]
    is_number = isinstance(node, int | float) and not isinstance(node, bool)
    return "not a number" if is_number or (isinstance(node, str) and _is_coordinate(node)) else node


def _is_coordinate(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
