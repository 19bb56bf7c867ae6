"""What a fault is, what an experiment measures, and what a checker may find."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.world import World

LOST, TWICE, ORDER, LATE, FOREIGN = "L", "D", "O", "T", "X"
KINDS = (LOST, TWICE, ORDER, LATE, FOREIGN)


class NotHereError(Exception):
    """This machine cannot do what an experiment needs; the sentence says what is missing."""


@dataclass(frozen=True)
class Violation:
    """One way in which a guarantee did not hold: its letter and a sentence that names the message or the position."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Figure:
    """What was measured, in ``unit``, and the most it may be."""

    what: str
    value: float
    bound: float
    unit: str = "s"

    @property
    def kept(self) -> bool:
        """Whether the bound was kept."""
        return self.value <= self.bound

    def __str__(self) -> str:
        return f"{self.what} {self.value:.3g} {self.unit} (≤ {self.bound:.3g})"


@dataclass
class Outcome:
    """What an experiment found by itself; the checker compares the rest.

    ``struck`` is how often the fault had a victim: a trial in which it had none shows nothing.
    """

    figures: list[Figure] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    struck: int = 1


@dataclass(frozen=True)
class Plan:
    """The processes an experiment needs.

    ``mishaps`` maps a process such as ``tools-budget-1`` to what befalls it, ``environment`` a service to more of its
    settings; the NATS connections of the services in ``proxied`` pass a proxy that loses what ``losing`` says.
    ``nats`` are settings of pamctl; with ``disk`` NATS has a disk of its own that can lose power, with ``links`` its
    nodes reach each other over links that can be cut.
    """

    agents: int = 3
    gateways: int = 2
    workers: int = 2
    persistence: int = 1
    mishaps: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    proxied: frozenset[str] = frozenset()
    nats: tuple[tuple[str, Any], ...] = ()
    disk: bool = False
    links: bool = False


@dataclass(frozen=True)
class Defence:
    """What is switched off, and the letters of which at least one must be violated then.

    ``name`` is a key of ``stack.HOLDERS``, ``stack.STATEMENTS``, ``storage.SETTINGS`` or ``storage.PROVISIONING``.
    """

    name: str
    breaks: str


Experiment = Callable[["World", Random], Awaitable[Outcome]]


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    number: int
    title: str
    run: Experiment
    defences: tuple[Defence, ...]
    plan: Plan = Plan()
    short_plan: Plan | None = None

    def plan_for(self, *, short: bool) -> Plan:
        """Return the plan of a short or a full trial."""
        return self.short_plan or self.plan if short else self.plan
