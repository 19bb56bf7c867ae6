"""How members ask tools-budget for what they earn, also on the side."""

import re

from pam_agent.rules.budget import amount, past_day
from pam_agent.rules.numerals import measured, number
from pam_agent.rules.reading import Slot
from pam_agent.rules.rule import Rule
from pam_agent.rules.stance import Stance
from pam_agent.rules.texts import after, behind_colon

_KINDS = (
    r"\b(?P<source>pension|social security|va benefits|disability|unemployment|royalt(?:y|ies)|dividends?|stipend"
    r"|salary|paycheck|paycheque|wages?|(?:(?:referral|signing|sign-on|holiday|year-end) )?bonus|commission|tips"
    r"|tax refund|refund|rent|interest|freelanc\w+|consulting"
    r"|alimony|child support|inheritance|annuity|overtime)\b"
)
"""Kinds of income that say themselves where the money is from."""


_WORK = (
    r"\d(?: (?:dollars|bucks|usd))? (?:(?:today|tonight|last night|yesterday|this \w+) )?(?P<source>(?!during"
    r"|morning|evening)[a-z]+ing\b(?: [a-z]+){0,2}?)"
    r"(?= (?:today|yesterday|this|last|on|at|in)\b|\W*$)"
)
"""What somebody did for the money: "made 90 walking dogs"."""


def _source(slot: Slot) -> str | None:
    found = re.search(
        r"\b(?:from|for|as|by) (?:the |my |a |an )?(?!\$|\d)(?P<source>[a-z][\w' -]{2,60}?)(?= (?:today"
        r"|yesterday|last|this|week|on|in)\b|[,.!?]|$)",
        slot.text,
        re.IGNORECASE,
    )
    payer = re.search(
        r"\b(?:a |the |my )?(?P<source>(?!(?:some|any)(?:one|body)\b|they\b|she\b|who\b|that\b|it\b|i\b|we\b)[a-z]\w+)"
        r"(?: (?-i:in [A-Z]\w+))? (?:just |finally )?(?:paid|sent|gave|owed) (?:me|us)\b",
        slot.text,
        re.IGNORECASE,
    )
    kind = re.search(_KINDS, slot.text, re.IGNORECASE) or re.search(_WORK, slot.digits, re.IGNORECASE)
    pays = re.search(_PAYS, slot.digits, re.IGNORECASE) or re.search(_BEHIND, slot.digits, re.IGNORECASE)
    sold = re.search(_SOLD, slot.text, re.IGNORECASE)
    if told := payer or found or kind or sold or pays:
        return told["source"]
    return "other" if slot.reading.amounts else None


_PAYS = (
    r"^\W*(?:the |my |our |an? |this week's |today's )?(?P<source>(?!(?:i|we|i've|we've|got|just|log|add|record|put"
    r"|note"
    r"|it|that|this|they|he|she|someone|somebody|what|which|how|income)\b)[a-z][\w'-]*(?: [\w'-]+){0,2}?)"
    r"(?: (?:job|gig|work|shift))? (?:just |finally )?(?:paid|made|brought in|pulled in|netted|earned|came in at)"
    r"(?: (?:me|us))?\b.*\d"
)
"""What work or whom the money is from, said before what it paid."""
_BEHIND = (
    r"\d(?: (?:dollars|bucks|usd))?,? (?:in |of )?"
    r"(?P<source>(?!(?:today|yesterday|this|last|on|at|just|so|please|and)\b)[a-z][\w' -]{2,40})\W*$"
)
"""The same, said behind it: "income: 340 dollars, campground hosting"."""

