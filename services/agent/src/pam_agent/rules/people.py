"""Whom a sentence names, and what is to be said to them. Pure; names as the member wrote them."""

import re

_NOBODY = {
    "me",
    "my",
    "the",
    "a",
    "an",
    "them",
    "him",
    "her",
    "it",
    "us",
    "someone",
    "somebody",
    "everyone",
    "everybody",
    "people",
    "anyone",
    "that",
    "this",
    "i",
    "pam",
    "to",
    "for",
    "with",
    "from",
    "on",
    "know",
    "message",
    "spam",
    "account",
    "you",
    "post",
    "person",
    "friends",
    "we",
    "what",
    "all",
    "another",
    "new",
    "off",
}
_HANDLE = re.compile(r"@(\w{2,40})|\b([A-Za-z]\w*_\w{1,40})\b")
_NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z][a-z]\w*")
_WROTE = re.compile(
    r"\b(?:what (?:did |has |does )?|has |have )(?P<name>[A-Z]\w+) (?:just |has |been )?"
    r"(?:wr[io]te|written|said|say|writing|saying|sent|send|sending|texted|texting|answered|replied|messaged"
    r"|messaging)\b"
)
_TITLE = (
    r"(?:(?:Grandma|Grandpa|Granny|Nana|Aunt|Uncle|Cousin|Big|Captain|Old|Mr\.?|Mrs\.?|Ms\.?|Dr\.?) (?-i:(?=[A-Z])))?"
)
_MY = (
    r"my (?:friend|buddy|pal|neighbou?r|sister|brother|cousin|son|daughter|partner|wife|husband|uncle|aunt)"
    r" (?-i:(?=[A-Z@]))"
)
"""What somebody is to the member, before their name."""
_AFTER = re.compile(
    r"\b(?:message|msg|text|dm|tell|ping|write(?: to)?|inform|notify|let|send|follow(?:ing)?|unfollow|(?:un)?block"
    r"|mute|shoot|word to|relay to|on to|along to|ask|invite|wish|did|(?:to|with|from|has|have|add"
    r"|drop)(?= (?:my (?:friend|buddy) )?(?-i:[A-Z]|@))) "
    rf"(?:a (?:message|text|note|dm) to |{_MY}|(?:the |a )?(?:user|member|guy|person|account)(?: called"
    r"| named)? )?(?P<name>"
    rf"{_TITLE}[A-Za-z][\w.]*)",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"^.*?\b(?:message|msg|text|dm|tell|ping|write(?: to)?|inform|notify|let|send|shoot|ask|invite|wish|drop|word to"
    r"|relay to|(?:pass|send|on|along) to)\b"
    r"(?: (?:a |an )?(?:quick )?(?:message|text|note|dm)\b)?(?: to)?"
    rf"(?: (?={_MY})my \w+)? "
    rf"(?P<who>(?!(?:to|an?) ){_TITLE}@?[\w.]+)"
    r"(?:(?:,| and) (?-i:[A-Z])\w+)*(?: (?:a |an )?(?:quick )?(?:message|text|note|dm|line|know)\b)*"
    r"(?:\s*[:,-]\s*|\s+(?:that|saying|to say|(?:and )?(?:say|tell (?:him|her|them))(?: that)?)\s+|\s+)(?P<said>.+)$",
    re.IGNORECASE | re.DOTALL,
)


_QUOTED = re.compile(
    r"[\"\u201c\u201d](?P<a>[^\"\u201c\u201d]+)[\"\u201c\u201d]"
    r"|(?<!\w)['\u2018](?P<b>.+?)['\u2019](?!\w)"
)


def person_in(text: str) -> str | None:
    """Return the member's or friend's name a sentence turns to, without its @."""
    if handle := _HANDLE.search(text):
        return handle[1] or handle[2]
    if wrote := _WROTE.search(text):
        return wrote["name"]
    names = [match["name"] for match in _AFTER.finditer(text) if match["name"].lower() not in _NOBODY]
    return next((name.rstrip(".") for name in names), None)


def anybody_in(text: str) -> str | None:
    """Return whom a sentence turns to, else the one name in it."""
    names = _NAME.findall(text)
    return person_in(text) or (names[0] if len(names) == 1 else None)


def said_in(text: str) -> str | None:
    """Return what somebody is to be told: what stands in quotes, or behind the name."""
    if quoted := quoted_in(text):
        return quoted
    found = _SAID.match(text)
    is_bare = found and re.fullmatch(
        r"(?:an? )?(?:quick )?(?:message|text|note|dm|know)\W*", found["said"], re.IGNORECASE
    )
    return found["said"].strip() if found and not is_bare else None


def quoted_in(text: str) -> str | None:
    """Return what stands in quotes; an apostrophe is none."""
    found = re.search(
        r"[\"\u201c\u201d](?P<a>[^\"\u201c\u201d]+)[\"\u201c\u201d]|(?<!\w)['\u2018](?P<b>.+?)['\u2019](?!\w)", text
    )
    return (found["a"] or found["b"]).strip() if found else None
