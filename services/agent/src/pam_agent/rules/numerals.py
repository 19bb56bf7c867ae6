"""Numbers written as words, and numbers with the unit they measure. Pure."""

import re

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_SMALL = {word: n for n, word in enumerate(f"{_UNITS} eighteen nineteen".split(), start=1)}
_TENS = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)
}
_LARGE = {"hundred": 100, "thousand": 1000}
_WORD = "|".join([*_SMALL, *_TENS, *_LARGE])
_RUN = re.compile(rf"\b(?:a (?=hundred|thousand))?(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*\b", re.IGNORECASE)
_TEN = 10
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"


def in_digits(text: str) -> str:
    """Return the text with its numbers in digits; "one" alone stays, for it is seldom a number."""
    return _RUN.sub(lambda run: run[0] if _is_word(run) else _figure(run[0]), text)


def number(text: str) -> int | float:
    """Return a written number, whole where it is."""
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def measured(text: str, unit: str) -> int | float | None:
    """Return the first number that stands before a unit, which is a regular expression."""
    found = re.search(rf"(?<![\w.]){_NUMBER}(?P<thousand>k\b)?[\s-]*(?:{unit})\b", text, re.IGNORECASE)
    return number(found["number"]) * (1000 if found["thousand"] else 1) if found else None


def labelled(text: str, label: str) -> int | float | None:
    """Return the first number that stands behind a label, which is a regular expression."""
    found = re.search(
        rf"\b(?:{label})\W*(?:(?:is|was|at|of|to|reads?|reading|shows?|showing|says|stands at|now|hit)\W+)"
        rf"{{0,2}}{_NUMBER}",
        text,
        re.IGNORECASE,
    )
    return number(found["number"]) if found else None


def _is_word(run: re.Match[str]) -> bool:
    """Whether it is "one" alone, or part of a name."""
    return run[0].lower() == "one" or (run.start() > 0 and run[0][0].isupper())


def _figure(run: str) -> str:
    """Return a run of number words in digits: "twenty three ninety nine" is a price; what means nothing stays."""
    words = re.findall(r"[a-z]+", run.lower())
    starts = [n for n, word in enumerate(words) if n and _starts_anew(words[n - 1], word)]
    if not starts:
        return str(_value(words))
    whole, cents = words[: starts[0]], words[starts[0] :]
    is_price = len(starts) == 1 and not _LARGE.keys() & {*words} and min(_value(whole), _value(cents)) >= _TEN
    return f"{_value(whole)}.{_value(cents)}" if is_price else run


def _starts_anew(before: str, word: str) -> bool:
    """Whether a number word cannot go on with the number before it."""
    if word in _LARGE or before in _LARGE or word == "and" or before == "and":
        return False
    return not (before in _TENS and _SMALL.get(word, _TEN) < _TEN)


def _value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word in _LARGE:
            part = max(part, 1) * _LARGE[word]
            total, part = (total + part, 0) if word == "thousand" else (total, part)
        else:
            part += _SMALL.get(word, 0) or _TENS.get(word, 0)
    return total + part
