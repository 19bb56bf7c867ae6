"""How well the rules find what a sentence asks for: one verdict a sentence, sums by domain."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from pam_agent.rules import Route, route
from pam_shared.contracts.tools import ToolManifest, Visibility
from pamctl.catalogue import installed_workers

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=ZoneInfo("America/Denver"))
"""A Saturday morning; the sentences' relative days are reckoned from it."""
OTHER_NAMES = {
    "volume": ("gallons", "liters"),
    "total": ("cost",),
    "task": ("maintenance_type",),
    "analysis_type": ("period",),
    "table_name": ("table",),
    "amount_saved": ("amount_saved", "actual_savings"),
}
"""Arguments of the utterances by the names the tools' schemas have for them."""
SAME = {"fuel": "gas"}
_CLOSE = 0.01
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sentence:
    """What a member says and asks for. ``then``: the tool of a second call; ``missing``: a slot to be asked for."""

    text: str
    expected_tool: str
    domain: str = ""
    half: str = ""
    then: str = ""
    missing: str = ""
    args: dict[str, Any] | None = None


@dataclass(frozen=True)
class Verdict:
    """What the rules made of a sentence; ``seconds`` it took them."""

    sentence: Sentence
    found: Route
    seconds: float

    @property
    def tool(self) -> str:
        """The first tool called or asked about, ``refuse``, or ``none``."""
        if self.found.refusal:
            return "refuse"
        return next((call.tool for call in self.found.calls), "none")

    @property
    def is_right_tool(self) -> bool:
        """Whether every tool is the one expected, and a missing slot is asked for."""
        told = self.sentence
        tools = [told.expected_tool, *([told.then] if told.then else [])]
        found = [call.tool for call in self.found.calls] or [self.tool]
        return found == tools and (not told.missing or told.missing in self.found.missing)

    @property
    def has_right_arguments(self) -> bool:
        """Whether the first call carries each of the arguments expected."""
        arguments = self.found.calls[0].arguments if self.found.calls else {}
        expected = (self.sentence.args or {}).items()
        return all(
            any(alike(value, arguments.get(key)) for key in OTHER_NAMES.get(name, (name,))) for name, value in expected
        )


def alike(expected: Any, got: Any) -> bool:
    """Whether two arguments say the same: numbers to the cent, words whatever their case, lists in any order."""
    if isinstance(expected, list):
        return isinstance(got, list) and sorted(map(str.lower, expected)) == sorted(map(str.lower, got))
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        return isinstance(got, (int, float)) and abs(expected - got) < _CLOSE
    if isinstance(expected, str):
        return isinstance(got, str) and got.lower() == SAME.get(expected, expected).lower()
    return expected is got


@cache
def manifests() -> tuple[ToolManifest, ...]:
    """Return the tools offered to members and operators, from the installed workers."""
    tools = (tool for worker in installed_workers() for tool in worker.tools)
    return tuple(tool for tool in tools if tool.visibility is not Visibility.INTERNAL)


def sentences(name: str) -> list[Sentence]:
    """Return the sentences of a file beside this one; a paraphrase has the domain of its tool's worker."""
    domains = {tool.name: tool.domain for tool in manifests()}
    lines = [json.loads(line) for line in (_HERE / f"{name}.jsonl").read_text().splitlines()]
    return [Sentence(**{"domain": domains.get(line["expected_tool"], line["expected_tool"])} | line) for line in lines]


def judged(told: Iterable[Sentence]) -> list[Verdict]:
    """Return a verdict on each sentence."""
    return [_judged(sentence) for sentence in told]


def share(verdicts: list[Verdict], judgement: str) -> float:
    """Return how many of the verdicts hold, between 0 and 1."""
    return sum(getattr(verdict, judgement) for verdict in verdicts) / len(verdicts) if verdicts else 1.0


def carrying(verdicts: list[Verdict]) -> list[Verdict]:
    """Return the verdicts on sentences that carry arguments."""
    return [verdict for verdict in verdicts if verdict.sentence.args]


def times(verdicts: list[Verdict]) -> tuple[float, float]:
    """Return the median and the 99th percentile of the time a sentence took, in milliseconds."""
    took = sorted(verdict.seconds * 1000 for verdict in verdicts)
    return median(took), took[min(len(took) - 1, round(len(took) * 0.99))]


def _judged(sentence: Sentence) -> Verdict:
    tools = list(manifests())
    start = perf_counter()
    found = route(sentence.text, tools, NOW)
    return Verdict(sentence, found, perf_counter() - start)