_SOLD = (
    r"\bsold (?:(?:my|our|the|an?|some|two|three|four|\d+) )?(?P<source>[a-z][\w' -]{2,40}?)"
    r"(?= (?:for|at|on|to|today|yesterday|last|this)\b|\s*[,.]|\W*$)"
)
"""What somebody got the money for."""
_ADDED = (
    r"\b(?:add|put|save|note|log) (?P<idea>(?!an?\b|the\b|my\b|this\b|new\b)[^:]{3,80}?)(?: down)? (?:to|on|in|as) "
    r"(?:an? |my |our |the )?(?:side |list of |money )?(?:hustle|gig|income)"
)
"""An idea named before the list it is put on."""
_DOING = (
    r"\b(?!(?:making|earning|saving|adding|putting|thinking|considering|something|bring|during)\b)"
    r"[a-z]{3,}ing\b [^,.;:?!]+"
)
"""What would be done for the money: "I could make 300 a month selling stickers"."""


def _idea(slot: Slot) -> str | None:
    listed = re.search(_ADDED, slot.text, re.IGNORECASE)
    found = (
        (listed["idea"] if listed else None)
        or behind_colon(slot.text)
        or after(slot.text, r"\bidea\b(?: (?:called|named|of|for|about|to))?|\bhustle\b(?: (?:called|named))")
        or (doing[0] if (doing := re.search(_DOING, slot.text, re.IGNORECASE)) else None)
    )
    return (
        re.split(r",|\s+maybe\b|\s+for (?:about|around)\b|\s+\$?\d", found)[0].strip()[:200] or None if found else None
    )


def _earnings(slot: Slot) -> int | float | None:
    return number(slot.reading.amounts[0]) if slot.reading.amounts else None


def _verdict(slot: Slot) -> str | None:
    kinds = {
        "rejected": r"\breject|\bdeclin|\bturn\b.{0,40}\bdown\b|\bno to\b|\brefus|\bdeny|not approve|thumbs down",
        "approved": r"\bapprov|\baccept|green light|\byes\b|\bpublish|\ballow|thumbs up|let .* through",
    }
    return next((kind for kind, words in kinds.items() if re.search(words, slot.text, re.IGNORECASE)), None)


RULES = (
    Rule(
        "log_income",
        "earn @amount | log income @amount | log income | earn @amount log",
        Stance.TOLD,
        {"amount": amount, "source": _source, "date": past_day},
        unless="budget hustle saving cut @hours for_sale",
        asks={"amount": "How much was it?", "source": "Where did it come from?"},
    ),
    Rule(
        "add_hustle_idea",
        "add hustle idea | log hustle idea | add idea income | add hustle | idea hustle @claim -show -find",
        Stance.ASKED,
        {"title": _idea, "avg_earnings": _earnings},
        asks={"title": "What is the idea?"},
        keeps_text=True,
        unless="approve opens_recall",
    ),
    Rule(
        "list_hustle_ideas",
        "show hustle | show hustle idea | hustle idea approve already_approved @question"
        " | idea show -cut -saving | idea income | hustle idea | idea hustle @question",
        unless="@amount worth approve predict",
    ),
    Rule(
        "list_ideas_to_review",
        "hustle idea approve @question -already_approved | show hustle idea approve -already_approved "
        "| hustle idea approve due",
        unless="predict income",
    ),
    Rule(
        "review_hustle_idea",
        "approve hustle idea | approve hustle | approve idea",
        Stance.ASKED,
        {"verdict": _verdict},
        unless="@question predict",
        asks={"idea_id": "Which idea do you mean?"},
    ),
    Rule(
        "estimate_monthly_income",
        "income hustle | earn hustle how_much | predict income hustle | income hustle approve | predict earn hustle",
        unless="@amount worth find log idea",
    ),
    Rule(
        "log_hustle_attempt",
        "@hours made @amount | @hours hustle | @hours hustle made @amount | @hours spend made @amount",
        Stance.TOLD,
        {"hours_spent": lambda slot: measured(slot.digits, "hours?|hrs?"), "earnings": amount},
        asks={
            "hustle_id": "Which of your hustles was it?",
            "hours_spent": "How many hours did you work?",
            "earnings": "How much did you earn?",
        },
    ),
)
