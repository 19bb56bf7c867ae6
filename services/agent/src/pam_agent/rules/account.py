"""How members ask for the tools of tools-account."""

import re
from typing import Any

from pam_agent.rules.categories import enum_of
from pam_agent.rules.numerals import measured
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance

_OFF = (
    r"\b(?:off|kill|invisible|hidden|private|secret|nobody|no one|stop|disable|no|don'?t|do not|deactivate|hide|mute"
    r"|never|quit|without|not|opt(?:ing)?(?: me| us)? out)\b"
)
_ON = r"\b(?:on|keep|enable|activate|want|send|start|get|give|allow|let|show|use|like|leave|yes|back|visible|warn)\b"
_STOPS_IT = (
    r"\b(?:stop|quit|no more of|cut|kill|end|get rid of|turn off|don't want|hate) (?:sending |getting )?(?:them|those"
    r"|it|that|these)\b"
    r"|\b(?:turn|switch|shut) (?:them|those|it|that|these) off\b"
)
_LANGUAGES = {
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "english": "en",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
}


def _switch(words: str) -> Read:
    """Return a reader of a switch: None where the sentence does not name it, false with a "stop" or an "off".

    What says neither on nor off is as what was said before it: "turn off email and push".
    """

    def read(slot: Slot) -> bool | None:
        clauses = _clauses(slot.text)
        at = next((n for n, part in enumerate(clauses) if re.search(words, part, re.IGNORECASE)), None)
        if at is None:
            return None
        said = [is_on for part in (*clauses[at::-1], *clauses[at + 1 :]) if (is_on := _is_on(part)) is not None]
        return bool(said[0] if said else True) and not re.search(_STOPS_IT, slot.text, re.IGNORECASE)

    return read


def _clauses(text: str) -> list[str]:
    return re.split(r"\bbut\b|\band\b|[,;]", text)


def _is_on(part: str) -> bool | None:
    if re.search(_OFF, part, re.IGNORECASE):
        return False
    return True if re.search(_ON, part, re.IGNORECASE) else None


def one_of(argument: str, named: dict[str, str]) -> Read:
    """Return a reader of an enumeration by words for its values; only values the schema has."""

    def read(slot: Slot) -> str | None:
        known = enum_of(slot.tool, argument)
        return next(
            (value for value, words in named.items() if value in known and re.search(words, slot.text, re.IGNORECASE)),
            None,
        )

    return read


def _who(subject: str, named: dict[str, str]) -> Read:
    """Return a reader of who may do something, when the sentence is about that; its own part of it counts first."""

    def read(slot: Slot) -> str | None:
        parts = [part for part in re.split(r"\b(?:but|and)\b|;", slot.text) if re.search(subject, part, re.IGNORECASE)]
        said = (
            who for part in (*parts, slot.text) for who, words in named.items() if re.search(words, part, re.IGNORECASE)
        )
        return next(said, None) if parts else None

    return read


def stars(slot: Slot) -> int | float | None:
    """Return how many stars a sentence names."""
    return measured(
        re.sub(r"\bone(?= stars?\b)", "1", slot.digits, flags=re.IGNORECASE),
        r"(?:\+ ?|(?:or|and) (?:more|better|higher|above|up) )?stars?",
    )


def _language(slot: Slot) -> str | None:
    return next((code for name, code in _LANGUAGES.items() if name in slot.text.lower()), None)


_NO_GOOD = (
    r"thumbs[ -]?down|n't|\bnot |\bno (?:use|help|good)\b|useless|wrong|\bbad\b|terrible|unhelpful|poor|lousy|awful"
    r"|\bmiss(?:ed|es|ing)\b|off the mark"
    r"|\b(?:way|totally|completely) off\b|incorrect|mistaken|inaccurate|nonsense"
    r"|rubbish|garbage|worthless|disappoint"
    r"|\bworse\b|confusing|horrible|sucks?\b|waste of"
)


def _thumbs(slot: Slot) -> bool | None:
    if re.search(_NO_GOOD, slot.text, re.IGNORECASE):
        return False
    return None if _rating(slot) else True


def _rating(slot: Slot) -> int | None:
    """Return how many of five stars or points an answer is given."""
    out_of = re.search(r"\b([1-5]) ?(?:out of|/) ?5\b", slot.digits, re.IGNORECASE)
    plain = re.search(r"\b(?:rate|give)\b.*\b([1-5])\W*$", slot.digits, re.IGNORECASE)
    named = stars(slot) or next((found[1] for found in (out_of, plain) if found), None)
    return int(named) if named else None


_LEFT_OUT = (
    r"\b(?:without|except(?: for)?|excluding|exclude|leave out|leaving out|minus|but not|not|skip|no|omit) "
    r"(?:any |the |my |our |all |of )*(?:\w+ (?:and|or) )?(?:my |the )?"
)


