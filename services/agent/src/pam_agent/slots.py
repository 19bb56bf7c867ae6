"""Reading slots from a sentence: amounts, categories, days. Pure."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from pam_shared.contracts.tools import ToolManifest

AMOUNT = re.compile(r"(?<![\w.])(?P<sign>-)?\$?\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\w%])")
MONEY_AMOUNT = re.compile(r"(?P<sign>-)?\$\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)")
DAYS = re.compile(r"\b(?:last|past)\s+(?P<count>\d+)\s+(?P<unit>day|week|month)s?\b", re.IGNORECASE)
DAYS_OF = {"day": 1, "week": 7, "month": 30}
DAYS_MAX = 365


def amount_in(text: str) -> str | None:
    """Return the amount a sentence names, the one with a dollar sign if there is one. The worker judges it."""
    found = MONEY_AMOUNT.search(text) or AMOUNT.search(text)
    if found is None:
        return None
    try:
        return str(Decimal((found["sign"] or "") + found["number"].replace(",", "")))
    except InvalidOperation:
        return None


def days_in(text: str) -> int | None:
    """Return the length of a window such as "the last two weeks" in days."""
    found = DAYS.search(text)
    return min(DAYS_MAX, int(found["count"]) * DAYS_OF[found["unit"].lower()]) if found else None


def category_in(text: str, tool: ToolManifest) -> str | None:
    """Return the tool's category that a sentence names, through the words and synonyms of the tool's own schema."""
    words = _category_words(tool.input_schema)
    lowered = text.lower()
    for word in sorted(words, key=len, reverse=True):
        if re.search(rf"\b{re.escape(word)}(?:s|es)?\b", lowered):
            return words[word]
    return None


def _category_words(schema: dict[str, Any]) -> dict[str, str]:
    """Return every word for a category with the value it stands for."""
    field = schema.get("properties", {}).get("category", {})
    values: list[str] = next((part.get("enum", []) for part in _resolved(field, schema) if "enum" in part), [])
    synonyms: dict[str, str] = next(
        (part["x-synonyms"] for part in _resolved(field, schema) if "x-synonyms" in part), {}
    )
    return {value.replace("_", " "): value for value in values if value != "other"} | synonyms


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a schema node and all it refers to."""
    found = [node]
    for part in [node, *node.get("anyOf", []), *node.get("allOf", [])]:
        if part is not node:
            found.append(part)
        if "$ref" in part:
            found.append(schema.get("$defs", {}).get(part["$ref"].rpartition("/")[2], {}))
    return found
