"""What a sentence carries in the member's own words: a title, a post, a thing to look for. Pure."""

import re

from pam_agent.rules.people import quoted_in

_LEAD = re.compile(
    r"^\W*(?:(?:[1-5](?:\.\d)?\+?[- ]stars?(?: (?:and|or) (?:up|better|above|more|higher))?|(?:well|highly|best"
    r"|top)[- ](?:reviewed|rated)|(?:sales?|deals?|discounts?) on"
    r"|what's|where's|please|can|could|would"
    r"|you|hey|pam|i'd|i'm|i|like|want|to|need|do|let's|we|show|me|find|search"
    r"|look|looking|up|for|browse|get|sell|carry|stock"
    r"|have|got|carry|any|some|a|an|the|our|my|your|shop|store|products?|called|posts?|community|are|there|is|out"
    r"|see|in"
    r"|help|buy|shopping|get|order|purchase|after|what|which|do|nice|good|decent|new|cheap|cheaper|cheapest|affordable"
    r"|best|better|quality|pair of|set of|kind of|guys|folks|y'all"
    r"|you all|anything like"
    r"|wife|husband|son|daughter|kids|wants|needs)\b\W*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\W*\b(?:please|(?:for )?(?:no more than|at most) .*"
    r"|for (?:the|my|our|an?) (?:\d+ (?:amp|foot|ft) )?(?:rig|rv|coach|trailer|camper|van|motor ?home|fifth wheel"
    r"|truck|bus)"
    r"|for (?:less|under|below|at most|up to) .*|in the (?:shop|store|community|feed)|for sale"
    r"|right now|today|rated .*|with .*|under .*"
    r"|below .*|priced .*|costing .*|that costs? .*|between [$€£]?\d.*|(?:that )?(?:do )?you (?:sell|carry|have|stock)"
    r"|do you (?:sell|carry|have|stock)|what (?:do you have|have you got|can I get)|have you got|you've got|(?:at "
    r"|for )?no more than .*|nothing over .*|less than .*|cheaper than .*"
    r"|(?:that|which) (?:costs?|goes|go|are|is|runs?|sells?)(?: for)?"
    r"|up to .*|over \d.*|(?:at |for )?[$€£]?\d[\d.]*(?: (?:dollars|bucks))? (?:or (?:less|under|below|cheaper)|tops"
    r"|max\w*)"
    r"|(?:[1-5](?:\.\d)?|four|five|three)[ -]stars?.*|in stock)\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|on|regarding|concerning|mention(?:s|ing|ed)?|tagged|discussing|for|of|say(?:s|ing)? (?:on"
    r"|about))\s+(?P<topic>.+?)"
    r"(?:\s+(?:in|from|near|around|outside) [A-Z].*)?\W*$"
)
_STRONG = re.compile(
    r"\b(?:about|on|regarding|concerning|mention(?:s|ing|ed)?|tagged|discussing)\s+(?P<topic>.+?)"
    r"(?:\s+(?:in|from|near|around|outside) (?:[A-Z]|an? post|(?:the |their )?posts?).*)?\W*$"
)
ABOUT_ALL = re.compile(r"\b(?:about|on|regarding|concerning|for)\s+(?P<topic>.+?)\W*$")
"""A topic with the place it is about."""
_LATELY = re.compile(
    r"\W+(?:lately|recently|these days|right now|today|this (?:week|month|year)|so far|yet|at all|by any chance)\W*$",
    re.IGNORECASE,
)
"""When something was said, behind what it is about."""
_FILLER = re.compile(r"\b(?:in|on|the|a|an|about|for|at|of|to|with|any|some)\b\s*", re.IGNORECASE)
_WHEN = re.compile(
    r"\s*\b(?:on |by |at |for |this |next |to )*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|tmrw|tmr"
    r"|tonight|noon|morning|afternoon|evening"
    r"|(?:mon|tues?|wed|thu(?:rs)?|fri|sat)(?= \d| at\b|$)|the \d{1,2}(?:st|nd|rd|th)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2}(?:st|nd|rd|th)?"
    r"|\d{1,2}(?::\d\d)?\s?[ap]m|at \d{1,2}(?::\d\d)?|\d{1,2}:\d\d)\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"\W+(?:and )?(?:not|instead of|rather than)\b.*$", re.IGNORECASE)
"""What a correction says was wrong."""


def instead_in(text: str) -> str:
    """Return a correction without what it says was wrong: "54, not 45" is "54"."""
    return _INSTEAD.sub("", text)


def after(text: str, lead: str) -> str | None:
    """Return what follows a lead, which is a regular expression; quotes around it are taken off."""
    found = re.search(rf"(?:{lead})\s*[:,-]?\s*(?P<rest>\S.*)$", text, re.IGNORECASE | re.DOTALL)
    return found["rest"].strip().strip('"\u201c\u201d').removeprefix("'").strip() if found else None


def behind_colon(text: str) -> str | None:
    """Return what follows the first colon that is none of a time of day."""
    found = re.search(r":\s+(?P<rest>\S.*)$", text, re.DOTALL)
    return found["rest"].strip() if found else None


def topic_in(text: str, frame: re.Pattern[str] = _ABOUT) -> str | None:
    """Return what a search is about: what is in quotes, follows "about", or is left without its frame."""
    if quoted := quoted_in(text):
        return quoted
    bare = text.rstrip("?. !")
    found = (_STRONG.search(bare) if frame is _ABOUT else None) or frame.search(bare)
    return keywords(found["topic"]) if found else None


def keywords(text: str) -> str | None:
    """Return a phrase as words to search for, without the small ones."""
    return " ".join(_FILLER.sub("", _LATELY.sub("", text)).split()).strip(" ?.!,") or None


def goods_in(text: str) -> str | None:
    """Return what is looked for in the shop: the sentence without its frame and without prices."""
    left = _TAIL.sub("", _TAIL.sub("", _LEAD.sub("", text)))
    return left.strip(" ?.!,") or None


def timeless(text: str) -> str:
    """Return a phrase without the days and times in it."""
    return " ".join(_WHEN.sub(" ", text).split()).strip(" ,.?!")


def tags_in(text: str) -> list[str]:
    """Return the hashtags of a text without their sign."""
    return re.findall(r"#(\w+)", text)
