"""How members and operators ask for the tools of tools-insight."""

import re

from pam_agent.rules.categories import enum_of
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
    "social": r"\b(?:members?|posts?|groups?|friends?)\b",
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
_ON_FILE = re.compile(r"\bon (?:file|record|hand)\b", re.IGNORECASE)
"""Where facts are kept, which is none they are about."""
_TITLE_MAX = 80
_IF_ALLOWED = re.compile(
    r"^\W*(?:(?:is|are|am|can|may|do|does|should|what|what's|which|how|long|many|it|there|any|i|we|you|one|they|need"
    r"|have"
    r"|still|legal|legally|illegal|allowed|permitted|forbidden|okay|ok|official|officially|stored|check|if"
    r"|whether)\b\W*)+",
    re.IGNORECASE,
)
"""How somebody asks whether they may."""


def _fact(slot: Slot) -> str | None:
    return behind_colon(slot.text) or after(slot.text, r"\b(?:that|knowledge(?: base)?)\b")


def _kind(slot: Slot) -> str | None:
    return next(
        (kind for kind, words in _KINDS.items() if re.search(words, slot.text, re.IGNORECASE)), "general_knowledge"
    )


def _subject(slot: Slot) -> str | None:
    """Return what a fact is about: what it is called ("a budget tip"), else what its words are of."""
    told = re.search(
        r"\b(?P<subject>budget|social|shop|travel) (?:tip|fact|rule|advice|warning|policy)", slot.text.lower()
    )
    fact = _fact(slot) or slot.text
    kinds = (kind for kind, words in _SUBJECTS.items() if re.search(words, fact, re.IGNORECASE))
    return told["subject"] if told else next(kinds, None)


def _sought(slot: Slot) -> str | None:
    text = _ON_FILE.sub("", slot.text)
    return keywords(quoted_in(text) or topic_in(text, ABOUT_ALL) or re.sub(_IF_ALLOWED, "", text))


def _report(slot: Slot) -> str | None:
    named = [kind for kind, words in _REPORTS.items() if re.search(words, slot.text, re.IGNORECASE)]
    return named[0] if len(named) == 1 else "comprehensive"


def _time(slot: Slot) -> str | None:
    days = days_in(slot.digits)
    known = {7: "last_7_days", 30: "last_30_days", 90: "last_90_days"}
    named = {"weekly": "last_7_days", "quarterly": "last_90_days"}.get(period_in(slot.text) or "")
    is_month = re.search(r"\b(?:last|past|this|over the) month\b", slot.text, re.IGNORECASE)
    return known.get(days or 0) or named or ("last_30_days" if is_month else None)


def _pattern_period(slot: Slot) -> str | None:
    found = period_in(slot.text)
    return found if found in enum_of(slot.tool, "period") else None


def _focus(slot: Slot) -> list[str] | None:
    known = enum_of(slot.tool, "focus_areas")
    return [area for area in known if area in slot.text.lower()] or None


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
)


def _sections(slot: Slot) -> list[str]:
    return [name for name, words in _SECTIONS.items() if re.search(words, slot.text, re.IGNORECASE)]
