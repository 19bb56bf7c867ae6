"""Which words on a receipt speak for which category. Pure."""

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from pam_tools_budget.categories import SYNONYMS, ExpenseCategory

SURE_FROM = 0.7
SMALL_AT_THE_PUMP = Decimal(10)
FUEL = {ExpenseCategory.GAS, ExpenseCategory.DIESEL}

# Names of merchants and words of their trade, as they stand on statements; a name says more than a word.
NAMES: dict[ExpenseCategory, tuple[str, ...]] = {
    ExpenseCategory.GAS: (
        "shell", "chevron", "exxon", "mobil", "texaco", "sunoco", "arco", "conoco", "phillips 66", "marathon petroleum",
        "flying j", "pilot travel", "loves travel", "love s travel", "speedway", "sinclair", "valero", "buc ees",
        "buc ee s", "maverik", "quiktrip", "wawa",
    ),
    ExpenseCategory.PROPANE: ("amerigas", "blue rhino", "ferrellgas", "suburban propane"),
    ExpenseCategory.GROCERIES: (
        "walmart", "wal mart", "kroger", "safeway", "albertsons", "aldi", "costco", "sams club", "sam s club",
        "trader joe", "whole foods", "publix", "h e b", "heb", "winco", "food lion", "wegmans",
    ),
    ExpenseCategory.RESTAURANT: (
        "mcdonald", "starbucks", "subway", "chipotle", "taco bell", "wendy", "burger king", "cracker barrel", "denny",
        "ihop", "dunkin", "domino", "applebee", "waffle house", "chick fil a", "sonic drive",
    ),
    ExpenseCategory.CAMPGROUND: ("koa", "recreation gov", "reserveamerica", "hipcamp", "thousand trails", "jellystone"),
    ExpenseCategory.RV_PARK: ("good sam", "encore rv", "sun outdoors"),
    ExpenseCategory.MAINTENANCE: ("jiffy lube", "valvoline", "camping world", "blue beacon", "discount tire"),
    ExpenseCategory.REPAIR: ("autozone", "o reilly auto", "napa auto", "advance auto", "pep boys", "firestone"),
    ExpenseCategory.INSURANCE: ("geico", "progressive", "state farm", "allstate", "usaa", "roamly"),
    ExpenseCategory.REGISTRATION: ("dmv",),
    ExpenseCategory.TOLLS: ("e zpass", "ezpass", "sunpass", "fastrak", "i pass", "txtag", "epass"),
    ExpenseCategory.PARKING: ("parkmobile", "spothero", "paybyphone", "park whiz"),
    ExpenseCategory.ENTERTAINMENT: ("netflix", "spotify", "hulu", "disney", "amc theater", "regal cinema", "audible"),
    ExpenseCategory.SHOPPING: ("amazon", "amzn", "target", "rei", "bass pro", "cabela", "home depot", "lowe"),
    ExpenseCategory.MEDICAL: ("cvs", "walgreens", "rite aid", "quest diagnostics", "labcorp", "kaiser"),
    ExpenseCategory.PET: ("petsmart", "petco", "chewy", "banfield", "tractor supply pet"),
    ExpenseCategory.INTERNET: ("starlink", "comcast", "xfinity", "hughesnet", "viasat"),
    ExpenseCategory.PHONE: ("verizon", "t mobile", "tmobile", "at t", "att wireless", "mint mobile", "google fi"),
}  # fmt: skip

