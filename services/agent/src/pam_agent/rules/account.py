"""How members ask for the tools of tools-account."""

import re
from typing import Any

from pam_agent.rules.categories import enum_of
from pam_agent.rules.dates import day_in, moment_in, range_in
from pam_agent.rules.numerals import measured
from pam_agent.rules.people import quoted_in
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Read, Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import after, goods_in, timeless
from pam_agent.rules.trip import price_limit

_OFF = r"\b(?:off|stop|disable|no|don't|do not|deactivate|hide|mute|never|quit|without|not)\b"
_MAKES = r"Winnebago|Ford|Airstream|Thor|Forest River|Jayco|Mercedes|Ram|Dodge|Chevrolet|Chevy|Tiffin|Newmar|Coachmen|Keystone|Grand Design|Heartland|Toyota|GMC|Freightliner"
_LANGUAGES = {
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "english": "en",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
}
_CALENDAR_FRAME = (
    r"^\W*(?:please |can you |could you |i need you to |i want to |pam,? )*(?:put|add|schedule|remind me (?:to|about|of)|book|create|make|set|note|enter|set up)\b"
    r"(?: an? (?:event|reminder|appointment|entry) (?:for|to|called|about))?\s*(?:an? |the |my )?"
)
_CALENDAR_END = r"\s+(?:on|to|in|into|for) (?:my |the )?(?:calendar|agenda|diary)\b.*$|\s+(?:on|for|at|to)$"


def _switch(words: str) -> Read:
    """Return a reader of a switch: None when the sentence does not name it, false behind a "stop" or before an "off"."""

    def read(slot: Slot) -> bool | None:
        clauses = [
            part for part in re.split(r"\bbut\b|\band\b|[,;]", slot.text) if re.search(words, part, re.IGNORECASE)
        ]
        return not re.search(_OFF, clauses[0], re.IGNORECASE) if clauses else None

    return read


def _one_of(argument: str, named: dict[str, str]) -> Read:
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


def _stars(slot: Slot) -> int | float | None:
    return measured(slot.digits, r"(?:\+ ?)?stars?")


def _event(slot: Slot) -> str | None:
    """Return what an entry is called: the sentence without its frame, its day and its time."""
    if quoted := quoted_in(slot.text):
        return quoted
    bare = re.sub(
        _CALENDAR_END, "", re.sub(_CALENDAR_FRAME, "", timeless(slot.text), count=1, flags=re.IGNORECASE), flags=re.IGNORECASE
    )
    title = re.sub(_CALENDAR_END, "", timeless(bare), flags=re.IGNORECASE)
    return title.removeprefix("to ").strip(" ,.") or None


def _moment(slot: Slot) -> str | None:
    return moment_in(slot.digits, slot.reading.now)


def _first(slot: Slot) -> str | None:
    today = slot.reading.now.date()
    days, day = range_in(slot.text, today), day_in(slot.text, today)
    return days[0].isoformat() if days else day.isoformat() if day else None


def _last(slot: Slot) -> str | None:
    today = slot.reading.now.date()
    days, day = range_in(slot.text, today), day_in(slot.text, today)
    return days[1].isoformat() if days else day.isoformat() if day else None


def _named(slot: Slot) -> str | None:
    found = re.search(r"\b(?:called|named|name (?:is|it)|nicknamed) (?P<name>[A-Z]\w*(?: [A-Z]\w*)*)", slot.text)
    model = re.search(r"\b(?:19|20)\d\d (?P<name>[A-Z]\w*(?: [A-Z0-9]\w*)*)", slot.text)
    return found["name"] if found else model["name"] if model else None


def _make(slot: Slot) -> str | None:
    found = re.search(rf"\b(?:{_MAKES})\b", slot.text) or re.search(
        r"(?<=\b20\d\d )[A-Z]\w+|(?<=\b19\d\d )[A-Z]\w+", slot.text
    )
    return found[0] if found else None


def _model(slot: Slot) -> str | None:
    make = _make(slot)
    found = re.search(rf"\b{re.escape(make)} (?P<model>[A-Z0-9]\w*(?: [A-Z0-9]\w*)*)", slot.text) if make else None
    return found["model"] if found else None


