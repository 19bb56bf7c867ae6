"""Places in a sentence: one place, or a way with its stops. Pure; names as the member wrote them."""

import re

from pam_agent.rules.words import own_name

_CAPITAL = r"(?:(?!I\b)(?:d')?[A-Z][\w'\u2019&-]*\.?|[A-Z]\.)"
Way = dict[str, str | list[str]]
"""Where a way begins and ends, and its stops: ``origin``, ``destination``, ``stops``."""
_STATE = (
    r"[A-Z]{2}|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    r"|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi"
    r"|Missouri|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio"
    r"|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin"
    r"|Wyoming|British Columbia|Alberta|Saskatchewan|Manitoba|Ontario|Quebec|Nova Scotia|New Brunswick|Yukon"
)
"""What may stand behind a town and a comma."""
_NAME = rf"(?:the )?{_CAPITAL}(?:(?: (?:of|the|de|del|la|on the)){{0,2}} {_CAPITAL})*(?:, ?(?:{_STATE})\b(?!, [A-Z]))?"
_NO_PLACE = re.compile(
    r"^(?:RVs?|RVers?|Christmas|Thanksgiving|Easter|New Year\S*|Halloween|I|I'm|I'd|US|USD|MPG|PAM|CSV|PDF|KOA|OK"
    r"|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|august|september|october"
    r"|november|december)\b",
    re.IGNORECASE,
)
_AT = re.compile(rf"\b(?:in|near|around|at|by|outside|across|through|over to|of|for|to|beyond) (?P<name>{_NAME})")
_STOP = (
    r"(?=$|[,?.!;:]|\s(?:with|under|within|today|tonight|tomorrow|this|next|on|for|that|to|and|please|below|at"
    r"|from|in|right|or|is|are"
    r"|starting|leaving|so|by|if|via|through|without|because|before|after|when|until)\b)"
)
_LOWER = re.compile(rf"\b(?:in|near|around|outside|across) (?P<name>[a-z][a-z' .-]{{2,40}}?){_STOP}")
_LOWER_NOT = re.compile(
    r"^(?:me|my|us|here|there|our|this|that|it|all|total|general|advance|the (?:last|next|past|area|rest|cart"
    r"|shop|store|community|kitty"
    r"|basket|database|knowledge|tank|park|road|red|morning|evening|calendar|app|month|week)|\w+ing\b|a |an "
    r"|an? hour|each|every|which"
    r"|what|celsius|fahrenheit|metric|spanish|french|german|feet|meters|metres|kilomet|miles|litre|liter|kg"
    r"|pounds|gallons|stock|good|csv|pdf"
    r"|some|\d)"
)
_TOPIC = re.compile(
    r"\b(?:weather|forecast|roads?|road conditions|diesel|gas|fuel|museums?|campgrounds?|rv parks?|temps?) "
    r"(?P<name>(?!(?:here|there|like|for|in|on|at|is|was|are|the|this|that|my|price|prices|cost|costs|station|stations"
    r"|stop|stops|budget|today|tonight|tomorrow|tmrw|please|now|near|nearby|report|spend|spending|money|log|limit|open"
    r"|closed|closures|work|trip|trips|ahead|conditions|gets|got)\b)[a-z]{4,})"
    r"(?= (?:tmrw|tomorrow|today|tonight|this|next|now|please)|\W*$)"
)
"""A place without a capital behind what is asked about it."""
_FRONT = re.compile(
    rf"^(?P<name>{_NAME}) (?:(?:rv|pet friendly|dog friendly|cheap|diesel|gas"
    r"|free|state park|local|10 day|weekend|driving|road|fuel) )?"
    r"(?:weather|forecast|temps?|temperatures?|roads?|traffic|conditions|closures|campgrounds?|campsites?|camping"
    r"|parks?"
    r"|resorts?|stations?|prices|attractions|sights|museums|outlook)\b"
)
"""A place before what is asked about it: "Cheyenne weather this week"."""
_HERE = re.compile(
    r"\b(?:near(?:by| me| us| here)|close by|around (?:here|me|us)|here|in the area|where (?:i am|i'm|we are)"
    r"|my location|close to (?:me|us))\b",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s*(?:->|→|=>|»)\s*")
_DASHES = re.compile(rf"{_NAME}(?:\s+[-\u2013]\s+{_NAME}){{2,}}|{_NAME}(?:\s+to\s+{_NAME}){{2,}}")
"""A way as it is jotted down: "Reno - Lassen - Bend"."""
_END = (
    r"(?= (?:with|via|through|(?:and )?(?:stop|stopping)|i|i'm|i've|i'll|we|we're|we'll|it's|what|how|can|could|because"
    r"|so|my|leaving|starting|departing|under|for under|keep|and|in my|in the|in a"
    r"|in under|in|without|on|by|at|for|if|when|using|before"
    r"|tomorrow|today|this|next|please|safely|ok|okay|clear|is|take|will|going|towing|pulling|hauling|during|over"
    r"|along|following|be|hitting|doable|possible|feasible"
    r"|(?:and |then )+(?:on |over |down |up )?to)\b"
    rf"|,(?! (?:{_STATE})\b)|[?!;:]"
    r"|(?<!\bSt)(?<!\bMt)(?<!\bFt)\.|$)"
)
_FROM_TO = re.compile(
    rf"\b(?:from|between) (?P<a>(?:(?! (?:with|via|through|by way of) ).){{2,50}}?)(?: (?:via|through"
    rf"|by way of) .{{2,60}}?)? (?:to|and|into|until|till) (?P<b>.{{2,50}}?){_END}",
    re.IGNORECASE,
)
_ON_TO = re.compile(rf"\b(?:and|then)(?: then)?(?: on| over| down| up)? to (?P<name>{_NAME})")
_TO_FROM = re.compile(rf"\b(?:to|into|in|is|are|reach|eta|ETA|Eta) (?P<b>{_NAME}) from (?P<a>.{{2,50}}?){_END}")
_BARE = re.compile(rf"(?P<a>{_NAME}) to (?P<b>{_NAME})")
_VIA = re.compile(
    r"\b(?:via|through|stop(?:ping|s|over)? (?:in|at|by|off in|over in|off at)|with (?:an? |one )?(?:stops?"
    r"|stopover|night|overnight|layover)s? (?:in|at|near)|by way of"
    r"|passing) (?P<stops>[A-Z].{1,120}?)"
    r"(?=$|[?.!;]|,\s+(?!(?:and |then )?(?:the )?[A-Z])| (?:with|leaving|starting|on|under|for|tomorrow|in|next|this"
    r"|by|before|between|from|to)\b)"
)
_HIT = re.compile(
    rf"\b(?:hit|hitting|do|doing|visit|visiting|see|seeing|stops?:?|order for) "
    rf"(?P<stops>{_NAME}(?:(?:,? and |, ?){_NAME})+|{_NAME}(?= (?:on|along) (?:the|our|my) way| (?:between|from"
    rf"|going) ))"
)
"""Stops that are named before the way they are on."""
_STARTING = re.compile(
    rf"\b(?:start(?:ing)? (?:in|at|from|out of)|depart(?:ing)?(?: from)?|leave|(?:take|taking|set|setting|head"
    rf"|heading) (?:off"
    rf"|out) from|leaving (?:from |out of )?"
    rf"|out of) ?(?P<name>{_NAME})"
)
_OUT_OF = re.compile(rf"\bfrom (?P<name>{_NAME})(?=\W*$|[,.;]| (?:in|on|for|with|under|leaving|next|this|tomorrow)\b)")
_ENDING = re.compile(
    rf"\b(?:end(?:ing)?(?: up)? (?:in|at)|(?:depart|leav)\w* [A-Z].{{2,40}}? for|heading (?:for|towards?)|towards?"
    rf"|visit|see|reach|thinking(?: of)?"
    rf"|go(?:ing)? (?:up |down |over )?to"
    rf"|drive (?:up |down )?to|bound for|(?:be|arrive|get|pull|roll|we) (?:in|into|at|to)|hit"
    rf"|make it to|arriv\w+ (?:in|at)) (?P<name>{_NAME})"
)
_BETWEEN = re.compile(
    rf"\b(?:visit|see|stop(?:ping|s)? (?:in|at)|hit|through|do|at|in|via) "
    rf"(?P<stops>{_NAME}(?:, (?:and )?{_NAME})*,? and {_NAME})"
    r"(?= (?:between|from|on the way|on our way|going|driving))"
)
_ROAD = re.compile(
    r"\b(?:i-\d+|(?:I|US|SR|CA|UT|AZ|Hwy|HWY)[- ]?\d+[A-Z]?|(?:Highway|Route|Interstate|highway|route"
    r"|interstate) \d+[A-Z]?)\b"
)
_LISTED = re.compile(
    rf"\b(?:order|reorder|put|place|stops?|sort|arrange|rearrange|visit|visiting|see|between)\b[^A-Z]{{0,30}}"
    rf"(?P<list>{_NAME}(?:, {_NAME}){{1,}}(?:,? and {_NAME})?)(?:\W*$| (?:in|so|to|for|by|with)\b)"
)
_LOWER_WAY = re.compile(
    r"\b(?:plan|trip|run|drive|haul|long|route|way|quickest|fastest|far|miles|hours|from) "
    r"(?P<a>(?!(?:plan|trip|run|drive|haul|from|way|route|the|our|my|is|it)\b)[a-z]{3,}(?: [a-z]{3,})?) "
    r"to (?P<b>[a-z]{3,}(?: (?!stop|via|leav|with|from|take|tomorrow)[a-z]{3,})?)\b"
)
"""A way as it is typed without capitals."""
_LIST = re.compile(r":\s*(?P<list>[A-Z][^?!]*)$")


def place_in(text: str) -> str | None:
    """Return the place a sentence is about; ``here`` when it is about where the member is; None when it names none."""
    bare = _ROAD.sub("", text)
    named = (match["name"] for match in _AT.finditer(bare) if not _NO_PLACE.match(match["name"].removeprefix("the ")))
    if name := next(named, None):
        return _clean(name)
    if _HERE.search(text):
        return "here"
    if (front := _FRONT.match(bare)) and (name := _clean(own_name(front["name"]))) and not _NO_PLACE.match(name):
        return name
    lower = (match["name"] for match in _LOWER.finditer(text) if not _LOWER_NOT.match(match["name"]))
    topic = _TOPIC.search(text)
    return next((_clean(name) for name in lower), None) or _last_name(bare) or (topic["name"] if topic else None)


def _onward(way: Way, rest: str) -> Way:
    """Return a way that goes on to where the rest of its sentence leads: "to the Smokies and on to Savannah"."""
    further = [_clean(match["name"]) for match in _ON_TO.finditer(rest)]
    ends = [str(way["destination"]), *further]
    return way | ({"destination": ends[-1], "stops": ends[:-1]} if further else {})


def is_no_place(name: str) -> bool:
    """Return whether a name is a day's, a month's or a thing's."""
    return bool(_NO_PLACE.match(name))


def road_in(text: str) -> str | None:
    """Return the road a sentence names: "I-70", "Highway 1"."""
    found = _ROAD.search(text)
    return found[0] if found else None


def way_in(text: str) -> Way:
    """Return ``origin``, ``destination`` and ``stops`` as far as a sentence names them."""
    return _jotted(text) or _to_the_last(_told(text))


def _jotted(text: str) -> Way:
    """Return a way whose places stand one behind the other, by arrows, dashes or as a list."""
    listed = _LIST.search(text) or _LISTED.search(text)
    is_list = listed and (listed["list"].count(",") > 1 or (listed.re is _LISTED and " and " in listed["list"]))
    dashed = _DASHES.search(text)
    told = re.sub(r"\s+(?:[-\u2013]|to)\s+", " -> ", dashed[0]) if dashed else text
    chain = _linked([part for part in _ARROW.split(told) if part]) if _ARROW.search(told) else []
    names = chain or (_names(listed["list"]) if listed and is_list else [])
    if names and listed and (ends := _FROM_TO.search(text[: listed.start()])):
        return {"origin": _clean(ends["a"]), "destination": _clean(ends["b"]), "stops": names}
    if not names:
        return {}
    way: Way = {"origin": names[0], "destination": names[-1]}
    return way | {"stops": names[1:-1]} if names[1:-1] else way


def _told(text: str) -> Way:
    found = _FROM_TO.search(text) or _TO_FROM.search(text) or _BARE.search(text) or _LOWER_WAY.search(text)
    way: Way = {}
    if found and not _NO_PLACE.match(found["a"]):
        way = {"origin": _clean(found["a"]), "destination": _clean(found["b"])}
        way = _onward(way, text[found.end("b") :])
    elif towards := re.search(rf"\bto (?P<name>{_NAME})", text):
        way = {"destination": _clean(towards["name"])}
    if "origin" not in way and (start := _STARTING.search(text)) and not _NO_PLACE.match(start["name"]):
        way["origin"] = _clean(start["name"])
    if "destination" not in way and (end := _ENDING.search(text)):
        way["destination"] = _clean(end["name"])
    if found and (
        start := re.search(
            rf"^(?:plan|map|organi[sz]e)? ?(?:the|a|my|our)? ?(?:drive|trip|route) (?P<a>{_NAME}) to ", text
        )
    ):
        way["origin"] = _clean(start["a"])
    if via := _VIA.search(text) or _BETWEEN.search(text) or (_HIT.search(text) if found else None):
        way["stops"] = _names(via["stops"])
    if way and "origin" not in way and (start := _OUT_OF.search(text)):
        way["origin"] = _clean(start["name"])
    return way


def _to_the_last(way: Way) -> Way:
    """Return a way to the last of several places it is to see."""
    stops = [str(stop) for stop in way.get("stops", [])]
    is_first = len(stops) > 1 and way.get("destination") == stops[0]
    return way | {"destination": stops[-1], "stops": stops[:-1]} if is_first else way


def _last_name(text: str) -> str | None:
    """Return the last capitalised name that is not the sentence's first word."""
    found = [match[0] for match in re.finditer(rf"(?<=[\w,] ){_NAME}", text) if not _NO_PLACE.match(match[0])]
    return _clean(found[-1]) if found else None


def _names(text: str) -> list[str]:
    return [_clean(name) for name in re.split(r",\s*(?:and |then )?|\s+(?:and|then)\s+", text) if name.strip(" .")]


def _linked(parts: list[str]) -> list[str]:
    """Return the names in a chain: the last in its first part, behind which others begin."""
    named = [re.findall(_NAME, part) or [part] for part in parts]
    return [_clean(names[-1 if n == 0 else 0]) for n, names in enumerate(named)]


def _clean(name: str) -> str:
    bare = re.sub(
        r"\s+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|march|april|june|july|august"
        r"|september|october|november|december|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\.?|today|tomorrow"
        r"|tonight|please|now|right now|again|this week\w*"
        r"|(?-i:down|up|over|out))$",
        "",
        name.strip(" ,.?!"),
        flags=re.IGNORECASE,
    )
    return re.sub(r"^the (?=[a-z])", "", bare) + ("." if re.search(r"\b[A-Z]\.$", name.strip(" ,?!")) else "")
