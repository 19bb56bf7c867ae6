"""Measures as they are said to a member."""

_INCHES = 12


def spoken_feet(value: float) -> str:
    """Return a length in feet as feet and whole inches: 12.67 is ``12 ft 8 in``, 34.0 is ``34 ft``."""
    feet, inches = divmod(round(value * _INCHES), _INCHES)
    return f"{feet} ft {inches} in" if inches else f"{feet} ft"
