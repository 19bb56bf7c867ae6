"""How members ask for the tools of tools-budget."""

import re
from datetime import date
from typing import Any

from pam_agent.rules.categories import category_in, spent_on
from pam_agent.rules.dates import day_in, range_in
from pam_agent.rules.durations import days_in, period_in
from pam_agent.rules.numerals import number
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance

_AVERAGE = re.compile(
    r"\b(?:average daily|daily average|daily mean|per day|a day)\b(?=.*\b(?:week|month|quarter|year)\b)", re.IGNORECASE
)
_FROM_TO = r"\bfrom [$€£]?\d[\d.,]* (?:\w+ )?(?:up |down )?to [$€£]?(?P<new>\d[\d,]*(?:\.\d+)?)"
_CHANGE_BY = re.compile(r"\bby\s+[$€£]?\s?\d", re.IGNORECASE)
_TEXT_MAX = 500
_WENT_ON = (
    r"\bon (?:the |my |our )?(?P<what>.+)$"
    r"|\b(?:has|have|did|does|do) (?:the |my |our )?(?P<thing>\w+(?: \w+)?) (?:cost|run|set)\b"
)
"""What money went on: "spent on the dog", "what has the dog cost me"."""


def amount(slot: Slot) -> int | float | None:
    """Return the amount of money a sentence names; of several none, for they would be mixed, nor one below zero."""
    found = slot.reading.amounts
    return number(found[0]) if len(found) == 1 and not found[0].startswith("-") else None


def category(slot: Slot) -> str | None:
    """Return the category a sentence names."""
    return category_in(slot.reading.mended, slot.tool)


def past_day(slot: Slot) -> str | None:
    """Return the day something happened, when it was not today."""
    today = slot.reading.now.date()
    day = day_in(slot.text, today, past=True)
    return day.isoformat() if day and day < today else None


def window(slot: Slot) -> int | None:
    """Return how many days back a sentence looks."""
    return days_in(slot.digits)


def period(slot: Slot) -> str | None:
    """Return the budget period a sentence names; one that is over is told by its days."""
    return None if days_in(slot.digits) or _first(slot) else period_in(_AVERAGE.sub("", slot.text))


def _expense_category(slot: Slot) -> str | None:
    return category(slot) or _bought(slot) or ("other" if slot.reading.amounts else None)


def _bought(slot: Slot) -> str | None:
    return spent_on(slot.reading.mended, slot.tool)


def _summed_category(slot: Slot) -> str | None:
    """Return the category a sentence names, else that of what it says money went on."""
    on = re.search(_WENT_ON, slot.reading.mended, re.IGNORECASE)
    return category(slot) or (spent_on(on["what"] or on["thing"], slot.tool) if on else None)


def _expense_text(slot: Slot) -> str | None:
    return None if category(slot) else slot.text[:_TEXT_MAX]


def _budget_category(slot: Slot) -> str | None:
    return category(slot) or _bought(slot)


def _budget_amount(slot: Slot) -> int | float | None:
    if raised := re.search(_FROM_TO, slot.digits, re.IGNORECASE):
        return number(raised["new"])
    return None if _CHANGE_BY.search(slot.text) else amount(slot)


def _format(slot: Slot) -> str | None:
    text = slot.text.lower()
    kinds = {"csv": r"csv|spreadsheet|excel", "summary": r"summary|printable|overview", "json": r"json"}
    return next((kind for kind, words in kinds.items() if re.search(words, text)), None)


def _first(slot: Slot) -> str | None:
    days = _days(slot)
    return days[0].isoformat() if days else None


def _last(slot: Slot) -> str | None:
    days = _days(slot)
    return days[1].isoformat() if days else None


def _days(slot: Slot) -> tuple[date, date] | None:
    """Return the first and last day of a time that is told by its days: a range, a day, or from a day on."""
    today = slot.reading.now.date()
    is_since = re.search(r"\bsince\b", slot.text, re.IGNORECASE)
    if days := range_in(slot.digits, today):
        return None if _runs(slot) else (days[0], today if is_since else min(days[1], today))
    day = None if _runs(slot) or days_in(slot.digits) else day_in(slot.digits, today, past=True)
    if day is None or day >= today:
        return None
    return day, today if is_since else day


