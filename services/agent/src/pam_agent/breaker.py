"""A circuit breaker for each tool: what failed again and again is not waited for again and again."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pam_shared.contracts.tools import Outcome, ToolReply
from pam_shared.errors import INTERNAL

FAILURES = 5
OPEN_FOR = 60.0


@dataclass
class _Circuit:
    failures: int = 0
    opened_at: float = 0.0
    workers: frozenset[str] = frozenset()
    probing: bool = False


@dataclass(frozen=True)
class Change:
    """A circuit has opened, against these worker instances, or closed."""

    tool: str
    is_open: bool
    workers: frozenset[str] = frozenset()


class Breaker:
    """Opens after five failures in a row.

    Then one call in a minute may try, or one as soon as other workers offer the tool; its success closes the circuit.
    """

    def __init__(self, tell: Callable[[Change], None], clock: Callable[[], float] = time.monotonic) -> None:
        """``tell`` hears of every circuit that opens, or opens again, and that closes."""
        self._tell = tell
        self._clock = clock
        self._circuits: dict[str, _Circuit] = {}

    def allows(self, tool: str, workers: frozenset[str]) -> bool:
        """Whether to call a tool that these worker instances offer. Report what becomes of a call that is allowed."""
        circuit = self._circuits.get(tool)
        if circuit is None or circuit.failures < FAILURES:
            return True
        due = self._clock() - circuit.opened_at >= OPEN_FOR or bool(workers - circuit.workers)
        if circuit.probing or not due:
            return False
        circuit.probing = True
        return True

    def rests(self, tool: str) -> bool:
        """Whether a circuit is open and nobody tries the tool now."""
        circuit = self._circuits.get(tool)
        return circuit is not None and circuit.failures >= FAILURES and not circuit.probing

    def succeeded(self, tool: str) -> None:
        """Close the circuit."""
        circuit = self._circuits.pop(tool, None)
        if circuit and circuit.failures >= FAILURES:
            self._tell(Change(tool, is_open=False))

    def failed(self, tool: str, workers: frozenset[str]) -> None:
        """Count a failure; the fifth in a row opens the circuit, and so does a failed try."""
        circuit = self._circuits.setdefault(tool, _Circuit())
        circuit.failures += 1
        circuit.probing = False
        circuit.opened_at, circuit.workers = self._clock(), workers
        if circuit.failures >= FAILURES:
            self._tell(Change(tool, is_open=True, workers=workers))

    def hear(self, change: Change) -> None:
        """Take in what another process saw."""
        if change.is_open:
            self._circuits[change.tool] = _Circuit(FAILURES, self._clock(), change.workers)
        else:
            self._circuits.pop(change.tool, None)

    def note(self, tool: str, workers: frozenset[str], reply: ToolReply) -> None:
        """Take in a reply: a refusal is a success of the worker."""
        if at_fault(reply):
            self.failed(tool, workers)
        else:
            self.succeeded(tool)

    def gave_up(self, tool: str) -> None:
        """Forget a call whose end nobody waited for."""
        if tool in self._circuits:
            self._circuits[tool].probing = False


def at_fault(reply: ToolReply) -> bool:
    """Whether the worker is at fault: it was silent, or broke."""
    broken = reply.error is not None and reply.error.code == INTERNAL.code
    return broken or reply.outcome is Outcome.UNAVAILABLE
