"""Cart with totals."""

from pam_shared.money import spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.goods import CartItem, Costs
from pam_tools_account.queries import products
from pam_tools_account.sentences import SAMPLE_GOODS, listed


class Nothing(Arguments):
    """Nothing needs to be said."""


class Cart(Result, Costs):
    """What is in the cart, and what it costs."""

    items: list[CartItem]
    items_count: int
    total_quantity: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.items


@tool(effect="read", timeout=4)
async def get_cart(ctx: ToolContext, _args: Nothing) -> Cart:
    """Show what is in the member's cart and what it costs with tax and shipping."""
    lines = await products.cart(ctx.db, ctx.user)
    costs = Costs.of(lines, ctx.resources)
    if lines:
        await log_calculation(ctx, "get_cart", _inputs(lines), costs.model_dump(mode="json"))
        ctx.cite("shop catalogue", ctx.now, sample=any(line.sample for line in lines))
    return Cart(
        message=_sentence(lines, costs),
        items=[CartItem.of(line) for line in lines],
        items_count=len(lines),
        total_quantity=sum(line.quantity for line in lines),
        **costs.model_dump(),
    )


def _inputs(lines: list[products.Line]) -> dict[str, object]:
    return {"lines": [[line.product_id, line.quantity, line.price] for line in lines]}


def _sentence(lines: list[products.Line], costs: Costs) -> str:
    if not lines:
        return "Your cart is empty. Tell me what you need and I will look in the shop."
    what = listed([f"{line.quantity} x {line.name}" for line in lines])
    shipping = f"{spoken(costs.shipping)} shipping" if costs.shipping else "free shipping"
    costing = f"{spoken(costs.total)} with {spoken(costs.tax)} tax and {shipping}"
    short = [line.name for line in lines if not CartItem.of(line).in_stock]
    missing = f" There is not enough of {listed(short)} left." if short else ""
    samples = f" {SAMPLE_GOODS}" if any(line.sample for line in lines) else ""
    return f"Your cart has {what}: {costing}.{missing}{samples}"
