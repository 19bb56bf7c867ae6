"""What is said where no tool is asked for: small talk, in the words of somebody who knows the member. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pam_agent.context.parts import Vehicle
from pam_agent.context.snapshot import MemberContext
from pam_shared.measures import spoken_feet

Say = Callable[[MemberContext | None], str]


@dataclass(frozen=True)
class Phrase:
    """Words, and what is said to them."""

    words: re.Pattern[str]
    answer: str | Say


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ASKING = "How is life on the road today?"
GREETING = f"Hello! I'm PAM. {_ASKING}"
THANKS = "You're welcome. Safe travels!"
CAPABLE = (
    "I'm PAM, your companion on the road. I keep your money straight, plan trips and nights, "
    "look after the rig and keep you in touch with friends."
    ' Just tell me, as in "I spent $45 on gas" or "Is it going to rain in Moab tomorrow?"'
)
UNSURE = (
    "I'm not sure what you mean. Could you say it in other words?"
    ' For example "I spent $45 on gas" or "find a campground near Moab".'
)
NEVER_MIND = "All right, I have left everything as it is."
JOKE = "I know one: the shortest trip I ever planned was to the dump station, and nobody asked for the scenic route."
BEFORE = (
    "I don't look that far back by myself. Our conversations are kept, you can open them again;"
    ' and if you ask "what do you know about me?", I tell you what I remember of them.'
)
COMPANY = (
    "The road can be a lonely place, and it is good that you say so."
    ' I can look who of the others is near ("who is around here?"), find a meetup, or send word to a friend of yours.'
)
AWAY = "I can't reach that part of me right now, so nothing was done. Please try again in a moment."
STRANGER = "You haven't told me yet. Tell me who you are and what you drive, and I'll remember."
_NAME = re.compile(r"\b(?:I'm|I am|name is|name's|call me|go by) (?P<name>[A-Z][\w'-]+)")


def name_of(member: MemberContext | None) -> str:
    """Return what a member is called: the name they told, else their profile's; empty where neither is known."""
    told = [fact.statement for fact in member.memory if fact.subject == "name"] if member else []
    named = next((found["name"] for statement in told if (found := _NAME.search(statement))), "")
    return named or (member.name if member else "")


def _greeting(member: MemberContext | None) -> str:
    name = name_of(member)
    more = _highlight(member)
    if not name and not more:
        return GREETING
    return f"Hello{name and ', '}{name}! {more or _ASKING}"


def _highlight(member: MemberContext | None) -> str:
    return f"One thing before you roll: {member.highlights[0]}" if member and member.highlights else ""


def _thanks(member: MemberContext | None) -> str:
    return _to("You're welcome", member, "Safe travels!") if name_of(member) else THANKS


def _goodbye(member: MemberContext | None) -> str:
    return _to("Goodbye", member, "Safe travels!")


def _well(member: MemberContext | None) -> str:
    return f"I'm well and ready to roll, thank you. {_highlight(member) or 'What can I do for you?'}"


def _to(words: str, member: MemberContext | None, more: str) -> str:
    name = name_of(member)
    return f"{words}, {name}. {more}" if name else f"{words}. {more}"


def _who(member: MemberContext | None) -> str:
    """Return who the member is and what they drive, as far as it is known."""
    name, rig = name_of(member), _rig(member)
    if not name and not rig:
        return STRANGER
    home = f" at home in {member.profile.location}" if member and member.profile.location else ""
    you = f"You're {name}{home}." if name else ""
    return f"{you} {rig}".strip()


def _rig(member: MemberContext | None) -> str:
    if member and member.vehicles:
        return f"You drive {_told(member.vehicles[0])}."
    kind = member.profile.rv_type if member else None
    return f"You drive a {kind}." if kind else ""


