"""How well the tools a model is shown are chosen: the right one among them, and how many they are."""

from dataclasses import dataclass
from functools import cache
from statistics import mean, median
from time import perf_counter

from pam_agent.selection import Selection
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Visibility
from tests.eval.measure import Sentence, manifests


@dataclass(frozen=True)
class Shown:
    """The tools shown for a sentence, ``find_tools`` not counted, and the seconds it took to choose them."""

    sentence: Sentence
    tools: list[str]
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether every tool the sentence asks for is there."""
        told = self.sentence
        return {told.expected_tool, *([told.then] if told.then else [])} <= set(self.tools)


@cache
def selection() -> Selection:
    """Return the tools of all installed workers that members' minds may call."""
    seen = [tool for tool in manifests() if tool.visibility is Visibility.LLM and Role.MEMBER in tool.roles]
    return Selection(sorted(seen, key=lambda tool: tool.name))


def shown(told: list[Sentence]) -> list[Shown]:
    """Choose for each sentence that asks for a tool members are offered."""
    offered = {tool.name for tool in selection().tools}
    return [_shown(sentence) for sentence in told if sentence.expected_tool in offered]


def line(name: str, told: list[Sentence]) -> str:
    """Return a line of the table."""
    found = shown(told)
    right, count = mean(one.is_right for one in found), mean(len(one.tools) + 1 for one in found)
    took = median(one.seconds for one in found) * 1000
    return f"{name:<14} {len(found):>9}  {right:>10.1%}  {count:>11.1f} of {len(selection().tools)}  {took:>9.2f}"


def _shown(sentence: Sentence) -> Shown:
    start = perf_counter()
    tools = selection().choose([sentence.text])
    return Shown(sentence, [tool.name for tool in tools], perf_counter() - start)
