"""The troubles a model can have, and what a member must see in each."""

from dataclasses import dataclass, field

from pam_agent.asking import (
    AGAIN,
    CUT,
    FALLBACK_BANNER,
    LONG_BANNER,
    LOST_THREAD,
    SECOND_BANNER,
    SHORTENED_BANNER,
)
from pam_agent.history import NOT_ANSWERED
from pam_agent.rules.talk import GREETING
from pam_shared.testing.messages_api import Reply, Say, Scene

FIRST, SECOND, RULES = "claude-sonnet-5-5", "claude-haiku-5-5", "rules"
QUESTION = "Hello"
ANSWER = "Good morning, Ada. The road to Moab is clear."
ANSWERED = Reply(blocks=[Say(text=ANSWER)])
BEGUN = "Good morning, "

Script = tuple[list[Reply], Reply]
"""What the first requests get, each once, and what all others get."""


@dataclass(frozen=True)
class Trouble:
    """A trouble, and what is seen: the text, who had the last word, the banners."""

    name: str
    first: Script
    second: Script = ([], ANSWERED)
    text: str = ANSWER
    mode: str = FIRST
    banners: list[str] = field(default_factory=list)
    earlier_turns: int = 0
    earlier_text: str = ""

    def scenes(self) -> list[Scene]:
        """Return what the scripted API says."""
        models = {FIRST: self.first, SECOND: self.second}
        return [
            Scene(pattern=".*", model=model, before=list(before), replies=[after])
            for model, (before, after) in models.items()
        ]


def _always(reply: Reply) -> Script:
    return [], reply


def _breaking(how: str, after: int = 2) -> Reply:
    return Reply(blocks=[Say(text=ANSWER)], cut_after=after, breaks=how, token_delay=0.05)


def _by_rules(name: str, reply: Reply) -> Trouble:
    """Return a trouble that both models have before they say anything."""
    return Trouble(name, _always(reply), _always(reply), GREETING, RULES, [FALLBACK_BANNER])


def _by_second(name: str, reply: Reply, text: str = ANSWER) -> Trouble:
    return Trouble(name, _always(reply), text=text, mode=SECOND, banners=[SECOND_BANNER])


LATE = Reply(blocks=[Say(text=ANSWER)], delay=30)
TOO_LONG = Reply(blocks=[Say(text=BEGUN)], stop="max_tokens")
REFUSED = Reply(blocks=[Say(text=BEGUN)], stop="refusal")
LONG = "We drove on and on. " * 500
ALL_AGAIN = f"{BEGUN}{AGAIN}{ANSWER}"

TROUBLES = [
    Trouble("is well", _always(ANSWERED)),
    Trouble("429, Retry-After 1", ([Reply(status=429, retry_after=1)], ANSWERED)),
    _by_second("429, Retry-After 3600", Reply(status=429, retry_after=3600)),
    _by_rules("429, Retry-After 3600, both", Reply(status=429, retry_after=3600)),
    Trouble("529 once", ([Reply(status=529)], ANSWERED)),
    _by_second("529", Reply(status=529)),
    _by_rules("529, both", Reply(status=529)),
    _by_second("500", Reply(status=500)),
    _by_second("refuses the key (401)", Reply(status=401)),
    _by_second("cut before the first word", _breaking("cut", 0)),
    _by_second("cut in mid-sentence", _breaking("cut"), ALL_AGAIN),
    Trouble(
        "cut in mid-sentence, both",
        _always(_breaking("cut")),
        _always(_breaking("cut")),
        f"{BEGUN}{AGAIN}{BEGUN}{LOST_THREAD}{GREETING}",
        RULES,
        [SECOND_BANNER, FALLBACK_BANNER],
    ),
    _by_second("overloaded in mid-sentence", _breaking("error"), ALL_AGAIN),
    _by_second("malformed JSON in mid-sentence", _breaking("malformed"), ALL_AGAIN),
    _by_second("silent", LATE),
    _by_rules("silent, both", LATE),
    _by_second("silent in mid-sentence", _breaking("silence"), ALL_AGAIN),
    _by_second("says nothing", Reply()),
    Trouble("refuses to answer", _always(REFUSED), text=f"{BEGUN}\n\n{NOT_ANSWERED}"),
    Trouble("max_tokens once", ([TOO_LONG], ANSWERED), text=ALL_AGAIN),
    Trouble("max_tokens twice", _always(TOO_LONG), text=f"{BEGUN}{AGAIN}{BEGUN}{CUT}"),
    Trouble(
        "160k tokens of history", _always(ANSWERED), banners=[LONG_BANNER], earlier_turns=32, earlier_text=LONG * 2
    ),
    Trouble(
        "200k tokens of history", _always(ANSWERED), banners=[SHORTENED_BANNER], earlier_turns=42, earlier_text=LONG * 2
    ),
]
