"""Units of measure and how they turn into each other. Exact until the last rounding. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

KM_PER_MILE = Decimal("1.609344")
LITERS_PER_GALLON = Decimal("3.785411784")
L_PER_100KM_OF_ONE_MPG = 100 * LITERS_PER_GALLON / KM_PER_MILE

LEAST_PLACES = 4
SIGNIFICANT = 6
HUNDRED = Decimal(100)


class Dimension(StrEnum):
    """What a unit measures."""

    DISTANCE = "distance"
    VOLUME = "volume"
    MASS = "mass"
    SPEED = "speed"
    TEMPERATURE = "temperature"
    CONSUMPTION = "fuel consumption"


@dataclass(frozen=True)
class Unit:
    """``value * factor + offset`` is the value in the dimension's first unit; if ``inverse``, ``factor / value`` is."""

    name: str
    dimension: Dimension
    factor: Decimal
    offset: Decimal = Decimal(0)
    inverse: bool = False
    words: tuple[str, ...] = ()

    def to_first(self, value: Decimal) -> Decimal:
        """Return the value in the dimension's first unit."""
        return self.factor / value if self.inverse else value * self.factor + self.offset

    def from_first(self, value: Decimal) -> Decimal:
        """Return a value of the dimension's first unit in this one."""
        return self.factor / value if self.inverse else (value - self.offset) / self.factor


def _unit(name: str, dimension: Dimension, factor: str | Decimal, *words: str) -> Unit:
    return Unit(name, dimension, Decimal(factor), words=words)


_D, _V, _M, _S = Dimension.DISTANCE, Dimension.VOLUME, Dimension.MASS, Dimension.SPEED
_FAHRENHEIT_STEP = Decimal(5) / Decimal(9)

UNITS = (
    _unit("meters", _D, "1", "m", "meter", "metre", "metres"),
    _unit("kilometers", _D, "1000", "km", "kms", "kilometer", "kilometre", "kilometres"),
    _unit("centimeters", _D, "0.01", "cm", "centimeter", "centimetre", "centimetres"),
    _unit("miles", _D, "1609.344", "mi", "mile"),
    _unit("yards", _D, "0.9144", "yd", "yard"),
    _unit("feet", _D, "0.3048", "ft", "foot", "'"),
    _unit("inches", _D, "0.0254", "in", "inch", '"'),
    _unit("liters", _V, "1", "l", "liter", "litre", "litres"),
    _unit("milliliters", _V, "0.001", "ml", "milliliter", "millilitre", "millilitres"),
    _unit("gallons", _V, LITERS_PER_GALLON, "gal", "gallon", "us gallon", "us gallons"),
    _unit("imperial gallons", _V, "4.54609", "imperial gallon", "uk gallon", "uk gallons"),
    _unit("quarts", _V, "0.946352946", "qt", "quart"),
    _unit("pints", _V, "0.473176473", "pt", "pint"),
    _unit("cups", _V, "0.2365882365", "cup"),
    _unit("fluid ounces", _V, "0.0295735295625", "fl oz", "fluid ounce"),
    _unit("kilograms", _M, "1", "kg", "kgs", "kilo", "kilos", "kilogram"),
    _unit("grams", _M, "0.001", "g", "gram"),
    _unit("pounds", _M, "0.45359237", "lb", "lbs", "pound"),
    _unit("ounces", _M, "0.028349523125", "oz", "ounce"),
    _unit("tons", _M, "907.18474", "ton", "short ton", "short tons", "us ton", "us tons"),
    _unit("tonnes", _M, "1000", "t", "tonne", "metric ton", "metric tons"),
    _unit("km/h", _S, "1", "kmh", "kph", "kilometers per hour", "kilometres per hour"),
    _unit("mph", _S, KM_PER_MILE, "miles per hour"),
    _unit("m/s", _S, "3.6", "meters per second", "metres per second"),
    _unit("knots", _S, "1.852", "kn", "kt", "knot"),
    Unit("°C", Dimension.TEMPERATURE, Decimal(1), words=("c", "celsius", "centigrade", "degrees celsius")),
    Unit(
        "°F",
        Dimension.TEMPERATURE,
        _FAHRENHEIT_STEP,
        -32 * _FAHRENHEIT_STEP,
        words=("f", "fahrenheit", "degrees fahrenheit"),
    ),
    Unit("K", Dimension.TEMPERATURE, Decimal(1), Decimal("-273.15"), words=("kelvin",)),
    _unit("km/l", Dimension.CONSUMPTION, "1", "kilometers per liter", "kilometres per litre"),
    _unit("mpg", Dimension.CONSUMPTION, KM_PER_MILE / LITERS_PER_GALLON, "miles per gallon", "us mpg"),
    _unit("imperial mpg", Dimension.CONSUMPTION, KM_PER_MILE / Decimal("4.54609"), "uk mpg"),
    Unit(
        "l/100km",
        Dimension.CONSUMPTION,
        HUNDRED,
        inverse=True,
        words=("l/100 km", "liters per 100 km", "litres per 100 km", "liters per 100 kilometers"),
    ),
)
ABSOLUTE_ZERO = Decimal("-273.15")
_BY_WORD = {word: unit for unit in UNITS for word in (unit.name.lower(), *unit.words)}


def unit_called(word: str) -> Unit | None:
    """Return the unit of a name, sign or abbreviation, or None when it is none."""
    return _BY_WORD.get(word.strip().lower().lstrip("°"))


def convert(value: Decimal, given: Unit, wanted: Unit) -> Decimal:
    """Turn a value into another unit of the same dimension, rounded half up to at least four places.

    Raises ValueError where there is no such value: a mixed dimension, below nothing, or below absolute zero.
    """
    if given.dimension is not wanted.dimension:
        raise ValueError(f"{given.name} measure {given.dimension}, {wanted.name} {wanted.dimension}")
    if given.dimension is Dimension.TEMPERATURE:
        if given.to_first(value) < ABSOLUTE_ZERO:
            raise ValueError("there is no temperature below absolute zero, -273.15 °C")
    elif value < 0:
        raise ValueError(f"a {given.dimension} is not negative")
    elif value == 0 and given.dimension is Dimension.CONSUMPTION:
        raise ValueError("a fuel consumption of zero is none")
    return rounded(wanted.from_first(given.to_first(value)))


def rounded(value: Decimal) -> Decimal:
    """Round half up to four places, or to six significant digits where that is finer, without trailing zeros."""
    places = max(LEAST_PLACES, SIGNIFICANT - 1 - value.adjusted()) if value else 0
    whole = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP).normalize()
    return whole if whole.as_tuple().exponent <= 0 else whole.quantize(Decimal(1))  # type: ignore[operator]


def formula(given: Unit, wanted: Unit) -> str:
    """Say how one unit turns into the other."""
    if given is wanted:
        return f"{given.name} = {wanted.name}"
    if given.inverse or wanted.inverse:
        return f"{wanted.name} = {rounded(wanted.from_first(given.to_first(Decimal(1))))} / {given.name}"
    slope = rounded(given.factor / wanted.factor)
    shift = rounded((given.offset - wanted.offset) / wanted.factor)
    sign = "+" if shift > 0 else "-"
    return f"{wanted.name} = {given.name} * {slope}" + (f" {sign} {abs(shift)}" if shift else "")


def l_per_100km(mpg: Decimal) -> Decimal:
    """Return litres per 100 km of miles per US gallon, to two places; the way back is the same."""
    return (L_PER_100KM_OF_ONE_MPG / mpg).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
