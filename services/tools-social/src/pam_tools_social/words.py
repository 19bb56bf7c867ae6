"""What members write: bounds, clean tags, and how it is quoted. Pure."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, HttpUrl, StringConstraints, TypeAdapter, WithJsonSchema

QUOTED = 80
"""Characters of somebody's words that are repeated in a sentence."""

_URL = TypeAdapter(HttpUrl)


def _clean(word: object) -> object:
    return word.strip().lstrip("#").strip().lower() if isinstance(word, str) else word


def _once(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _web_address(value: str) -> str:
    _URL.validate_python(value)
    return value


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Search = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Tag = Annotated[
    str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=50), WithJsonSchema({"type": "string"})
]
Tags = Annotated[list[Tag], AfterValidator(_once)]
"""Small letters, no number sign, each once."""

WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_web_address),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": 2000}),
]


def quoted(text: str) -> str:
    """Return somebody's words in quotation marks, on one line, cut where they are long."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= QUOTED else f'"{line[:QUOTED].rstrip()}…"'


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, such as ``1 like`` and ``3 likes``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
