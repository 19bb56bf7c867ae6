"""What a sentence names of the values a tool's own schema lists: categories, periods, kinds. Pure."""

import re
from functools import lru_cache
from typing import Any

from pam_agent.rules.lexicon import EXPENSES
from pam_shared.contracts.tools import ToolManifest


def category_in(text: str, tool: ToolManifest, argument: str = "category") -> str | None:
    """Return the tool's category that a sentence names, through the words and synonyms of the tool's own schema."""
    lowered = text.lower()
    return next((value for word, value in _words(tool, argument) if word.search(lowered)), None)


def all_named(text: str, tool: ToolManifest, argument: str) -> list[str] | None:
    """Return each of the tool's categories that a sentence names, in the schema's order; None where it names none."""
    lowered = text.lower()
    found = {value for word, value in _words(tool, argument) if word.search(lowered)}
    return [value for value in enum_of(tool, argument) if value in found] or None


def named_in(text: str) -> str | None:
    """Return the kind of expense a sentence names by its own name, of several the one named last."""
    found = [(at.start(), kind) for kind in EXPENSES if (at := re.search(rf"\b{kind}s?\b", text, re.IGNORECASE))]
    return max(found)[1] if found else None


def spent_on(text: str, tool: ToolManifest, argument: str = "category") -> str | None:
    """Return the tool's category for what a sentence says was bought, or where; of several the one named first."""
    known = enum_of(tool, argument)
    found = [(at.start(), kind) for kind, words in _EXPENSES.items() if kind in known and (at := words.search(text))]
    return min(found)[1] if found else None


def enum_of(tool: ToolManifest, argument: str) -> list[str]:
    """Return the values an argument, or each item of it, may have; none when its schema lists none."""
    parts = _resolved(tool.input_schema.get("properties", {}).get(argument, {}), tool.input_schema)
    return next((part["enum"] for part in parts if "enum" in part), [])


def all_in(text: str, tool: ToolManifest, argument: str, synonyms: dict[str, str]) -> list[str]:
    """Return every value of an argument that a sentence names, in the schema's order."""
    lowered = text.lower()
    return [value for value in enum_of(tool, argument) if re.search(_named(value, synonyms), lowered)]


def _named(value: str, synonyms: dict[str, str]) -> str:
    own = rf"\b{value.replace('_', '[ _-]?')}s?\b"
    return f"{own}|{synonyms[value]}" if value in synonyms else own


def _words(tool: ToolManifest, argument: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    key = (tool.name, argument, tool.schema_hash)
    if key not in _known:
        _known[key] = _compiled(tool, argument)
    return _known[key]


_EXPENSES = {
    kind: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})(?:s|es)?\b", re.IGNORECASE)
    for kind, words in EXPENSES.items()
}
_known: dict[tuple[str, str, str], tuple[tuple[re.Pattern[str], str], ...]] = {}
"""Compiled words by tool and argument: a few dozen over the life of a process."""


def _compiled(tool: ToolManifest, argument: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    parts = _resolved(tool.input_schema.get("properties", {}).get(argument, {}), tool.input_schema)
    values: list[str] = next((part["enum"] for part in parts if "enum" in part), [])
    synonyms: dict[str, str] = next((part["x-synonyms"] for part in parts if "x-synonyms" in part), {})
    words = {value.replace("_", " "): value for value in values if value != "other"} | synonyms
    return tuple((_whole(word), words[word]) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1000)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(word)}(?:s|es)?\b")


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a schema node and all it refers to."""
    found = [node, *node.get("anyOf", []), *node.get("allOf", [])]
    found += [part["items"] for part in found if "items" in part]
    references = [part["$ref"].rpartition("/")[2] for part in found if "$ref" in part]
    return found + [schema.get("$defs", {}).get(name, {}) for name in references]