def _year(slot: Slot) -> int | None:
    found = re.search(r"\b(?:19|20)\d\d\b", slot.text)
    return int(found[0]) if found else None


def _quantity(slot: Slot) -> int | None:
    found = re.search(r"(?<![\w$.])(\d{1,2})(?! ?(?:\$|dollars|gal|ft|feet|amp))\b", slot.digits)
    return int(found[1]) if found else None


def _language(slot: Slot) -> str | None:
    return next((code for name, code in _LANGUAGES.items() if name in slot.text.lower()), None)


def _thumbs(slot: Slot) -> bool | None:
    if re.search(r"thumbs down|n't|not |useless|wrong|bad|terrible|unhelpful|poor", slot.text, re.IGNORECASE):
        return False
    return None if _stars(slot) else True


def _order_number(text: str) -> str | None:
    found = re.search(r"\bORD-\w+", text)
    return found[0] if found else None


def _region(text: str) -> str | None:
    found = re.search(_REGION, text, re.IGNORECASE)
    return found["region"].lower() if found else None


_RIGS: dict[str, str] = {
    "fifth_wheel": r"fifth[ -]?wheel",
    "travel_trailer": r"travel trailer|\btrailer",
    "motorhome": r"motor ?home|class [abc]",
    "van": r"\bvan\b|campervan",
    "truck": r"\btruck",
    "rv": r"\brv\b",
    "car": r"\bcar\b",
    "boat": r"\bboat",
}
_REGION = r"\b(?:in|for) the (?P<region>(?:pacific |great |deep )?(?:north|south)?(?:west|east|north|south|desert|rockies|midwest|plains|mountains|coast)\w*)"
_PROFILE: dict[str, Any] = {
    "username": _behind(r"\b(?:user ?name|handle|display name)\b(?: (?:to|is|should be|as))?"),
    "bio": _behind(r"\b(?:bio|about me)\b(?: (?:to|should (?:say|read|be)|is|as))?"),
    "location": _behind(r"\b(?:home (?:location|base|town)|my location)\b(?: (?:to|is|as))"),
    "rv_type": _behind(r"\brv type\b(?: (?:to|is|as))"),
}
_SETTINGS: dict[str, Any] = {
    "email_notifications": _switch(r"e-?mail"),
    "push_notifications": _switch(r"\bpush\b"),
    "budget_alerts": _switch(r"budget alert"),
    "trip_reminders": _switch(r"trip reminder"),
    "theme": _one_of("theme", {"dark": r"\bdark|night mode", "light": r"\blight", "auto": r"\bauto"}),
    "language": _language,
}
_WHO = {"none": r"\b(?:nobody|no one|none|don't|anyone)\b", "friends": r"friend", "everyone": r"every|all members"}
_PRIVACY: dict[str, Any] = {
    "profile_visibility": _who(
        r"\b(?:profile|account|page)\b", {"private": r"private|hid", "friends": r"friend", "public": r"public|every"}
    ),
    "location_sharing": _switch(r"location sharing|share my location"),
    "show_activity": _switch(r"\bactivity\b"),
    "allow_messages": _who(r"\b(?:message|contact|write to|dm)s?\b", _WHO),
    "data_collection": _switch(r"\bdata\b(?! vis)(?!.*financ)(?<!financial data)|analytics|tracking me"),
    "trip_sharing": _switch(r"trip sharing|share my trips|my trips"),
    "financial_data_visibility": _who(
        r"financ|spending|money",
        {"none": r"\b(?:nobody|no one|don't|hide|private|anyone|none)\b", "summary": r"summary", "detailed": r"detail"},
    ),
}
_WHICH = {"event_id": "Which entry of your calendar do you mean?"}
_ENTRY: dict[str, Any] = {"title": _event, "start_date": _moment}

