"""The words of a sentence, made comparable: stems, typing errors mended, and the notions they stand for. Pure."""

import re
from functools import lru_cache

from pam_agent.rules.lexicon import ASKED, COMMON, NOTIONS

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?", re.IGNORECASE)
_SHAPE = re.compile(rf"(?P<number>\d[\d.,]*k?\b)|{_TOKEN.pattern}|:(?= )", re.IGNORECASE)
_TYPO_MIN = 5
_SHORT = 4


_SPELT_OUT = [
    (re.compile(rf"\b({words}) {verb}\b", re.IGNORECASE), rf"\1{short}")
    for words, verb, short in (
        ("what|where|who|how|when|that|it|there|here|he|she", "is", "'s"),
        ("i", "am", "'m"),
        ("we|you|they", "are", "'re"),
        ("i|we|you|they", "have", "'ve"),
        ("i|we|you|he|she|it|they", "will", "'ll"),
        ("i|we|you|they", "would", "'d"),
        ("do|does|did|is|are|was|were|has|have|had|could|should|would", "not", "n't"),
    )
]


_VERBS = "do", "does", "did", "is", "are", "was", "were", "wo", "ca", "have", "has", "could", "should", "would"
_ABBREVIATED = {
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tonite": "tonight",
    "u": "you",
    "ur": "your",
    "r": "are",
    "im": "i'm",
    "ive": "i've",
    "pls": "please",
    "plz": "please",
    "msg": "message",
    "msgs": "messages",
    "appt": "appointment",
    "appts": "appointments",
    "maint": "maintenance",
    "wk": "week",
    "yr": "year",
    "hrs": "hours",
    "eom": "end of month",
    "rn": "right now",
    "whats": "what's",
    "wheres": "where's",
    "hows": "how's",
    "whos": "who's",
} | {f"{verb}nt": f"{verb}n't" for verb in _VERBS}
_ABBREVIATION = re.compile(rf"\b(?:{'|'.join(_ABBREVIATED)})\b(?!')")


@lru_cache(maxsize=512)
def contracted(text: str) -> str:
    """Return a text with "what is" and the like as "what's", and "dont" as "don't": each is the same words then."""
    text = _ABBREVIATION.sub(lambda short: _ABBREVIATED[short[0]], text.replace("\u2019", "'"))
    for spelt_out, short in _SPELT_OUT:
        text = spelt_out.sub(short, text)
    return text


def stem(word: str) -> str:
    """Return what a word shares with its other forms; no dictionary, so it need not be a word."""
    if word.isdigit():
        return word
    word = word.removesuffix("'s")
    for ending, least, instead in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, "e"), ("s", 4, "")):
        if word.endswith(ending) and len(word) >= least and not word.endswith(("ss", "us", "is")):
            word = word.removesuffix(ending) + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":  # noqa: PLR2004 - "planned", not "add"
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word  # noqa: PLR2004 - "the" stays


def stems_in(text: str) -> list[str]:
    """Return the stems of a text's words in their order, with their typing errors mended."""
    tokens = _TOKEN.finditer(contracted(text))
    return [_stem_of(token[0].lower(), is_name=_is_name(token)) for token in tokens]


def shapes_in(text: str) -> list[str]:
    """Return the stems of a text's words, ``#`` for numbers, ``Name`` for names behind the first word, and colons."""
    return [_shape(token) for token in _SHAPE.finditer(contracted(text))]


def _shape(token: re.Match[str]) -> str:
    if token["number"]:
        return "#"
    is_name = _is_name(token)
    return "Name" if is_name and not token[0].isupper() else _stem_of(token[0].lower(), is_name=is_name)


@lru_cache(maxsize=256)
def notions_in(text: str) -> frozenset[str]:
    """Return the notions a text names by its words and phrases, with their typing errors mended."""
    stems = stems_in(text)
    joined = f" {' '.join(stems)} "
    words = {notion for each in stems for notion in _WORDS.get(each, ())}
    exact = {notion for token in _TOKEN.findall(text.lower()) for notion in _EXACT.get(token, ())}
    return frozenset(
        words
        | exact
        | {notion for first in set(stems) for phrase, notion in _PHRASES.get(first, ()) if phrase in joined}
    )


def own_name(name: str) -> str:
    """Return what is written like a name without the words before it that mean something; "" where nothing is left."""
    words = [word for word in name.split() if word != "RV"]
    while words and stem(words[0].lower()) in _WORDS:
        words = words[1:]
    return "" if len(words) == 1 and stem(words[0].lower()) in _PLAIN else " ".join(words)


def mended(text: str) -> str:
    """Return a text with the words in it that are typing errors of known ones put right."""
    return _TOKEN.sub(lambda token: _known(token[0].lower(), is_name=_is_name(token)) or token[0], text)


def _is_name(token: re.Match[str]) -> bool:
    return token.start() > 0 and token[0][0].isupper()


@lru_cache(maxsize=4096)
def _stem_of(token: str, *, is_name: bool) -> str:
    """Return a token's stem, or that of the known word it is a typing error of."""
    return stem(_known(token, is_name=is_name) or token)


@lru_cache(maxsize=4096)
def _known(token: str, *, is_name: bool) -> str | None:
    """Return the known word a token is a typing error of; names have none."""
    own = stem(token)
    if is_name or own in _WORDS or own in _COMMON or token in _EXACT or len(token) < _SHORT or not token.isalpha():
        return None
    near = {
        known
        for part in ({token} | _cuts(token) if len(token) >= _TYPO_MIN else {token})
        for known in _CUT.get(part, ())
    }
    fitting = sorted(known for known in near if known[0] == token[0])
    return fitting[0] if fitting else None


def _cuts(word: str) -> set[str]:
    """Return the word without one letter, for each letter: two words that share one are a typing error apart."""
    return {word[:n] + word[n + 1 :] for n in range(len(word))}


def _index() -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, list[tuple[str, str]]], dict[str, set[str]]]:
    words: dict[str, set[str]] = {}
    exact: dict[str, set[str]] = {}
    phrases: dict[str, list[tuple[str, str]]] = {}
    cut: dict[str, set[str]] = {}
    for notion, told in NOTIONS.items():
        for word in told:
            if " " in word:
                stems = [*map(stem, contracted(word).split())]
                phrases.setdefault(stems[0], []).append((f" {' '.join(stems)} ", notion))
            elif word.startswith("="):
                exact.setdefault(word[1:], set()).add(notion)
            else:
                words.setdefault(stem(word), set()).add(notion)
                if len(word) >= _TYPO_MIN:
                    for part in {word} | _cuts(word):
                        cut.setdefault(part, set()).add(word)
    return words, exact, phrases, cut


_WORDS, _EXACT, _PHRASES, _CUT = _index()
_PLAIN = {stem(word) for word in COMMON}
_COMMON = _PLAIN | {
    stem(word)
    for word in {
        *_TOKEN.findall(" ".join(sentence for said in ASKED.values() for sentence in said).lower()),
        *(word for told in NOTIONS.values() for phrase in told for word in phrase.strip("=").split()),
    }
}