def _runs(slot: Slot) -> bool:
    """Whether the period a sentence names is the one that is not over yet."""
    return bool(period_in(slot.text)) and not re.search(
        r"\b(?:last|previous) (?:week|quarter|year)\b", slot.text, re.IGNORECASE
    )


_HOW_MUCH = "How much was it?"
_SPENT: dict[str, Any] = {
    "amount": amount,
    "category": _expense_category,
    "description": _expense_text,
    "date": past_day,
}
_SUMMED: dict[str, Any] = {
    "days": window,
    "period": period,
    "category": _summed_category,
    "start_date": _first,
    "end_date": _last,
}

RULES = (
    Rule(
        "suggest_budget_adjustment",
        "should set budget | budget toolow @question | set budget @question -how_much",
        slots={"category": category},
        unless="@amount compare",
        asks={"category": "Which category's budget do you mean?"},
    ),
    Rule(
        "update_budget",
        "opens_cap kind -saving -fillup -@miles -@gallons | set budget | budget want | budget @amount want"
        " | budget @amount | set limit @amount | limit @amount "
        "| set limit | monthly kind limit @amount | monthly kind set @amount | monthly kind want @amount",
        Stance.ASKED,
        {"category": _budget_category, "amount": _budget_amount, "period": period},
        unless="trip save @way",
        asks={
            "category": "Which category is the budget for?",
            "amount": "How much may you spend on {category} a month?",
        },
    ),
    Rule(
        "compare_vs_budget",
        "compare budget | spend budget @question | over budget @question | left budget | left timespan "
        "| within budget | within limit "
        "| budget over | compare budget spend"
        " | within @question | budget doing | over compare",
        slots={"category": category, "period": period},
        unless="idea",
    ),
    Rule(
        "analyze_budget",
        "analyze budget | health budget | health finance | over @question | over category_word "
        "| budget health @question",
        slots={"period": period},
        unless="compare trip pattern",
    ),
    Rule(
        "predict_end_of_month",
        "endmonth | predict spend | endmonth spend | endmonth predict | endmonth cost spend | endmonth predict spend",
        slots={"category": category},
        unless="maintenance vehicle_part hustle trip",
    ),
    Rule(
        "export_budget_report",
        "export budget | export expense | export budget report | export overview budget | export expense report",
        slots={"format": _format, "start_date": _first, "end_date": _last},
        unless="my_data @amount full_view",
    ),
    Rule(
        "get_finance_summary",
        "finance overview | income expense overview | income budget overview | finance how_much "
        "| money overview | money income overview | finance income"
        " | income expense compare | finance show overview | !full_view income spend -trip -rig",
        slots={"days": window},
        unless="hustle full_view export trip report log",
    ),
    Rule(
        "get_spending_summary",
        "how_much spend | how_much expense | spend show | expense show | spend period_by | expense period_by "
        "| how_much bill"
        " | money spend how_much | spend @question | how_much log @short | sumup kind -@amount "
        "| sumup spend kind -@amount | money_gone | spend timespan -@amount",
        slots=_SUMMED,
        unless=(
            "budget trip predict endmonth pattern @miles saving income database table cart should cut about_to_buy "
            "confirm"
        ),
    ),
    Rule(
        "create_expense",
        "spend @amount | !label_expens @amount | log expense @amount | log @amount | expense @amount | @entry @amount "
        "| !@entry @amount -earn -income -vehicle_part -service_done "
        "| !@filed @amount | bill @amount | bill @amount log"
        " | spend @amount log | spend log | log expense | spend @claim -@amount -show -how_much -timespan",
        Stance.TOLD,
        _SPENT,
        unless="saving budget earn weather @gallons trip hustle limit shop cart event compare @year find",
        asks={"amount": _HOW_MUCH, "category": "What was it for?"},
    ),
)