def _told(rig: Vehicle) -> str:
    what = " ".join(str(part) for part in (rig.year, rig.make, rig.model) if part)
    sizes = [f"{spoken_feet(size)} {way}" for size, way in ((rig.length_ft, "long"), (rig.height_ft, "high")) if size]
    named = f"{rig.name}, a {what}" if what and what.lower() != rig.name.lower() else f'your "{rig.name}"'
    return ", ".join([named, " and ".join(sizes)]) if sizes else named


_ABOUT_SELF = _words(
    r"\bwho am i\b|\bwhat(?:'s| is) my (?:own )?name\b|\bdo you know (?:me|who i am|my name)\b"
    r"|\bwhat (?:do|am) i (?:drive|driving)\b|\bwhat(?:'s| is) my (?:rig|rv|vehicle)\b(?! (?:worth|due|doing))"
    r"|\bwhich rig do i\b|\b(?:what|which) (?:rig|rv|vehicle|kind of rig) (?:do|am) i\b"
)
_HELLO = _words(r"^\W*(hi|hiya|yo|sup|hello|hey|howdy|good (morning|afternoon|evening)|morning)\b")
_CLOCK = _words(
    r"^\W*(?:(?:hey |ok |so )?(?:do you know |tell me |can you tell me )?what(?:'s| is)? (?:the )?"
    r"(?:time is it|day is it|date is it|time|date|day is today|today's date|date today|day today)"
    r"(?: (?:now|today|here))*)\W*$"
)
_LONELY = _words(
    r"\b(?:lonely|lonesome|homesick|all alone|on my own out here"
    r"|miss (?:my|our) (?:family|friends|kids|folks|grandkids|people))\b"
)
_THANKS = _words(r"\b(thanks?|thank you|cheers|thx|you(?:'re| are) (?:the best|great|awesome|amazing|a lifesaver))\b")
PHRASES = (
    Phrase(_LONELY, COMPANY),
    Phrase(_words(r"\b(?:tell|know|got|have)\b.*\bjokes?\b|\bmake (?:me|us) laugh\b"), JOKE),
    Phrase(_words(r"\bwhat (?:did|have) we (?:talk|speak|chat|discuss|say|said|spoken|talked|discussed)"), BEFORE),
    Phrase(_words(r"^\W*(?:hmm?\W+)?(never ?mind|forget it|no thanks|nothing|no(?=\W*$)|nope(?=\W*$))\b"), NEVER_MIND),
    Phrase(_ABOUT_SELF, _who),
    Phrase(_words(r"\bhow(?:'s| is| are) (?:it going|you|things|life)\b"), _well),
    Phrase(_HELLO, _greeting),
    Phrase(_THANKS, _thanks),
    Phrase(_words(r"^\W*(bye|goodbye|good ?night|see you|so long)\b"), _goodbye),
    Phrase(_words(r"\b(help|what can you (?:actually )?do|who are you|what(?:'s| is) your name)\b"), CAPABLE),
)


def clock(text: str, now: datetime) -> str | None:
    """Return the day and the time where the member is, if that is what they ask."""
    return f"It is {now:%H:%M} on {now:%A, %B} {now.day}, {now.year}." if _CLOCK.search(text) else None


def hello(text: str) -> str:
    """Return what is said before an answer to a message that begins with a greeting; empty where it does not."""
    named = _NAME.search(text)
    met = f"Hello, {named['name']}, it is good to meet you! " if named else "Hello! "
    return met if _HELLO.match(text) else ""


def small_talk(text: str, member: MemberContext | None = None) -> str:
    """Return what to say where no tool is asked for."""
    answer = next((phrase.answer for phrase in PHRASES if phrase.words.search(text)), UNSURE)
    return answer if isinstance(answer, str) else answer(member)


def of_themselves(text: str, member: MemberContext | None) -> str | None:
    """Return the answer to "who am I" where it is known without any tool."""
    known = member is not None and _ABOUT_SELF.search(text)
    return answer if known and (answer := _who(member)) != STRANGER else None
