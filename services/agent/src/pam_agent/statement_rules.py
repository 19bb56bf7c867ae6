"""How members state facts of themselves: the patterns of ``statement_rules.toml``, ready to be used."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FRAGMENT = re.compile(r"<([A-Z]+)>")
_LINE_GOES_ON = re.compile(r"(?:\A|\n) +")


@dataclass(frozen=True)
class Rule:
    """A way to state a fact of a kind. ``subject`` is filled in with the pattern's groups.

    ``negative``: a "not" belongs to the fact. ``passing``: it may be about today.
    """

    kind: str
    subject: str
    words: re.Pattern[str]
    confidence: float = 0.95
    negative: bool = False
    passing: bool = False


def _read() -> Iterator[Rule]:
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for rules in told["rules"].values():
        for rule in rules:
            yield Rule(**rule | {"words": _pattern(rule["words"], told["fragments"])})


def _pattern(words: str, fragments: dict[str, Any]) -> re.Pattern[str]:
    """Return the pattern with its fragments, and theirs, filled in."""
    while _FRAGMENT.search(words):
        words = _FRAGMENT.sub(lambda found: fragments[found[1]], words)
    return re.compile(_LINE_GOES_ON.sub("", words), re.IGNORECASE)


RULES = tuple(_read())
"""The first that fits says what a clause states."""
