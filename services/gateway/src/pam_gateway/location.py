"""Where a member is, as clients of every age say it in a message's context. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from pam_shared.contracts.location import Fix

NAMES = ("location", "userLocation", "user_location")
"""In a context, the newest client's first."""


class _Reported(BaseModel):
    """A position as a browser reports it: degrees, metres, and milliseconds or an ISO 8601 time."""

    latitude: float = Field(validation_alias=AliasChoices("latitude", "lat"))
    longitude: float = Field(validation_alias=AliasChoices("longitude", "lng"))
    accuracy: float | None = None
    timestamp: datetime | None = None


def fix_in(context: Mapping[str, Any] | None, now: datetime) -> Fix | None:
    """Return where the member is by the first valid position in a context, or None.

    One without a time is of ``now``, and so is one from the future: its clock is wrong, not its place. A time without
    a zone is UTC.
    """
    fixes = (_fix(context[name], now) for name in NAMES if name in context) if context else iter(())
    return next((fix for fix in fixes if fix is not None), None)


def _fix(reported: object, now: datetime) -> Fix | None:
    try:
        position = _Reported.model_validate(reported)
        taken = position.timestamp or now
        at = min(taken if taken.tzinfo else taken.replace(tzinfo=UTC), now)
        return Fix(latitude=position.latitude, longitude=position.longitude, accuracy_m=position.accuracy, at=at)
    except ValidationError:
        return None
