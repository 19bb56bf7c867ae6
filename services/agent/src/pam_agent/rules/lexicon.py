"""The notions rules are made of, and the words members use for them, read from the files beside this one.

In ``notions.txt`` words count in all their forms, phrases as they stand, and ``=word`` counts in this form alone.
``common_words.txt`` holds words that are never taken for a typing error of another.
"""

from importlib.resources import files

_FILES = files("pam_agent.rules")


def _read_notions(text: str) -> dict[str, list[str]]:
    lines = text.replace("\n    ", " ").splitlines()
    parted = (line.partition(": ") for line in lines)
    return {notion: [word.strip() for word in words.split(",")] for notion, _, words in parted}


NOTIONS = _read_notions((_FILES / "notions.txt").read_text())
COMMON = (_FILES / "common_words.txt").read_text().split()
