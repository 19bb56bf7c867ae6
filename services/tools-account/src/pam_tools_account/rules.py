"""The rules of the shop and of model years. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pam_shared.errors import ConflictError, InvalidRequestError
from pam_shared.money import to_cents

CURRENCY: Literal["USD"] = "USD"
LARGEST_QUANTITY = 100
"""How many of one product a cart may hold."""

HUNDRED = Decimal(100)
NOTHING = Decimal("0.00")
ORDER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like a digit."""

ORDER_DIGITS = 6
ORDER_NUMBERS = len(ORDER_ALPHABET) ** ORDER_DIGITS
SCATTER = 692_846_257
"""Odd, so that multiplying by it modulo a power of two gives each serial a number of its own."""


@dataclass(frozen=True)
class Terms:
    """What the shop adds to the price of goods: tax in percent, and shipping, which is free from a subtotal on."""

    tax_percent: Decimal
    shipping: Decimal
    free_shipping_from: Decimal


@dataclass(frozen=True)
class Totals:
    """What a cart or an order costs."""

    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal


def totals(lines: Iterable[tuple[Decimal, int]], terms: Terms) -> Totals:
    """Return what lines of price and quantity cost. The tax is of the goods, rounded once, half up."""
    subtotal = sum((price * quantity for price, quantity in lines), NOTHING)
    tax = to_cents(subtotal * terms.tax_percent / HUNDRED)
    free = not subtotal or subtotal >= terms.free_shipping_from
    shipping = NOTHING if free else to_cents(terms.shipping)
    return Totals(subtotal, tax, shipping, subtotal + tax + shipping)


def check_left(name: str, left: int, wanted: int) -> None:
    """Raise ConflictError where a cart would hold more of a product than there are."""
    if not left:
        raise ConflictError(f"{name} is sold out.", code="sold_out")
    if wanted > left:
        raise ConflictError(
            f"quantity: only {left} x {name} are left, and your cart would hold {wanted}.", code="not_enough_left"
        )


def order_number(serial: int) -> str:
    """Return an order's number, such as ``PAM-7K3M9X``: short, different for the first 2**30, telling no count."""
    rest = serial * SCATTER % ORDER_NUMBERS
    digits = []
    for _ in range(ORDER_DIGITS):
        rest, digit = divmod(rest, len(ORDER_ALPHABET))
        digits.append(ORDER_ALPHABET[digit])
    return "PAM-" + "".join(reversed(digits))


def check_model_year(field: str, year: int | None, today: date) -> None:
    """Raise InvalidRequestError for a model year that is not sold yet."""
    if year is not None and year > today.year + 1:
        raise InvalidRequestError(f"{field}: {year} is too late; model years end with {today.year + 1}.")