WORDS: dict[ExpenseCategory, tuple[str, ...]] = {
    ExpenseCategory.GAS: ("unleaded", "gas station", "fuel stop", "pump"),
    ExpenseCategory.DIESEL: ("def fluid", "truck diesel"),
    ExpenseCategory.PROPANE: ("lp gas", "lpg", "refill propane"),
    ExpenseCategory.GROCERIES: ("supermarket", "market", "produce", "foods"),
    ExpenseCategory.RESTAURANT: ("cafe", "diner", "grill", "pizza", "coffee", "bbq", "bistro", "taqueria", "burger"),
    ExpenseCategory.CAMPGROUND: ("camp", "state park", "national park", "boondocking", "forest service", "site fee"),
    ExpenseCategory.RV_PARK: ("rv resort", "rv site", "full hookup"),
    ExpenseCategory.MAINTENANCE: ("oil change", "tires", "tire", "lube", "wash", "inspection", "filter"),
    ExpenseCategory.REPAIR: ("auto parts", "mechanic", "body shop", "tow", "towing", "welding"),
    ExpenseCategory.INSURANCE: ("premium", "ins pymt"),
    ExpenseCategory.REGISTRATION: ("license plate", "vehicle tax", "title fee"),
    ExpenseCategory.TOLLS: ("turnpike", "toll road", "bridge"),
    ExpenseCategory.PARKING: ("garage", "meter", "valet"),
    ExpenseCategory.ENTERTAINMENT: ("cinema", "movie", "museum", "ticket", "concert", "theater", "golf"),
    ExpenseCategory.SHOPPING: ("store", "outlet", "hardware", "mall"),
    ExpenseCategory.MEDICAL: ("pharmacy", "clinic", "hospital", "dental", "doctor", "urgent care", "rx"),
    ExpenseCategory.PET: ("veterinary", "animal hospital", "kennel", "grooming"),
    ExpenseCategory.UTILITIES: ("electric", "water", "sewer", "dump station", "power co", "laundry", "laundromat"),
    ExpenseCategory.INTERNET: ("broadband", "hotspot"),
    ExpenseCategory.PHONE: ("wireless", "cellular", "prepaid"),
}  # fmt: skip

SAID, NAME, WORD = 3.5, 3.0, 1.5
"""What the category itself, a merchant's name and a word of the trade weigh."""
ENOUGH = 3.0
"""A weight that is not doubted for want of words."""


@dataclass(frozen=True)
class Guess:
    """A category, how much speaks for it (0 to 1), and the words that do."""

    category: ExpenseCategory
    score: float
    terms: list[str]

    @property
    def sure(self) -> bool:
        """Whether enough speaks for it."""
        return self.score >= SURE_FROM


def guess(description: str, merchant: str, amount: Decimal | None) -> Guess:
    """Return the category a transaction's words speak for, ``other`` when none is known."""
    weights: dict[ExpenseCategory, float] = defaultdict(float)
    found = _found(f" {_plain(merchant)} {_plain(description)} ")
    for term, category, weight in found:
        weights[category] += (weight + len(term) / 20) * _worth(category, amount)
    if not weights:
        return Guess(ExpenseCategory.OTHER, 0.0, [])
    if weights.keys() >= FUEL:  # a fuel stop's name does not say which fuel
        weights[ExpenseCategory.DIESEL] += weights.pop(ExpenseCategory.GAS)
    best = max(weights, key=lambda category: (weights[category], category.value))
    # The share of what speaks for anything, and how much that is at all.
    score = weights[best] / sum(weights.values()) * min(1.0, weights[best] / ENOUGH)
    return Guess(best, round(score, 2), [term for term, category, _ in found if category is best])


def _found(text: str) -> list[tuple[str, ExpenseCategory, float]]:
    """Return the words a text holds, in the singular or plural, without those that are part of a longer one."""
    there = [entry for entry in TERMS if f" {entry[0]} " in text or f" {entry[0]}s " in text]
    return [entry for entry in there if not any(entry[0] != other[0] and entry[0] in other[0] for other in there)]


def _worth(category: ExpenseCategory, amount: Decimal | None) -> float:
    """A few dollars at the pump are rarely fuel."""
    return 0.5 if category in FUEL and amount is not None and amount < SMALL_AT_THE_PUMP else 1.0


def _plain(text: str) -> str:
    """Return a text in small letters, all other signs made single spaces."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _terms() -> list[tuple[str, ExpenseCategory, float]]:
    own = {_plain(category.value): category for category in ExpenseCategory} | SYNONYMS
    said = [(word, category, SAID) for word, category in own.items() if category is not ExpenseCategory.OTHER]
    names = [(term, category, NAME) for category, terms in NAMES.items() for term in terms]
    known = {term for term, *_ in said}
    words = [(term, category, WORD) for category, terms in WORDS.items() for term in terms if term not in known]
    return [*names, *said, *words]


TERMS = _terms()
"""Every word with its category and weight, in small letters without signs."""
