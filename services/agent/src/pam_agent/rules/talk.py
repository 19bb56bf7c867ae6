"""What needs no tool: small talk, and what is refused."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """Words, and what is said to them."""

    words: re.Pattern[str]
    answer: str


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


GREETING = "Hello! I'm PAM. How is life on the road today?"
THANKS = "You're welcome. Safe travels!"
GOODBYE = "Goodbye, and safe travels!"
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
WELL = "I'm well and ready to roll, thank you. What can I do for you?"
AWAY = "I can't reach that part of me right now, so nothing was done. Please try again in a moment."

PHRASES = (
    Phrase(_words(r"^\W*(?:hmm?\W+)?(never ?mind|forget it|no thanks|nothing)\b"), NEVER_MIND),
    Phrase(_words(r"\bhow(?:'s| is| are) (?:it going|you|things|life)\b"), WELL),
    Phrase(_words(r"^\W*(hi|hello|hey|howdy|good (morning|afternoon|evening)|morning)\b"), GREETING),
    Phrase(_words(r"\b(thanks?|thank you|cheers|thx)\b"), THANKS),
    Phrase(_words(r"^\W*(bye|goodbye|good ?night|see you|so long)\b"), GOODBYE),
    Phrase(_words(r"\b(help|what can you do|who are you|what(?:'s| is) your name)\b"), CAPABLE),
)

_OTHERS = "I only work with your own records, and I keep everybody else's as private as yours."
_MACHINE = (
    "I can't run commands or touch the machines behind me. I can help you with your trips, your money and your rig."
)
_INSIDE = (
    "I keep how I work on the inside, and the keys to it, to myself. Ask me for anything about your life on the road."
)
_HARM = "I won't help with that, because somebody could get hurt."
_MASS = "I can't do that: it would destroy what belongs to others. I can delete single entries of your own."

REFUSALS = (
    Phrase(
        _words(
            r"\b(?:delete|remove|drop|erase|wipe|truncate|destroy|purge)\b.*\b(?:users?|accounts|members"
            r"|database|db|tables?|everyone|everybody|all (?:data|records))\b"
            r"|\bwipe (?:the|all)\b"
        ),
        _MASS,
    ),
    Phrase(
        _words(
            r"\b(?:rm -|sudo|curl |wget |chmod|\bbash\b|\b(?:the|a|open|root) shell\b|execute\b.*\b(?:code"
            r"|command|server|machine)|run\b.*\b(?:command|script|server)|drop table|select \*)"
        ),
        _MACHINE,
    ),
    Phrase(
        _words(
            r"\b(?:ignore|forget|disregard|bypass|override)\b.*\b(?:instructions?|rules|prompt|guidelines)\b"
            r"|\b(?:system|hidden|secret|initial) prompt\b"
            r"|\bapi[ -]?keys?\b|\bpasswords?\b|\bcredentials\b|\bjailbreak|\baccess tokens?\b"
            r"|\bsecrets?\b.*\b(?:print|show|reveal)"
            r"|\b(?:make|grant|give|promote) me\b.*\b(?:an )?(?:admin|root|superuser|administrator)\b"
        ),
        _INSIDE,
    ),
    Phrase(
        _words(
            r"\b(?:every|all|other|another|each) (?:the )?(?:users?|members?|people|person|customers?)(?:'s?"
            r"|s')?\b.*\b(?:emails?|address(?:es)?|expenses?|budgets?|messages|location|data|phones?|spending"
            r"|records)\b"
            r"|\b(?:emails?|addresses|phone numbers?|locations?|data|messages|expenses) of (?:every|all|other"
            r"|another|each)\b"
            r"|\b(?:read|show|open)\b.*\b(?!my\b)\w+'s (?:private |direct )?(?:messages|inbox|expenses|budget"
            r"|bank|email)"
            r"|\b(?:everybody|everyone|anybody|anyone)'s (?:home |e-?mail |phone )?(?:address|email|phone"
            r"|location|data|messages)"
            r"|\bwithout (?:her|his|their) know|\bwhere does \w+ live|\b(?:stalk|spy on|hack)\b"
        ),
        _OTHERS,
    ),
    Phrase(
        _words(
            r"\b(?:build|make|buy) (?:a |an )?(?:bomb|explosive|weapon|meth)\b|\bkill (?:him|her|them|someone"
            r"|myself)\b|\bpoison (?:him|her|someone)"
        ),
        _HARM,
    ),
)


def refusal_of(text: str) -> str | None:
    """Return the sentence that refuses a request; None where nothing is wrong with it."""
    return next((phrase.answer for phrase in REFUSALS if phrase.words.search(text)), None)


def small_talk(text: str) -> str:
    """Return what to say where no tool is asked for."""
    return next((phrase.answer for phrase in PHRASES if phrase.words.search(text)), UNSURE)
