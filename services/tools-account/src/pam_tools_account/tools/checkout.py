"""Turn the cart into an order."""

from pydantic import Field

from pam_shared.errors import ConflictError, InvalidRequestError
from pam_shared.money import spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.events import OrderPlaced
from pam_tools_account.goods import PlacedOrder
from pam_tools_account.queries import orders, products
from pam_tools_account.rules import totals
from pam_tools_account.sentences import SAMPLE_GOODS


class Purchase(Arguments):
    """The member's word, and how they pay and where it goes."""

    confirm: bool = Field(description="True once the member has agreed to buy what is in the cart.", examples=[True])
    payment_method_id: str | None = Field(None, max_length=100, description="Which of the member's payment methods.")
    shipping_address_id: str | None = Field(None, max_length=100, description="Which of the member's addresses.")


class Bought(Result):
    """The order; null where the cart was empty."""

    order: PlacedOrder | None

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to buy."""
        return self.order is None


@tool(effect="destructive", timeout=8)
async def checkout(ctx: ToolContext, args: Purchase) -> Bought:
    """Buy all that is in the member's cart. Show them the cart and its total first, and ask."""
    if not args.confirm:
        raise InvalidRequestError("confirm: it must be true; show the member their cart and ask them first.")
    lines = await products.take_cart(ctx.db, ctx.user)
    if not lines:
        return Bought(message="Your cart is empty: there is nothing to buy.", order=None)
    _check_stock(lines)
    await products.take_stock(ctx.db, lines)
    costs = totals([(line.price, line.quantity) for line in lines], ctx.resources)
    order = await orders.place_order(ctx.db, ctx.user, lines, costs, args.payment_method_id, args.shipping_address_id)
    bought = PlacedOrder.model_validate(order, from_attributes=True)
    inputs = {"lines": [[line.product_id, line.quantity, line.price] for line in lines]}
    await log_calculation(ctx, "checkout", inputs, bought.model_dump(mode="json"))
    ctx.proposal = f"Buy {_listed(lines)} for {spoken(order.total)}, tax and shipping included"
    pieces = sum(line.quantity for line in lines)
    ctx.emit(
        OrderPlaced(
            order_id=order.id, order_number=order.order_number, total=order.total, items=pieces, sample=order.sample
        )
    )
    if order.sample:
        ctx.cite("shop catalogue", ctx.now, sample=True)
    return Bought(message=_sentence(order, pieces), order=bought)


def _check_stock(lines: list[products.Line]) -> None:
    """Raise ConflictError naming everything there is too little of: an order is placed whole or not at all."""
    short = [
        f"{line.name} ({line.inventory_count if line.active else 0} left, {line.quantity} in your cart)"
        for line in lines
        if not line.active or line.quantity > line.inventory_count
    ]
    if short:
        raise ConflictError(
            f"Nothing was bought, for there is not enough left of {', '.join(short)}.", code="not_enough_left"
        )


def _listed(lines: list[products.Line]) -> str:
    return ", ".join(f"{line.quantity} x {line.name}" for line in lines)


def _sentence(order: orders.Order, pieces: int) -> str:
    things = "1 item" if pieces == 1 else f"{pieces} items"
    paying = SAMPLE_GOODS if order.sample else "Nothing has been charged yet: the payment is pending."
    return f"Order {order.order_number} is placed: {things} for {spoken(order.total)}. {paying}"
