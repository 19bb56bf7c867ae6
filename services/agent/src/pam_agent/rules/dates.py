"""Days and times of day, reckoned from the member's now. Pure; dates and times in ISO 8601."""

import re
from datetime import date, datetime, time, timedelta

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d|:)"
_NAMED = (
    re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?:,?\s+(?P<year>20\d\d))?", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}\b(?:,?\s+(?P<year>20\d\d))?", re.IGNORECASE),
    re.compile(r"\bthe (?P<day>\d{1,2})(?:st|nd|rd|th)\b(?P<month>)(?P<year>)"),
    re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>20\d\d))?\b"),
)
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_WEEKDAY = re.compile(
    r"\b(?P<which>last|next|this|on)?\s*(?P<day>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b",
    re.IGNORECASE,
)
_NEAR = {
    "day before yesterday": -2,
    "day after tomorrow": 2,
    "yesterday": -1,
    "last night": -1,
    "tomorrow": 1,
    "tmrw": 1,
    "tmr": 1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
}
_ROUGHLY = {"last week": -7, "last month": -30, "couple of days ago": -2, "few days ago": -3, "other day": -2}
"""What a past day is taken for that nobody remembers better; the answer names the day."""
_AGO = re.compile(r"\b(?P<count>\d+|a)\s+(?P<unit>day|week)s?\s+ago\b|\bin\s+(?P<ahead>\d+)\s+days?\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s?(?P<half>[ap])\.?m\b"
    r"|\bat\s+(?P<bare>\d{1,2})(?::(?P<bare_minute>\d\d))?\b(?!:|\s?[ap]\.?m\b)"
    r"|\b(?P<plain>\d{1,2}):(?P<plain_minute>\d\d)\b",
    re.IGNORECASE,
)
_PARTS = {"noon": 12, "midday": 12, "morning": 9, "afternoon": 15, "evening": 18, "tonight": 19, "midnight": 0}
_RANGE = re.compile(rf"\b(?P<first>\d{{1,2}})\s+(?:to|through|until|-)\s+{_DAY}\s+{_MONTH}\b", re.IGNORECASE)
_WHOLE_MONTH = re.compile(
    r"\b(?:in|for|during|of|since|all|whole|this|last|next) (?:january|february|march|april|may|june|july|august"
    r"|september"
    r"|october|november|december|jan|feb|aug|sept?|oct|nov|dec)\b(?! \d)"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)'s\b",
    re.IGNORECASE,
)
_NOON = 12
_FIRST_PM = 7


def day_in(text: str, today: date, *, past: bool = False) -> date | None:
    """Return the day a text names; of days without a year the nearest that fits, behind or ahead of today."""
    near = next(
        (today + timedelta(days) for words, days in _NEAR.items() if re.search(rf"\b{words}\b", text.lower())), None
    )
    exact = near or _iso(text) or _ago(text, today) or _named(text, today, past=past)
    return exact or _weekday(text, today, past=past) or (_roughly(text, today) if past else None)


def _roughly(text: str, today: date) -> date | None:
    return next((today + timedelta(days) for words, days in _ROUGHLY.items() if words in text.lower()), None)


def time_in(text: str) -> time | None:
    """Return the time of day a text names; an hour without am or pm is one a member would be awake at."""
    if found := _CLOCK.search(text):
        hour = int(found["hour"] or found["bare"] or found["plain"])
        minute = int(found["minute"] or found["bare_minute"] or found["plain_minute"] or 0)
        return _clock(hour, minute, (found["half"] or "").lower())
    part = next((hour for word, hour in _PARTS.items() if re.search(rf"\b{word}\b", text.lower())), None)
    return None if part is None else time(part)


def moment_in(text: str, now: datetime) -> str | None:
    """Return the day and time a text names, without an offset; nine in the morning when it names a day alone."""
    day, clock = day_in(text, now.date()), time_in(text)
    if day is None and (clock is None or "morning" in text.lower()):
        return None
    return datetime.combine(day or now.date(), clock or time(9)).isoformat()


def range_in(text: str, today: date, *, past: bool = True) -> tuple[date, date] | None:
    """Return the first and last day of a range: "from May 1 to May 9", "next week", "last month", "in October"."""
    if (found := _RANGE.search(text)) and (last := _named(found[0].split(maxsplit=2)[2], today, past=past)):
        return last.replace(day=int(found["first"])), last
    days = [_of(match, today, past=past) for match in _NAMED[0].finditer(text)]
    found_days = [day for day in days if day] or [date.fromisoformat(iso) for iso in _ISO.findall(text) if _iso(iso)]
    if len(found_days) > 1:
        return found_days[0], found_days[-1]
    return _calendar(text.lower(), today) or _month(text, today, past=past)


