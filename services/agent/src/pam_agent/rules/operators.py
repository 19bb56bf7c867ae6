"""How operators ask tools-insight how the platform is used and how its database does."""

import re

from pam_agent.rules.categories import enum_of
from pam_agent.rules.dates import day_in, range_in
from pam_agent.rules.durations import days_in
from pam_agent.rules.numerals import labelled, measured
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance

_INSIGHTS = {
    "performance": r"performance|error|busiest|slow|fail",
    "trends": r"trend",
    "user": r"\buser (?:activity|insights?|behaviou?r)|\bmy\b|\bmine\b|\bi\b",
}
_ANY_TABLE = (
    r"\b(?:rows?|records?|entries|count) (?:are )?(?:there )?(?:in|of|from|for) (?:the )?(?:table )?(?!the\b|all\b"
    r"|each\b|every\b|total\b)([a-z_]{4,})"
    r"|\btable (?!size|row|has|have|with|in\b|do|is\b)([a-z_]{4,})"
    r"|\b(?!many\b|each\b|every\b|this\b|that\b|which\b|what\b|database\b|show\b|newest\b|latest\b"
    r"|count\b)([a-z_]{4,}) (?:tables?|rows?|records?)\b"
    r"|\bhow many (?!rows?\b|records?\b|entries\b)([a-z_]{4,}) (?:are|do|does|did|have)\b"
    r"(?=.*\b(?:database|db|table|stored)\b)"
)
"""A table by its name, however it is named."""


def _table(slot: Slot) -> str | None:
    """Return the table a sentence names; one that is not open to anybody too, for the tool says which are."""
    known = enum_of(slot.tool, "table")
    open_to_operators = (
        name
        for name in known
        if re.search(name.removeprefix("security_").replace("_", "[ _]"), slot.text, re.IGNORECASE)
    )
    return next(open_to_operators, None) or _other_table(slot.text)


def _other_table(text: str) -> str | None:
    found = re.search(_ANY_TABLE, text.lower())
    name = next(filter(None, found.groups()), None) if found else None
    is_whole = name and f"{name} table" in text.lower()
    return name if not name or is_whole else name.removesuffix("s") + "s"


def _rows(slot: Slot) -> int | None:
    found = measured(slot.digits, r"(?:rows?|records?|entries|lines)") or labelled(
        slot.digits, "last|first|newest|latest|top"
    )
    return int(found) if found else None


def _insight(slot: Slot) -> str | None:
    return next((kind for kind, words in _INSIGHTS.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _edge(index: int, slot: Slot) -> str | None:
    days = range_in(slot.digits, slot.reading.now.date())
    return days[index].isoformat() if days else None


def _span(slot: Slot) -> str | None:
    return next(
        (kind for kind, word in (("weekly", "week"), ("monthly", "month")) if word in slot.text.lower()), "custom"
    )


def _target(slot: Slot) -> str | None:
    day = day_in(slot.text, slot.reading.now.date(), past=True)
    return day.isoformat() if day else None


def _older(slot: Slot) -> int | None:
    found = re.search(r"\b(\d+)[ -](day|week|month)s?\b", slot.digits, re.IGNORECASE)
    return int(found[1]) * {"day": 1, "week": 7, "month": 30}[found[2].lower()] if found else None


_TABLE = {"table": "Which table?"}

RULES = (
    Rule(
        "generate_daily_analytics",
        "analytics aggregate daily | analytics daily | analytics aggregate @day",
        Stance.ASKED,
        {"target_date": _target},
        unless="privacy stop rows table",
    ),
    Rule(
        "generate_analytics_summary",
        "analytics span overview | analytics aggregate span overview | analytics span aggregate | analytics overview",
        Stance.ASKED,
        {"start_date": lambda slot: _edge(0, slot), "end_date": lambda slot: _edge(1, slot), "summary_type": _span},
        asks={"start_date": "From which day on?", "end_date": "Up to which day?"},
        unless="stop privacy session",
    ),
    Rule(
        "get_analytics_insights",
        "platform insights | analytics insights | analytics show | platform insights show "
        "| analytics insights platform",
        slots={"insight_type": _insight},
        unless="session aggregate stop daily privacy",
    ),
    Rule(
        "get_session_analytics",
        "session count | session analytics | session count analytics | session how_long | session show analytics",
        slots={"days": lambda slot: days_in(slot.digits)},
        unless="expired table delete",
    ),
    Rule(
        "clean_expired_sessions",
        "session delete | session delete expired | session expired delete @claim",
        Stance.ASKED,
        {"older_than_days": _older},
        unless="calendar",
    ),
    Rule(
        "count_records",
        "rows count | table count | rows count table | rows count how_much table",
        slots={"table": _table},
        asks=_TABLE,
        unless="sizes",
    ),
    Rule(
        "read_records",
        "read table -sizes | show table -sizes -count | read table stored -sizes",
        slots={"table": _table, "limit": _rows},
        asks=_TABLE,
        unless="database sizes",
    ),
    Rule(
        "get_database_stats",
        "table sizes | database sizes | database show | database table sizes | table sizes show",
        unless="@amount delete",
    ),
    Rule("check_database_health", "database alive | database health | database alive health | database check health"),
)
