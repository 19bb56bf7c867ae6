"""Money: decimal, two places, half up."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from pam_shared.money import Amount, Total, spoken, to_cents

pytestmark = pytest.mark.unit

AMOUNT = TypeAdapter(Amount)
IN_BOUNDS = st.decimals("0.01", "999999.99", places=2)


class Bill(BaseModel):
    amount: Amount
    total: Total


@given(IN_BOUNDS)
def test_every_amount_within_bounds_survives_json_to_the_cent(amount):
    """R-D4: as a string or as the float a model writes."""
    for given_as in (str(amount), float(amount), amount):
        bill = Bill(amount=given_as, total=amount)
        assert bill.amount == amount
        assert Bill.model_validate_json(bill.model_dump_json()) == bill


@pytest.mark.parametrize(
    "value",
    ["0", "0.00", "-0.01", "0.001", "0.015", 1.005, "1000000.00", "999999.991", "NaN", "-Infinity", "", "1,5", []],
)
def test_what_is_no_amount_is_refused(value):
    """R-D4: 0.01 to 999,999.99, never rounded in silence."""
    with pytest.raises(ValidationError):
        AMOUNT.validate_python(value)


@pytest.mark.parametrize("value", ["0.01", "999999.99", 1, 45.1, "1e3"])
def test_the_bounds_themselves_are_amounts(value):
    """R-D4: the smallest and the largest."""
    assert AMOUNT.validate_python(value) == Decimal(str(value))


@pytest.mark.parametrize(
    ("value", "cents"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("1.125", "1.13"), ("-0.005", "-0.01"), ("7", "7.00")],
)
def test_half_a_cent_is_rounded_away_from_zero(value, cents):
    """R-D4: half up, not to the even cent."""
    assert str(to_cents(Decimal(value))) == cents


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("1204.5", "$1,204.50"),
        ("0", "$0.00"),
        ("0.005", "$0.01"),
        ("-20", "-$20.00"),
        ("1234567.895", "$1,234,567.90"),
    ],
)
def test_an_amount_is_said_with_two_places_and_separators(value, sentence):
    """R-D4: what a member reads."""
    assert spoken(Decimal(value)) == sentence


def test_nothing_is_not_said_to_be_less_than_nothing():
    """R-D4: what rounds to zero has no sign."""
    assert spoken(Decimal("-0.001")) == "$0.00"


@given(st.decimals("-99999999", "99999999", places=4))
def test_what_is_said_is_what_is_meant(value):
    """R-D4: reading the sentence back gives the rounded amount."""
    assert Decimal(spoken(value).replace("$", "").replace(",", "")) == value.quantize(
        Decimal("0.01"), rounding=ROUND_HALF_UP
    )


def test_totals_may_be_negative_and_large_and_travel_as_strings():
    """R-D4: what was calculated has no bounds, and no float on the wire."""
    bill = Bill(amount="1", total="-12345678.9")
    assert bill.model_dump(mode="json") == {"amount": "1.00", "total": "-12345678.90"}