RULES = (
    Rule(
        "checkout",
        "checkout | checkout cart | checkout order",
        Stance.ASKED,
        unless="@question calendar event",
        asks={"confirm": "Shall I place the order for what is in your cart?"},
    ),
    Rule(
        "add_to_cart",
        "add cart | want cart | add cart gear | want cart add",
        Stance.ASKED,
        {"quantity": _quantity},
        unless="about_to_buy",
        asks={"product_id": "Which product do you mean?"},
    ),
    Rule("get_cart", "cart | cart show | !about_to_buy | cart how_much | cart left", unless="checkout"),
    Rule(
        "track_order",
        "order shipped | @order | order shipped @question | @order order shipped",
        slots={"order_number": lambda slot: _order_number(slot.text)},
        unless="cart checkout route",
    ),
    Rule(
        "suggest_affiliate_product",
        "suggest gear | gear rig suggest | suggest gear rig | gear rig find",
        asks={},
        slots={
            "vehicle_type": lambda slot: next(
                (kind for kind, words in _RIGS.items() if re.search(words, slot.text, re.IGNORECASE)), None
            ),
            "region": lambda slot: _region(slot.text),
        },
    ),
    Rule(
        "search_products",
        "shop find | shop search | shop @amount | shop show | shop @stars | find @amount -trip -park -fuel | find gear | shop @question",
        slots={"query": lambda slot: goods_in(slot.digits), "max_price": price_limit, "min_rating": _stars},
        unless="spend @miles session about_to_buy cart hustle checkout",
        asks={"query": "What are you looking for?"},
    ),
    Rule(
        "update_settings",
        "toggle notify | theme | theme toggle | language set | language toggle | stop notify | toggle notify stop",
        Stance.REFUSED,
        _SETTINGS,
        unless="@amount calendar show",
    ),
    Rule(
        "manage_privacy",
        "privacy my_profile | who_may my_profile | !sharing_setting toggle | hide activity | allowed_message | allowed_message who_may | data_use | hide where_i location | who_may activity | hide privacy"
        " | toggle activity hide | hide activity privacy | data_use stop",
        Stance.REFUSED,
        _PRIVACY,
        unless="notify budget hustle session pin",
    ),
    Rule(
        "update_profile",
        "profile set | profile @handle | profile set want",
        Stance.ASKED,
        _PROFILE,
        unless="privacy show @question",
        needs=("username|bio|location|rv_type",),
        asks={"username": "What shall I change in your profile?"},
    ),
    Rule(
        "export_data",
        "my_data export | my_data show export | my_data want | my_data export @claim",
        slots={"format": _one_of("format", {"csv": r"\bcsv", "pdf": r"\bpdf", "json": r"\bjson"})},
        unless="hide stop delete who_may",
    ),
    Rule(
        "get_user_stats",
        "stats | stats show | stats trip | stats @question trip",
        unless="table session database platform budget spend",
        slots={"period": _one_of("period", {"week": r"\bweek", "month": r"\bmonth", "year": r"\byear"})},
    ),
    Rule(
        "create_vehicle",
        "add rig @year | @year rig | add rig | @year drive | @year add | @year rig drive | own @year",
        Stance.ASKED,
        {"name": _named, "make": _make, "model": _model, "year": _year, "vehicle_type": _one_of("vehicle_type", _RIGS)},
        unless="@amount maintenance vehicle_part tip calendar order cart economy",
        asks={"name": "What do you call it?"},
    ),
    Rule(
        "record_user_feedback",
        "feedback_good | feedback_bad | feedback @stars | feedback answer | feedback_good answer | feedback_bad answer | feedback @stars answer",
        Stance.REFUSED,
        {"thumbs_up": _thumbs, "rating": lambda slot: int(_stars(slot) or 0) or None},
        unless="post_noun favorite",
    ),
    Rule(
        "get_calendar_events",
        "calendar | calendar show | schedule show | calendar @day | schedule @day @question | schedule soon @question | schedule calendar show | schedule have @question",
        slots={"start_date": _first, "end_date": _last},
        unless="maintenance vehicle_part add remind move delete hustle",
    ),
    Rule(
        "create_calendar_event",
        "!opens_remind | remind | calendar add | remind @moment | schedule @moment | calendar add @moment | schedule calendar add | schedule appointment @moment | remind add",
        Stance.ASKED,
        _ENTRY,
        unless="opens_delete opens_move @question notify",
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
        "!opens_delete appointment | !opens_delete calendar | !opens_delete remind | delete appointment | delete calendar | delete remind | delete appointment calendar | delete remind appointment",
        Stance.ASKED,
        asks=_WHICH,
        unless="rsvp session expense",
    ),
)
