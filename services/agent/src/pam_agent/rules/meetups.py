"""How members ask for what tools-social does with groups and meet-ups."""

import re

from pam_agent.rules.dates import moment_in
from pam_agent.rules.numerals import measured
from pam_agent.rules.people import quoted_in
from pam_agent.rules.places import place_in
from pam_agent.rules.posts import said
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.stays import miles
from pam_agent.rules.texts import after, behind_colon, timeless

_EVENT = re.compile(
    r"\b(?:create|organi[sz]e|host(?:ing)?|set up|throw(?: together)?|plan|arrange|start|schedule|invite (?:people"
    r"|everyone|everybody|friends|folks|all|my \w+) (?:over )?(?:to|for))\b(?: (?:an? )?(?:event"
    r"|meet-?up)\b\s*(?:called|named|:)?)?\s*(?:an? |the |our |another )?"
    r"(?P<title>.+?)(?= (?:at|on|in|this|next|for|by|near|tomorrow|tonight|with|max|saturday|sunday|monday"
    r"|tuesday|wednesday|thursday|friday)\b|[,.?!]|$)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:called|named|(?:call|name) it|with (?:the )?name) (?P<name>(?:the )?[A-Z][\w'&-]*(?: (?:(?:of|the|and"
    r"|on) )*[A-Z][\w'&-]*)*)"
)
_GUEST = r"(?:people|persons?|guests|rigs|attendees|folks|campers|members|families|couples|seats|spots)"
_MOST = re.compile(
    rf"\b(?:max(?:imum)?|up to|limit(?:ed)?(?: to)?|at most|for|no more than)\s+(?:of )?(?P<named>\d+)\s+{_GUEST}"
    r"|\b(?:max(?:imum)?|limit(?:ed)?(?: (?:it )?(?:to|at))?|room for|cap(?:ped)?(?: (?:it )?(?:at|of))?)\s+(?:of )?"
    r"(?P<bounded>\d+)\b(?!:| ?[ap]m)"
    rf"|\b(?P<after>\d+) (?:{_GUEST} )?(?:max(?:imum)?|tops|at most|or less|limit)\b"
    r"|\b(?P<seats>\d+) (?:seats|spots|places)\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\b(?:private|invit\w+[- ]only|(?:friends|family)[- ]only|(?:only|just) (?:for |to )?(?:my |our )?(?:friends"
    r"|family))\b",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(r"\bfor [A-Z]\w+(?= (?:in|at|near|by|on)\b)")
"""Whom a party is for, which is no place."""
_KIND = re.compile(
    r"\b(?:potluck|campfire|rally|barbecue|bbq|cookout|hike|swap meet|game night|jam session|music|breakfast)",
    re.IGNORECASE,
)


def _title(slot: Slot) -> str | None:
    if called := _CALLED.search(slot.text):
        return called["name"]
    found = quoted_in(slot.text) or behind_colon(slot.text)
    if found is None and (match := _EVENT.search(slot.text)):
        found = match["title"]
    title = timeless(re.split(r" (?:at|on|in|near) ", found)[0]) if found else None
    return title or None


def _event_place(slot: Slot) -> str | None:
    found = place_in(_FOR_WHOM.sub("", slot.text))
    lower = re.search(r"\bat (?P<name>the [a-z ]+?)(?=$|[,.?!]| (?:on|at|this|for)\b)", slot.text)
    return lower["name"] if lower and found in {None, "here"} else None if found == "here" else found


def _seats(slot: Slot) -> int | None:
    found = _MOST.search(slot.digits)
    return int(found["named"] or found["bounded"] or found["after"] or found["seats"]) if found else None


def _group(slot: Slot) -> str | None:
    called = _CALLED.search(slot.text)
    return quoted_in(slot.text) or (called["name"] if called else after(slot.text, r"\bgroup\b (?:called|named|for)"))


def _is_open(slot: Slot) -> bool | None:
    """Return whether everyone may come, where that is said."""
    if _CLOSED.search(slot.text):
        return False
    return (
        True
        if re.search(
            r"\b(?:public|open to (?:all|every\w+|any\w+)|(?:every|any)(?:one|body) (?:is |may |can )?"
            r"(?:welcome|come|invited))\b",
            slot.text,
            re.IGNORECASE,
        )
        else None
    )


def _group_home(slot: Slot) -> str | None:
    """Return where a group is at home: what stands behind its name, or is asked for without one."""
    name = _group(slot) or ""
    found = place_in(slot.text.replace(name, " ", 1))
    return None if found == "here" else found


def _group_privacy(slot: Slot) -> str | None:
    return "friends" if _CLOSED.search(slot.text) else "public" if _is_open(slot) else None


def _how_many(slot: Slot) -> int | float | None:
    return measured(slot.digits, r"(?:good |new |more |other )?groups?")


def _sought(slot: Slot) -> str | None:
    """Return the place, else the kind, of the meet-ups looked for."""
    place, kind = place_in(slot.text), _KIND.search(slot.text)
    return place if place not in {None, "here"} else kind[0] if kind else None


RULES = (
    Rule(
        "rsvp_event",
        "rsvp event | rsvp | rsvp delete event",
        Stance.REFUSED,
        {
            "cancel": said(
                r"\b(?:cancel|can'?t|cannot|won'?t|not coming|no longer|unable|not going|drop|skip|off the|out of|bail)"
            )
        },
        asks={"event_id": "Which meet-up do you mean?"},
        unless="tell",
    ),
    Rule(
        "find_events",
        "event nearby | event attend | event find | event find community attend "
        "| event nearby attend @question | event schedule nearby @question",
        asks={},
        slots={"query": _sought, "radius_miles": miles},
        unless="@moment calendar delete move rsvp",
    ),
    Rule(
        "create_event",
        "host event | host group @moment | !opens_host @moment | !opens_host event | host event @place "
        "| host event @moment | !@guests event @moment "
        "| host event want",
        Stance.ASKED,
        {
            "title": _title,
            "event_date": lambda slot: moment_in(slot.digits, slot.reading.now),
            "location": _event_place,
            "max_attendees": _seats,
            "is_public": _is_open,
        },
        keeps_text=True,
        unless="calendar opens_move post_noun @way trip budget",
        asks={"title": "What shall it be called?", "event_date": "When is it?", "location": "Where is it?"},
    ),
    Rule(
        "create_group",
        "host group -@moment | host group want -@moment",
        Stance.ASKED,
        {"name": _group, "location": _group_home, "privacy": _group_privacy},
        asks={"name": "What shall the group be called?"},
        unless="join leave suggest",
    ),
    Rule(
        "join_group",
        "join group | leave group",
        Stance.ASKED,
        {"leave": said(r"\b(?:leave|leaving|quit|remove|off the|out of|get (?:me )?out|me out|done with|drop)\b")},
        asks={"group_id": "Which group do you mean?"},
        unless="@question suggest find",
    ),
    Rule(
        "suggest_groups",
        "suggest group | group @question | group join @question | group find | group should",
        slots={"location": lambda slot: place_in(slot.text), "limit": _how_many},
        unless="host people",
    ),
)
