"""Change how many of a product are in the cart."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from pam_shared.errors import NotFoundError
from pam_shared.money import spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_account.goods import CartItem
from pam_tools_account.queries import products
from pam_tools_account.rules import LARGEST_QUANTITY, check_left
from pam_tools_account.sentences import SAMPLE_GOODS


class CartChange(Arguments):
    """Which product, and how many of it there should be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quantity": 1}]})

    product_id: Annotated[UUID, id_from("search_products", "products.0.id")] = Field(description="The product's id.")
    quantity: int = Field(ge=0, le=LARGEST_QUANTITY, examples=[1], description="How many of it; 0 takes it out.")


class ChangedCart(Result):
    """The line of the cart as it is now; none when it is taken out."""

    cart_item: CartItem | None


@tool(effect="write", timeout=4)
async def update_cart(ctx: ToolContext, args: CartChange) -> ChangedCart:
    """Set how many of a product are in the member's cart, or take it out with a quantity of 0."""
    if not args.quantity:
        name = await products.take_out_of_cart(ctx.db, ctx.user, args.product_id)
        await log_calculation(ctx, "update_cart", args, {"line_total": 0})
        return ChangedCart(message=f"{name or 'That'} is no longer in your cart.", cart_item=None)
    product = await products.shop_product(ctx.db, args.product_id)
    if product is None:
        raise NotFoundError("product_id: the shop has no such product; get_cart shows what is in the cart.")
    check_left(product.name, product.inventory_count, args.quantity)
    await products.set_in_cart(ctx.db, ctx.user, product.id, args.quantity)
    item = CartItem.of(products.Line.of(product, args.quantity))
    await log_calculation(ctx, "update_cart", args, item)
    if product.sample:
        ctx.cite("shop catalogue", ctx.now, sample=True)
    samples = f" {SAMPLE_GOODS}" if product.sample else ""
    told = f"Your cart has {item.quantity} x {item.name} now, {spoken(item.line_total)} before tax.{samples}"
    return ChangedCart(message=told, cart_item=item)