def _section(words: str) -> Read:
    """Return a reader of whether a part of a member's data is to be exported: false where it is left out."""
    return lambda slot: False if re.search(rf"{_LEFT_OUT}(?:{words})", slot.text, re.IGNORECASE) else None


def _messages(slot: Slot) -> bool | None:
    """Return true where messages are to be exported as well, which they are not by themselves."""
    is_named = re.search(r"\b(?:messages|dms|chats)\b", slot.text, re.IGNORECASE)
    is_out = re.search(rf"{_LEFT_OUT}(?:messages|dms|chats)", slot.text, re.IGNORECASE)
    return not is_out if is_named else None


_SETTINGS: dict[str, Any] = {
    "email_notifications": _switch(r"e-?mail"),
    "push_notifications": _switch(r"\bpush\b"),
    "budget_alerts": _switch(r"budget alert"),
    "trip_reminders": _switch(r"trip reminder"),
    "theme": one_of(
        "theme",
        {
            "auto": r"\bauto|\b(?:follow|match|like|same as)\b.*\b(?:device|phone|system)|system (?:theme|default)",
            "dark": r"\bdark|night (?:mode|theme)",
            "light": r"\blight",
        },
    ),
    "language": _language,
}
_WHO = {
    "friends": r"friend|strangers",
    "none": r"\b(?:nobody|no one|none|don't|do not|never)\b",
    "everyone": r"every|any(?:one|body)|all members",
}
_PRIVACY: dict[str, Any] = {
    "profile_visibility": _who(
        r"\b(?:profile|account|page)\b",
        {"friends": r"friend|strangers", "private": r"private|hid|nobody|no one", "public": r"public|every|anyone"},
    ),
    "location_sharing": _switch(r"location sharing|(?:share|show|hide) (?:my|our) location|where (?:i am|we are)\b"),
    "show_activity": _switch(r"\bactivity\b"),
    "allow_messages": _who(r"\b(?:messag(?:e|es|ing|ed)|msgs?|contact\w*|writ(?:e|ing) (?:to|me|us)|dm)s?\b", _WHO),
    "data_collection": _switch(r"\bdata\b(?! vis)(?!.*financ)(?<!financial data)|analytics|tracking me"),
    "trip_sharing": _switch(r"trip sharing|(?:my|our|what) trips"),
    "financial_data_visibility": _who(
        r"financ|spending|money|\bspend\b|budget|income|earn",
        {
            "summary": r"summar|totals|overview",
            "detailed": r"detail|everything",
            "none": r"nobody|no one|n't\b|hid(?:e|den)\b"
            r"|private|\banyone\b|\bnone\b|\bnot\b|\bnever\b|secret|invisible",
        },
    ),
}

RULES = (
    Rule(
        "update_settings",
        "toggle notify | theme | theme toggle | language set | language toggle | stop notify | toggle notify stop",
        Stance.REFUSED,
        _SETTINGS,
        unless="@amount calendar show",
        needs=("|".join(_SETTINGS),),
        asks={"email_notifications": "Which setting shall I change, and to what?"},
    ),
    Rule(
        "manage_privacy",
        "privacy my_profile | who_may my_profile | !sharing_setting toggle | hide activity | allowed_message "
        "| allowed_message who_may | data_use | hide where_i location | who_may activity | hide privacy"
        " | toggle activity hide | hide activity privacy | data_use stop",
        Stance.REFUSED,
        _PRIVACY,
        unless="notify budget hustle session pin",
        needs=("|".join(_PRIVACY),),
        asks={"profile_visibility": "What of yours shall be seen by whom: everyone, friends or nobody?"},
    ),
    Rule(
        "export_data",
        "my_data export | my_data show export | my_data want | my_data export @claim",
        slots={
            "format": one_of(
                "format",
                {"csv": r"\bcsv|spreadsheet|excel|comma", "pdf": r"\bpdf|\bprint|\bdocument\b", "json": r"\bjson"},
            ),
            "include_expenses": _section(r"expenses|spending|money|financ|budget|income"),
            "include_trips": _section(r"trips|travel"),
            "include_social": _section(r"posts|social|community|comments|groups"),
            "include_messages": _messages,
        },
        unless="hide stop delete who_may",
    ),
    Rule(
        "get_user_stats",
        "stats | stats show | stats trip | stats @question trip",
        unless="table session database platform budget spend",
        slots={
            "period": one_of(
                "period",
                {
                    "all_time": r"\ball[- ]time\b|\blifetime\b|\bever\b|since (?:i|we) joined",
                    "week": r"\bweek",
                    "month": r"\bmonth",
                    "year": r"\byear",
                },
            )
        },
    ),
    Rule(
        "record_user_feedback",
        "feedback_good | feedback_bad | feedback @stars | feedback answer | feedback_good answer "
        "| feedback_bad answer | feedback @stars answer",
        Stance.REFUSED,
        {"thumbs_up": _thumbs, "rating": _rating},
        asks={"message_id": "Which of my answers do you mean?"},
        unless="post_noun favorite",
    ),
)
