"""Put a product in the cart."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_shared.money import spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_account.goods import CartItem
from pam_tools_account.queries import products
from pam_tools_account.rules import LARGEST_QUANTITY, check_left
from pam_tools_account.sentences import SAMPLE_GOODS


class Addition(Arguments):
    """What goes into the cart."""

    product_id: Annotated[UUID, id_from("search_products", "products.0.id")] = Field(
        description="The product's id, as search_products found it."
    )
    quantity: int = Field(1, ge=1, le=LARGEST_QUANTITY, description="How many more of it.")


class InCart(Result):
    """The line of the cart as it is now."""

    cart_item: CartItem
    action: Literal["added", "updated"]


@tool(effect="write", timeout=4)
async def add_to_cart(ctx: ToolContext, args: Addition) -> InCart:
    """Put a product of the shop in the member's cart, or more of what is in it. Nothing is bought yet."""
    product = await products.shop_product(ctx.db, args.product_id)
    if product is None:
        raise NotFoundError("product_id: the shop has no such product; find one with search_products.")
    quantity, created = await products.put_in_cart(ctx.db, ctx.user, product.id, args.quantity)
    _check(product, quantity)
    item = CartItem.of(products.Line.of(product, quantity))
    inputs, outputs = args.model_dump(mode="json"), item.model_dump(mode="json")
    await log_calculation(ctx, "add_to_cart", inputs, outputs)
    if product.sample:
        ctx.cite("shop catalogue", ctx.now, sample=True)
    samples = f" {SAMPLE_GOODS}" if product.sample else ""
    return InCart(
        message=f"Your cart has {quantity} x {product.name} now, {spoken(item.line_total)} before tax.{samples}",
        cart_item=item,
        action="added" if created else "updated",
    )


def _check(product: products.Product, quantity: int) -> None:
    """Raise where the cart would hold more of a product than it may, or than there are."""
    if quantity > LARGEST_QUANTITY:
        raise InvalidRequestError(
            f"quantity: the cart would hold {quantity} x {product.name}; {LARGEST_QUANTITY} is the most."
        )
    check_left(product.name, product.inventory_count, quantity)
