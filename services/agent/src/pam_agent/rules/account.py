"""How members ask for the tools of tools-account."""

import re
from typing import Any

from pam_agent.rules.categories import enum_of
from pam_agent.rules.numerals import measured
from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import after

_OFF = (
    r"\b(?:off|kill|invisible|hidden|private|secret|nobody|no one|stop|disable|no|don'?t|do not|deactivate|hide|mute"
    r"|never|quit|without|not)\b"
)
_TURNS = re.compile(
    rf"{_OFF}|\b(?:on|enable|activate|keep|start|turn|switch|allow|want|send|let|use|show|share|leave|give|get|need)\b",
    re.IGNORECASE,
)
"""What says which way a switch is turned; what follows an "and" without it is turned the same way."""
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
    """Return a reader of a switch: None where the sentence does not name it, false with a "stop" or an "off"."""

    def read(slot: Slot) -> bool | None:
        parts = re.split(r"\bbut\b|\band\b|[,;]", slot.text)
        at = next((n for n, part in enumerate(parts) if re.search(words, part, re.IGNORECASE)), None)
        if at is None:
            return None
        told = next((part for part in reversed(parts[: at + 1]) if _TURNS.search(part)), parts[at])
        return not (re.search(_OFF, told, re.IGNORECASE) or re.search(_STOPS_IT, slot.text, re.IGNORECASE))

    return read


def one_of(argument: str, named: dict[str, str]) -> Read:
    """Return a reader of an enumeration by words for its values; only values the schema has."""

    def read(slot: Slot) -> str | None:
        known = enum_of(slot.tool, argument)
        return next(
            (value for value, words in named.items() if value in known and re.search(words, slot.text, re.IGNORECASE)),
            None,
        )

    return read


def _behind(lead: str) -> Read:
    def read(slot: Slot) -> str | None:
        found = after(slot.text, lead)
        return found.rstrip(". !?").strip("'\"") if found else None

    return read


def _who(subject: str, named: dict[str, str]) -> Read:
    """Return a reader of who may do something, when the sentence is about that."""
    return lambda slot: (
        next((who for who, words in named.items() if re.search(words, slot.text, re.IGNORECASE)), None)
        if re.search(subject, slot.text, re.IGNORECASE)
        else None
    )


def stars(slot: Slot) -> int | float | None:
    """Return how many stars a sentence names."""
    return measured(re.sub(r"\bone(?= stars?\b)", "1", slot.digits, flags=re.IGNORECASE), r"(?:\+ ?)?stars?")


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
    return None if stars(slot) else True


_username = _behind(r"\b(?:user ?name|handle|display name)\b(?: (?:to|is(?: now)?|should be|as|please))?:?")


def _called(slot: Slot) -> str | None:
    found = re.search(
        r"\b(?:call me|be called|rename me(?: to)?|known as) @?(?P<name>\w{3,30})\b", slot.text, re.IGNORECASE
    )
    return found["name"] if found else None


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


def _model_year(slot: Slot) -> int | None:
    found = re.search(r"(?<!since )(?<!in )\b(?:19|20)\d\d\b", slot.text)
    return int(found[0]) if found and re.search(r"\b(?:rv|rig|year|coach|model)\b", slot.text, re.IGNORECASE) else None


def _rv_type(slot: Slot) -> str | None:
    found = after(slot.text, r"\b(?:rv|rig|coach) type\b(?: (?:to|is|as|should be))")
    return re.split(r",|\.|;| and (?:the |my )?(?:model )?year\b", found)[0].strip() if found else None


_home = _behind(r"\b(?:home (?:location|base|town)|hometown|my location)\b(?: (?:to|is now|is|as|should be))")
_bio = _behind(r"\b(?:bio|about me)\b(?: (?:to read|to say|to|should (?:say|read|be)|reads?|says?|is|as))?")
_AT_HOME = r"\b(?:home|hometown|settled|moved|we live|i live|based|live in|from)\b"
_PROFILE: dict[str, Any] = {
    "username": lambda slot: _called(slot) or _username(slot),
    "bio": lambda slot: (quoted_in(slot.text) if "bio" in slot.text.lower() else None) or _bio(slot),
    "location": lambda slot: (
        _home(slot) or (slot.reading.place if re.search(_AT_HOME, slot.text, re.IGNORECASE) else None)
    ),
    "rv_type": _rv_type,
    "rv_year": _model_year,
}
_SETTINGS: dict[str, Any] = {
    "email_notifications": _switch(r"e-?mail"),
    "push_notifications": _switch(r"\bpush\b"),
    "budget_alerts": _switch(r"budget alert"),
    "trip_reminders": _switch(r"trip reminder"),
    "theme": one_of(
        "theme",
        {
            "auto": r"\bauto|\b(?:follow|match|like|same as)\b.*\b(?:device|phone|system)|system (?:theme|default)",
            "dark": r"\bdark|night mode",
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
    "allow_messages": _who(r"\b(?:messag(?:e|es|ing)|msgs?|contact\w*|writ(?:e|ing) (?:to|me|us)|dm)s?\b", _WHO),
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
        "update_profile",
        "profile set | profile @handle | profile set want | !label_bio | !label_usernam",
        Stance.ASKED,
        _PROFILE,
        unless="privacy show @question",
        needs=("username|bio|location|rv_type|rv_year",),
        asks={"username": "What shall I change in your profile?"},
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
                {"all_time": r"\ball[- ]time|\blifetime\b", "week": r"\bweek", "month": r"\bmonth", "year": r"\byear"},
            )
        },
    ),
    Rule(
        "record_user_feedback",
        "feedback_good | feedback_bad | feedback @stars | feedback answer | feedback_good answer "
        "| feedback_bad answer | feedback @stars answer",
        Stance.REFUSED,
        {"thumbs_up": _thumbs, "rating": lambda slot: int(stars(slot) or 0) or None},
        asks={"message_id": "Which of my answers do you mean?"},
        unless="post_noun favorite",
    ),
)
