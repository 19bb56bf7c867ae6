"""The notions rules are made of, and the words members use for them, read from the files beside this one.

In ``notions.txt`` words count in all their forms, phrases as they stand, and ``=word`` counts in this form alone. The
files in ``asked`` hold, for each tool and for no tool (``none``), sentences members ask for it with. The words of
those, and of ``common_words.txt``, are never taken for a typing error of another. ``expense_words.txt`` holds what
money is spent on by category, beside the words the tools' schemas have.
"""

import hashlib
from importlib.resources import files

_FILES = files("pam_agent.rules")


def _read(text: str, between: str) -> dict[str, list[str]]:
    lines = text.replace("\n    ", " ").splitlines()
    parted = (line.partition(": ") for line in lines)
    return {name: [entry.strip() for entry in entries.split(between)] for name, _, entries in parted}


NOTIONS = _read((_FILES / "notions.txt").read_text(), ",")
EXPENSES = _read((_FILES / "expense_words.txt").read_text(), ",")
ASKED = {
    tool: sentences
    for file in sorted((_FILES / "asked").iterdir(), key=lambda file: file.name)
    for tool, sentences in _read(file.read_text(), " | ").items()
}
EXAMPLES = hashlib.sha256(repr((sorted(NOTIONS.items()), sorted(ASKED.items()))).encode()).hexdigest()
"""What tells one set of notions and examples from another."""
COMMON = (_FILES / "common_words.txt").read_text().split()
