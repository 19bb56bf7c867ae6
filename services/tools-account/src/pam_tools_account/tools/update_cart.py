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

    product_id: Annotated[UUID, id_from("add_to_cart", "cart_item.product_id")] = Field(description="The product's id.")
    quantity: int = Field(ge=0, le=LARGEST_QUANTITY, examples=[1], description="How many of it; 0 takes it out.")


class ChangedCart(Result):
    """The line of the cart as it is now; none when it was taken out."""

    cart_item: CartItem | None


@tool(effect="write", timeout=4)
async def update_cart(ctx: ToolContext, args: CartChange) -> ChangedCart:
    """Change how many of a product are in the member's cart, or take it out with a quantity of 0."""
    line = await products.set_in_cart(ctx.db, ctx.user, args.product_id, args.quantity)
    if line is None:
        raise NotFoundError("product_id: that is not in your cart; get_cart shows what is.")
    if args.quantity:
        check_left(line.name, line.inventory_count if line.active else 0, args.quantity)
    item = CartItem.of(line) if args.quantity else None
    await log_calculation(ctx, "update_cart", args, {"line_total": item.line_total if item else 0})
    if line.sample:
        ctx.cite("shop catalogue", ctx.now, sample=True)
    samples = f" {SAMPLE_GOODS}" if line.sample else ""
    now = f"Your cart has {line.quantity} x {line.name} now, {spoken(item.line_total)} before tax." if item else ""
    return ChangedCart(message=f"{now or f'{line.name} is no longer in your cart.'}{samples}", cart_item=item)
