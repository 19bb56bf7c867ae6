"""A rule: the evidence that asks for a tool, and how its arguments are read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pam_agent.rules.reading import Reading, Slot
from pam_agent.rules.stance import Stance

Read = Callable[[Slot], Any]
NOTION, SLOT, SURE = 2, 1, 10
"""What a word's notion, a filled slot and a notion that leaves no doubt count as evidence."""


@dataclass(frozen=True, eq=False)
class Rule:
    """How members ask for a tool.

    ``ways`` are lines of evidence, parted by ``|``: all of one must be there, of ``-x`` nothing, and ``!x`` leaves no
    doubt. Evidence in ``unless`` is against every way that does not ask for it. ``slots`` reads arguments; a value of
    None leaves one out. ``needs`` are asked for beside what the schema requires, one of those parted by ``|``.
    ``keeps_text``: the message carries somebody's words, so it is one request however many sentences it has.
    """

    tool: str
    ways: str
    stance: Stance = Stance.ANY
    slots: dict[str, Read] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    keeps_text: bool = False
    unless: str = ""
    parsed: tuple[tuple[int, str, frozenset[str], frozenset[str]], ...] = field(init=False)

    def __post_init__(self) -> None:
        never = frozenset(self.unless.split())
        ways = (_way(line.split(), never) for line in self.ways.split("|"))
        object.__setattr__(self, "parsed", tuple(sorted(ways, key=lambda way: way[:2], reverse=True)))

    def evidence(self, reading: Reading) -> tuple[int, str]:
        """Return the weight of the strongest evidence a sentence gives for this tool, and that evidence; 0 for none."""
        found = reading.evidence
        for weight, line, all_of, none_of in self.parsed:
            if all_of <= found and none_of.isdisjoint(found):
                return weight, line
        return 0, ""


def _way(words: list[str], never: frozenset[str]) -> tuple[int, str, frozenset[str], frozenset[str]]:
    none_of = frozenset(word[1:] for word in words if word.startswith("-"))
    all_of = frozenset(word.lstrip("!") for word in words if not word.startswith("-"))
    return _weight(words), " ".join(words), all_of, none_of | (never - all_of)


def _weight(words: list[str]) -> int:
    counts = {"@": SLOT, "!": SURE, "-": 0}
    return sum(counts.get(word[0], NOTION) for word in words)
