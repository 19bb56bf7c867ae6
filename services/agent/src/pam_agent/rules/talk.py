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


def small_talk(text: str) -> str:
    """Return what to say where no tool is asked for."""
    return next((phrase.answer for phrase in PHRASES if phrase.words.search(text)), UNSURE)