def _month(text: str, today: date, *, past: bool) -> tuple[date, date] | None:
    """Return the first and last day of a month named without a day; of one that has begun, no later than today."""
    found = _WHOLE_MONTH.search(text)
    if found is None:
        return None
    number = _MONTHS.index(found[0].split()[-1].lower()[:3]) + 1
    is_behind, is_ahead = number < today.month and not past, number > today.month and past
    first = date(today.year + is_behind - is_ahead, number, 1)
    last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    return first, min(last, today) if past else last


def month_in(text: str, today: date) -> date | None:
    """Return the first day of the past month a text names: "last month", "in May"; None of the present one."""
    days = range_in(text, today)
    is_past = days and days[0].day == 1 and days[1] < min(today.replace(day=1), days[0] + timedelta(31))
    return days[0] if days and is_past else None


def _calendar(text: str, today: date) -> tuple[date, date] | None:
    monday, first = today - timedelta(today.weekday()), today.replace(day=1)
    before = first - timedelta(1)
    week = next((n for words, n in (("next week", 1), ("last week", -1), ("this week", 0)) if words in text), None)
    if week is not None:
        start = monday + timedelta(7 * week)
        return start, start + timedelta(6)
    if "last month" in text:
        return before.replace(day=1), before
    if "next month" in text:
        start = (first + timedelta(31)).replace(day=1)
        return start, (start + timedelta(31)).replace(day=1) - timedelta(1)
    if "weekend" in text:
        return monday + timedelta(5), monday + timedelta(6)
    return (first, today) if "start of the month" in text else _quarter_or_year(text, today)


def _quarter_or_year(text: str, today: date) -> tuple[date, date] | None:
    if "last quarter" in text or "previous quarter" in text:
        last = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - timedelta(1)
        return last.replace(month=last.month - 2, day=1), last
    found = re.search(r"\b(?:in|for|during|of) (20\d\d)\b", text)
    year = int(found[1]) if found else today.year - 1 if "last year" in text else None
    return (date(year, 1, 1), date(year, 12, 31)) if year else None


def _clock(hour: int, minute: int, half: str) -> time | None:
    if half == "p" and hour < _NOON:
        hour += _NOON
    if half == "a" and hour == _NOON:
        hour = 0
    if not half and 0 < hour < _FIRST_PM:
        hour += _NOON
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a clock


def _iso(text: str) -> date | None:
    found = _ISO.search(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _ago(text: str, today: date) -> date | None:
    found = _AGO.search(text)
    if found is None:
        return None
    if found["ahead"]:
        return today + timedelta(min(int(found["ahead"]), 3650))
    count = 1 if found["count"].lower() == "a" else min(int(found["count"]), 3650)
    return today - timedelta(count * (7 if found["unit"].lower() == "week" else 1))


def _named(text: str, today: date, *, past: bool) -> date | None:
    found = next((match for pattern in _NAMED if (match := pattern.search(text))), None)
    return _of(found, today, past=past) if found else None


def _of(found: re.Match[str], today: date, *, past: bool) -> date | None:
    month = found["month"].lower()
    if not month:
        return _ordinal(int(found["day"]), today, past=past)
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
    try:
        day = date(int(found["year"] or today.year), number, int(found["day"]))
        if found["year"]:
            return day
        if past:
            return day if day <= today else day.replace(year=today.year - 1)
        return day if day >= today else day.replace(year=today.year + 1)
    except ValueError:
        return None


def _ordinal(day: int, today: date, *, past: bool) -> date | None:
    """Return the nearest day with that number in its month, behind or ahead of today."""
    step = -1 if past else 1
    return next((each for n in range(62) if (each := today + timedelta(n * step)).day == day), None)


def _weekday(text: str, today: date, *, past: bool) -> date | None:
    found = _WEEKDAY.search(text)
    if found is None:
        return None
    wanted = _DAYS.index(found["day"].lower()[:3])
    if past or (found["which"] or "").lower() == "last":
        return today - timedelta((today.weekday() - wanted) % 7 or 7)
    return today + timedelta((wanted - today.weekday()) % 7 or 7)
