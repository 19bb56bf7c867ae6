"""What a member states of themselves in a message: facts to remember. Pure; no model, no I/O.

A fact is a clause in the first person that one of the rules knows. Questions, suppositions, denials and what has ended
are no facts, nor is what others say or are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pam_agent.statement_rules import RULES, Rule

MOST_WORDS, MOST_LETTERS = 4, 80
"""A subject is no longer than this."""
MOST_CHARACTERS = 500
"""A statement is no longer than this, as tools-memory has it."""
OWN_WORDS = 2000
"""A message of more characters was pasted: its words are not the member's own, and reading it takes too long."""


@dataclass(frozen=True)
class Stated:
    """A fact: what it is about, in the words of tools-memory, the member's statement, and how surely they meant it."""

    kind: str
    subject: str
    statement: str
    confidence: float


def facts_in(text: str) -> list[Stated]:
    """Return what the member states, in the order of the message; a subject is stated once."""
    if len(text) > OWN_WORDS:
        return []
    found: dict[tuple[str, str], Stated] = {}
    for clause in _clauses(text.translate(_PLAIN_SIGNS)):
        if fact := _fact_in(clause):
            found[fact.kind, fact.subject] = fact
    return list(found.values())


_PLAIN_SIGNS = str.maketrans("\u2019\u2018\u201c\u201d\u2013\u2014", "''\"\"--")
_SENTENCES = re.compile(
    r"(?<!\bSt\.)(?<!\b[DM]r\.)(?<!\bM[st]\.)(?<!\bMrs\.)(?<!\bFt\.)(?<=[.!?])\s+|\n+|;\s+|\s+-+\s+"
)
_JOINED = re.compile(
    r"(?:,?\s+(?:and|but|so|because|since|plus)\s+|,\s+)"
    r"(?=(?:i|we|my|our|please)\b(?! (?:guess|think|suppose|believe))|(?:i'm|im|i've|we're|we've)\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:,|\band|\bso|\bbut)\s+(?=(?:what|where|which|who|how|when|why|can|could|will|would|do|does|is|are|should|any)\b)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:what|where|which|who|whose|how|when|why|can|could|will|would|do|does|did|is|are|was|were|am|should|have|has"
    r"|may|might|shall)\b(?! me\b)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:\w+'(?:m|s|re|ve|ll)|im|is|are|am|has|have|own|drive|live|love|like|hate|eat|call|plan)", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:[\s,.:\"(]*(?:hi|hello|hey|hey there|ok|okay|yes|yeah|yep|well|oh|also|and|but|so|btw|fyi|actually|anyway|pam"
    r"|by the way|just so you know|for your information|for the record|you should know(?: that)?|as you know"
    r"|nice to meet you|thanks|thank you|i should mention(?: that)?|i forgot to say(?: that)?)\b[\s,.!:-]*)+",
    re.IGNORECASE,
)
_TOLD_TO_KEEP = re.compile(
    r"^(?:(?:please\s+)?(?:remember|note|keep in mind|don'?t forget|bear in mind)(?:\s+that)?"
    r"|(?:can|could|will|would) you (?:please )?(?:remember|note|keep in mind) that)[\s:,]+"
    r"(?=(?:i|we|my|our|i'm|im|i've|we're|we've)\b)",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|whether|suppose|imagine|pretend|would|wouldn'?t|i'd|we'd|could|couldn'?t|might|maybe|perhaps|wish"
    r"|hope|hoping|wonder|thinking (?:of|about)|considering|as though|as if|almost|not sure|i guess)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(?:if|unless|suppose|imagine|pretend|say|let'?s say|when)\b", re.IGNORECASE)
_ENDED = re.compile(
    r"\b(?:used to|no longer|any ?more|back then|when i was|years ago|just kidding|not true)\b", re.IGNORECASE
)
_DENIED = re.compile(r"\b(?:not|no|never|none|neither|nor|hardly|without|nobody)\b|n't\b", re.IGNORECASE)
_PASSING = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|right now|for now|at the moment|yet|this (?:morning|afternoon|evening|time)"
    r"|sick|tired|hungry|broken|stuck|dirty|parked|asleep|in the shop|on (?:my|our|the) way)\b",
    re.IGNORECASE,
)
_AROUND = " ,.!?:()"
_SUBJECT_ENDS = re.compile(
    r"[,.;:!(]|\s(?:and|but|so|because|since|when|which|who|that|with|for|most|too)\b", re.IGNORECASE
)
_TOPIC = re.compile(r"(?:(?:my|our|i|we) |(?:i'm|im|i've|we're|we've) )((?:(?!is\b|are\b)[\w'-]+ ?)+)", re.IGNORECASE)


def _clauses(text: str) -> Iterator[str]:
    """Yield what is stated: each clause of each sentence that supposes and asks nothing."""
    for sentence in _SENTENCES.split(text):
        said = _LEAD.sub("", sentence.strip())
        kept = _TOLD_TO_KEEP.match(said) is not None
        if not kept and said.rstrip(" \"')").endswith("?"):
            said = _before_the_question(said)
        if kept or not _QUESTION.match(said):
            yield from _split(said)


def _before_the_question(sentence: str) -> str:
    """Return what is said before the member asks; what only ends like a question is doubted as a whole."""
    asked = _ASKED.search(sentence)
    return sentence[: asked.start()] if asked else ""


def _split(sentence: str) -> Iterator[str]:
    """Yield the clauses; one without a verb belongs to the next. A condition at the beginning is one for all."""
    if _CONDITION.match(sentence):
        return
    start = 0
    for joint in _JOINED.finditer(sentence):
        if _VERB.search(sentence[start : joint.start()]):
            yield sentence[start : joint.start()]
            start = joint.end()
    yield sentence[start:]


def _fact_in(clause: str) -> Stated | None:
    told_to_keep = _TOLD_TO_KEEP.match(clause)
    said = _LEAD.sub("", clause[told_to_keep.end() :] if told_to_keep else clause).strip(_AROUND)
    if _SUPPOSED.search(said) or _ENDED.search(said) or len(said) > MOST_CHARACTERS:
        return None
    for rule in RULES:
        if (match := rule.words.match(said)) and (subject := _subject(rule, match, said)):
            return Stated(rule.kind, subject, said, 1.0 if told_to_keep else rule.confidence)
    topic = _TOPIC.match(said) if told_to_keep and not _DENIED.search(said) else None
    return Stated("about_me", _short(topic[1]).lower()[:MOST_LETTERS], said, 0.9) if topic else None


def _subject(rule: Rule, match: re.Match[str], said: str) -> str:
    """Return what the fact is about; nothing where the rule does not hold after all."""
    if not rule.negative and _DENIED.search(match[0]):
        return ""
    if not rule.passing and _PASSING.search(said):
        return ""
    groups = {name: _short(value or "") for name, value in match.groupdict().items()}
    return " ".join(rule.subject.format_map(groups).split()).lower()[:MOST_LETTERS]


def _short(words: str) -> str:
    """Return the beginning of a phrase, as far as it names something."""
    return " ".join(_SUBJECT_ENDS.split(words, maxsplit=1)[0].split()[:MOST_WORDS]).strip(" '\"-")
