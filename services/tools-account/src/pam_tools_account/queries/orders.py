"""The SQL of orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_account.queries.products import Line
from pam_tools_account.rules import Totals, order_number


@dataclass(frozen=True)
class Order:
    """An order as it stands; ``carrier`` and the like are there once a carrier has it."""

    id: UUID
    order_number: str
    status: str
    payment_status: str
    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    carrier: str | None
    tracking_number: str | None
    estimated_delivery: date | None
    sample: bool
    created_at: datetime


async def place_order(
    db: Connection,
    user: UUID,
    lines: Iterable[Line],
    costs: Totals,
    payment_method_id: str | None,
    shipping_address_id: str | None,
) -> Order:
    """Write an order and its lines down, under a number of its own."""
    bought = list(lines)
    number = order_number(await db.fetchval("select nextval('shop_order_serials')"))
    row = await db.fetchrow(
        "insert into shop_orders (user_id, order_number, payment_method_id, shipping_address_id, subtotal, tax,"
        " shipping, total, sample) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id, order_number, status,"
        " payment_status, subtotal, tax, shipping, total, carrier, tracking_number, estimated_delivery, sample,"
        " created_at",
        user,
        number,
        payment_method_id,
        shipping_address_id,
        costs.subtotal,
        costs.tax,
        costs.shipping,
        costs.total,
        any(line.sample for line in bought),
    )
    await db.executemany(
        "insert into order_items (user_id, order_id, product_id, name, quantity, price_at_purchase)"
        " values ($1, $2, $3, $4, $5, $6)",
        [(user, row["id"], line.product_id, line.name, line.quantity, line.price) for line in bought],
    )
    return Order(**row)


async def find_order(db: Connection, user: UUID, order_id: UUID | None, number: str | None) -> Order | None:
    """Return the member's newest order, or the one with this id and number where given."""
    row = await db.fetchrow(
        "select id, order_number, status, payment_status, subtotal, tax, shipping, total, carrier, tracking_number,"
        " estimated_delivery, sample, created_at from shop_orders where user_id = $1 and ($2::uuid is null or id = $2)"
        " and ($3::text is null or order_number = upper($3)) order by created_at desc, id desc limit 1",
        user,
        order_id,
        number,
    )
    return Order(**row) if row else None


async def count_orders(db: Connection, user: UUID, since: datetime) -> int:
    """Return how many orders the member has placed since a moment."""
    count: int = await db.fetchval(
        "select count(*) from shop_orders where user_id = $1 and created_at >= $2", user, since
    )
    return count
