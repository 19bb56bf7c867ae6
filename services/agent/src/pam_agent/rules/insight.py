"""How members and operators ask for the tools of tools-insight."""

import re

from pam_agent.rules.categories import enum_of
from pam_agent.rules.dates import day_in, range_in
from pam_agent.rules.durations import days_in, months_in, period_in
from pam_agent.rules.numerals import labelled, measured
from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import ABOUT_ALL, after, behind_colon, keywords, topic_in

_KINDS = {
    "warning": r"\bwarn|\bdanger|flood",
    "policy": r"\bpolicy|refund",
    "travel_rule": r"\brules?\b|\bbans?\b|\bbanned|forbid|prohibit|limit|not allowed|must\b|permit",
    "seasonal_advice": r"season|winter|summer|spring\b|autumn",
    "location_tip": r"\btip\b|located|spot",
}
_SUBJECTS = {
    "budget": r"\b(?:budget|money|costs?|prices?|fees?)\b",
    "social": r"member|post|group|friend",
    "shop": r"shop|\border|refund|product|\breturns?\b",
    "travel": r".",
}
_SECTIONS = {
    "financial": r"money|financ|budget|spend",
    "travel": r"travel|trip",
    "vehicle": r"vehicle|\brig\b|\brv\b",
    "social": r"social|friends|community",
    "hustle": r"hustle|income",
}
_REPORTS = {"financial": r"financ|money|budget", "travel": r"travel|trip", "vehicle": r"vehicle|\brig\b|\brv\b"}
_INSIGHTS = {
    "performance": r"performance|error|busiest|slow|fail",
    "trends": r"trend",
    "user": r"\bmy\b|\bmine\b|\bi\b",
}
_ON_FILE = re.compile(r"\bon (?:file|record|hand)\b", re.IGNORECASE)
"""Where facts are kept, which is none they are about."""
_TITLE_MAX = 80


def _fact(slot: Slot) -> str | None:
    return behind_colon(slot.text) or after(slot.text, r"\b(?:that|knowledge(?: base)?)\b")


def _kind(slot: Slot) -> str | None:
    return next(
        (kind for kind, words in _KINDS.items() if re.search(words, slot.text, re.IGNORECASE)), "general_knowledge"
    )


