"""What volunteers write into OpenStreetMap's tags: lengths, weights, prices, yes and no. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from pam_tools_trip.external.geography import FEET_PER_METRE, POUNDS_PER_TONNE

_FEET = re.compile(r"(\d+)\s*(?:'|ft|feet)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in|inches)?)?")
_METRES = re.compile(r"(\d+(?:\.\d+)?)\s*(?:m|metres|meters)?")
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)\s*(t|st|lbs|lb|kg)?")
_CHARGE = re.compile(r"(?:US|CA)?\$?\s*(\d+(?:[.,]\d{1,2})?)\s*(USD|CAD|MXN|EUR|\$|€)?")
INCHES_PER_FOOT = 12
POUNDS = {
    "t": POUNDS_PER_TONNE,
    "st": 2000.0,
    "lbs": 1.0,
    "lb": 1.0,
    "kg": POUNDS_PER_TONNE / 1000,
    None: POUNDS_PER_TONNE,
}
YES = {"yes", "designated", "leashed", "wlan", "only", "customers", "wifi"}
NO = {"no", "none"}


def said(tags: Mapping[str, str], *keys: str) -> bool | None:
    """Return yes if any of the tags says so, no if none does and one says no; None: nobody wrote anything down."""
    values = [tags[key].casefold() for key in keys if key in tags]
    if any(value in YES or value.isdigit() for value in values):
        return True
    return False if any(value in NO for value in values) else None


def feet(value: str | None) -> float | None:
    """Return a length such as ``13'6"``, ``4.1`` or ``4.1 m`` in feet; None for anything else, as ``default``."""
    text = (value or "").strip().casefold()
    if match := _FEET.fullmatch(text):
        return round(int(match[1]) + float(match[2] or 0) / INCHES_PER_FOOT, 2)
    match = _METRES.fullmatch(text)
    return round(float(match[1]) * FEET_PER_METRE, 2) if match else None


def pounds(value: str | None) -> float | None:
    """Return a weight such as ``10``, ``10 t``, ``5 st`` or ``20000 lbs`` in pounds; None for anything else."""
    match = _WEIGHT.fullmatch((value or "").strip().casefold())
    return round(float(match[1]) * POUNDS[match[2]]) if match else None


def charge(value: str | None) -> tuple[Decimal, str] | None:
    """Return a price such as ``35 USD`` or ``$35`` with its currency, US dollars if it names none; None otherwise."""
    match = _CHARGE.match((value or "").strip())
    if match is None:
        return None
    try:
        amount = Decimal(match[1].replace(",", "."))
    except InvalidOperation:
        return None
    currency = {"$": "USD", "€": "EUR"}.get(match[2] or "$", match[2])
    return amount, currency or "USD"


def address(tags: Mapping[str, str]) -> str | None:
    """Return the address in the tags, as it is written on a letter."""
    street = " ".join(tags[key] for key in ("addr:housenumber", "addr:street") if key in tags)
    parts = (street, tags.get("addr:city"), tags.get("addr:state"))
    return tags.get("addr:full") or ", ".join(part for part in parts if part) or None
