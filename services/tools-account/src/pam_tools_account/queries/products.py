"""The SQL of the catalogue and of carts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection


@dataclass(frozen=True)
class Product:
    """Something on sale. A ``sample`` was made up for trying PAM out."""

    id: UUID
    name: str
    description: str
    category: str
    price: Decimal
    rating: float | None
    inventory_count: int
    external_url: str | None
    sample: bool


@dataclass(frozen=True)
class Line:
    """A line of a cart, at today's price; ``active`` unless the product was withdrawn."""

    product_id: UUID
    name: str
    quantity: int
    price: Decimal
    inventory_count: int
    sample: bool
    active: bool = True

    @classmethod
    def of(cls, product: Product, quantity: int) -> "Line":
        """Return the line of a product that is on sale."""
        return cls(
            product_id=product.id,
            name=product.name,
            quantity=quantity,
            price=product.price,
            inventory_count=product.inventory_count,
            sample=product.sample,
        )


@dataclass(frozen=True)
class Search:
    """What is looked for: words in any form, bounds on price and rating."""

    query: str
    category: str | None
    max_price: Decimal | None
    min_rating: float | None
    limit: int


async def search(db: Connection, wanted: Search, *, every_word: bool) -> list[Product]:
    """Return the shop's goods with every word, or with any, the best match first."""
    rows = await db.fetch(
        "select id, name, description, category, price, rating::float8, inventory_count, external_url, sample"
        " from shop_products, lateral (select case when $6 then plainto_tsquery('english', $1)"
        " else replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery end as words) as asked"
        " where type = 'shop' and status = 'active' and search @@ words and ($2::text is null or category = lower($2))"
        " and ($3::numeric is null or price <= $3) and ($4::float8 is null or rating::float8 >= $4)"
        " order by ts_rank(search, words) desc, rating desc nulls last, id limit $5",
        wanted.query,
        wanted.category,
        wanted.max_price,
        wanted.min_rating,
        wanted.limit,
        every_word,
    )
    return [Product(**row) for row in rows]


async def categories(db: Connection) -> list[str]:
    """Return the categories of the shop's goods, by name."""
    rows = await db.fetch(
        "select distinct category from shop_products where type = 'shop' and status = 'active' order by category"
    )
    return [row["category"] for row in rows]


async def affiliate_products(
    db: Connection, user: UUID, vehicle_type: str | None, region: str | None, limit: int
) -> list[Product]:
    """Return affiliates' goods for a vehicle and region, the most particular first; not what the member has bought."""
    rows = await db.fetch(
        "select id, name, description, category, price, rating::float8, inventory_count, external_url, sample"
        " from shop_products p where type = 'affiliate' and status = 'active'"
        " and (vehicle_types = '{}' or $2 = any(vehicle_types))"
        " and (available_regions = '{}' or $3 = any(available_regions))"
        " and not exists (select from affiliate_sales s where s.user_id = $1 and s.product_id = p.id)"
        " order by available_regions = '{}', vehicle_types = '{}', rating desc nulls last, id limit $4",
        user,
        vehicle_type,
        region,
        limit,
    )
    return [Product(**row) for row in rows]


async def shop_product(db: Connection, product_id: UUID) -> Product | None:
    """Return one of the shop's goods, or None where the shop has none such."""
    row = await db.fetchrow(
        "select id, name, description, category, price, rating::float8, inventory_count, external_url, sample"
        " from shop_products where id = $1 and type = 'shop' and status = 'active'",
        product_id,
    )
    return Product(**row) if row else None


async def put_in_cart(db: Connection, user: UUID, product_id: UUID, quantity: int) -> tuple[int, bool]:
    """Add to the cart; return how many there are of it now, and whether it is new there."""
    row = await db.fetchrow(
        "insert into cart_items (user_id, product_id, quantity) values ($1, $2, $3)"
        " on conflict (user_id, product_id) do update"
        " set quantity = cart_items.quantity + excluded.quantity, updated_at = now()"
        " returning quantity, xmax = 0 as created",
        user,
        product_id,
        quantity,
    )
    return row["quantity"], row["created"]


async def set_in_cart(db: Connection, user: UUID, product_id: UUID, quantity: int) -> None:
    """Set how many of a product the cart has."""
    await db.execute(
        "insert into cart_items (user_id, product_id, quantity) values ($1, $2, $3)"
        " on conflict (user_id, product_id) do update set quantity = excluded.quantity, updated_at = now()",
        user,
        product_id,
        quantity,
    )


async def take_out_of_cart(db: Connection, user: UUID, product_id: UUID) -> str | None:
    """Take a product out of the cart, also one that was withdrawn; return its name, None where it was not in it."""
    name: str | None = await db.fetchval(
        "delete from cart_items c using shop_products p"
        " where p.id = c.product_id and c.user_id = $1 and c.product_id = $2 returning name",
        user,
        product_id,
    )
    return name


async def cart(db: Connection, user: UUID) -> list[Line]:
    """Return what is in the cart, the oldest line first."""
    rows = await db.fetch(
        "select product_id, name, quantity, price, inventory_count, sample, status = 'active' as active"
        " from cart_items c join shop_products p on p.id = c.product_id where user_id = $1 order by c.id",
        user,
    )
    return [Line(**row) for row in rows]


async def take_cart(db: Connection, user: UUID) -> list[Line]:
    """Empty the cart and return what was in it, its products locked until the transaction ends.

    Of two that take the same cart, the second finds it empty. All lock products in the same order, so none waits for
    another that waits for it.
    """
    taken = await db.fetch("delete from cart_items where user_id = $1 returning product_id, quantity", user)
    quantities = {row["product_id"]: row["quantity"] for row in taken}
    rows = await db.fetch(
        "select id as product_id, name, price, inventory_count, sample, status = 'active' as active"
        " from shop_products where id = any($1) order by id for update",
        list(quantities),
    )
    return [Line(**row, quantity=quantities[row["product_id"]]) for row in rows]


async def take_stock(db: Connection, lines: Iterable[Line]) -> None:
    """Take lines off the shelf."""
    await db.executemany(
        "update shop_products set inventory_count = inventory_count - $2 where id = $1",
        [(line.product_id, line.quantity) for line in lines],
    )
