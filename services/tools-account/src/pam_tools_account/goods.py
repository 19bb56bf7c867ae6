"""Goods, carts and orders as they are answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from pam_shared.money import Total
from pam_tools_account.queries.products import Line, Product
from pam_tools_account.rules import CURRENCY, Terms, totals


class Good(BaseModel):
    """Something on sale; without ratings its rating is null."""

    id: UUID
    name: str
    description: str
    category: str
    price: Total
    currency: Literal["USD"] = CURRENCY
    rating: float | None
    sample: bool

    @classmethod
    def of(cls, product: Product) -> "Good":
        """Return a product as it is answered."""
        return cls.model_validate(product, from_attributes=True)


class CartItem(BaseModel):
    """A line of the cart; ``in_stock`` tells whether as many are there."""

    product_id: UUID
    name: str
    quantity: int
    price: Total
    line_total: Total
    in_stock: bool

    @classmethod
    def of(cls, line: Line) -> "CartItem":
        """Return a line as it is answered."""
        return cls(
            product_id=line.product_id,
            name=line.name,
            quantity=line.quantity,
            price=line.price,
            line_total=line.price * line.quantity,
            in_stock=line.active and line.quantity <= line.inventory_count,
        )


class Costs(BaseModel):
    """What goods cost together, in US dollars."""

    subtotal: Total
    tax: Total
    shipping: Total
    total: Total

    @classmethod
    def of(cls, lines: list[Line], terms: Terms) -> "Costs":
        """Return what lines cost on the shop's terms."""
        return cls(**vars(totals([(line.price, line.quantity) for line in lines], terms)))


class PlacedOrder(Costs):
    """An order as it stands."""

    id: UUID
    order_number: str
    status: str
    payment_status: str
    created_at: datetime
    sample: bool


class Tracking(BaseModel):
    """Where an order is; ``carrier`` and the like are null until a carrier has it."""

    status: str
    carrier: str | None
    tracking_number: str | None
    estimated_delivery: date | None
