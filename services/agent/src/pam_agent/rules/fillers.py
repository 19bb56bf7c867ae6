"""What is said while thinking, and before anything is said: "um", "hey Pam", "okay so". Pure."""

import re

_HESITATION = re.compile(r"(?<![\w'.-])(?:[Uu]+[mh]+|[Ee]rm?|[Hh]mm+)\b(?![-'])[,.]*\s+(?=\w)")
_LEAD = re.compile(
    r"^\W*(?:(?:(?:hey|hi)(?: there|(?! there))|ok|okay|alright|so(?! (?:far|much|many|long)\b)|well(?! done)|oh|yo"
    r"|pam)\b[,.!]*\s+)+"
    r"(?=\S+\s+\S)",
    re.IGNORECASE,
)


def fluent(text: str) -> str:
    """Return a message without the words its speaker was only thinking with; one of a single word stays."""
    return _LEAD.sub("", _HESITATION.sub("", text))
