"""Where the simulation is put under PAM's own code: the clock, ids, the log lines, and the libraries' connection."""

import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

from opentelemetry.trace import INVALID_SPAN, Span

from pam_shared import clock
from pam_shared.errors import UnavailableError
from pam_shared.telemetry import logs, traces

PACKAGES = ("pam_agent", "pam_shared", "pam_gateway")
Patch = tuple[ModuleType, str, Any]


@dataclass
class Lines:
    """Takes what PAM logs. An error that is logged with its stack is one nobody expected."""

    tell: Callable[[str], None]
    complain: Callable[[str], None]

    def __getattr__(self, level: str) -> Callable[..., None]:
        return self._line

    def exception(self, event: str, **fields: object) -> None:
        """Take an error: that the log is away may happen anywhere, anything else nobody expected."""
        if isinstance(sys.exc_info()[1], UnavailableError):
            self.tell(f"{event} {fields or ''}")
            return
        self.complain(f"unexpected: {event} {fields or ''}\n{traceback.format_exc()}")

    def _line(self, event: str, **fields: object) -> None:
        self.tell(f"{event} {fields or ''}")


class InOrder(dict[Any, None]):
    """A set that is gone through in the order of its making, where addresses would decide otherwise."""

    def add(self, item: Any) -> None:
        """Put something in."""
        self[item] = None

    def discard(self, item: Any) -> None:
        """Take it out."""
        self.pop(item, None)


@contextmanager
def _no_fields(**_fields: object) -> Iterator[None]:
    yield


@contextmanager
def _no_span(*_given: object, **_attributes: object) -> Iterator[Span]:
    yield INVALID_SPAN


@cache
def _places(name: str, original: Any) -> list[ModuleType]:
    """Return PAM's modules that hold ``original`` under a name."""
    modules = [module for key, module in sys.modules.items() if key.split(".")[0] in PACKAGES]
    return [module for module in modules if getattr(module, name, None) is original]


@contextmanager
def patched(patches: list[Patch]) -> Iterator[None]:
    """Set attributes, and set them back."""
    before = [(place, name, getattr(place, name)) for place, name, _ in patches]
    try:
        for place, name, value in patches:
            setattr(place, name, value)
        yield
    finally:
        for place, name, value in reversed(before):
            setattr(place, name, value)


def surroundings(loop: Any, new_id: Callable[[], uuid.UUID], lines: Lines) -> list[Patch]:
    """Return the patches that put every module of PAM on virtual time, seeded ids and our log."""
    instant = SimpleNamespace(
        monotonic=loop.time,
        perf_counter=loop.time,
        time=lambda: loop.utc_now().timestamp(),
        time_ns=lambda: int(loop.utc_now().timestamp() * 1e9),
    )
    swaps = [
        ("time", time, instant),
        ("utc_now", clock.utc_now, loop.utc_now),
        ("uuid4", uuid.uuid4, new_id),
        ("log", logs.log, lines),
        ("bind", logs.bind, _no_fields),
        ("span", traces.span, _no_span),
    ]
    return [(place, name, value) for name, original, value in swaps for place in _places(name, original)]