def _subject(slot: Slot) -> str | None:
    return next((kind for kind, words in _SUBJECTS.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _sought(slot: Slot) -> str | None:
    return keywords(quoted_in(slot.text) or topic_in(_ON_FILE.sub("", slot.text), ABOUT_ALL) or "")


def _table(slot: Slot) -> str | None:
    return next(
        (
            name
            for name in enum_of(slot.tool, "table")
            if re.search(name.removeprefix("security_").replace("_", "[ _]"), slot.text, re.IGNORECASE)
        ),
        None,
    )


def _report(slot: Slot) -> str | None:
    named = [kind for kind, words in _REPORTS.items() if re.search(words, slot.text, re.IGNORECASE)]
    return named[0] if len(named) == 1 else "comprehensive"


def _time(slot: Slot) -> str | None:
    days = days_in(slot.digits)
    known = {7: "last_7_days", 30: "last_30_days", 90: "last_90_days"}
    named = {"weekly": "last_7_days", "quarterly": "last_90_days"}.get(period_in(slot.text) or "")
    is_month = re.search(r"\b(?:last|past|this|over the) month\b", slot.text, re.IGNORECASE)
    return known.get(days or 0) or named or ("last_30_days" if is_month else None)


def _insight(slot: Slot) -> str | None:
    return next((kind for kind, words in _INSIGHTS.items() if re.search(words, slot.text, re.IGNORECASE)), None)


def _pattern_period(slot: Slot) -> str | None:
    found = period_in(slot.text)
    return found if found in enum_of(slot.tool, "period") else None


def _edge(index: int, slot: Slot) -> str | None:
    days = range_in(slot.digits, slot.reading.now.date())
    return days[index].isoformat() if days else None


def _span(slot: Slot) -> str | None:
    return next(
        (kind for kind, word in (("weekly", "week"), ("monthly", "month")) if word in slot.text.lower()), "custom"
    )


def _focus(slot: Slot) -> list[str] | None:
    known = enum_of(slot.tool, "focus_areas")
    return [area for area in known if area in slot.text.lower()] or None


def _target(slot: Slot) -> str | None:
    day = day_in(slot.text, slot.reading.now.date(), past=True)
    return day.isoformat() if day else None


def _older(slot: Slot) -> int | None:
    found = measured(slot.digits, "days?")
    return int(found) if found else None


_TABLE = {"table": "Which table?"}

RULES = (
    Rule(
        "add_knowledge",
        "!teaches | know_add knowledge | know_add knowledge add | know_add log knowledge",
        Stance.ASKED,
        {
            "title": lambda slot: (_fact(slot) or "")[:_TITLE_MAX] or None,
            "content": _fact,
            "knowledge_type": _kind,
            "category": _subject,
        },
        keeps_text=True,
        unless="@question",
        asks={"content": "What is the fact?"},
    ),
    Rule(
        "search_knowledge",
        "knowledge | knowledge find | knowledge about | knowledge tip @question | knowledge stored "
        "| knowledge find about",
        unless="opens_post @amount",
        slots={"query": _sought},
        asks={"query": "What do you want to know?"},
    ),
    Rule(
        "get_user_360_view",
        "!full_view",
        slots={"include": lambda slot: None if len(_sections(slot)) in {0, 4, 5} else _sections(slot)},
    ),
    Rule(
        "correlate_trip_expenses",
        "trip trip_expenses | trip trip_expenses how_much | trip spend | trip spend how_much "
        "| trip trip_expenses spend | trip expense spend compare",
        unless="@way plan calculate @miles future weather @amount stats report fuel budget heading health sights",
    ),
    Rule(
        "predict_maintenance_costs",
        "maintenance future trip_expenses | repairs future @question | repairs future spend how_much "
        "| maintenance predict | maintenance money "
        "| maintenance future cost_word | maintenance spend future | maintenance future how_much"
        " | maintenance predict future trip_expenses",
        slots={"months_ahead": lambda slot: months_in(slot.digits)},
        unless="@amount log calendar",
    ),
    Rule(
        "analyze_hustle_roi",
        "hustle worth | hustle compare | hustle worth compare | hustle worth hours_word | hustle analyze",
        unless="@amount",
    ),
    Rule(
        "generate_intelligent_recommendations",
        "focus_next | !personal_advice | !personal_advice tip | focus_next suggest "
        "| suggest focus_next @question | suggest yourself @question | suggest show",
        unless=(
            "group gear post_noun hustle budget tip trip maintenance shop cut park sights report session database "
            "table vehicle_part calendar fuel people"
        ),
        slots={
            "limit": lambda slot: (
                measured(slot.digits, r"(?:top |best )?(?:recommendations?|suggestions?|ideas|things|priorities|steps)")
                or labelled(slot.digits, "top")
            )
        },
    ),
    Rule(
        "analyze_spending_patterns",
        "pattern spend | pattern expense | pattern analyze spend | pattern spend show | pattern period_by spend",
        slots={"period": _pattern_period},
        unless="platform trip",
    ),
    Rule(
        "optimize_user_experience",
        "adapt yourself | adapt yourself plan | adapt",
        Stance.ANY,
        {"focus_areas": _focus},
        unless="@way route",
    ),
    Rule(
        "generate_insights_report",
        "report all_areas | report insights | report rig | report trip | report finance "
        "| report @claim -budget -expense | insights report show",
        slots={"report_type": _report, "time_period": _time},
        unless="expense tip knowledge post_noun calendar road weather platform",
    ),
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
        slots={"table": _table},
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


def _sections(slot: Slot) -> list[str]:
    return [name for name, words in _SECTIONS.items() if re.search(words, slot.text, re.IGNORECASE)]
