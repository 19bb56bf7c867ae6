"""How large an object in an argument may be."""

from typing import Annotated, Any

import orjson
from pydantic import AfterValidator

KIB = 1024


def at_most(kib: int) -> AfterValidator:
    """Return a validator that refuses what is larger as JSON."""

    def check(value: Any) -> Any:
        size = len(orjson.dumps(value, default=str))
        if size > kib * KIB:
            raise ValueError(f"it is {size:,} bytes; at most {kib * KIB:,} are taken")
        return value

    return AfterValidator(check)


JsonObject = Annotated[dict[str, Any], at_most(16)]
"""An object of at most 16 KiB."""
