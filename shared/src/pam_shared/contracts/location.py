"""Where a member is, as their device says."""

from datetime import datetime

from pydantic import BaseModel, Field


class Fix(BaseModel, frozen=True):
    """A position in degrees (WGS 84), how exact it is in metres, and when it was taken."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    accuracy_m: float | None = Field(None, ge=0, allow_inf_nan=False)
    at: datetime
