"""The zone this machine is in."""

import os
from pathlib import Path

_LOCALTIME = Path("/etc/localtime")
_ZONES = "zoneinfo/"


def local_zone() -> str:
    """Return the IANA name of the machine's zone, or UTC where it cannot be told."""
    if given := os.environ.get("TZ"):
        return given.removeprefix(":")
    target = str(_LOCALTIME.resolve())
    return target.partition(_ZONES)[2] if _ZONES in target else "UTC"
