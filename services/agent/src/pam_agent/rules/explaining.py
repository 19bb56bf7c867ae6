"""How PAM came to say something, where a member asks."""

import re

from pam_agent.explanation import account
from pam_agent.mind import Prompt

_IT = (
    r"(?:(?:all )?(?:that|this|it|these|those|so)|(?:that|this|these|the|your) (?:number|figure|amount|price|answer)s?)"
)
_ASKED = (
    rf"why (?:did|do|would) you (?:say|tell me|think|answer|claim|believe) {_IT}",
    r"why did you (?:say|tell me|think|claim)\b.{0,80}",
    r"how (?:do|did|can) you know\b.{0,60}",
    rf"how (?:do|did) you (?:get|find out|come up with|come to|work out|figure out|arrive at|reach) {_IT}",
    rf"how (?:do|did) you (?:work|figure|find) {_IT} out",
    rf"how come you (?:say|said|think|know) {_IT}",
    rf"what makes you (?:say|think|so sure)(?: (?:of )?{_IT})?",
    rf"where(?:'s| is| was| does| are) {_IT}(?: come)? from",
    rf"where (?:did|do|have) you (?:get|got|take|have|find|read|hear) {_IT} from",
    rf"where did you (?:get|take|find|read|hear) {_IT}",
    rf"who (?:told you|says|said) {_IT}|says who",
    rf"what(?:'s| is| was| are) {_IT} based on",
    rf"what(?:'s| is| are| was| were) (?:your|the) sources?(?: (?:of|for) {_IT})?",
    rf"are you (?:really |quite |so |absolutely |very )?(?:sure|certain|positive)(?: (?:about|of) {_IT})?",
    rf"how (?:sure|certain|confident) are you(?: (?:about|of|in) {_IT})?",
    rf"is {_IT} (?:really )?(?:true|right|correct)",
)
_BEFORE = r"(?:(?:so|and|but|wait|hm+|ok|okay|pam|hey|please|really|can you tell me|tell me|explain)\W+)*"
_WHY = re.compile(rf"\W*{_BEFORE}(?:{'|'.join(_ASKED)})(?:\W+(?:please|pam|exactly|anyway|then))*\W*", re.IGNORECASE)
_SUMMARISED = "Of what I said before I keep only a summary, so I cannot say any more how I came to it."
_FIRST = "I have not said anything yet that I could explain. Ask me again after an answer."


def explained(prompt: Prompt) -> str | None:
    """Return how the answer came about that a message asks about; None where it asks no such thing."""
    if not _asks_why(prompt.text):
        return None
    meant = next((turn for turn in reversed(prompt.earlier) if not _asks_why(turn.message.text)), None)
    if meant is None:
        return _SUMMARISED if prompt.summary else _FIRST
    return " ".join(account(meant, prompt.now))


def _asks_why(text: str) -> bool:
    return _WHY.fullmatch(text.replace("\u2019", "'")) is not None
