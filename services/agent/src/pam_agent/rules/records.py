"""Records that earlier results hold, found by what a message says of them: their place, their name, or "it". Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pam_agent.conversation import TurnRecord
from pam_agent.rules.amounts import amounts_in
from pam_agent.rules.dates import day_in, time_in
from pam_agent.rules.numerals import in_digits
from pam_agent.rules.words import stems_in
from pam_shared.contracts.conversation import ToolReturned

_KINDS = {"hustle_id": "idea", "confirm_savings": "savings_event", "update_cart": "cart_item"}
"""What results call a record, by argument or tool, where it is not the argument's own name."""
_TITLES = "title", "name", "content", "description"
_POINTING = re.compile(r"\b(?:it|that|this|there|one|(?:the|my) (?:thing|entry|event))\b", re.IGNORECASE)
_PLACES = ("first", "top"), ("second",), ("third",), ("fourth",), ("fifth",)
_LAST = re.compile(r"\blast (?:one|of)\b", re.IGNORECASE)
_NEWEST = re.compile(r"\b(?:last|latest|newest|most recent) (?!one\b|of\b)", re.IGNORECASE)
_NEWEST_FIRST = frozenset({"expense"})
"""Kinds whose lists begin with the newest."""
_LETTERS_MIN = 4
_NAMED = 0.5
"""The share of a title's longer words that names it."""
_TURNS = 6
"""How many turns back something may lie."""


def pointed_at(tool: str, argument: str, text: str, results: Sequence[ToolReturned]) -> dict[str, Any] | None:
    """Return the record of these results, oldest first, that a message means for an argument such as ``post_id``.

    None where none or several fit.
    """
    kind = _KINDS.get(tool) or _KINDS.get(argument) or argument.removesuffix("_id")
    lists = list(_shown(kind, results))
    if not lists:
        return None
    if (at := _place(text)) is not None:
        newest = lists[0]
        return newest[at] if at < len(newest) else None
    every = {record["id"]: record for records in reversed(lists) for record in records}
    amounts = set(map(Decimal, amounts_in(in_digits(text))))
    costing = [record for record in every.values() if "amount" in record and Decimal(record["amount"]) in amounts]
    if named := costing or [record for record in every.values() if _is_named(record, text)]:
        is_newest = kind in _NEWEST_FIRST and _NEWEST.search(text)
        return named[0] if len(named) == 1 or is_newest else None
    if kind in _NEWEST_FIRST and _NEWEST.search(text):
        return lists[0][0]
    return lists[0][0] if len(lists[0]) == 1 and _POINTING.search(text) else None


def on_its_day(record: dict[str, Any], arguments: dict[str, Any], text: str, now: datetime) -> dict[str, Any]:
    """Return arguments in which an entry moved by the clock alone stays on its day, by the day alone at its hour."""
    starts, moves = record.get("start_date"), arguments.get("start_date")
    has_day, has_clock = day_in(text, now.date()) is not None, time_in(text) is not None
    if not (starts and moves) or (has_day and has_clock):
        return arguments
    began = datetime.fromisoformat(starts)
    began = began.astimezone(now.tzinfo) if began.tzinfo else began
    moved = datetime.fromisoformat(moves)
    kept = datetime.combine(moved if has_day else began, began.time() if has_day else moved.time())
    return arguments | {"start_date": kept.isoformat()}


def returned(earlier: list[TurnRecord]) -> list[ToolReturned]:
    """Return what tools returned in the turns before, oldest first, as far back as something may lie."""
    return [result for turn in earlier[-_TURNS:] for result in turn.results.values()]


def _shown(kind: str, results: Sequence[ToolReturned]) -> Iterator[list[dict[str, Any]]]:
    """Yield the records of a kind that each result holds, the newest result first."""
    for result in reversed(results):
        data = result.reply.data or {}
        one, many = data.get(kind), data.get(f"{kind}s", data.get("items") if kind == "cart_item" else None)
        records = [one] if isinstance(one, dict) else many if isinstance(many, list) else []
        known = (record for record in records if isinstance(record, dict))
        if found := [_identified(record) for record in known if record.keys() & {"id", "product_id"}]:
            yield found


def _identified(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with its id under that name: a line of a cart has that of its product."""
    return {"id": record.get("product_id"), **record}


def _place(text: str) -> int | None:
    """Return which of a list a message counts to, from zero; -1 for the last."""
    if _LAST.search(text):
        return -1
    words = text.lower().split()
    return next((n for n, names in enumerate(_PLACES) if set(names) & set(words)), None)


def _is_named(record: dict[str, Any], text: str) -> bool:
    title = next((record[name] for name in _TITLES if record.get(name)), "")
    said = set(stems_in(text))
    if "amount" in record and set(stems_in(record.get("category", "").replace("_", " "))) & said:
        return True
    words = set(stems_in(" ".join(word for word in title.split() if len(word) >= _LETTERS_MIN)))
    return bool(words) and len(words & said) >= _NAMED * len(words)
