"""How a sentence means what it says: told, asked for, asked about, denied, planned, imagined. Pure."""

import re
from enum import StrEnum

from pam_agent.rules.words import contracted


class Stance(StrEnum):
    """What a tool needs of a sentence before it is called."""

    ANY = "any"
    """A read: however it is said."""
    TOLD = "told"
    """A record of what happened to the member."""
    ASKED = "asked"
    """A change the member wants now."""
    REFUSED = "refused"
    """A change that is itself said as a "don't" or a "stop"."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_POLITE = _words(
    r"^(?!\W*would you (?:tow|drive|travel|take|go|haul|pull|risk)\b|\W*(?:can|could) (?:i|we) afford\b)"
    r"\W*(?:(?:hey|hi|hello"
    r"|good (?:morning|afternoon|evening)|morning|yes|no|oh|well|so|now|thanks|thank you|ok"
    r"|okay|pam|dear|there|please|kindly|also|then|and)\b[,.!]*\s+)*"
    r"(?:please|kindly|(?:can|could|would|will|might) (?:you|we|i)(?: (?:please|kindly|be so kind as to))?"
    r"|(?:can|could)(?= (?:my|our|the) [\w' ]{2,30} be (?:changed|set|moved|added|updated|removed|deleted|turned"
    r"|switched"
    r"|made|put|raised|lowered|cancell?ed|renamed|logged|recorded)\b))\b"
)
_LET = _words(r"^\W*(?:let's|i(?:'d| would) (?:like|love)(?: to)?|i (?:want|need|wish)(?: to)?)\b")
_AFTERWARDS = _words(
    r"[,.;!]\s*(?:(?:and|so) )?(?:can|could|would|will) you(?: please)? (?:please |just )?(?:write|log|put|add|note"
    r"|record|jot|track|save|enter|file|count|mark|keep|set|plan|book|remember)\b[\w ]*\?\s*$"
)
"""A polite request behind what it is about."""
_QUESTION = _words(
    r"\?\s*$|^\W*(?:did(?! .*\d)|did (?=i\b|we\b|you\b)|had (?=i\b|we\b|you\b|he\b|she\b|they\b|anyone\b)|do"
    r"|does|can|should|is|are|am|was(?! (?:paid|given|charged|billed))|were|what|what's|how|why|when|where|who"
    r"|which|(?:has"
    r"|have) (?:i|we|you|he|she|they|it|my|the|anyone)|would|could|will|shall|if)\b(?!'t|n't)"
)
_IMAGINED = _words(
    r"\b(?:what if|if i|if we|i wish i|i wish we|might|maybe i should|thinking (?:about|of)|considering|suppose"
    r"|imagine|wondering"
    r"|hypothetically|not sure (?:if|whether)|used to|almost|nearly)\b"
)
_DENIED = _words(
    r"n't\b(?! (?:let (?:me|us)\b|forget|ever forget|make it\b|be there|need (?:it|that|this|them)\b"
    r"|(?:quite |completely )?fill (?:it|her|the tank) (?:all|completely|to)\b|(?:quite )?full\b"
    r"|(?:want|wish) to follow \S+ any|(?:want|use) (?:it|that|this|them)(?: any ?more)?\b"
    r"|want to (?:spend|go|pay) (?:any )?(?:more than|over|above)\b))"
    r"|\b(?:not(?! [$€£]?\d| (?:(?:quite |completely )?full|towing|pulling|hauling|loaded)\b"
    r"| (?:spend|go|pay) (?:any )?(?:more than|over|above)\b)|never(?! (?:spend|go|pay) (?:more|over|above))|without)\b"
)
_KEPT = _words(
    r"\b(?:do(?:n't| not)|does(?:n't| not)|did(?:n't| not)|never|not)(?: (?:want|need|like|wish))?(?: you)?(?: to)?"
    r" (?:turn|switch|stop|disable|change|hide|mute|quit|cancel|make|set|remove|delete|touch|update|enable|activate"
    r"|block|leave|lose)\b"
)
"""A change that is not wanted: what is now shall stay."""
_NEEDLESS = _words(
    r"^\W*(?:\w+\W+){0,3}(?:(?:don't|do not|won't|will not|no longer) (?:be )?(?:need|want)(?:ing)?)\b[^,;.]*"
    r"(?:[,;.]|\bso\b)\s*(?=\w)"
)
"""What is not needed, said before what is to be done about it."""
_NOTED = _words(
    r"\W*(?:(?:can|could|would|will) you )?(?:please |kindly )*\b(?:note|record|log|write|put|jot|add|count|track"
    r"|enter)"
    r" (?:that|it|this)\b.*$"
)
"""What is asked for behind something that happened to whomever."""
_PLANNED = _words(
    r"\b(?:last time|usually|normally"
    r"|will|would|'ll|going to|gonna|tomorrow|planning to|plan to|next (?:week|month|year)|want to buy"
    r"|need to (?:buy|pay))\b"
)
_DUE = _words(r"\b(?:next )?due\b.*$")
"""When something that was done is to be done again."""
_LOOKED_FOR = _words(
    r"^\W*(?:list|find|search|browse|compare|look (?:up|for|in|through)"
    r"|show (?!that\b|only|my\b|our\b|every|people|others|the (?:whole )?(?:community|world)))"
)
"""What is to be found is neither told nor to be changed."""
_UNDONE = _words(
    r"\b(?:delete|remove|undo|cancel|(?<!tax )(?<!irs )refund\w*(?! (?:check|came|landed|arrived|hit|posted)))\b"
)
_ANOTHERS = _words(
    r"\b(?:he|she|they|(?:my|our|his|her|their) (?:neighbou?r|brother|sister|friend|buddy|dad|mom|son|daughter"
    r"|father|mother|boss|cousin|parents|wife|husband|partner|roommate|room-?mate|co-?worker|colleague|pal|mate|uncle"
    r"|aunt|nephew|niece|grand\w+|girlfriend|boyfriend|in-laws?|folks)s?(?! and (?:i|me)\b)"
    r"|somebody|someone|the guy|a guy)\b[\w ]{0,12}\b(?:paid|spent|bought|filled|earned|made|saved|had|got"
    r"|replaced|changed|gets|dropped|logged|used|pumped|tanked|deducted|sold|lost|won|charged|ordered|owes)\b"
    r"|^(?!.*\b(?:i|we|my|our|me|us)\b)(?!just|also|already|today|yesterday)(?-i:[A-Z])[a-z]+ (?:spent|paid"
    r"|bought"
    r"|earned)\b"
)
_ANSWERING = _words(
    r"^\W*(?:(?:it|that|this)(?:'s| is| was| cost| came to)?(?: me| us)?(?: about| around| only)? )?"
    r"[$€£]?\d[\d.,]*(?: (?:dollars|bucks|usd))?(?: please)?\W*$|^\W*(?:nothing|no more|not|under|below|over) "
)
"""An amount of something that was said before, or the bound of something looked for."""
_ASIDE = _words(r",\s*(?:and |but |because |as |since )?(?:we|i)(?:'d| would)? (?:don't|do not|never|can't|won't) .*$")
"""What a wish is to keep in mind, behind it."""
_ABOUT_OTHERS = _words(
    r"^\W*(?:he|she|they)\b(?! (?:gets?|does|averages?) [\d.]+ (?:mpg|miles)\b"
    r"|(?:'s| is| stands| measures| weighs| runs)\b.*\d.*\b(?:feet|foot|ft|pounds|lbs|tall|long|high)\b)"
)
"""A rig is a she, too."""
_QUOTED = _words(r"\b(?:said|says|told me|wrote|claims|asked|texted)\b,?\s*[\"\u201c'\u2018:]")


_FORBIDDEN = _words(
    r"^\W*(?:please |no,? |wait,? |just )*(?:don't|do not|never) (?!you|we|i\b|they|forget|let|show)\w+"
)


def forbids(text: str) -> bool:
    """Whether a sentence only says what is not to be done; who says that asks for nothing."""
    return bool(_FORBIDDEN.search(contracted(text)))


def allows(stance: Stance, text: str) -> bool:
    """Whether a sentence may set off what needs this stance. In doubt it may not."""
    if stance is Stance.ANY:
        return True
    text = contracted(_AFTERWARDS.sub("", text))
    told = _POLITE.sub("", text, count=1)
    is_polite = told != text
    is_asked_about = _QUESTION.search(told.rstrip("? ") if is_polite else told)
    if is_asked_about or _LOOKED_FOR.match(told) or _IMAGINED.search(text) or _ABOUT_OTHERS.search(told):
        return False
    if stance is Stance.REFUSED:
        return not _KEPT.search(told)
    is_denied = _DENIED.search(_NEEDLESS.sub("", _ASIDE.sub("", told)))
    return not (is_denied or _QUOTED.search(told) or (stance is Stance.TOLD and _is_no_record(told)))


def is_claim(text: str) -> bool:
    """Whether a sentence states or asks for something, rather than asking about it."""
    return allows(Stance.ASKED, text)


def is_question(text: str) -> bool:
    """Whether a sentence wants to know something."""
    told = _POLITE.sub("", contracted(text), count=1)
    return bool(_QUESTION.search(told))


def looks_for(text: str) -> bool:
    """Whether a sentence asks for something to be found or shown."""
    return bool(_LOOKED_FOR.match(_POLITE.sub("", text, count=1)))


def is_imagined(text: str) -> bool:
    """Whether a sentence speaks of what has not happened."""
    return bool(_IMAGINED.search(text))


def is_polite(text: str) -> bool:
    """Whether a wish is put as a question, such as "could you ..."."""
    return bool(_POLITE.match(text))


def plainly(text: str) -> str:
    """Return a wish without its politeness: what is left begins with what is wanted."""
    return _LET.sub("", _POLITE.sub("", text, count=1), count=1).lstrip(" ,")


def _is_no_record(told: str) -> bool:
    """Whether it is a plan, an undoing or somebody else's doing."""
    rest = _NOTED.sub("", _DUE.sub("", _LET.sub("", told, count=1)))
    is_anothers = _ANOTHERS.search(rest) and not _NOTED.search(told)
    return bool(_ANSWERING.search(rest) or _PLANNED.search(rest) or _UNDONE.search(rest) or is_anothers)
