"""Units: exact factors, both ways, and what is no measure."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.errors import InvalidRequestError
from pam_tools_trip.tools.convert_units import convert_units
from pam_tools_trip.units import UNITS, convert, formula, l_per_100km, unit_called

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "given", "wanted", "result"),
    [
        ("36", "gallon", "litre", "136.2748"),
        ("1", "mile", "km", "1.60934"),
        ("13.17", "ft", "m", "4.01422"),
        ("212", "F", "C", "100"),
        ("-40", "°F", "celsius", "-40"),
        ("0", "K", "°C", "-273.15"),
        ("10", "mpg", "l/100km", "23.5215"),
        ("20", "L/100km", "MPG", "11.7607"),
        ("10000", "lbs", "tons", "5"),
        ("100", "km/h", "mph", "62.1371"),
        ("1", "ml", "gallons", "0.000264172"),
        ("1000000", "miles", "km", "1609344"),
        ("0", "miles", "km", "0"),
    ],
)
def test_a_measure_keeps_its_size_in_another_unit(value, given, wanted, result):
    """R-T1: known pairs, to six digits."""
    assert convert(Decimal(value), unit_called(given), unit_called(wanted)) == Decimal(result)


@given(
    value=st.decimals("0.01", "100000", places=2),
    pair=st.sampled_from([(a, b) for a in UNITS for b in UNITS if a.dimension is b.dimension]),
)
def test_there_and_back_is_the_same_measure(value, pair):
    """R-T5: to a ten-thousandth, whichever way."""
    there = convert(value, *pair)
    if there:
        back = convert(there, *reversed(pair))
        step = Decimal("0.0001") * max(1, abs(pair[1].to_first(there) / value))
        assert abs(back - value) <= max(abs(value) * Decimal("0.0005"), step)


@pytest.mark.parametrize(
    ("value", "given", "wanted", "fault"),
    [
        ("1", "miles", "liters", "miles measure distance, liters volume"),
        ("-5", "miles", "km", "a distance is not negative"),
        ("-500", "F", "C", "no temperature below absolute zero"),
        ("0", "mpg", "l/100km", "zero"),
    ],
)
def test_what_is_no_measure_is_refused_with_a_reason(value, given, wanted, fault):
    """R-T5: sanity rules."""
    with pytest.raises(ValueError, match=fault):
        convert(Decimal(value), unit_called(given), unit_called(wanted))


def test_every_unit_can_be_named_in_any_case():
    """R-T1: names, signs and abbreviations."""
    for unit in UNITS:
        for word in (unit.name, *unit.words):
            assert unit_called(f" {word.upper()} ") is unit, word
    assert unit_called("furlong") is None


def test_a_formula_says_how():
    """R-T1: for scale, shift and quotient."""
    assert formula(unit_called("miles"), unit_called("km")) == "kilometers = miles * 1.60934"
    assert formula(unit_called("C"), unit_called("F")) == "°F = °C * 1.8 + 32"
    assert formula(unit_called("mpg"), unit_called("l/100km")) == "l/100km = 235.2146 / mpg"


@given(st.decimals("1", "100", places=2))
def test_consumption_goes_both_ways(mpg):
    """R-D4: mpg and l/100 km are each other's reciprocal."""
    assert abs(l_per_100km(l_per_100km(mpg)) - mpg) <= mpg * mpg * Decimal("0.005") / 235 + Decimal("0.01")


async def test_the_answer_is_a_sentence():
    """R-T1: "how many litres is 36 gallons?"."""
    args = convert_units.input_model(value=36, from_unit="gallon", to_unit="litre")
    result = await convert_units(None, args)
    assert (result.value, result.unit) == (Decimal("136.2748"), "liters")
    assert result.message == "36 gallons are 136.2748 liters."
    with pytest.raises(InvalidRequestError, match="from_unit: I know no unit 'furlongs'"):
        await convert_units(None, convert_units.input_model(value=1, from_unit="furlongs", to_unit="m"))
    with pytest.raises(InvalidRequestError, match="to_unit: pounds measure mass"):
        await convert_units(None, convert_units.input_model(value=1, from_unit="lb", to_unit="m"))
