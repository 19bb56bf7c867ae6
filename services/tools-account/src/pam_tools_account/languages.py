"""The languages that can be set: ISO 639-1, with a country where it matters. Pure."""

import re

from pam_shared.errors import InvalidRequestError

SHAPE = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?")
CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(CODES.split())


def language_code(given: str) -> str:
    """Return a language as it is written, such as ``en`` or ``en-US``. Raises InvalidRequestError for what is none."""
    shape = SHAPE.fullmatch(given)
    if not shape or shape[1].lower() not in LANGUAGES:
        raise InvalidRequestError(f"language: {given!r} is no language code; use one such as en, es or fr-CA.")
    return shape[1].lower() + (f"-{shape[2].upper()}" if shape[2] else "")
