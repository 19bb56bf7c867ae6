"""One sentence as the rules read it: its notions, and what its slots hold."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pam_agent.rules.amounts import amounts_in
from pam_agent.rules.dates import day_in, moment_in
from pam_agent.rules.numerals import in_digits, measured
from pam_agent.rules.people import person_in, quoted_in
from pam_agent.rules.places import place_in, road_in, way_in
from pam_agent.rules.stance import is_claim, is_question, plainly
from pam_agent.rules.words import mended, notions_in, stem
from pam_agent.stated import facts_in
from pam_shared.contracts.tools import ToolManifest

_SHORT = 6
_EVIDENCE = {
    "miles": r"(?:miles?|mi|km|kilomet\w+)",
    "gallons": r"(?:gallons?|gal|lit(?:er|re)s?|l)",
    "hours": r"(?:hours?|hrs?)",
    "stars": r"stars?",
}
_OPENINGS = {
    f"opens_{name}": re.compile(words, re.IGNORECASE)
    for name, words in {
        "tell": (
            r"(?!let @?\w+ (?:see|view)\b|let (?:only|just|no)\b)"
            r"(?:tell|message|msg|text|dm|ping|let|write to|notify|inform|shoot|write(?= (?-i:[A-Z]))) (?!me\b|us\b"
            r"|everyone|everybody|the (?:community|world)|about|a post"
            r"|(?:all )?(?:of )?(?:my |our )?(?:friends|followers|people|folks|buddies)\b|all\b|you\b|up\b"
            r"|down\b|(?:the|our|my) (?:kids?|children|grandkids|boys|girls)\b)@?\w+"
            r"|(?:pass|relay|send)(?: \w+){0,2}? (?:on |along )?to (?-i:[A-Z])\w+ (?:that|:)|get word to\b"
            r"|drop @?\w+ an? (?:message|line|note|text)\b"
            r"|ask (?-i:[A-Z])\w+ (?:if|whether|to|what|when|where|how|for|about)\b"
            r"|send (?:\w+ )?(?:a |an )?(?:quick )?(?:message|text|note|dm)"
        ),
        "post": (
            r"post\b|put (?:up|out) an? (?:post|update)|put (?:a|this) post (?:up|out)|publicly post|publish|announce"
            r"|share (?:this )?with (?:everyone|everybody|all|the community|(?:my|our) (?:friends|followers)) that"
            r"|share (?:an update|a post|this post|(?:this )?with (?:everyone|everybody|the community))"
            r"|put (?:this|that|it) on my feed"
            r"|(?:tell|let) (?:everyone|everybody|the (?:community|world)|(?:all )?(?:of )?(?:my|our) (?:friends"
            r"|followers|people|folks|buddies))|(?:write|make|create) a post"
        ),
        "move": r"(?:move|shift|bump|slide|reschedule|postpone|push|delay|change|update|bring forward)\b",
        "recall": r"remind (?:me|us) (?:what|when|how|which|who|where)\b",
        "delete": r"(?:delete|remove|cancel|drop|erase|take|scratch|scrap|clear)\b",
        "remind": (
            r"(?:remind me(?! (?:what|when|how|which|who|where)\b)|set (?:up )?a reminder|schedule a|put .+ (?:on"
            r"|in) my (?:calendar|agenda|diary)"
            r"|add .+ to (?:my|the) (?:calendar|agenda|diary))"
        ),
        "comment": r"(?:comment|reply|respond|leave a comment)\b",
        "host": r"(?:organi[sz]e|host|throw|arrange|set up|create an event)\b",
        "cap": (
            r"(?:set|cap|hold|raise|lower|bump|cut|increase|decrease|reduce|keep)\b.{3,40} (?:to|at|under)"
            r" [$€£]?\d[\d.,]*(?: (?:dollars|bucks))?(?: (?:a|per|every|each) \w+)?\W*$"
        ),
        "block": r"(?:un)?block (?!party|off?\b|out\b)",
    }.items()
}
_ENTRY = re.compile(
    r"^\W*(?!(?:it|that|this|he|she|they|i|we|about|only|just)\b)[a-z][\w']*(?: \w+){0,2}"
    r"\s*[:,-]?\s*[$€£]\s?\d[\d.,]*\W*$"
    r"|^\W*(?!(?:it|that|this|he|she|they|i|we|about|only|just|at|by|to|mpg|gallons?|miles?)\b)"
    r"[a-z][\w']*(?: [a-z][\w']*)? \d+\.\d\d\W*$"
    r"|^\W*[$€£]\s?\d[\d.,]* (?:on|for) \w+"
    r"|^\W*(?!(?:it|that|this|he|she|they|i|we|about|only|just|make|set|limit"
    r"|cap)\b)[a-z][\w']*(?: [\w']+){0,4}(?: was|:|,)"
    r" ?[$€£]?\d[\d.,]*(?: (?:bucks|dollars|even|total))?(?:, \w+)?\W*$",
    re.IGNORECASE,
)
"""An expense as people note one: "gas $45", "$12 on parking"."""
_GUESTS = re.compile(
    r"\b(?:max(?:imum)?|up to|at most|limit(?:ed)?(?: to)?|for|room for) (?:of )?\d+ (?:people|persons?|guests|rigs"
    r"|folks|attendees|campers)\b|\b(?:everyone|everybody|all)(?:'s| is| are)? (?:welcome|invited)\b",
    re.IGNORECASE,
)
"""How many may come to what somebody hosts."""
_FILED = re.compile(r"\bunder (?:the )?[a-z]+(?: (?:category|expenses?))?\W*$", re.IGNORECASE)
"""A category an expense is put under."""
PERSONAL = frozenset({"about_me", "pet", "diet", "health", "person", "date"})
"""Kinds of facts that are of the member alone; what they drive is another tool's."""
_LABEL = re.compile(
    r"\W*(?:new |my |an? |another |add (?:an? )?|log (?:an? )?|here'?s an? "
    r"|(?:an? )?(?:piece|word|bit|quick word) of )?"
    r"(?:(?:safety|fuel|camping|boondocking|route|road|money|budget|pet|internet|maintenance|travel|quick|useful|handy"
    r"|local|little|good|great|hot|insider) )?(?P<label>[a-z]+)(?: \w+){0,3}: ",
    re.IGNORECASE,
)
"""What a message says it is: "tip for the community: ..."."""
_MEASURE = re.compile(
    r"\b(?:miles?|kilomet\w+|km|lit(?:er|re)s?|gallons?|celsius|fahrenheit|kg|kilos?|kilograms?|lbs?|pounds?"
    r"|meters?|metres?|feet|foot|mpg|mph|kph|psi|bar)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """A sentence, the moment it is said at where the member is, and the sentence before it in the same message."""

    text: str
    now: datetime
    context: str = ""

    @cached_property
    def digits(self) -> str:
        """The sentence with its numbers in digits."""
        return in_digits(self.text)

    @cached_property
    def mended(self) -> str:
        """The sentence without typing errors."""
        return mended(self.text)

    @cached_property
    def amounts(self) -> list[str]:
        """The amounts of money it names."""
        return amounts_in(self.digits)

    @cached_property
    def place(self) -> str | None:
        """The place it is about, also where only "there" points to the sentence before."""
        found = place_in(self.text)
        is_pointed = self.context and (found is None or re.search(r"\bthere\b", self.text))
        return place_in(self.context) if is_pointed else found

    @cached_property
    def way(self) -> dict[str, str | list[str]]:
        """Origin, destination and stops."""
        return way_in(self.text)

    @cached_property
    def evidence(self) -> frozenset[str]:
        """The notions its words name, and with a ``@`` what its slots hold."""
        held: dict[str, object] = {
            "@amount": self.amounts,
            "@place": self.place,
            "@way": len(self.way) > 1,
            "@to": self.way,
            "@road": road_in(self.text),
            "@day": day_in(self.text, self.now.date()),
            "@moment": moment_in(self.digits, self.now),
            "@person": person_in(self.text),
            "@handle": re.search(r"@\w", self.text),
            "@quoted": quoted_in(self.text),
            "@order": re.search(r"\b(?:ORD|PAM)-\w+", self.text),
            "@entry": _ENTRY.search(self.digits),
            "@guests": _GUESTS.search(self.digits),
            "@filed": _FILED.search(self.text),
            "@year": re.search(r"\b(?:19|20)\d\d [A-Z]", self.text),
            "@two_measures": len(_MEASURE.findall(self.text)) > 1,
            "@fact": any(fact.kind in PERSONAL for fact in facts_in(self.text)),
            "@short": len(self.text.split()) < _SHORT,
            "@question": is_question(self.text),
            "@claim": is_claim(self.text),
        }
        measures = {f"@{name}" for name, unit in _EVIDENCE.items() if measured(self.digits, unit) is not None}
        label = _LABEL.match(self.text)
        opening = {f"label_{stem(label['label'].lower())}"} if label else set()
        opening |= {name for name, words in _OPENINGS.items() if words.match(plainly(self.text))}
        return notions_in(self.text) | measures | opening | {name for name, value in held.items() if value}


@dataclass(frozen=True)
class Slot:
    """What is read to fill one argument: the sentence, and the tool whose argument it is."""

    reading: Reading
    tool: ToolManifest

    @property
    def text(self) -> str:
        """The member's words."""
        return self.reading.text

    @property
    def digits(self) -> str:
        """The member's words with numbers in digits."""
        return self.reading.digits
