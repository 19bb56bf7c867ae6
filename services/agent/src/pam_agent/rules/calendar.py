"""How members ask for what tools-account does with their calendar."""

import re
from functools import partial
from typing import Any

from pam_agent.rules.dates import day_in, moment_in, range_in
from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import timeless

_CALENDAR_LABEL = r"^[^:]{0,40}\b(?:calendar|reminder|event|entry|agenda|appointment|diary)\b[^:]{0,20}:\s+(?=\D)"
_CALENDAR_HAD = (
    r"^\W*(?:i have|i've got|i got|we have|we've got|we got|there's|there is|got)\b(?=.*,\s*(?:please )?"
    r"(?:put|add|stick|note|pencil|jot|enter|write|save|schedule)\b)\s*"
)
"""What somebody has to do, said before it is to be written down."""
_CALENDAR_FRAME = (
    r"^\W*(?:please |kindly |(?:can|could|would|will) you (?:please |kindly )?"
    r"|i need you to |i want to |pam,? )*(?:put|add|stick|pencil (?:me|us) in for|pencil in"
    r"|make a note (?:on|in) (?:my |the |our )?(?:calendar|agenda|diary) (?:that|about|of|for)"
    r"|don't let me forget(?: to)?|nudge me to|ping me to|schedule|remind (?:me|us)(?: (?:to"
    r"|about|of|that))?|book|create|make|set up|set|note|enter|mark)\b"
    r"(?: an? (?:all[- ]day )?(?:calendar )?(?:event|reminder|appointment|entry) (?:for|to|called|about))?\s*(?:an? "
    r"|the |my )?"
)
_CALENDAR_END = (
    r"\s+(?:on|to|in|into|for) (?:my |the |our )?(?:calendar|agenda|diary)\b.*$|\s+(?:on|for|at|to)$"
    r"|\s*,\s*(?:so )?(?:please )?(?:put|add|stick|note|pencil|jot|enter|write|save|schedule)"
    r" (?:it|that|this|them)\b.*$"
)


def _event(slot: Slot) -> str | None:
    """Return what an entry is called: the sentence without its frame, its day and its time."""
    if quoted := quoted_in(slot.text):
        return quoted
    told = _without(_CALENDAR_LABEL, timeless(slot.text))
    bare = _without(_CALENDAR_END, _without(_CALENDAR_FRAME, _without(_CALENDAR_HAD, told)))
    title = _without(_CALENDAR_END, timeless(re.sub(r"^(?:an? |the |my )", "", bare)))
    return title.removeprefix("to ").strip(" ,.") or None


def _without(words: str, text: str) -> str:
    return re.sub(words, "", text, count=1, flags=re.IGNORECASE)


def _moment(slot: Slot) -> str | None:
    return moment_in(slot.digits, slot.reading.now)


def _edge(index: int, slot: Slot) -> str | None:
    """Return the first or the last of the days a sentence names, which may be one day."""
    today = slot.reading.now.date()
    day = day_in(slot.text, today)
    days = range_in(slot.text, today, past=False) or (day and (day, day))
    return days[index].isoformat() if days else None


_WHICH = {"event_id": "Which entry of your calendar do you mean?"}


_ENTRY: dict[str, Any] = {
    "title": _event,
    "start_date": _moment,
    "all_day": lambda slot: True if re.search(r"\ball[- ]day\b", slot.text, re.IGNORECASE) else None,
}

RULES = (
    Rule(
        "get_calendar_events",
        "calendar | calendar show | schedule show | calendar @day | schedule @day @question "
        "| schedule soon @question | schedule calendar show | schedule have @question",
        slots={"start_date": partial(_edge, 0), "end_date": partial(_edge, 1)},
        unless="maintenance vehicle_part add remind move delete hustle",
    ),
    Rule(
        "create_calendar_event",
        "!opens_remind | remind | calendar add | remind @moment | schedule @moment | calendar add @moment "
        "| schedule calendar add | schedule appointment @moment | remind add | log appointment @moment "
        "| add appointment @moment",
        Stance.ASKED,
        _ENTRY,
        unless="opens_delete opens_move opens_recall @question notify",
        asks={"title": "What shall I put there?", "start_date": "When is it?"},
        keeps_text=True,
    ),
    Rule(
        "update_calendar_event",
        "!opens_move appointment | !opens_move calendar | !opens_move @moment",
        Stance.ASKED,
        {"start_date": _moment},
        asks=_WHICH,
        unless="add remind budget profile",
    ),
    Rule(
        "delete_calendar_event",
        "!opens_delete appointment | !opens_delete calendar | !opens_delete remind | delete appointment "
        "| delete calendar | delete remind | delete appointment calendar | delete remind appointment",
        Stance.ASKED,
        asks=_WHICH,
        unless="rsvp session expense",
    ),
)
